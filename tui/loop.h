/* SPDX-License-Identifier: MIT */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include "base/err.h"

/*
 * Waits for file descriptors and timers and calls back; sleeps without a single wake-up while
 * nothing happens. One thread. Callbacks may add and remove watches and timers.
 */
struct loop_watch {
    int id, fd;
    short events;
    void (*ready)(void *data, short events);
    void *data;
};

struct loop_timer {
    int id;
    int64_t at_ns; /* monotonic */
    void (*fire)(void *data);
    void *data;
};

struct loop {
    struct loop_watch *watches;
    struct loop_timer *timers;
    int watch_count, timer_count, last_id;
    bool quit;
    int status;
};

void loop_fini(struct loop *loop);
/* Calls `ready` with poll()'s revents whenever one of `events` (or POLLHUP, POLLERR) is there. The
 * descriptor stays the caller's. Returns an id > 0. */
int loop_watch(
    struct loop *loop, int fd, short events, void (*ready)(void *data, short events), void *data);
/* Calls `fire` once, not before `after_ms` from now. Returns an id > 0. */
int loop_after(struct loop *loop, int64_t after_ms, void (*fire)(void *data), void *data);
/* Forgets a watch or a timer; 0 and ids that are gone are fine. */
void loop_forget(struct loop *loop, int id);
/* Makes loop_run() return after the present round. */
void loop_quit(struct loop *loop, int status);
/* Runs until loop_quit(). After each round of callbacks, before sleeping, calls `settle` (paint
 * here: everything that was pending has been handled). Returns the status. */
int loop_run(struct loop *loop, void (*settle)(void *data), void *data);
/* One round: waits at most `timeout_ms` (-1 = as long as it takes). False after loop_quit(). */
bool loop_step(struct loop *loop, int timeout_ms);

#endif
