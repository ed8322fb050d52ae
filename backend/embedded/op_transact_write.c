/* SPDX-License-Identifier: MIT */
/*
 * TransactWriteItems: up to a hundred writes and checks that happen together or not at all. First
 * everything is decided, then everything is written, so that a cancelled transaction has written
 * nothing; the store has one writer at a time, so nobody comes between.
 *
 *   token known? ─▶ tables, keys ─▶ conditions, new items ─▶ any reason? ─▶ write all ─▶ token
 *        │                                                       │
 *        ▼ same request: done already                            ▼ TransactionCanceledException
 */
#include "backend/embedded/change.h"
#include "backend/embedded/item.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/token.h"
#include "backend/embedded/transact.h"

enum { TOKENS_TRIMMED = 8 };

/* ---- the request ---- */

static bool pick_action(
    const struct json *entry, enum transact_kind *kind, const struct json **json, struct err *err)
{
    static const struct {
        struct str name;
        enum transact_kind kind;
    } kinds[] = {
        {{"ConditionCheck", sizeof "ConditionCheck" - 1}, TRANSACT_CHECK},
        {{"Put", sizeof "Put" - 1}, TRANSACT_PUT},
        {{"Delete", sizeof "Delete" - 1}, TRANSACT_DELETE},
        {{"Update", sizeof "Update" - 1}, TRANSACT_UPDATE},
    };
    *json = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct json *member = shape_get(entry, kinds[i].name);
        if (member && *json)
            return err_invalid(
                err, "TransactItems can only contain one of Check, Put, Update or Delete");
        if (member) {
            *kind = kinds[i].kind;
            *json = member;
        }
    }
    return *json || err_invalid(err, "Invalid Request: TransactWriteRequest should contain Delete "
                                     "or Put or Update request");
}

static bool read_actions(struct call *call, struct transact *t, struct err *err)
{
    const struct json *items = shape_get(call->body, STR("TransactItems"));
    for (const struct json *m = items->first; m; m = m->next) {
        enum transact_kind kind = TRANSACT_CHECK;
        const struct json *json;
        if (!pick_action(m, &kind, &json, err) ||
            !transact_read(call, &t->actions[t->count++], kind, json, err))
            return false;
    }
    return transact_check_payload(t, err);
}

/* ---- the token ---- */

/* The placeholders as an M of S, so that their order does not count. */
static void digest_names(struct token_digest *digest, struct buf *scratch, const struct json *names)
{
    struct err ignored = ERR_INIT;
    struct value_open map = value_open(scratch, VALUE_M);
    for (const struct json *m = names ? names->first : NULL; m; m = m->next) {
        value_member(&map, scratch, m->name);
        value_put_string(scratch, m->text);
    }
    value_close(&map, scratch, &ignored);
    token_digest_add(digest, buf_str(scratch));
}

/* Values were checked before where an expression uses them; what nobody uses does not count. */
static void digest_values(
    struct token_digest *digest, struct buf *scratch, const struct json *values)
{
    struct err ignored = ERR_INIT;
    struct value item;
    if (values && request_item(scratch, values, &item, &ignored))
        token_digest_add(digest, item.encoded);
}

static void digest_action(
    struct token_digest *digest, struct buf *scratch, const struct transact_action *a)
{
    const struct json *json = a->json;
    char kind = (char)('0' + a->kind);
    token_digest_add(digest, (struct str){&kind, 1});
    token_digest_add(digest, engine_table_name(a->table_name));
    token_digest_add(digest, a->given.encoded);
    token_digest_add(digest, shape_text(json, STR("ConditionExpression")));
    token_digest_add(digest, shape_text(json, STR("UpdateExpression")));
    token_digest_add(digest, shape_text(json, STR("ReturnValuesOnConditionCheckFailure")));
    buf_clear(scratch);
    digest_names(digest, scratch, shape_get(json, STR("ExpressionAttributeNames")));
    digest_values(digest, scratch, shape_get(json, STR("ExpressionAttributeValues")));
}

static void read_token(struct call *call, struct transact_write *w)
{
    w->token = shape_text(call->body, STR("ClientRequestToken"));
    token_digest_start(&w->digest);
    if (w->token.len)
        for (size_t i = 0; i < w->transact->count; i++)
            digest_action(&w->digest, &call->bufs[CALL_RECORD], &w->transact->actions[i]);
}

static bool find_token(
    struct call *call, struct store_txn *txn, struct transact_write *w, struct err *err)
{
    enum token_state state = TOKEN_NEW;
    if (w->token.len &&
        !token_find(txn, w->token, &w->digest, engine_now_ms(call->engine), &state, err))
        return false;
    w->again = state == TOKEN_SAME;
    return state != TOKEN_OTHER ||
           err_refuse(err, "IdempotentParameterMismatchException",
               "The ClientRequestToken was used within ten minutes for another request");
}

static bool keep_token(
    struct call *call, struct store_txn *txn, struct transact_write *w, struct err *err)
{
    int64_t now = engine_now_ms(call->engine);
    return w->token.len == 0 || (token_put(txn, w->token, &w->digest, now, err) &&
                                    token_trim(txn, now, TOKENS_TRIMMED, err));
}

/* ---- deciding ---- */

static bool become(struct call *call, struct transact_action *a, struct value old, struct err *err)
{
    a->new = (struct value){0};
    if (a->kind == TRANSACT_PUT)
        a->new = a->given;
    if (a->kind != TRANSACT_UPDATE)
        return true;
    if (!change_apply(call, a->table, &a->expressions, a->given, old, true, &a->new, err))
        return false;
    if (a->new.type == VALUE_M)
        a->new = value_of(arena_dup(&call->arena, a->new.encoded));
    return true;
}

