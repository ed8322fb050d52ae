/* SPDX-License-Identifier: MIT */
/*
 * Browsing over a line of 9,600 bits a second and 300 ms there and back. The program itself is the
 * line:
 *
 *   test ── pty ── test --line PROGRAM … (delays, 960 bytes a second) ── pty ── PROGRAM
 *
 * What the line has taken it keeps, as ssh does: frames that are sent too early wait in it.
 */
#include "tests/pty/sample.h"

#include "base/clock.h"
#include "tests/test.h"

#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DELAY_NS INT64_C(150000000)
#define BYTE_NS (INT64_C(1000000000) / 960)
enum { PIECE = 16, PIECES = 8192, ROW_BYTES = 130, PICTURE_BYTES = 1300 };

static const char *self, *program;

/* ---- the line ---- */

/* One direction: pieces in a ring, each with the moment at which it arrives. */
struct flow {
    int from, to;
    bool ended;
    int64_t last_ns;
    size_t first, count;
    struct piece {
        int64_t due_ns;
        size_t len;
        char bytes[PIECE];
    } pieces[PIECES];
};

static void flow_take(struct flow *f)
{
    struct piece *p = &f->pieces[(f->first + f->count) % PIECES];
    ssize_t got = read(f->from, p->bytes, PIECE);
    f->ended = got <= 0;
    if (f->ended)
        return;
    int64_t now = clock_tick_ns() + DELAY_NS;
    f->last_ns = (f->last_ns > now ? f->last_ns : now) + got * BYTE_NS;
    p->due_ns = f->last_ns;
    p->len = (size_t)got;
    f->count++;
}

static void flow_give(struct flow *f)
{
    for (; f->count && f->pieces[f->first].due_ns <= clock_tick_ns(); f->count--) {
        const struct piece *p = &f->pieces[f->first];
        if (write(f->to, p->bytes, p->len) != (ssize_t)p->len)
            exit(1);
        f->first = (f->first + 1) % PIECES;
    }
}

static int flow_wait_ms(const struct flow *f)
{
    int64_t left = f->count ? f->pieces[f->first].due_ns - clock_tick_ns() : INT64_C(1000000000);
    return left > 0 ? (int)(left / 1000000) + 1 : 0;
}

static int line_run(char **words)
{
    static struct flow flows[2];
    struct winsize size;
    struct termios raw;
    int fd, status;
    ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    tcgetattr(STDIN_FILENO, &raw);
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    pid_t pid = forkpty(&fd, NULL, NULL, &size);
    if (pid == 0) {
        execv(words[0], words);
        _exit(127);
    }
    flows[0] = (struct flow){.from = STDIN_FILENO, .to = fd};
    flows[1] = (struct flow){.from = fd, .to = STDOUT_FILENO};
    while (!flows[1].ended || flows[1].count) {
        struct pollfd ready[2];
        int wait_ms = 1000;
        for (int i = 0; i < 2; i++) {
            bool room = flows[i].count < PIECES && !flows[i].ended;
            int ms = flow_wait_ms(&flows[i]);
            ready[i] = (struct pollfd){.fd = room ? flows[i].from : -1, .events = POLLIN};
            wait_ms = ms < wait_ms ? ms : wait_ms;
        }
        poll(ready, 2, wait_ms);
        for (int i = 0; i < 2; i++) {
            if (ready[i].revents)
                flow_take(&flows[i]);
            if (!flows[1].ended || i == 1)
                flow_give(&flows[i]);
        }
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* ---- at its end ---- */

/* Whether the mark stands in this row of the screen. */
static bool is_marked(struct term *t, void *context)
{
    char *row = term_row(t, *(const int *)context);
    bool here = row[0] == '>';
    free(row);
    return here;
}

static void expect_mark(struct term *t, int row)
{
    term_expect_that(t, is_marked, &row, "the mark in its row");
}

static void begin(struct sample *s, struct term *t)
{
    const char *words[] = {
        self, "--line", program, "--ascii", "--gutter", s->store, "Orders", NULL};
    const char *env[] = {s->home, s->temporary, NULL};
    sample_init(s, program);
    sample_orders(s, 100);
    words[5] = s->store;
    term_open(t, &(struct term_options){.argv = words, .env = env});
    expect_mark(t, 2);
    term_send(t, ":set line-speed 9600\r");
    term_expect_gone(t, ":set");
    term_settle(t, 700);
    term_forget(t);
}

/* As fast as a key repeats: each arrives by itself. */
static void type(struct term *t, const char *key, int times)
{
    for (int i = 0; i < times; i++) {
        term_send(t, key);
        term_settle(t, 30);
    }
}

static void end(struct sample *s, struct term *t)
{
    sample_quit(t);
    sample_fini(s);
}

/* Fifteen keys typed ahead of what is seen: none is lost, and what they cost is bounded. */
static void rows_cost_little_and_no_key_is_lost(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    type(&t, "j", 15);
    expect_mark(&t, 17);
    term_settle(&t, 700);
    if (t.sent.len > 15 * ROW_BYTES)
        fail_msg("%zu bytes for 15 rows", t.sent.len);
    assert_true(str_find(buf_str(&t.sent), STR("\033[2J")) == SIZE_MAX);
    type(&t, "k", 5);
    expect_mark(&t, 12);
    end(&s, &t);
}

/* Nine moves are asked for while the first is on its way: the frames between are not sent, so that
 * the last one is not behind all of them. */
static void frames_that_are_old_are_not_sent(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    for (int i = 0; i < 4; i++)
        type(&t, i % 2 ? TERM_PAGE_UP : TERM_PAGE_DOWN, 2);
    term_send(&t, "G");
    expect_mark(&t, 21);
    term_settle(&t, 1000);
    if (t.sent.len > 3 * PICTURE_BYTES)
        fail_msg("%zu bytes for one picture in the end", t.sent.len);
    end(&s, &t);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--line") == 0)
        return line_run(argv + 2);
    if (argc < 2)
        return 64;
    self = realpath("/proc/self/exe", NULL);
    program = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_cost_little_and_no_key_is_lost),
        cmocka_unit_test(frames_that_are_old_are_not_sent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
