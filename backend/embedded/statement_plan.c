/* SPDX-License-Identifier: MIT */
/*
 * From a WHERE to ranges of keys. Conditions on key attributes that a range can say become its
 * bounds, everything else a filter. Knows schemas and keys, neither requests nor the store.
 *
 *   AND   its parts narrow every branch
 *   OR    each part has branches of its own, where it says something about keys; else a filter
 *   NOT   a filter
 */
#include "backend/embedded/statement_plan.h"

#include "backend/embedded/statement_term.h"

#include <stdlib.h>

/* ---- branches ---- */

struct maker {
    struct arena *arena;
    const struct key_schema *schema;
    struct err *err;
};

struct branches {
    struct statement_branch *at;
    uint32_t count, room;
};

static bool add_branch(
    struct maker *m, struct branches *list, const struct statement_branch *branch)
{
    if (list->count == STATEMENT_READS_MAX)
        return err_invalid(m->err, "Too many decomposed read operations for a given query.");
    if (list->count == list->room) {
        uint32_t room = list->room ? 2 * list->room : 4;
        struct statement_branch *grown = arena_alloc(m->arena, room * sizeof *grown);
        if (list->count)
            memcpy(grown, list->at, list->count * sizeof *grown);
        list->at = grown;
        list->room = room;
    }
    list->at[list->count++] = *branch;
    return true;
}

static void add_filter(struct maker *m, struct branches *list, const struct expr_node *node)
{
    bool exempt = statement_term_is_negation(m->schema, node);
    for (uint32_t i = 0; i < list->count; i++) {
        struct statement_filter *filter = arena_new(m->arena, struct statement_filter);
        *filter = (struct statement_filter){node, list->at[i].filters};
        list->at[i].filters = filter;
        list->at[i].exempt = list->at[i].exempt || exempt;
    }
}

static void raise_low(struct statement_branch *b, struct value v, bool exclusive)
{
    int order = b->low.value.type ? value_compare(v, b->low.value) : 1;
    if (order > 0 || (order == 0 && exclusive))
        b->low = (struct statement_bound){v, exclusive};
}

static void cut_high(struct statement_branch *b, struct value v, bool exclusive)
{
    int order = b->high.value.type ? value_compare(v, b->high.value) : -1;
    if (order < 0 || (order == 0 && exclusive))
        b->high = (struct statement_bound){v, exclusive};
}

/* The least text above all that begin so; false where there is none. */
static bool beyond(struct arena *arena, struct value prefix, struct value *out)
{
    size_t len = prefix.data.len;
    while (len && (unsigned char)prefix.data.at[len - 1] == 0xFF)
        len--;
    if (len == 0)
        return false;
    char *copy = arena_alloc(arena, len);
    memcpy(copy, prefix.data.at, len);
    copy[len - 1] = (char)((unsigned char)copy[len - 1] + 1);
    *out = (struct value){.type = prefix.type, .data = {copy, len}};
    return true;
}

static void narrow_sort(struct maker *m, struct statement_branch *b, const struct statement_term *t)
{
    struct value end;
    enum expr_operator op = t->op;
    if (op == EXPR_EQ || op == EXPR_GT || op == EXPR_GE || op == EXPR_BETWEEN ||
        op == EXPR_BEGINS_WITH)
        raise_low(b, t->low, op == EXPR_GT);
    if (op == EXPR_EQ || op == EXPR_LT || op == EXPR_LE)
        cut_high(b, t->low, op == EXPR_LT);
    if (op == EXPR_BETWEEN)
        cut_high(b, t->high, false);
    if (op == EXPR_BEGINS_WITH && beyond(m->arena, t->low, &end))
        cut_high(b, end, true);
}

static void narrow(struct maker *m, struct statement_branch *b, const struct statement_term *t)
{
    const struct key_attribute *key = &m->schema->at[t->key];
    bool other = t->low.type != key->type || (t->op == EXPR_BETWEEN && t->high.type != key->type);
    if (other)
        b->mismatch = key->name;
    if (t->key == STATEMENT_TERM_PARTITION) {
        if (b->partition.type == VALUE_NONE)
            b->partition = t->low;
        b->nothing = b->nothing || !str_equal(b->partition.data, t->low.data);
    } else if (!other) {
        narrow_sort(m, b, t);
    } else if (t->op == EXPR_EQ) { /* kept, for refusals that look at the key as a whole */
        b->low = b->high = (struct statement_bound){t->low, false};
    }
}

