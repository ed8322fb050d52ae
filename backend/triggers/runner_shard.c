/* SPDX-License-Identifier: MIT */
/*
 * The stream's side of a runner: which shards may be read now, records into their machines. A shard
 * waits until all of its parent is dealt with: an item's records go on in the child.
 */
#include "backend/triggers/runner_impl.h"

#include "backend/triggers/event.h"
#include "backend/triggers/sequence.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    POLL_MS = 250,
    AGAIN_MS = 250,
    AGAIN_MAX_MS = 10 * 1000,
    ECHOES = 5,
    ECHO_NS = 100 * 1000, /* the first one, the next ones so many times as long each */
    ECHO_TIMES = 4,
    TOKENS_MAX = 8, /* reads in vain one after the other, then one a millisecond */
};

/* ---- shards ---- */

static struct runner_shard *find_shard(const struct runner *r, struct str id)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (str_equal(buf_str(&r->shards[i]->id), id))
            return r->shards[i];
    return NULL;
}

static struct runner_shard *make_shard(
    struct runner *r, struct str id, const struct delivery_place *place)
{
    if (r->shard_count == r->shard_room) {
        r->shard_room = r->shard_room ? 2 * r->shard_room : 8;
        r->shards = mem_grow(r->shards, r->shard_room * sizeof(struct runner_shard *));
    }
    struct runner_shard *shard = r->shards[r->shard_count++] = mem_new(struct runner_shard);
    size_t envelope = event_envelope(r->mapping.tumbling_s > 0, id, r->mapping.source);
    struct delivery_rules rules = delivery_rules_of(&r->mapping, envelope);
    buf_add(&shard->id, id);
    r->random = r->random * 6364136223846793005u + 1442695040888963407u;
    shard->delivery = delivery_new(&rules, place, r->random);
    return shard;
}

static void free_shard(struct runner_shard *shard)
{
    delivery_free(shard->delivery);
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        runner_job_free(shard->jobs[i]);
    buf_fini(&shard->id);
    buf_fini(&shard->parent);
    buf_fini(&shard->iterator);
    free(shard);
}

struct str runner_shard_lowest(const struct delivery_place *place)
{
    struct str lowest = place->sequence[0];
    for (unsigned i = 1; i < place->factor; i++)
        if (sequence_compare(place->sequence[i], lowest) < 0)
            lowest = place->sequence[i];
    return place->factor ? lowest : STR_NONE;
}

/* A shard as it was kept: where the follower begins in it, and its machine. */
static void resume_shard(struct runner *r, const struct progress_shard *kept)
{
    struct runner_shard *shard = make_shard(r, kept->id, &kept->place);
    struct str lowest = runner_shard_lowest(&kept->place);
    buf_add(&shard->iterator, kept->iterator);
    shard->read = shard->finished = kept->done;
    if (kept->done)
        follow_finish(r->follow, kept->id);
    else if (lowest.len)
        follow_resume(r->follow, kept->id, lowest);
    else if (kept->iterator.len)
        follow_begin(r->follow, kept->id, kept->iterator);
}

static bool wants_shard(void *context, struct str id, struct str parent);

void runner_shard_begin(struct runner *r)
{
    struct progress_start start = progress_start(r->progress);
    struct progress_shard kept;
    r->follow = follow_new(&r->client, r->mapping.source, FOLLOW_TRIM_HORIZON, start.time_ms);
    if (!backend_is_remote(r->options.backend))
        follow_trust_clock(r->follow);
    follow_set_gate(r->follow, wants_shard, r);
    for (size_t i = 0; progress_shard_at(r->progress, i, &kept); i++)
        resume_shard(r, &kept);
    r->gaps = r->gaps_before = progress_gaps(r->progress);
    r->due = true;
    r->over = false;
    r->read_errors = 0;
    r->read_again_ms = 0;
}

void runner_shard_end(struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        free_shard(r->shards[i]);
    r->shard_count = 0;
    r->seen = NULL;
    follow_free(r->follow);
    r->follow = NULL;
}

/* ---- reading ---- */

static bool is_open(const struct runner *r, const struct runner_shard *shard)
{
    const struct runner_shard *parent = find_shard(r, buf_str(&shard->parent));
    return (!parent || parent->finished) && delivery_has_room(shard->delivery);
}

