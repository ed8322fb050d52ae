/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_GATE_H
#define BACKEND_SERVE_GATE_H

#include "backend/http/message.h"

/*
 * What is turned away by its head alone, before the body is read: malformed and ambiguous requests
 * (RFC 9112), web pages, names that were bound to this machine's address by somebody else.
 */
struct gate {
    struct str host; /* a name or address that is ours besides the loopback ones; may be empty */
    bool any_host;   /* the signature covers the host */
};

/* False with the refusal in `reply`, after which the connection has to be closed. */
bool gate_check(const struct gate *gate, const struct request *request, struct reply *reply);
/* Content-Length, after gate_check(); 0 where there is none. */
uint64_t gate_length(const struct request *request);
/* Whether "NAME[:PORT]" names this machine: localhost, 127.0.0.0/8, [::1]. */
bool gate_is_loopback(struct str host);

#endif
