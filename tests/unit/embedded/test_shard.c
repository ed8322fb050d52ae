/* SPDX-License-Identifier: MIT */
/* Shards: when one follows another, what is left of them after a day, and that whoever reads
 * parents before children sees every change once and in order. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/upkeep.h"
#include "tests/unit/backend/random_value.h"

enum { HOUR_MS = 60 * 60 * 1000 };

#define STREAM_ON                                                                                  \
    "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"   \
    "\"NEW_AND_OLD_IMAGES\"}}"
#define STREAM_OFF "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":false}}"

static struct store *store_of(struct bench *b)
{
    return ((struct engine *)b->backend)->store;
}

static void scene_init(struct bench *b)
{
    bench_init(b);
    bench_ok(b, "CreateTable", BENCH_TABLE);
    bench_ok(b, "UpdateTable", STREAM_ON);
}

static void put(struct bench *b, int key, int value)
{
    char body[256];
    snprintf(body, sizeof body,
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"%d\"},\"v\":{\"N\":"
        "\"%d\"}}}",
        key, value);
    bench_ok(b, "PutItem", body);
}

/* The ARN of the table's latest stream. */
static void read_arn(struct bench *b, char *out, size_t room)
{
    bench_ok(b, "DescribeTable", "{\"TableName\":\"tab\"}");
    const struct json *table = json_get(bench_json(b), STR("Table"));
    snprintf(out, room, "%.*s", STR_ARG(json_get(table, STR("LatestStreamArn"))->text));
}

struct described {
    char id[66], parent[66], first[32], last[32];
};

/* All shards of a stream, in pages of this size. */
static size_t describe(
    struct bench *b, const char *arn, int page, struct described *out, size_t room)
{
    char after[100] = "";
    size_t count = 0;
    for (bool more = true; more;) {
        char body[512];
        snprintf(body, sizeof body, "{\"StreamArn\":\"%s\",\"Limit\":%d%s%s%s}", arn, page,
            after[0] ? ",\"ExclusiveStartShardId\":\"" : "", after, after[0] ? "\"" : "");
        bench_ok(b, "DescribeStream", body);
        const struct json *stream = json_get(bench_json(b), STR("StreamDescription"));
        const struct json *list = json_get(stream, STR("Shards")), *last;
        assert_true(list->count <= (uint32_t)page);
        for (const struct json *shard = list->first; shard; shard = shard->next) {
            const struct json *range = json_get(shard, STR("SequenceNumberRange"));
            const struct json *parent = json_get(shard, STR("ParentShardId"));
            const struct json *end = json_get(range, STR("EndingSequenceNumber"));
            assert_true(count < room);
            struct described *d = &out[count++];
            *d = (struct described){0};
            snprintf(d->id, sizeof d->id, "%.*s", STR_ARG(json_get(shard, STR("ShardId"))->text));
            snprintf(d->first, sizeof d->first, "%.*s",
                STR_ARG(json_get(range, STR("StartingSequenceNumber"))->text));
            if (parent)
                snprintf(d->parent, sizeof d->parent, "%.*s", STR_ARG(parent->text));
            if (end)
                snprintf(d->last, sizeof d->last, "%.*s", STR_ARG(end->text));
        }
        last = json_get(stream, STR("LastEvaluatedShardId"));
        more = last != NULL;
        if (more)
            snprintf(after, sizeof after, "%.*s", STR_ARG(last->text));
    }
    return count;
}

static size_t count_shards(struct bench *b)
{
    struct described shards[64];
    char arn[256];
    read_arn(b, arn, sizeof arn);
    return describe(b, arn, 100, shards, 64);
}

/* ---- names ---- */

static void an_id_names_one_shard_of_one_stream(void **state)
{
    (void)state;
    struct buf id = {0}, last = {0};
    const int64_t names[] = {0, 1, 1767225600000, 1767225600001, INT64_MAX};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t name = -1;
        buf_clear(&id);
        shard_put_id(&id, 7, names[i]);
        assert_in_range(id.len, 28, 65);
        assert_true(shard_parse_id(buf_str(&id), 7, &name));
        assert_true(name == names[i]);
        assert_false(shard_parse_id(buf_str(&id), 8, &name));
        assert_false(shard_parse_id(str_take(buf_str(&id), id.len - 1), 7, &name));
        assert_true(str_compare(buf_str(&last), buf_str(&id)) < 0);
        buf_clear(&last);
        buf_add(&last, buf_str(&id));
    }
    buf_fini(&id);
    buf_fini(&last);
}

