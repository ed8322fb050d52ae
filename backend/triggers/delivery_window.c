/* SPDX-License-Identifier: MIT */
/*
 * Tumbling windows of a shard: which one a record belongs to, when one ends, the state between its
 * calls. One is open at a time.
 *
 *     (none) ──first record──▶ open ──later record, or its time and all read──▶ last call ─▶ (none)
 *                               └──shard's end, state too big: early────────────────┘
 */
#include "backend/triggers/delivery_impl.h"

int64_t delivery_window_of(const struct delivery *d, int64_t time_ms)
{
    return time_ms - time_ms % d->rules.tumbling_ms;
}

bool delivery_window_ends(const struct delivery *d, const struct delivery_lane *lane,
    int64_t now_ms, bool *early, int64_t *wake_ms)
{
    const struct delivery_window *window = &d->window;
    const struct delivery_entry *first = delivery_lane_at(lane, 0);
    int64_t end = window->start_ms + d->rules.tumbling_ms;
    int64_t sure = end + DELIVERY_LATE_MS;
    bool large = window->state.len > DELIVERY_STATE_MAX;
    *early = large || (!first && d->closed && now_ms < end);
    *wake_ms = sure > now_ms ? sure : now_ms;
    return large || (first && delivery_window_of(d, first->record.time_ms) > window->start_ms) ||
           (!first && (d->closed || window->drained_ms >= sure));
}

void delivery_window_enter(struct delivery *d, const struct delivery_lane *lane)
{
    const struct delivery_entry *first = delivery_lane_at(lane, 0);
    if (d->window.open)
        return;
    d->window.open = true;
    d->window.start_ms = delivery_window_of(d, first->record.time_ms);
    delivery_window_set_state(d, STR("{}"));
}

void delivery_window_close(struct delivery *d)
{
    d->window.open = false;
    buf_clear(&d->window.state);
}

void delivery_window_set_state(struct delivery *d, struct str state)
{
    buf_clear(&d->window.state);
    buf_add(&d->window.state, state);
}
