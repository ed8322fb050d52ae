/* SPDX-License-Identifier: MIT */
/*
 * The model's tumbling windows: each of a batch's records lies in the window that its order names,
 * windows follow each other, what a call answers as its state is what the next one is handed, and
 * the last call of a window comes once.
 *
 *     {} ──call, state──▶ open ──call, state──▶ open ──last call──▶ over ──▶ {} of a later one
 */
#include "trigger_model.h"

#include <inttypes.h>
#include <stdio.h>

static bool complain(struct trigger_model *m, const char *what, int64_t start_ms)
{
    snprintf(m->complaint, sizeof m->complaint, "window %" PRId64 ": %s", start_ms, what);
    return false;
}

bool model_windowed(struct trigger_model *m, const struct delivery_order *order,
    const size_t *batch, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[order->lane];
    const struct model_window *w = &l->window;
    int64_t length = m->rules.tumbling_ms, start = order->window_start_ms;
    if (order->windowed != (length != 0))
        return complain(m, "an order says that it has one, or that it has none", start);
    if (length == 0)
        return true;
    l->start_ms = start;
    l->final = order->final;
    if (start % length != 0 || order->window_end_ms != start + length)
        return complain(m, "begins or ends at the wrong time", start);
    for (size_t i = 0; i < order->count; i++)
        if (m->records[batch[i]].time_ms < start || m->records[batch[i]].time_ms >= start + length)
            return complain(m, "a record is not of it", start);
    if (w->open && start != w->start_ms)
        return complain(m, "the one before it had no last call", start);
    if (!w->open && w->latest_ms != 0 && start <= w->latest_ms)
        return complain(m, "has had its last call", start);
    if (!str_equal(order->state, str_from(w->open ? w->state : "{}")))
        return complain(m, "has another state than the last call left", start);
    if (m->timed && order->final && now_ms < start + length && !m->closed && !order->early &&
        model_front(m, order->lane) + 1 == m->count)
        return complain(m, "has its last call before its end", start);
    return true;
}

void model_window_done(struct trigger_model *m, unsigned lane, const char *state)
{
    struct model_lane *l = &m->lanes[lane];
    struct model_window *w = &l->window;
    if (m->rules.tumbling_ms == 0)
        return;
    if (l->final) {
        w->open = false;
        w->latest_ms = l->start_ms;
    } else if (state != NULL) {
        w->open = true;
        w->start_ms = l->start_ms;
        snprintf(w->state, sizeof w->state, "%s", state);
    }
}

void model_window_resume(struct trigger_model *m, unsigned lane, int64_t start_ms, struct str state)
{
    struct model_window *w = &m->lanes[lane].window;
    *w = (struct model_window){.open = start_ms != 0, .start_ms = start_ms};
    snprintf(w->state, sizeof w->state, "%.*s", STR_ARG(state));
}