/* ---- rolling ---- */

static void a_shard_ends_after_four_hours_with_the_next_change(void **state)
{
    (void)state;
    struct bench b;
    scene_init(&b);
    put(&b, 1, 1);
    b.clock.ms += SHARD_LIFE_MS - 1;
    put(&b, 1, 2);
    assert_int_equal(count_shards(&b), 1);
    b.clock.ms += 1;
    assert_int_equal(count_shards(&b), 1);
    put(&b, 1, 2); /* changes nothing */
    assert_int_equal(count_shards(&b), 1);
    put(&b, 1, 3);
    put(&b, 1, 4);
    assert_int_equal(count_shards(&b), 2);
    b.clock.ms += 100 * (int64_t)SHARD_LIFE_MS;
    put(&b, 1, 5);
    assert_int_equal(count_shards(&b), 2); /* the first has gone, there is a third */
    bench_fini(&b);
}

/* As if so many changes had been made elsewhere in the store. */
static bool skip_numbers(struct store_txn *txn, void *context, struct err *err)
{
    uint64_t last;
    if (!stream_last(txn, &last, err))
        return false;
    last += *(const uint64_t *)context;
    return store_put(
        txn, STORE_META, STR("sequence"), (struct str){(const char *)&last, sizeof last}, err);
}

static void pass_over(struct bench *b, uint64_t numbers)
{
    struct err err = ERR_INIT;
    assert_true(store_write(store_of(b), skip_numbers, &numbers, &err));
}

static void a_shard_ends_after_so_many_changes(void **state)
{
    (void)state;
    struct bench b;
    scene_init(&b);
    put(&b, 1, 1);
    pass_over(&b, SHARD_SPAN - 4);
    put(&b, 1, 2);
    put(&b, 1, 3);
    assert_int_equal(count_shards(&b), 1);
    put(&b, 1, 4); /* the number behind the span */
    put(&b, 1, 5);
    assert_int_equal(count_shards(&b), 2);
    pass_over(&b, SHARD_SPAN);
    put(&b, 1, 6); /* within the same millisecond */
    assert_int_equal(count_shards(&b), 3);
    bench_fini(&b);
}

/* All its items have looked up the table before the first of them began the shard. */
static void a_batch_begins_one_shard(void **state)
{
    (void)state;
    struct described shards[4];
    struct bench b;
    char arn[256];
    scene_init(&b);
    put(&b, 1, 1);
    b.clock.ms += SHARD_LIFE_MS;
    buf_clear(&b.body);
    buf_add(&b.body, STR("{\"RequestItems\":{\"tab\":["));
    for (int i = 0; i < 25; i++)
        buf_printf(&b.body,
            "%s{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"b\"},\"s\":{\"N\":\"%d\"}}}}",
            i ? "," : "", i);
    buf_add(&b.body, STR("]}}"));
    assert_true(bench_send(&b, "BatchWriteItem", NULL));
    assert_int_equal(b.reply.status, 200);
    read_arn(&b, arn, sizeof arn);
    assert_int_equal(describe(&b, arn, 1, shards, 4), 2);
    assert_string_equal(shards[1].parent, shards[0].id);
    assert_true(strcmp(shards[0].last, shards[1].first) < 0);
    bench_fini(&b);
}

static void a_refused_write_begins_none(void **state)
{
    (void)state;
    struct bench b;
    scene_init(&b);
    put(&b, 1, 1);
    b.clock.ms += SHARD_LIFE_MS;
    bench_call(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"2\"}},"
        "\"ConditionExpression\":\"attribute_exists(p)\"}");
    assert_int_equal(b.reply.status, 400);
    assert_int_equal(count_shards(&b), 1);
    bench_fini(&b);
}

static void a_clock_that_was_set_back_keeps_the_order_of_shards(void **state)
{
    (void)state;
    struct described shards[8];
    struct bench b;
    char arn[256];
    scene_init(&b);
    put(&b, 1, 1);
    b.clock.ms -= 50 * (int64_t)HOUR_MS;
    put(&b, 1, 2);
    for (int i = 0; i < 3; i++) {
        pass_over(&b, SHARD_SPAN);
        put(&b, 1, 3 + i);
    }
    read_arn(&b, arn, sizeof arn);
    assert_int_equal(describe(&b, arn, 2, shards, 8), 4);
    for (int i = 1; i < 4; i++) {
        assert_true(strcmp(shards[i - 1].id, shards[i].id) < 0);
        assert_true(strcmp(shards[i - 1].last, shards[i].first) < 0);
        assert_string_equal(shards[i].parent, shards[i - 1].id);
    }
    bench_fini(&b);
}

