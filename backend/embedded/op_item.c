/* SPDX-License-Identifier: MIT */
/*
 * Operations on one item: PutItem, UpdateItem, DeleteItem, GetItem. They differ in what the item
 * becomes; reading the request, the condition, the write and the answer are one road.
 *
 *   request ─▶ values ─▶ expressions ─▶ transaction ─▶ answer
 *   transaction: table, key, old item, condition, new item, write
 */
#include "backend/embedded/capacity.h"
#include "backend/embedded/change.h"
#include "backend/embedded/item.h"
#include "backend/embedded/key_path.h"
#include "backend/embedded/legacy.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/request.h"
#include "backend/embedded/shape.h"
#include "backend/json_out.h"

enum returns {
    RETURN_NONE,
    RETURN_ALL_OLD,
    RETURN_UPDATED_OLD,
    RETURN_ALL_NEW,
    RETURN_UPDATED_NEW
};

struct write {
    struct str table;
    struct value given; /* the item of a put, the key otherwise */
    struct request_expressions expressions;
    enum returns returns;
    bool item_on_failure, metrics;
    enum capacity_mode mode;
    /* What the item becomes: VALUE_NONE where it goes or stays away. */
    bool (*become)(struct call *call, struct write *w, struct value *item, struct err *err);
    bool is_put, is_update;
    /* results */
    struct item_slot slot;
    struct value new;
    struct capacity used;
};

/* ---- the request ---- */

static enum returns returns_of(const struct json *body)
{
    static const char *const names[] = {"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"};
    struct str word = shape_text(body, STR("ReturnValues"));
    for (unsigned i = 0; i < 5; i++)
        if (str_equal(word, str_from(names[i])))
            return (enum returns)i;
    return RETURN_NONE;
}

static void read_options(const struct json *body, struct write *w)
{
    w->table = shape_text(body, STR("TableName"));
    w->returns = returns_of(body);
    w->item_on_failure =
        str_equal(shape_text(body, STR("ReturnValuesOnConditionCheckFailure")), STR("ALL_OLD"));
    w->metrics = str_equal(shape_text(body, STR("ReturnItemCollectionMetrics")), STR("SIZE"));
    w->mode = capacity_mode(body);
}

static bool check_returns(const struct write *w, struct err *err)
{
    return w->is_update || w->returns <= RETURN_ALL_OLD ||
           err_invalid(err, "ReturnValues can only be ALL_OLD or NONE");
}

/* Before any condition, and whatever the item is. */
static bool check_charge(const struct write *w, struct err *err)
{
    const struct request_expressions *e = &w->expressions;
    return !w->is_update || !e->update || e->legacy_update ||
           expr_update_charge(e->update) <= VALUE_ITEM_MAX ||
           err_invalid(err, "Item size to update has exceeded the maximum allowed size");
}

static bool read_write(struct call *call, struct write *w, const struct request_rules *rules,
    struct str given, struct err *err)
{
    read_options(call->body, w);
    return request_check(call->body, rules, err) &&
           request_item(&call->bufs[CALL_ITEM], shape_get(call->body, given), &w->given, err) &&
           legacy_updates(call, call->body, &w->expressions, err) &&
           legacy_expected(call, call->body, &w->expressions, err) && check_returns(w, err) &&
           (!w->is_put || item_check_size(w->given, err)) &&
           request_expressions(call, call->body, rules, &w->expressions, err) &&
           check_charge(w, err);
}

/* ---- the transaction ---- */

static bool refuse_condition(struct call *call, const struct write *w, struct err *err)
{
    if (w->item_on_failure && w->slot.old.type == VALUE_M) {
        buf_add(&call->failure, STR(",\"Item\":"));
        json_out_typed_item(&call->failure, w->slot.old);
    }
    return err_refuse(err, "ConditionalCheckFailedException", "The conditional request failed");
}

static bool check_condition(struct call *call, const struct write *w, struct err *err)
{
    bool truth = true;
    if (!w->expressions.condition)
        return true;
    if (!expr_test(w->expressions.condition, w->slot.old, &truth, err))
        return false;
    return truth || refuse_condition(call, w, err);
}

static bool check_schema(const struct write *w, const struct catalog_table *table, struct err *err)
{
    if (w->is_put)
        return item_check_put(table, w->given, err);
    return item_check_key(table, w->given, err) && change_check(table, &w->expressions, err);
}

static bool write_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct write *w = context;
    const struct catalog_table *table;
    w->used = (struct capacity){0};
    if (!engine_table(call, txn, w->table, &table, err) || !check_schema(w, table, err))
        return false;
    item_key(engine_buf(call, CALL_KEY), table, w->given);
    return item_load(call, txn, table, &w->slot, err) && check_condition(call, w, err) &&
           w->become(call, w, &w->new, err) &&
           item_store(call, txn, &w->slot, w->new, false, &w->used, err);
}

/* ---- the answer ---- */

