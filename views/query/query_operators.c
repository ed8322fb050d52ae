/* SPDX-License-Identifier: MIT */
/*
 * Operators by what they are used on. A condition is rewritten as a whole: some operators are
 * functions, one has two values, one a list of them, two have none.
 */
#include "views/query/query_operators.h"

#include "views/query/query_lex.h"

enum fit {
    FIT_PARTITION = 1,
    FIT_SORT = 2,
    FIT_SCALAR = 4, /* S, N, B */
    FIT_TEXT = 8,   /* S, B */
    FIT_MANY = 16,  /* sets, lists, maps */
    FIT_OTHER = 32, /* BOOL, NULL */
};

static const struct {
    const char *word;
    int fits;
} rows[] = {
    {"=", FIT_PARTITION | FIT_SORT | FIT_SCALAR | FIT_MANY | FIT_OTHER},
    {"<>", FIT_SCALAR | FIT_MANY | FIT_OTHER},
    {"<", FIT_SORT | FIT_SCALAR},
    {"<=", FIT_SORT | FIT_SCALAR},
    {">", FIT_SORT | FIT_SCALAR},
    {">=", FIT_SORT | FIT_SCALAR},
    {"between", FIT_SORT | FIT_SCALAR},
    {"begins_with", FIT_TEXT},
    {"in", FIT_SCALAR},
    {"contains", FIT_TEXT | FIT_MANY},
    {"size", FIT_TEXT | FIT_MANY},
    {"attribute_exists", FIT_SCALAR | FIT_MANY | FIT_OTHER},
    {"attribute_not_exists", FIT_SCALAR | FIT_MANY | FIT_OTHER},
    {"attribute_type", FIT_SCALAR | FIT_MANY | FIT_OTHER},
};
_Static_assert(sizeof rows / sizeof *rows <= QUERY_OPERATORS_MAX, "all fit");

static const struct client_key *key_named(
    const struct query_form *form, struct str name, bool *sort)
{
    const struct client_index *index = form->plan.index;
    const struct client_key *keys = index ? index->keys : form->table->keys;
    uint32_t hashes = index ? index->hash_count : 1;
    uint32_t count = index ? hashes + index->range_count : form->table->key_count;
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(keys[i].name, name)) {
            *sort = i >= hashes;
            return &keys[i];
        }
    return NULL;
}

struct query_operand query_operand_of(
    const struct query_form *form, uint32_t i, enum value_type seen)
{
    const struct query_node *node = &form->line.nodes[i];
    const struct query_term *term = &form->line.terms[node->term];
    struct query_operand operand = {.type = query_form_key_type(form, term->name)};
    bool sort = false, used = form->planned && form->plan.query && term->name.len &&
                              form->plan.keys >> node->term & 1;
    if (used && key_named(form, term->name, &sort)) {
        operand.sort = sort;
        operand.partition = !sort;
    }
    if (operand.type == VALUE_NONE)
        operand.type = seen;
    return operand;
}

static int fits_of(struct query_operand operand)
{
    bool text = operand.type == VALUE_S || operand.type == VALUE_B;
    if (operand.partition)
        return FIT_PARTITION;
    if (operand.sort)
        return FIT_SORT;
    if (text)
        return FIT_SCALAR | FIT_TEXT;
    if (operand.type == VALUE_N)
        return FIT_SCALAR;
    if (operand.type == VALUE_NULL || value_is_bool(operand.type))
        return FIT_OTHER;
    return operand.type == VALUE_NONE ? FIT_SCALAR | FIT_TEXT | FIT_MANY : FIT_MANY;
}

size_t query_operators(struct query_operand operand, const char *out[QUERY_OPERATORS_MAX])
{
    int fits = fits_of(operand);
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool begins = operand.sort && operand.type != VALUE_N && rows[i].fits & FIT_TEXT &&
                      strcmp(rows[i].word, "begins_with") == 0;
        if (rows[i].fits & fits || begins)
            out[count++] = rows[i].word;
    }
    return count;
}

struct str query_operators_now(const struct query_form *form, uint32_t i)
{
    const struct query_node *node = &form->line.nodes[i];
    return node->sized ? STR("size") : query_form_part(form, node->op);
}

/* The words of a condition with one value: "a = 1", "contains(a, 1)". */
static void put_valued(const char *op, struct str name, struct str value, struct buf *out)
{
    if (strcmp(op, "between") == 0)
        buf_printf(
            out, "%.*s between %.*s and %.*s", STR_ARG(name), STR_ARG(value), STR_ARG(value));
    else if (strcmp(op, "in") == 0)
        buf_printf(out, "%.*s in (%.*s)", STR_ARG(name), STR_ARG(value));
    else if (op[0] >= 'a' && op[0] <= 'z')
        buf_printf(out, "%s(%.*s, %.*s)", op, STR_ARG(name), STR_ARG(value));
    else
        buf_printf(out, "%.*s %s %.*s", STR_ARG(name), op, STR_ARG(value));
}

static void put_condition(const char *op, struct str name, struct str value, struct buf *out)
{
    if (strstr(op, "exists"))
        buf_printf(out, "%s(%.*s)", op, STR_ARG(name));
    else if (strcmp(op, "size") == 0)
        buf_printf(out, "size(%.*s) >= 1", STR_ARG(name));
    else if (strcmp(op, "attribute_type") == 0)
        buf_printf(out, "attribute_type(%.*s, \"S\")", STR_ARG(name));
    else
        put_valued(op, name, value, out);
}

/* The first of a list's values. */
static struct str first_of(struct arena *arena, struct str list)
{
    struct query_token *tokens = arena_array(arena, struct query_token, QUERY_TOKENS_MAX);
    struct str probe = arena_printf(arena, "= %.*s", STR_ARG(list));
    struct err err = ERR_INIT;
    size_t count;
    query_lex(arena, probe, tokens, &count, &err);
    return count > 1 ? tokens[1].name : STR("\"\"");
}

/* Where the condition begins, behind a "not". */
static uint32_t begin_of(const struct query_form *form, const struct query_node *node)
{
    uint32_t at = node->negation.len ? node->negation.at + node->negation.len : node->span.at;
    while (at < form->text.len && form->text.at[at] == ' ')
        at++;
    return at;
}

void query_operators_put(
    const struct query_form *form, uint32_t i, const char *op, struct str value, struct buf *out)
{
    const struct query_node *node = &form->line.nodes[i];
    struct arena arena = {0};
    struct str all = buf_str(&form->text), now = query_operators_now(form, i);
    struct str low = query_form_part(form, node->low);
    bool about_value = low.len && !node->sized && !str_equal(now, STR("attribute_type"));
    if (about_value)
        value = node->list && strcmp(op, "in") != 0 ? first_of(&arena, low) : low;
    buf_add(out, str_take(all, begin_of(form, node)));
    put_condition(op, query_form_part(form, node->name), value.len ? value : STR("\"\""), out);
    buf_add(out, str_skip(all, node->span.at + node->span.len));
    arena_fini(&arena);
}
