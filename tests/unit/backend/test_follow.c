/* SPDX-License-Identifier: MIT */
/*
 * Following a stream, against a model of one: shards that split while they are read, iterators that
 * expire, records that are trimmed, pages that end anywhere.
 */
#include "backend/follow.h"

#include "backend/backend_impl.h"
#include "base/mem.h"
#include "tests/test.h"

#include <stdlib.h>

enum { SHARDS = 60, RECORDS = 4000, ITEMS = 5, PAGE = 7 };

struct record {
    int item, version;
    int shard;
};

struct shard {
    int parent; /* -1 = none */
    int first;  /* record before which all of its own are trimmed */
    bool closed, forgotten;
};

/* Records are numbered in the order of writing; those of an item go to the newest shard that holds
 * it. */
struct model {
    struct backend backend; /* first */
    struct shard shards[SHARDS];
    struct record records[RECORDS];
    int shard_count, record_count;
    int home[ITEMS];     /* shard of each item */
    int versions[ITEMS]; /* written so far */
    bool disabled;
    int age; /* iterators handed out before this are expired */
    int now; /* counts iterators */
    int calls;
    const char *refuse; /* the exception of a call, the next one or so many later */
    int refuse_in;
};

static const struct json *text_of(struct arena *arena, const struct ddb_call *call)
{
    struct err err = ERR_INIT;
    const struct json *body = json_parse(arena, call->body, &err);
    assert_non_null(body);
    return body;
}

static int number_of(const struct json *json, const char *prefix)
{
    int64_t number = -1;
    if (!json_is(json, JSON_STRING))
        return -1;
    assert_true(str_starts(json->text, str_from(prefix)));
    assert_true(str_to_i64(str_skip(json->text, strlen(prefix)), &number));
    return (int)number;
}

static bool refuse(struct ddb_reply *reply, const char *name)
{
    reply->status = 400;
    buf_printf(&reply->body, "{\"__type\":\"x#%s\",\"message\":\"no\"}", name);
    return true;
}

static bool describe(struct model *m, const struct json *body, struct buf *out)
{
    int after = number_of(json_get(body, STR("ExclusiveStartShardId")), "shard-");
    int i = after + 1, listed = 0;
    buf_printf(out, "{\"StreamDescription\":{\"StreamStatus\":\"%s\",\"Shards\":[",
        m->disabled ? "DISABLED" : "ENABLED");
    for (; i < m->shard_count && listed < 3; i++) {
        const struct shard *shard = &m->shards[i];
        if (shard->forgotten)
            continue;
        buf_printf(out, "%s{\"ShardId\":\"shard-%d\",", listed++ ? "," : "", i);
        if (shard->parent >= 0)
            buf_printf(out, "\"ParentShardId\":\"shard-%d\",", shard->parent);
        buf_printf(out, "\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"1\"%s}}",
            shard->closed ? ",\"EndingSequenceNumber\":\"9\"" : "");
    }
    buf_add(out, STR("]"));
    if (i < m->shard_count)
        buf_printf(out, ",\"LastEvaluatedShardId\":\"shard-%d\"", i - 1);
    return buf_add(out, STR("}}")), true;
}

static bool iterate(struct model *m, const struct json *body, struct ddb_reply *reply)
{
    int shard = number_of(json_get(body, STR("ShardId")), "shard-");
    int after = number_of(json_get(body, STR("SequenceNumber")), "");
    struct str type = json_get(body, STR("ShardIteratorType"))->text;
    int at = m->shards[shard].first;
    if (m->shards[shard].forgotten)
        return refuse(reply, "ResourceNotFoundException");
    if (str_equal(type, STR("LATEST")))
        at = m->record_count;
    else if (str_equal(type, STR("AFTER_SEQUENCE_NUMBER")) && after + 1 < at)
        return refuse(reply, "TrimmedDataAccessException");
    else if (str_equal(type, STR("AFTER_SEQUENCE_NUMBER")))
        at = after + 1;
    buf_printf(&reply->body, "{\"ShardIterator\":\"%d:%d:%d\"}", m->now++, shard, at);
    return true;
}

