/* SPDX-License-Identifier: MIT */
/*
 * BatchExecuteStatement: up to 25 statements, each on one item, each with an answer of its own:
 * what is wrong with one refuses that one alone. They share one transaction of the store, all reads
 * or all writes.
 *
 *   {"Responses":[{"TableName":…,"Item":…},{"Error":{"Code":…,"Message":…}}]}
 */
#include "backend/embedded/columns.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/statement.h"
#include "backend/embedded/statement_select.h"
#include "backend/json_out.h"

struct member {
    struct statement statement;
    struct str code, text; /* of a refusal before it runs */
    struct capacity used;
};

struct batch {
    struct member *members;
    size_t count;
    bool writes;
};

/* ---- refusals ---- */

/* "ResourceNotFoundException" → "ResourceNotFound" */
static struct str code_of(struct call *call, const struct err *err)
{
    struct str name = str_from(err->name);
    if (str_equal(name, STR("ValidationException")))
        return STR("ValidationError");
    if (str_ends(name, STR("Exception")))
        name.len -= sizeof "Exception" - 1;
    return arena_dup(&call->arena, name);
}

/* Keeps a refusal as the member's own; false where it is a failure of another kind. */
static bool take(struct call *call, struct member *m, struct err *err)
{
    if (err->code != ERR_REFUSED)
        return false;
    m->code = code_of(call, err);
    m->text = arena_dup(&call->arena, str_from(err->text));
    *err = ERR_INIT;
    return true;
}

/* ---- the request ---- */

static bool read_member(
    struct call *call, const struct json *json, struct member *m, struct err *err)
{
    struct statement *s = &m->statement;
    if (!statement_read(call, json, s, err) || !statement_parse(call, s, err))
        return take(call, m, err);
    if (s->parsed.kind != PARTIQL_EXISTS)
        return true;
    err_invalid(err, "EXISTS can only be used in ExecuteTransaction write requests.");
    return take(call, m, err);
}

static bool read_members(struct call *call, struct batch *batch, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("Statements"));
    bool reads = false;
    batch->members = arena_array(&call->arena, struct member, list->count);
    for (const struct json *j = list->first; j; j = j->next) {
        struct member *m = &batch->members[batch->count++];
        if (!read_member(call, j, m, err))
            return false;
        reads = reads || (!m->code.at && statement_is_read(&m->statement));
        batch->writes = batch->writes || (!m->code.at && !statement_is_read(&m->statement));
    }
    return !(reads && batch->writes) ||
           err_invalid(err, "BatchExecuteStatement API does not support both read and write "
                            "operations in the same request.");
}

/* ---- answers ---- */

static void put_table(struct buf *out, struct str table)
{
    engine_put_text(out, STR("TableName"), engine_table_name(table));
}

static void put_error(struct call *call, struct str code, struct str text)
{
    struct buf *out = call->out;
    json_put_name(out, STR("Error"));
    buf_add_byte(out, '{');
    engine_put_text(out, STR("Code"), code);
    engine_put_text(out, STR("Message"), text);
    buf_add(out, buf_str(&call->failure)); /* the item of a failed condition */
    buf_add_byte(out, '}');
    buf_clear(&call->failure);
}

/* ---- reads ---- */

static bool find_key(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct value *key, struct err *err)
{
    const struct catalog_index *index;
    if (!statement_index(s, table, &index, err))
        return false;
    *key = (struct value){0};
    if (!index && !statement_select_key(call, s, table, key, err))
        return false;
    if (key->type == VALUE_NONE)
        return err_invalid(err, "Select statements within BatchExecuteStatement must specify the "
                                "primary key in the where clause.");
    return item_check_key(table, *key, err);
}

static bool read_one(struct call *call, struct store_txn *txn, struct member *m,
    struct item_slot *slot, struct err *err)
{
    const struct catalog_table *table;
    struct value key;
    if (!engine_table(call, txn, m->statement.parsed.table, &table, err) ||
        !find_key(call, &m->statement, table, &key, err))
        return false;
    item_key(engine_buf(call, CALL_KEY), table, key);
    if (!item_load(call, txn, table, slot, err))
        return false;
    m->used = (struct capacity){
        .table = table, .halves = capacity_of_read(slot->old_size, m->statement.consistent)};
    return true;
}

static bool put_read(struct call *call, struct store_txn *txn, struct member *m, struct err *err)
{
    struct item_slot slot;
    if (!read_one(call, txn, m, &slot, err)) {
        if (err->code != ERR_REFUSED)
            return false;
        put_error(call, code_of(call, err), str_from(err->text));
        *err = ERR_INIT;
        return true;
    }
    put_table(call->out, m->statement.parsed.table);
    if (slot.old.type == VALUE_M) {
        json_put_name(call->out, STR("Item"));
        columns_put(call->out, &m->statement.parsed, slot.old);
    }
    return true;
}

/* ---- writes ---- */

static bool put_write(struct call *call, struct store_txn *txn, struct member *m, struct err *err)
{
    struct statement_write *w = arena_new(&call->arena, struct statement_write);
    struct buf *item = engine_buf(call, CALL_JSON);
    bool done = statement_write_run(call, txn, &m->statement, w, err);
    if (!done && err->code != ERR_REFUSED)
        return false;
    if (w->reached)
        put_table(call->out, m->statement.parsed.table);
    if (!done) {
        put_error(call, code_of(call, err), str_from(err->text));
        *err = ERR_INIT;
        return true;
    }
    m->used = w->used;
    if (statement_write_put(call, item, &m->statement, w)) {
        json_put_name(call->out, STR("Item"));
        buf_add(call->out, buf_str(item));
    }
    return true;
}

/* ---- running ---- */

static bool run_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct batch *batch = context;
    buf_clear(call->out);
    buf_clear(&call->failure);
    buf_add(call->out, STR("{\"Responses\":["));
    for (size_t i = 0; i < batch->count; i++) {
        struct member *m = &batch->members[i];
        m->used = (struct capacity){0};
        json_put_comma(call->out);
        buf_add_byte(call->out, '{');
        if (m->code.at)
            put_error(call, m->code, m->text);
        else if (!(batch->writes ? put_write : put_read)(call, txn, m, err))
            return false;
        buf_add_byte(call->out, '}');
    }
    buf_add_byte(call->out, ']');
    return true;
}

static void put_capacities(struct buf *out, const struct batch *batch, enum capacity_mode mode)
{
    if (mode == CAPACITY_NONE)
        return;
    json_put_name(out, STR("ConsumedCapacity"));
    buf_add_byte(out, '[');
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->members[i].used.table)
            continue;
        json_put_comma(out);
        capacity_put_object(out, &batch->members[i].used, mode);
    }
    buf_add_byte(out, ']');
}

bool op_batch_execute_statement(struct call *call, struct err *err)
{
    struct batch *batch = arena_new(&call->arena, struct batch);
    if (!read_members(call, batch, err) ||
        !(batch->writes ? engine_write : engine_read)(call, run_in, batch, err))
        return false;
    put_capacities(call->out, batch, capacity_mode(call->body));
    buf_add_byte(call->out, '}');
    return true;
}
