/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_PROCESS_H
#define BACKEND_TRIGGERS_PROCESS_H

#include "base/err.h"

#include <sys/types.h>

/*
 * One process of a function: started without a shell in a session of its own, with no descriptor
 * but the three that everybody has, no signal blocked or ignored, no core dump; it dies with the
 * thread that started it. Ended together with all that it has started, wherever that went.
 */
struct process_start {
    const char *program;            /* absolute */
    const char *const *words;       /* argv, NULL-ended: fixed, never data */
    const char *const *environment; /* NULL-ended; begins with the mark, see process_mark() */
    const char *folder;             /* to work in */
    int in;                         /* its standard input; -1 = /dev/null */
    bool apart;                     /* errors in a pipe of their own, not with the output */
};

/* Zeroed is not valid: PROCESS_NONE. */
struct process {
    pid_t pid;
    int pidfd;       /* readable when it has ended */
    int out, errors; /* what it prints; not blocking; errors = -1 where they are in `out` */
    char mark[64];   /* NAME=VALUE in the environment of what it starts */
};
#define PROCESS_NONE ((struct process){.pid = 0, .pidfd = -1, .out = -1, .errors = -1})

/* A word for the environment by which descendants are found that left session and parents: of this
 * process, its start and `number`. */
void process_mark(struct process *p, uint64_t number);
/* `p` has its mark. ERR_NO_INPUT: no such program, or none that can be run; ERR_BUSY: no process or
 * descriptor is to be had. */
bool process_spawn(struct process *p, const struct process_start *how, struct err *err);
/* Asks the group to end. */
void process_ask(const struct process *p);
/* Kills some and all that they have started. They are zombies then, if they were not before. Costs
 * a look at all processes of the machine, so many should go at once. */
void process_kill(const struct process *const *some, size_t count);
/* After its end: reaps it, closes what was open. `*status` as of waitpid(), `*memory_kb` is the
 * most it had. */
void process_bury(struct process *p, int *status, int64_t *memory_kb);
/* Of a living one: the most memory it had so far; what it has for itself now. 0 = unknown. */
int64_t process_memory_most_kb(const struct process *p);
int64_t process_memory_kb(const struct process *p);

/* Kills what a process of this user left behind when it was killed itself (its functions' processes
 * die with it, what they had started does not). */
void process_sweep(void);

#endif
