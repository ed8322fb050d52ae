/* SPDX-License-Identifier: MIT */
/*
 * Idle, as a fact and not as an impression: the stream is read from the place that a mapping keeps,
 * and what comes has not been dealt with. Only looks: who has the lease goes on meanwhile.
 *
 *     stream  ──●──●──●──●──▶        place behind the last ● = idle
 *                        ▲ progress
 */
#include "views/cli/trigger_idle.h"

#include "backend/follow.h"
#include "backend/triggers/progress.h"
#include "backend/triggers/sequence.h"

/* All records at or below it are dealt with; empty where a lane has none yet. */
static struct str lowest_of(const struct delivery_place *place)
{
    struct str lowest = place->factor ? place->sequence[0] : STR_NONE;
    for (unsigned i = 1; i < place->factor; i++)
        if (sequence_compare(place->sequence[i], lowest) < 0)
            lowest = place->sequence[i];
    return lowest;
}

static void place_shard(struct follow *follow, const struct progress_shard *shard)
{
    struct str lowest = lowest_of(&shard->place);
    if (shard->done)
        follow_finish(follow, shard->id);
    else if (lowest.len)
        follow_resume(follow, shard->id, lowest);
    else if (shard->iterator.len)
        follow_begin(follow, shard->id, shard->iterator);
}

static bool stop_at_one(void *context, const struct follow_record *record)
{
    bool *found = context;
    (void)record;
    *found = true;
    return false;
}

static bool has_more(struct client *client, struct follow *follow, bool *found, struct err *err)
{
    struct follow_round round = {.more = true};
    *found = false;
    while (round.more && !*found && !(client->limits.cancel && atomic_load(client->limits.cancel)))
        if (!follow_poll(follow, stop_at_one, found, &round, err))
            return false;
    return true;
}

static bool look(struct client *client, const struct progress *progress,
    const struct mapping *mapping, bool *idle, uint64_t *calls, struct err *err)
{
    struct progress_start start = progress_start(progress);
    struct progress_shard shard;
    bool found = false;
    *idle = false;
    if (!start.fixed)
        return true;
    struct follow *follow = follow_new(client, mapping->source, FOLLOW_TRIM_HORIZON, start.time_ms);
    *calls += progress_forgotten(progress).calls;
    for (size_t i = 0; progress_shard_at(progress, i, &shard); i++) {
        *calls += shard.place.ledger.calls;
        place_shard(follow, &shard);
    }
    bool ok = has_more(client, follow, &found, err);
    follow_free(follow);
    if (!ok && strcmp(err->name, "ResourceNotFoundException") == 0)
        ok = true; /* the stream is gone, and with it what was left to do */
    *idle = ok && !found;
    return ok;
}

bool trigger_idle_mapping(struct client *client, struct registry *registry,
    const struct mapping *mapping, bool *idle, uint64_t *calls, struct err *err)
{
    struct buf folder = {0};
    *idle = false;
    struct progress *progress = registry_mapping_folder(registry, mapping->uuid, &folder, err)
                                    ? progress_open(buf_cstr(&folder), err)
                                    : NULL;
    bool ok = progress && look(client, progress, mapping, idle, calls, err);
    progress_close(progress);
    buf_fini(&folder);
    return ok;
}
