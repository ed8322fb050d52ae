/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_LINKS_H
#define BACKEND_HTTP_LINKS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Open connections and how long each may take for what it is doing. A connection that takes too
 * long is not closed here but shut down, which its own thread sees as its end.
 */
enum link_phase {
    LINK_NEW,     /* nothing has come */
    LINK_IDLE,    /* a request was answered */
    LINK_HEAD,    /* a request line has come */
    LINK_BODY,    /* the head has come */
    LINK_WORKING, /* everything has come */
};

struct link {
    struct link *prev, *next;
    int fd;
    _Atomic enum link_phase phase;
    _Atomic int64_t since_ns;  /* when the phase began: clock_tick_ns() */
    _Atomic uint64_t received; /* bytes of the body */
    atomic_bool known;         /* a request was answered */
};

struct links {
    pthread_mutex_t lock;
    struct link *first;
    unsigned listed;        /* by links_add() */
    _Atomic unsigned count; /* and those that are on their way there */
    int64_t head_ns, idle_ns;
};

enum { LINK_BYTES_A_SECOND = 1024 }; /* a body has to come at least as fast */

void links_init(struct links *links, int64_t head_ms, int64_t idle_ms);
void links_fini(struct links *links);
void links_add(struct links *links, struct link *link);
void links_remove(struct links *links, struct link *link);
void link_enter(struct link *link, enum link_phase phase);

/* Shuts down those that are overdue. */
void links_sweep(struct links *links, int64_t now_ns);
/* Makes room: shuts down the one that has waited longest without a whole head, strangers before
 * those that were answered already. False where all are at work. */
bool links_evict(struct links *links);
/* No further requests: what has come is still read. */
void links_finish(struct links *links);

#endif
