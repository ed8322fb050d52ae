/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_PROCESS_TREE_H
#define BACKEND_TRIGGERS_PROCESS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Who belongs to a process of a function: its session, its children and theirs, and whoever has its
 * mark in the environment, which what is started inherits. */

/* DYNASCOPE_PROCESS=RUNNER-ITS START-NUMBER; `runner` is the process that starts it. */
void process_tree_mark(char *mark, size_t size, pid_t runner, uint64_t number);
struct process_tree {
    pid_t pid; /* alive or a zombie */
    const char *mark;
};
/* Kills all of several until none is left. One look serves them all. */
void process_tree_kill(const struct process_tree *trees, size_t count);
/* Kills whoever has the mark of a runner that is no more. */
void process_tree_sweep(void);

#endif
