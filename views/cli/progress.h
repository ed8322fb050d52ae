/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_PROGRESS_H
#define VIEWS_CLI_PROGRESS_H

#include "views/cli/waiting.h"

/*
 * One line on the standard error that is drawn again at most ten times a second, and only where
 * that is a terminal. What is counted: `done` of `total` bytes or items (total 0 = nobody knows).
 */
struct progress {
    bool shown;
    const char *what; /* safe to print */
    uint64_t total;
    int64_t started_ns, drawn_ns;
    struct waiting *waiting; /* says here what it has to say; or NULL */
};

void progress_init(struct progress *p, const char *what, uint64_t total, bool quiet);
/* Whose words come into this line from now on, while it is shown. */
void progress_watch(struct progress *p, struct waiting *waiting);
void progress_show(struct progress *p, uint64_t done, uint64_t items);
/* Takes the line away, until it is shown again. */
void progress_wipe(struct progress *p);
double progress_seconds(const struct progress *p);

/* Draws any line over the one that is there; "" wipes it. Only where the standard error is a
 * terminal. */
void progress_line(const char *text);

/* "1,234,567"; returns `out`. */
enum { PROGRESS_NUMBER_MAX = 28 };
const char *progress_number(char out[PROGRESS_NUMBER_MAX], uint64_t n);
/* The line as it would be drawn, for at most `width` columns. */
void progress_format(char *out, size_t size, const struct progress *p, uint64_t done,
    uint64_t items, double seconds, unsigned width);

#endif
