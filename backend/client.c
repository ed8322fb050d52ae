/* SPDX-License-Identifier: MIT */
/*
 * The typed side of the waist: calls with values in and values out. Request bodies are written
 * straight from encoded values; answers are parsed in scratch memory and encoded into the caller's
 * arena, a page in one piece. Knows no implementation and keeps no state between calls.
 */
#include "backend/client.h"
#include "backend/client_json.h"
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- bodies ---- */

void client_put_text(struct buf *body, struct str name, struct str text)
{
    if (!text.len)
        return;
    json_put_name(body, name);
    json_put_string(body, text);
}

void client_put_number(struct buf *body, struct str name, int64_t number)
{
    json_put_name(body, name);
    buf_printf(body, "%lld", (long long)number);
}

static void put_flag(struct buf *body, struct str name)
{
    json_put_name(body, name);
    buf_add(body, STR("true"));
}

static void put_item(struct buf *body, struct str name, struct value item)
{
    if (item.type == VALUE_NONE)
        return;
    json_put_name(body, name);
    json_out_typed_item(body, item);
}

static void put_placeholders(struct buf *body, struct value names, struct value values)
{
    if (names.type == VALUE_M && names.count) {
        json_put_name(body, STR("ExpressionAttributeNames"));
        json_out_plain(body, names);
    }
    if (values.type == VALUE_M && values.count)
        put_item(body, STR("ExpressionAttributeValues"), values);
}

static void put_condition(struct buf *body, const struct client_condition *condition)
{
    if (!condition)
        return;
    client_put_text(body, STR("ConditionExpression"), condition->expression);
    put_placeholders(body, condition->names, condition->values);
}

static void open_body(struct buf *body, struct str table)
{
    buf_add_byte(body, '{');
    client_put_text(body, STR("TableName"), table);
}

/* The end of a body whose operation consumes capacity. */
static void close_body(const struct client *c, struct buf *body)
{
    if (c->limits.budget)
        client_put_text(body, STR("ReturnConsumedCapacity"), STR("TOTAL"));
    buf_add_byte(body, '}');
}

/* ---- calls ---- */

/* What describes or changes tables consumes nothing. */
static bool may_call(const struct client *c, struct str operation, struct err *err)
{
    if (!budget_is_spent(c->limits.budget))
        return true;
    const struct op *op = op_find(operation);
    return (op && op->control) || budget_refuse(c->limits.budget, err);
}

/* Who waited for a throttled table learns that it was not for want of trying. */
static void add_attempts(unsigned attempts, struct err *err)
{
    size_t len = strlen(err->text);
    if (attempts > 1)
        snprintf(err->text + len, sizeof err->text - len, " (tried %u times)", attempts);
}

bool client_call(struct client *c, struct str operation, struct str body, struct ddb_reply *reply,
    struct err *err)
{
    if (!may_call(c, operation, err))
        return false;
    struct ddb_call call = {.operation = operation,
        .body = body,
        .cancel = c->limits.cancel,
        .deadline_ns = c->limits.deadline_ns};
    if (!backend_call(c->backend, &call, reply, err))
        return false;
    if (ddb_reply_error(reply, err)) {
        add_attempts(reply->attempts, err);
        return false;
    }
    if (c->limits.budget)
        budget_charge(c->limits.budget, buf_str(&reply->body));
    return true;
}

bool client_bad_answer(struct err *err, struct str operation)
{
    return err_set(err, ERR_UNREACHABLE, "the answer to %.*s is not what DynamoDB would send",
        STR_ARG(operation));
}

const struct json *client_ask(struct client *c, struct str operation, struct str body,
    struct ddb_reply *reply, struct arena *scratch, struct err *err)
{
    struct err unreadable = ERR_INIT;
    if (!client_call(c, operation, body, reply, err))
        return NULL;
    const struct json *answer = json_parse(scratch, buf_str(&reply->body), &unreadable);
    if (json_is(answer, JSON_OBJECT))
        return answer;
    client_bad_answer(err, operation);
    return NULL;
}

struct str client_text(struct arena *arena, const struct json *object, struct str name)
{
    const struct json *member = json_get(object, name);
    return json_is(member, JSON_STRING) ? arena_dup(arena, member->text) : STR_NONE;
}

int64_t client_number(const struct json *object, struct str name)
{
    int64_t number = 0;
    json_to_i64(json_get(object, name), &number);
    return number;
}

/* ---- pages ---- */

