/* SPDX-License-Identifier: MIT */
/*
 * Chooses where a query is answered. Must not know how the line was typed nor what is on the
 * screen: terms and a key schema in, a choice with its reasons out.
 */
#include "views/query/query_plan.h"

#include <stdarg.h>
#include <stdio.h>

struct planner {
    struct arena *arena;
    const struct client_table *table;
    const struct query_line *line;
    struct query_place *place;
    const struct client_key *keys;
    uint32_t hash_count, key_count;
};

/* ---- what a place is ---- */

static struct str place_name(const struct query_place *place)
{
    return place->index ? place->index->name : STR("the table");
}

static bool refuse(struct planner *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(struct planner *p, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    p->place->why = arena_dup(p->arena, str_from(text));
    return false;
}

static bool is_key(const struct client_key *keys, uint32_t count, struct str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(keys[i].name, name))
            return true;
    return false;
}

/* Whether entries of the index have the attribute. */
static bool projects(const struct planner *p, struct str name)
{
    const struct client_index *index = p->place->index;
    if (!index || str_equal(index->projection, STR("ALL")))
        return true;
    if (is_key(p->keys, p->key_count, name) || is_key(p->table->keys, p->table->key_count, name))
        return true;
    for (uint32_t i = 0; i < index->include_count; i++)
        if (str_equal(index->include[i], name))
            return true;
    return false;
}

/* ---- terms as keys ---- */

static bool is_range(enum expr_operator op)
{
    return op != EXPR_EQ && op != EXPR_NE;
}

static bool usable(const struct planner *p, uint32_t i, struct str name)
{
    const struct query_term *term = &p->line->terms[i];
    return !(p->place->keys >> i & 1) && !term->filter_only && term->low.type != VALUE_NONE &&
           str_equal(term->name, name);
}

static bool fits(const struct query_term *term, const struct client_key *key)
{
    bool begins = term->op == EXPR_BEGINS_WITH;
    return term->low.type == key->type && !(begins && key->type == VALUE_N) &&
           (term->op != EXPR_BETWEEN || term->high.type == key->type);
}

/* The first unused term on this key with "=" (or a range); -1 = none. */
static int find_term(const struct planner *p, const struct client_key *key, bool range)
{
    for (uint32_t i = 0; i < p->line->term_count; i++) {
        const struct query_term *term = &p->line->terms[i];
        if (usable(p, i, key->name) && fits(term, key) &&
            (range ? is_range(term->op) : term->op == EXPR_EQ))
            return (int)i;
    }
    return -1;
}

static bool wrong_type(struct planner *p, const struct client_key *key)
{
    for (uint32_t i = 0; i < p->line->term_count; i++)
        if (usable(p, i, key->name) && p->line->terms[i].low.type != key->type)
            return !refuse(p, "%.*s is of type %s", STR_ARG(key->name), value_type_name(key->type));
    return false;
}

/* customerId = C101: the quotes were forgotten, more often than two attributes are compared. */
static bool is_compared(struct planner *p, const struct client_key *key)
{
    for (uint32_t i = 0; i < p->line->term_count; i++) {
        const struct query_term *term = &p->line->terms[i];
        const struct str *uses = &p->line->uses[term->use_at];
        if (term->use_count == 2 && !term->name.len && str_equal(uses[0], key->name) &&
            str_find(term->expression, STR(" = #")) != SIZE_MAX)
            return !refuse(
                p, "%.*s is an attribute here: a text stands in quotes", STR_ARG(uses[1]));
    }
    return false;
}

static void take(struct planner *p, int term, int weight)
{
    p->place->keys |= UINT64_C(1) << term;
    p->place->weight += weight;
}

static bool take_partition(struct planner *p)
{
    for (uint32_t i = 0; i < p->hash_count; i++) {
        int term = find_term(p, &p->keys[i], false);
        if (term < 0 && (wrong_type(p, &p->keys[i]) || is_compared(p, &p->keys[i])))
            return false;
        if (term < 0)
            return refuse(p, "no %.*s = …", STR_ARG(p->keys[i].name));
        take(p, term, 1000);
    }
    return true;
}

/* The other side of a one-sided range that includes its bound: the two make one BETWEEN. */
static int find_other_side(const struct planner *p, const struct client_key *key, int one)
{
    enum expr_operator op = p->line->terms[one].op;
    enum expr_operator other = op == EXPR_GE ? EXPR_LE : op == EXPR_LE ? EXPR_GE : EXPR_EQ;
    for (uint32_t i = 0; other != EXPR_EQ && i < p->line->term_count; i++)
        if (usable(p, i, key->name) && p->line->terms[i].op == other &&
            fits(&p->line->terms[i], key))
            return (int)i;
    return -1;
}

