/* SPDX-License-Identifier: MIT */
/*
 * The machine of a shard: which lane a record goes to, what is dealt with, sums.
 *
 *                     ┌─ lane 0 ─┐
 *     push ─ item ─▶  ├─ lane 1 ─┤ ─▶ orders      place: of each lane, the number before its first
 *       │             └─ lane …  ┘                 record; of an empty one, the last number pushed
 *       └─ beyond `level`, while the lanes are those of another factor ─▶ held ─▶ lanes
 *
 * What becomes of a batch is delivery_batch.c's business.
 */
#include "backend/triggers/delivery_impl.h"

#include "backend/triggers/sequence.h"
#include "base/mem.h"

#include <stdlib.h>

/* A batch of 6 MB fits, and some records more than a batch has, so that the next one is there when
 * this one is done. */
enum { LANE_BYTES = DELIVERY_EVENT_MAX + (1 << 20), LANE_AHEAD = 1000 };

static void set_text(struct buf *to, struct str text)
{
    buf_clear(to);
    buf_add(to, text);
}

/* ---- levelling: lanes of another factor are emptied up to the highest number first ---- */

static unsigned factor_of(const struct delivery_rules *rules)
{
    unsigned factor = rules->tumbling_ms ? 1 : rules->factor;
    return factor < 1 ? 1 : factor > DELIVERY_LANES_MAX ? DELIVERY_LANES_MAX : factor;
}

static bool lanes_empty(const struct delivery *d)
{
    for (unsigned i = 0; i < d->factor; i++)
        if (d->lanes[i].count)
            return false;
    return true;
}

static void push_record(struct delivery *d, const struct delivery_record *record, int64_t now_ms);

/* All that the old lanes had is dealt with: the new ones begin side by side. */
static void change_factor(struct delivery *d)
{
    d->factor = factor_of(&d->rules);
    if (sequence_compare(buf_str(&d->last), buf_str(&d->level)) < 0)
        set_text(&d->last, buf_str(&d->level));
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        set_text(&d->lanes[i].floor, buf_str(&d->last));
    d->version++;
    for (size_t i = 0; i < d->held.count; i++) {
        const struct delivery_entry *entry = delivery_lane_at(&d->held, i);
        push_record(d, &entry->record, entry->pushed_ms);
    }
    delivery_lane_pop(&d->held, d->held.count);
}

/* `beyond`: a record behind the highest number is known. */
static void try_level(struct delivery *d, bool beyond)
{
    if (d->factor == factor_of(&d->rules) || !lanes_empty(d))
        return;
    if (beyond || d->held.count || sequence_compare(buf_str(&d->last), buf_str(&d->level)) >= 0)
        change_factor(d);
}

/* ---- pushing ---- */

static void count_filtered(struct delivery *d, struct delivery_lane *lane)
{
    if (lane->count) {
        delivery_lane_at(lane, lane->count - 1)->filtered++;
        d->filtered++;
    } else {
        d->kept.filtered++;
        d->version++;
    }
}

static void push_record(struct delivery *d, const struct delivery_record *record, int64_t now_ms)
{
    struct delivery_lane *lane = &d->lanes[record->item % d->factor];
    if (sequence_compare(record->sequence, buf_str(&lane->floor)) > 0) {
        if (record->wanted)
            delivery_lane_push(lane, record, buf_str(&d->last), now_ms);
        else
            count_filtered(d, lane);
    }
    set_text(&d->last, record->sequence);
}

void delivery_push(struct delivery *d, const struct delivery_record *record, int64_t now_ms)
{
    bool beyond = sequence_compare(record->sequence, buf_str(&d->level)) > 0;
    try_level(d, beyond);
    if (beyond && d->factor != factor_of(&d->rules))
        delivery_lane_push(&d->held, record, STR_NONE, now_ms);
    else
        push_record(d, record, now_ms);
}

bool delivery_has_room(const struct delivery *d)
{
    size_t most = 2 * (size_t)d->rules.batch_size + LANE_AHEAD;
    for (unsigned i = 0; i < d->factor; i++)
        if (d->lanes[i].count >= most || d->lanes[i].bytes >= LANE_BYTES)
            return false;
    return !d->held.count;
}

void delivery_drained(struct delivery *d, int64_t now_ms)
{
    d->window.drained_ms = now_ms;
}

void delivery_close(struct delivery *d)
{
    d->closed = true;
}

bool delivery_idle(const struct delivery *d)
{
    return lanes_empty(d) && !d->held.count && !(d->closed && d->window.open);
}

/* ---- orders and results ---- */

void delivery_next(struct delivery *d, int64_t now_ms, struct delivery_order *order)
{
    int64_t wake_ms = INT64_MAX;
    try_level(d, false);
    for (unsigned i = 0; i < d->factor; i++) {
        unsigned at = (d->turn + i) % d->factor;
        *order = (struct delivery_order){.kind = DELIVERY_WAIT};
        delivery_batch_next(d, &d->lanes[at], now_ms, order);
        if (order->kind != DELIVERY_WAIT) {
            d->turn = at + 1;
            return;
        }
        wake_ms = order->wake_ms < wake_ms ? order->wake_ms : wake_ms;
    }
    *order = (struct delivery_order){.kind = DELIVERY_WAIT, .wake_ms = wake_ms};
}

void delivery_invoked(struct delivery *d, unsigned lane, enum delivery_outcome outcome,
    struct str response, int64_t now_ms)
{
    if (lane < d->factor && d->lanes[lane].out == DELIVERY_OUT_INVOKE)
        delivery_batch_invoked(d, &d->lanes[lane], outcome, response, now_ms);
}