static bool read_records(struct model *m, const struct json *body, struct ddb_reply *reply)
{
    int made, shard, at, given = 0;
    struct buf text = {0};
    buf_add(&text, json_get(body, STR("ShardIterator"))->text);
    assert_int_equal(sscanf(buf_cstr(&text), "%d:%d:%d", &made, &shard, &at), 3);
    buf_fini(&text);
    if (made < m->age)
        return refuse(reply, "ExpiredIteratorException");
    if (at < m->shards[shard].first)
        return refuse(reply, "TrimmedDataAccessException");
    buf_add(&reply->body, STR("{\"Records\":["));
    for (; at < m->record_count && given < PAGE; at++) {
        const struct record *record = &m->records[at];
        if (record->shard != shard)
            continue;
        buf_printf(&reply->body,
            "%s{\"eventName\":\"MODIFY\",\"userIdentity\":{\"Type\":\"Service\","
            "\"PrincipalId\":\"dynamodb.amazonaws.com\"},\"dynamodb\":{"
            "\"ApproximateCreationDateTime\":%d,\"SequenceNumber\":\"%d\","
            "\"Keys\":{\"i\":{\"N\":\"%d\"}},\"NewImage\":{\"v\":{\"N\":\"%d\"}}}}",
            given++ ? "," : "", 1000 + at, at, record->item, record->version);
    }
    buf_add(&reply->body, STR("]"));
    if (at < m->record_count || !m->shards[shard].closed)
        buf_printf(&reply->body, ",\"NextShardIterator\":\"%d:%d:%d\"", m->now++, shard, at);
    return buf_add(&reply->body, STR("}")), true;
}

static bool model_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct model *m = (struct model *)backend;
    struct arena arena = {0};
    const struct json *body = text_of(&arena, call);
    const char *refused = m->refuse_in > 0 ? NULL : m->refuse;
    bool good;
    (void)err;
    m->calls++;
    if (m->refuse_in-- <= 0)
        m->refuse = NULL;
    reply->status = 200;
    if (refused)
        good = refuse(reply, refused);
    else if (str_equal(call->operation, STR("DescribeStream")))
        good = describe(m, body, &reply->body);
    else if (str_equal(call->operation, STR("GetShardIterator")))
        good = iterate(m, body, reply);
    else
        good = read_records(m, body, reply);
    arena_fini(&arena);
    return good;
}

static bool model_close(struct backend *backend, struct err *err)
{
    (void)backend;
    (void)err;
    return true;
}

static const struct backend_ops model_ops = {
    .name = "model", .call = model_call, .close = model_close};

static void begin(struct model *m)
{
    memset(m, 0, sizeof *m);
    m->backend.ops = &model_ops;
    m->shard_count = 1;
    m->shards[0].parent = -1;
}

static void refuse_later(struct model *m, int calls)
{
    m->refuse = rand() % 2 ? "LimitExceededException" : "InternalServerError";
    m->refuse_in = calls;
}

static void write_record(struct model *m, int item)
{
    m->records[m->record_count++] = (struct record){item, ++m->versions[item], m->home[item]};
}

/* The shard closes; its items go on in one or two children. */
static void split(struct model *m, int shard)
{
    int children = m->shard_count + 2 <= SHARDS ? 1 + rand() % 2 : 0;
    if (!children || m->shards[shard].closed)
        return;
    m->shards[shard].closed = true;
    for (int i = 0; i < children; i++)
        m->shards[m->shard_count + i] = (struct shard){.parent = shard, .first = m->record_count};
    for (int item = 0; item < ITEMS; item++)
        if (m->home[item] == shard)
            m->home[item] = m->shard_count + rand() % children;
    m->shard_count += children;
}

/* ---- what the reader saw ---- */

struct seen {
    int versions[ITEMS]; /* the last one of each item */
    int count, refuse_after;
    bool ordered;
    char sequence[16], shard[16];
};

static int attribute(const struct json *event, const char *image, const char *name)
{
    int64_t number;
    const struct json *member =
        json_get(json_get(json_get(event, STR("dynamodb")), str_from(image)), str_from(name));
    assert_true(str_to_i64(json_get(member, STR("N"))->text, &number));
    return (int)number;
}

static bool see_record(void *context, const struct follow_record *record)
{
    struct seen *seen = context;
    if (seen->refuse_after >= 0 && seen->refuse_after-- == 0)
        return false;
    int item = attribute(record->event, "Keys", "i");
    int version = attribute(record->event, "NewImage", "v");
    if (version != seen->versions[item] + 1)
        seen->ordered = false;
    seen->versions[item] = version;
    seen->count++;
    snprintf(seen->sequence, sizeof seen->sequence, "%.*s", STR_ARG(record->sequence));
    snprintf(seen->shard, sizeof seen->shard, "%.*s", STR_ARG(record->shard));
    return true;
}

