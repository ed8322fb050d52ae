/* SPDX-License-Identifier: MIT */
/*
 * ExecuteTransaction: statements that happen together or not at all, or are read together. Each
 * becomes an action of transactions; only how they are refused is PartiQL's own.
 *
 *   statement ─▶ its table ─▶ action: key, condition, update ─▶ op_transact_write.c
 *                   │ none          │ no single item
 *                   ▼               ▼
 *           a reason to cancel   "Validation failed in TransactStatements[0]: …"
 */
#include "backend/embedded/columns.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/statement.h"
#include "backend/embedded/statement_select.h"
#include "backend/embedded/transact.h"
#include "backend/json_out.h"

struct run {
    struct statement *statements;
    size_t count;
    bool writes;
    struct transact *transact;
};

/* ---- the request ---- */

/* Says which statement it is about. */
static bool refuse_member(size_t i, struct err *err)
{
    if (err->code == ERR_REFUSED && str_equal(str_from(err->name), STR("ValidationException")))
        err_context(err, "Validation failed in TransactStatements[%zu]", i);
    return false;
}

static bool check_payload(const struct run *run, struct err *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < run->count; i++)
        for (size_t k = 0; k < run->statements[i].parameter_count; k++)
            bytes += value_size(run->statements[i].parameters[k]);
    return transact_check_bytes(bytes, err);
}

static bool read_statements(struct call *call, struct run *run, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("TransactStatements"));
    bool reads = false;
    run->statements = arena_array(&call->arena, struct statement, list->count);
    for (const struct json *j = list->first; j; j = j->next)
        if (!statement_read(call, j, &run->statements[run->count++], err))
            return false;
    for (size_t i = 0; i < run->count; i++) {
        struct statement *s = &run->statements[i];
        if (!statement_parse(call, s, err))
            return refuse_member(i, err);
        reads = reads || statement_is_read(s);
        run->writes = run->writes || !statement_is_read(s);
    }
    if (reads && run->writes)
        return err_invalid(err, "ExecuteTransaction API does not support both read and write "
                                "operations in the same request.");
    return check_payload(run, err);
}

/* ---- actions ---- */

static void set_condition(
    struct call *call, struct transact_action *a, const struct expr_node *rest)
{
    a->expressions.condition = rest ? expr_ast_condition(&call->arena, rest) : NULL;
}

/* What is not all of a key is refused later, as a key that does not fit. */
static bool set_write(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct transact_action *a, struct err *err)
{
    struct statement_key key;
    if (s->parsed.returning)
        return err_invalid(err, "RETURNING clause is not supported in ExecuteTransaction.");
    if (s->parsed.kind == PARTIQL_INSERT) {
        a->kind = TRANSACT_PUT;
        a->meets = TRANSACT_NO_ITEM;
        a->given = s->parsed.item;
        return true;
    }
    bool update = s->parsed.kind == PARTIQL_UPDATE;
    statement_key_of(&call->arena, table, s->parsed.where, &key);
    a->kind = update ? TRANSACT_UPDATE : TRANSACT_DELETE;
    a->meets = update ? TRANSACT_AN_ITEM : TRANSACT_OR_NOTHING;
    a->given = key.key;
    if (key.twice.at)
        a->given.count = 0;
    a->expressions.update = s->parsed.update;
    a->expressions.statement = true;
    set_condition(call, a, key.rest);
    return true;
}

static bool set_check(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct transact_action *a, struct err *err)
{
    struct statement_key key;
    if (s->parsed.index.at)
        return err_invalid(err, "Operations on indices are not supported in transactions");
    statement_key_of(&call->arena, table, s->parsed.where, &key);
    if (!key.complete || !key.rest)
        return err_invalid(
            err, "EXISTS() must contain a single item read with additional condition");
    a->kind = TRANSACT_CHECK;
    a->given = key.key;
    set_condition(call, a, key.rest);
    return true;
}

static bool set_read(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct transact_action *a, struct err *err)
{
    const struct catalog_index *index;
    if (s->parsed.index.at)
        return err_invalid(err, "Reads on indices are not supported within transactions.");
    a->kind = TRANSACT_GET;
    if (!statement_index(s, table, &index, err) ||
        !statement_select_key(call, s, table, &a->given, err))
        return false;
    return a->given.type == VALUE_M ||
           err_invalid(err, "Select statements within ExecuteTransaction must specify the primary "
                            "key in the where clause.");
}

