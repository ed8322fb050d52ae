/* SPDX-License-Identifier: MIT */
/*
 * A look at a sample of items, each value in place. Bounded in rows and in what it keeps, because
 * it is asked with each key that is typed. Must not read anything that is not loaded.
 */
#include "views/query/query_seen.h"

#include "views/item/literal.h"
#include "views/query/query_form.h"
#include "views/query/query_lex.h"

#include <stdlib.h>

/* The sample: the first rows, so that items of one partition stay together. */
static size_t sampled(const struct query_rows *rows)
{
    return rows->count < QUERY_SEEN_ROWS ? rows->count : QUERY_SEEN_ROWS;
}

/* ---- paths ---- */

/* path = name { "." name | "[" digits "]" } */
bool query_seen_steps(const struct query_token *tokens, size_t count,
    struct query_step steps[QUERY_STEPS_MAX], size_t *step_count)
{
    size_t n = 0;
    for (size_t i = 0; i < count && n < QUERY_STEPS_MAX; i++) {
        const struct query_token *token = &tokens[i];
        int64_t index = 0;
        bool dot = i > 0 && token->kind == QUERY_DOT && i + 1 < count;
        if (dot)
            token = &tokens[++i];
        if (token->kind == QUERY_NAME && (i == 0 || dot))
            steps[n++] = (struct query_step){.name = token->name};
        else if (i > 0 && token->kind == QUERY_INDEX &&
                 str_to_i64(str_take(str_skip(token->name, 1), token->name.len - 2), &index) &&
                 index <= UINT32_MAX)
            steps[n++] = (struct query_step){.index = (uint32_t)index};
        else
            return false;
    }
    *step_count = n;
    return n > 0;
}

bool query_seen_find(
    struct value item, const struct query_step *steps, size_t count, struct value *out)
{
    for (size_t i = 0; i < count; i++) {
        bool there = steps[i].name.len
                         ? item.type == VALUE_M && value_find(item, steps[i].name, out)
                         : item.type == VALUE_L && value_at(item, steps[i].index, out);
        if (!there)
            return false;
        item = *out;
    }
    return count > 0;
}

/* ---- values ---- */

enum { SLOTS = 1024, LITERAL_MAX = 200 };

struct tally {
    struct {
        struct value v;
        uint32_t rows;
    } slots[SLOTS];
    size_t used;
};

