/* SPDX-License-Identifier: MIT */
/*
 * The rules of delivery, one by one. What random schedules make of all of them together is
 * tests/model's business.
 */
#include "backend/triggers/delivery.h"

#include "tests/test.h"

#include <stdlib.h>

enum { SEQUENCES = 4096 };

struct lab {
    struct delivery *d;
    struct delivery_rules rules;
    int64_t now_ms;
    unsigned pushed;
    char texts[SEQUENCES][24];
    struct delivery_order order;
};

static const struct delivery_rules plain = {
    .batch_size = 4, .factor = 1, .retries = -1, .age_ms = -1};

static struct lab *begin(struct delivery_rules rules)
{
    struct lab *lab = calloc(1, sizeof *lab);
    lab->rules = rules;
    lab->now_ms = 1000000;
    lab->d = delivery_new(&rules, NULL, 7);
    return lab;
}

static void end(struct lab *lab)
{
    struct delivery_ledger l = delivery_ledger(lab->d);
    assert_int_equal(l.seen, l.succeeded + l.filtered + l.dropped + l.expired + l.pending);
    delivery_free(lab->d);
    free(lab);
}

static struct str sequence(struct lab *lab, unsigned number)
{
    snprintf(lab->texts[number], sizeof lab->texts[number], "%u", number);
    return str_from(lab->texts[number]);
}

static void push_record(struct lab *lab, uint64_t item, bool wanted, struct str event)
{
    struct delivery_record record = {.sequence = sequence(lab, ++lab->pushed),
        .event = event,
        .item = item,
        .time_ms = lab->now_ms,
        .wanted = wanted};
    delivery_push(lab->d, &record, lab->now_ms);
}

static void push(struct lab *lab, unsigned count)
{
    for (; count; count--)
        push_record(lab, 0, true, STR("{}"));
}

static unsigned number_of(struct str text)
{
    uint64_t number;
    assert_true(str_to_u64(text, &number));
    return (unsigned)number;
}

/* The next order, which is of this kind and has the records from `first` on. */
static void expect(struct lab *lab, enum delivery_kind kind, unsigned first, unsigned count)
{
    delivery_next(lab->d, lab->now_ms, &lab->order);
    assert_int_equal(lab->order.kind, kind);
    assert_int_equal(lab->order.count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(number_of(lab->order.records[i].sequence), first + i);
}

static void expect_wait(struct lab *lab, int64_t wake_ms)
{
    struct delivery_order order; /* beside the one that is out */
    delivery_next(lab->d, lab->now_ms, &order);
    assert_int_equal(order.kind, DELIVERY_WAIT);
    assert_int_equal(order.wake_ms, wake_ms);
}

/* Waits for as long as it asks for, which lies between these. */
static void pass_pause(struct lab *lab, int64_t least_ms, int64_t most_ms)
{
    delivery_next(lab->d, lab->now_ms, &lab->order);
    assert_int_equal(lab->order.kind, DELIVERY_WAIT);
    assert_in_range(lab->order.wake_ms - lab->now_ms, least_ms, most_ms);
    lab->now_ms = lab->order.wake_ms;
}

static void answer(struct lab *lab, const char *response)
{
    delivery_invoked(lab->d, lab->order.lane, DELIVERY_DONE, str_from(response), lab->now_ms);
}

static void go_wrong(struct lab *lab)
{
    delivery_invoked(lab->d, lab->order.lane, DELIVERY_FAILED, STR_NONE, lab->now_ms);
}

static void write_down(struct lab *lab)
{
    delivery_given_up(lab->d, lab->order.lane, true, lab->now_ms);
}

static unsigned place_of(struct lab *lab, unsigned lane)
{
    struct delivery_place place;
    delivery_place(lab->d, &place);
    return place.sequence[lane].len ? number_of(place.sequence[lane]) : 0;
}

/* ---- batches ---- */

static void a_batch_has_its_size_and_what_is_left_goes_at_once(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 6);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    expect_wait(lab, INT64_MAX); /* one at a time */
    answer(lab, "");
    assert_int_equal(place_of(lab, 0), 4);
    expect(lab, DELIVERY_INVOKE, 5, 2);
    answer(lab, "");
    assert_true(delivery_idle(lab->d));
    assert_int_equal(delivery_ledger(lab->d).succeeded, 6);
    end(lab);
}

