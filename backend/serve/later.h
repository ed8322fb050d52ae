/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_LATER_H
#define BACKEND_SERVE_LATER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Things to be done after a while, on a thread of their own that the first one starts. What is
 * still to be done when it is stopped is dropped, not done.
 */
struct later;
struct later_job {
    void (*run)(struct later_job *job);
    void (*drop)(struct later_job *job);
    struct later_job *next;
    int64_t due_ns;
};

struct later *later_new(void);
/* False where it is stopped already: nothing has happened. From any thread. */
bool later_add(struct later *later, struct later_job *job, int64_t delay_ms);
/* Joins the thread and drops what is left; nothing is taken any more. */
void later_stop(struct later *later);
void later_free(struct later *later);

#endif