/* False where that is all there is to say about the action. */
static bool meets(struct transact *t, struct call *call, size_t i, const struct item_slot *slot)
{
    bool present = slot->old.type == VALUE_M;
    t->actions[i].new = (struct value){0};
    switch (t->actions[i].meets) {
    case TRANSACT_NO_ITEM:
        if (present)
            reasons_add(
                &t->reasons, i, "DuplicateItem", STR("Duplicate primary key exists in table"));
        return !present;
    case TRANSACT_AN_ITEM:
        if (!present)
            reasons_add_condition(&t->reasons, call, i, (struct value){0});
        return present;
    case TRANSACT_OR_NOTHING:
        return present;
    case TRANSACT_ANY:
        break;
    }
    return true;
}

/* *stop where a reason ends the search for others. */
static bool decide(struct call *call, struct store_txn *txn, struct transact *t, size_t i,
    bool *stop, struct err *err)
{
    struct transact_action *a = &t->actions[i];
    struct item_slot slot;
    bool holds = true;
    buf_add(engine_buf(call, CALL_KEY), a->key);
    if (!item_load(call, txn, a->table, &slot, err))
        return false;
    if (!meets(t, call, i, &slot))
        return true;
    if (a->expressions.condition && !expr_test(a->expressions.condition, slot.old, &holds, err))
        return false;
    if (!holds) {
        reasons_add_condition(
            &t->reasons, call, i, a->item_on_failure ? slot.old : (struct value){0});
        return true;
    }
    if (!become(call, a, slot.old, err)) {
        *stop = true;
        return reasons_take(&t->reasons, call, i, err);
    }
    if (a->kind == TRANSACT_CHECK)
        transact_used(t, a->table)->halves += capacity_of_write(slot.old_size);
    return true;
}

static bool decide_all(
    struct call *call, struct store_txn *txn, struct transact *t, struct err *err)
{
    bool stop = t->reasons.any;
    for (size_t i = 0; i < t->count && !stop; i++)
        if (!decide(call, txn, t, i, &stop, err))
            return false;
    return !t->reasons.any || reasons_refuse(&t->reasons, call, err);
}

/* ---- writing ---- */

static bool write_one(struct call *call, struct store_txn *txn, struct transact *t,
    const struct transact_action *a, struct err *err)
{
    struct item_slot slot;
    if (a->kind == TRANSACT_CHECK)
        return true;
    buf_add(engine_buf(call, CALL_KEY), a->key);
    return item_load(call, txn, a->table, &slot, err) &&
           item_store(call, txn, &slot, a->new, false, transact_used(t, a->table), err);
}

static bool write_all(
    struct call *call, struct store_txn *txn, struct transact_write *w, struct err *err)
{
    struct transact *t = w->transact;
    for (size_t i = 0; i < t->count; i++)
        if (!write_one(call, txn, t, &t->actions[i], err))
            return engine_spoil(txn);
    return keep_token(call, txn, w, err) || engine_spoil(txn);
}

/* What was done before is only looked at, which costs reads. */
static bool charge_again(
    struct call *call, struct store_txn *txn, struct transact *t, struct err *err)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct transact_action *a = &t->actions[i];
        struct item_slot slot;
        buf_add(engine_buf(call, CALL_KEY), a->key);
        if (!item_load(call, txn, a->table, &slot, err))
            return false;
        transact_used(t, a->table)->halves += capacity_of_read(slot.old_size, true);
    }
    return true;
}

static bool write_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct transact_write *w = context;
    struct transact *t = w->transact;
    if (!find_token(call, txn, w, err) || (w->ready && !w->ready(call, txn, w->context, err)) ||
        !transact_resolve(call, txn, t, err))
        return false;
    if (w->again && !t->reasons.any)
        return charge_again(call, txn, t, err);
    return decide_all(call, txn, t, err) && write_all(call, txn, w, err);
}

bool transact_write_run(struct call *call, struct transact_write *w, struct err *err)
{
    return engine_write(call, write_in, w, err);
}

/* ---- the answer ---- */

void transact_write_put_capacity(struct buf *out, const struct transact_write *w)
{
    transact_put_capacity(out, w->transact, w->again ? "ReadCapacityUnits" : "WriteCapacityUnits");
}

static void put_collections(
    struct buf *out, const struct transact *t, const struct catalog_table *table)
{
    json_put_name(out, table->name);
    buf_add_byte(out, '[');
    for (size_t i = 0; i < t->count; i++) {
        if (t->actions[i].table->id != table->id || t->actions[i].kind == TRANSACT_CHECK)
            continue;
        json_put_comma(out);
        item_put_metrics(out, table, t->actions[i].given);
    }
    buf_add_byte(out, ']');
}

static void put_metrics(struct call *call, const struct transact *t)
{
    if (!str_equal(shape_text(call->body, STR("ReturnItemCollectionMetrics")), STR("SIZE")))
        return;
    json_put_name(call->out, STR("ItemCollectionMetrics"));
    buf_add_byte(call->out, '{');
    for (size_t i = 0; i < t->used_count; i++)
        if (t->used[i].table->local_count)
            put_collections(call->out, t, t->used[i].table);
    buf_add_byte(call->out, '}');
}

bool op_transact_write_items(struct call *call, struct err *err)
{
    size_t count = shape_get(call->body, STR("TransactItems"))->count;
    struct transact_write w = {.transact = transact_new(call, count)};
    if (!read_actions(call, w.transact, err))
        return false;
    read_token(call, &w);
    if (!transact_write_run(call, &w, err))
        return false;
    buf_add_byte(call->out, '{');
    put_metrics(call, w.transact);
    transact_write_put_capacity(call->out, &w);
    buf_add_byte(call->out, '}');
    return true;
}
