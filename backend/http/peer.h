/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_PEER_H
#define BACKEND_HTTP_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whose process is at the other end of a connection within this machine: the kernel's table of
 * connections says which user made a socket.
 */

/* `socket` is a connected TCP socket. False where the other end is on another machine, or closed,
 * or not to be found: nothing is known then, and nobody should be let in for it. Reads a table as
 * long as there are connections: once a connection, not once a request. */
bool peer_user(int socket, uid_t *user);
/* Whether it is this process's own user. */
bool peer_is_own(int socket);

#endif
