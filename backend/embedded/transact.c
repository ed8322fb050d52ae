/* SPDX-License-Identifier: MIT */
/*
 * The common part of transactions: actions read from the request, tables and keys found, no item
 * twice, capacity by table. What an action does is op_transact_*.c's.
 */
#include "backend/embedded/transact.h"

#include "backend/embedded/change.h"
#include "backend/embedded/item.h"
#include "backend/embedded/shape.h"

/* ---- the request ---- */

struct transact *transact_new(struct call *call, size_t count)
{
    struct transact *t = arena_new(&call->arena, struct transact);
    t->actions = arena_array(&call->arena, struct transact_action, count);
    t->used = arena_array(&call->arena, struct capacity, count);
    t->mode = capacity_mode(call->body);
    return t;
}

static const struct request_rules *rules_of(enum transact_kind kind)
{
    return kind == TRANSACT_GET      ? &request_get
           : kind == TRANSACT_UPDATE ? &request_update
                                     : &request_put;
}

static bool read_given(
    struct call *call, struct transact_action *action, const struct json *json, struct err *err)
{
    bool put = action->kind == TRANSACT_PUT;
    const struct json *given = shape_get(json, put ? STR("Item") : STR("Key"));
    struct value value;
    if (!request_item(&call->bufs[CALL_ITEM], given, &value, err) ||
        (put && !item_check_size(value, err)))
        return false;
    action->given = value_of(arena_dup(&call->arena, value.encoded));
    return true;
}

/* Unlike single operations, transactions tolerate placeholders where no expression is. */
static bool read_expressions(
    struct call *call, struct transact_action *action, const struct json *json, struct err *err)
{
    const struct request_rules *rules = rules_of(action->kind);
    return !request_has_expression(json, rules) ||
           request_expressions(call, json, rules, &action->expressions, err);
}

bool transact_read(struct call *call, struct transact_action *action, enum transact_kind kind,
    const struct json *json, struct err *err)
{
    action->kind = kind;
    action->json = json;
    action->table_name = shape_text(json, STR("TableName"));
    action->item_on_failure =
        str_equal(shape_text(json, STR("ReturnValuesOnConditionCheckFailure")), STR("ALL_OLD"));
    /* what is wrong with an expression comes before what is wrong with a key */
    if (kind != TRANSACT_PUT)
        return read_expressions(call, action, json, err) && read_given(call, action, json, err);
    return read_given(call, action, json, err) && read_expressions(call, action, json, err);
}

/* ---- tables and keys ---- */

static bool check_schema(const struct transact_action *a, struct err *err)
{
    if (a->kind == TRANSACT_PUT)
        return item_check_put(a->table, a->given, err);
    return item_check_key(a->table, a->given, err) && change_check(a->table, &a->expressions, err);
}

static bool check_twice(const struct transact *t, struct err *err)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_equal(t->actions[i].key, t->actions[k].key))
                return err_invalid(
                    err, "Transaction request cannot include multiple operations on one item");
    return true;
}

static void find_key(struct call *call, struct transact_action *a)
{
    struct buf *key = engine_buf(call, CALL_KEY);
    item_key(key, a->table, a->given);
    a->key = arena_dup(&call->arena, buf_str(key));
}

bool transact_resolve(struct call *call, struct store_txn *txn, struct transact *t, struct err *err)
{
    reasons_start(&t->reasons, call, t->count);
    t->used_count = 0;
    t->bytes = 0;
    for (size_t i = 0; i < t->count; i++)
        if (!engine_table(call, txn, t->actions[i].table_name, &t->actions[i].table, err))
            return false;
    for (size_t i = 0; i < t->count; i++) {
        if (check_schema(&t->actions[i], err))
            find_key(call, &t->actions[i]);
        else if (!reasons_take(&t->reasons, call, i, err))
            return false;
        else if (!t->every)
            return true;
    }
    return t->reasons.any || check_twice(t, err);
}

static size_t payload(const struct transact_action *a)
{
    const struct json *values = shape_get(a->json, STR("ExpressionAttributeValues"));
    return value_item_size(a->given) + (values ? values->len : 0);
}

bool transact_check_payload(const struct transact *t, struct err *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < t->count; i++)
        bytes += payload(&t->actions[i]);
    return transact_check_bytes(bytes, err);
}

bool transact_check_bytes(size_t bytes, struct err *err)
{
    return bytes <= TRANSACT_BYTES_MAX ||
           err_invalid(err,
               "Transaction payload size cannot exceed 4MB. Payload Size: : Transaction payload "
               "size cannot exceed 4MB. Payload Size: %zu",
               bytes);
}

bool transact_weigh(struct transact *t, size_t bytes, struct err *err)
{
    t->bytes += bytes;
    return t->bytes <= TRANSACT_BYTES_MAX ||
           err_invalid(err, "The aggregate size of the items in the transaction exceeds 4 MB");
}

/* ---- capacity ---- */

struct capacity *transact_used(struct transact *t, const struct catalog_table *table)
{
    size_t i = 0;
    while (i < t->used_count && t->used[i].table->id != table->id)
        i++;
    if (i == t->used_count)
        t->used[t->used_count++] = (struct capacity){.table = table};
    return &t->used[i];
}

void transact_put_capacity(struct buf *out, const struct transact *t, const char *detail)
{
    if (t->mode == CAPACITY_NONE)
        return;
    json_put_name(out, STR("ConsumedCapacity"));
    buf_add_byte(out, '[');
    for (size_t i = 0; i < t->used_count; i++) {
        struct capacity twice = t->used[i];
        twice.detail = detail;
        twice.halves *= 2;
        for (uint32_t k = 0; k < twice.table->index_count; k++)
            twice.index_halves[k] *= 2;
        json_put_comma(out);
        capacity_put_object(out, &twice, t->mode);
    }
    buf_add_byte(out, ']');
}