static void a_window_waits_for_more_until_a_batch_is_full_or_the_shard_ends(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.window_ms = 5000;
    struct lab *lab = begin(rules);
    push(lab, 2);
    expect_wait(lab, lab->now_ms + 5000);
    lab->now_ms += 1000;
    push(lab, 2);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    answer(lab, "");
    push(lab, 1);
    lab->now_ms += 4999;
    expect_wait(lab, lab->now_ms + 1);
    lab->now_ms += 1;
    expect(lab, DELIVERY_INVOKE, 5, 1);
    answer(lab, "");
    push(lab, 1);
    delivery_close(lab->d);
    expect(lab, DELIVERY_INVOKE, 6, 1);
    answer(lab, "");
    end(lab);
}

static void a_window_does_not_last_longer_when_the_clock_is_set_back(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.window_ms = 5000;
    struct lab *lab = begin(rules);
    push(lab, 2);
    lab->now_ms -= 1000;
    expect(lab, DELIVERY_INVOKE, 1, 2);
    answer(lab, "");
    end(lab);
}

static void an_event_has_six_megabytes_with_all_that_is_around_it(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 100;
    rules.envelope = 100;
    struct lab *lab = begin(rules);
    static char bytes[7 << 20];
    size_t half = (DELIVERY_EVENT_MAX - 101) / 2;
    for (int i = 0; i < 2; i++)
        push_record(lab, 0, true, (struct str){bytes, half});
    expect(lab, DELIVERY_INVOKE, 1, 2); /* 100 + half + comma + half */
    answer(lab, "");
    push_record(lab, 0, true, (struct str){bytes, half});
    push_record(lab, 0, true, (struct str){bytes, half + 2});
    expect(lab, DELIVERY_INVOKE, 3, 1);
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 4, 1);
    answer(lab, "");
    push_record(lab, 0, true, (struct str){bytes, sizeof bytes});
    push(lab, 1);
    assert_false(delivery_has_room(lab->d));
    expect(lab, DELIVERY_INVOKE, 5, 1); /* alone, however big */
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 6, 1);
    answer(lab, "");
    assert_true(delivery_has_room(lab->d));
    end(lab);
}

static void a_full_event_does_not_wait_for_its_window(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 100;
    rules.window_ms = 5000;
    struct lab *lab = begin(rules);
    static char bytes[DELIVERY_EVENT_MAX / 2];
    for (int i = 0; i < 2; i++)
        push_record(lab, 0, true, (struct str){bytes, sizeof bytes});
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "");
    expect_wait(lab, lab->now_ms + 5000);
    end(lab);
}

/* ---- failures ---- */

static void what_fails_comes_again_as_it_was_after_a_pause_that_doubles(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 2);
    expect(lab, DELIVERY_INVOKE, 1, 2);
    push(lab, 9);
    for (int64_t pause = 500, i = 0; i < 10; i++) {
        assert_int_equal(lab->order.attempt, i + 1);
        go_wrong(lab);
        pass_pause(lab, pause / 2, pause);
        pause = 2 * pause < 60000 ? 2 * pause : 60000;
        expect(lab, DELIVERY_INVOKE, 1, 2);
    }
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 3, 4);
    struct delivery_ledger ledger = delivery_ledger(lab->d);
    assert_int_equal(ledger.calls, 11);
    assert_int_equal(ledger.errors, 10);
    assert_int_equal(ledger.delivered, 22);
    assert_int_equal(ledger.retried, 20);
    end(lab);
}

