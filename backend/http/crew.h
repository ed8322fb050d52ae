/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_CREW_H
#define BACKEND_HTTP_CREW_H

/*
 * Threads for work that waits: writers that share a commit have to wait for it at the same time.
 * They are started when they are needed.
 */
struct crew;
struct crew_job {
    void (*run)(struct crew_job *job); /* the job may be gone when it returns */
    struct crew_job *next;
};

struct crew *crew_new(unsigned most);
void crew_add(struct crew *crew, struct crew_job *job);
/* Runs what is queued, then ends the threads. */
void crew_free(struct crew *crew);

#endif
