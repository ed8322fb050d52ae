/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_KEYS_H
#define BACKEND_SERVE_KEYS_H

#include "base/err.h"
#include "base/str.h"

/*
 * Who may sign: access keys with their secrets, from a file like ~/.aws/credentials:
 *
 *     [anything]
 *     aws_access_key_id = …
 *     aws_secret_access_key = …
 */
struct keys;

/* Without a key; takes at most 1024. */
struct keys *keys_begin(void);
/* One more, from memory; false where there is no room. */
bool keys_add(struct keys *keys, struct str id, struct str secret, struct err *err);
/* Refuses a file that others may read or write, one without a key and one with half a key. */
struct keys *keys_load(const char *path, struct err *err);
void keys_free(struct keys *keys);
/* The secret of an access key; false where there is no such key. */
bool keys_find(const struct keys *keys, struct str id, struct str *secret);

#endif
