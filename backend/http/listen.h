/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_LISTEN_H
#define BACKEND_HTTP_LISTEN_H

#include "base/err.h"

/* Listening sockets: one, or both loopback addresses on the same port. */
struct listen {
    int sockets[2];
    size_t count;
    unsigned port;
    bool loopback; /* nobody else's machine can connect */
    char name[64]; /* of the address, as it stands in a URL: 127.0.0.1, [::1] */
};

/* `host` is "localhost" (or empty: 127.0.0.1 and, where there is IPv6, ::1) or a numeric address;
 * port 0 = a free one. */
bool listen_open(struct listen *l, const char *host, unsigned port, struct err *err);
void listen_close(struct listen *l);

#endif