static struct seen seen_none(void)
{
    return (struct seen){.refuse_after = -1, .ordered = true};
}

static void drain(struct follow *f, struct seen *seen, struct follow_round *round)
{
    struct err err = ERR_INIT;
    do {
        if (!follow_poll(f, see_record, seen, round, &err))
            fail_msg("%s: %s", err.name, err.text);
        assert_false(round->ended && round->more);
    } while (round->more);
}

static void each_record_comes_once_and_in_order_whatever_the_shards_do(void **state)
{
    (void)state;
    static struct model m;
    for (int seed = 1; seed <= 200; seed++) {
        srand((unsigned)seed);
        begin(&m);
        struct client client = {.backend = &m.backend};
        struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
        struct seen seen = seen_none();
        struct follow_round round;
        for (int step = 0; step < 300; step++) {
            int dice = rand() % 20;
            struct err err = ERR_INIT;
            if (dice < 12 && m.record_count < RECORDS)
                write_record(&m, rand() % ITEMS);
            else if (dice < 14)
                split(&m, rand() % m.shard_count);
            else if (dice < 15)
                m.age = m.now; /* all iterators expire */
            else if (dice < 16)
                refuse_later(&m, rand() % 4);
            seen.refuse_after = dice == 19 ? rand() % 10 : -1;
            if (dice >= 15 && !follow_poll(f, see_record, &seen, &round, &err))
                assert_string_not_equal(err.name, "");
        }
        m.refuse = NULL;
        m.disabled = true;
        for (int i = 0; i < m.shard_count; i++)
            m.shards[i].closed = true;
        seen.refuse_after = -1;
        drain(f, &seen, &round);
        assert_true(round.ended);
        assert_int_equal(round.gaps, 0);
        assert_true(seen.ordered);
        assert_int_equal(seen.count, m.record_count);
        follow_free(f);
    }
}

static void latest_gives_what_comes_and_skips_what_was(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    write_record(&m, 0);
    split(&m, 0);
    write_record(&m, 0);
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_LATEST, 5000000);
    drain(f, &seen, &round);
    assert_int_equal(seen.count, 0);
    seen.versions[0] = 2;
    write_record(&m, 0);
    split(&m, m.home[0]);
    write_record(&m, 0); /* in a shard that was not there at the beginning */
    drain(f, &seen, &round);
    assert_int_equal(seen.count, 2);
    assert_true(seen.ordered);
    follow_free(f);
}

static void latest_loses_nothing_when_its_iterator_expires_before_the_first_record(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    for (int i = 0; i < 200; i++)
        write_record(&m, 0); /* at 1000 s … 1199 s */
    struct follow *f =
        follow_new(&client, STR("arn"), FOLLOW_LATEST, 1230 * 1000); /* clocks differ */
    drain(f, &seen, &round);
    write_record(&m, 1);
    m.age = m.now;
    drain(f, &seen, &round);
    assert_int_equal(seen.versions[1], 1);
    assert_true(seen.count <= 61); /* a minute's records again at most */
    follow_free(f);
}

static void a_time_passes_over_what_is_older(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    for (int i = 0; i < 20; i++)
        write_record(&m, 0);
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TIME, 1015 * 1000 + 400);
    drain(f, &seen, &round);
    assert_int_equal(seen.count, 5);
    follow_free(f);
}

static void what_was_trimmed_before_it_was_read_is_counted(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    write_record(&m, 0);
    drain(f, &seen, &round);
    write_record(&m, 0);
    write_record(&m, 0);
    m.shards[0].first = 2;
    drain(f, &seen, &round);
    assert_int_equal(round.gaps, 1);
    assert_int_equal(seen.versions[0], 3);

    split(&m, 0);
    m.shards[0].forgotten = true;
    m.age = m.now;
    write_record(&m, 0);
    drain(f, &seen, &round);
    assert_int_equal(round.gaps, 2);
    assert_int_equal(seen.versions[0], 4);
    follow_free(f);
}

static void a_shard_that_was_forgotten_before_it_was_read_is_counted_too(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    m.shards[m.shard_count++] = (struct shard){.parent = -1};
    m.home[1] = 1;
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    write_record(&m, 1);
    drain(f, &seen, &round);
    write_record(&m, 1);
    m.shards[1].forgotten = m.shards[0].closed = m.shards[1].closed = true;
    m.age = m.now;
    struct err err = ERR_INIT;
    assert_true(follow_poll(f, see_record, &seen, &round, &err)); /* both have expired */
    m.refuse = "InternalServerError";
    m.refuse_in = 2; /* the first shard ends, the second one cannot be asked */
    assert_false(follow_poll(f, see_record, &seen, &round, &err));
    drain(f, &seen, &round);
    assert_int_equal(round.gaps, 1);
    follow_free(f);
}

