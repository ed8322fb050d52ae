/* SPDX-License-Identifier: MIT */
/*
 * The model's judgement: whether an order may be given now, and whether a pause may go on. Each
 * rule is a function that complains in words.
 */
#include "trigger_model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static bool complain(struct trigger_model *m, unsigned lane, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool complain(struct trigger_model *m, unsigned lane, const char *format, ...)
{
    int at = snprintf(m->complaint, sizeof m->complaint, "lane %u: ", lane);
    va_list args;
    va_start(args, format);
    vsnprintf(m->complaint + at, sizeof m->complaint - (size_t)at, format, args);
    va_end(args);
    return false;
}

static int64_t window_of(const struct trigger_model *m, size_t number)
{
    int64_t length = m->rules.tumbling_ms, time = m->records[number].time_ms;
    return length ? time - time % length : 0;
}

/* What waits in the lane: up to one batch, all of one window. */
struct ready {
    size_t count, bytes, first;
    bool full; /* nothing more would fit */
};

/* How much the envelope and commas of an event may take beside its records. */
enum { EVENT_SLACK = 64 << 10 };

static struct ready ready_in(const struct trigger_model *m, unsigned lane)
{
    struct ready out = {0};
    for (size_t i = m->settled; i < m->count && !out.full; i++) {
        const struct model_record *r = &m->records[i];
        if (r->lane != lane || r->fate != FATE_PENDING || !r->pushed)
            continue;
        if (out.count == 0)
            out.first = i;
        if (out.count > 0 && (out.bytes + r->bytes > DELIVERY_EVENT_MAX ||
                                 window_of(m, i) != window_of(m, out.first))) {
            out.full = true;
            break;
        }
        out.count++;
        out.bytes += r->bytes;
        out.full = out.count == m->rules.batch_size;
    }
    return out;
}

/* The batch is the front of what waits in its lane, in order and without a hole. */
static bool is_front(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count)
{
    size_t n = 0;
    for (size_t i = m->settled; i < m->count && n < count; i++) {
        const struct model_record *r = &m->records[i];
        if (r->lane != lane || r->fate != FATE_PENDING || !r->pushed)
            continue;
        if (batch[n] != i)
            return complain(
                m, lane, "record %zu where %zu is next (%zu of the batch)", batch[n], i, n);
        n++;
    }
    return n == count || complain(m, lane, "record %zu does not wait there", batch[n]);
}

static bool is_free(struct trigger_model *m, unsigned lane)
{
    if (lane >= m->rules.factor)
        return complain(m, lane, "there is no such lane");
    return !m->lanes[lane].busy || complain(m, lane, "has an order already");
}

static bool too_old(const struct trigger_model *m, size_t number, int64_t now_ms)
{
    return m->rules.age_ms >= 0 && now_ms - m->records[number].time_ms > m->rules.age_ms;
}

/* A choice between two halves ends where one of them is seen. */
static bool piece_is(struct model_lane *l, size_t count)
{
    struct model_piece *p = &l->pieces[0];
    if (count < p->least || count > p->most)
        return false;
    if (count != p->count) {
        struct model_piece *rest = &l->pieces[1];
        rest->count += p->count - count;
        rest->least = rest->most = rest->count;
        if (rest->count == 0)
            memmove(rest, rest + 1, (--l->piece_count - 1) * sizeof *rest);
    }
    p->count = p->least = p->most = count;
    return true;
}

static void take(struct model_lane *l, const size_t *batch, size_t count, bool expired)
{
    memcpy(l->batch, batch, count * sizeof *batch);
    l->count = count;
    l->expired = expired;
    l->busy = true;
}

static bool again_allowed(
    struct trigger_model *m, unsigned lane, size_t count, unsigned attempt, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    struct model_piece *p = &l->pieces[0];
    if (!piece_is(l, count))
        return complain(
            m, lane, "%zu records again, where %zu to %zu failed", count, p->least, p->most);
    if (m->timed && now_ms < l->earliest_ms)
        return complain(m, lane, "again %" PRId64 " ms too early", l->earliest_ms - now_ms);
    if (m->rules.retries >= 0 && p->since > (unsigned)m->rules.retries)
        return complain(m, lane, "again, after %u tries", p->since);
    if (attempt < p->since + 1 || attempt > p->tries + 1)
        return complain(
            m, lane, "attempt %u is said, it is %u to %u", attempt, p->since + 1, p->tries + 1);
    return true;
}

static size_t bytes_of(const struct trigger_model *m, const size_t *batch, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += m->records[batch[i]].bytes;
    return bytes;
}

