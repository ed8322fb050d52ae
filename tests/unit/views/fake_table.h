/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_VIEWS_FAKE_TABLE_H
#define TESTS_UNIT_VIEWS_FAKE_TABLE_H

/*
 * A backend with one table "T" whose items are numbers in order: { p: "x", id: 17, v: "row 17" }.
 * It answers Scan (in segments, too) and Query as the service words them, quickly enough for
 * 100,000 items, and the test may change what is in it between two calls.
 */
#include "backend/backend_impl.h"
#include "backend/json.h"
#include "base/mem.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

struct fake_table {
    struct backend base;
    bool *present; /* by id */
    int64_t room;
    int64_t counted; /* ItemCount as described, which may be wrong */
    atomic_int calls;
    size_t padding; /* bytes of a further attribute */
    bool failing;
    atomic_int charged; /* calls that asked what they consume: each says one unit */
    int64_t every; /* what a FilterExpression leaves: ids that this divides; 0 = none is used */
    atomic_int hang_at;      /* this call waits until it is cancelled; 0 = none does */
    _Atomic int64_t longest; /* Limit of a page so far */
};

static inline void fake_put_key(struct buf *out, int64_t id)
{
    buf_printf(out, "{\"p\":{\"S\":\"x\"},\"id\":{\"N\":\"%lld\"}", (long long)id);
}

static inline void fake_describe(struct fake_table *t, struct buf *out)
{
    buf_printf(out,
        "{\"Table\":{\"TableName\":\"T\",\"TableStatus\":\"ACTIVE\",\"ItemCount\":%lld,"
        "\"TableSizeBytes\":%lld,\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"id\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":["
        "{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
        "{\"AttributeName\":\"id\",\"AttributeType\":\"N\"}]}}",
        (long long)t->counted, (long long)(t->counted * (int64_t)(400 + t->padding)));
}

static inline int64_t fake_integer(const struct json *body, struct str name, int64_t otherwise)
{
    int64_t n = otherwise;
    json_to_i64(json_get(body, name), &n);
    return n;
}

static inline int64_t fake_start(const struct json *body)
{
    const struct json *key = json_get(json_get(body, STR("ExclusiveStartKey")), STR("id"));
    int64_t id = -1;
    if (key)
        str_to_i64(json_get(key, STR("N"))->text, &id);
    return id;
}

static inline void fake_put_padding(struct fake_table *t, struct buf *out)
{
    if (t->padding) {
        buf_add(out, STR(",\"x\":{\"S\":\""));
        memset(buf_reserve(out, t->padding), 'x', t->padding);
        out->len += t->padding;
        buf_add(out, STR("\"}"));
    }
    buf_add_byte(out, '}');
}

static inline void fake_page(struct fake_table *t, const struct json *body, struct buf *out)
{
    int64_t segments = fake_integer(body, STR("TotalSegments"), 1);
    int64_t segment = fake_integer(body, STR("Segment"), 0);
    int64_t limit = fake_integer(body, STR("Limit"), 1000);
    bool backward = json_is(json_get(body, STR("ScanIndexForward")), JSON_FALSE);
    int64_t low = t->room * segment / segments, high = t->room * (segment + 1) / segments;
    int64_t start = fake_start(body), step = backward ? -1 : 1, count = 0, last = -1;
    int64_t at = start >= 0 ? start + step : backward ? high - 1 : low;
    buf_add(out, STR("{\"Items\":["));
    int64_t every = json_get(body, STR("FilterExpression")) ? t->every : 0, shown = 0;
    if (limit > atomic_load(&t->longest))
        atomic_store(&t->longest, limit);
    for (; at >= low && at < high && count < limit; at += step) {
        if (!t->present[at])
            continue;
        count++;
        last = at;
        if (every && at % every)
            continue;
        if (shown++)
            buf_add_byte(out, ',');
        fake_put_key(out, at);
        buf_printf(out, ",\"v\":{\"S\":\"row %lld\"}", (long long)at);
        fake_put_padding(t, out);
        if (out->len > 1024 * 1024)
            limit = count; /* as the service ends a page */
    }
    if (json_get(body, STR("ReturnConsumedCapacity"))) {
        atomic_fetch_add(&t->charged, 1);
        buf_add(out, STR("],\"ConsumedCapacity\":{\"CapacityUnits\":1.0},\"None\":["));
    }
    buf_printf(out, "],\"Count\":%lld,\"ScannedCount\":%lld", (long long)shown, (long long)count);
    if (count == limit) { /* as the service does, also where nothing follows */
        buf_add(out, STR(",\"LastEvaluatedKey\":"));
        fake_put_key(out, last);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, '}');
}

/* ExecuteStatement: the token is the next id. */
static inline void fake_statement(struct fake_table *t, const struct json *body, struct buf *out)
{
    const struct json *token = json_get(body, STR("NextToken"));
    int64_t at = 0, limit = fake_integer(body, STR("Limit"), 1000), count = 0;
    if (token)
        str_to_i64(token->text, &at);
    buf_add(out, STR("{\"Items\":["));
    for (; at < t->room && count < limit; at++) {
        if (!t->present[at])
            continue;
        buf_add(out, count++ ? STR(",") : STR_NONE);
        fake_put_key(out, at);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
    if (at < t->room)
        buf_printf(out, ",\"NextToken\":\"%lld\"", (long long)at);
    buf_add_byte(out, '}');
}

static inline bool fake_hang(const struct ddb_call *call, struct err *err)
{
    while (!atomic_load(call->cancel))
        sched_yield();
    return err_set(err, ERR_CANCELLED, "stopped");
}

static inline bool fake_call(
    struct backend *b, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct fake_table *t = (struct fake_table *)b;
    struct arena arena = {0};
    struct str op = call->operation;
    const struct json *body = json_parse(&arena, call->body, err);
    int calls = atomic_fetch_add(&t->calls, 1) + 1;
    reply->status = 200;
    buf_clear(&reply->body);
    if (calls == atomic_load(&t->hang_at)) {
        arena_fini(&arena);
        return fake_hang(call, err);
    }
    if (t->failing) {
        arena_fini(&arena);
        return err_set(err, ERR_UNREACHABLE, "the endpoint does not answer");
    }
    if (str_equal(op, STR("ListTables")))
        buf_add(&reply->body, STR("{\"TableNames\":[\"T\"]}"));
    else if (str_equal(op, STR("DescribeTable")))
        fake_describe(t, &reply->body);
    else if (str_equal(op, STR("ExecuteStatement")))
        fake_statement(t, body, &reply->body);
    else if (str_equal(op, STR("Scan")) || str_equal(op, STR("Query")))
        fake_page(t, body, &reply->body);
    else
        buf_add(&reply->body, STR("{}"));
    arena_fini(&arena);
    return true;
}

static inline bool fake_close(struct backend *b, struct err *err)
{
    struct fake_table *t = (struct fake_table *)b;
    (void)err;
    free(t->present);
    free(t);
    return true;
}

/* A table with room for ids 0 .. room - 1, of which the first `count` are there. */
static inline struct fake_table *fake_new(int64_t room, int64_t count)
{
    static const struct backend_ops ops = {.name = "fake", .call = fake_call, .close = fake_close};
    struct fake_table *t = mem_new(struct fake_table);
    t->base.ops = &ops;
    t->base.label = mem_dup("fake", 4);
    t->present = mem_zero((size_t)room + 1, sizeof *t->present);
    t->room = room;
    t->counted = count;
    for (int64_t i = 0; i < count; i++)
        t->present[i] = true;
    return t;
}

#endif
