/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a lane's batch: when it is due, what a result makes of it.
 *
 *     queue      [a b c d e f g h │ i j …]
 *     batch       ▔▔▔               3 records are sent next
 *     parts             ▔▔▔▔▔▔▔     then these 5, which a split left behind; then a new batch is
 * cut
 *
 * Must not know how records are kept (delivery_lane.c) nor how lanes are chosen (delivery.c).
 */
#include "backend/triggers/delivery_impl.h"

#include "backend/triggers/batch_result.h"

enum { ENVELOPE = sizeof "{\"Records\":[]}" - 1 };

/* ---- cutting ---- */

/* How many records the next batch has; *full: no more would go into it. */
static size_t cut_batch(const struct delivery *d, const struct delivery_lane *lane, bool *full)
{
    size_t size = d->rules.envelope ? d->rules.envelope : ENVELOPE, count = 0;
    size += d->window.open ? d->window.state.len : 0;
    *full = true;
    for (; count < lane->count && count < d->rules.batch_size; count++) {
        const struct delivery_record *record = &delivery_lane_at(lane, count)->record;
        size += record->event.len + (count > 0);
        if (count && size > DELIVERY_EVENT_MAX)
            return count;
        if (d->window.open && delivery_window_of(d, record->time_ms) > d->window.start_ms)
            return count;
    }
    *full = count == d->rules.batch_size;
    return count;
}

/* The time at which the lane's next batch, which is cut here, is due. */
static int64_t cut_due(
    const struct delivery *d, const struct delivery_lane *lane, int64_t now_ms, size_t *count)
{
    bool full;
    *count = cut_batch(d, lane, &full);
    int64_t pushed = delivery_lane_at(lane, 0)->pushed_ms, due = pushed + d->rules.window_ms;
    bool set_back = pushed > now_ms; /* the clock was: nobody knows how long it has waited */
    if (full || d->closed || due < now_ms || set_back)
        due = now_ms;
    return due > lane->due_ms ? due : lane->due_ms;
}

/* ---- orders ---- */

static bool is_old(
    const struct delivery *d, const struct delivery_lane *lane, int64_t time_ms, int64_t now_ms)
{
    if (d->rules.age_ms >= 0)
        return now_ms - time_ms > d->rules.age_ms;
    return lane->failures && now_ms - time_ms > DELIVERY_STREAM_MS;
}

static size_t count_old(const struct delivery *d, const struct delivery_lane *lane, int64_t now_ms)
{
    size_t count = 0;
    while (count < lane->batch &&
           is_old(d, lane, delivery_lane_at(lane, count)->record.time_ms, now_ms))
        count++;
    return count;
}

static bool is_spent(const struct delivery *d, const struct delivery_lane *lane)
{
    return lane->skip || (d->rules.retries >= 0 && lane->failures > (unsigned)d->rules.retries);
}

static void fill_window(
    const struct delivery *d, const struct delivery_lane *lane, struct delivery_order *order)
{
    if (!d->window.open)
        return;
    order->windowed = true;
    order->final = lane->final;
    order->early = lane->final && lane->early;
    order->window_start_ms = d->window.start_ms;
    order->window_end_ms = d->window.start_ms + d->rules.tumbling_ms;
    order->state = buf_str(&d->window.state);
}

static void give_order(const struct delivery *d, struct delivery_lane *lane,
    enum delivery_kind kind, size_t count, struct delivery_order *order)
{
    bool invoke = kind == DELIVERY_INVOKE;
    lane->out = invoke ? DELIVERY_OUT_INVOKE : DELIVERY_OUT_GIVE_UP;
    order->kind = kind;
    order->lane = (unsigned)(lane - d->lanes);
    order->attempt = lane->failures + invoke;
    order->count = count;
    order->records = delivery_lane_hand(lane, count);
    order->expired = lane->expired;
    fill_window(d, lane, order);
}