static bool wants_shard(void *context, struct str id, struct str parent)
{
    struct runner *r = context;
    struct runner_shard *shard = find_shard(r, id);
    if (!shard)
        shard = make_shard(r, id, NULL);
    if (!shard->parent.len)
        buf_add(&shard->parent, parent);
    shard->wants = !is_open(r, shard);
    return !shard->wants;
}

static bool take_record(void *context, const struct follow_record *record)
{
    struct runner *r = context;
    int64_t now_ms = clock_now_ms(r->options.clock);
    if (!r->seen || !str_equal(buf_str(&r->seen->id), record->shard))
        r->seen = find_shard(r, record->shard);
    if (!r->seen)
        return false;
    struct delivery_record copy = {.sequence = record->sequence,
        .item = event_item(record->event),
        .time_ms = record->time_ms ? record->time_ms : now_ms,
        .wanted = mapping_wants(&r->mapping, record->event)};
    if (copy.wanted) {
        buf_clear(&r->event);
        json_put(&r->event, record->event);
        copy.event = buf_str(&r->event);
        loops_see(&r->loops, copy.item, now_ms);
    }
    delivery_push(r->seen->delivery, &copy, now_ms);
    return true;
}

static void take_shards(struct runner *r, int64_t read_ms)
{
    struct follow_shard at;
    for (size_t i = 0; follow_shard_at(r->follow, i, &at); i++) {
        struct runner_shard *shard = find_shard(r, at.id);
        if (shard && at.drained)
            delivery_drained(shard->delivery, read_ms);
        if (shard && at.done && !shard->read) {
            shard->read = true;
            shard->wants = false;
            delivery_close(shard->delivery);
        }
    }
}

static bool is_listed(const struct runner *r, struct str id)
{
    struct follow_shard at;
    for (size_t i = 0; follow_shard_at(r->follow, i, &at); i++)
        if (str_equal(at.id, id))
            return true;
    return false;
}

/* What the stream has forgotten, and is dealt with, needs to be known no longer. */
static void forget_shards(struct runner *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->shard_count; i++) {
        struct runner_shard *shard = r->shards[i];
        if (shard->finished && !is_listed(r, buf_str(&shard->id))) {
            progress_forget(r->progress, buf_str(&shard->id));
            free_shard(shard);
            r->seen = NULL;
        } else {
            r->shards[kept++] = shard;
        }
    }
    r->shard_count = kept;
}

static bool all_finished(const struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (!r->shards[i]->finished)
            return false;
    return true;
}

/* All that was read is dealt with. */
static bool nothing_pending(const struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (!r->shards[i]->finished && !delivery_idle(r->shards[i]->delivery))
            return false;
    return true;
}

static void set_gaps(struct runner *r, uint64_t gaps)
{
    r->gaps = gaps;
    progress_set_gaps(r->progress, gaps);
    r->settled = true;
    runner_note(r, RUNNER_NOTE_GAP,
        "records had left the stream before they were read, %llu times (they stay 24 hours)",
        (unsigned long long)gaps);
}

static bool is_gone(const struct err *err)
{
    return err->code == ERR_REFUSED && strcmp(err->name, "ResourceNotFoundException") == 0;
}

static void note_end(struct runner *r)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct str table = mapping_table(&r->mapping), arn;
    r->over = true;
    bool there = follow_arn(&r->client, &arena, table, &arn, &err);
    if (!there && is_gone(&err))
        runner_note(r, RUNNER_NOTE_END,
            "its stream is read to its end, and the table %.*s is gone: remove this trigger",
            STR_ARG(table));
    else if (!there || str_equal(arn, r->mapping.source))
        runner_note(r, RUNNER_NOTE_END,
            "its stream takes no more records and is read to its end; turn a stream on again and "
            "add this trigger for it");
    else
        runner_note(r, RUNNER_NOTE_END,
            "its stream takes no more records and is read to its end; the table %.*s has a new "
            "one: add this trigger for %.*s",
            STR_ARG(table), STR_ARG(arn));
    arena_fini(&arena);
}

