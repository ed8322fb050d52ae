/* SPDX-License-Identifier: MIT */
/*
 * Replays an account. Which lane an item had is not in it: items that came in one batch share one,
 * and others may be kept apart, which asks for less.
 */
#include "replay.h"

#include "tests/model/trigger_model.h"

#include <stdio.h>
#include <string.h>

enum { REPLAY_KEYS = DELIVERY_LANES_MAX };

struct playing {
    const struct replay *r;
    struct trigger_model *m;
    const char *keys[REPLAY_KEYS];
    unsigned lanes[REPLAY_KEYS]; /* of keys */
    size_t key_count;
};

/* ---- letters ---- */

static void read_payload(struct str text, const struct world_records *truth, struct arena *arena,
    struct world_letter *out)
{
    struct err err = ERR_INIT;
    const struct json *records = json_get(json_parse(arena, text, &err), STR("Records"));
    if (records == NULL)
        world_fail("a dead letter without records: %s", err.text);
    out->records = arena_array(arena, size_t, records->count + 1);
    for (const struct json *r = records->first; r != NULL; r = r->next)
        out->records[out->count++] =
            world_find(truth, json_get(json_get(r, STR("dynamodb")), STR("SequenceNumber"))->text);
}

static void check_batch(
    const struct json *info, const struct world_letter *letter, const struct world_records *truth)
{
    int64_t size = -1;
    json_to_i64(json_get(info, STR("batchSize")), &size);
    if (size != (int64_t)letter->count || letter->count == 0 ||
        world_find(truth, json_get(info, STR("startSequenceNumber"))->text) != letter->records[0] ||
        world_find(truth, json_get(info, STR("endSequenceNumber"))->text) !=
            letter->records[letter->count - 1])
        world_fail("a dead letter's payload is not what it says");
}

struct world_letter *replay_letters(
    const char *path, const struct world_records *truth, struct arena *arena)
{
    struct buf text = {0};
    struct world_letter *first = NULL, **next = &first;
    struct str rest, line;
    struct err err = ERR_INIT;
    world_file(path, &text);
    for (rest = arena_dup(arena, buf_str(&text)); str_cut(&rest, '\n', &line) && line.len;
         next = &(*next)->next) {
        const struct json *json = json_parse(arena, line, &err);
        if (json == NULL)
            world_fail("a dead letter is no JSON: %s", err.text);
        *next = arena_new(arena, struct world_letter);
        (*next)->expired =
            str_equal(json_get(json_get(json, STR("requestContext")), STR("condition"))->text,
                STR("RecordAgeExceeded"));
        read_payload(json_get(json, STR("payload"))->text, truth, arena, *next);
        check_batch(json_get(json, STR("DDBStreamBatchInfo")), *next, truth);
    }
    buf_fini(&text);
    return first;
}

/* ---- lanes ---- */

static size_t key_of(struct playing *p, const char *key)
{
    for (size_t i = 0; i < p->key_count; i++)
        if (strcmp(p->keys[i], key) == 0)
            return i;
    if (p->key_count == REPLAY_KEYS)
        world_fail("more keys than lanes");
    p->keys[p->key_count] = key;
    p->lanes[p->key_count] = (unsigned)p->key_count;
    return p->key_count++;
}

static void join(struct playing *p, const size_t *records, size_t count)
{
    unsigned lane = p->lanes[key_of(p, p->r->truth->items[records[0]].key)];
    for (size_t i = 1; i < count; i++) {
        unsigned other = p->lanes[key_of(p, p->r->truth->items[records[i]].key)];
        for (size_t j = 0; j < p->key_count; j++)
            if (p->lanes[j] == other)
                p->lanes[j] = lane;
    }
}

static void find_lanes(struct playing *p)
{
    for (size_t i = 0; i < p->r->truth->count; i++)
        key_of(p, p->r->truth->items[i].key);
    for (struct world_call *c = p->r->calls; c != NULL; c = c->next) {
        for (size_t i = 0; i < c->count; i++)
            if (c->records[i] == SIZE_MAX)
                world_fail("%s: was handed a record that is not in the stream", p->r->name);
        join(p, c->records, c->count);
    }
    for (struct world_letter *l = p->r->letters; l != NULL; l = l->next)
        join(p, l->records, l->count);
}

