/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_PROCESS_H
#define BACKEND_REMOTE_PROCESS_H

#include "backend/remote/secret.h"
#include "base/buf.h"

#include <stdatomic.h>

/* How long one may wait for credentials. */
struct process_limits {
    const atomic_bool *cancel; /* NULL, or looked at twenty times a second */
    int64_t deadline_ns;       /* clock_tick_ns(), 0 = none */
    int64_t most_ms;           /* 0 = one minute */
};

enum { PROCESS_WORDS_MAX = 64, PROCESS_OUT_MAX = 256 << 10, PROCESS_ERR_MAX = 1000 };

/* Splits a command the way a POSIX shell would, without being one: blanks, quotes and backslashes
 * mean what they do there, nothing else does. `words` ends with NULL and points into `text`, which
 * is overwritten. ERR_CONFIG where a quote is open, or there are no words or too many. */
bool process_split(char *text, char *words[PROCESS_WORDS_MAX + 1], struct err *err);

/*
 * Runs a program (found along PATH) without a shell, in a process group of its own, standard input
 * empty, and takes what it prints. False with ERR_CONFIG where it cannot be run, fails (with the
 * end of what it said on the standard error), prints too much or takes too long; ERR_CANCELLED.
 * The whole group is killed then.
 */
bool process_capture(const char *const words[], const struct process_limits *limits,
    struct secret *out, struct err *err);
/* Whether a program is found along PATH. */
bool process_found(const char *name);

#endif
