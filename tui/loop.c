/* SPDX-License-Identifier: MIT */
/*
 * The event loop: poll() over what is watched, the nearest timer as its timeout. Knows no terminal
 * and no signal. Callbacks may add and forget while a round is under way: each round works on the
 * ids that were there when it began, and looks them up again.
 */
#include "tui/loop.h"
#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum { ROUND_MAX = 64 };

void loop_fini(struct loop *loop)
{
    free(loop->watches);
    free(loop->timers);
    *loop = (struct loop){0};
}

int loop_watch(
    struct loop *loop, int fd, short events, void (*ready)(void *data, short events), void *data)
{
    size_t size = (size_t)(loop->watch_count + 1) * sizeof *loop->watches;
    loop->watches = mem_grow(loop->watches, size);
    loop->watches[loop->watch_count++] =
        (struct loop_watch){++loop->last_id, fd, events, ready, data};
    return loop->last_id;
}

int loop_after(struct loop *loop, int64_t after_ms, void (*fire)(void *data), void *data)
{
    size_t size = (size_t)(loop->timer_count + 1) * sizeof *loop->timers;
    int64_t at = clock_tick_ns() + after_ms * 1000000;
    loop->timers = mem_grow(loop->timers, size);
    loop->timers[loop->timer_count++] = (struct loop_timer){++loop->last_id, at, fire, data};
    return loop->last_id;
}

static struct loop_watch *find_watch(struct loop *loop, int id)
{
    for (int i = 0; i < loop->watch_count; i++)
        if (loop->watches[i].id == id)
            return &loop->watches[i];
    return NULL;
}

void loop_forget(struct loop *loop, int id)
{
    struct loop_watch *watch = find_watch(loop, id);
    if (watch)
        *watch = loop->watches[--loop->watch_count];
    for (int i = 0; i < loop->timer_count; i++) {
        if (loop->timers[i].id == id) {
            loop->timers[i] = loop->timers[--loop->timer_count];
            return;
        }
    }
}

void loop_quit(struct loop *loop, int status)
{
    loop->quit = true;
    loop->status = status;
}

static int nearest_timer(const struct loop *loop)
{
    int nearest = -1;
    for (int i = 0; i < loop->timer_count; i++)
        if (nearest < 0 || loop->timers[i].at_ns < loop->timers[nearest].at_ns)
            nearest = i;
    return nearest;
}

/* Milliseconds to sleep, rounded up so that a timer is due when poll() returns. */
static int timeout_of(const struct loop *loop, int limit_ms)
{
    int nearest = nearest_timer(loop);
    if (nearest < 0)
        return limit_ms;
    int64_t ms = (loop->timers[nearest].at_ns - clock_tick_ns() + 999999) / 1000000;
    if (ms < 0)
        ms = 0;
    if (limit_ms >= 0 && ms > limit_ms)
        ms = limit_ms;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* Timers that a callback adds wait for the next round, or one that re-arms itself with 0 would hold
 * the loop here for ever. */
static void fire_timers(struct loop *loop)
{
    int64_t now = clock_tick_ns();
    int last = loop->last_id;
    for (;;) {
        int due = -1;
        for (int i = 0; i < loop->timer_count; i++)
            if (loop->timers[i].at_ns <= now && loop->timers[i].id <= last &&
                (due < 0 || loop->timers[i].at_ns < loop->timers[due].at_ns))
                due = i;
        if (due < 0)
            return;
        struct loop_timer timer = loop->timers[due];
        loop->timers[due] = loop->timers[--loop->timer_count];
        timer.fire(timer.data);
    }
}

bool loop_step(struct loop *loop, int timeout_ms)
{
    struct pollfd polls[ROUND_MAX];
    int ids[ROUND_MAX], count = 0;
    for (; count < loop->watch_count && count < ROUND_MAX; count++) {
        polls[count] = (struct pollfd){loop->watches[count].fd, loop->watches[count].events, 0};
        ids[count] = loop->watches[count].id;
    }
    int ready = poll(polls, (nfds_t)count, timeout_of(loop, timeout_ms));
    for (int i = 0; ready > 0 && i < count && !loop->quit; i++) {
        struct loop_watch *watch = polls[i].revents ? find_watch(loop, ids[i]) : NULL;
        if (watch)
            watch->ready(watch->data, polls[i].revents);
    }
    fire_timers(loop);
    return !loop->quit;
}

int loop_run(struct loop *loop, void (*settle)(void *data), void *data)
{
    loop->quit = false;
    if (settle)
        settle(data);
    while (!loop->quit && loop_step(loop, -1))
        if (settle)
            settle(data);
    return loop->status;
}