static bool apply(struct maker *m, struct branches *list, const struct expr_node *node);

static bool apply_values(struct maker *m, struct branches *list, const struct statement_term *t)
{
    struct branches out = {0};
    for (uint32_t i = 0; i < list->count; i++)
        for (const struct expr_node *n = t->values; n; n = n->next) {
            struct statement_branch branch = list->at[i];
            struct statement_term one = {.key = t->key, .op = EXPR_EQ, .low = n->value};
            narrow(m, &branch, &one);
            if (!add_branch(m, &out, &branch))
                return false;
        }
    *list = out;
    return true;
}

static bool apply_or(struct maker *m, struct branches *list, const struct expr_node *node)
{
    struct branches out = {0};
    for (const struct expr_node *n = node->first; n; n = n->next) {
        struct branches part = {0};
        for (uint32_t i = 0; i < list->count; i++)
            if (!add_branch(m, &part, &list->at[i]))
                return false;
        if (!apply(m, &part, n))
            return false;
        for (uint32_t i = 0; i < part.count; i++)
            if (!add_branch(m, &out, &part.at[i]))
                return false;
    }
    *list = out;
    return true;
}

/* Narrows all branches of the list by a condition; there may be more of them then. */
static bool apply(struct maker *m, struct branches *list, const struct expr_node *node)
{
    struct statement_term term = {.key = STATEMENT_TERM_NEITHER};
    if (node->kind == EXPR_NODE_AND) {
        for (const struct expr_node *n = node->first; n; n = n->next)
            if (!apply(m, list, n))
                return false;
        return true;
    }
    if (node->kind == EXPR_NODE_OR && statement_term_says_key(m->schema, node))
        return apply_or(m, list, node);
    if (!statement_term_is_chain(node))
        term = statement_term_of(m->schema, node);
    if (term.key == STATEMENT_TERM_NEITHER)
        add_filter(m, list, node);
    else if (term.values)
        return apply_values(m, list, &term);
    else
        for (uint32_t i = 0; i < list->count; i++)
            narrow(m, &list->at[i], &term);
    return true;
}

bool statement_plan_make(struct arena *arena, const struct key_schema *schema,
    const struct expr_node *where, struct statement_plan *out, struct err *err)
{
    struct maker m = {.arena = arena, .schema = schema, .err = err};
    struct branches list = {0};
    *out = (struct statement_plan){.schema = schema, .filtered = where != NULL};
    if (!where || !statement_term_pins(schema, where))
        return true;
    out->keyed = true;
    out->filtered = false;
    if (!add_branch(&m, &list, &(struct statement_branch){0}) || !apply(&m, &list, where))
        return false;
    out->branches = list.at;
    out->count = list.count;
    for (uint32_t i = 0; i < out->count; i++)
        out->filtered = out->filtered || out->branches[i].filters;
    return true;
}

/* ---- checks ---- */

bool statement_plan_check_types(const struct statement_plan *plan, struct err *err)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct statement_branch *b = &plan->branches[i];
        if (b->mismatch.at)
            return err_invalid(err,
                "Key attribute's data type should match its data type in table's schema: Key %.*s",
                STR_ARG(b->mismatch));
        if (b->partition.data.len == 0)
            return err_invalid(err,
                "One or more parameter values are not valid. The AttributeValue for a key "
                "attribute cannot contain an empty %s value. Key: %.*s",
                b->partition.type == VALUE_B ? "binary" : "string",
                STR_ARG(plan->schema->at[STATEMENT_TERM_PARTITION].name));
    }
    return true;
}

/* Whether the second bound is behind the first: nothing is between them. */
static bool is_empty(const struct statement_bound *low, const struct statement_bound *high)
{
    if (low->value.type == VALUE_NONE || high->value.type == VALUE_NONE)
        return false;
    int order = value_compare(low->value, high->value);
    return order > 0 || (order == 0 && (low->exclusive || high->exclusive));
}