/* ---- stores from before there were shards ---- */

static bool forget_shards(struct store_txn *txn, void *context, struct err *err)
{
    struct shard shard;
    bool found = true;
    (void)context;
    for (uint32_t stream = 1; stream < 10; stream++)
        for (found = true; found;) {
            if (!shard_next(txn, stream, -1, &shard, &found, err) ||
                (found && !shard_delete(txn, &shard, err)))
                return false;
        }
    return catalog_touch(txn, err);
}

static void make_old(struct bench *b)
{
    struct err err = ERR_INIT;
    assert_true(store_write(store_of(b), forget_shards, NULL, &err));
}

static void an_older_stream_is_one_shard_from_its_beginning_on(void **state)
{
    (void)state;
    struct described shards[4];
    struct bench b;
    char arn[256], id[66];
    scene_init(&b);
    read_arn(&b, arn, sizeof arn);
    assert_int_equal(describe(&b, arn, 100, shards, 4), 1);
    memcpy(id, shards[0].id, sizeof id);
    make_old(&b);
    put(&b, 1, 1);
    put(&b, 1, 2);
    assert_int_equal(describe(&b, arn, 100, shards, 4), 1);
    assert_string_equal(shards[0].id, id);
    assert_string_equal(shards[0].first, "100000000000000000000");
    b.clock.ms += SHARD_LIFE_MS;
    put(&b, 1, 3);
    assert_int_equal(describe(&b, arn, 100, shards, 4), 2);
    assert_string_equal(shards[0].id, id);
    assert_true(shards[0].last[0] && !shards[1].last[0]);
    bench_fini(&b);
}

static void an_older_closed_stream_ends_with_its_last_record(void **state)
{
    (void)state;
    struct described shards[4];
    struct bench b;
    char arn[256];
    scene_init(&b);
    put(&b, 1, 1);
    read_arn(&b, arn, sizeof arn);
    bench_ok(&b, "UpdateTable", STREAM_OFF);
    make_old(&b);
    assert_int_equal(describe(&b, arn, 100, shards, 4), 1);
    assert_string_equal(shards[0].last, "100000000000000000002");
    bench_fini(&b);
}

/* ---- trimming ---- */

static bool count_rows(struct store_txn *txn, void *context, struct err *err)
{
    size_t *count = context;
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    bool found, done = c && store_seek(c, STR(ENGINE_META_SHARD), false, &found, err);
    for (*count = 0; done && found && str_starts(store_key(c), STR(ENGINE_META_SHARD)); ++*count)
        done = store_step(c, false, &found, err);
    store_cursor_close(c);
    return done;
}

static size_t rows(struct bench *b)
{
    struct err err = ERR_INIT;
    size_t count = 0;
    assert_true(store_read(store_of(b), count_rows, &count, &err));
    return count;
}

static void trim(struct bench *b)
{
    struct err err = ERR_INIT;
    for (bool more = true; more;)
        assert_true(upkeep_trim((struct engine *)b->backend, 7, &more, &err));
}

static void rows_of_shards_go_with_their_records(void **state)
{
    (void)state;
    struct bench b;
    scene_init(&b);
    for (int i = 0; i < 12; i++) {
        for (int k = 0; k < 10; k++)
            put(&b, k, i);
        b.clock.ms += 4 * (int64_t)HOUR_MS;
        trim(&b);
        assert_true(rows(&b) <= 8);
        assert_true(rows(&b) >= (size_t)(i < 6 ? i + 1 : 7));
    }
    bench_ok(&b, "UpdateTable", STREAM_OFF);
    b.clock.ms += STREAM_RETENTION_MS + 1;
    trim(&b);
    assert_int_equal(rows(&b), 0);
    bench_fini(&b);
}

