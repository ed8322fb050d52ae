/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_EXPR_NAIVE_H
#define TESTS_UNIT_EXPR_NAIVE_H

#include "expr_test.h"

/*
 * Items as a person would think of them: trees of plain structs with small whole numbers, made at
 * random. What naive.h knows of the code under test is the names of types and nothing else.
 */
enum { NAIVE_MAX = 6 };

struct naive {
    enum value_type type;
    int64_t number;
    const char *text;
    unsigned count;
    const char *names[NAIVE_MAX * 4];
    struct naive *members[NAIVE_MAX * 4]; /* of L, M and sets */
};

struct naive_step {
    const char *name; /* NULL: an index */
    int64_t index;
};

struct naive_path {
    unsigned count;
    struct naive_step steps[4];
};

struct chance {
    uint64_t state;
};

static inline unsigned chance_below(struct chance *c, unsigned limit)
{
    c->state ^= c->state << 13;
    c->state ^= c->state >> 7;
    c->state ^= c->state << 17;
    return (unsigned)((c->state * 0x2545F4914F6CDD1DULL >> 33) % limit);
}

static const char *const naive_texts[] = {"", "a", "ab", "abc", "b", "bc", "é", "𝄞"};
static const char *const naive_names[] = {"a", "b", "c", "ab", "d"};

static inline const char *chance_name(struct chance *c)
{
    return naive_names[chance_below(c, sizeof naive_names / sizeof *naive_names)];
}

static inline struct naive *naive_new(struct arena *arena, enum value_type type)
{
    struct naive *n = arena_new(arena, struct naive);
    n->type = type;
    return n;
}

static inline bool naive_equal(const struct naive *a, const struct naive *b);

static inline bool naive_has(const struct naive *set, const struct naive *member)
{
    for (unsigned i = 0; i < set->count; i++)
        if (naive_equal(set->members[i], member))
            return true;
    return false;
}

static inline struct naive *naive_member(const struct naive *map, const char *name)
{
    for (unsigned i = 0; i < map->count; i++)
        if (map->type == VALUE_M && strcmp(map->names[i], name) == 0)
            return map->members[i];
    return NULL;
}

static inline void naive_add(struct naive *container, const char *name, struct naive *member)
{
    assert_true(container->count < NAIVE_MAX * 4);
    container->names[container->count] = name;
    container->members[container->count++] = member;
}

static inline bool naive_equal(const struct naive *a, const struct naive *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    if (a->type == VALUE_N)
        return a->number == b->number;
    if (a->type == VALUE_S || a->type == VALUE_B)
        return strcmp(a->text, b->text) == 0;
    for (unsigned i = 0; i < a->count; i++) {
        const struct naive *other =
            a->type == VALUE_M ? naive_member(b, a->names[i]) : b->members[i];
        if (value_is_set(a->type) ? !naive_has(b, a->members[i])
                                  : !other || !naive_equal(a->members[i], other))
            return false;
    }
    return true;
}

static inline struct naive *naive_scalar(
    struct arena *arena, struct chance *c, enum value_type type)
{
    struct naive *n = naive_new(arena, type);
    n->number = (int64_t)chance_below(c, 9) - 3;
    n->text = naive_texts[chance_below(c, sizeof naive_texts / sizeof *naive_texts)];
    return n;
}

static inline struct naive *naive_random_set(struct arena *arena, struct chance *c)
{
    enum value_type type = (enum value_type)(VALUE_SS + chance_below(c, 3));
    struct naive *set = naive_new(arena, type);
    for (unsigned i = 1 + chance_below(c, 3); i > 0; i--) {
        struct naive *member = naive_scalar(arena, c, value_member_type(type));
        if (!naive_has(set, member))
            naive_add(set, NULL, member);
    }
    return set;
}

static inline struct naive *naive_random(struct arena *arena, struct chance *c, unsigned depth)
{
    static const enum value_type types[] = {VALUE_N, VALUE_N, VALUE_N, VALUE_S, VALUE_S, VALUE_B,
        VALUE_TRUE, VALUE_FALSE, VALUE_NULL, VALUE_SS, VALUE_L, VALUE_L, VALUE_M, VALUE_M};
    enum value_type type = types[chance_below(c, depth ? 14 : 10)];
    if (type == VALUE_SS)
        return naive_random_set(arena, c);
    if (type != VALUE_L && type != VALUE_M)
        return naive_scalar(arena, c, type);
    struct naive *n = naive_new(arena, type);
    for (unsigned i = chance_below(c, NAIVE_MAX - 1); i > 0; i--) {
        const char *name = chance_name(c);
        if (type == VALUE_L || !naive_member(n, name))
            naive_add(n, name, naive_random(arena, c, depth - 1));
    }
    return n;
}

static inline struct naive *naive_random_item(struct arena *arena, struct chance *c)
{
    struct naive *item = naive_new(arena, VALUE_M);
    for (size_t i = 0; i < sizeof naive_names / sizeof *naive_names; i++)
        if (chance_below(c, 5))
            naive_add(item, naive_names[i], naive_random(arena, c, 3));
    return item;
}