static int compare_low(const struct statement_bound *a, const struct statement_bound *b)
{
    if (a->value.type == VALUE_NONE || b->value.type == VALUE_NONE)
        return (a->value.type != VALUE_NONE) - (b->value.type != VALUE_NONE);
    int order = value_compare(a->value, b->value);
    return order ? order : (int)a->exclusive - (int)b->exclusive;
}

int statement_plan_compare(const void *a, const void *b)
{
    const struct statement_branch *x = a, *y = b;
    int order = value_compare(x->partition, y->partition);
    return order ? order : compare_low(&x->low, &y->low);
}

static bool same_partition(const struct statement_branch *a, const struct statement_branch *b)
{
    return str_equal(a->partition.data, b->partition.data);
}

static bool has_rows(const struct statement_branch *b)
{
    return !b->nothing && !is_empty(&b->low, &b->high);
}

static bool overlap(const struct statement_branch *a, const struct statement_branch *b)
{
    return has_rows(a) && has_rows(b) && same_partition(a, b) && !is_empty(&a->low, &b->high) &&
           !is_empty(&b->low, &a->high);
}

bool statement_plan_check_overlaps(const struct statement_plan *plan, struct err *err)
{
    for (uint32_t i = 0; i < plan->count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct statement_branch *a = &plan->branches[i], *b = &plan->branches[k];
            if (!a->exempt && !b->exempt && overlap(a, b))
                return err_invalid(err,
                    "Overlapping conditions with range keys are not supported in where clause");
        }
    return true;
}

/* Branches that overlap, which exempt ones may, become one read of the whole partition. */
static void merge(struct statement_plan *plan)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        struct statement_branch *last = kept ? &plan->branches[kept - 1] : NULL;
        struct statement_branch *b = &plan->branches[i];
        if (!last || !same_partition(last, b) || !(last->exempt || b->exempt)) {
            plan->branches[kept++] = *b;
            continue;
        }
        last->low = last->high = (struct statement_bound){0};
        last->exempt = true;
        plan->filtered = true;
    }
    plan->count = kept;
}

void statement_plan_order(struct statement_plan *plan)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        if (has_rows(&plan->branches[i]))
            plan->branches[kept++] = plan->branches[i];
    }
    plan->count = kept;
    if (kept > 1)
        qsort(plan->branches, kept, sizeof *plan->branches, statement_plan_compare);
    merge(plan);
}

/* ---- one item ---- */

static bool is_point(const struct statement_branch *b)
{
    return b->low.value.type != VALUE_NONE && b->low.value.type == b->high.value.type &&
           !b->low.exclusive && !b->high.exclusive &&
           str_equal(b->low.value.data, b->high.value.data);
}

struct value statement_plan_key(const struct statement_plan *plan, struct arena *arena)
{
    const struct statement_branch *b = plan->branches;
    const struct key_schema *schema = plan->schema;
    struct err never = ERR_INIT;
    struct buf bytes = {0};
    if (plan->count != 1 || b->nothing || b->filters || (schema->sort && !is_point(b)))
        return (struct value){0};
    struct value_open key = value_open(&bytes, VALUE_M);
    value_member(&key, &bytes, schema->at[STATEMENT_TERM_PARTITION].name);
    value_put(&bytes, b->partition);
    if (schema->sort) {
        value_member(&key, &bytes, schema->at[STATEMENT_TERM_SORT].name);
        value_put(&bytes, b->low.value);
    }
    value_close(&key, &bytes, &never);
    struct value out = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return out;
}

/* ---- ranges ---- */

void statement_plan_range(const struct statement_plan *plan, uint32_t branch, struct page *page)
{
    buf_clear(&page->from);
    buf_clear(&page->to);
    if (!plan->keyed) {
        key_segment(&page->from, &page->to, page_id(page), 0, 1);
        return;
    }
    const struct statement_branch *b = &plan->branches[branch];
    key_put_id(&page->from, page_id(page));
    key_put_partition(&page->from, &b->partition, 1);
    buf_add(&page->to, buf_str(&page->from));
    if (b->low.value.type != VALUE_NONE) {
        key_put(&page->from, b->low.value);
        if (b->low.exclusive)
            key_successor(&page->from, 0);
    }
    if (b->high.value.type != VALUE_NONE)
        key_put(&page->to, b->high.value);
    if (b->high.value.type == VALUE_NONE || !b->high.exclusive)
        key_successor(&page->to, 0);
}