static void put_read(struct buf *body, const struct client_read *read)
{
    open_body(body, read->table);
    client_put_text(body, STR("IndexName"), read->index);
    client_put_text(body, STR("KeyConditionExpression"), read->key_condition);
    client_put_text(body, STR("FilterExpression"), read->filter);
    client_put_text(body, STR("ProjectionExpression"), read->projection);
    put_placeholders(body, read->names, read->values);
    if (read->backward) {
        json_put_name(body, STR("ScanIndexForward"));
        buf_add(body, STR("false"));
    }
    if (read->consistent)
        put_flag(body, STR("ConsistentRead"));
    if (read->count_only)
        client_put_text(body, STR("Select"), STR("COUNT"));
    if (read->limit)
        client_put_number(body, STR("Limit"), read->limit);
    if (read->segments) {
        client_put_number(body, STR("Segment"), read->segment);
        client_put_number(body, STR("TotalSegments"), read->segments);
    }
    put_item(body, STR("ExclusiveStartKey"), read->start);
}

void client_read_body(struct buf *body, const struct client_read *read)
{
    put_read(body, read);
    buf_add_byte(body, '}');
}

/* Encodes an object of typed attributes into the arena. */
static bool take_item(struct arena *arena, const struct json *object, struct value *out,
    struct str operation, struct err *err)
{
    struct buf encoded = {0};
    struct err unreadable = ERR_INIT;
    bool ok = json_in_typed_item(&encoded, object, &unreadable);
    if (ok)
        *out = value_of(arena_dup(arena, buf_str(&encoded)));
    else
        client_bad_answer(err, operation);
    buf_fini(&encoded);
    return ok;
}

/* All items of a page, in one piece of the arena. */
static bool take_items(struct arena *arena, const struct json *list, struct client_page *out,
    struct str operation, struct err *err)
{
    struct buf encoded = {0};
    struct err unreadable = ERR_INIT;
    struct value *items = arena_array(arena, struct value, list->count);
    size_t *ends = arena_array(arena, size_t, list->count), i = 0;
    for (const struct json *item = list->first; item; item = item->next) {
        if (!json_in_typed_item(&encoded, item, &unreadable)) {
            buf_fini(&encoded);
            return client_bad_answer(err, operation);
        }
        ends[i++] = encoded.len;
    }
    struct str all = arena_dup(arena, buf_str(&encoded));
    buf_fini(&encoded);
    for (size_t start = 0, n = 0; n < i; start = ends[n++])
        items[n] = value_of((struct str){all.at + start, ends[n] - start});
    out->count = list->count;
    out->items = items;
    return true;
}

/* A count that may be missing, but not be nonsense. */
static bool take_count(const struct json *answer, struct str name, int64_t *out)
{
    const struct json *count = json_get(answer, name);
    *out = 0;
    return !count || (json_to_i64(count, out) && *out >= 0 && *out <= INT32_MAX);
}

static bool take_page(struct arena *arena, const struct json *answer, struct client_page *out,
    struct str operation, struct err *err)
{
    const struct json *items = json_get(answer, STR("Items"));
    const struct json *last = json_get(answer, STR("LastEvaluatedKey"));
    int64_t count;
    if (!take_count(answer, STR("Count"), &count) ||
        !take_count(answer, STR("ScannedCount"), &out->scanned) ||
        (items && !json_is(items, JSON_ARRAY)))
        return client_bad_answer(err, operation);
    out->count = (uint32_t)count;
    return (!items || take_items(arena, items, out, operation, err)) &&
           (!last || take_item(arena, last, &out->last, operation, err));
}

bool client_goes_on(struct value start, struct value last, struct str operation, struct err *err)
{
    if (last.type == VALUE_NONE || start.type == VALUE_NONE || !value_equal(last, start))
        return true;
    return err_set(err, ERR_UNREACHABLE,
        "%.*s does not go on: the endpoint's LastEvaluatedKey is the key that it was to begin "
        "behind",
        STR_ARG(operation));
}

bool client_fetch(
    struct client *c, const struct client_read *read, struct ddb_reply *reply, struct err *err)
{
    struct str operation = read->key_condition.len ? STR("Query") : STR("Scan");
    struct buf body = {0};
    put_read(&body, read);
    close_body(c, &body);
    bool ok = client_call(c, operation, buf_str(&body), reply, err);
    buf_fini(&body);
    return ok;
}

