/* SPDX-License-Identifier: MIT */
/*
 * Delivery against the model of Lambda's rules. First the model itself, on cases whose answer is
 * known; then random schedules, until so many steps are done.
 *
 *   trigger_test [STEPS [SEED]]
 *
 * A schedule that fails is made smaller (fewer steps, fewer kinds of trouble) and its seed told.
 */
#include "tests/model/trigger_moods.h"
#include "tests/model/trigger_play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS_OF_ONE = 600 };

/* ---- the model on cases that are known ---- */

/*
 * p3 / q3   three records are pushed, in lane 0 / lane 1 (numbers run from 1 through both)
 * i1-3      a call with records 1 to 3, attempt 1; i1-3/2: attempt 2
 * ok no f2  it succeeded, failed, failed from its record 2 on (from 0); re: it was not run
 * g1-3 x1-3 given up, no retries left / too old; wr un: it could be written, or not
 * t500      half a second passes; w500: the delivery waits for half a second
 * kill      a new life begins at the front
 */
struct example_rules {
    unsigned batch, lanes, calls; /* 0 = 10, 1, without end (calls = retries and 1) */
    int64_t window_ms, age_ms;    /* 0 = none */
    bool bisect, report;
};

struct example {
    const char *name;
    struct example_rules rules;
    const char *script;
    bool allowed; /* of the last word: all before it are */
};

static const struct example examples[] = {
    {"all that waits is in a batch", {0}, "p3 i1-3 ok w100", true},
    {"a batch has no hole", {0}, "p3 i1-1", false},
    {"a batch begins at the front", {0}, "p3 i2-3", false},
    {"a batch has a limit", {.batch = 2}, "p3 i1-3", false},
    {"the next batch", {.batch = 2}, "p3 i1-2 ok i3-3 ok w9", true},
    {"one at a time", {.batch = 2}, "p3 i1-2 i3-3", false},
    {"records that wait are not left alone", {0}, "p1 w100", false},
    {"a success is not repeated", {0}, "p1 i1-1 ok i1-1/2", false},
    {"a failure comes again", {0}, "p2 i1-2 no t750 i1-2/2 ok w9", true},
    {"but not at once", {0}, "p2 i1-2 no t1 i1-2/2", false},
    {"and not with what came since", {0}, "p2 i1-2 no p1 t750 i1-3/2", false},
    {"and not never", {0}, "p2 i1-2 no t750 w100", false},
    {"the pause doubles", {0}, "p1 i1-1 no t750 i1-1/2 no t750 i1-1/3 no t400 i1-1/4", false},
    {"attempts are counted", {0}, "p1 i1-1 no t750 i1-1/1", false},
    {"no more than the retries", {.calls = 2}, "p1 i1-1 no t750 i1-1/2 no t1500 i1-1/3", false},
    {"given up after them", {.calls = 2}, "p1 i1-1 no t750 i1-1/2 no t1500 g1-1 wr w9", true},
    {"not given up before", {.calls = 2}, "p1 i1-1 no t750 g1-1", false},
    {"never given up", {0}, "p1 i1-1 no t750 g1-1", false},
    {"not given up untried", {.calls = 1}, "p1 g1-1", false},
    {"only what failed is given up", {.calls = 1, .batch = 2}, "p3 i1-2 no g1-3", false},
    {"on with the next when it is written", {.calls = 1, .batch = 1},
        "p2 i1-1 no t750 g1-1 wr i2-2", true},
    {"and not when it is not", {.calls = 1, .batch = 1}, "p2 i1-1 no t750 g1-1 un i2-2", false},
    {"it is tried again", {.calls = 1}, "p1 i1-1 no t750 g1-1 un t90000 g1-1 wr w9", true},
    {"a refusal uses up no retry", {.calls = 1}, "p1 i1-1 re t90000 i1-1 ok w9", true},
    {"a refusal is no reason to give up", {.calls = 1}, "p1 i1-1 re t90000 g1-1", false},
    {"halves", {.bisect = true, .calls = 1},
        "p4 i1-4 no t750 i1-2 ok i3-4 no t750 i3-3 ok i4-4 no t750 g4-4 wr w9", true},
    {"not whole again", {.bisect = true}, "p4 i1-4 no t750 i1-4/2", false},
    {"the larger half first", {.bisect = true}, "p5 i1-5 no t750 i1-3 ok i4-5", true},
    {"or the smaller one", {.bisect = true}, "p5 i1-5 no t750 i1-2 ok i3-5", true},
    {"a split is no retry", {.bisect = true, .calls = 2}, "p2 i1-2 no t750 i1-1 no t750 i1-1/2",
        true},
    {"one record is not halved", {.bisect = true, .calls = 1}, "p1 i1-1 no t750 i1-1", false},
    {"from the lowest that failed", {.report = true}, "p4 i1-4 f2 t750 i3-4/2 ok w9", true},
    {"what succeeded before it is over", {.report = true}, "p4 i1-4 f2 t750 i1-4/2", false},
    {"too old for a call", {.age_ms = 60000}, "p1 t60001 i1-1", false},
    {"too old", {.age_ms = 60000}, "p1 t60001 x1-1 wr w9", true},
    {"not too old", {.age_ms = 60000}, "p1 t59000 x1-1", false},
    {"too old after a failure", {.age_ms = 60000}, "p1 i1-1 no t60001 x1-1 wr w9", true},
    {"a window is waited for", {.window_ms = 500}, "p1 i1-1", false},
    {"until it is over", {.window_ms = 500}, "p1 t499 w1 t1 i1-1", true},
    {"and no longer", {.window_ms = 500}, "p1 t499 w2", false},
    {"a full batch does not wait", {.window_ms = 500, .batch = 2}, "p2 i1-2", true},
    {"lanes go side by side", {.lanes = 2}, "p2 q2 i1-2 i3-4 ok1 w9", true},
    {"a lane that failed blocks no other", {.lanes = 2}, "p1 q1 i1-1 no i2-2 ok1 w250", true},
    {"a lane is not mixed with another", {.lanes = 2}, "p1 q1 i1-2", false},
    {"a life begins behind what is dealt with", {.batch = 1}, "p3 i1-1 ok i2-2 kill i2-2 ok i3-3",
        true},
    {"and does not go back", {.batch = 1}, "p3 i1-1 ok kill i1-1", false},
    {"nor forward", {.batch = 1}, "p3 i1-1 kill i2-2", false},
};

