/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_EMULATOR_H
#define TESTS_BENCH_EMULATOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <vterm.h>

/*
 * The explorer in a pseudo-terminal, and an emulator that knows what its user sees. Whatever goes
 * wrong ends the bench: there is nothing to measure then.
 */
struct emulator {
    pid_t pid;
    int fd, rows, cols;
    VTerm *terminal;
    VTermScreen *screen;
    int64_t read_ns;        /* when something came last */
    uint64_t bytes, frames; /* that came; what comes within 2 ms is one frame */
};

void emulator_die(const char *what);
/* `words` ends with NULL; HOME is `home`. */
void emulator_start(
    struct emulator *e, int rows, int cols, const char *home, const char *const *words);
void emulator_end(struct emulator *e);

/* Takes what comes within so many milliseconds; false where nothing does. */
bool emulator_pump(struct emulator *e, int ms);
void emulator_type(struct emulator *e, const char *keys);
VTermScreenCell emulator_cell(const struct emulator *e, int row, int col);
bool emulator_shows(const struct emulator *e, const char *text);
/* Waits for a text as long as that is sensible; the picture is printed where it does not come. */
void emulator_need(struct emulator *e, const char *text);
/* Until nothing has come for so long. */
void emulator_settle(struct emulator *e, int ms);

#endif