static void it_goes_on_behind_a_record_that_was_dealt_with_earlier(void **state)
{
    (void)state;
    static struct model m;
    srand(7);
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    for (int i = 0; i < 10; i++) {
        write_record(&m, 0);
        if (i % 3 == 2)
            split(&m, m.home[0]);
    }
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    seen.refuse_after = 7;
    struct err err = ERR_INIT;
    do
        assert_true(follow_poll(f, see_record, &seen, &round, &err));
    while (seen.refuse_after >= 0);
    follow_free(f);
    assert_int_equal(seen.count, 7);

    seen.refuse_after = -1;
    f = follow_new(&client, STR("arn"), FOLLOW_LATEST, 5000000);
    follow_resume(f, str_from(seen.shard), str_from(seen.sequence));
    drain(f, &seen, &round);
    assert_true(seen.ordered);
    assert_int_equal(seen.count, 10);
    follow_free(f);
}

static bool see_names(void *context, const struct follow_record *record)
{
    json_put(context, record->event);
    return true;
}

static void a_record_looks_as_lambda_hands_it_to_functions(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct buf text = {0};
    struct follow_round round;
    struct err err = ERR_INIT;
    write_record(&m, 3);
    struct follow *f = follow_new(&client, STR("arn:x"), FOLLOW_TRIM_HORIZON, 0);
    assert_true(follow_poll(f, see_names, &text, &round, &err));
    assert_string_equal(buf_cstr(&text),
        "{\"eventName\":\"MODIFY\",\"userIdentity\":{\"type\":\"Service\","
        "\"principalId\":\"dynamodb.amazonaws.com\"},\"dynamodb\":{"
        "\"ApproximateCreationDateTime\":1000,\"SequenceNumber\":\"0\","
        "\"Keys\":{\"i\":{\"N\":\"3\"}},\"NewImage\":{\"v\":{\"N\":\"1\"}}},"
        "\"eventSourceARN\":\"arn:x\"}");
    buf_fini(&text);
    follow_free(f);
}

static void nothing_new_costs_one_call_a_shard(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_LATEST, 0);
    drain(f, &seen, &round);
    m.calls = 0;
    drain(f, &seen, &round);
    assert_int_equal(m.calls, 1);
    assert_false(round.ended);
    follow_free(f);
}

/* ---- followers that come one after the other ---- */

/* What a reader keeps of each shard, as the triggers' runners do. */
struct kept {
    struct seen seen; /* first */
    char last[SHARDS][16];
    bool done[SHARDS];
    bool closed[SHARDS]; /* the gate's */
    bool gated;          /* a shard was read although its gate was closed */
};

static int shard_number(struct str shard)
{
    uint64_t number = 0;
    assert_true(str_to_u64(str_skip(shard, strlen("shard-")), &number));
    return (int)number;
}

static bool keep_record(void *context, const struct follow_record *record)
{
    struct kept *kept = context;
    int shard = shard_number(record->shard);
    kept->gated = kept->gated || kept->closed[shard];
    if (!see_record(&kept->seen, record))
        return false;
    memcpy(kept->last[shard], kept->seen.sequence, sizeof kept->last[shard]);
    return true;
}

static bool gate_is_open(void *context, struct str shard, struct str parent)
{
    struct kept *kept = context;
    if (parent.len)
        assert_true(shard_number(parent) < shard_number(shard));
    return !kept->closed[shard_number(shard)];
}

static void keep_ends(struct kept *kept, const struct follow *f)
{
    struct follow_shard at;
    for (size_t i = 0; follow_shard_at(f, i, &at); i++)
        if (at.done)
            kept->done[shard_number(at.id)] = true;
}

