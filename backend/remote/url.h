/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_URL_H
#define BACKEND_REMOTE_URL_H

#include "base/arena.h"
#include "base/err.h"

/* An endpoint's address, taken apart once and known to be harmless. */
struct url {
    struct str text; /* "https://host:port/path": what goes to the transport */
    struct str host; /* without brackets, as written */
    struct str head; /* the Host header: the port only where it is not the scheme's own */
    struct str path; /* begins with '/' */
    bool tls;
    bool loopback; /* localhost, 127.0.0.0/8, ::1 */
};

/* ERR_CONFIG where it is none of http(s)://host[:port][/path]. Slices live in the arena. */
bool url_parse(struct url *url, struct arena *arena, struct str text, struct err *err);

#endif