static void n_retries_are_n_and_one_calls_and_then_it_is_given_up(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.retries = 2;
    struct lab *lab = begin(rules);
    push(lab, 6);
    for (int i = 0; i < 3; i++) {
        if (i)
            pass_pause(lab, 250, 2000);
        expect(lab, DELIVERY_INVOKE, 1, 4);
        go_wrong(lab);
    }
    expect(lab, DELIVERY_GIVE_UP, 1, 4);
    assert_int_equal(lab->order.attempt, 3);
    assert_false(lab->order.expired);
    assert_int_equal(place_of(lab, 0), 0); /* not before it is written */
    delivery_given_up(lab->d, 0, false, lab->now_ms);
    pass_pause(lab, 250, 500);
    expect(lab, DELIVERY_GIVE_UP, 1, 4);
    write_down(lab);
    assert_int_equal(place_of(lab, 0), 4);
    assert_int_equal(delivery_ledger(lab->d).dropped, 4);
    expect(lab, DELIVERY_INVOKE, 5, 2);
    end(lab);
}

static void no_retry_at_all_is_one_call(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.retries = 0;
    struct lab *lab = begin(rules);
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    go_wrong(lab);
    expect(lab, DELIVERY_GIVE_UP, 1, 1);
    end(lab);
}

static void a_call_that_was_refused_uses_up_no_retry_and_counts_as_none(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.retries = 0;
    struct lab *lab = begin(rules);
    push(lab, 2);
    for (int i = 0; i < 8; i++) {
        expect(lab, DELIVERY_INVOKE, 1, i ? 4 : 2);
        delivery_invoked(lab->d, 0, DELIVERY_REFUSED, STR_NONE, lab->now_ms);
        if (!i)
            push(lab, 3); /* what never ran is cut anew */
        pass_pause(lab, 250, 60000);
    }
    assert_int_equal(delivery_ledger(lab->d).calls, 0);
    assert_int_equal(delivery_ledger(lab->d).delivered, 0);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    assert_int_equal(lab->order.attempt, 1);
    end(lab);
}

static void bisecting_finds_the_one_that_fails_and_uses_up_no_retries(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 8;
    rules.retries = 0;
    rules.bisect = true;
    struct lab *lab = begin(rules);
    push(lab, 7);
    expect(lab, DELIVERY_INVOKE, 1, 7);
    go_wrong(lab);
    expect(lab, DELIVERY_INVOKE, 1, 3); /* at once: a split has no pause */
    answer(lab, "");
    assert_int_equal(place_of(lab, 0), 3);
    expect(lab, DELIVERY_INVOKE, 4, 4);
    go_wrong(lab);
    expect(lab, DELIVERY_INVOKE, 4, 2);
    go_wrong(lab);
    expect(lab, DELIVERY_INVOKE, 4, 1);
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 5, 1);
    assert_int_equal(lab->order.attempt, 1);
    go_wrong(lab);
    expect(lab, DELIVERY_GIVE_UP, 5, 1);
    write_down(lab);
    expect(lab, DELIVERY_INVOKE, 6, 2);
    push(lab, 1);
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 8, 1);
    assert_int_equal(delivery_ledger(lab->d).dropped, 1);
    end(lab);
}

/* ---- answers that name failures ---- */

static const char *naming(const char *numbers)
{
    static char text[256];
    char list[128] = "", copy[64];
    snprintf(copy, sizeof copy, "%s", numbers);
    for (char *number = strtok(copy, " "); number; number = strtok(NULL, " ")) {
        size_t len = strlen(list);
        snprintf(
            list + len, sizeof list - len, "%s{\"itemIdentifier\":\"%s\"}", len ? "," : "", number);
    }
    snprintf(text, sizeof text, "{\"batchItemFailures\":[%s]}", list);
    return text;
}

