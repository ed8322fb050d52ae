/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_BACKEND_IMPL_H
#define BACKEND_BACKEND_IMPL_H

#include "backend/backend.h"

/*
 * For implementers only. A backend's struct begins with a struct backend; the cast back is one
 * checked function in the implementation (assert(backend->ops == &its_ops)).
 */
struct backend_ops {
    const char *name;
    bool (*call)(struct backend *, const struct ddb_call *, struct ddb_reply *, struct err *);
    /* backend_submit(); NULL = for no call. */
    bool (*submit)(struct backend *, struct ddb_task *);
    /* Frees the backend itself. False where what was acknowledged could not be put on disk. */
    bool (*close)(struct backend *, struct err *);
};

/* What a remote backend says while it works; read by other threads. */
struct backend_notes {
    atomic_uint attempt, attempts; /* attempt: 0 = nothing waits */
    _Atomic int64_t until_ns, skew_ms;
    const char *_Atomic why;
    _Atomic uint32_t key_tail; /* the end of the access key's id, its bytes in memory's order */
    /* Of a request that is under way: */
    _Atomic int64_t moved_ns; /* when something of it or its answer moved last; 0 = there is none */
    _Atomic int64_t stall_ms; /* how long nothing may */
    atomic_uint trying, tries;
};

struct backend {
    const struct backend_ops *ops;
    char *label;       /* owned by backend_close(), which frees it after ops->close() */
    const char *place; /* see backend_place(); borrowed, lives with the implementation */
    /* Decorators pass on the rest: see backend_wrap(). */
    const struct backend_notes *notes; /* NULL where it is on this machine */
    const char *colour;                /* a literal, or NULL */
    char word[BACKEND_WORD_MAX + 1];   /* see backend_word() */
    int64_t budget;                    /* see backend_budget() */
    const char *read_only;             /* a literal: how to write all the same; NULL = writable */
};

/* The struct backend of a decorator around `inner`, whose label it copies. */
struct backend backend_wrap(const struct backend_ops *ops, const struct backend *inner);
/* Whether a call only reads, as far as can be told: also PartiQL statements that are all SELECT. */
bool ddb_call_reads(const struct ddb_call *call);
/* backend_read_only() with another end of its sentence than "open it without --read-only to write".
 * `remedy` is a literal. */
struct backend *backend_read_only_because(struct backend *inner, const char *remedy);

/* Whether the call should stop now: cancelled or past its deadline; sets ERR_CANCELLED. */
bool ddb_call_stopped(const struct ddb_call *call, struct err *err);
/* Writes an error answer for an err that carries a DynamoDB exception name. */
void ddb_reply_refuse(struct ddb_reply *reply, const struct err *err);

#endif
