/* SPDX-License-Identifier: MIT */
/*
 * TransactGetItems: up to a hundred items as they stand at one moment, which here is one read
 * transaction of the store.
 */
#include "backend/embedded/item.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/transact.h"
#include "backend/json_out.h"

static bool read_actions(struct call *call, struct transact *t, struct err *err)
{
    const struct json *items = shape_get(call->body, STR("TransactItems"));
    for (const struct json *m = items->first; m; m = m->next) {
        const struct json *get = shape_get(m, STR("Get"));
        if (!transact_read(call, &t->actions[t->count++], TRANSACT_GET, get, err))
            return false;
    }
    return true;
}

/* Unlike GetItem, a projection that finds nothing shows no item at all. */
static void put_response(struct call *call, const struct transact_action *a, struct value item)
{
    json_put_comma(call->out);
    buf_add_byte(call->out, '{');
    if (item.type == VALUE_M && a->expressions.projection) {
        struct buf *part = engine_buf(call, CALL_RECORD);
        expr_project(a->expressions.projection, item, part);
        item = value_of(buf_str(part));
    }
    if (item.type == VALUE_M && item.count) {
        json_put_name(call->out, STR("Item"));
        json_out_typed_item(call->out, item);
    }
    buf_add_byte(call->out, '}');
}

static bool get_one(struct call *call, struct store_txn *txn, struct transact *t,
    const struct transact_action *a, struct err *err)
{
    struct item_slot slot;
    buf_add(engine_buf(call, CALL_KEY), a->key);
    if (!item_load(call, txn, a->table, &slot, err) || !transact_weigh(t, slot.old_size, err))
        return false;
    transact_used(t, a->table)->halves += capacity_of_read(slot.old_size, true);
    put_response(call, a, slot.old);
    return true;
}

static bool get_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct transact *t = context;
    if (!transact_resolve(call, txn, t, err))
        return false;
    if (t->reasons.any)
        return reasons_refuse(&t->reasons, call, err);
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Responses\":["));
    for (size_t i = 0; i < t->count; i++)
        if (!get_one(call, txn, t, &t->actions[i], err))
            return false;
    buf_add_byte(call->out, ']');
    return true;
}

bool op_transact_get_items(struct call *call, struct err *err)
{
    struct transact *t = transact_new(call, shape_get(call->body, STR("TransactItems"))->count);
    if (!read_actions(call, t, err) || !engine_read(call, get_in, t, err))
        return false;
    transact_put_capacity(call->out, t, "ReadCapacityUnits");
    buf_add_byte(call->out, '}');
    return true;
}
