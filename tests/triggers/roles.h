/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TRIGGERS_ROLES_H
#define TESTS_TRIGGERS_ROLES_H

#include "tests/triggers/world.h"

#include <sys/types.h>

/* Processes that write to a world's table "tab", and that run its triggers. */
struct roles {
    const char *self; /* argv[0] */
    char **runner;    /* another program's words, one of them STORE; NULL = this one */
    pid_t writer;
    int tell;
};

/* At the beginning of main(): true where this process was one of them, and is done. */
bool roles_play(int argc, char **argv);
/* The writer: puts, batches, transactions, deletes, items that expire; until roles_hush(). */
void roles_write(struct roles *r, const struct world *w, uint64_t seed);
void roles_hush(struct roles *r);
pid_t roles_run(const struct roles *r, const struct world *w);
/* Sends the signal (0 = waits), reaps it; the time afterwards, in ns since 1970. */
int64_t roles_end(pid_t pid, int signal);

#endif