static bool set_action(
    struct call *call, struct store_txn *txn, struct run *run, size_t i, struct err *err)
{
    const struct statement *s = &run->statements[i];
    struct transact_action *a = &run->transact->actions[i];
    const struct catalog_table *table;
    *a = (struct transact_action){
        .json = s->json, .table_name = s->parsed.table, .item_on_failure = s->item_on_failure};
    if (!engine_table_maybe(call, txn, s->parsed.table, &table, err))
        return false;
    if (!table) {
        reasons_add(
            &run->transact->reasons, i, "ResourceNotFound", STR("Requested resource not found"));
        return true;
    }
    bool ok = s->parsed.kind == PARTIQL_SELECT   ? set_read(call, s, table, a, err)
              : s->parsed.kind == PARTIQL_EXISTS ? set_check(call, s, table, a, err)
                                                 : set_write(call, s, table, a, err);
    return ok || refuse_member(i, err);
}

/* Statements into actions, as the tables are now. */
static bool set_actions(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    struct transact *t = run->transact;
    reasons_start(&t->reasons, call, run->count);
    t->count = run->count;
    for (size_t i = 0; i < run->count; i++)
        if (!set_action(call, txn, run, i, err))
            return false;
    return !t->reasons.any || reasons_refuse(&t->reasons, call, err);
}

/* ---- reads ---- */

/* A SELECT that finds nothing answers nothing. */
static void put_response(struct call *call, const struct statement *s, struct value item)
{
    json_put_comma(call->out);
    buf_add_byte(call->out, '{');
    if (item.type == VALUE_M && columns_any(&s->parsed, item)) {
        json_put_name(call->out, STR("Item"));
        columns_put(call->out, &s->parsed, item);
    }
    buf_add_byte(call->out, '}');
}

static bool read_one(
    struct call *call, struct store_txn *txn, struct run *run, size_t i, struct err *err)
{
    struct transact *t = run->transact;
    const struct transact_action *a = &t->actions[i];
    struct item_slot slot;
    buf_add(engine_buf(call, CALL_KEY), a->key);
    if (!item_load(call, txn, a->table, &slot, err) || !transact_weigh(t, slot.old_size, err))
        return false;
    transact_used(t, a->table)->halves += capacity_of_read(slot.old_size, true);
    put_response(call, &run->statements[i], slot.old);
    return true;
}

static bool read_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    struct transact *t = run->transact;
    if (!set_actions(call, txn, run, err) || !transact_resolve(call, txn, t, err))
        return false;
    if (t->reasons.any)
        return reasons_refuse(&t->reasons, call, err);
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Responses\":["));
    for (size_t i = 0; i < run->count; i++)
        if (!read_one(call, txn, run, i, err))
            return false;
    buf_add_byte(call->out, ']');
    return true;
}

static bool run_reads(struct call *call, struct run *run, struct err *err)
{
    if (!engine_read(call, read_in, run, err))
        return false;
    transact_put_capacity(call->out, run->transact, "ReadCapacityUnits");
    return true;
}

/* ---- writes ---- */

static void digest_statements(const struct run *run, struct token_digest *digest)
{
    token_digest_start(digest);
    for (size_t i = 0; i < run->count; i++) {
        const struct statement *s = &run->statements[i];
        char on_failure = (char)('0' + s->item_on_failure);
        token_digest_add(digest, s->text);
        token_digest_add(digest, (struct str){&on_failure, 1});
        for (size_t k = 0; k < s->parameter_count; k++)
            token_digest_add(digest, s->parameters[k].encoded);
    }
}

static bool run_writes(struct call *call, struct run *run, struct err *err)
{
    struct transact_write w = {.transact = run->transact,
        .token = shape_text(call->body, STR("ClientRequestToken")),
        .ready = set_actions,
        .context = run};
    digest_statements(run, &w.digest);
    if (!transact_write_run(call, &w, err))
        return false;
    buf_add(call->out, STR("{\"Responses\":[]"));
    transact_write_put_capacity(call->out, &w);
    return true;
}

bool op_execute_transaction(struct call *call, struct err *err)
{
    struct run *run = arena_new(&call->arena, struct run);
    if (!read_statements(call, run, err))
        return false;
    run->transact = transact_new(call, run->count);
    run->transact->every = true;
    if (!(run->writes ? run_writes : run_reads)(call, run, err))
        return false;
    buf_add_byte(call->out, '}');
    return true;
}
