/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_DOOR_H
#define BACKEND_HTTP_DOOR_H

#include "backend/http/links.h"

#include <signal.h>
#include <stddef.h>

/*
 * Where connections come in: listening sockets, a limit, deadlines, the end.
 */
struct door {
    struct links *links;
    unsigned most;      /* connections at once */
    const int *sockets; /* listening, not blocking */
    size_t count;
    int wake; /* an eventfd: written to where stopping is set or a connection ended */
    atomic_bool *stopping;
    const atomic_bool *stop;             /* or NULL: set by a signal handler */
    const sigset_t *signals;             /* the mask while it waits */
    void (*take)(void *context, int fd); /* owns the descriptor */
    void *context;
};

enum { DOOR_SOCKETS_MAX = 4 };

/* Takes connections until it is told to stop. */
void door_keep(struct door *door);
/* Then lets those that are open come to their end, for `grace_ms` at most. */
void door_close(struct door *door, int64_t grace_ms);

#endif