static void take_sort(struct planner *p)
{
    for (uint32_t i = p->hash_count; i < p->key_count; i++) {
        int term = find_term(p, &p->keys[i], false);
        if (term >= 0) {
            take(p, term, 300);
            continue;
        }
        if ((term = find_term(p, &p->keys[i], true)) >= 0) {
            take(p, term, 100);
            int other = find_other_side(p, &p->keys[i], term);
            if (other >= 0)
                take(p, other, 50);
        }
        return;
    }
}

/* ---- what is left over ---- */

/* The key attribute that a term asks for, by any path; NULL = none. */
static const struct client_key *key_in(const struct planner *p, const struct query_term *term)
{
    for (uint32_t i = 0; i < term->use_count; i++)
        for (uint32_t k = 0; k < p->key_count; k++)
            if (str_equal(p->line->uses[term->use_at + i], p->keys[k].name))
                return &p->keys[k];
    return NULL;
}

static bool filters_keys(struct planner *p)
{
    for (uint32_t i = 0; i < p->line->term_count; i++) {
        const struct client_key *key =
            p->place->keys >> i & 1 ? NULL : key_in(p, &p->line->terms[i]);
        if (key)
            return !refuse(p, "a Query takes no filter on its own key %.*s", STR_ARG(key->name));
    }
    return false;
}

static bool lacks(struct planner *p, struct str name)
{
    return refuse(
        p, "has no %.*s (it projects %.*s)", STR_ARG(name), STR_ARG(p->place->index->projection));
}

/* A filter sees what the entries have; what is to be shown a local index fetches from the table. */
static bool has_all(struct planner *p)
{
    const struct query_line *line = p->line;
    for (uint32_t i = 0; i < line->term_count; i++)
        for (uint32_t u = 0; u < line->terms[i].use_count; u++)
            if (!projects(p, line->uses[line->terms[i].use_at + u]))
                return lacks(p, line->uses[line->terms[i].use_at + u]);
    for (uint32_t i = 0; i < line->show_count; i++)
        if (!projects(p, line->show[i]) && p->place->index->global)
            return lacks(p, line->show[i]);
    return true;
}

static bool is_ready(struct planner *p)
{
    const struct client_index *index = p->place->index;
    if (index && index->status.len && !str_equal(index->status, STR("ACTIVE")))
        return refuse(p, "is %.*s", STR_ARG(index->status));
    if (index && index->global && p->line->consistent)
        return refuse(p, "a global index has no consistent reads");
    return true;
}

/* Among equals the table comes first, then an index that has all attributes. */
static int standing(const struct client_index *index)
{
    if (!index)
        return 3;
    return str_equal(index->projection, STR("ALL")) ? 2 : index->global ? 0 : 1;
}

static void weigh(struct planner *p)
{
    p->place->serves = is_ready(p) && take_partition(p);
    if (!p->place->serves)
        return;
    take_sort(p);
    p->place->serves = !filters_keys(p) && has_all(p);
    p->place->weight += standing(p->place->index);
}

static void set_place(struct planner *p, const struct client_index *index)
{
    p->place->index = index;
    p->keys = index ? index->keys : p->table->keys;
    p->hash_count = index ? index->hash_count : 1;
    p->key_count = index ? index->hash_count + index->range_count : p->table->key_count;
}

/* ---- the choice ---- */

static bool asked_for(const struct query_line *line, const struct client_index *index)
{
    return line->index.len == 0 || (index && str_equal(index->name, line->index)) ||
           (!index && str_equal(line->index, STR("table")));
}

static const struct query_place *heaviest(const struct query_line *line, struct query_plan *plan)
{
    struct query_place *best = NULL;
    for (uint32_t i = 0; i < plan->place_count; i++) {
        struct query_place *place = &plan->places[i];
        if (place->serves && asked_for(line, place->index) &&
            (!best || place->weight > best->weight))
            best = place;
    }
    return best;
}

static bool find_index(const struct planner *p, const struct client_index **out, struct err *err)
{
    const struct query_line *line = p->line;
    *out = NULL;
    if (line->index.len == 0 || str_equal(line->index, STR("table")))
        return true;
    for (uint32_t i = 0; i < p->table->index_count; i++)
        if (str_equal(p->table->indexes[i].name, line->index))
            *out = &p->table->indexes[i];
    if (*out)
        return true;
    err_set(err, ERR_DATA, "%.*s has no index %.*s", STR_ARG(p->table->name), STR_ARG(line->index));
    return err_place(err, line->index_span.at, line->index_span.len);
}

/* Segments are a Scan's; more than are read side by side would be no faster. */
static bool check_segments(const struct query_line *line, bool query, struct err *err)
{
    enum { SEGMENTS_MOST = 64 };
    struct query_span span = line->clauses[QUERY_SEGMENTS];
    if (!line->segments || (!query && line->segments <= SEGMENTS_MOST))
        return true;
    if (query)
        err_set(err, ERR_DATA, "a Query has no segments: they are parts of a Scan");
    else
        err_set(err, ERR_DATA, "at most %d segments are read at once", SEGMENTS_MOST);
    return err_place(err, span.at, span.len);
}