static inline struct naive *naive_find(const struct naive *item, const struct naive_path *path)
{
    const struct naive *n = item;
    for (unsigned i = 0; i < path->count && n; i++) {
        const struct naive_step *step = &path->steps[i];
        if (step->name)
            n = n->type == VALUE_M ? naive_member(n, step->name) : NULL;
        else
            n = n->type == VALUE_L && step->index < n->count ? n->members[step->index] : NULL;
    }
    return (struct naive *)n;
}

/* Half of the time along what is there, else anywhere. */
static inline struct naive_path naive_random_path(struct chance *c, const struct naive *item)
{
    struct naive_path path = {0};
    const struct naive *n = item;
    do {
        struct naive_step *step = &path.steps[path.count++];
        bool list =
            path.count > 1 && (n && chance_below(c, 8) ? n->type == VALUE_L : chance_below(c, 2));
        if (list) {
            step->index = chance_below(c, 5);
        } else if (n && n->type == VALUE_M && n->count && chance_below(c, 8)) {
            step->name = n->names[chance_below(c, n->count)];
        } else {
            step->name = chance_name(c);
        }
        n = naive_find(item, &path);
    } while (path.count < 4 && (n && n->count ? chance_below(c, 4) : !chance_below(c, 6)));
    return path;
}

/* ---- as text ---- */

static inline void naive_put_base64(struct buf *out, const char *text)
{
    json_out_base64(out, str_from(text));
}

static inline void naive_json(struct buf *out, const struct naive *n);

static inline void naive_json_members(struct buf *out, const struct naive *n)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct naive *m = n->members[i];
        buf_add(out, i ? STR(",") : STR_NONE);
        if (n->type == VALUE_M)
            buf_printf(out, "\"%s\":", n->names[i]);
        if (!value_is_set(n->type)) {
            naive_json(out, m);
            continue;
        }
        buf_add_byte(out, '"');
        if (m->type == VALUE_N)
            buf_printf(out, "%lld", (long long)m->number);
        else if (m->type == VALUE_S)
            buf_add(out, str_from(m->text));
        else
            naive_put_base64(out, m->text);
        buf_add_byte(out, '"');
    }
}

static inline void naive_json(struct buf *out, const struct naive *n)
{
    buf_printf(out, "{\"%s\":", value_type_name(n->type));
    switch (n->type) {
    case VALUE_N:
        buf_printf(out, "\"%lld\"", (long long)n->number);
        break;
    case VALUE_S:
        buf_printf(out, "\"%s\"", n->text);
        break;
    case VALUE_B:
        buf_add_byte(out, '"');
        naive_put_base64(out, n->text);
        buf_add_byte(out, '"');
        break;
    case VALUE_M:
        buf_add_byte(out, '{');
        naive_json_members(out, n);
        buf_add_byte(out, '}');
        break;
    case VALUE_TRUE:
    case VALUE_NULL:
        buf_add(out, STR("true"));
        break;
    case VALUE_FALSE:
        buf_add(out, STR("false"));
        break;
    default:
        buf_add_byte(out, '[');
        naive_json_members(out, n);
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

/* The canonical bytes of an item. */
static inline void naive_encode(struct arena *arena, const struct naive *item, struct buf *out)
{
    struct buf json = {0};
    struct err err = ERR_INIT;
    naive_json(&json, item);
    const struct json *tree = json_parse(arena, arena_dup(arena, buf_str(&json)), &err);
    if (!tree || !json_in_typed(out, tree, &err))
        fail_msg("%s in %s", err.text, buf_cstr(&json));
    buf_fini(&json);
}

/* ---- expressions as text, with the placeholders that they need ---- */

struct naive_text {
    struct arena *arena;
    struct chance *chance;
    struct buf text, values;
    unsigned count;
};

static inline void naive_put_value(struct naive_text *t, const struct naive *value)
{
    buf_printf(&t->text, ":v%u", t->count);
    buf_printf(&t->values, "%s\":v%u\":", t->count ? "," : "{", t->count);
    naive_json(&t->values, value);
    t->count++;
}

/* Names plain or as #name: naive_names_json() defines them all. */
static inline void naive_put_path(struct naive_text *t, const struct naive_path *path)
{
    for (unsigned i = 0; i < path->count; i++) {
        const struct naive_step *step = &path->steps[i];
        if (!step->name)
            buf_printf(&t->text, "[%lld]", (long long)step->index);
        else
            buf_printf(&t->text, "%s%s%s", i ? "." : "", chance_below(t->chance, 3) ? "" : "#",
                step->name);
    }
}

static const char naive_names_json[] =
    "{\"#a\":\"a\",\"#b\":\"b\",\"#c\":\"c\",\"#ab\":\"ab\",\"#d\":\"d\"}";

#endif
