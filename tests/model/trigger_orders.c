/* SPDX-License-Identifier: MIT */
/*
 * Records into the delivery, orders out of it, and what the function answers: all of it told to the
 * model first.
 */
#include "trigger_play_impl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

bool play_complain(struct play *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(p->out->complaint, sizeof p->out->complaint, format, args);
    va_end(args);
    return false;
}

bool play_allowed(struct play *p, bool allowed)
{
    return allowed || play_complain(p, "%s", p->m->complaint);
}

/* ---- records: numbers from 10^21 - 500 on, so that their texts grow by a digit on the way ---- */

static struct str sequence_of(size_t number, char text[TEXT])
{
    int len = number < 500 ? snprintf(text, TEXT, "999999999999999999%03zu", number + 500)
                           : snprintf(text, TEXT, "1%021zu", number - 500);
    return (struct str){text, (size_t)len};
}

size_t play_number_of(struct str sequence)
{
    uint64_t number = SIZE_MAX;
    if (sequence.len == 21 && str_to_u64(str_skip(sequence, 18), &number))
        return number - 500;
    if (sequence.len == 22 && str_to_u64(str_skip(sequence, 4), &number))
        return number + 500;
    return SIZE_MAX;
}

static bool is_poison(const struct play *p, size_t number)
{
    return p->poison_in && number * 2654435761u % p->poison_in == 0;
}

static struct delivery_record record_of(struct play *p, size_t number, char sequence[TEXT])
{
    const struct model_record *r = &p->m->records[number];
    int len = snprintf(p->event, TEXT, "{\"number\":%zu,", number);
    memset(p->event + len, ' ', r->bytes - (size_t)len);
    p->event[r->bytes - 1] = '}';
    return (struct delivery_record){.sequence = sequence_of(number, sequence),
        .event = {p->event, r->bytes},
        .item = r->item,
        .time_ms = r->time_ms,
        .wanted = r->wanted};
}

