/* SPDX-License-Identifier: MIT */
/*
 * Looks ten times a second at what a connection waits for, from a thread of its own: the one that
 * asked is inside the call. Drawn like the progress line, ASCII and a return, which it gives way
 * to.
 */
#include "views/cli/waiting.h"

#include "base/mem.h"
#include "views/cli/progress.h"
#include "views/words.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 100 * 1000 * 1000 };

struct waiting {
    struct backend *backends[2]; /* the second may be NULL */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of the line */
    pthread_cond_t ended;
    bool stop, yielding, drawn;
};

/* ---- the line, with the lock held ---- */

static void wipe(struct waiting *w)
{
    if (w->drawn)
        progress_line("");
    w->drawn = false;
}

static void draw(struct waiting *w)
{
    struct buf text = {0};
    if (waiting_add(w, &text)) {
        progress_line(buf_cstr(&text));
        w->drawn = true;
    } else {
        wipe(w);
    }
    buf_fini(&text);
}

static void *waiting_main(void *context)
{
    struct waiting *w = context;
    struct timespec until;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        if (!w->yielding)
            draw(w);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&w->ended, &w->lock, &until);
    }
    wipe(w);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- for others ---- */

struct waiting *waiting_start(struct backend *backend, struct backend *other)
{
    sigset_t all, before;
    bool wire = backend_is_remote(backend) || (other && backend_is_remote(other));
    if (!wire || isatty(STDERR_FILENO) != 1)
        return NULL;
    struct waiting *w = mem_new(struct waiting);
    w->backends[0] = backend;
    w->backends[1] = other;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ended, NULL);
    /* signals belong to the thread that asks */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&w->thread, NULL, waiting_main, w) != 0)
        abort(); /* a process without room for one thread cannot go on */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w;
}

void waiting_stop(struct waiting *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void waiting_wipe(struct waiting *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    wipe(w);
    pthread_mutex_unlock(&w->lock);
}

void waiting_yield(struct waiting *w, bool yield)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    if (yield)
        w->drawn = false; /* it is drawn over */
    w->yielding = yield;
    pthread_mutex_unlock(&w->lock);
}

bool waiting_add(struct waiting *w, struct buf *out)
{
    struct backend_wait wait;
    for (int i = 0; w && i < 2; i++)
        if (w->backends[i] && backend_waiting(w->backends[i], &wait)) {
            words_wait(out, &wait);
            return true;
        }
    return false;
}
