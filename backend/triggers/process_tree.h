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
/* Kills all of them until none is left. `pid` is alive or a zombie. */
void process_tree_kill(pid_t pid, const char *mark);
/* Kills whoever has the mark of a runner that is no more. */
void process_tree_sweep(void);

#endif