static void the_lowest_number_named_is_where_it_goes_on(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 20;
    rules.report = true;
    struct lab *lab = begin(rules);
    push(lab, 12);
    expect(lab, DELIVERY_INVOKE, 1, 12);
    answer(lab, naming("10 9 11")); /* as texts, "10" comes before "9" */
    assert_int_equal(place_of(lab, 0), 8);
    pass_pause(lab, 250, 500);
    expect(lab, DELIVERY_INVOKE, 9, 4);
    assert_int_equal(lab->order.attempt, 2);
    answer(lab, "{\"batchItemFailures\":[]}");
    struct delivery_ledger ledger = delivery_ledger(lab->d);
    assert_int_equal(ledger.succeeded, 12);
    assert_int_equal(ledger.errors, 1);
    assert_true(delivery_idle(lab->d));
    end(lab);
}

static void progress_begins_the_count_of_retries_anew(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 20;
    rules.report = true;
    rules.retries = 1;
    struct lab *lab = begin(rules);
    push(lab, 6);
    for (unsigned first = 1; first <= 5; first++) { /* each one fails once */
        char next[8];
        expect(lab, DELIVERY_INVOKE, first, 7 - first);
        snprintf(next, sizeof next, "%u", first + 1);
        answer(lab, naming(next));
        pass_pause(lab, 250, 500);
    }
    expect(lab, DELIVERY_INVOKE, 6, 1);
    answer(lab, naming("6"));
    expect(lab, DELIVERY_GIVE_UP, 6, 1); /* was first in line twice, counting the call before */
    write_down(lab);
    assert_int_equal(delivery_ledger(lab->d).succeeded, 5);
    end(lab);
}

static void without_retries_the_rest_behind_a_named_record_is_given_up(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.report = true;
    rules.retries = 0;
    struct lab *lab = begin(rules);
    push(lab, 4);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    answer(lab, naming("3"));
    expect(lab, DELIVERY_GIVE_UP, 3, 2);
    assert_int_equal(lab->order.attempt, 1);
    end(lab);
}

static void the_first_record_named_is_a_failure_of_the_whole_batch(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.report = true;
    struct lab *lab = begin(rules);
    push(lab, 4);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    answer(lab, naming("1"));
    pass_pause(lab, 250, 500);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    assert_int_equal(lab->order.attempt, 2);
    end(lab);
}

static void with_bisecting_it_splits_at_the_number_named(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.batch_size = 9;
    rules.report = rules.bisect = true;
    rules.retries = 0;
    struct lab *lab = begin(rules);
    push(lab, 9);
    expect(lab, DELIVERY_INVOKE, 1, 9);
    answer(lab, naming("4"));
    expect(lab, DELIVERY_INVOKE, 4, 6); /* at once */
    answer(lab, naming("4"));           /* the first one: halves */
    expect(lab, DELIVERY_INVOKE, 4, 3);
    answer(lab, naming("4"));
    expect(lab, DELIVERY_INVOKE, 4, 1);
    answer(lab, naming("4"));
    expect(lab, DELIVERY_GIVE_UP, 4, 1);
    write_down(lab);
    expect(lab, DELIVERY_INVOKE, 5, 2);
    answer(lab, "{}");
    expect(lab, DELIVERY_INVOKE, 7, 3);
    end(lab);
}

static void unless_asked_for_an_answer_names_nothing(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 4);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    answer(lab, naming("2"));
    assert_true(delivery_idle(lab->d));
    push(lab, 4);
    expect(lab, DELIVERY_INVOKE, 5, 4);
    answer(lab, "this is no JSON");
    assert_true(delivery_idle(lab->d));
    end(lab);
}

/* ---- age ---- */

static void what_is_too_old_is_given_up_before_it_is_sent(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.age_ms = 60000;
    struct lab *lab = begin(rules);
    push(lab, 2);
    lab->now_ms += 30000;
    push(lab, 1);
    lab->now_ms += 30001;
    expect(lab, DELIVERY_GIVE_UP, 1, 2);
    assert_true(lab->order.expired);
    assert_int_equal(lab->order.attempt, 0);
    write_down(lab);
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 3, 2); /* cut anew */
    go_wrong(lab);
    lab->now_ms += 30000;
    expect(lab, DELIVERY_GIVE_UP, 3, 1);
    assert_int_equal(lab->order.attempt, 1);
    write_down(lab);
    expect(lab, DELIVERY_INVOKE, 4, 1);
    assert_int_equal(lab->order.attempt, 2);
    answer(lab, "");
    assert_int_equal(delivery_ledger(lab->d).expired, 3);
    end(lab);
}