static void put_attributes(struct buf *out, struct value item)
{
    if (item.type != VALUE_M || item.count == 0)
        return;
    json_put_name(out, STR("Attributes"));
    json_out_typed_item(out, item);
}

static void put_touched(struct call *call, const struct write *w, struct value item)
{
    struct buf *part = engine_buf(call, CALL_RECORD);
    if (item.type != VALUE_M || !w->expressions.update)
        return;
    expr_update_touched(w->expressions.update, item, part);
    put_attributes(call->out, value_of(buf_str(part)));
}

static void put_returned(struct call *call, const struct write *w)
{
    switch (w->returns) {
    case RETURN_NONE:
        break;
    case RETURN_ALL_OLD:
        put_attributes(call->out, w->slot.old);
        break;
    case RETURN_ALL_NEW:
        put_attributes(call->out, w->new);
        break;
    case RETURN_UPDATED_OLD:
        put_touched(call, w, w->slot.old);
        break;
    case RETURN_UPDATED_NEW:
        put_touched(call, w, w->new);
        break;
    }
}

static void put_answer(struct call *call, const struct write *w)
{
    struct buf *out = call->out;
    buf_add_byte(out, '{');
    put_returned(call, w);
    capacity_put(out, &w->used, w->mode);
    if (w->metrics && w->slot.table->local_count) {
        json_put_name(out, STR("ItemCollectionMetrics"));
        item_put_metrics(out, w->slot.table, w->given);
    }
    buf_add_byte(out, '}');
}

static bool run_write(struct call *call, struct write *w, const struct request_rules *rules,
    struct str given, struct err *err)
{
    if (!read_write(call, w, rules, given, err) || !engine_write(call, write_in, w, err))
        return false;
    put_answer(call, w);
    return true;
}

/* ---- PutItem, DeleteItem ---- */

static bool become_given(struct call *call, struct write *w, struct value *item, struct err *err)
{
    (void)call;
    (void)err;
    *item = w->given;
    return true;
}

static bool become_nothing(struct call *call, struct write *w, struct value *item, struct err *err)
{
    (void)call;
    (void)w;
    (void)err;
    *item = (struct value){0};
    return true;
}

bool op_put_item(struct call *call, struct err *err)
{
    struct write *w = arena_new(&call->arena, struct write);
    w->is_put = true;
    w->become = become_given;
    return run_write(call, w, &request_put, STR("Item"), err);
}

bool op_delete_item(struct call *call, struct err *err)
{
    struct write *w = arena_new(&call->arena, struct write);
    w->become = become_nothing;
    return run_write(call, w, &request_put, STR("Key"), err);
}

/* ---- UpdateItem ---- */

static bool become_updated(struct call *call, struct write *w, struct value *item, struct err *err)
{
    return change_apply(
        call, w->slot.table, &w->expressions, w->given, w->slot.old, false, item, err);
}

bool op_update_item(struct call *call, struct err *err)
{
    struct write *w = arena_new(&call->arena, struct write);
    w->is_update = true;
    w->become = become_updated;
    return run_write(call, w, &request_update, STR("Key"), err);
}

/* ---- GetItem ---- */

struct get {
    struct str table;
    struct value key;
    struct request_expressions expressions;
    struct item_slot slot;
};

static bool get_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct get *get = context;
    const struct catalog_table *table;
    if (!engine_table(call, txn, get->table, &table, err) ||
        !item_check_key(table, get->key, err) ||
        !key_path_check_projection(table, get->expressions.projection, err))
        return false;
    item_key(engine_buf(call, CALL_KEY), table, get->key);
    return item_load(call, txn, table, &get->slot, err);
}

static void put_item(struct call *call, const struct get *get)
{
    struct value item = get->slot.old;
    if (item.type != VALUE_M)
        return;
    if (get->expressions.projection) {
        struct buf *part = engine_buf(call, CALL_RECORD);
        expr_project(get->expressions.projection, item, part);
        item = value_of(buf_str(part));
    }
    json_put_name(call->out, STR("Item"));
    json_out_typed_item(call->out, item);
}

bool op_get_item(struct call *call, struct err *err)
{
    struct get *get = arena_new(&call->arena, struct get);
    get->table = shape_text(call->body, STR("TableName"));
    if (!request_check(call->body, &request_get, err) ||
        !request_item(&call->bufs[CALL_ITEM], shape_get(call->body, STR("Key")), &get->key, err) ||
        !legacy_attributes(call, call->body, &get->expressions, err) ||
        !request_expressions(call, call->body, &request_get, &get->expressions, err) ||
        !engine_read(call, get_in, get, err))
        return false;
    bool consistent = shape_truth(call->body, STR("ConsistentRead"), false);
    struct capacity used = {
        .table = get->slot.table, .halves = capacity_of_read(get->slot.old_size, consistent)};
    buf_add_byte(call->out, '{');
    put_item(call, get);
    capacity_put(call->out, &used, capacity_mode(call->body));
    buf_add_byte(call->out, '}');
    return true;
}
