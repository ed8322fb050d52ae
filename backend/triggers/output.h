/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_OUTPUT_H
#define BACKEND_TRIGGERS_OUTPUT_H

#include "backend/triggers/logs.h"

/*
 * What a function's process prints, line by line into its log, bounded: a line is an event of the
 * log, a carriage return within it is a new line of the same event (bundled runtimes print what was
 * logged in one piece so), and past OUTPUT_MOST bytes an invocation's output is counted instead of
 * kept. Zeroed is empty, and keeps no log but the tail.
 */
enum { OUTPUT_LINE_MOST = 256 << 10, OUTPUT_MOST = 8 << 20, OUTPUT_TAIL = 4 << 10 };

struct output {
    struct log_writer *log; /* owned; may be NULL */
    struct buf line;        /* what has no end yet */
    struct buf tail;        /* the last of this invocation; more than OUTPUT_TAIL now and then */
    uint64_t bytes;         /* of this invocation, that were kept */
    uint64_t dropped;
};

void output_fini(struct output *o);
/* A new invocation. */
void output_begin(struct output *o);
/* A line of our own, which ends with a newline: never dropped. */
void output_say(struct output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes in some bytes that were printed. */
void output_take(struct output *o, struct str bytes);
/* Takes what there is to be read, at most about a megabyte. False at the end of the pipe. */
bool output_drain(struct output *o, int fd);
/* The invocation is over: what has no end gets one, what was dropped is said. */
void output_end(struct output *o);
void output_flush(struct output *o);
/* The last OUTPUT_TAIL bytes of this invocation. */
struct str output_tail(const struct output *o);

#endif