static void without_an_age_only_what_failed_goes_when_the_stream_has_it_no_more(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 2);
    lab->now_ms += DELIVERY_STREAM_MS + 1;
    expect(lab, DELIVERY_INVOKE, 1, 2); /* late, but never tried */
    go_wrong(lab);
    lab->now_ms += 1000;
    expect(lab, DELIVERY_GIVE_UP, 1, 2);
    assert_true(lab->order.expired);
    end(lab);
}

/* ---- filters, lanes, places ---- */

static void filtered_records_count_and_move_the_place(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    uint64_t before = delivery_version(lab->d);
    push_record(lab, 0, false, STR_NONE);
    assert_int_equal(place_of(lab, 0), 1);
    assert_int_not_equal(delivery_version(lab->d), before);
    push(lab, 1);
    push_record(lab, 0, false, STR_NONE);
    assert_int_equal(place_of(lab, 0), 1);
    assert_int_equal(delivery_ledger(lab->d).filtered, 2);
    struct delivery_place place;
    delivery_place(lab->d, &place);
    assert_int_equal(place.ledger.filtered, 1); /* the second one lies behind the place */
    assert_int_equal(place.ledger.seen, 1);
    expect(lab, DELIVERY_INVOKE, 2, 1);
    answer(lab, "");
    assert_int_equal(place_of(lab, 0), 3);
    end(lab);
}

static void lanes_go_on_while_one_fails_and_each_has_its_place(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.factor = 3;
    struct lab *lab = begin(rules);
    for (int i = 0; i < 6; i++)
        push_record(lab, (uint64_t)i % 3, true, STR("{}"));
    for (int i = 0; i < 3; i++) {
        delivery_next(lab->d, lab->now_ms, &lab->order);
        assert_int_equal(lab->order.count, 2);
        if (lab->order.lane == 1)
            go_wrong(lab);
        else
            answer(lab, "");
    }
    assert_int_equal(place_of(lab, 0), 6); /* nothing waits: all that was pushed is dealt with */
    assert_int_equal(place_of(lab, 1), 1); /* 2 and 5 wait */
    assert_int_equal(place_of(lab, 2), 6);
    struct delivery_trouble trouble;
    assert_true(delivery_trouble(lab->d, &trouble));
    assert_int_equal(trouble.lane, 1);
    assert_int_equal(number_of(trouble.sequence), 2);
    end(lab);
}

/* Goes on from where it stands, in a machine with these rules: all records are pushed again. */
static void restart(struct lab *lab, struct delivery_rules rules)
{
    struct delivery_place place;
    delivery_place(lab->d, &place);
    struct delivery *next = delivery_new(&rules, &place, 9);
    delivery_free(lab->d);
    lab->d = next;
    lab->pushed = 0;
}

static void another_machine_goes_on_from_the_place(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.factor = 3;
    struct lab *lab = begin(rules);
    for (int i = 0; i < 6; i++)
        push_record(lab, (uint64_t)i % 3, true, STR("{}"));
    delivery_next(lab->d, lab->now_ms, &lab->order);
    unsigned done = lab->order.lane;
    answer(lab, "");
    restart(lab, rules);
    for (int i = 0; i < 6; i++)
        push_record(lab, (uint64_t)i % 3, true, STR("{}"));
    struct delivery_ledger ledger = delivery_ledger(lab->d);
    assert_int_equal(ledger.succeeded, 2);
    assert_int_equal(ledger.pending, 4);
    for (int i = 0; i < 2; i++) {
        delivery_next(lab->d, lab->now_ms, &lab->order);
        assert_int_not_equal(lab->order.lane, done);
        answer(lab, "");
    }
    assert_true(delivery_idle(lab->d));
    end(lab);
}

