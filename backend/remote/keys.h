/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_KEYS_H
#define BACKEND_REMOTE_KEYS_H

#include "backend/remote/secret.h"

#include <stdatomic.h>

/* A set of keys that does not change any more, shared between threads. */
struct keys {
    atomic_uint owners;
    struct secret id, secret, token; /* token: empty for keys without one */
    int64_t expires_ms;              /* 0 = never */
};

/* NULL with ERR_CONFIG where one of them could not be sent in a header. `from` names the source in
 * messages; the keys themselves are never quoted. */
struct keys *keys_new(
    struct str id, struct str secret, struct str token, const char *from, struct err *err);
struct keys *keys_share(struct keys *keys);
void keys_drop(struct keys *keys); /* wipes with the last one; NULL is fine */

/*
 * keys = {"Version": 1, "AccessKeyId": …, "SecretAccessKey": …, "SessionToken"?: …,
 *         "Expiration"?: "2026-11-20T13:00:00Z"}
 * The containers' form calls the token "Token" and has no version.
 */
struct keys *keys_parse(struct str json, const char *from, struct err *err);
/* time = YYYY-MM-DD "T" hh:mm:ss ["." digits] ("Z" | ("+"|"-") hh ":" mm) */
bool keys_time(struct str text, int64_t *ms);

#endif