static struct follow *follow_kept(struct client *client, struct kept *kept)
{
    char id[32];
    struct follow *f = follow_new(client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    for (int i = 0; i < SHARDS; i++) {
        snprintf(id, sizeof id, "shard-%d", i);
        if (kept->done[i])
            follow_finish(f, str_from(id));
        else if (kept->last[i][0])
            follow_resume(f, str_from(id), str_from(kept->last[i]));
    }
    follow_set_gate(f, gate_is_open, kept);
    return f;
}

static void each_record_comes_once_however_often_the_reader_begins_again(void **state)
{
    (void)state;
    static struct model m;
    static struct kept kept;
    for (int seed = 1; seed <= 200; seed++) {
        srand((unsigned)seed);
        begin(&m);
        kept = (struct kept){.seen = seen_none()};
        struct client client = {.backend = &m.backend};
        struct follow *f = follow_kept(&client, &kept);
        struct follow_round round;
        for (int step = 0; step < 300; step++) {
            int dice = rand() % 20;
            struct err err = ERR_INIT;
            if (dice < 10 && m.record_count < RECORDS)
                write_record(&m, rand() % ITEMS);
            else if (dice < 12)
                split(&m, rand() % m.shard_count);
            else if (dice < 14)
                kept.closed[rand() % SHARDS] = rand() % 2;
            else if (dice < 15) {
                follow_free(f);
                f = follow_kept(&client, &kept);
            }
            kept.seen.refuse_after = dice == 19 ? rand() % 10 : -1;
            if (dice >= 15) {
                assert_true(follow_poll(f, keep_record, &kept, &round, &err));
                keep_ends(&kept, f);
            }
        }
        kept.seen.refuse_after = -1;
        memset(kept.closed, 0, sizeof kept.closed);
        do {
            struct err err = ERR_INIT;
            assert_true(follow_poll(f, keep_record, &kept, &round, &err));
        } while (round.more);
        assert_false(kept.gated);
        assert_int_equal(round.gaps, 0);
        assert_true(kept.seen.ordered);
        assert_int_equal(kept.seen.count, m.record_count);
        follow_free(f);
    }
}

static void a_place_of_now_is_found_without_reading_and_read_from_later(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    struct follow_shard at;
    struct err err = ERR_INIT;
    write_record(&m, 0);
    split(&m, 0);
    write_record(&m, 0);
    struct follow *now = follow_new(&client, STR("arn"), FOLLOW_LATEST, 0);
    assert_true(follow_locate(now, &err));
    write_record(&m, 0);
    split(&m, m.home[0]);
    write_record(&m, 0);
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    for (size_t i = 0; follow_shard_at(now, i, &at); i++) {
        if (at.done)
            follow_finish(f, at.id);
        else
            follow_begin(f, at.id, at.iterator);
    }
    follow_free(now);
    seen.versions[0] = 2;
    drain(f, &seen, &round);
    assert_int_equal(seen.count, 2);
    assert_true(seen.ordered);
    follow_free(f);
}

static void gaps_are_told_of_each_shard(void **state)
{
    (void)state;
    static struct model m;
    begin(&m);
    m.shards[m.shard_count++] = (struct shard){.parent = -1};
    m.home[1] = 1;
    struct client client = {.backend = &m.backend};
    struct seen seen = seen_none();
    struct follow_round round;
    struct follow *f = follow_new(&client, STR("arn"), FOLLOW_TRIM_HORIZON, 0);
    for (int i = 0; i < 4; i++)
        write_record(&m, i % 2);
    drain(f, &seen, &round);
    write_record(&m, 1);
    write_record(&m, 1);
    m.shards[1].first = 5;
    seen.versions[1]++;
    drain(f, &seen, &round);
    assert_true(seen.ordered);
    struct follow_shard at;
    for (size_t i = 0; follow_shard_at(f, i, &at); i++) {
        assert_int_equal(at.gaps, shard_number(at.id));
        assert_true(at.drained);
        assert_false(at.done);
    }
    follow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_comes_once_and_in_order_whatever_the_shards_do),
        cmocka_unit_test(latest_gives_what_comes_and_skips_what_was),
        cmocka_unit_test(latest_loses_nothing_when_its_iterator_expires_before_the_first_record),
        cmocka_unit_test(a_time_passes_over_what_is_older),
        cmocka_unit_test(what_was_trimmed_before_it_was_read_is_counted),
        cmocka_unit_test(a_shard_that_was_forgotten_before_it_was_read_is_counted_too),
        cmocka_unit_test(it_goes_on_behind_a_record_that_was_dealt_with_earlier),
        cmocka_unit_test(each_record_comes_once_however_often_the_reader_begins_again),
        cmocka_unit_test(a_place_of_now_is_found_without_reading_and_read_from_later),
        cmocka_unit_test(gaps_are_told_of_each_shard),
        cmocka_unit_test(a_record_looks_as_lambda_hands_it_to_functions),
        cmocka_unit_test(nothing_new_costs_one_call_a_shard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
