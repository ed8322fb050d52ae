/* SPDX-License-Identifier: MIT */
/*
 * The grammar of statements. Clauses that PartiQL has and DynamoDB has not are read and noted, so
 * that they can be refused by name.
 *
 *   SELECT list FROM source [WHERE] [ORDER BY] [GROUP BY] [HAVING] [LIMIT]
 *   INSERT INTO path VALUE item [RETURNING]
 *   UPDATE path changes [WHERE] [RETURNING]        FROM source [WHERE] changes [RETURNING]
 *   DELETE FROM path [WHERE] [RETURNING]
 */
#include "backend/partiql/parse.h"

#include "base/err.h"

/* ---- clauses that several statements have ---- */

static void note_clause(
    struct partiql_query *q, const char *clause, const struct partiql_token *token)
{
    if (q->clause)
        return;
    q->clause = clause;
    q->clause_at = token->at;
    q->clause_len = token->len;
}

/* alias = [ "AS" ] name [ "AT" name ] [ "BY" name ] */
static bool parse_alias(struct partiql_parser *p, struct partiql_query *q, bool named)
{
    static const enum partiql_word words[] = {WORD_AS, WORD_AT, WORD_BY};
    static const char *const expected[] = {"Expected identifier for AS-alias",
        "Expected identifier for AT-alias", "Expected identifier for BY-alias"};
    for (unsigned i = 0; i < (named ? 3 : 1); i++) {
        bool word = partiql_parse_is_word(p, words[i]);
        if (word)
            partiql_parse_advance(p);
        bool name = partiql_parse_is(p, PARTIQL_NAME) || partiql_parse_is(p, PARTIQL_QUOTED);
        if (word && !name)
            return partiql_parse_fail(p, expected[i]);
        if (!word && (!name || i > 0))
            continue;
        q->alias = true;
        partiql_parse_advance(p);
    }
    return true;
}

/* where = [ "WHERE" expression ] */
static bool parse_where(struct partiql_parser *p, struct partiql_query *q, int precedence)
{
    if (!partiql_parse_is_word(p, WORD_WHERE))
        return true;
    partiql_parse_advance(p);
    return (q->where = partiql_parse_expression(p, precedence));
}

