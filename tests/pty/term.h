/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PTY_TERM_H
#define TESTS_PTY_TERM_H

#include "base/buf.h"

#include <sys/types.h>

/*
 * A program in a pseudo-terminal behind a terminal emulator. Everything waits for something to be
 * seen, with a deadline, and never for time to pass. Expectations that do not come true fail the
 * running cmocka test and show the screen.
 */
struct VTerm;
struct VTermScreen;

enum { TERM_DEADLINE_MS = 10000 }; /* generous: only a broken program waits so long */

struct term {
    struct VTerm *emulator;
    struct VTermScreen *screen;
    int fd;
    pid_t pid;
    int rows, cols;
    bool alternate, cursor; /* the alternate screen is on; the cursor is visible */
    bool gone;              /* the program closed its side of the terminal */
    struct buf sent;        /* every byte that the program wrote since term_forget() */
};

struct term_options {
    const char *const *argv; /* argv[0] is the path; NULL-terminated */
    const char *const *env;  /* NAME=VALUE on top of the fixed environment, or NULL; "NAME=" with
                                nothing behind it removes the name */
    int rows, cols;          /* 0 = 24 and 80 */
};

/* The fixed environment is PATH, HOME, TERM=xterm-256color, LC_ALL=C.UTF-8, TZ=UTC and nothing of
 * the caller's. */
void term_open(struct term *t, const struct term_options *options);
/* Kills what is still running. */
void term_close(struct term *t);

void term_send(struct term *t, const char *keys);
/* Names of keys as a terminal in application mode sends them. */
#define TERM_UP "\033OA"
#define TERM_DOWN "\033OB"
#define TERM_RIGHT "\033OC"
#define TERM_LEFT "\033OD"
#define TERM_HOME "\033OH"
#define TERM_END "\033OF"
#define TERM_PAGE_DOWN "\033[6~"
#define TERM_PAGE_UP "\033[5~"
#define TERM_ENTER "\r"
#define TERM_ESCAPE "\033"
#define TERM_TAB "\t"

void term_resize(struct term *t, int cols, int rows);

/* Waits until the text is somewhere on the screen (within one row), or is not any more. */
void term_expect(struct term *t, const char *text);
void term_expect_gone(struct term *t, const char *text);
bool term_shows(struct term *t, const char *text);
/* Waits until a condition of the caller's holds. */
void term_expect_that(
    struct term *t, bool (*holds)(struct term *t, void *context), void *context, const char *what);
/* Reads until nothing came for `quiet_ms`: for tests about silence. Returns the bytes read. */
size_t term_settle(struct term *t, int quiet_ms);
void term_forget(struct term *t);

/* Waits for the end of the program: its exit code, or -signal. */
int term_wait_exit(struct term *t, int deadline_ms);
/* Fails with the screen where it ends otherwise: a sanitizer's report is there. */
void term_expect_exit(struct term *t, int code);

/* One row without the blanks at its end, as UTF-8; the caller frees. */
char *term_row(struct term *t, int row);
/* All rows; the caller frees. */
char *term_text(struct term *t);

#endif