/* The batch is due: it is sent, unless it has failed too often or its first records are too old. */
static void send_batch(
    struct delivery *d, struct delivery_lane *lane, int64_t now_ms, struct delivery_order *order)
{
    size_t old = lane->final ? 0 : count_old(d, lane, now_ms);
    lane->expired = false;
    if (lane->final && lane->failures &&
        is_old(d, lane, d->window.start_ms + d->rules.tumbling_ms, now_ms)) {
        lane->expired = true;
        give_order(d, lane, DELIVERY_GIVE_UP, 0, order);
    } else if (is_spent(d, lane)) {
        give_order(d, lane, DELIVERY_GIVE_UP, lane->batch, order);
    } else if (old) {
        lane->expired = true;
        give_order(d, lane, DELIVERY_GIVE_UP, old, order);
    } else {
        give_order(d, lane, DELIVERY_INVOKE, lane->batch, order);
    }
}

static void wait_until(struct delivery_order *order, int64_t wake_ms)
{
    order->kind = DELIVERY_WAIT;
    order->wake_ms = wake_ms;
}

/* A window's last call stands before what comes behind it. True: there is one. */
static bool end_window(
    struct delivery *d, struct delivery_lane *lane, int64_t now_ms, int64_t *wake_ms)
{
    if (!d->rules.tumbling_ms || !d->window.open || lane->fixed)
        return false;
    lane->final = lane->final || delivery_window_ends(d, lane, now_ms, &lane->early, wake_ms);
    return lane->final;
}

void delivery_batch_next(
    struct delivery *d, struct delivery_lane *lane, int64_t now_ms, struct delivery_order *order)
{
    int64_t wake_ms = INT64_MAX;
    size_t count;
    if (lane->out)
        return wait_until(order, INT64_MAX);
    if (lane->fixed || end_window(d, lane, now_ms, &wake_ms)) {
        if (lane->due_ms > now_ms)
            return wait_until(order, lane->due_ms);
        return send_batch(d, lane, now_ms, order);
    }
    if (!lane->count)
        return wait_until(order, wake_ms);
    if (d->rules.tumbling_ms)
        delivery_window_enter(d, lane);
    int64_t due = cut_due(d, lane, now_ms, &count);
    if (due > now_ms)
        return wait_until(order, due);
    lane->batch = count;
    send_batch(d, lane, now_ms, order);
}

/* ---- results ---- */

/* Between half and all of it, so that what failed together does not come again together. */
static int64_t pause_after(struct delivery *d, unsigned times)
{
    int64_t pause = DELIVERY_PAUSE_MS;
    for (; times > 1 && pause < DELIVERY_PAUSE_MAX_MS; times--)
        pause *= 2;
    pause = pause < DELIVERY_PAUSE_MAX_MS ? pause : DELIVERY_PAUSE_MAX_MS;
    d->random ^= d->random << 13;
    d->random ^= d->random >> 7;
    d->random ^= d->random << 17;
    return pause / 2 + (int64_t)(d->random % (uint64_t)(pause / 2 + 1));
}

/* The batch, or what is left of it, is over: the next part of what was split, or a new one. */
static void begin_next(struct delivery_lane *lane)
{
    lane->batch = lane->part_count ? lane->parts[--lane->part_count] : 0;
    lane->fixed = lane->batch > 0;
    lane->failures = lane->refusals = 0;
    lane->skip = false;
    lane->due_ms = 0;
}

/* The first records of the batch are dealt with. */
static void pass_records(struct delivery *d, struct delivery_lane *lane, size_t count)
{
    uint64_t filtered = delivery_lane_pop(lane, count);
    d->filtered -= filtered;
    d->kept.filtered += filtered;
    lane->batch -= count;
    d->version++;
    if (!lane->batch)
        begin_next(lane);
}

