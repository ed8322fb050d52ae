/* SPDX-License-Identifier: MIT */
/*
 * The model's memory: what was pushed, how each record ended, what a failure makes of a batch, and
 * the sums. What may happen next is trigger_allow.c's.
 *
 *     batch ──whole failure──▶ the same piece, later        (bisect: two pieces, each as if new)
 *           ──from record i──▶ 0..i-1 done, the rest is a piece
 *           ──refused────────▶ the same, later, no try used
 */
#include "trigger_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct trigger_model *model_new(const struct delivery_rules *rules)
{
    struct trigger_model *m = calloc(1, sizeof *m);
    if (m == NULL)
        abort();
    m->rules = *rules;
    m->timed = true;
    return m;
}

void model_free(struct trigger_model *m)
{
    free(m);
}

size_t model_write(struct trigger_model *m, unsigned lane, uint64_t item, int64_t time_ms,
    size_t bytes, bool wanted)
{
    if (m->count == MODEL_RECORDS)
        abort();
    m->records[m->count] = (struct model_record){
        .lane = lane, .item = item, .time_ms = time_ms, .bytes = bytes, .wanted = wanted};
    return m->count++;
}

void model_push(struct trigger_model *m, size_t number, int64_t now_ms)
{
    struct model_record *r = &m->records[number];
    if (r->pushed || r->fate != FATE_PENDING)
        return;
    r->pushed = true;
    r->pushed_ms = now_ms;
    m->ledger.seen++;
    if (!r->wanted) {
        r->fate = FATE_FILTERED;
        m->ledger.filtered++;
    }
}

/* ---- how orders ended ---- */

static void settle(struct trigger_model *m, size_t number, enum model_fate fate)
{
    m->records[number].fate = fate;
    if (fate == FATE_SUCCEEDED)
        m->ledger.succeeded++;
    else if (fate == FATE_DROPPED)
        m->ledger.dropped++;
    else
        m->ledger.expired++;
}

static void pieces_insert(struct model_lane *l, size_t at, struct model_piece piece)
{
    if (l->piece_count == MODEL_PIECES)
        abort();
    for (size_t i = l->piece_count++; i > at; i--)
        l->pieces[i] = l->pieces[i - 1];
    l->pieces[at] = piece;
}

static void pieces_remove(struct model_lane *l)
{
    l->piece_count--;
    for (size_t i = 0; i < l->piece_count; i++)
        l->pieces[i] = l->pieces[i + 1];
}

/* So many records of the lane's front are dealt with: pieces shrink, and go. Where it was still
 * free which half is the larger one, it is free how the rest is cut. */
static void pieces_eat(struct model_lane *l, size_t count)
{
    bool free = l->piece_count > 1 && l->pieces[0].least != l->pieces[0].most;
    while (l->piece_count > 0 && l->pieces[0].count <= count) {
        count -= l->pieces[0].count;
        pieces_remove(l);
    }
    if (l->piece_count == 0)
        return;
    struct model_piece *p = &l->pieces[0];
    p->count -= count;
    p->least = free ? 1 : p->count;
    p->most = free && l->piece_count > 1 ? p->count + l->pieces[1].count : p->count;
}

/* 0.5 s, 1 s, 2 s … 60 s, drawn from a range about it. */
static int64_t pause_most(unsigned tries)
{
    int64_t pause = MODEL_PAUSE_MIN_MS;
    for (unsigned i = 1; i < tries && pause < MODEL_PAUSE_MAX_MS; i++)
        pause *= 2;
    return (pause < MODEL_PAUSE_MAX_MS ? pause : MODEL_PAUSE_MAX_MS) * 3 / 2;
}

static void later(struct model_lane *l, int64_t least, int64_t most, int64_t now_ms)
{
    l->earliest_ms = now_ms + least;
    l->latest_ms = now_ms + most;
}

static void failed_whole(struct trigger_model *m, struct model_lane *l, int64_t now_ms)
{
    struct model_piece *p = &l->pieces[0];
    int64_t most_ms = pause_most(p->tries + 1);
    if (m->rules.bisect && p->count > 1) {
        size_t least = p->count / 2, most = p->count - least;
        struct model_piece half = {
            .count = most, .least = least, .most = most, .tries = p->tries, .run = true};
        *p = half;
        half.count = half.least = half.most = least;
        pieces_insert(l, 1, half);
        later(l, 0, most_ms, now_ms);
        return;
    }
    p->tries++;
    p->since++;
    later(l, pause_most(p->since) / 6, most_ms, now_ms);
}

static void failed_from(struct model_lane *l, size_t failed, int64_t now_ms)
{
    pieces_eat(l, failed);
    struct model_piece *p = &l->pieces[0];
    p->tries++;
    p->since = 0;
    later(l, 0, pause_most(p->tries), now_ms);
}

static void ended(struct model_lane *l, int64_t now_ms)
{
    l->busy = l->giving = false;
    l->free_ms = now_ms;
}

static void handed_out(struct trigger_model *m, struct model_lane *l)
{
    l->pieces[0].run = true;
    m->ledger.calls++;
    m->ledger.delivered += l->count;
    for (size_t i = 0; i < l->count; i++)
        m->ledger.retried += m->records[l->batch[i]].delivered++ > 0;
}

