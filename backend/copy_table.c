/* SPDX-License-Identifier: MIT */
/*
 * A table made like another: DescribeTable's answer into CreateTable's request. The answer's parts
 * are passed on as JSON, without those members that only descriptions have.
 */
#include "backend/client_json.h"
#include "backend/copy.h"

/* ---- CreateTable ---- */

static void put_member(struct buf *body, const struct json *object, struct str name)
{
    const struct json *member = json_get(object, name);
    if (!member)
        return;
    json_put_name(body, name);
    json_put(body, member);
}

/* What CreateTable takes of ProvisionedThroughput; none where the table is billed by request. */
static void put_throughput(struct buf *body, const struct json *described)
{
    const struct json *units = json_get(described, STR("ProvisionedThroughput"));
    if (client_number(units, STR("ReadCapacityUnits")) < 1)
        return;
    json_put_name(body, STR("ProvisionedThroughput"));
    buf_add_byte(body, '{');
    put_member(body, units, STR("ReadCapacityUnits"));
    put_member(body, units, STR("WriteCapacityUnits"));
    buf_add_byte(body, '}');
}

static void put_index(struct buf *body, const struct json *index)
{
    json_put_comma(body);
    buf_add_byte(body, '{');
    put_member(body, index, STR("IndexName"));
    put_member(body, index, STR("KeySchema"));
    put_member(body, index, STR("Projection"));
    put_throughput(body, index);
    buf_add_byte(body, '}');
}

static void put_indexes(struct buf *body, const struct json *table, struct str name)
{
    const struct json *indexes = json_get(table, name);
    if (!indexes || !indexes->count)
        return;
    json_put_name(body, name);
    buf_add_byte(body, '[');
    for (const struct json *index = indexes->first; index; index = index->next)
        put_index(body, index);
    buf_add_byte(body, ']');
}

static void put_create(struct buf *body, const struct json *table, struct str name)
{
    const struct json *billing = json_get(table, STR("BillingModeSummary"));
    const struct json *class = json_get(table, STR("TableClassSummary"));
    buf_add_byte(body, '{');
    client_put_text(body, STR("TableName"), name);
    put_member(body, table, STR("AttributeDefinitions"));
    put_member(body, table, STR("KeySchema"));
    put_indexes(body, table, STR("LocalSecondaryIndexes"));
    put_indexes(body, table, STR("GlobalSecondaryIndexes"));
    put_member(body, billing, STR("BillingMode"));
    put_throughput(body, table);
    put_member(body, class, STR("TableClass"));
    buf_add_byte(body, '}');
}

/* ---- asking ---- */

struct asking {
    struct ddb_reply reply;
    struct arena scratch;
    struct buf body;
};

static void asking_fini(struct asking *a)
{
    ddb_reply_fini(&a->reply);
    arena_fini(&a->scratch);
    buf_fini(&a->body);
}

static const struct json *describe(
    struct client *c, struct str operation, struct str table, struct asking *a, struct err *err)
{
    buf_clear(&a->body);
    buf_add_byte(&a->body, '{');
    client_put_text(&a->body, STR("TableName"), table);
    buf_add_byte(&a->body, '}');
    return client_ask(c, operation, buf_str(&a->body), &a->reply, &a->scratch, err);
}

static bool ask(struct client *c, struct str operation, struct str body, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_call(c, operation, body, &reply, err);
    ddb_reply_fini(&reply);
    return ok;
}

bool copy_table_make(
    struct client *from, struct str table, struct client *to, struct str to_table, struct err *err)
{
    struct asking a = {0};
    struct buf body = {0};
    const struct json *answer = describe(from, STR("DescribeTable"), table, &a, err);
    const struct json *described = json_get(answer, STR("Table"));
    bool ok = described || (answer && client_bad_answer(err, STR("DescribeTable")));
    if (ok) {
        put_create(&body, described, to_table);
        ok = ask(to, STR("CreateTable"), buf_str(&body), err) &&
             client_wait_active(to, to_table, err);
    }
    buf_fini(&body);
    asking_fini(&a);
    return ok;
}

/* ---- afterwards ---- */

static bool set_stream(
    struct client *to, struct str name, const struct json *stream, struct err *err)
{
    struct buf body = {0};
    buf_add_byte(&body, '{');
    client_put_text(&body, STR("TableName"), name);
    json_put_name(&body, STR("StreamSpecification"));
    json_put(&body, stream);
    buf_add_byte(&body, '}');
    bool ok = ask(to, STR("UpdateTable"), buf_str(&body), err) && client_wait_active(to, name, err);
    buf_fini(&body);
    return ok;
}

static bool set_ttl(struct client *to, struct str name, struct str attribute, struct err *err)
{
    struct buf body = {0};
    buf_add_byte(&body, '{');
    client_put_text(&body, STR("TableName"), name);
    json_put_name(&body, STR("TimeToLiveSpecification"));
    buf_add(&body, STR("{\"Enabled\":true"));
    client_put_text(&body, STR("AttributeName"), attribute);
    buf_add(&body, STR("}}"));
    bool ok = ask(to, STR("UpdateTimeToLive"), buf_str(&body), err);
    buf_fini(&body);
    return ok;
}

/* As in the table that was copied, where the copy does not say so already. */
static bool finish_stream(
    struct client *to, struct str name, const struct json *wanted, struct err *err)
{
    struct asking a = {0};
    const struct json *answer = describe(to, STR("DescribeTable"), name, &a, err);
    bool has = json_get(json_get(json_get(answer, STR("Table")), STR("StreamSpecification")),
                   STR("StreamViewType")) != NULL;
    bool ok = answer && (has || set_stream(to, name, wanted, err));
    asking_fini(&a);
    return ok;
}

bool copy_table_finish(
    struct client *from, struct str table, struct client *to, struct str to_table, struct err *err)
{
    struct asking a = {0};
    struct arena arena = {0};
    struct client_table source, target;
    const struct json *answer = describe(from, STR("DescribeTable"), table, &a, err);
    const struct json *stream =
        json_get(json_get(answer, STR("Table")), STR("StreamSpecification"));
    bool ok = answer && client_describe(from, &arena, table, &source, err) &&
              client_describe(to, &arena, to_table, &target, err);
    if (ok && json_is(json_get(stream, STR("StreamEnabled")), JSON_TRUE))
        ok = finish_stream(to, to_table, stream, err);
    if (ok && source.ttl_attribute.len && !target.ttl_attribute.len)
        ok = set_ttl(to, to_table, source.ttl_attribute, err);
    arena_fini(&arena);
    asking_fini(&a);
    return ok;
}
