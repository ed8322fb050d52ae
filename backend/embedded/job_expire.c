/* SPDX-License-Identifier: MIT */
/*
 * Jobs that have had their time: a system backup after 35 days, the row of an export or import
 * after
 * 90. They are found by their time, so that looking costs one lookup however many jobs there are.
 *
 *   STORE_META   expires. | time, ms (8, big-endian) | kind (1) | id     → anything
 */
#include "backend/embedded/job.h"

#include <endian.h>

#define PREFIX STR("expires.")
enum { TIME = 8 };

static void put_key(struct buf *out, int64_t ms)
{
    uint64_t big = htobe64((uint64_t)ms);
    buf_add(out, PREFIX);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

bool job_expire_at(struct store_txn *txn, const struct job *job, int64_t ms, struct err *err)
{
    struct buf key = {0};
    put_key(&key, ms);
    buf_add_byte(&key, (char)job->kind);
    buf_add(&key, job->id);
    bool done = store_put(txn, STORE_META, buf_str(&key), STR("1"), err);
    buf_fini(&key);
    return done;
}

/* The first entry, where its time has come; in the call's arena. */
static bool find_first(
    struct call *call, struct store_txn *txn, struct str *key, bool *found, struct err *err)
{
    struct buf now = {0};
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    put_key(&now, engine_now_ms(call->engine) + 1);
    bool done = c && store_seek(c, PREFIX, false, found, err);
    if (done && *found)
        *found = str_starts(store_key(c), PREFIX) && store_key(c).len > PREFIX.len + TIME + 1 &&
                 str_compare(store_key(c), buf_str(&now)) < 0;
    if (done && *found)
        *key = arena_dup(&call->arena, store_key(c));
    store_cursor_close(c);
    buf_fini(&now);
    return done;
}

bool job_has_expired(struct call *call, struct store_txn *txn, bool *has, struct err *err)
{
    struct str key;
    return find_first(call, txn, &key, has, err);
}

/* One that was deleted before is not there. */
static bool end(struct call *call, struct store_txn *txn, struct str key, struct err *err)
{
    struct str rest = str_skip(key, PREFIX.len + TIME);
    struct job job;
    bool found;
    if (!job_get(
            txn, &call->arena, (enum job_kind)rest.at[0], str_skip(rest, 1), &job, &found, err))
        return false;
    if (!found || job.state == JOB_RUNNING || job.state == JOB_DELETED)
        return true;
    if (job.kind != JOB_BACKUP)
        return job_remove(txn, &job, err);
    job.state = JOB_DELETED;
    return job_save(txn, &job, err);
}

bool job_expire(struct call *call, struct store_txn *txn, struct err *err)
{
    struct str key;
    bool found = true;
    for (int i = 0; found && i < JOB_EXPIRE_MAX; i++) {
        if (!find_first(call, txn, &key, &found, err))
            return false;
        if (found && !(end(call, txn, key, err) && store_delete(txn, STORE_META, key, NULL, err)))
            return false;
    }
    return true;
}