void model_answered(struct trigger_model *m, unsigned lane, size_t failed, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    size_t good = failed == SIZE_MAX ? l->count : failed;
    handed_out(m, l);
    m->ledger.errors += failed != SIZE_MAX;
    for (size_t i = 0; i < good; i++)
        settle(m, l->batch[i], FATE_SUCCEEDED);
    if (failed == SIZE_MAX) {
        pieces_eat(l, l->count);
        later(l, 0, 0, now_ms);
    } else if (failed == 0) {
        failed_whole(m, l, now_ms);
    } else {
        failed_from(l, failed, now_ms);
    }
    ended(l, now_ms);
}

void model_refused(struct trigger_model *m, unsigned lane, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    if (!l->pieces[0].run)
        pieces_remove(l);
    later(l, 1, MODEL_PAUSE_MAX_MS * 3 / 2, now_ms);
    ended(l, now_ms);
}

void model_gave_up(struct trigger_model *m, unsigned lane, bool written, int64_t now_ms)
{
    struct model_lane *l = &m->lanes[lane];
    if (written) {
        for (size_t i = 0; i < l->count; i++)
            settle(m, l->batch[i], l->expired ? FATE_EXPIRED : FATE_DROPPED);
        pieces_eat(l, l->count);
        later(l, 0, l->piece_count ? MODEL_PAUSE_MAX_MS * 3 / 2 : 0, now_ms);
    } else {
        later(l, 1, MODEL_PAUSE_MAX_MS * 3 / 2, now_ms);
    }
    ended(l, now_ms);
}

void model_retry_now(struct trigger_model *m, int64_t now_ms)
{
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        if (m->lanes[i].earliest_ms > now_ms)
            m->lanes[i].earliest_ms = now_ms;
}

void model_skip(struct trigger_model *m)
{
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        if (m->lanes[i].piece_count > 0)
            m->lanes[i].pieces[0].skipped = true;
}

/* ---- sums ---- */

static size_t pending(const struct trigger_model *m)
{
    size_t count = 0;
    for (size_t i = m->settled; i < m->count; i++)
        count += m->records[i].pushed && m->records[i].fate == FATE_PENDING;
    return count;
}

bool model_idle(const struct trigger_model *m)
{
    return pending(m) == 0;
}

static bool same(struct trigger_model *m, const char *what, uint64_t is, uint64_t should)
{
    if (is == should)
        return true;
    snprintf(m->complaint, sizeof m->complaint, "%s is %" PRIu64 ", should be %" PRIu64, what, is,
        should);
    return false;
}

bool model_counts(struct trigger_model *m, const struct delivery_ledger *l, bool alone)
{
    const struct delivery_ledger *mine = &m->ledger;
    while (m->settled < m->count && m->records[m->settled].fate != FATE_PENDING)
        m->settled++;
    return same(m, "the sum of the ledger",
               l->succeeded + l->filtered + l->dropped + l->expired + l->pending, l->seen) &&
           same(m, "ledger: seen", l->seen, mine->seen) &&
           same(m, "ledger: succeeded", l->succeeded, mine->succeeded) &&
           same(m, "ledger: dropped", l->dropped, mine->dropped) &&
           same(m, "ledger: expired", l->expired, mine->expired) &&
           same(m, "ledger: filtered and pending", l->filtered + l->pending,
               mine->filtered + pending(m)) &&
           (!alone || (same(m, "ledger: calls", l->calls, mine->calls) &&
                          same(m, "ledger: errors", l->errors, mine->errors) &&
                          same(m, "ledger: delivered", l->delivered, mine->delivered) &&
                          same(m, "ledger: retried", l->retried, mine->retried)));
}

/* ---- lives ---- */

size_t model_front(const struct trigger_model *m, unsigned lane)
{
    size_t front = SIZE_MAX;
    for (size_t i = 0; i < m->count; i++) {
        if (m->records[i].lane != lane)
            continue;
        if (m->records[i].fate == FATE_PENDING)
            break;
        front = i;
    }
    return front;
}

/* SIZE_MAX + 1 is 0: all records are behind no front. */
static bool before(size_t number, size_t front)
{
    return number < front + 1;
}

struct delivery_ledger model_ledger_at(
    const struct trigger_model *m, const size_t fronts[DELIVERY_LANES_MAX])
{
    struct delivery_ledger sum = {0};
    for (size_t i = 0; i < m->count; i++) {
        const struct model_record *r = &m->records[i];
        if (!before(i, fronts[r->lane]))
            continue;
        sum.seen++;
        sum.succeeded += r->fate == FATE_SUCCEEDED;
        sum.filtered += r->fate == FATE_FILTERED;
        sum.dropped += r->fate == FATE_DROPPED;
        sum.expired += r->fate == FATE_EXPIRED;
        sum.pending += r->fate == FATE_PENDING;
    }
    return sum;
}

bool model_resume(struct trigger_model *m, const size_t fronts[DELIVERY_LANES_MAX])
{
    struct delivery_ledger at = model_ledger_at(m, fronts);
    for (size_t i = 0; i < m->count; i++) {
        struct model_record *r = &m->records[i];
        r->pushed = false;
        if (!before(i, fronts[r->lane]))
            r->fate = FATE_PENDING;
    }
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++) {
        struct model_lane *l = &m->lanes[i];
        l->busy = l->giving = false;
        l->piece_count = 0;
        l->earliest_ms = l->latest_ms = l->free_ms = 0;
    }
    m->settled = 0;
    m->ledger.seen = at.seen;
    m->ledger.succeeded = at.succeeded;
    m->ledger.filtered = at.filtered;
    m->ledger.dropped = at.dropped;
    m->ledger.expired = at.expired;
    return same(m, "what was left behind at a resume", at.pending, 0);
}
