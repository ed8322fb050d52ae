/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TOKEN_H
#define BACKEND_EMBEDDED_TOKEN_H

#include "backend/embedded/store.h"
#include "base/buf.h"

/*
 * ClientRequestTokens of transactions, kept for ten minutes in the store itself: a token is written
 * in the transaction that it stands for, so that it is known exactly where that has happened.
 *
 *   token. token          →  time, ms (8) digest (16)           little-endian
 *   tokentime. time token →  "1"                                time big-endian: the oldest first
 */
enum { TOKEN_LIFE_MS = 10 * 60 * 1000 };

/* Of what the request asks for; equal requests have equal digests however their JSON is written. */
struct token_digest {
    uint64_t a, b;
};
void token_digest_start(struct token_digest *digest);
/* Lengths are part of it: "ab" "c" is not "a" "bc". */
void token_digest_add(struct token_digest *digest, struct str bytes);

enum token_state { TOKEN_NEW, TOKEN_SAME, TOKEN_OTHER };
bool token_find(struct store_txn *txn, struct str token, const struct token_digest *digest,
    int64_t now_ms, enum token_state *state, struct err *err);
bool token_put(struct store_txn *txn, struct str token, const struct token_digest *digest,
    int64_t now_ms, struct err *err);
/* Drops tokens that have expired, at most `most`. */
bool token_trim(struct store_txn *txn, int64_t now_ms, size_t most, struct err *err);

#endif
