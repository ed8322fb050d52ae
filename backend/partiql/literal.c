/* SPDX-License-Identifier: MIT */
/*
 * Literals of a statement into encoded values: 'text', 1.5, TRUE, NULL, [1, 'a'], <<1, 2>>,
 * {'a': 1}. Refusals say where in the value it is: each attribute of an item has a root of its own.
 *
 *   {'m': {'x': 1e126}}   →   … under root.x
 */
#include "backend/partiql/make.h"

struct literal {
    struct partiql_maker *maker;
    struct buf out;
    struct buf path; /* "root.a[0]" */
};

static bool put(struct literal *l, const struct partiql_node *node, unsigned level);

bool partiql_literal_is(const struct partiql_node *node)
{
    switch (node->kind) {
    case PARTIQL_NODE_STRING:
    case PARTIQL_NODE_NUMBER:
    case PARTIQL_NODE_BOOL:
    case PARTIQL_NODE_NULL:
    case PARTIQL_NODE_ION:
    case PARTIQL_NODE_LIST:
    case PARTIQL_NODE_BAG:
    case PARTIQL_NODE_MAP:
        return true;
    default:
        return false;
    }
}

/* ---- scalars ---- */

/* As written, with its sign. */
static void put_digits(struct buf *out, const struct partiql_node *node)
{
    if (node->negated)
        buf_add_byte(out, '-');
    buf_add(out, node->text);
}

static bool parse_number(struct literal *l, const struct partiql_node *node, struct number *number)
{
    struct buf text = {0};
    put_digits(&text, node);
    bool ok = partiql_decimal(number, buf_str(&text), l->maker->err);
    buf_fini(&text);
    if (ok)
        return true;
    struct arena *arena = l->maker->arena;
    struct str why = arena_dup(arena, str_from(l->maker->err->text));
    return partiql_make_refuse(
        l->maker, node, "%.*s under %.*s", STR_ARG(why), STR_ARG(buf_str(&l->path)));
}

static bool put_number(struct literal *l, const struct partiql_node *node)
{
    struct number number;
    if (!parse_number(l, node, &number))
        return false;
    value_put_number(&l->out, number_str(&number));
    return true;
}

/* ---- collections ---- */

static size_t enter_index(struct literal *l, size_t index)
{
    size_t mark = l->path.len;
    buf_add_byte(&l->path, '[');
    buf_add_u64(&l->path, index);
    buf_add_byte(&l->path, ']');
    return mark;
}

static size_t enter_name(struct literal *l, struct str name)
{
    size_t mark = l->path.len;
    buf_add_byte(&l->path, '.');
    buf_add(&l->path, name);
    return mark;
}

static bool put_list(struct literal *l, const struct partiql_node *node, unsigned level)
{
    struct value_open list = value_open(&l->out, VALUE_L);
    size_t index = 0;
    for (const struct partiql_node *n = node->first; n; n = n->next) {
        size_t mark = enter_index(l, index++);
        value_member(&list, &l->out, STR_NONE);
        if (!put(l, n, level + 1))
            return false;
        l->path.len = mark;
    }
    return value_close(&list, &l->out, l->maker->err);
}

static bool refuse_key(struct literal *l, const struct partiql_node *key)
{
    return partiql_make_refuse(l->maker, key,
        "Tuple keys must be of type String. Actual type: %s under %.*s", partiql_make_kind(key),
        STR_ARG(buf_str(&l->path)));
}

/* The first key that was there before. */
static bool refuse_twice(struct literal *l, const struct partiql_node *map)
{
    for (const struct partiql_node *n = map->first; n; n = n->next->next)
        for (const struct partiql_node *k = map->first; k != n; k = k->next->next)
            if (str_equal(k->text, n->text))
                return partiql_make_refuse(l->maker, n,
                    "Duplicate keys in tuple. Key: %.*s under %.*s", STR_ARG(n->text),
                    STR_ARG(buf_str(&l->path)));
    return false;
}

typedef bool put_member(struct literal *l, const struct partiql_node *node, unsigned level);

static bool put_map(
    struct literal *l, const struct partiql_node *node, unsigned level, put_member *member)
{
    struct value_open map = value_open(&l->out, VALUE_M);
    for (const struct partiql_node *key = node->first; key; key = key->next->next) {
        if (key->kind != PARTIQL_NODE_STRING)
            return refuse_key(l, key);
        value_member(&map, &l->out, key->text);
        if (key->text.len == 0)
            return partiql_make_refuse(
                l->maker, key, "One or more parameter values were invalid: Empty attribute name");
        if (!member(l, key, level))
            return false;
    }
    return value_close(&map, &l->out, l->maker->err) || refuse_twice(l, node);
}

static bool put_inner(struct literal *l, const struct partiql_node *key, unsigned level)
{
    size_t mark = enter_name(l, key->text);
    bool ok = put(l, key->next, level + 1);
    l->path.len = mark;
    return ok;
}