/* What readers are told is the same before and after upkeep has come by. */
static void readers_see_no_difference_between_old_and_gone(void **state)
{
    (void)state;
    for (int trimmed = 0; trimmed < 2; trimmed++) {
        struct described shards[8];
        char arn[256], body[512];
        struct bench b;
        scene_init(&b);
        put(&b, 1, 1);
        b.clock.ms += 10 * HOUR_MS;
        put(&b, 1, 2);
        b.clock.ms += 1;
        put(&b, 1, 3);
        read_arn(&b, arn, sizeof arn);
        describe(&b, arn, 100, shards, 8);
        struct described second = shards[1];
        b.clock.ms += STREAM_RETENTION_MS;
        if (trimmed)
            trim(&b);
        assert_int_equal(describe(&b, arn, 100, shards, 8), 1);
        assert_string_equal(shards[0].id, second.id);
        snprintf(body, sizeof body,
            "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"AT_SEQUENCE_NUMBER\","
            "\"SequenceNumber\":\"%s\"}",
            arn, second.id, second.first);
        assert_int_equal(bench_call(&b, "GetShardIterator", body), 400);
        assert_true(bench_says(&b, "TrimmedDataAccessException"));
        snprintf(body, sizeof body,
            "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}", arn,
            second.id);
        bench_ok(&b, "GetShardIterator", body);
        snprintf(body, sizeof body, "{\"ShardIterator\":\"%.*s\"}",
            STR_ARG(json_get(bench_json(&b), STR("ShardIterator"))->text));
        bench_ok(&b, "GetRecords", body);
        assert_int_equal(json_get(bench_json(&b), STR("Records"))->count, 1);
        bench_fini(&b);
    }
}

/* Whoever begins at the horizon of a store that nobody has kept up waits for no page. */
static void many_old_records_are_passed_over_in_pages(void **state)
{
    (void)state;
    enum { OLD = 12000 };
    struct described shards[4];
    char arn[256], body[600];
    struct bench b;
    int pages = 0;
    scene_init(&b);
    for (int i = 0; i < OLD; i++)
        put(&b, 1, i);
    read_arn(&b, arn, sizeof arn);
    describe(&b, arn, 100, shards, 4);
    b.clock.ms += STREAM_RETENTION_MS + 1;
    snprintf(body, sizeof body,
        "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}", arn,
        shards[0].id);
    put(&b, 1, OLD);
    bench_ok(&b, "GetShardIterator", body);
    const struct json *next = json_get(bench_json(&b), STR("ShardIterator"));
    for (; next && pages < 10; pages++) {
        snprintf(body, sizeof body, "{\"ShardIterator\":\"%.*s\"}", STR_ARG(next->text));
        bench_ok(&b, "GetRecords", body);
        assert_int_equal(json_get(bench_json(&b), STR("Records"))->count, 0);
        next = json_get(bench_json(&b), STR("NextShardIterator"));
    }
    assert_int_equal(pages, 2);
    bench_fini(&b);
}

/* Records are as large as two items: a page ends before it is larger than a megabyte. */
static void a_page_of_records_ends_at_one_megabyte(void **state)
{
    (void)state;
    struct described shards[4];
    char arn[256], body[600];
    int64_t bytes = 0;
    struct bench b;
    scene_init(&b);
    for (int i = 0; i < 6; i++) {
        buf_clear(&b.body);
        buf_printf(&b.body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"},\"v\":{\"S\":"
            "\"%d%0300000d\"}}}",
            i, 0);
        assert_true(bench_send(&b, "PutItem", NULL));
    }
    read_arn(&b, arn, sizeof arn);
    describe(&b, arn, 100, shards, 4);
    snprintf(body, sizeof body,
        "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}", arn,
        shards[0].id);
    bench_ok(&b, "GetShardIterator", body);
    snprintf(body, sizeof body, "{\"ShardIterator\":\"%.*s\"}",
        STR_ARG(json_get(bench_json(&b), STR("ShardIterator"))->text));
    bench_ok(&b, "GetRecords", body);
    const struct json *list = json_get(bench_json(&b), STR("Records"));
    assert_int_equal(list->count, 2); /* one image, then two: a third would be too much */
    for (const struct json *record = list->first; record; record = record->next) {
        int64_t size = 0;
        assert_true(
            json_to_i64(json_get(json_get(record, STR("dynamodb")), STR("SizeBytes")), &size));
        bytes += size;
    }
    assert_in_range(bytes, 900000, 1 << 20);
    bench_fini(&b);
}

/* ---- a consumer ---- */

enum { KEYS = 6, SHARDS_MAX = 400, STEPS = 600 };