/* So many records wait, and the batch has less: is that because no more fit? */
static bool fills_event(const struct trigger_model *m, const size_t *batch, size_t count)
{
    size_t bytes = bytes_of(m, batch, count), next = batch[count - 1] + 1;
    while (next < m->count && m->records[next].lane != m->records[batch[0]].lane)
        next++;
    return bytes + (next < m->count ? m->records[next].bytes : 0) >
           DELIVERY_EVENT_MAX - EVENT_SLACK;
}

static bool first_allowed(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count,
    unsigned attempt, int64_t now_ms)
{
    struct ready ready = ready_in(m, lane);
    if (attempt != 1)
        return complain(m, lane, "attempt %u of a new batch", attempt);
    if (m->timed && now_ms < m->lanes[lane].earliest_ms)
        return complain(m, lane, "%" PRId64 " ms too early", m->lanes[lane].earliest_ms - now_ms);
    if (count > m->rules.batch_size)
        return complain(m, lane, "%zu records in a batch", count);
    if (count > 1 && bytes_of(m, batch, count) > DELIVERY_EVENT_MAX)
        return complain(m, lane, "a batch of %zu bytes", bytes_of(m, batch, count));
    if (count > ready.count || (m->timed && count != ready.count && !fills_event(m, batch, count)))
        return complain(m, lane, "%zu records, where %zu wait for it", count, ready.count);
    int64_t over = m->records[ready.first].pushed_ms + m->rules.window_ms;
    if (m->timed && now_ms < over && !ready.full && !m->closed && !fills_event(m, batch, count))
        return complain(
            m, lane, "%zu records %" PRId64 " ms before the window is over", count, over - now_ms);
    return true;
}

bool model_invokes(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count,
    unsigned attempt, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    if (!is_free(m, lane) || !is_front(m, lane, batch, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (too_old(m, batch[i], now_ms))
            return complain(m, lane, "record %zu is too old for a call", batch[i]);
    if (count == 0 && m->rules.tumbling_ms == 0)
        return complain(m, lane, "an empty batch");
    if (l->piece_count > 0) {
        if (!again_allowed(m, lane, count, attempt, now_ms))
            return false;
    } else {
        if (count > 0 && !first_allowed(m, lane, batch, count, attempt, now_ms))
            return false;
        l->pieces[l->piece_count++] =
            (struct model_piece){.count = count, .least = count, .most = count};
    }
    take(l, batch, count, false);
    return true;
}

bool model_gives_up(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count,
    bool expired, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    if (!is_free(m, lane) || !is_front(m, lane, batch, count))
        return false;
    for (size_t i = 0; expired && i < count; i++)
        if (!too_old(m, batch[i], now_ms))
            return complain(m, lane, "record %zu is given up, and not too old", batch[i]);
    if (!expired) {
        const struct model_piece *p = &l->pieces[0];
        if (l->piece_count == 0)
            return complain(m, lane, "%zu records are given up untried", count);
        if (!piece_is(l, count))
            return complain(m, lane, "%zu records are given up, %zu failed", count, p->count);
        if (!p->skipped && (m->rules.retries < 0 || p->tries < (unsigned)m->rules.retries + 1))
            return complain(m, lane, "given up after %u tries", p->tries);
    }
    take(l, batch, count, expired);
    l->giving = true;
    return true;
}

/* ---- pauses ---- */

/* By when the lane has to have its next order; INT64_MAX: not before something is pushed or told.
 */
static int64_t due(const struct trigger_model *m, unsigned lane)
{
    const struct model_lane *l = &m->lanes[lane];
    struct ready ready = ready_in(m, lane);
    if (l->busy)
        return INT64_MAX;
    if (l->piece_count > 0)
        return l->latest_ms;
    if (ready.count == 0)
        return INT64_MAX;
    int64_t pushed = m->records[ready.first].pushed_ms, free_ms = l->free_ms;
    int64_t over = (pushed > free_ms ? pushed : free_ms) + m->rules.window_ms;
    int64_t at = ready.full || m->closed ? free_ms : over;
    return at > l->latest_ms ? at : l->latest_ms;
}

bool model_waits(struct trigger_model *m, int64_t now_ms, int64_t wake_ms)
{
    if (wake_ms <= now_ms)
        return complain(m, 0, "waits until %" PRId64 ", now is %" PRId64, wake_ms, now_ms);
    for (unsigned lane = 0; m->timed && lane < m->rules.factor; lane++) {
        int64_t at = due(m, lane);
        if (at <= now_ms)
            return complain(
                m, lane, "waits, though it should have an order since %" PRId64 " ms", now_ms - at);
        if (wake_ms > at)
            return complain(m, lane, "sleeps %" PRId64 " ms longer than it may", wake_ms - at);
    }
    return true;
}
