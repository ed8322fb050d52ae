/* SPDX-License-Identifier: MIT */
/*
 * What is dealt with, into the journal: at once where a function was called or something was given
 * up, a little later where records were filtered only. A shard is finished when that is kept.
 */
#include "backend/triggers/runner_impl.h"

enum { KEEP_MS = 1000 };

/* Read to its end, and nothing of it is left to do. */
static bool is_finishing(const struct runner_shard *shard)
{
    return shard->read && !shard->finished && !shard->in_flight && delivery_idle(shard->delivery);
}

static bool has_news(const struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (r->shards[i]->kept != delivery_version(r->shards[i]->delivery))
            return true;
    return false;
}

static void put_shard(struct runner *r, struct runner_shard *shard)
{
    struct progress_shard row = {.id = buf_str(&shard->id)};
    bool finishing = is_finishing(shard);
    if (!finishing && shard->kept == delivery_version(shard->delivery))
        return;
    delivery_place(shard->delivery, &row.place);
    if (!runner_shard_lowest(&row.place).len)
        row.iterator = buf_str(&shard->iterator);
    row.done = finishing || shard->finished;
    progress_put(r->progress, &row);
}

/* Only now it is true for others. */
static void settle_shard(struct runner *r, struct runner_shard *shard)
{
    shard->kept = delivery_version(shard->delivery);
    if (!is_finishing(shard))
        return;
    shard->finished = true;
    r->due = true; /* its children may be read */
}

static bool any_finishing(const struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (is_finishing(r->shards[i]))
            return true;
    return false;
}

/* Filtered records are kept with what comes next, or a second later. */
static bool is_due(struct runner *r, int64_t now_ms)
{
    if (r->settled || progress_dirty(r->progress) || any_finishing(r))
        return true;
    if (!has_news(r))
        return false;
    if (!r->keep_ms)
        r->keep_ms = now_ms + KEEP_MS;
    return now_ms >= r->keep_ms;
}

static bool sync_progress(struct runner *r, int64_t now_ms)
{
    struct err err = ERR_INIT;
    r->journal_bad = !progress_sync(r->progress, &err);
    if (!r->journal_bad) {
        runner_note_clear(r, RUNNER_NOTE_JOURNAL);
        return true;
    }
    runner_note_err(r, RUNNER_NOTE_JOURNAL, &err);
    r->journal_again_ms = now_ms + KEEP_MS;
    return false;
}

bool runner_keep(struct runner *r, int64_t now_ms, bool all)
{
    if (r->journal_bad && now_ms < r->journal_again_ms && !all)
        return false;
    if (!is_due(r, now_ms) && !(all && has_news(r)))
        return true;
    for (size_t i = 0; i < r->shard_count; i++)
        put_shard(r, r->shards[i]);
    if (!sync_progress(r, now_ms))
        return false;
    for (size_t i = 0; i < r->shard_count; i++)
        settle_shard(r, r->shards[i]);
    r->settled = false;
    r->keep_ms = 0;
    r->status_due = true;
    return true;
}