void delivery_given_up(struct delivery *d, unsigned lane, bool written, int64_t now_ms)
{
    if (lane < d->factor && d->lanes[lane].out == DELIVERY_OUT_GIVE_UP)
        delivery_batch_given_up(d, &d->lanes[lane], written, now_ms);
}

/* ---- what is dealt with ---- */

uint64_t delivery_version(const struct delivery *d)
{
    return d->version;
}

static struct str lane_place(const struct delivery *d, const struct delivery_lane *lane)
{
    const struct delivery_entry *first = delivery_lane_at(lane, 0);
    struct str behind = first ? first->before : buf_str(&d->last);
    struct str floor = buf_str(&lane->floor);
    return sequence_compare(behind, floor) > 0 ? behind : floor;
}

static uint64_t count_dealt(const struct delivery_ledger *ledger)
{
    return ledger->succeeded + ledger->filtered + ledger->dropped + ledger->expired;
}

void delivery_place(const struct delivery *d, struct delivery_place *out)
{
    *out = (struct delivery_place){.factor = d->factor, .ledger = d->kept};
    out->ledger.seen = count_dealt(&d->kept);
    for (unsigned i = 0; i < d->factor; i++)
        out->sequence[i] = lane_place(d, &d->lanes[i]);
    if (d->window.open) {
        out->window_start_ms = d->window.start_ms;
        out->window_state = buf_str(&d->window.state);
    }
}

struct delivery_ledger delivery_ledger(const struct delivery *d)
{
    struct delivery_ledger now = d->kept;
    now.filtered += d->filtered;
    now.pending = d->held.count;
    for (unsigned i = 0; i < d->factor; i++)
        now.pending += d->lanes[i].count;
    now.seen = count_dealt(&now) + now.pending;
    return now;
}

int64_t delivery_oldest_ms(const struct delivery *d)
{
    int64_t oldest = INT64_MAX;
    for (unsigned i = 0; i < d->factor; i++) {
        const struct delivery_entry *first = delivery_lane_at(&d->lanes[i], 0);
        if (first && first->record.time_ms < oldest)
            oldest = first->record.time_ms;
    }
    return oldest;
}

/* ---- by hand ---- */

void delivery_retry_now(struct delivery *d)
{
    for (unsigned i = 0; i < d->factor; i++)
        d->lanes[i].due_ms = 0;
}

static const struct delivery_lane *worst_lane(const struct delivery *d)
{
    const struct delivery_lane *worst = NULL;
    for (unsigned i = 0; i < d->factor; i++) {
        const struct delivery_lane *lane = &d->lanes[i];
        unsigned times = lane->failures + lane->refusals;
        if (times && (!worst || times > worst->failures + worst->refusals))
            worst = lane;
    }
    return worst;
}

bool delivery_skip(struct delivery *d)
{
    const struct delivery_lane *worst = worst_lane(d);
    if (!worst || !worst->failures)
        return false;
    struct delivery_lane *lane = &d->lanes[worst - d->lanes];
    lane->skip = true;
    lane->due_ms = 0;
    return true;
}

bool delivery_trouble(const struct delivery *d, struct delivery_trouble *out)
{
    const struct delivery_lane *worst = worst_lane(d);
    if (!worst)
        return false;
    const struct delivery_entry *first = delivery_lane_at(worst, 0);
    *out = (struct delivery_trouble){.lane = (unsigned)(worst - d->lanes),
        .attempt = worst->failures + 1,
        .again_ms = worst->due_ms,
        .sequence = first ? first->record.sequence : STR_NONE};
    return true;
}

/* ---- life ---- */

/* Where it is to go on: what is kept, and the highest number that any lane has reached. */
static void take_place(struct delivery *d, const struct delivery_place *place)
{
    d->kept = place->ledger;
    d->kept.seen = d->kept.pending = 0;
    d->factor = place->factor < 1 ? 1 : place->factor;
    if (d->factor > DELIVERY_LANES_MAX)
        d->factor = DELIVERY_LANES_MAX;
    for (unsigned i = 0; i < d->factor; i++) {
        struct str sequence = place->sequence[i];
        set_text(&d->lanes[i].floor, sequence);
        if (sequence_compare(sequence, buf_str(&d->level)) > 0)
            set_text(&d->level, sequence);
    }
    if (d->rules.tumbling_ms && place->window_state.len) {
        d->window.open = true;
        d->window.start_ms = place->window_start_ms;
        delivery_window_set_state(d, place->window_state);
    }
}

/* Lanes that stand side by side are level already. */
static bool is_level(const struct delivery *d)
{
    for (unsigned i = 0; i < d->factor; i++)
        if (sequence_compare(buf_str(&d->lanes[i].floor), buf_str(&d->level)) != 0)
            return false;
    return true;
}

struct delivery *delivery_new(
    const struct delivery_rules *rules, const struct delivery_place *place, uint64_t seed)
{
    struct delivery *d = mem_new(struct delivery);
    d->rules = *rules;
    d->random = seed | 1;
    if (place)
        take_place(d, place);
    else
        d->factor = factor_of(rules);
    if (d->factor != factor_of(rules) && is_level(d))
        change_factor(d);
    return d;
}

void delivery_free(struct delivery *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        delivery_lane_fini(&d->lanes[i]);
    delivery_lane_fini(&d->held);
    buf_fini(&d->level);
    buf_fini(&d->last);
    buf_fini(&d->window.state);
    arena_fini(&d->scratch);
    free(d);
}