/* returning = [ "RETURNING" ( "ALL" | "MODIFIED" ) ( "OLD" | "NEW" ) "*" ] */
static bool parse_returning(struct partiql_parser *p, struct partiql_query *q)
{
    if (!partiql_parse_is_word(p, WORD_RETURNING))
        return true;
    partiql_parse_advance(p);
    enum partiql_word word = (enum partiql_word)partiql_parse_now(p)->word;
    if (word != WORD_ALL_OLD && word != WORD_ALL_NEW && word != WORD_MODIFIED_OLD &&
        word != WORD_MODIFIED_NEW)
        return partiql_parse_fail(
            p, "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in the returning clause.");
    q->returning = word;
    partiql_parse_advance(p);
    if (!partiql_parse_is(p, PARTIQL_STAR)) {
        const struct partiql_token *now = partiql_parse_now(p);
        err_invalid(
            p->err, "Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
        return err_place(p->err, now->at, now->len);
    }
    partiql_parse_advance(p);
    return true;
}

/* ---- SELECT ---- */

/* item = "*" | expression [ alias ] */
static bool parse_item(struct partiql_parser *p, struct partiql_query *q, struct partiql_node *list)
{
    struct partiql_node *item;
    if (!partiql_parse_is(p, PARTIQL_STAR)) {
        item = partiql_parse_expression(p, PARTIQL_LOOSEST);
        if (!item || !parse_alias(p, q, false))
            return false;
    } else {
        item = partiql_parse_node(p, PARTIQL_NODE_STAR, partiql_parse_now(p)->at);
        item->len = 1;
        partiql_parse_advance(p);
    }
    partiql_parse_add(list, item);
    return true;
}

static bool check_stars(struct partiql_parser *p, const struct partiql_node *list)
{
    for (const struct partiql_node *n = list->first; n && list->count > 1; n = n->next)
        if (n->kind == PARTIQL_NODE_STAR)
            return partiql_parse_fail(p, "Other expressions may not be present in the select list "
                                         "when '*' is used without dot notation.");
    return true;
}

/* items = item { "," item } */
static bool parse_items(struct partiql_parser *p, struct partiql_query *q)
{
    struct partiql_node *list = partiql_parse_node(p, PARTIQL_NODE_LIST, partiql_parse_now(p)->at);
    q->list = list;
    for (;;) {
        if (!parse_item(p, q, list))
            return false;
        if (!partiql_parse_is(p, PARTIQL_COMMA))
            break;
        partiql_parse_advance(p);
    }
    partiql_parse_end(p, list);
    return check_stars(p, list);
}

/* sources = expression [ alias ] { ( "," | join ) … } */
static bool parse_sources(struct partiql_parser *p, struct partiql_query *q, int precedence)
{
    for (;;) {
        const struct partiql_node *source = partiql_parse_expression(p, precedence);
        if (!source || !parse_alias(p, q, true))
            return false;
        q->source = q->source ? q->source : source;
        if (!partiql_parse_is(p, PARTIQL_COMMA) && !partiql_parse_is_word(p, WORD_JOIN))
            break;
        q->joined = true;
        while (partiql_parse_is_word(p, WORD_JOIN) || partiql_parse_is(p, PARTIQL_COMMA))
            partiql_parse_advance(p);
    }
    if (q->joined && partiql_parse_is_word(p, WORD_ON)) {
        partiql_parse_advance(p);
        return partiql_parse_expression(p, precedence);
    }
    return true;
}

/* key = expression [ "ASC" | "DESC" ] */
static bool parse_key(struct partiql_parser *p, struct partiql_order **end)
{
    struct partiql_order *order = arena_new(p->arena, struct partiql_order);
    *end = order;
    if (!(order->by = partiql_parse_expression(p, PARTIQL_IN_SELECT)))
        return false;
    order->descending = partiql_parse_is_word(p, WORD_DESC);
    if (order->descending || partiql_parse_is_word(p, WORD_ASC))
        partiql_parse_advance(p);
    return true;
}

/* order = [ "ORDER" "BY" key { "," key } ] */
static bool parse_order(struct partiql_parser *p, struct partiql_query *q)
{
    struct partiql_order **end = &q->order;
    if (!partiql_parse_is_word(p, WORD_ORDER))
        return true;
    partiql_parse_advance(p);
    if (!partiql_parse_is_word(p, WORD_BY))
        return partiql_parse_fail(p, "Expected BY");
    do {
        partiql_parse_advance(p);
        if (!parse_key(p, end))
            return false;
        end = &(*end)->next;
    } while (partiql_parse_is(p, PARTIQL_COMMA));
    return true;
}

/* foreign = "GROUP" "BY" list | "HAVING" expression | "LIMIT" expression */
static bool parse_foreign(
    struct partiql_parser *p, struct partiql_query *q, enum partiql_word word, const char *clause)
{
    if (!partiql_parse_is_word(p, word))
        return true;
    partiql_parse_advance(p);
    if (word == WORD_GROUP && partiql_parse_is_word(p, WORD_BY))
        partiql_parse_advance(p);
    const struct partiql_token *at = partiql_parse_now(p);
    struct partiql_node ignored = {0};
    bool ok = word == WORD_GROUP ? partiql_parse_list(p, &ignored)
                                 : partiql_parse_expression(p, PARTIQL_IN_SELECT) != NULL;
    note_clause(q, clause, at);
    return ok;
}

/* select = "SELECT" [ "DISTINCT" | "ALL" ] [ "VALUE" ] items "FROM" sources … */
static bool parse_select(struct partiql_parser *p, struct partiql_query *q)
{
    partiql_parse_advance(p);
    if (partiql_parse_is_word(p, WORD_DISTINCT))
        note_clause(q, "DISTINCT", partiql_parse_now(p));
    if (partiql_parse_is_word(p, WORD_DISTINCT) || partiql_parse_is_word(p, WORD_ALL))
        partiql_parse_advance(p);
    if (partiql_parse_is_word(p, WORD_VALUE)) {
        q->values = true;
        partiql_parse_advance(p);
    }
    if (!parse_items(p, q))
        return false;
    if (!partiql_parse_is_word(p, WORD_FROM))
        return partiql_parse_fail(p, "Expected FROM after SELECT list");
    partiql_parse_advance(p);
    return parse_sources(p, q, PARTIQL_IN_SELECT) && parse_where(p, q, PARTIQL_IN_SELECT) &&
           parse_order(p, q) && parse_foreign(p, q, WORD_GROUP, "GROUP BY") &&
           parse_foreign(p, q, WORD_HAVING, "HAVING") && parse_foreign(p, q, WORD_LIMIT, "LIMIT");
}

/* ---- INSERT ---- */

/* conflict = [ "ON" "CONFLICT" … ] */
static bool parse_conflict(struct partiql_parser *p, struct partiql_query *q)
{
    if (!partiql_parse_is_word(p, WORD_ON))
        return true;
    note_clause(q, "ON CONFLICT", partiql_parse_now(p));
    while (!partiql_parse_is(p, PARTIQL_END) && !partiql_parse_is(p, PARTIQL_SEMICOLON) &&
           !partiql_parse_is_word(p, WORD_RETURNING))
        partiql_parse_advance(p);
    return true;
}

/* at = [ "AT" expression ] */
static bool parse_position(struct partiql_parser *p, struct partiql_query *q)
{
    if (!partiql_parse_is_word(p, WORD_AT))
        return true;
    note_clause(q, "AT", partiql_parse_now(p));
    partiql_parse_advance(p);
    return partiql_parse_expression(p, PARTIQL_LOOSEST);
}

/* insert = "INSERT" "INTO" path ( "VALUE" expression [ at ] | expression ) … */
static bool parse_insert(struct partiql_parser *p, struct partiql_query *q)
{
    partiql_parse_advance(p);
    if (!(q->source = partiql_parse_simple_path(p)))
        return false;
    q->values = !partiql_parse_is_word(p, WORD_VALUE);
    if (!q->values)
        partiql_parse_advance(p);
    return (q->item = partiql_parse_expression(p, PARTIQL_LOOSEST)) && parse_position(p, q) &&
           parse_conflict(p, q) && parse_returning(p, q);
}

/* ---- UPDATE, DELETE ---- */

static struct partiql_change *add_change(struct partiql_parser *p, struct partiql_change ***end)
{
    struct partiql_change *change = arena_new(p->arena, struct partiql_change);
    **end = change;
    *end = &change->next;
    return change;
}

/* set = "SET" path "=" expression { "," path "=" expression } */
static bool parse_set(struct partiql_parser *p, struct partiql_change ***end)
{
    do {
        partiql_parse_advance(p);
        struct partiql_change *change = add_change(p, end);
        if (!(change->target = partiql_parse_simple_path(p)))
            return false;
        if (!partiql_parse_is_word(p, WORD_EQ))
            return partiql_parse_fail(p, "Expected '='");
        partiql_parse_advance(p);
        if (!(change->value = partiql_parse_expression(p, PARTIQL_LOOSEST)))
            return false;
    } while (partiql_parse_is(p, PARTIQL_COMMA));
    return true;
}

/* remove = "REMOVE" path */
static bool parse_remove(struct partiql_parser *p, struct partiql_change ***end)
{
    struct partiql_change *change = add_change(p, end);
    partiql_parse_advance(p);
    change->remove = true;
    return (change->target = partiql_parse_simple_path(p));
}

static bool parse_foreign_insert(struct partiql_parser *p, struct partiql_change ***end)
{
    struct partiql_query *ignored = arena_new(p->arena, struct partiql_query);
    add_change(p, end)->foreign = true;
    return parse_insert(p, ignored);
}

/* changes = ( set | remove | insert ) { set | remove | insert } */
static bool parse_changes(struct partiql_parser *p, struct partiql_query *q)
{
    struct partiql_change **end = &q->changes;
    for (;;) {
        bool ok = true;
        switch (partiql_parse_now(p)->word) {
        case WORD_SET:
            ok = parse_set(p, &end);
            break;
        case WORD_REMOVE:
            ok = parse_remove(p, &end);
            break;
        case WORD_INSERT_INTO:
            ok = parse_foreign_insert(p, &end);
            break;
        default:
            return q->changes || partiql_parse_fail(p, "Expected data manipulation");
        }
        if (!ok)
            return false;
    }
}

/* update = "UPDATE" path [ alias ] changes where returning */
static bool parse_update(struct partiql_parser *p, struct partiql_query *q)
{
    partiql_parse_advance(p);
    return (q->source = partiql_parse_simple_path(p)) && parse_alias(p, q, true) &&
           parse_changes(p, q) && parse_where(p, q, PARTIQL_LOOSEST) && parse_returning(p, q);
}

/* from = "FROM" sources where changes returning */
static bool parse_from(struct partiql_parser *p, struct partiql_query *q)
{
    partiql_parse_advance(p);
    return parse_sources(p, q, PARTIQL_LOOSEST) && parse_where(p, q, PARTIQL_LOOSEST) &&
           parse_changes(p, q) && parse_returning(p, q);
}

/* delete = "DELETE" "FROM" path [ alias ] where returning */
static bool parse_delete(struct partiql_parser *p, struct partiql_query *q)
{
    partiql_parse_advance(p);
    if (!partiql_parse_is_word(p, WORD_FROM))
        return partiql_parse_fail(p, "Expected FROM after DELETE");
    partiql_parse_advance(p);
    return (q->source = partiql_parse_simple_path(p)) && parse_alias(p, q, true) &&
           parse_where(p, q, PARTIQL_LOOSEST) && parse_returning(p, q);
}

/* ---- all of them ---- */

static bool parse(struct partiql_parser *p, struct partiql_query *q)
{
    switch (partiql_parse_now(p)->word) {
    case WORD_SELECT:
        q->verb = PARTIQL_VERB_SELECT;
        return parse_select(p, q);
    case WORD_INSERT_INTO:
        q->verb = PARTIQL_VERB_INSERT;
        return parse_insert(p, q);
    case WORD_DELETE:
        q->verb = PARTIQL_VERB_DELETE;
        return parse_delete(p, q);
    case WORD_UPDATE:
        q->verb = PARTIQL_VERB_UPDATE;
        return parse_update(p, q);
    case WORD_FROM:
        q->verb = PARTIQL_VERB_UPDATE;
        return parse_from(p, q);
    default: /* SET and REMOVE without a table */
        q->verb = PARTIQL_VERB_UPDATE;
        return parse_changes(p, q) && parse_returning(p, q);
    }
}

struct partiql_node *partiql_parse_query(struct partiql_parser *p)
{
    struct partiql_node *node = partiql_parse_node(p, PARTIQL_NODE_QUERY, partiql_parse_now(p)->at);
    node->query = arena_new(p->arena, struct partiql_query);
    if (!parse(p, node->query))
        return NULL;
    partiql_parse_end(p, node);
    return node;
}