/* ---- the expressions ---- */

static void join(struct buf *out, struct str expression)
{
    if (out->len)
        buf_add(out, STR(" AND "));
    buf_add(out, expression);
}

/* :v1 of "#n0 >= :v1": the last word of a comparison's expression. */
static struct str bound_of(struct str expression)
{
    size_t at = expression.len;
    while (at && expression.at[at - 1] != ' ')
        at--;
    return str_skip(expression, at);
}

static void join_between(struct buf *out, const struct query_term *a, const struct query_term *b)
{
    const struct query_term *low = a->op == EXPR_GE ? a : b, *high = low == a ? b : a;
    struct str name;
    struct str rest = low->expression;
    str_cut(&rest, ' ', &name);
    if (out->len)
        buf_add(out, STR(" AND "));
    buf_printf(out, "%.*s BETWEEN %.*s AND %.*s", STR_ARG(name), STR_ARG(bound_of(low->expression)),
        STR_ARG(bound_of(high->expression)));
}

/* The key term before `i` on the same attribute, that `i` makes a BETWEEN with; -1 = none. */
static int twin_of(const struct query_line *line, uint64_t keys, uint32_t i, bool after)
{
    for (uint32_t j = after ? i + 1 : 0; j < (after ? line->term_count : i); j++)
        if (keys >> j & 1 && str_equal(line->terms[j].name, line->terms[i].name))
            return (int)j;
    return -1;
}

static void write_expressions(struct planner *p, struct query_plan *plan)
{
    struct buf keys = {0}, filter = {0};
    const struct query_line *line = p->line;
    for (uint32_t i = 0; i < line->term_count; i++) {
        if (!(plan->keys >> i & 1)) {
            join(&filter, line->terms[i].expression);
        } else if (twin_of(line, plan->keys, i, false) < 0) {
            int twin = twin_of(line, plan->keys, i, true);
            if (twin < 0)
                join(&keys, line->terms[i].expression);
            else
                join_between(&keys, &line->terms[i], &line->terms[twin]);
        }
    }
    plan->key_condition = arena_dup(p->arena, buf_str(&keys));
    plan->filter = arena_dup(p->arena, buf_str(&filter));
    buf_fini(&keys);
    buf_fini(&filter);
}

static bool names_one_item(const struct planner *p, const struct query_plan *plan)
{
    uint32_t equal = 0;
    for (uint32_t i = 0; i < p->line->term_count; i++)
        equal += plan->keys >> i & 1 && p->line->terms[i].op == EXPR_EQ;
    return plan->query && !plan->index && equal == p->table->key_count;
}

static void say_why_not(struct planner *p, struct query_plan *plan, const struct query_place *best)
{
    for (uint32_t i = 0; best && i < plan->place_count; i++) {
        p->place = &plan->places[i];
        if (p->place != best && p->place->serves)
            refuse(p, "would serve; %.*s takes more of the condition or has more to show",
                STR_ARG(place_name(best)));
    }
}

bool query_plan(struct arena *arena, const struct client_table *table,
    const struct query_line *line, struct query_plan *out, struct err *err)
{
    struct planner p = {.arena = arena, .table = table, .line = line};
    *out = (struct query_plan){0};
    if (!find_index(&p, &out->index, err))
        return false;
    for (uint32_t i = 0; i <= table->index_count && out->place_count < QUERY_PLACES_MAX; i++) {
        p.place = &out->places[out->place_count++];
        set_place(&p, i ? &table->indexes[i - 1] : NULL);
        weigh(&p);
    }
    const struct query_place *best = heaviest(line, out);
    out->query = best != NULL;
    if (!check_segments(line, out->query, err))
        return false;
    if (best) {
        out->index = best->index;
        out->keys = best->keys;
    }
    out->whole_key = names_one_item(&p, out);
    write_expressions(&p, out);
    say_why_not(&p, out, best);
    return true;
}

/* ---- cost ---- */

enum { UNIT_BYTES = 4096 };

struct query_cost query_plan_cost(const struct client_table *table, const struct query_line *line,
    const struct query_plan *plan, int64_t items)
{
    int64_t all = plan->index ? plan->index->items : table->items;
    int64_t bytes = plan->index ? plan->index->bytes : table->bytes;
    struct query_cost cost = {.known = !plan->query || plan->whole_key || items >= 0, .items = all};
    if (plan->whole_key)
        cost.items = 1;
    else if (plan->query && items >= 0)
        cost.items = items < all || all == 0 ? items : all; /* counts may be hours old */
    if (cost.items < 1)
        cost.items = all > 0;
    double read = all > 0 ? (double)bytes / (double)all * (double)cost.items : 0;
    cost.units = (int64_t)((read + UNIT_BYTES - 1) / UNIT_BYTES) * (line->consistent ? 1000 : 500);
    return cost;
}
