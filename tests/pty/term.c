/* SPDX-License-Identifier: MIT */
/*
 * The pseudo-terminal harness. It knows libvterm and forkpty and nothing of dynascope.
 *
 *   program <-> pseudo-terminal <-> term_pump() -> emulator -> cells, modes
 *                                       |             |
 *                                     t->sent     answers (e.g. to "where is the cursor?")
 */
#include "tests/pty/term.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tests/test.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct term *t = user;
    if (property == VTERM_PROP_ALTSCREEN)
        t->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        t->cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void set_environment(const char *const *extra)
{
    static const char *const fixed[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME=/nonexistent", "TERM=xterm-256color", "LC_ALL=C.UTF-8", "TZ=UTC", NULL};
    const char *const *lists[] = {fixed, extra};
    clearenv();
    for (int i = 0; i < 2; i++) {
        for (const char *const *entry = lists[i]; entry && *entry; entry++) {
            const char *sign = strchr(*entry, '=');
            char *name = mem_dup(*entry, (size_t)(sign - *entry));
            if (sign[1])
                setenv(name, sign + 1, 1);
            else
                unsetenv(name);
            free(name);
        }
    }
}

void term_open(struct term *t, const struct term_options *options)
{
    *t = (struct term){.rows = options->rows ? options->rows : 24,
        .cols = options->cols ? options->cols : 80,
        .cursor = true};
    struct winsize size = {.ws_row = (unsigned short)t->rows, .ws_col = (unsigned short)t->cols};
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    assert_true(t->pid >= 0);
    if (t->pid == 0) {
        set_environment(options->env);
        execv(options->argv[0], (char *const *)options->argv);
        _exit(127);
    }
    t->emulator = vterm_new(t->rows, t->cols);
    vterm_set_utf8(t->emulator, 1);
    t->screen = vterm_obtain_screen(t->emulator);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
}

void term_close(struct term *t)
{
    if (t->pid > 0) {
        kill(t->pid, SIGKILL);
        waitpid(t->pid, NULL, 0);
    }
    if (t->emulator) {
        vterm_free(t->emulator);
        close(t->fd);
    }
    buf_fini(&t->sent);
    *t = (struct term){0};
}

static void write_all(struct term *t, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(t->fd, bytes, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return; /* nobody reads any more; what is expected next will tell */
        bytes += put;
        len -= (size_t)put;
    }
}

static void pass_answers(struct term *t)
{
    char answer[256];
    size_t len;
    while ((len = vterm_output_read(t->emulator, answer, sizeof answer)) > 0)
        write_all(t, answer, len);
}

/* Waits at most `ms` for output and hands it to the emulator. False when nothing came. */
static bool pump(struct term *t, int ms)
{
    struct pollfd ready = {.fd = t->fd, .events = POLLIN};
    if (t->gone || poll(&ready, 1, ms) <= 0)
        return false;
    char bytes[65536];
    ssize_t got = read(t->fd, bytes, sizeof bytes);
    if (got <= 0) {
        t->gone = got == 0 || errno == EIO;
        return false;
    }
    buf_add_bytes(&t->sent, bytes, (size_t)got);
    vterm_input_write(t->emulator, bytes, (size_t)got);
    vterm_screen_flush_damage(t->screen);
    pass_answers(t);
    return true;
}

void term_send(struct term *t, const char *keys)
{
    write_all(t, keys, strlen(keys));
}

void term_resize(struct term *t, int cols, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    t->rows = rows;
    t->cols = cols;
    vterm_set_size(t->emulator, rows, cols);
    assert_int_equal(ioctl(t->fd, TIOCSWINSZ, &size), 0);
}

static void add_cell(struct term *t, struct buf *b, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(t->screen, (VTermPos){row, col}, &cell);
    if (cell.chars[0] == (uint32_t)-1)
        return; /* the right half of a wide character */
    if (cell.chars[0] == 0)
        buf_add_byte(b, ' ');
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
        utf8_add(b, cell.chars[i]);
}

static void add_row(struct term *t, struct buf *b, int row)
{
    size_t start = b->len;
    for (int col = 0; col < t->cols; col++)
        add_cell(t, b, row, col);
    while (b->len > start && b->at[b->len - 1] == ' ')
        b->len--;
}

char *term_row(struct term *t, int row)
{
    struct buf b = {0};
    add_row(t, &b, row);
    return buf_take(&b);
}

char *term_text(struct term *t)
{
    struct buf b = {0};
    for (int row = 0; row < t->rows; row++) {
        add_row(t, &b, row);
        buf_add_byte(&b, '\n');
    }
    return buf_take(&b);
}

bool term_shows(struct term *t, const char *text)
{
    char *screen = term_text(t);
    bool found = strstr(screen, text) != NULL;
    free(screen);
    return found;
}

static void fail_with_screen(struct term *t, const char *what, const char *text)
{
    print_error("--- %dx%d%s%s\n", t->cols, t->rows, t->alternate ? ", alternate screen" : "",
        t->gone ? ", the program is gone" : "");
    for (int row = 0; row < t->rows; row++) {
        char *line = term_row(t, row); /* one by one: cmocka cuts long messages */
        print_error("%s\n", line);
        free(line);
    }
    fail_msg("%s \"%s\"", what, text);
}

static int left_until(int64_t deadline)
{
    int64_t left = (deadline - clock_tick_ns()) / 1000000;
    return left > 0 ? (int)left : 0;
}

void term_expect_that(
    struct term *t, bool (*holds)(struct term *t, void *context), void *context, const char *what)
{
    int64_t deadline = clock_tick_ns() + TERM_DEADLINE_MS * INT64_C(1000000);
    while (!holds(t, context)) {
        int left = left_until(deadline);
        if (left == 0 || (!pump(t, left) && t->gone && !holds(t, context)))
            fail_with_screen(t, "waited in vain for", what);
    }
}

static bool is_shown(struct term *t, void *text)
{
    return term_shows(t, text);
}

static bool is_not_shown(struct term *t, void *text)
{
    return !term_shows(t, text);
}

void term_expect(struct term *t, const char *text)
{
    term_expect_that(t, is_shown, (void *)text, text);
}

void term_expect_gone(struct term *t, const char *text)
{
    char *what = mem_zero(1, strlen(text) + 32);
    sprintf(what, "%s (to go away)", text);
    term_expect_that(t, is_not_shown, (void *)text, what);
    free(what);
}

size_t term_settle(struct term *t, int quiet_ms)
{
    size_t before = t->sent.len;
    while (pump(t, quiet_ms))
        ;
    return t->sent.len - before;
}

void term_forget(struct term *t)
{
    buf_clear(&t->sent);
}

int term_wait_exit(struct term *t, int deadline_ms)
{
    int64_t deadline = clock_tick_ns() + deadline_ms * INT64_C(1000000);
    int status;
    pid_t ended;
    while ((ended = waitpid(t->pid, &status, WNOHANG)) == 0 && left_until(deadline) > 0)
        if (!pump(t, 5))
            poll(NULL, 0, t->gone ? 1 : 0);
    if (ended != t->pid)
        fail_with_screen(t, "waited in vain for", "the end of the program");
    t->pid = 0;
    while (pump(t, 0))
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void term_expect_exit(struct term *t, int code)
{
    int got = term_wait_exit(t, TERM_DEADLINE_MS);
    if (got == code)
        return;
    /* what it said last may be longer than the screen */
    struct str last = buf_str(&t->sent);
    for (last = str_skip(last, last.len > 8000 ? last.len - 8000 : 0); last.len;) {
        print_error("%.*s", (int)(last.len < 500 ? last.len : 500), last.at);
        last = str_skip(last, 500);
    }
    fail_msg("exit code %d, not %d", got, code);
}
