/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TASK_H
#define VIEWS_TASK_H

#include "backend/client.h"
#include "backend/worker.h"

/*
 * One piece of backend work for a view: work() on the worker's thread, ended() back on the UI's.
 * What it reads and writes lives in its arena. A struct that begins with a struct task may carry
 * more.
 *
 * An owner that goes away calls task_forget(), or task_forget_all() for its group: instead of
 * ended() the end is then dropped(), which frees what the task carries beside its arena.
 */
struct task;
struct task_group {
    struct task *first;
};

struct task {
    struct worker_job job;
    struct worker *worker;
    void *owner;
    struct arena arena;
    struct err err;
    bool ok;
    bool (*work)(struct task *task, struct client *client, struct err *err);
    void (*ended)(struct task *task);      /* looks at ok and err; the task is freed after it */
    void (*dropped)(struct task *task);    /* may be NULL */
    struct task *group_next, **group_link; /* in a task_group, or NULL */
};

/* `size` bytes, zeroed, of which the first are the struct task. */
void *task_new(size_t size, void *owner,
    bool (*work)(struct task *task, struct client *client, struct err *err),
    void (*ended)(struct task *task));
void task_submit(struct task *task, struct worker *worker);
void task_join(struct task_group *group, struct task *task);
void task_forget_all(struct task_group *group);
void task_cancel(struct task *task);
void task_forget(struct task *task);

#endif
