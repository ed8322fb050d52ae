/* SPDX-License-Identifier: MIT */
/*
 * Where a mapping begins, fixed before anything is read. LATEST: what is written from now on, in
 * the open shards behind an iterator of now, in later ones from their beginning; closed ones count
 * as read. Whoever makes a mapping does it under the runner's lease, or lets the runner do it.
 * Where the start was there and is damaged, shards of which nothing is known are read from their
 * beginning: what comes twice is better than what never comes.
 */
#include "backend/triggers/runner_impl.h"

#include <time.h>

enum { WAIT_TRIES = 1000, WAIT_MS = 5 };

static void put_shard(struct progress *progress, const struct follow_shard *at)
{
    progress_put(progress,
        &(struct progress_shard){
            .id = at->id, .place = {.factor = 1}, .iterator = at->iterator, .done = at->done});
}

static bool locate_latest(struct client *client, struct progress *progress,
    const struct mapping *mapping, int64_t now_ms, struct err *err)
{
    struct follow *follow = follow_new(client, mapping->source, FOLLOW_LATEST, now_ms);
    struct follow_shard at;
    bool ok = follow_locate(follow, err);
    for (size_t i = 0; ok && follow_shard_at(follow, i, &at); i++)
        put_shard(progress, &at);
    follow_free(follow);
    return ok;
}

bool runner_start_fix(struct client *client, struct progress *progress,
    const struct mapping *mapping, int64_t now_ms, struct err *err)
{
    struct progress_start start = progress_start(progress);
    if (start.fixed)
        return true;
    bool known = progress_damaged(progress); /* the journal of one that had begun */
    start = (struct progress_start){
        .from_start = mapping->from_start, .time_ms = known ? mapping->created_ms : now_ms};
    if (!mapping->from_start && !known && !locate_latest(client, progress, mapping, now_ms, err))
        return false;
    progress_set_start(progress, &start);
    return progress_sync(progress, err);
}

/* With the lease: fixes it. Without: *done says whether the one who has the lease did. */
static bool try_fix(struct client *client, const char *folder, const struct mapping *mapping,
    int64_t now_ms, struct lease *lease, bool *done, struct err *err)
{
    if (!lease_try(lease, folder, err))
        return false;
    struct progress *progress = progress_open(folder, err);
    if (!progress)
        return false;
    bool ok = !lease->taken || runner_start_fix(client, progress, mapping, now_ms, err);
    *done = progress_start(progress).fixed;
    progress_close(progress);
    return ok;
}

bool runner_fix_start(struct backend *backend, struct registry *registry,
    const struct mapping *mapping, const struct clock *clock, struct err *err)
{
    const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    struct client client = {.backend = backend};
    struct lease lease = LEASE_INIT;
    struct buf folder = {0};
    int64_t now_ms = clock_now_ms(clock);
    bool done = false;
    bool ok = registry_mapping_folder(registry, mapping->uuid, &folder, err);
    for (int i = 0; ok && !done && i < WAIT_TRIES; i++) {
        if (i)
            nanosleep(&pause, NULL);
        ok = try_fix(&client, folder.at, mapping, now_ms, &lease, &done, err);
    }
    lease_drop(&lease);
    buf_fini(&folder);
    if (ok && !done)
        return err_set(err, ERR_BUSY,
            "the process that runs this trigger has not begun with it: see its status");
    return ok;
}