/* ---- bags, which are sets ---- */

static bool refuse_duplicates(struct literal *l, const struct partiql_node *bag)
{
    struct buf members = {0};
    bool numbers = bag->first->kind == PARTIQL_NODE_NUMBER;
    for (const struct partiql_node *n = bag->first; n; n = n->next) {
        if (n != bag->first)
            buf_add(&members, STR(", "));
        if (numbers)
            put_digits(&members, n);
        else
            buf_add(&members, n->text);
    }
    partiql_make_refuse(l->maker, bag,
        "One or more parameter values were invalid: Input collection [%.*s] contains "
        "duplicates%s%.*s",
        STR_ARG(buf_str(&members)), numbers ? "! under " : ".", (int)(numbers ? l->path.len : 0),
        l->path.at);
    buf_fini(&members);
    return false;
}

static bool put_bag(struct literal *l, const struct partiql_node *bag)
{
    struct err ignored = ERR_INIT;
    if (bag->count == 0)
        return partiql_make_refuse(l->maker, bag, "Empty bags are not supported");
    bool numbers = bag->first->kind == PARTIQL_NODE_NUMBER;
    struct value_open set = value_open(&l->out, numbers ? VALUE_NS : VALUE_SS);
    for (const struct partiql_node *n = bag->first; n; n = n->next) {
        struct number number;
        if (n->kind != (numbers ? PARTIQL_NODE_NUMBER : PARTIQL_NODE_STRING))
            return partiql_make_refuse(l->maker, n,
                "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in "
                "bags");
        if (numbers && !parse_number(l, n, &number))
            return false;
        value_set_add(&set, &l->out, numbers ? number_str(&number) : n->text);
    }
    return value_close(&set, &l->out, &ignored) || refuse_duplicates(l, bag);
}

/* ---- values ---- */

static bool refuse_type(struct literal *l, const struct partiql_node *node)
{
    struct str call = node->kind == PARTIQL_NODE_CALL ? node->text : STR_NONE;
    if (node->kind == PARTIQL_NODE_ION)
        return partiql_make_refuse(l->maker, node,
            "Ion Literals are not supported: %.*s under key %.*s", STR_ARG(node->text),
            STR_ARG(buf_str(&l->path)));
    return partiql_make_refuse_at(l->maker, node, "Unsupported data type: %.*s under key %.*s",
        STR_ARG(call.len ? call : str_from(partiql_make_kind(node))), STR_ARG(buf_str(&l->path)));
}

/* A list or a map is a level of its own; where something is in it, that is refused. */
static bool is_too_deep(const struct partiql_node *node, unsigned level)
{
    bool empty =
        (node->kind == PARTIQL_NODE_LIST || node->kind == PARTIQL_NODE_MAP) && node->first == NULL;
    return level + empty >= VALUE_DEPTH_MAX;
}

static bool put(struct literal *l, const struct partiql_node *node, unsigned level)
{
    if (is_too_deep(node, level))
        return partiql_make_refuse(l->maker, node,
            "Nesting Levels have exceeded supported limits under %.*s", STR_ARG(buf_str(&l->path)));
    switch (node->kind) {
    case PARTIQL_NODE_STRING:
        value_put_string(&l->out, node->text);
        return true;
    case PARTIQL_NODE_NUMBER:
        return put_number(l, node);
    case PARTIQL_NODE_BOOL:
        value_put_bool(&l->out, node->word == WORD_TRUE);
        return true;
    case PARTIQL_NODE_NULL:
        value_put_null(&l->out);
        return true;
    case PARTIQL_NODE_LIST:
        return put_list(l, node, level);
    case PARTIQL_NODE_MAP:
        return put_map(l, node, level, put_inner);
    case PARTIQL_NODE_BAG:
        return put_bag(l, node);
    default:
        return refuse_type(l, node);
    }
}

static bool put_attribute(struct literal *l, const struct partiql_node *key, unsigned level)
{
    const struct partiql_node *node = key->next;
    if (node->kind != PARTIQL_NODE_PARAMETER)
        return put(l, node, level);
    value_put(&l->out, l->maker->parameters[node->ordinal]);
    return true;
}

static bool finish(struct literal *l, bool ok, struct value *out)
{
    if (ok)
        *out = value_of(arena_dup(l->maker->arena, buf_str(&l->out)));
    buf_fini(&l->out);
    buf_fini(&l->path);
    return ok;
}

bool partiql_literal(struct partiql_maker *m, const struct partiql_node *node, struct value *out)
{
    struct literal l = {.maker = m};
    buf_add(&l.path, STR("root"));
    return finish(&l, put(&l, node, 0), out);
}

bool partiql_literal_item(
    struct partiql_maker *m, const struct partiql_node *node, struct value *out)
{
    struct literal l = {.maker = m};
    buf_add(&l.path, STR("root"));
    return finish(&l, put_map(&l, node, 0, put_attribute), out);
}
