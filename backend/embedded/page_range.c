/* SPDX-License-Identifier: MIT */
/*
 * From a key condition to the range of keys that a Query walks. Knows schemas and keys, neither the
 * request nor the store.
 *
 *   terms by name ─▶ in the schema's order ─▶ prefix of all = terms ─▶ bounds by the last operator
 */
#include "backend/embedded/page_range.h"

#include <inttypes.h>

#define INVALID "One or more parameter values were invalid: "

/* ---- key conditions ---- */

static bool check_term(
    const struct key_attribute *key, const struct expr_key_term *term, struct err *err)
{
    if (term->op == EXPR_NE) /* of the older parameters, which can say more than keys have */
        return err_invalid(err, "Attempted conditional constraint is not an indexable operation");
    if (term->low.type != key->type || (term->op == EXPR_BETWEEN && term->high.type != key->type))
        return err_invalid(err, INVALID "Condition parameter type does not match schema type");
    if (term->low.data.len == 0 && term->op != EXPR_BEGINS_WITH)
        return err_invalid(err,
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty %s value. Key: %.*s",
            key->type == VALUE_B ? "binary" : "string", STR_ARG(key->name));
    return true;
}

static const struct expr_key_term *find_term(
    const struct expr_key_condition *given, struct str name)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (str_equal(given->terms[i].name, name))
            return &given->terms[i];
    return NULL;
}

static bool refuse_missed(const struct key_attribute *key, struct err *err)
{
    return err_invalid(err, "Query condition missed key schema element: %.*s", STR_ARG(key->name));
}

/* Which of the attributes from..to have no condition with =. */
static void put_gaps(const struct key_schema *schema, const struct expr_key_condition *given,
    uint32_t from, uint32_t to, struct buf *gaps)
{
    for (uint32_t i = from; i < to; i++) {
        const struct expr_key_term *term = find_term(given, schema->at[i].name);
        if (term && term->op == EXPR_EQ)
            continue;
        buf_add(gaps, gaps->len ? STR(", ") : STR_NONE);
        buf_add(gaps, schema->at[i].name);
    }
}

/* Where the partition key has several attributes. */
static bool check_partition(
    const struct key_schema *schema, const struct expr_key_condition *given, struct err *err)
{
    struct buf gaps = {0};
    if (schema->partition > 1)
        put_gaps(schema, given, 0, schema->partition, &gaps);
    bool fine = gaps.len == 0;
    if (!fine)
        err_invalid(err,
            "HASH key attributes %.*s must have equality conditions specified in the query",
            STR_ARG(buf_str(&gaps)));
    buf_fini(&gaps);
    return fine;
}

/* Where the sort key has several attributes: all before the last one that is named with =. */
static bool check_gaps(
    const struct key_schema *schema, const struct expr_key_condition *given, struct err *err)
{
    uint32_t last = schema->partition;
    struct buf gaps = {0};
    for (uint32_t i = last; i < catalog_own_keys(schema); i++)
        last = find_term(given, schema->at[i].name) ? i : last;
    put_gaps(schema, given, schema->partition, last, &gaps);
    bool fine = gaps.len == 0;
    if (!fine)
        err_invalid(err,
            "RANGE key attributes %.*s must have equality conditions specified in the query "
            "because a condition is present on key attribute %.*s",
            STR_ARG(buf_str(&gaps)), STR_ARG(schema->at[last].name));
    buf_fini(&gaps);
    return fine;
}

/* Partition key attributes all and with =, sort key attributes from the left, an inequality only on
 * the last one. */
bool page_range_order(const struct key_schema *schema, const struct expr_key_condition *given,
    struct page_range_keys *out, struct err *err)
{
    bool last = false;
    *out = (struct page_range_keys){0};
    if (catalog_own_keys(schema) > 1 && given->count > catalog_own_keys(schema))
        return err_invalid(err,
            "The number of query conditions (%" PRIu32
            ") exceeds the number of key attributes defined in the schema (%" PRIu32 ")",
            given->count, catalog_own_keys(schema));
    if (catalog_own_keys(schema) == 1 && given->count > 1)
        return err_invalid(err, "Query key condition not supported");
    if (!check_partition(schema, given, err))
        return false;
    for (uint32_t i = 0; i < catalog_own_keys(schema); i++) {
        const struct key_attribute *key = &schema->at[i];
        const struct expr_key_term *term = find_term(given, key->name);
        if (!term && i < schema->partition)
            return refuse_missed(key, err);
        if (i == schema->partition && !check_gaps(schema, given, err))
            return false;
        if (!term || last) {
            if (out->count < given->count)
                return term ? err_invalid(err, "Query key condition not supported")
                            : refuse_missed(key, err);
            return true;
        }
        if (!check_term(key, term, err))
            return false;
        last = term->op != EXPR_EQ;
        if (last && i < schema->partition)
            return err_invalid(err, "Query key condition not supported");
        out->at[out->count++] = term;
    }
    return out->count == given->count || err_invalid(err, "Query key condition not supported");
}

/* ---- ranges ---- */

static void set_prefix(struct page *page, uint32_t id, const struct key_schema *schema,
    const struct page_range_keys *c)
{
    struct value partition[CATALOG_HASH_MAX];
    for (uint32_t i = 0; i < schema->partition; i++)
        partition[i] = c->at[i]->low;
    buf_clear(&page->from);
    key_put_id(&page->from, id);
    key_put_partition(&page->from, partition, schema->partition);
    for (uint32_t i = schema->partition; i < c->count; i++)
        if (c->at[i]->op == EXPR_EQ)
            key_put(&page->from, c->at[i]->low);
    buf_clear(&page->to);
    buf_add(&page->to, buf_str(&page->from));
}

static void bound_below(struct page *page, struct value v, bool exclusive)
{
    key_put(&page->from, v);
    if (exclusive)
        key_successor(&page->from, 0);
}

static void bound_above(struct page *page, struct value v, bool inclusive)
{
    key_put(&page->to, v);
    if (inclusive)
        key_successor(&page->to, 0);
}

/* The table in key.h: which bounds an operator sets behind the prefix. */
void page_range_set(struct page *page, const struct page_range_keys *c)
{
    const struct expr_key_term *last = c->at[c->count - 1];
    set_prefix(page, page_id(page), page_schema(page), c);
    enum expr_operator op = last->op;
    if (op == EXPR_GT || op == EXPR_GE || op == EXPR_BETWEEN)
        bound_below(page, last->low, op == EXPR_GT);
    if (op == EXPR_BEGINS_WITH) {
        key_put_beginning(&page->from, last->low);
        key_put_beginning(&page->to, last->low);
    }
    if (op == EXPR_LT || op == EXPR_LE)
        bound_above(page, last->low, op == EXPR_LE);
    else if (op == EXPR_BETWEEN)
        bound_above(page, last->high, true);
    else
        key_successor(&page->to, 0);
}
