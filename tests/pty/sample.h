/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PTY_SAMPLE_H
#define TESTS_PTY_SAMPLE_H

#include "tests/pty/term.h"

/*
 * A sample store in a folder of its own, made through the program's command line, and the program
 * started on it. HOME and TMPDIR are in that folder too, so that nothing is shared between tests.
 */
struct sample {
    const char *program;
    char folder[64];
    char home[80], temporary[80], store[80]; /* HOME=…, TMPDIR=…, and the store's folder */
};

void sample_init(struct sample *s, const char *program);
void sample_fini(struct sample *s);

/* Runs the program without a terminal: its exit code, its outputs in `out` and `errors` (or NULL).
 * Arguments end with NULL. */
int sample_run(struct sample *s, const char *input, struct buf *out, struct buf *errors, ...)
    __attribute__((sentinel));
/* `dynascope -c STORE call OPERATION BODY`, which has to work. The answer is the caller's to free.
 */
char *sample_call(struct sample *s, const char *operation, const char *body);

/* Table "Orders" (customerId, orderId) with `count` items C000·O0000, C000·O0001, …, ten a
 * partition, with amount, status and note. */
void sample_orders(struct sample *s, int count);

/* Item C000·ORDER as the command line prints it; the caller frees. */
char *sample_stored(struct sample *s, const char *order);
void sample_assert_stored(struct sample *s, const char *order, const char *part);

/* An editor: a shell script that gets the file's name as $1. Its EDITOR=… lives in `out`. */
const char *sample_editor(struct sample *s, const char *script, char out[200]);

/* Starts the explorer on the store; arguments after the store end with NULL. */
struct sample_start {
    int rows, cols;
    const char *const *env;
    const char *const *arguments;
};
void sample_open(struct sample *s, struct term *t, const struct sample_start *start);
/* Leaves the explorer, which has to end well. */
void sample_quit(struct term *t);

#endif