static unsigned lane_of(struct playing *p, size_t record)
{
    return p->lanes[key_of(p, p->r->truth->items[record].key)];
}

/* ---- what happened ---- */

static void check(struct playing *p, bool allowed)
{
    if (!allowed)
        world_fail("%s: %s", p->r->name, p->m->complaint);
}

/* The lane's next letter; NULL: there is none any more. */
static struct world_letter *next_letter(struct playing *p, unsigned lane)
{
    for (struct world_letter *l = p->r->letters; l != NULL; l = l->next)
        if (!l->told && lane_of(p, l->records[0]) == lane)
            return l;
    return NULL;
}

/* The first record of the lane that is not dealt with; SIZE_MAX: all are. */
static size_t head_of(const struct playing *p, unsigned lane)
{
    for (size_t i = 0; i < p->m->count; i++)
        if (p->m->records[i].lane == lane && p->m->records[i].fate == FATE_PENDING)
            return i;
    return SIZE_MAX;
}

/* What must have been given up before the lane could go on with `record`. */
static void give_up(struct playing *p, unsigned lane, size_t record)
{
    int64_t late = INT64_MAX / 4;
    struct world_letter *l;
    while (head_of(p, lane) != record && (l = next_letter(p, lane)) != NULL) {
        l->told = true;
        check(p, model_gives_up(p->m, lane, l->records, l->count, l->expired, late));
        model_gave_up(p->m, lane, true, late);
    }
}

/* The lane's next call begins where this one did. */
static bool comes_again(struct playing *p, const struct world_call *call, unsigned lane)
{
    const struct world_call *next = call->next;
    while (next != NULL && lane_of(p, next->records[0]) != lane)
        next = next->next;
    return next != NULL && next->records[0] == call->records[0];
}

static void tell(struct playing *p, const struct world_call *call)
{
    unsigned lane = lane_of(p, call->records[0]);
    struct model_lane *l = &p->m->lanes[lane];
    size_t failed = strcmp(call->outcome, "ok") == 0 ? SIZE_MAX : 0;
    if (p->r->slow && failed != 0 && comes_again(p, call, lane))
        failed = 0;
    give_up(p, lane, call->records[0]);
    check(p, model_invokes(p->m, lane, call->records, call->count,
                 l->piece_count ? l->pieces[0].since + 1 : 1, call->began_ns / 1000000));
    if (strcmp(call->outcome, "partial") == 0)
        while (strncmp(p->r->truth->items[call->records[failed]].key, "poison", 6) != 0)
            failed++;
    model_answered(p->m, lane, failed, call->began_ns / 1000000);
}

struct delivery_ledger replay_run(const struct replay *r)
{
    struct playing p = {.r = r, .m = model_new(&r->rules)};
    p.m->timed = false;
    p.m->rules.factor = DELIVERY_LANES_MAX;
    find_lanes(&p);
    for (size_t i = 0; i < r->truth->count; i++)
        model_push(p.m,
            model_write(p.m, lane_of(&p, i), key_of(&p, r->truth->items[i].key),
                r->truth->items[i].time_ms, 100, true),
            0);
    for (struct world_call *c = r->calls; c != NULL; c = c->next)
        tell(&p, c);
    for (unsigned lane = 0; lane < DELIVERY_LANES_MAX; lane++)
        give_up(&p, lane, SIZE_MAX);
    for (struct world_letter *l = r->letters; l != NULL; l = l->next)
        if (!l->told)
            world_fail("%s: a dead letter that should not be", r->name);
    if (!model_idle(p.m))
        world_fail("%s: records were passed over", r->name);
    struct delivery_ledger ledger = p.m->ledger;
    model_free(p.m);
    return ledger;
}
