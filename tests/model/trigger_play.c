/* SPDX-License-Identifier: MIT */
/*
 * Plays one schedule: each step writes and pushes records, takes an order, answers one, moves the
 * clock, kills, or asks by hand; the model sees all of it. At the end the function is cured, and
 * everything has to come to its end.
 *
 *     write ─▶ push ─▶ delivery ─▶ order ─▶ model: allowed? ─▶ answer ─▶ place ─▶ saved
 *                         ▲                                                       │
 *                         └──────────────── kill: a new one from there ───────────┘
 */
#include "trigger_play_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- places ---- */

static bool save(struct play *p)
{
    struct delivery_place place;
    struct saved *s = &p->saved;
    if (delivery_version(p->d) == p->version)
        return true;
    p->version = delivery_version(p->d);
    delivery_place(p->d, &place);
    *s = (struct saved){
        .factor = place.factor, .ledger = place.ledger, .window_start_ms = place.window_start_ms};
    snprintf(s->state, sizeof s->state, "%.*s", STR_ARG(place.window_state));
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++) {
        s->fronts[i] = SIZE_MAX;
        if (i >= place.factor || place.sequence[i].len == 0)
            continue;
        snprintf(s->sequence[i], TEXT, "%.*s", STR_ARG(place.sequence[i]));
        s->fronts[i] = play_number_of(place.sequence[i]);
    }
    return true;
}

static bool ledgers_agree(struct play *p, const struct delivery_ledger *is)
{
    struct delivery_ledger at = model_ledger_at(p->m, p->saved.fronts);
    if (at.pending != 0)
        return play_complain(p, "the place leaves %" PRIu64 " records behind", at.pending);
    if (is->pending != 0 || is->seen != at.seen || is->succeeded != at.succeeded ||
        is->filtered != at.filtered || is->dropped != at.dropped || is->expired != at.expired)
        return play_complain(p,
            "the place's ledger says seen %" PRIu64 " succeeded %" PRIu64 " filtered %" PRIu64
            " dropped %" PRIu64 " expired %" PRIu64 " pending %" PRIu64 ", before it lie %" PRIu64
            " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
            is->seen, is->succeeded, is->filtered, is->dropped, is->expired, is->pending, at.seen,
            at.succeeded, at.filtered, at.dropped, at.expired);
    return true;
}

/* What is kept is neither behind nor ahead of what is dealt with. */
static bool place_is_right(struct play *p)
{
    uint64_t version = p->version;
    save(p);
    if (p->version == version && version != 0)
        return true;
    for (unsigned lane = 0; lane < p->rules.factor; lane++) {
        size_t front = p->saved.fronts[lane], should = model_front(p->m, lane);
        if (front != SIZE_MAX && front >= p->m->count)
            return play_complain(p, "lane %u: the place is ahead of what was pushed", lane);
        if (front + 1 < should + 1)
            return play_complain(p,
                "lane %u: the place is at record %zd, all up to %zd is dealt with", lane,
                (ssize_t)front, (ssize_t)should);
    }
    return ledgers_agree(p, &p->saved.ledger);
}

static bool sums_are_right(struct play *p)
{
    struct delivery_ledger ledger = delivery_ledger(p->d);
    bool busy = false;
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        busy |= p->given[i];
    return play_allowed(p, model_counts(p->m, &ledger, p->out->lives == 1 && !busy));
}

/* ---- lives ---- */

/* Dies, before or after what was answered last is kept; the next life reads the stream again from
 * there, or from somewhere before. */
static bool kill_it(struct play *p)
{
    struct delivery_place place = {.factor = p->saved.factor,
        .ledger = p->saved.ledger,
        .window_start_ms = p->saved.window_start_ms,
        .window_state = str_from(p->saved.state)};
    size_t least = SIZE_MAX;
    if (mood_chance(&p->random, 2) && !play_answer(p))
        return false;
    for (unsigned i = 0; i < p->rules.factor; i++) {
        place.sequence[i] = str_from(p->saved.sequence[i]);
        if (p->saved.fronts[i] + 1 < least)
            least = p->saved.fronts[i] + 1;
    }
    for (size_t i = 0; i < p->m->count; i++)
        p->out->twice += p->m->records[i].fate == FATE_SUCCEEDED &&
                         i + 1 > p->saved.fronts[p->m->records[i].lane] + 1;
    delivery_free(p->d);
    p->d = delivery_new(&p->rules, p->saved.factor ? &place : NULL, mood_draw(&p->random));
    p->version = delivery_version(p->d);
    memset(p->given, 0, sizeof p->given);
    p->next = mood_chance(&p->random, 2) ? least : mood_below(&p->random, least + 1);
    p->out->lives++;
    p->wake_ms = p->now_ms;
    for (unsigned i = 0; i < p->rules.factor; i++)
        model_window_resume(p->m, i, place.window_start_ms, place.window_state);
    return play_allowed(p, model_resume(p->m, p->saved.fronts));
}

static void move_clock(struct play *p)
{
    size_t draw = mood_below(&p->random, 16);
    if (draw < 8 && p->wake_ms != INT64_MAX && p->wake_ms > p->now_ms)
        p->now_ms = p->wake_ms;
    else
        p->now_ms += (int64_t)mood_below(&p->random, draw == 15 ? 90000 : draw > 12 ? 2000 : 50);
}