/* Item i is in lane i % factor; the records are 1, 2, … for items 0, 1, 2, … */
static void push_items(struct lab *lab, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        push_record(lab, lab->pushed, true, STR("{}"));
}

static void expect_one(struct lab *lab, unsigned number)
{
    delivery_next(lab->d, lab->now_ms, &lab->order);
    assert_int_equal(lab->order.kind, DELIVERY_INVOKE);
    assert_int_equal(lab->order.count, 1);
    assert_int_equal(number_of(lab->order.records[0].sequence), number);
}

static void another_factor_levels_the_lanes_first(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.factor = 2;
    struct lab *lab = begin(rules);
    push_items(lab, 4);
    delivery_next(lab->d, lab->now_ms, &lab->order);
    assert_int_equal(lab->order.lane, 0);
    answer(lab, ""); /* 1 and 3; 2 and 4 wait */
    assert_int_equal(place_of(lab, 0), 4);
    assert_int_equal(place_of(lab, 1), 1);

    rules.factor = 5;
    rules.batch_size = 1;
    restart(lab, rules);
    push_items(lab, 8);
    assert_false(delivery_has_room(lab->d)); /* 5 to 8 are held */
    expect_one(lab, 2);
    expect_wait(lab, INT64_MAX); /* 4 is of the same old lane, all others wait for it */
    answer(lab, "");
    expect_one(lab, 4);
    struct delivery_place place;
    delivery_place(lab->d, &place);
    assert_int_equal(place.factor, 2);
    answer(lab, "");
    for (unsigned i = 0; i < 4; i++) {
        delivery_next(lab->d, lab->now_ms, &lab->order);
        assert_int_equal(lab->order.kind, DELIVERY_INVOKE);
        unsigned number = number_of(lab->order.records[0].sequence);
        assert_in_range(number, 5, 8);
        assert_int_equal(lab->order.lane, (number - 1) % 5);
    }
    delivery_place(lab->d, &place);
    assert_int_equal(place.factor, 5);
    struct delivery_ledger ledger = delivery_ledger(lab->d);
    assert_int_equal(ledger.succeeded, 4);
    assert_int_equal(ledger.pending, 4);
    assert_int_equal(ledger.seen, 8);
    end(lab);
}

static void lanes_that_are_level_change_their_number_at_once(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 2);
    expect(lab, DELIVERY_INVOKE, 1, 2);
    answer(lab, "");
    struct delivery_rules rules = plain;
    rules.factor = 4;
    restart(lab, rules);
    struct delivery_place place;
    delivery_place(lab->d, &place);
    assert_int_equal(place.factor, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(place_of(lab, i), 2);
    end(lab);
}

static void a_lane_that_is_full_stops_the_shard(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.factor = 2;
    struct lab *lab = begin(rules);
    while (delivery_has_room(lab->d))
        push(lab, 1); /* all of one item */
    assert_in_range(lab->pushed, 2 * rules.batch_size, 10000);
    end(lab);
}

/* ---- by hand ---- */

static void by_hand_it_comes_again_at_once_or_is_given_up(void **state)
{
    (void)state;
    struct lab *lab = begin(plain);
    push(lab, 4);
    assert_false(delivery_skip(lab->d));
    expect(lab, DELIVERY_INVOKE, 1, 4);
    go_wrong(lab);
    delivery_retry_now(lab->d);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    go_wrong(lab);
    assert_true(delivery_skip(lab->d));
    expect(lab, DELIVERY_GIVE_UP, 1, 4);
    write_down(lab);
    assert_int_equal(delivery_ledger(lab->d).dropped, 4);
    assert_false(delivery_skip(lab->d));
    end(lab);
}

/* ---- tumbling windows ---- */

enum { MINUTE = 60000, START = 17 * MINUTE };

static struct lab *begin_windows(void)
{
    struct delivery_rules rules = plain;
    rules.tumbling_ms = MINUTE;
    rules.factor = 5; /* counts as one */
    struct lab *lab = begin(rules);
    lab->now_ms = START;
    return lab;
}