static uint32_t hash_of(struct str text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

/* Members of sets come without an encoding of their own: type and data tell them apart. */
static bool same(struct value a, struct value b)
{
    return a.type == b.type && str_equal(a.data, b.data) && str_equal(a.encoded, b.encoded);
}

static void count_value(struct tally *t, struct value v)
{
    struct str text = v.data.len ? v.data : v.encoded;
    if (text.len > LITERAL_MAX)
        return;
    uint32_t slot = hash_of(text) % SLOTS;
    while (t->slots[slot].rows && !same(t->slots[slot].v, v))
        slot = (slot + 1) % SLOTS;
    if (!t->slots[slot].rows) {
        if (t->used == SLOTS / 2)
            return;
        t->used++;
        t->slots[slot].v = v;
    }
    t->slots[slot].rows++;
}

static void count_members(struct tally *t, struct value container)
{
    struct value_walk walk = value_walk(container);
    struct str name;
    struct value member;
    while (value_next(&walk, &name, &member))
        count_value(t, member);
}

static int by_rows(const void *a, const void *b)
{
    const struct query_seen_value *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows < y->rows ? 1 : -1;
    return x->type == y->type ? str_compare(x->text, y->text) : (int)x->type - (int)y->type;
}

static struct str literal_of(struct arena *arena, struct value v)
{
    struct buf text = {0}, whole = {0};
    if (!v.encoded.len && v.type == VALUE_N) /* a member of a set */
        value_put_number(&whole, v.data);
    else if (!v.encoded.len && v.type == VALUE_S)
        value_put_string(&whole, v.data);
    else if (!v.encoded.len && v.type == VALUE_B)
        value_put_binary(&whole, v.data);
    literal_add(&text, whole.len ? value_of(buf_str(&whole)) : v);
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    buf_fini(&whole);
    return kept;
}

size_t query_seen_values(struct arena *arena, const struct query_rows *rows,
    const struct query_step *steps, size_t step_count, bool members, struct query_seen_value *out)
{
    struct tally *t = arena_new(arena, struct tally);
    struct value v;
    size_t count = 0;
    for (size_t i = 0; i < sampled(rows); i++) {
        if (!query_seen_find(rows->item(rows->data, i), steps, step_count, &v))
            continue;
        if (members && (v.type == VALUE_L || value_is_set(v.type)))
            count_members(t, v);
        else
            count_value(t, v);
    }
    struct query_seen_value *all = arena_array(arena, struct query_seen_value, t->used + 1);
    for (size_t i = 0; i < SLOTS; i++)
        if (t->slots[i].rows)
            all[count++] = (struct query_seen_value){
                literal_of(arena, t->slots[i].v), t->slots[i].v.type, t->slots[i].rows};
    qsort(all, count, sizeof *all, by_rows);
    count = count < QUERY_SEEN_MAX ? count : QUERY_SEEN_MAX;
    memcpy(out, all, count * sizeof *all);
    return count;
}

enum value_type query_seen_type(
    const struct query_rows *rows, const struct query_step *steps, size_t step_count)
{
    uint32_t counts[VALUE_BS + 1] = {0};
    enum value_type most = VALUE_NONE;
    struct value v;
    for (size_t i = 0; i < sampled(rows); i++)
        if (query_seen_find(rows->item(rows->data, i), steps, step_count, &v))
            counts[v.type == VALUE_FALSE ? VALUE_TRUE : v.type]++;
    for (int type = 1; type <= VALUE_BS; type++)
        if (counts[type] > counts[most])
            most = (enum value_type)type;
    return most;
}

/* ---- documents ---- */

enum { PATH_DEPTH = 5, PATH_MAX_BYTES = 256, PATH_ROWS = 200 };

struct paths {
    struct arena *arena;
    struct str *out;
    size_t count, room;
    struct buf path;
};

static void see_path(struct paths *p)
{
    struct str path = buf_str(&p->path);
    for (size_t i = 0; i < p->count; i++)
        if (str_equal(p->out[i], path))
            return;
    if (p->count < p->room && path.len <= PATH_MAX_BYTES)
        p->out[p->count++] = arena_dup(p->arena, path);
}

/* Depth is bounded by PATH_DEPTH; of a list its first element stands for all. */
static void see_members(struct paths *p, struct value v, int depth)
{
    struct value_walk walk = value_walk(v);
    struct str name;
    struct value member;
    size_t len = p->path.len;
    while (p->count < p->room && value_next(&walk, &name, &member)) {
        if (v.type == VALUE_L) {
            buf_add(&p->path, STR("[0]"));
        } else {
            buf_add(&p->path, depth ? STR(".") : STR_NONE);
            query_form_name(&p->path, name);
        }
        if (depth)
            see_path(p);
        if (depth + 1 < PATH_DEPTH && (member.type == VALUE_M || member.type == VALUE_L))
            see_members(p, member, depth + 1);
        p->path.len = len;
        if (v.type == VALUE_L)
            return;
    }
}

/* Only documents: a flat item costs a walk over its attributes. */
size_t query_seen_paths(
    struct arena *arena, const struct query_rows *rows, struct str *out, size_t room)
{
    struct paths p = {.arena = arena, .out = out, .room = room};
    for (size_t i = 0; i < rows->count && i < PATH_ROWS; i++) {
        struct value_walk walk = value_walk(rows->item(rows->data, i));
        struct str name;
        struct value v;
        while (value_next(&walk, &name, &v)) {
            if (v.type != VALUE_M && v.type != VALUE_L)
                continue;
            buf_clear(&p.path);
            query_form_name(&p.path, name);
            see_members(&p, v, 1);
        }
    }
    buf_fini(&p.path);
    return p.count;
}

/* ---- how much a key condition takes ---- */

static bool takes(const struct query_term *term, struct value v)
{
    if (v.type != term->low.type)
        return false;
    if (term->op == EXPR_BEGINS_WITH)
        return str_starts(v.data, term->low.data);
    int low = value_compare(v, term->low);
    switch (term->op) {
    case EXPR_LT:
        return low < 0;
    case EXPR_LE:
        return low <= 0;
    case EXPR_GT:
        return low > 0;
    case EXPR_GE:
        return low >= 0;
    case EXPR_BETWEEN:
        return low >= 0 && value_compare(v, term->high) <= 0;
    default:
        return low == 0;
    }
}

/* Whether the item is one that the key condition's equalities (or all of it) take. */
static bool matches(const struct query_line *line, const struct query_plan *plan, struct value item)
{
    struct value v;
    for (uint32_t i = 0; i < line->term_count; i++)
        if (plan->keys >> i & 1 &&
            (!value_find(item, line->terms[i].name, &v) || !takes(&line->terms[i], v)))
            return false;
    return true;
}

/* Items of a partition, on average: none of this one was seen. */
static int64_t mean_partition(const struct query_rows *rows, struct str key)
{
    enum { BITS = 1 << 14 };
    unsigned char seen[BITS / 8] = {0};
    int64_t partitions = 0, items = 0;
    struct value v;
    for (size_t i = 0; i < sampled(rows); i++) {
        if (!value_find(rows->item(rows->data, i), key, &v))
            continue;
        uint32_t bit = hash_of(v.encoded) % BITS;
        partitions += !(seen[bit / 8] >> bit % 8 & 1);
        seen[bit / 8] |= (unsigned char)(1 << bit % 8);
        items++;
    }
    return partitions ? (items + partitions - 1) / partitions : -1;
}

int64_t query_seen_estimate(const struct query_rows *rows, const struct client_table *table,
    const struct query_line *line, const struct query_plan *plan)
{
    int64_t taken = 0, looked = (int64_t)sampled(rows);
    if (!plan->query || !looked || (!rows->all && !rows->fair))
        return -1;
    for (size_t i = 0; i < (size_t)looked; i++)
        taken += matches(line, plan, rows->item(rows->data, i));
    bool everything = rows->all && rows->count == (size_t)looked;
    /* a Scan gives a partition's items together, an index's come from everywhere */
    double rest = plan->index && !everything ? (double)table->items / (double)looked : 1;
    if (taken == 0 && !everything) {
        struct str key = plan->index ? plan->index->keys[0].name : table->keys[0].name;
        taken = mean_partition(rows, key);
        rest = taken > 0 && plan->index ? rest : 1;
    }
    return taken < 0 ? -1 : (int64_t)((double)taken * (rest > 1 ? rest : 1) + 0.5);
}
