/* SPDX-License-Identifier: MIT */
/* A pseudo-terminal on one side, libvterm on the other. Knows nothing of what is measured. */
#include "tests/bench/emulator.h"

#include "base/clock.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAME_GAP_US = 2000, PATIENCE_MS = 15000, TEXT_MAX = 32768 };

void emulator_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(70);
}

void emulator_start(
    struct emulator *e, int rows, int cols, const char *home, const char *const *words)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    *e = (struct emulator){.rows = rows, .cols = cols};
    e->pid = forkpty(&e->fd, NULL, NULL, &size);
    if (e->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("HOME", home, 1);
        execv(words[0], (char *const *)words);
        _exit(127);
    }
    e->terminal = vterm_new(rows, cols);
    vterm_set_utf8(e->terminal, 1);
    e->screen = vterm_obtain_screen(e->terminal);
    vterm_screen_enable_altscreen(e->screen, 1);
    vterm_screen_reset(e->screen, 1);
}

void emulator_end(struct emulator *e)
{
    kill(e->pid, SIGTERM);
    waitpid(e->pid, NULL, 0);
    vterm_free(e->terminal);
    close(e->fd);
}

/* What the terminal answers to questions goes back. */
static void answer(struct emulator *e)
{
    char text[256];
    for (size_t len; (len = vterm_output_read(e->terminal, text, sizeof text)) > 0;)
        if (write(e->fd, text, len) < 0)
            emulator_die("the terminal is gone");
}

bool emulator_pump(struct emulator *e, int ms)
{
    struct pollfd ready = {.fd = e->fd, .events = POLLIN};
    char bytes[1 << 16];
    if (poll(&ready, 1, ms) <= 0)
        return false;
    ssize_t got = read(e->fd, bytes, sizeof bytes);
    if (got <= 0)
        emulator_die("the explorer ended");
    int64_t now = clock_tick_ns();
    e->frames += now - e->read_ns > FRAME_GAP_US * 1000;
    e->read_ns = now;
    e->bytes += (uint64_t)got;
    vterm_input_write(e->terminal, bytes, (size_t)got);
    vterm_screen_flush_damage(e->screen);
    answer(e);
    return true;
}

void emulator_type(struct emulator *e, const char *keys)
{
    if (write(e->fd, keys, strlen(keys)) < 0)
        emulator_die("the terminal is gone");
}

VTermScreenCell emulator_cell(const struct emulator *e, int row, int col)
{
    VTermScreenCell cell = {0};
    vterm_screen_get_cell(e->screen, (VTermPos){row, col}, &cell);
    return cell;
}

static void text_of(const struct emulator *e, int row, int rows, char *text)
{
    VTermRect rect = {.start_row = row, .end_row = row + rows, .end_col = e->cols};
    size_t len = vterm_screen_get_text(e->screen, text, TEXT_MAX - 1, rect);
    text[len < TEXT_MAX ? len : TEXT_MAX - 1] = '\0';
}

bool emulator_shows(const struct emulator *e, const char *text)
{
    char shown[TEXT_MAX];
    text_of(e, 0, e->rows, shown);
    return strstr(shown, text) != NULL;
}

void emulator_need(struct emulator *e, const char *text)
{
    char shown[TEXT_MAX];
    int64_t until = clock_tick_ns() + PATIENCE_MS * INT64_C(1000000);
    while (!emulator_shows(e, text) && clock_tick_ns() < until)
        emulator_pump(e, 20);
    if (emulator_shows(e, text))
        return;
    for (int row = 0; row < e->rows; row++) {
        text_of(e, row, 1, shown);
        fprintf(stderr, "%s\n", shown);
    }
    fprintf(stderr, "waited in vain for \"%s\"\n", text);
    emulator_die("the explorer does not show what it should");
}

void emulator_settle(struct emulator *e, int ms)
{
    while (emulator_pump(e, ms))
        ;
}
