/* SPDX-License-Identifier: MIT */
/*
 * INSERT, UPDATE and DELETE of one item, by the same write path as the operations on items. WHERE
 * gives the key; whatever else it says is a condition.
 *
 *   WHERE k = 'a' AND s = 1 AND n > 5    →    key {k, s}, condition n > 5
 */
#include "backend/embedded/change.h"
#include "backend/embedded/statement.h"
#include "backend/json_out.h"

/* ---- the key ---- */

struct search {
    struct arena *arena;
    const struct key_schema *schema;
    struct value found[KEY_ATTRIBUTES_MAX];
    struct expr_node *rest;
    struct str twice;
};

/* A leaf "key attribute = value", either way round. */
static int find_key(
    const struct key_schema *schema, const struct expr_node *node, struct value *value)
{
    if (node->kind != EXPR_NODE_COMPARE || node->op != EXPR_EQ)
        return -1;
    const struct expr_node *path = node->first, *other = path->next;
    if (path->kind == EXPR_NODE_VALUE) {
        path = other;
        other = node->first;
    }
    if (path->kind != EXPR_NODE_PATH || path->path.count != 1 || other->kind != EXPR_NODE_VALUE)
        return -1;
    *value = other->value;
    return catalog_key_find(schema, path->path.steps[0].name);
}

/* Nodes hang in one tree only, so the condition is made of copies. */
static void add_rest(struct search *s, const struct expr_node *node)
{
    struct expr_node *copy = arena_new(s->arena, struct expr_node);
    if (!s->rest)
        s->rest = expr_ast_node(s->arena, EXPR_NODE_AND, 0);
    *copy = *node;
    copy->next = NULL;
    expr_ast_add(s->rest, copy);
}

static void search(struct search *s, const struct expr_node *node)
{
    struct value value;
    if (node->kind == EXPR_NODE_AND) {
        for (const struct expr_node *n = node->first; n; n = n->next)
            search(s, n);
        return;
    }
    int at = find_key(s->schema, node, &value);
    if (at < 0) {
        add_rest(s, node);
    } else if (s->found[at].type == VALUE_NONE) {
        s->found[at] = value;
    } else if (!value_equal(s->found[at], value)) {
        s->twice = s->schema->at[at].name;
        add_rest(s, node);
    }
}

void statement_key_of(struct arena *arena, const struct catalog_table *table,
    const struct expr_node *where, struct statement_key *out)
{
    struct search s = {.arena = arena, .schema = &table->schema};
    struct err never = ERR_INIT;
    struct buf bytes = {0};
    if (where)
        search(&s, where);
    struct value_open key = value_open(&bytes, VALUE_M);
    for (size_t i = 0; i < table->schema.count; i++)
        if (s.found[i].type != VALUE_NONE) {
            value_member(&key, &bytes, table->schema.at[i].name);
            value_put(&bytes, s.found[i]);
        }
    value_close(&key, &bytes, &never);
    *out = (struct statement_key){.rest = s.rest, .twice = s.twice};
    out->key = value_of(arena_dup(arena, buf_str(&bytes)));
    out->complete = out->key.count == table->schema.count;
    buf_fini(&bytes);
}

/* ---- running ---- */

static bool read_key(struct call *call, const struct catalog_table *table,
    const struct statement *s, struct statement_write *w, struct err *err)
{
    struct statement_key found;
    statement_key_of(&call->arena, table, s->parsed.where, &found);
    if (!found.complete)
        return err_invalid(
            err, "Where clause does not contain a mandatory equality on all key attributes");
    if (found.twice.at)
        return err_invalid(err,
            "Multiple conditions on same key %.*s. Only single item Update/Insert/Delete are "
            "supported",
            STR_ARG(found.twice));
    w->given = found.key;
    w->expressions.update = s->parsed.update;
    w->expressions.statement = true;
    if (found.rest)
        w->expressions.condition = expr_ast_condition(&call->arena, found.rest);
    return item_check_key(table, w->given, err) && change_check(table, &w->expressions, err);
}

static bool refuse_condition(
    struct call *call, const struct statement *s, const struct statement_write *w, struct err *err)
{
    buf_clear(&call->failure);
    if (s->item_on_failure && w->slot.old.type == VALUE_M) {
        buf_add(&call->failure, STR(",\"Item\":"));
        json_out_typed_item(&call->failure, w->slot.old);
    }
    return err_refuse(err, "ConditionalCheckFailedException", "The conditional request failed");
}

static bool check_condition(
    struct call *call, const struct statement *s, const struct statement_write *w, struct err *err)
{
    bool truth = true, present = w->slot.old.type == VALUE_M;
    if (s->parsed.kind == PARTIQL_INSERT)
        return !present ||
               err_refuse(err, "DuplicateItemException", "Duplicate primary key exists in table");
    if (!present) /* nothing to delete is no failure, nothing to update is one */
        return s->parsed.kind == PARTIQL_DELETE || refuse_condition(call, s, w, err);
    if (w->expressions.condition && !expr_test(w->expressions.condition, w->slot.old, &truth, err))
        return false;
    return truth || refuse_condition(call, s, w, err);
}

static bool become(struct call *call, const struct statement *s, struct statement_write *w,
    const struct catalog_table *table, struct err *err)
{
    w->new = (struct value){0};
    if (s->parsed.kind == PARTIQL_INSERT)
        w->new = w->given;
    return s->parsed.kind != PARTIQL_UPDATE ||
           change_apply(call, table, &w->expressions, w->given, w->slot.old, false, &w->new, err);
}

bool statement_write_run(struct call *call, struct store_txn *txn, const struct statement *s,
    struct statement_write *w, struct err *err)
{
    const struct catalog_table *table;
    bool insert = s->parsed.kind == PARTIQL_INSERT;
    *w = (struct statement_write){.given = s->parsed.item};
    if (insert && !item_check_size(w->given, err))
        return false;
    if (!engine_table(call, txn, s->parsed.table, &table, err) ||
        !(insert ? item_check_put(table, w->given, err) : read_key(call, table, s, w, err)))
        return false;
    item_key(engine_buf(call, CALL_KEY), table, w->given);
    if (!item_load(call, txn, table, &w->slot, err))
        return false;
    w->reached = true;
    return check_condition(call, s, w, err) && become(call, s, w, table, err) &&
           item_store(call, txn, &w->slot, w->new, false, &w->used, err);
}

/* ---- RETURNING ---- */

bool statement_write_put(
    struct call *call, struct buf *out, const struct statement *s, const struct statement_write *w)
{
    enum partiql_returning returning = s->parsed.returning;
    bool old = returning == PARTIQL_RETURN_ALL_OLD || returning == PARTIQL_RETURN_MODIFIED_OLD;
    bool all = returning == PARTIQL_RETURN_ALL_OLD || returning == PARTIQL_RETURN_ALL_NEW;
    struct value item = old ? w->slot.old : w->new;
    if (returning == PARTIQL_RETURN_NONE || item.type != VALUE_M)
        return false;
    if (!all) {
        struct buf *part = engine_buf(call, CALL_RECORD);
        expr_update_touched(w->expressions.update, item, part);
        item = value_of(buf_str(part));
    }
    if (item.count == 0)
        return false;
    json_out_typed_item(out, item);
    return true;
}
