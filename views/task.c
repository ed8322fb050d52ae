/* SPDX-License-Identifier: MIT */
/*
 * The bridge between views and the worker: a job that knows how to speak to the backend through a
 * client. Must not know what any task does.
 */
#include "views/task.h"

#include "base/mem.h"

#include <stdlib.h>

static void task_run(struct worker_job *job, struct backend *backend)
{
    struct task *task = (struct task *)job;
    struct client client = {.backend = backend, .limits = {.cancel = &job->cancel}};
    task->ok = task->work(task, &client, &task->err);
}

static void task_leave(struct task *task)
{
    if (!task->group_link)
        return;
    *task->group_link = task->group_next;
    if (task->group_next)
        task->group_next->group_link = task->group_link;
    task->group_link = NULL;
}

static void task_done(struct worker_job *job)
{
    struct task *task = (struct task *)job;
    task_leave(task);
    if (task->owner)
        task->ended(task);
    else if (task->dropped)
        task->dropped(task);
    arena_fini(&task->arena);
    free(task);
}

void *task_new(size_t size, void *owner,
    bool (*work)(struct task *task, struct client *client, struct err *err),
    void (*ended)(struct task *task))
{
    struct task *task = mem_zero(1, size);
    task->owner = owner;
    task->work = work;
    task->ended = ended;
    task->err = ERR_INIT;
    task->job.run = task_run;
    task->job.done = task_done;
    return task;
}

void task_submit(struct task *task, struct worker *worker)
{
    task->worker = worker;
    worker_submit(worker, &task->job);
}

void task_join(struct task_group *group, struct task *task)
{
    task->group_next = group->first;
    task->group_link = &group->first;
    if (group->first)
        group->first->group_link = &task->group_next;
    group->first = task;
}

void task_forget_all(struct task_group *group)
{
    while (group->first) {
        struct task *task = group->first;
        task_leave(task);
        task_forget(task);
    }
}

void task_cancel(struct task *task)
{
    if (task)
        worker_cancel(task->worker, &task->job);
}

void task_forget(struct task *task)
{
    if (!task)
        return;
    task->owner = NULL;
    task_cancel(task);
}