struct reading {
    struct trigger_model *m;
    int64_t now_ms;
};

static size_t batch_of(const char *text, size_t batch[64])
{
    unsigned first, last;
    size_t count = 0;
    if (sscanf(text, "%u-%u", &first, &last) != 2)
        abort();
    for (unsigned i = first; i <= last; i++)
        batch[count++] = i - 1;
    return count;
}

static void example_kill(struct reading *r)
{
    size_t fronts[DELIVERY_LANES_MAX];
    for (unsigned i = 0; i < DELIVERY_LANES_MAX; i++)
        fronts[i] = model_front(r->m, i);
    model_resume(r->m, fronts);
    for (size_t i = 0; i < r->m->count; i++)
        model_push(r->m, i, r->now_ms);
}

/* Whether this word is allowed; what is told always is. */
static bool example_word(struct reading *r, const char *word)
{
    size_t batch[64], count = 0;
    unsigned lane = 0, attempt = 1;
    const char *slash = strchr(word, '/');
    if (strchr("igx", word[0]) != NULL) {
        count = batch_of(word + 1, batch);
        lane = r->m->records[batch[0]].lane;
        attempt = slash ? (unsigned)atoi(slash + 1) : 1;
    }
    if (word[0] == 'i')
        return model_invokes(r->m, lane, batch, count, attempt, r->now_ms);
    if (word[0] == 'g' || word[0] == 'x')
        return model_gives_up(r->m, lane, batch, count, word[0] == 'x', r->now_ms);
    if (strcmp(word, "wr") == 0 || strcmp(word, "un") == 0)
        return model_gave_up(r->m, 0, word[0] == 'w', r->now_ms), true;
    if (word[0] == 'w')
        return model_waits(r->m, r->now_ms, r->now_ms + atoi(word + 1));
    if (word[0] == 't')
        r->now_ms += atoi(word + 1);
    else if (strcmp(word, "kill") == 0)
        example_kill(r);
    else if (word[0] == 'o')
        model_answered(r->m, word[2] == '1', SIZE_MAX, r->now_ms);
    else if (word[0] == 'n' || word[0] == 'f')
        model_answered(r->m, 0, word[0] == 'n' ? 0 : (size_t)atoi(word + 1), r->now_ms);
    else if (word[0] == 'r')
        model_refused(r->m, 0, r->now_ms);
    else
        for (int i = atoi(word + 1); i > 0; i--)
            model_push(r->m, model_write(r->m, word[0] == 'q', 1, r->now_ms, 100, true), r->now_ms);
    return true;
}