static void expect_window(struct lab *lab, const char *window_state, bool final, bool early)
{
    assert_true(lab->order.windowed);
    assert_int_equal(lab->order.window_start_ms, START);
    assert_int_equal(lab->order.window_end_ms, START + MINUTE);
    assert_int_equal(lab->order.final, final);
    assert_int_equal(lab->order.early, early);
    assert_true(str_equal(lab->order.state, str_from(window_state)));
}

static void a_windows_state_goes_from_call_to_call_and_ends_with_one_without_records(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    push(lab, 5);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    expect_window(lab, "{}", false, false);
    answer(lab, "{\"state\": {\"n\":4}}");
    expect(lab, DELIVERY_INVOKE, 5, 1);
    expect_window(lab, "{\"n\":4}", false, false);
    answer(lab, "{\"state\":{\"n\":5}}");
    expect_wait(lab, START + MINUTE + DELIVERY_LATE_MS);
    lab->now_ms = START + MINUTE + DELIVERY_LATE_MS;
    expect_wait(lab, lab->now_ms); /* the stream was not read to its end since */
    delivery_drained(lab->d, lab->now_ms);
    expect(lab, DELIVERY_INVOKE, 0, 0);
    expect_window(lab, "{\"n\":5}", true, false);
    answer(lab, "");
    expect_wait(lab, INT64_MAX);
    struct delivery_place place;
    delivery_place(lab->d, &place);
    assert_int_equal(place.window_state.len, 0);
    end(lab);
}

static void a_record_of_a_later_window_ends_the_open_one_and_no_batch_spans_two(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    push(lab, 2);
    lab->now_ms += MINUTE;
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 1, 2);
    answer(lab, "{\"state\":{\"a\":1}}");
    expect(lab, DELIVERY_INVOKE, 0, 0);
    expect_window(lab, "{\"a\":1}", true, false);
    answer(lab, "null");
    expect(lab, DELIVERY_INVOKE, 3, 1);
    assert_int_equal(lab->order.window_start_ms, START + MINUTE);
    assert_true(str_equal(lab->order.state, STR("{}")));
    end(lab);
}

static void a_windowed_call_without_a_state_has_failed(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "{}");
    assert_int_equal(delivery_ledger(lab->d).errors, 1);
    pass_pause(lab, 250, 500);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "{\"state\":7}");
    assert_int_equal(delivery_ledger(lab->d).errors, 2);
    end(lab);
}

static void a_window_ends_early_at_the_shards_end(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    push(lab, 1);
    delivery_close(lab->d);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "{\"state\":{\"a\":1}}");
    assert_false(delivery_idle(lab->d));
    expect(lab, DELIVERY_INVOKE, 0, 0);
    expect_window(lab, "{\"a\":1}", true, true);
    answer(lab, "");
    assert_true(delivery_idle(lab->d));
    end(lab);
}

static void a_window_ends_early_where_its_state_passes_a_megabyte(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    size_t len = DELIVERY_STATE_MAX + 100;
    char *text = malloc(len + 1);
    memset(text, 'x', len);
    memcpy(text, "{\"state\":{\"a\":\"", 15);
    memcpy(text + len - 3, "\"}}", 4);
    push(lab, 5);
    expect(lab, DELIVERY_INVOKE, 1, 4);
    answer(lab, text);
    expect(lab, DELIVERY_INVOKE, 0, 0);
    assert_true(lab->order.final);
    assert_true(lab->order.early);
    assert_int_equal(lab->order.state.len, len - 10);
    answer(lab, "");
    expect(lab, DELIVERY_INVOKE, 5, 1); /* the same stretch of time, from nothing */
    expect_window(lab, "{}", false, false);
    free(text);
    end(lab);
}

static void an_open_window_goes_on_in_another_machine(void **state)
{
    (void)state;
    struct lab *lab = begin_windows();
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "{\"state\":{\"n\":1}}");
    struct delivery_rules rules = lab->rules;
    restart(lab, rules);
    push(lab, 2);
    expect(lab, DELIVERY_INVOKE, 2, 1);
    expect_window(lab, "{\"n\":1}", false, false);
    end(lab);
}

