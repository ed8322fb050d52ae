/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_SIGN_H
#define BACKEND_REMOTE_SIGN_H

#include "base/buf.h"

/*
 * AWS Signature Version 4 for the one kind of request that there is: POST, no query, the headers
 * content-type, host, x-amz-date, x-amz-security-token (where there is a token) and x-amz-target.
 */
enum { SIGN_KEY_SIZE = 32, SIGN_STAMP_SIZE = 17 };

struct sign_request {
    struct str host, path; /* the Host header; no escapes in the path */
    struct str type, target, token;
    struct str body;
};

/* Who signs. The derived key is kept from request to request: it is good for a day. */
struct sign_key {
    char scope_date[9]; /* "" = none derived yet */
    unsigned char bytes[SIGN_KEY_SIZE];
};
void sign_key_forget(struct sign_key *key);

/* "20261120T133000Z" */
void sign_stamp(char out[SIGN_STAMP_SIZE], int64_t now_ms);
/* Adds the Authorization header's value. `key` belongs to this id, secret and region: whoever
 * changes them forgets it. */
void sign_add(struct buf *out, struct sign_key *key, struct str id, struct str secret,
    struct str region, const char stamp[SIGN_STAMP_SIZE], const struct sign_request *request);

#endif