static void take_round(struct runner *r, const struct follow_round *round, int64_t now_ms)
{
    r->read_errors = 0;
    r->due = round->more;
    r->read_next_ms = now_ms + POLL_MS;
    r->status_due = r->status_due || round->records;
    runner_note_clear(r, RUNNER_NOTE_STREAM);
    take_shards(r, now_ms);
    forget_shards(r);
    if (round->gaps + r->gaps_before != r->gaps)
        set_gaps(r, round->gaps + r->gaps_before);
    if (round->ended && all_finished(r))
        note_end(r);
}

/* What was not read of it is lost, which is counted once. */
static void lose_stream(struct runner *r)
{
    r->over = true;
    if (!all_finished(r) || (!r->shard_count && !r->gaps))
        set_gaps(r, r->gaps + 1);
    for (size_t i = 0; i < r->shard_count; i++) {
        r->shards[i]->read = true;
        delivery_close(r->shards[i]->delivery);
    }
}

static void fail_round(struct runner *r, const struct err *err, int64_t now_ms)
{
    int64_t pause = AGAIN_MS;
    if (err->code == ERR_CANCELLED)
        return;
    for (unsigned i = 0; i < r->read_errors && pause < AGAIN_MAX_MS; i++)
        pause *= 2;
    r->read_errors++;
    r->read_again_ms = now_ms + (pause < AGAIN_MAX_MS ? pause : AGAIN_MAX_MS);
    r->due = true;
    if (is_gone(err) && nothing_pending(r)) {
        lose_stream(r);
        runner_note(r, RUNNER_NOTE_END,
            "its stream is gone: remove this trigger, or add it for another stream");
    } else {
        runner_note_err(r, RUNNER_NOTE_STREAM, err);
    }
}

/* A file tells of a write before the transaction that it ends is seen by others: what was not there
 * at once is looked for again, a little later each time. */
void runner_shard_written(struct runner *r)
{
    r->due = true;
    r->echo = ECHOES;
    r->echo_ns = clock_tick_ns() + ECHO_NS;
}

int64_t runner_shard_echo(const struct runner *r)
{
    return r->echo && !r->over ? r->echo_ns : INT64_MAX;
}

static bool take_echo(struct runner *r)
{
    int64_t now_ns = clock_tick_ns(), delay_ns = ECHO_NS;
    if (!r->echo || now_ns < r->echo_ns)
        return false;
    for (unsigned i = --r->echo; i < ECHOES; i++)
        delay_ns *= ECHO_TIMES;
    r->echo_ns = now_ns + delay_ns;
    return true;
}

/* Others write too: who is woken by each of their writes looks at most once a millisecond. */
static bool take_token(struct runner *r)
{
    int64_t now_ns = clock_tick_ns();
    r->tokens += (double)(now_ns - r->tokens_ns) / 1e6;
    r->tokens = r->tokens < TOKENS_MAX ? r->tokens : TOKENS_MAX;
    r->tokens_ns = now_ns;
    if (r->tokens < 1)
        return false;
    r->tokens -= 1;
    return true;
}

/* A shard that was not read may be read now. */
static bool has_opened(const struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        if (r->shards[i]->wants && is_open(r, r->shards[i]))
            return true;
    return false;
}

static bool polls(const struct runner *r)
{
    return r->wake.data < 0;
}

void runner_shard_read(struct runner *r, int64_t now_ms)
{
    struct err err = ERR_INIT;
    struct follow_round round = {0};
    bool echo = take_echo(r);
    bool due = echo || r->due || has_opened(r) || (polls(r) && now_ms >= r->read_next_ms);
    if (r->over || !due || now_ms < r->read_again_ms || !(echo || take_token(r)))
        return;
    bool ok = follow_poll(r->follow, take_record, r, &round, &err);
    if (round.records)
        r->tokens += 1;
    if (ok)
        take_round(r, &round, now_ms);
    else
        fail_round(r, &err, now_ms);
}

int64_t runner_shard_wake(struct runner *r, int64_t now_ms)
{
    if (r->over)
        return INT64_MAX;
    if (now_ms < r->read_again_ms)
        return r->read_again_ms;
    if (r->due || has_opened(r))
        return now_ms + (r->tokens < 1);
    return polls(r) ? r->read_next_ms : INT64_MAX;
}