struct consumer {
    char arn[256];
    struct {
        char id[66], iterator[512], last[32]; /* number that was read last, or "" */
        bool begun, drained;
    } shards[SHARDS_MAX];
    size_t count;
    int seen[KEYS]; /* the value that the last record left, 0 = no item */
    int records;
};

static int number_of(const struct json *image, const char *name)
{
    int64_t n = 0;
    const struct json *v = image ? json_get(image, str_from(name)) : NULL;
    if (v)
        assert_true(str_to_i64(json_get(v, STR("N"))->text, &n));
    return (int)n;
}

/* The old image is what the record before has left: nothing is missing, nothing comes twice. */
static void take(struct consumer *c, const struct json *record)
{
    const struct json *change = json_get(record, STR("dynamodb"));
    int key = number_of(json_get(change, STR("Keys")), "s");
    assert_int_equal(number_of(json_get(change, STR("OldImage")), "v"), c->seen[key]);
    c->seen[key] = number_of(json_get(change, STR("NewImage")), "v");
    c->records++;
}

/* From the beginning, or behind what was read. */
static void begin_shard(struct bench *b, struct consumer *c, size_t i)
{
    const char *last = c->shards[i].last;
    char body[512];
    snprintf(body, sizeof body, "{\"StreamArn\":\"%s\",\"ShardId\":\"%s\",%s%s\"}", c->arn,
        c->shards[i].id,
        last[0] ? "\"ShardIteratorType\":\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\""
                : "\"ShardIteratorType\":\"TRIM_HORIZON",
        last);
    if (bench_call(b, "GetShardIterator", body) == 400) {
        assert_true(bench_says(b, "TrimmedDataAccessException"));
        c->shards[i].last[0] = '\0';
        begin_shard(b, c, i);
        return;
    }
    snprintf(c->shards[i].iterator, sizeof c->shards[i].iterator, "%.*s",
        STR_ARG(json_get(bench_json(b), STR("ShardIterator"))->text));
    c->shards[i].begun = true;
}

static void take_all(struct consumer *c, size_t i, const struct json *list)
{
    for (const struct json *record = list->first; record; record = record->next) {
        take(c, record);
        snprintf(c->shards[i].last, sizeof c->shards[i].last, "%.*s",
            STR_ARG(json_get(json_get(record, STR("dynamodb")), STR("SequenceNumber"))->text));
    }
}

/* One page; true where it was empty. */
static bool read_page(struct bench *b, struct consumer *c, size_t i, unsigned limit)
{
    char body[600];
    snprintf(
        body, sizeof body, "{\"ShardIterator\":\"%s\",\"Limit\":%u}", c->shards[i].iterator, limit);
    if (bench_call(b, "GetRecords", body) == 400) {
        assert_true(bench_says(b, "ExpiredIteratorException"));
        begin_shard(b, c, i);
        return false;
    }
    const struct json *answer = bench_json(b), *next = json_get(answer, STR("NextShardIterator"));
    const struct json *list = json_get(answer, STR("Records"));
    assert_true(list->count <= limit);
    take_all(c, i, list);
    c->shards[i].drained = !next;
    if (next)
        snprintf(c->shards[i].iterator, sizeof c->shards[i].iterator, "%.*s", STR_ARG(next->text));
    return list->count == 0;
}

static void find_shards(struct bench *b, struct consumer *c, struct rng *r)
{
    static struct described found[SHARDS_MAX];
    size_t count = describe(b, c->arn, (int)rng_below(r, 3) + 1, found, SHARDS_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < c->count && strcmp(c->shards[k].id, found[i].id) != 0)
            k++;
        if (k < c->count)
            continue;
        assert_true(c->count < SHARDS_MAX);
        if (c->count) /* its parent is the last one that was found before */
            assert_string_equal(found[i].parent, c->shards[c->count - 1].id);
        memcpy(c->shards[c->count++].id, found[i].id, sizeof found[i].id);
    }
}

/* Reads on: a child only when its parent has been drained. */
static void consume(struct bench *b, struct consumer *c, struct rng *r, bool all)
{
    find_shards(b, c, r);
    for (size_t i = 0; i < c->count; i++) {
        if (c->shards[i].drained)
            continue;
        if (!c->shards[i].begun)
            begin_shard(b, c, i);
        for (bool empty = false; !empty && !c->shards[i].drained;) {
            empty = read_page(b, c, i, rng_below(r, 4) + 1);
            if (!all && rng_below(r, 3) == 0)
                return;
        }
        if (!c->shards[i].drained)
            return;
    }
}