static void a_windows_last_call_comes_again_and_is_given_up_like_a_batch(void **state)
{
    (void)state;
    struct delivery_rules rules = plain;
    rules.tumbling_ms = MINUTE;
    rules.retries = 1;
    struct lab *lab = begin(rules);
    lab->now_ms = START;
    push(lab, 1);
    expect(lab, DELIVERY_INVOKE, 1, 1);
    answer(lab, "{\"state\":{}}");
    delivery_close(lab->d);
    expect(lab, DELIVERY_INVOKE, 0, 0);
    go_wrong(lab);
    pass_pause(lab, 250, 500);
    expect(lab, DELIVERY_INVOKE, 0, 0);
    assert_true(lab->order.final);
    go_wrong(lab);
    expect(lab, DELIVERY_GIVE_UP, 0, 0);
    assert_true(lab->order.final);
    assert_int_equal(lab->order.attempt, 2);
    write_down(lab);
    assert_true(delivery_idle(lab->d));
    assert_int_equal(delivery_ledger(lab->d).dropped, 0);
    end(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_has_its_size_and_what_is_left_goes_at_once),
        cmocka_unit_test(a_window_waits_for_more_until_a_batch_is_full_or_the_shard_ends),
        cmocka_unit_test(a_window_does_not_last_longer_when_the_clock_is_set_back),
        cmocka_unit_test(an_event_has_six_megabytes_with_all_that_is_around_it),
        cmocka_unit_test(a_full_event_does_not_wait_for_its_window),
        cmocka_unit_test(what_fails_comes_again_as_it_was_after_a_pause_that_doubles),
        cmocka_unit_test(n_retries_are_n_and_one_calls_and_then_it_is_given_up),
        cmocka_unit_test(no_retry_at_all_is_one_call),
        cmocka_unit_test(a_call_that_was_refused_uses_up_no_retry_and_counts_as_none),
        cmocka_unit_test(bisecting_finds_the_one_that_fails_and_uses_up_no_retries),
        cmocka_unit_test(the_lowest_number_named_is_where_it_goes_on),
        cmocka_unit_test(progress_begins_the_count_of_retries_anew),
        cmocka_unit_test(without_retries_the_rest_behind_a_named_record_is_given_up),
        cmocka_unit_test(the_first_record_named_is_a_failure_of_the_whole_batch),
        cmocka_unit_test(with_bisecting_it_splits_at_the_number_named),
        cmocka_unit_test(unless_asked_for_an_answer_names_nothing),
        cmocka_unit_test(what_is_too_old_is_given_up_before_it_is_sent),
        cmocka_unit_test(without_an_age_only_what_failed_goes_when_the_stream_has_it_no_more),
        cmocka_unit_test(filtered_records_count_and_move_the_place),
        cmocka_unit_test(lanes_go_on_while_one_fails_and_each_has_its_place),
        cmocka_unit_test(another_machine_goes_on_from_the_place),
        cmocka_unit_test(another_factor_levels_the_lanes_first),
        cmocka_unit_test(lanes_that_are_level_change_their_number_at_once),
        cmocka_unit_test(a_lane_that_is_full_stops_the_shard),
        cmocka_unit_test(by_hand_it_comes_again_at_once_or_is_given_up),
        cmocka_unit_test(a_windows_state_goes_from_call_to_call_and_ends_with_one_without_records),
        cmocka_unit_test(a_record_of_a_later_window_ends_the_open_one_and_no_batch_spans_two),
        cmocka_unit_test(a_windowed_call_without_a_state_has_failed),
        cmocka_unit_test(a_window_ends_early_at_the_shards_end),
        cmocka_unit_test(a_window_ends_early_where_its_state_passes_a_megabyte),
        cmocka_unit_test(an_open_window_goes_on_in_another_machine),
        cmocka_unit_test(a_windows_last_call_comes_again_and_is_given_up_like_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
