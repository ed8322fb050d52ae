/* SPDX-License-Identifier: MIT */
/*
 * A queue and threads that take from it, one more whenever a job finds nobody free, up to a limit.
 * Knows nothing of requests.
 */
#include "backend/http/crew.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct crew_job *first, **end;
    unsigned queued, idle, count, most;
    bool ending;
    pthread_t *threads;
};

struct crew *crew_new(unsigned most)
{
    struct crew *crew = mem_new(struct crew);
    crew->threads = mem_zero(most, sizeof *crew->threads);
    crew->most = most;
    crew->end = &crew->first;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->some, NULL);
    return crew;
}

static struct crew_job *take(struct crew *crew)
{
    struct crew_job *job = crew->first;
    if (!job)
        return NULL;
    crew->first = job->next;
    if (!crew->first)
        crew->end = &crew->first;
    crew->queued--;
    return job;
}

static void *work(void *context)
{
    struct crew *crew = context;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        struct crew_job *job = take(crew);
        if (job) {
            pthread_mutex_unlock(&crew->lock);
            job->run(job);
            pthread_mutex_lock(&crew->lock);
        } else if (crew->ending) {
            break;
        } else {
            crew->idle++;
            pthread_cond_wait(&crew->some, &crew->lock);
            crew->idle--;
        }
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Where no thread can be had, those that are there do the work. */
static void start(struct crew *crew)
{
    if (pthread_create(&crew->threads[crew->count], NULL, work, crew) == 0)
        crew->count++;
    else if (crew->count == 0)
        abort();
}

void crew_add(struct crew *crew, struct crew_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&crew->lock);
    *crew->end = job;
    crew->end = &job->next;
    crew->queued++;
    if (crew->queued > crew->idle && crew->count < crew->most)
        start(crew);
    pthread_mutex_unlock(&crew->lock);
    pthread_cond_signal(&crew->some);
}

void crew_free(struct crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->ending = true;
    pthread_mutex_unlock(&crew->lock);
    pthread_cond_broadcast(&crew->some);
    for (unsigned i = 0; i < crew->count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_cond_destroy(&crew->some);
    pthread_mutex_destroy(&crew->lock);
    free(crew->threads);
    free(crew);
}