static int write_one(struct bench *b, struct rng *r, int values[KEYS], int value)
{
    char body[256];
    int key = (int)rng_below(r, KEYS), before = values[key];
    values[key] = rng_below(r, 4) ? value : 0;
    if (values[key])
        put(b, key, value);
    else {
        snprintf(body, sizeof body,
            "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"%d\"}}}", key);
        bench_ok(b, "DeleteItem", body);
    }
    return before != values[key];
}

/* A little, or far where nothing is left to be read: who is away for a day misses something. */
static void move_clock(struct bench *b, struct consumer *c, struct rng *r)
{
    unsigned what = rng_below(r, 30);
    if (what < 20)
        b->clock.ms += rng_below(r, 60000);
    else if (what < 26)
        pass_over(b, rng_below(r, SHARD_SPAN / 2));
    else {
        consume(b, c, r, true);
        b->clock.ms += rng_below(r, 6 * HOUR_MS);
    }
}

static void whoever_reads_parents_first_sees_each_change_once_and_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct rng r = {seed};
        static struct consumer c;
        struct bench b;
        int values[KEYS] = {0}, changes = 0;
        c = (struct consumer){0};
        scene_init(&b);
        read_arn(&b, c.arn, sizeof c.arn);
        for (int i = 1; i <= STEPS; i++) {
            changes += write_one(&b, &r, values, i);
            if (rng_below(&r, 5) == 0)
                consume(&b, &c, &r, false);
            if (rng_below(&r, 8) == 0)
                move_clock(&b, &c, &r);
            if (rng_below(&r, 50) == 0)
                trim(&b);
        }
        consume(&b, &c, &r, true);
        assert_true(c.count > 5);
        assert_int_equal(c.records, changes);
        assert_memory_equal(c.seen, values, sizeof values);
        bench_fini(&b);
    }
}

/* ---- damage ---- */

static bool put_shard(struct store_txn *txn, void *context, struct err *err)
{
    return shard_put(txn, context, err);
}

static void the_check_finds_shards_that_do_not_follow_one_another(void **state)
{
    (void)state;
    const struct shard wrong[] = {
        {.stream = 2, .name = INT64_C(1767225600001), .first = 3},       /* two are open */
        {.stream = 2, .name = 5, .first = 3, .last = 2, .ended_ms = 1},  /* ends first */
        {.stream = 2, .name = 5, .first = 1, .last = 99, .ended_ms = 1}, /* not given yet */
        {.stream = 9, .name = 5, .first = 1, .last = 1, .ended_ms = 1},  /* nobody's */
        {.stream = 2, .name = 5, .first = 1, .last = 1, .ended_ms = 1, .parent = 6},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct err err = ERR_INIT;
        struct shard shard = wrong[i];
        struct bench b;
        scene_init(&b);
        put(&b, 1, 1);
        put(&b, 1, 2);
        assert_true(store_write(store_of(&b), put_shard, &shard, &err));
        bench_close(&b);
        assert_true(bench_check(&b) > 0);
        bench_open(&b);
        assert_true(store_write(store_of(&b), forget_shards, NULL, &err));
        bench_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_names_one_shard_of_one_stream),
        cmocka_unit_test(a_shard_ends_after_four_hours_with_the_next_change),
        cmocka_unit_test(a_shard_ends_after_so_many_changes),
        cmocka_unit_test(a_batch_begins_one_shard),
        cmocka_unit_test(a_refused_write_begins_none),
        cmocka_unit_test(a_clock_that_was_set_back_keeps_the_order_of_shards),
        cmocka_unit_test(an_older_stream_is_one_shard_from_its_beginning_on),
        cmocka_unit_test(an_older_closed_stream_ends_with_its_last_record),
        cmocka_unit_test(rows_of_shards_go_with_their_records),
        cmocka_unit_test(readers_see_no_difference_between_old_and_gone),
        cmocka_unit_test(many_old_records_are_passed_over_in_pages),
        cmocka_unit_test(a_page_of_records_ends_at_one_megabyte),
        cmocka_unit_test(whoever_reads_parents_first_sees_each_change_once_and_in_order),
        cmocka_unit_test(the_check_finds_shards_that_do_not_follow_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
