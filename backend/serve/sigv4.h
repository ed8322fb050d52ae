/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_SIGV4_H
#define BACKEND_SERVE_SIGV4_H

#include "backend/serve/auth.h"
#include "backend/serve/keys.h"

/* Signatures in the Authorization header. */

enum { SIGV4_HASH = 32, SIGV4_SKEW_MS = 15 * 60 * 1000 };

/* What is signed: the canonical request, added to `out`. `hash` is the body's in hexadecimal. */
void sigv4_canonical(
    struct buf *out, const struct request *request, struct str signed_headers, struct str hash);

/* The signature in 64 hexadecimal digits. */
void sigv4_sign(struct str secret, const struct auth *auth, struct str canonical, char out[65]);

/* Whether the request was signed for `service` with one of the keys within a quarter of an hour of
 * `now_ms`, the host, the time and the target under the signature. False with the service's
 * refusal. */
bool sigv4_verify(const struct keys *keys, const struct request *request, const struct auth *auth,
    struct str service, int64_t now_ms, struct reply *reply);

#endif