bool client_take(struct arena *arena, const struct client_read *read, const struct ddb_reply *reply,
    struct client_page *out, struct err *err)
{
    struct str operation = read->key_condition.len ? STR("Query") : STR("Scan");
    struct arena scratch = {0};
    struct err unreadable = ERR_INIT;
    *out = (struct client_page){0};
    const struct json *answer = json_parse(&scratch, buf_str(&reply->body), &unreadable);
    bool ok = json_is(answer, JSON_OBJECT) ? take_page(arena, answer, out, operation, err)
                                           : client_bad_answer(err, operation);
    if (ok && out->last.type == VALUE_M && out->last.count == 0)
        out->last = (struct value){0}; /* an empty key is none */
    ok = ok && client_goes_on(read->start, out->last, operation, err);
    arena_fini(&scratch);
    return ok;
}

bool client_read(struct client *c, struct arena *arena, const struct client_read *read,
    struct client_page *out, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_fetch(c, read, &reply, err) && client_take(arena, read, &reply, out, err);
    ddb_reply_fini(&reply);
    return ok;
}

void client_statement_body(struct buf *body, struct str statement)
{
    buf_add_byte(body, '{');
    client_put_text(body, STR("Statement"), statement);
    buf_add_byte(body, '}');
}

bool client_statement(struct client *c, struct arena *arena, struct str statement, struct str token,
    int64_t limit, struct client_page *out, struct str *next, struct err *err)
{
    struct str operation = STR("ExecuteStatement");
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    struct buf body = {0};
    *out = (struct client_page){0};
    buf_add_byte(&body, '{');
    client_put_text(&body, STR("Statement"), statement);
    client_put_text(&body, STR("NextToken"), token);
    if (limit)
        client_put_number(&body, STR("Limit"), limit);
    close_body(c, &body);
    const struct json *answer = client_ask(c, operation, buf_str(&body), &reply, &scratch, err);
    const struct json *items = json_get(answer, STR("Items"));
    bool ok = answer && (!items || json_is(items, JSON_ARRAY) || client_bad_answer(err, operation));
    ok = ok && (!items || take_items(arena, items, out, operation, err));
    if (ok)
        *next = client_text(arena, answer, STR("NextToken"));
    if (ok && next->len && str_equal(*next, token))
        ok = err_set(err, ERR_UNREACHABLE, "%.*s does not go on: its NextToken is the one it got",
            STR_ARG(operation));
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

/* ---- items ---- */

/* A call whose answer may hold an item under `member`; takes over `body`. */
static bool ask_item(struct client *c, struct arena *arena, struct str operation, struct buf *body,
    struct str member, struct value *out, struct err *err)
{
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    const struct json *answer = client_ask(c, operation, buf_str(body), &reply, &scratch, err);
    bool ok = answer != NULL;
    const struct json *item = ok ? json_get(answer, member) : NULL;
    if (out)
        *out = (struct value){0};
    if (item && out)
        ok = take_item(arena, item, out, operation, err);
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
    buf_fini(body);
    return ok;
}

bool client_get(struct client *c, struct arena *arena, struct str table, struct value key,
    struct value *out, struct err *err)
{
    struct buf body = {0};
    open_body(&body, table);
    put_item(&body, STR("Key"), key);
    put_flag(&body, STR("ConsistentRead"));
    close_body(c, &body);
    return ask_item(c, arena, STR("GetItem"), &body, STR("Item"), out, err);
}

bool client_put(struct client *c, struct str table, struct value item,
    const struct client_condition *condition, struct err *err)
{
    struct buf body = {0};
    open_body(&body, table);
    put_item(&body, STR("Item"), item);
    put_condition(&body, condition);
    close_body(c, &body);
    return ask_item(c, NULL, STR("PutItem"), &body, STR_NONE, NULL, err);
}

bool client_delete(struct client *c, struct str table, struct value key,
    const struct client_condition *condition, struct err *err)
{
    struct buf body = {0};
    open_body(&body, table);
    put_item(&body, STR("Key"), key);
    put_condition(&body, condition);
    close_body(c, &body);
    return ask_item(c, NULL, STR("DeleteItem"), &body, STR_NONE, NULL, err);
}

bool client_update(struct client *c, struct arena *arena, struct str table, struct value key,
    struct str update, const struct client_condition *condition, struct value *new_item,
    struct err *err)
{
    struct buf body = {0};
    open_body(&body, table);
    put_item(&body, STR("Key"), key);
    client_put_text(&body, STR("UpdateExpression"), update);
    put_condition(&body, condition);
    if (new_item)
        client_put_text(&body, STR("ReturnValues"), STR("ALL_NEW"));
    close_body(c, &body);
    return ask_item(c, arena, STR("UpdateItem"), &body, STR("Attributes"), new_item, err);
}

bool client_key_of(const struct client_table *table, struct value item, struct buf *out)
{
    struct err ignored = ERR_INIT;
    struct value key;
    size_t start = out->len;
    struct value_open open = value_open(out, VALUE_M);
    for (uint32_t i = 0; i < table->key_count; i++) {
        if (!value_find(item, table->keys[i].name, &key)) {
            out->len = start;
            return false;
        }
        value_member(&open, out, table->keys[i].name);
        value_put(out, key);
    }
    return value_close(&open, out, &ignored);
}

/* ---- batches ---- */

enum { BATCH_TRIES = 10, BATCH_FIRST_MS = 25, BATCH_LONGEST_MS = 5000 };

static void put_batch(const struct client *c, struct buf *body, struct str table, bool deletes,
    const struct value *items, size_t count)
{
    buf_add(body, STR("{\"RequestItems\":{"));
    json_put_name(body, table);
    buf_add_byte(body, '[');
    for (size_t i = 0; i < count; i++) {
        json_put_comma(body);
        buf_add(body,
            deletes ? STR("{\"DeleteRequest\":{\"Key\":") : STR("{\"PutRequest\":{\"Item\":"));
        json_out_typed_item(body, items[i]);
        buf_add(body, STR("}}"));
    }
    buf_add(body, STR("]}"));
    close_body(c, body);
}

/* Waits before try number `again`, doubling, with jitter, so that many clients do not come back
 * together; looks at the cancel flag ten times a second. */
static bool back_off(struct client *c, unsigned again, struct err *err)
{
    int64_t longest = (int64_t)BATCH_FIRST_MS << (again < 8 ? again : 8);
    if (longest > BATCH_LONGEST_MS)
        longest = BATCH_LONGEST_MS;
    int64_t wait = 1 + clock_tick_ns() / 1000 % longest;
    for (; wait > 0; wait -= 100) {
        if (c->limits.cancel && atomic_load(c->limits.cancel))
            return err_set(err, ERR_CANCELLED, "BatchWriteItem was cancelled");
        int64_t step = wait < 100 ? wait : 100;
        nanosleep(&(struct timespec){.tv_nsec = (long)step * 1000000}, NULL);
    }
    return true;
}

/* One try. *left says whether something is to be sent again; `body` holds it then. */
static bool send_batch(struct client *c, struct buf *body, bool *left, struct err *err)
{
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    const struct json *answer =
        client_ask(c, STR("BatchWriteItem"), buf_str(body), &reply, &scratch, err);
    const struct json *rest = json_get(answer, STR("UnprocessedItems"));
    /* what may have been written already is put again as it is */
    bool again = err->code == ERR_BUSY || err->code == ERR_UNKNOWN;
    *left = answer ? json_is(rest, JSON_OBJECT) && rest->count : again;
    if (answer && *left) {
        buf_clear(body);
        buf_add(body, STR("{\"RequestItems\":"));
        json_put(body, rest);
        close_body(c, body);
    }
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
    return answer || *left;
}

static bool write_batch(struct client *c, struct str table, bool deletes, const struct value *items,
    size_t count, struct err *err)
{
    struct buf body = {0};
    bool left = true, ok = true;
    put_batch(c, &body, table, deletes, items, count);
    for (unsigned again = 0; ok && left && again < BATCH_TRIES; again++) {
        ok = again == 0 || back_off(c, again, err);
        ok = ok && send_batch(c, &body, &left, err);
    }
    if (ok && left && err->code == ERR_UNKNOWN)
        ok = false;
    else if (ok && left)
        ok = err_set(err, ERR_BUSY,
            "%.*s takes no more writes now: items were left over after %d tries; try again later",
            STR_ARG(table), BATCH_TRIES);
    buf_fini(&body);
    return ok;
}

bool client_put_batch(
    struct client *c, struct str table, const struct value *items, size_t count, struct err *err)
{
    return write_batch(c, table, false, items, count, err);
}

bool client_delete_batch(
    struct client *c, struct str table, const struct value *keys, size_t count, struct err *err)
{
    return write_batch(c, table, true, keys, count, err);
}