static uint64_t item_hash(size_t item)
{
    return (item + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

unsigned play_lane_of(size_t item, unsigned factor)
{
    struct delivery_rules rules = {.batch_size = 1, .factor = factor, .retries = -1, .age_ms = -1};
    struct delivery *d = delivery_new(&rules, NULL, 1);
    struct delivery_order order;
    delivery_push(d,
        &(struct delivery_record){.sequence = STR("100000000000000000001"),
            .event = STR("{}"),
            .item = item_hash(item),
            .time_ms = 1,
            .wanted = true},
        1);
    delivery_next(d, 1, &order);
    unsigned lane = order.kind == DELIVERY_INVOKE ? order.lane : 0;
    delivery_free(d);
    return lane;
}

static void write_one(struct play *p)
{
    size_t item = mood_below(&p->random, ITEMS);
    int64_t age = (int64_t)mood_below(&p->random, 3);
    size_t bytes = TEXT + mood_below(&p->random, p->event_most);
    bool wanted = !p->filter_in || !mood_chance(&p->random, p->filter_in);
    int64_t time = p->now_ms - age;
    if (p->m->count > 0 && time < p->m->records[p->m->count - 1].time_ms)
        time = p->m->records[p->m->count - 1].time_ms;
    model_write(p->m, p->lanes[item], item_hash(item), time, bytes, wanted);
}

void play_push(struct play *p, size_t most)
{
    char sequence[TEXT];
    for (size_t i = 0; i < most && delivery_has_room(p->d); i++) {
        if (p->next == p->m->count && p->m->count < p->limit)
            write_one(p);
        if (p->next == p->m->count)
            return;
        struct delivery_record record = record_of(p, p->next, sequence);
        delivery_push(p->d, &record, p->now_ms);
        model_push(p->m, p->next++, p->now_ms);
    }
}

/* ---- orders ---- */

static bool read_batch(struct play *p, const struct delivery_order *order)
{
    if (order->count > MODEL_BATCH)
        return play_complain(p, "a batch of %zu records", order->count);
    for (size_t i = 0; i < order->count; i++) {
        char text[TEXT];
        size_t number = p->batch[i] = play_number_of(order->records[i].sequence);
        if (number >= p->m->count)
            return play_complain(p, "a record that was never pushed");
        int len = snprintf(text, sizeof text, "{\"number\":%zu,", number);
        struct str event = order->records[i].event;
        if (event.len != p->m->records[number].bytes || memcmp(event.at, text, (size_t)len) != 0)
            return play_complain(p, "record %zu has another's event", number);
    }
    return true;
}

bool play_take(struct play *p)
{
    struct delivery_order order;
    struct trigger_model *m = p->m;
    delivery_next(p->d, p->now_ms, &order);
    if (order.kind == DELIVERY_WAIT && order.wake_ms <= p->now_ms && p->rules.tumbling_ms) {
        play_push(p, SIZE_MAX);
        if (p->next < p->m->count || p->m->count < p->limit)
            return true;
        delivery_drained(p->d, p->now_ms);
        delivery_next(p->d, p->now_ms, &order);
    }
    if (order.kind == DELIVERY_WAIT) {
        p->wake_ms = order.wake_ms;
        return play_allowed(p, model_waits(m, p->now_ms, order.wake_ms));
    }
    if (order.lane >= DELIVERY_LANES_MAX || !read_batch(p, &order))
        return p->out->complaint[0] ? false : play_complain(p, "lane %u", order.lane);
    bool allowed =
        order.kind == DELIVERY_INVOKE
            ? model_windowed(m, &order, p->batch, p->now_ms) &&
                  model_invokes(m, order.lane, p->batch, order.count, order.attempt, p->now_ms)
            : model_gives_up(m, order.lane, p->batch, order.count, order.expired, p->now_ms);
    p->orders[order.lane] = order;
    p->given[order.lane] = true;
    p->out->orders++;
    return play_allowed(p, allowed);
}

/* The first poisoned record, or one by chance; SIZE_MAX = all is well. */
static size_t fails_at(struct play *p, const struct delivery_order *order)
{
    for (size_t i = 0; p->poison_in && i < order->count; i++)
        if (is_poison(p, p->batch[i]))
            return i;
    return p->fail_in && mood_chance(&p->random, p->fail_in) ? 0 : SIZE_MAX;
}

static size_t answer_partial(struct play *p, const struct delivery_order *order, size_t at)
{
    struct str named[3];
    size_t count = 1 + mood_below(&p->random, 3);
    for (size_t i = 0; i < count; i++)
        named[i] = order->records[at + mood_below(&p->random, order->count - at)].sequence;
    /* the lowest need not come first */
    named[mood_below(&p->random, count)] = order->records[at].sequence;
    mood_partial(&p->answer, named, count);
    return at;
}

/* Writes what the function answers; returns where the batch failed, SIZE_MAX = it did not. */
static size_t answer(struct play *p, const struct delivery_order *order, bool *thrown)
{
    size_t at = p->cured ? SIZE_MAX : fails_at(p, order);
    buf_clear(&p->answer);
    *thrown = false;
    if (order->windowed && at == SIZE_MAX && !order->final && !p->cured &&
        mood_chance(&p->random, 20))
        return 0; /* no state */
    if (order->windowed && at == SIZE_MAX)
        buf_printf(&p->answer, "{\"state\":{\"n\":%" PRIu64 "}}", ++p->states);
    else if (at == SIZE_MAX)
        mood_success(&p->answer, &p->random, p->rules.report);
    else if (p->rules.report && !order->windowed && !p->o->no_partial && order->count > 0) {
        if (!p->poison_named)
            at = mood_below(&p->random, order->count);
        if (mood_chance(&p->random, 4))
            return mood_nonsense(&p->answer, &p->random, order->records[0].sequence), 0;
        return answer_partial(p, order, at);
    } else {
        *thrown = true;
        buf_add(&p->answer, STR("{\"errorMessage\":\"no\",\"errorType\":\"Error\"}"));
        return 0;
    }
    return at;
}

static void tell_window(struct play *p, const struct delivery_order *order)
{
    char state[MODEL_STATE];
    snprintf(state, sizeof state, "{\"n\":%" PRIu64 "}", p->states);
    model_window_done(p->m, order->lane, state);
}

static void answer_call(struct play *p, const struct delivery_order *order)
{
    bool thrown;
    if (!p->cured && p->refuse_in && mood_chance(&p->random, p->refuse_in)) {
        model_refused(p->m, order->lane, p->now_ms);
        delivery_invoked(p->d, order->lane, DELIVERY_REFUSED, STR_NONE, p->now_ms);
        return;
    }
    size_t failed = answer(p, order, &thrown);
    if (failed == SIZE_MAX)
        tell_window(p, order);
    model_answered(p->m, order->lane, failed, p->now_ms);
    delivery_invoked(p->d, order->lane, thrown ? DELIVERY_FAILED : DELIVERY_DONE,
        buf_str(&p->answer), p->now_ms);
}

static bool answer_lane(struct play *p, unsigned lane)
{
    struct delivery_order order = p->orders[lane];
    if (!read_batch(p, &order)) /* still there, whatever happened meanwhile */
        return false;
    p->given[lane] = false;
    if (order.kind == DELIVERY_GIVE_UP) {
        bool written = p->cured || p->o->no_blocked_destination || !mood_chance(&p->random, 3);
        if (written)
            model_window_done(p->m, lane, NULL);
        model_gave_up(p->m, lane, written, p->now_ms);
        delivery_given_up(p->d, lane, written, p->now_ms);
    } else {
        answer_call(p, &order);
    }
    return true;
}

bool play_answer(struct play *p)
{
    unsigned from = (unsigned)mood_below(&p->random, DELIVERY_LANES_MAX);
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++) {
        unsigned lane = (from + i) % DELIVERY_LANES_MAX;
        if (p->given[lane])
            return answer_lane(p, lane);
    }
    return true;
}