static void fail_batch(struct delivery *d, struct delivery_lane *lane, int64_t now_ms)
{
    lane->fixed = true;
    if (d->rules.bisect && lane->batch > 1 && lane->part_count < DELIVERY_PARTS_MAX) {
        size_t half = lane->batch / 2;
        lane->parts[lane->part_count++] = lane->batch - half;
        lane->batch = half;
        lane->failures = 0;
        lane->due_ms = 0;
        return;
    }
    lane->failures++;
    lane->due_ms = is_spent(d, lane) ? 0 : now_ms + pause_after(d, lane->failures);
}

/* The first ones have succeeded, the next one is named. */
static void split_batch(struct delivery *d, struct delivery_lane *lane, size_t good, int64_t now_ms)
{
    bool bisect = d->rules.bisect;
    lane->failures = 0;
    lane->fixed = true;
    d->kept.succeeded += good;
    pass_records(d, lane, good);
    if (!bisect) {
        lane->failures = 1;
        lane->due_ms = is_spent(d, lane) ? 0 : now_ms + pause_after(d, 1);
    } else
        lane->due_ms = 0;
}

static void end_final(struct delivery *d, struct delivery_lane *lane)
{
    lane->final = false;
    delivery_window_close(d);
    d->version++;
    begin_next(lane);
}

/* What an answer says of a batch; none good = it has failed. */
static size_t read_answer(struct delivery *d, const struct delivery_lane *lane, struct str response)
{
    struct batch_result result = {.good = lane->batch};
    bool windowed = d->window.open;
    if (!d->rules.report && !windowed)
        return result.good;
    arena_reset(&d->scratch);
    batch_result_read(
        &d->scratch, response, d->rules.report, lane->handed, lane->handed_count, &result);
    if (!windowed || !result.good)
        return result.good;
    /* one that fits in no event could never be handed on */
    size_t envelope = d->rules.envelope ? d->rules.envelope : ENVELOPE;
    if (!result.state.len || result.state.len + envelope > DELIVERY_EVENT_MAX)
        return 0;
    delivery_window_set_state(d, result.state);
    return result.good;
}

static void count_call(struct delivery *d, struct delivery_lane *lane)
{
    d->kept.calls++;
    d->kept.delivered += lane->batch;
    for (size_t i = 0; i < lane->batch; i++) {
        struct delivery_entry *entry = delivery_lane_at(lane, i);
        d->kept.retried += entry->sent;
        entry->sent = true;
    }
}

static void refuse_batch(struct delivery *d, struct delivery_lane *lane, int64_t now_ms)
{
    lane->due_ms = now_ms + pause_after(d, ++lane->refusals);
    if (!lane->fixed)
        lane->batch = 0;
}

void delivery_batch_invoked(struct delivery *d, struct delivery_lane *lane,
    enum delivery_outcome outcome, struct str response, int64_t now_ms)
{
    lane->out = DELIVERY_OUT_NONE;
    if (outcome == DELIVERY_REFUSED)
        return refuse_batch(d, lane, now_ms);
    lane->refusals = 0;
    count_call(d, lane);
    if (lane->final && outcome == DELIVERY_DONE)
        return end_final(d, lane);
    size_t good = outcome == DELIVERY_DONE ? read_answer(d, lane, response) : 0;
    d->kept.errors += lane->final || good < lane->batch;
    if (good && good == lane->batch) {
        d->kept.succeeded += good;
        pass_records(d, lane, good);
    } else if (good) {
        split_batch(d, lane, good, now_ms);
    } else {
        fail_batch(d, lane, now_ms);
    }
}

void delivery_batch_given_up(
    struct delivery *d, struct delivery_lane *lane, bool written, int64_t now_ms)
{
    size_t count = lane->handed_count;
    lane->out = DELIVERY_OUT_NONE;
    if (!written)
        return refuse_batch(d, lane, now_ms);
    lane->refusals = 0;
    if (lane->final)
        return end_final(d, lane);
    if (lane->expired)
        d->kept.expired += count;
    else
        d->kept.dropped += count;
    pass_records(d, lane, count);
    if (!lane->fixed)
        lane->batch = 0;
}
