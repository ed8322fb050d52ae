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

struct backend {
    const struct backend_ops *ops;
    char *label; /* owned by backend_close(), which frees it after ops->close() */
};

/* Whether the call should stop now: cancelled or past its deadline; sets ERR_CANCELLED. */
bool ddb_call_stopped(const struct ddb_call *call, struct err *err);
/* Writes an error answer for an err that carries a DynamoDB exception name. */
void ddb_reply_refuse(struct ddb_reply *reply, const struct err *err);

#endif