static void by_hand(struct play *p)
{
    if (mood_chance(&p->random, 2)) {
        delivery_retry_now(p->d);
        model_retry_now(p->m, p->now_ms);
    } else if (delivery_skip(p->d)) {
        model_skip(p->m);
    }
}

static bool step(struct play *p)
{
    size_t draw = mood_below(&p->random, 100);
    bool well = true;
    if (draw < 30)
        play_push(p, 1 + mood_below(&p->random, p->rules.batch_size > 100 ? 4000 : 40));
    else if (draw < 60)
        well = play_take(p);
    else if (draw < 85)
        well = play_answer(p) && place_is_right(p);
    else if (draw < 97)
        move_clock(p);
    else if (draw < 98 && !p->o->no_kills)
        well = kill_it(p);
    else if (!p->o->no_hands)
        by_hand(p);
    return well && sums_are_right(p);
}

/* Everything works from now on: all that was written has to come to its end. */
static bool drain(struct play *p)
{
    p->cured = true;
    for (size_t i = 0; i < 40000; i++) {
        play_push(p, 20000);
        if (p->next == p->m->count && !p->closed && (p->rules.tumbling_ms || i % 2)) {
            delivery_close(p->d);
            p->closed = p->m->closed = true;
        }
        if (!play_take(p) || !play_answer(p) || !place_is_right(p) || !sums_are_right(p))
            return false;
        if (delivery_idle(p->d) && p->next == p->m->count)
            return model_idle(p->m) || play_complain(p, "says that it is idle, and records wait");
        if (p->wake_ms != INT64_MAX && p->wake_ms > p->now_ms)
            p->now_ms = p->wake_ms;
    }
    return play_complain(p, "does not come to an end: %zu of %zu pushed", p->next, p->m->count);
}

/* ---- what is played ---- */

static unsigned pick(struct play *p, const unsigned *from, size_t count)
{
    return from[mood_below(&p->random, count)];
}

static void draw_rules(struct play *p)
{
    static const unsigned sizes[] = {1, 2, 10, 10, 100, 10000}, factors[] = {1, 1, 2, 3, 10};
    static const unsigned retries[] = {0, 1, 2, 6}, windows[] = {0, 0, 0, 200, 5000};
    static const unsigned ages[] = {0, 0, 0, 60000, 200000}, tumbling[] = {0, 0, 0, 0, 1000, 30000};
    struct delivery_rules *r = &p->rules;
    r->batch_size = pick(p, sizes, 6);
    r->factor = pick(p, factors, 5);
    r->retries = (int)pick(p, retries, 4) - 1;
    r->window_ms = pick(p, windows, 5);
    int64_t age = pick(p, ages, 5);
    r->age_ms = age ? age : -1;
    r->tumbling_ms = pick(p, tumbling, 6);
    r->bisect = mood_chance(&p->random, 2);
    r->report = mood_chance(&p->random, 2);
    if (p->o->no_lanes || r->tumbling_ms != 0)
        r->factor = 1;
    if (p->o->no_ages)
        r->age_ms = -1;
    if (p->o->no_windows)
        r->window_ms = 0;
    if (p->o->no_tumbling)
        r->tumbling_ms = 0;
}

static void draw_moods(struct play *p)
{
    static const unsigned fails[] = {0, 2, 5, 20}, refuses[] = {0, 0, 10}, poisons[] = {0, 7, 50};
    static const unsigned filters[] = {0, 0, 2, 10};
    unsigned fail = pick(p, fails, 4), refuse = pick(p, refuses, 3), poison = pick(p, poisons, 3);
    unsigned filter = pick(p, filters, 4);
    p->fail_in = p->o->no_failures ? 0 : fail;
    p->refuse_in = p->o->no_refusals ? 0 : refuse;
    p->poison_in = p->o->no_poison ? 0 : poison;
    p->filter_in = p->o->no_filters ? 0 : filter;
    p->poison_named = mood_chance(&p->random, 2);
    bool large = mood_chance(&p->random, 12) && !p->o->no_large_events;
    p->event_most = large ? LARGEST - TEXT : 60;
    p->limit = large ? 120 : p->rules.batch_size > 100 ? 25000 : 900;
}

void play_run(const struct play_options *options, struct play_result *out)
{
    struct play p = {.o = options, .out = out, .now_ms = 1700000000000, .version = UINT64_MAX};
    *out = (struct play_result){.lives = 1};
    p.random = options->seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    p.event = malloc(LARGEST);
    p.batch = calloc(MODEL_BATCH, sizeof *p.batch);
    if (p.event == NULL || p.batch == NULL)
        abort();
    draw_rules(&p);
    draw_moods(&p);
    for (size_t i = 0; i < ITEMS; i++)
        p.lanes[i] = play_lane_of(i, p.rules.factor);
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        p.saved.fronts[i] = SIZE_MAX;
    p.m = model_new(&p.rules);
    p.d = delivery_new(&p.rules, NULL, mood_draw(&p.random));
    bool well = true;
    while (well && out->steps < options->steps) {
        out->steps++;
        well = step(&p);
    }
    if (well)
        drain(&p);
    delivery_free(p.d);
    model_free(p.m);
    buf_fini(&p.answer);
    buf_fini(&p.text);
    free(p.batch);
    free(p.event);
}