static struct delivery_rules example_rules(const struct example_rules *r)
{
    return (struct delivery_rules){
        .batch_size = r->batch ? r->batch : 10,
        .factor = r->lanes ? r->lanes : 1,
        .retries = (int)r->calls - 1,
        .age_ms = r->age_ms ? r->age_ms : -1,
        .window_ms = r->window_ms,
        .bisect = r->bisect,
        .report = r->report,
    };
}

static bool example_holds(const struct example *e)
{
    struct delivery_rules rules = example_rules(&e->rules);
    struct reading r = {model_new(&rules), 1700000000000};
    struct str rest = str_from(e->script), piece;
    bool allowed = true, last = false;
    while (allowed && str_cut(&rest, ' ', &piece)) {
        char word[32];
        snprintf(word, sizeof word, "%.*s", STR_ARG(piece));
        allowed = example_word(&r, word);
        last = rest.len == 0;
    }
    bool holds = last && allowed == e->allowed;
    if (!holds)
        fprintf(stderr, "model: %s: \"%s\" (%s)\n", e->name, e->script, r.m->complaint);
    model_free(r.m);
    return holds;
}

/* ---- another factor, and no end of records ---- */

enum { CHANGE_RECORDS = 400, CHANGE_ITEMS = 24, CHANGE_LIVES = 6 };

struct change {
    struct delivery *d;
    uint64_t random;
    bool done[CHANGE_RECORDS];
    size_t newest[CHANGE_ITEMS]; /* first deliveries: the number and 1 */
    const char *complaint;
};

static void change_push(struct change *c, int64_t now_ms)
{
    for (size_t i = 0; i < CHANGE_RECORDS; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "1000000000000000000%03zu", i);
        struct delivery_record record = {.sequence = {text, (size_t)len},
            .event = STR("{}"),
            .item = i * 7 % CHANGE_ITEMS,
            .time_ms = now_ms,
            .wanted = true};
        delivery_push(c->d, &record, now_ms);
    }
}

static void change_see(struct change *c, const struct delivery_order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        uint64_t number = 0;
        str_to_u64(str_skip(order->records[i].sequence, 19), &number);
        size_t *newest = &c->newest[number * 7 % CHANGE_ITEMS];
        if (number + 1 > *newest + CHANGE_ITEMS)
            c->complaint = "a record came before an older one of its item";
        if (number + 1 > *newest)
            *newest = number + 1;
        c->done[number] = true;
    }
}

/* One life: calls succeed, until it dies somewhere (`whole`: until all is done). */
static void change_live(struct change *c, bool whole)
{
    struct delivery_order orders[DELIVERY_LANES_MAX];
    bool out[DELIVERY_LANES_MAX] = {false};
    size_t lane;
    for (size_t steps = 0; whole ? !delivery_idle(c->d) : steps < 20; steps++) {
        struct delivery_order order;
        delivery_next(c->d, 1000, &order);
        if (order.kind == DELIVERY_INVOKE) {
            orders[order.lane] = order;
            out[order.lane] = true;
        } else if (whole && order.kind == DELIVERY_WAIT && !memchr(out, 1, sizeof out)) {
            c->complaint = "waits for nothing";
            return;
        }
        lane = mood_below(&c->random, DELIVERY_LANES_MAX);
        if (out[lane]) {
            change_see(c, &orders[lane]);
            delivery_invoked(c->d, (unsigned)lane, DELIVERY_DONE, STR_NONE, 1000);
            out[lane] = false;
        }
    }
}

/* The factor of a mapping is changed while records are under way, again and again: nothing is lost,
 * and no record of an item comes before an older one. */
static bool factor_changes(uint64_t seed)
{
    struct change c = {.random = seed | 1};
    struct delivery *before = NULL;
    for (unsigned life = 1; life <= CHANGE_LIVES && !c.complaint; life++) {
        struct delivery_rules rules = {.batch_size = 3, .retries = -1, .age_ms = -1};
        struct delivery_place place;
        rules.factor = 1 + (unsigned)mood_below(&c.random, DELIVERY_LANES_MAX);
        if (before)
            delivery_place(before, &place);
        c.d = delivery_new(&rules, before ? &place : NULL, 1);
        delivery_free(before);
        before = c.d;
        change_push(&c, 1000);
        change_live(&c, life == CHANGE_LIVES);
    }
    if (!c.complaint && memchr(c.done, 0, sizeof c.done))
        c.complaint = "a record is lost";
    if (!c.complaint && delivery_ledger(c.d).seen != CHANGE_RECORDS)
        c.complaint = "the ledger is off";
    delivery_free(before);
    if (c.complaint)
        fprintf(stderr, "trigger: another factor, seed %" PRIu64 ": %s\n", seed, c.complaint);
    return !c.complaint;
}

/* A lane that is blocked for ever takes no more at some time. */
static bool memory_is_bounded(unsigned batch_size, size_t bytes)
{
    struct delivery_rules rules = {
        .batch_size = batch_size, .factor = 10, .retries = -1, .age_ms = -1};
    struct delivery *d = delivery_new(&rules, NULL, 1);
    char *event = calloc(1, bytes), text[32];
    size_t count = 0;
    for (; delivery_has_room(d) && count < 100000; count++) {
        int len = snprintf(text, sizeof text, "1%021zu", count);
        struct delivery_record record = {.sequence = {text, (size_t)len},
            .event = {event, bytes},
            .item = 5,
            .time_ms = 1,
            .wanted = true};
        delivery_push(d, &record, 1);
    }
    bool bounded = count < 100000 && count * bytes < 4 * (size_t)DELIVERY_EVENT_MAX;
    if (!bounded)
        fprintf(stderr, "trigger: %zu records of %zu bytes were taken\n", count, bytes);
    free(event);
    delivery_free(d);
    return bounded;
}

static bool sides_hold(uint64_t seed)
{
    bool well = memory_is_bounded(1, 100) && memory_is_bounded(10000, 100) &&
                memory_is_bounded(1, 700000) && memory_is_bounded(10000, 700000);
    for (unsigned i = 0; well && i < 200; i++)
        well = factor_changes(seed + i);
    return well;
}

/* ---- smaller ---- */

static bool still_fails(const struct play_options *options, struct play_result *out)
{
    play_run(options, out);
    return out->complaint[0] != '\0';
}

/* Turns off one kind of trouble after the other, as long as it goes on failing. */
static void shrink(struct play_options *o, struct play_result *out)
{
    bool *const flags[] = {&o->no_kills, &o->no_failures, &o->no_partial, &o->no_refusals,
        &o->no_blocked_destination, &o->no_filters, &o->no_hands, &o->no_ages, &o->no_windows,
        &o->no_tumbling, &o->no_lanes, &o->no_large_events, &o->no_poison};
    struct play_result smaller;
    o->steps = out->steps;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        *flags[i] = true;
        if (still_fails(o, &smaller))
            *out = smaller;
        else
            *flags[i] = false;
    }
    for (unsigned most = o->steps, steps = most / 2; steps > 0; steps /= 2)
        while (o->steps > steps) {
            o->steps -= steps;
            if (!still_fails(o, &smaller)) {
                o->steps += steps;
                break;
            }
            *out = smaller;
        }
}

static int fail(struct play_options *o, struct play_result *out)
{
    fprintf(
        stderr, "trigger: seed %" PRIu64 ", step %u: %s\n", o->seed, out->steps, out->complaint);
    shrink(o, out);
    fprintf(stderr, "smaller: %u steps, without%s%s%s%s%s%s%s%s%s%s%s%s%s: %s\n", o->steps,
        o->no_kills ? " kills" : "", o->no_failures ? " failures" : "",
        o->no_partial ? " partial" : "", o->no_refusals ? " refusals" : "",
        o->no_blocked_destination ? " blocked-destination" : "", o->no_filters ? " filters" : "",
        o->no_hands ? " hands" : "", o->no_ages ? " ages" : "", o->no_windows ? " windows" : "",
        o->no_tumbling ? " tumbling" : "", o->no_lanes ? " lanes" : "",
        o->no_large_events ? " large-events" : "", o->no_poison ? " poison" : "", out->complaint);
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t steps = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) * 1000;
    uint64_t orders = 0, lives = 0, twice = 0, schedules = 0;
    bool well = true;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        well &= example_holds(&examples[i]);
    if (!well)
        return 1;
    printf(
        "%zu examples of the model; seed %" PRIu64 "\n", sizeof examples / sizeof *examples, seed);
    if (!sides_hold(seed))
        return 1;
    while (steps > 0) {
        struct play_options o = {.seed = seed++, .steps = STEPS_OF_ONE};
        struct play_result out;
        play_run(&o, &out);
        if (out.complaint[0])
            return fail(&o, &out);
        steps -= steps > out.steps ? out.steps : steps;
        orders += out.orders;
        lives += out.lives;
        twice += out.twice;
        schedules++;
    }
    printf("%" PRIu64 " schedules, %" PRIu64 " orders, %" PRIu64 " lives, %" PRIu64
           " records came twice\n",
        schedules, orders, lives, twice);
    return 0;
}
