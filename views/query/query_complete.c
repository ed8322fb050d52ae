/* SPDX-License-Identifier: MIT */
/*
 * Where in a query's line the cursor is, by the words before it, and what goes there. Works on
 * lines that are not finished: it reads words, not the grammar. Must not read anything but what it
 * is given.
 *
 *   start ──name──▶ operand ──operator──▶ value ──literal──▶ done ──and, or──▶ start
 *     ▲                │ function "("                          │
 *     ╰────────────────╯                                       ╰──clause──▶ index, paths, number
 */
#include "views/query/query_complete.h"

#include "views/query/query_lex.h"
#include "views/query/query_operators.h"

enum spot {
    SPOT_START,
    SPOT_OPERATOR,
    SPOT_VALUE,
    SPOT_TYPE,
    SPOT_NEXT,
    SPOT_INDEX,
    SPOT_SHOW,
    SPOT_NOTHING
};

struct complete {
    const struct query_complete_from *from;
    struct query_candidates *out;
    struct str prefix;
    const struct query_token *tokens; /* before the prefix */
    size_t count;
    size_t path, path_len; /* of the attribute that is asked for: tokens */
    bool members;          /* values of sets and lists: contains() */
};

void query_complete_fini(struct query_candidates *candidates)
{
    arena_fini(&candidates->arena);
}

/* ---- candidates ---- */

/* PEN finds "PENDING" as well, tw `two words`. */
static bool begins(struct str text, struct str prefix)
{
    bool quoted = text.len && (text.at[0] == '"' || text.at[0] == '`');
    if (prefix.len && quoted && prefix.at[0] != text.at[0])
        text = str_skip(text, 1);
    return prefix.len <= text.len && str_equal_nocase(str_take(text, prefix.len), prefix);
}

static void add(struct complete *c, struct str text, uint32_t rows)
{
    struct query_candidates *out = c->out;
    if (!text.len || out->count == QUERY_CANDIDATES_MAX || !begins(text, c->prefix))
        return;
    for (size_t i = 0; i < out->count; i++)
        if (str_equal(out->list[i].text, text))
            return;
    out->list[out->count++] = (struct query_candidate){arena_dup(&out->arena, text), rows};
}

static void add_words(struct complete *c, const char *const *words)
{
    for (; *words; words++)
        add(c, str_from(*words), 0);
}

static void add_name(struct complete *c, struct str name)
{
    struct buf quoted = {0};
    if (begins(name, c->prefix) || (c->prefix.len && c->prefix.at[0] == '`'))
        query_form_name(&quoted, name);
    add(c, buf_str(&quoted), 0);
    buf_fini(&quoted);
}

static void add_attributes(struct complete *c)
{
    enum { PATHS = 200 };
    struct str name;
    for (int i = 0; (name = c->from->column(c->from->data, i)).len; i++)
        add_name(c, name);
    struct str *paths = arena_array(&c->out->arena, struct str, PATHS);
    size_t count = query_seen_paths(&c->out->arena, c->from->rows, paths, PATHS);
    for (size_t i = 0; i < count; i++)
        add(c, paths[i], 0);
}

static void add_indexes(struct complete *c)
{
    add(c, STR("table"), 0);
    for (uint32_t i = 0; i < c->from->table->index_count; i++)
        add_name(c, c->from->table->indexes[i].name);
}

static size_t steps_of(const struct complete *c, struct query_step steps[QUERY_STEPS_MAX])
{
    size_t count = 0;
    return query_seen_steps(c->tokens + c->path, c->path_len, steps, &count) ? count : 0;
}

static void add_values(struct complete *c)
{
    struct query_step steps[QUERY_STEPS_MAX];
    struct query_seen_value values[QUERY_SEEN_MAX];
    size_t depth = steps_of(c, steps);
    size_t count =
        query_seen_values(&c->out->arena, c->from->rows, steps, depth, c->members, values);
    for (size_t i = 0; depth && i < count; i++)
        add(c, values[i].text, values[i].rows);
}

static void add_operators(struct complete *c)
{
    struct query_step steps[QUERY_STEPS_MAX];
    const char *words[QUERY_OPERATORS_MAX];
    size_t depth = steps_of(c, steps);
    struct query_form form = {.table = c->from->table};
    struct query_operand operand = {.type = VALUE_NONE};
    if (depth == 1)
        operand.type = query_form_key_type(&form, steps[0].name);
    if (operand.type == VALUE_NONE && depth)
        operand.type = query_seen_type(c->from->rows, steps, depth);
    size_t count = query_operators(operand, words);
    for (size_t i = 0; i < count; i++)
        if (words[i][0] < 'a' || strcmp(words[i], "between") == 0 || strcmp(words[i], "in") == 0)
            add(c, strcmp(words[i], "in") == 0 ? STR("in (") : str_from(words[i]), 0);
}

static void add_all(struct complete *c, enum spot spot)
{
    static const char *const functions[] = {"begins_with(", "contains(", "attribute_exists(",
        "attribute_not_exists(", "attribute_type(", "size(", "not", "(", NULL};
    static const char *const next[] = {
        "and", "or", "if", "show", "on", "limit", "descending", "consistent", "segments", NULL};
    static const char *const types[] = {"\"S\"", "\"N\"", "\"B\"", "\"BOOL\"", "\"NULL\"", "\"L\"",
        "\"M\"", "\"SS\"", "\"NS\"", "\"BS\"", NULL};
    switch (spot) {
    case SPOT_START:
        add_attributes(c);
        add_words(c, functions);
        break;
    case SPOT_OPERATOR:
        add_operators(c);
        break;
    case SPOT_VALUE:
        add_values(c);
        break;
    case SPOT_TYPE:
        add_words(c, types);
        break;
    case SPOT_INDEX:
        add_indexes(c);
        break;
    case SPOT_SHOW:
        add_attributes(c);
        break;
    case SPOT_NEXT:
        add_words(c, next);
        break;
    case SPOT_NOTHING:
        break;
    }
}

/* ---- where the cursor is ---- */

static bool is(const struct complete *c, size_t i, const char *word)
{
    const struct query_token *token = &c->tokens[i];
    return (token->kind == QUERY_WORD || token->kind == QUERY_NAME ||
               token->kind == QUERY_FUNCTION) &&
           token->len == token->name.len && str_equal_nocase(token->name, str_from(word));
}

static bool in_path(const struct query_token *token)
{
    return token->kind == QUERY_NAME || token->kind == QUERY_INDEX || token->kind == QUERY_DOT;
}

/* The path that ends before token `end`. */
static void take_path(struct complete *c, size_t end)
{
    size_t from = end;
    while (from > 0 && in_path(&c->tokens[from - 1]) &&
           (from == end || c->tokens[from].kind != QUERY_NAME ||
               c->tokens[from - 1].kind == QUERY_DOT))
        from--;
    c->path = from;
    c->path_len = end - from;
}

/* The bracket that is open at the end; SIZE_MAX = none. */
static size_t open_bracket(const struct complete *c)
{
    size_t depth = 0;
    for (size_t i = c->count; i-- > 0;) {
        if (c->tokens[i].kind == QUERY_CLOSE)
            depth++;
        else if (c->tokens[i].kind == QUERY_OPEN && depth-- == 0)
            return i;
    }
    return SIZE_MAX;
}

/* Behind "(" or a comma: of a function, of IN, of a group. */
static enum spot spot_in_brackets(struct complete *c)
{
    size_t open = open_bracket(c);
    if (open == SIZE_MAX || open == 0)
        return open == 0 ? SPOT_START : SPOT_SHOW;
    if (is(c, open - 1, "in")) {
        take_path(c, open - 1);
        return SPOT_VALUE;
    }
    bool function = c->tokens[open - 1].kind == QUERY_FUNCTION;
    if (!function || c->tokens[c->count - 1].kind == QUERY_OPEN)
        return function ? SPOT_SHOW : SPOT_START;
    take_path(c, c->count - 1);
    c->members = is(c, open - 1, "contains");
    return is(c, open - 1, "attribute_type") ? SPOT_TYPE : SPOT_VALUE;
}

/* The word before the last literal: BETWEEN's second value follows "and". */
static bool is_between(const struct complete *c)
{
    return c->count >= 4 && is(c, c->count - 1, "and") &&
           c->tokens[c->count - 2].kind == QUERY_LITERAL && is(c, c->count - 3, "between");
}

static bool begins_condition(const struct complete *c, size_t i)
{
    return i == 0 || c->tokens[i - 1].kind == QUERY_OPEN || is(c, i - 1, "and") ||
           is(c, i - 1, "or") || is(c, i - 1, "not") || is(c, i - 1, "if");
}

/* Behind a name or an element: of a condition that has begun, of "show", or of what is done. */
static enum spot spot_behind_path(struct complete *c)
{
    take_path(c, c->count);
    size_t from = c->path;
    if (is(c, c->count - 1, "show"))
        return SPOT_SHOW;
    if (is(c, c->count - 1, "on"))
        return SPOT_INDEX;
    if (is(c, c->count - 1, "limit") || is(c, c->count - 1, "segments"))
        return SPOT_NOTHING;
    if (is(c, c->count - 1, "if"))
        return SPOT_START;
    size_t open = open_bracket(c);
    bool function = open != SIZE_MAX && open && c->tokens[open - 1].kind == QUERY_FUNCTION;
    if (function)
        return SPOT_NOTHING;
    return begins_condition(c, from) ? SPOT_OPERATOR : SPOT_NEXT;
}

static enum spot spot_of(struct complete *c)
{
    const struct query_token *last = c->count ? &c->tokens[c->count - 1] : NULL;
    if (!last)
        return SPOT_START;
    switch (last->kind) {
    case QUERY_OPERATOR:
        take_path(c, c->count - 1);
        return SPOT_VALUE;
    case QUERY_WORD:
        if (is_between(c) || is(c, c->count - 1, "between"))
            take_path(c, c->count - (is_between(c) ? 3 : 1));
        return c->path_len ? SPOT_VALUE : is(c, c->count - 1, "in") ? SPOT_NOTHING : SPOT_START;
    case QUERY_OPEN:
    case QUERY_COMMA:
        return spot_in_brackets(c);
    case QUERY_NAME:
    case QUERY_INDEX:
        return spot_behind_path(c);
    case QUERY_CLOSE:
    case QUERY_LITERAL:
        return SPOT_NEXT;
    default:
        return SPOT_NOTHING;
    }
}

/* ---- the word that is being written ---- */

static bool touches(const struct query_token *token, size_t at)
{
    return token->at + token->len == at && token->kind != QUERY_OPEN &&
           token->kind != QUERY_CLOSE && token->kind != QUERY_COMMA &&
           token->kind != QUERY_OPERATOR;
}

/* Reads the words before the cursor; the last one, where the cursor touches it, is the prefix. */
static void read_words(struct complete *c, struct str front)
{
    struct arena *arena = &c->out->arena;
    struct query_token *tokens = arena_array(arena, struct query_token, QUERY_TOKENS_MAX);
    struct err err = ERR_INIT;
    size_t from = front.len;
    if (!query_lex(arena, front, tokens, &c->count, &err) && err.at != ERR_NOWHERE)
        from = err.at;
    c->tokens = tokens;
    if (from == front.len && c->count && touches(&tokens[c->count - 1], front.len)) {
        take_path(c, c->count);
        c->count -= c->path_len ? c->path_len : 1;
        from = tokens[c->count].at;
        c->path_len = 0;
    }
    tokens[c->count] = (struct query_token){.at = (uint32_t)from};
    c->out->from = from;
    c->prefix = str_skip(front, from);
}

static void start(struct query_candidates *out)
{
    arena_reset(&out->arena);
    out->count = 0;
    out->from = 0;
}

void query_complete(const struct query_complete_from *from, struct str line, size_t at,
    struct query_candidates *out)
{
    struct complete c = {.from = from, .out = out};
    start(out);
    out->from = at;
    if (line.len > QUERY_TEXT_MAX)
        return;
    read_words(&c, str_take(line, at));
    add_all(&c, spot_of(&c));
}

/* ---- fields ---- */

/* The words of the node's attribute, as if it had just been typed. */
static void read_name(
    struct complete *c, const struct query_form *form, const struct query_node *node)
{
    struct query_token *tokens = arena_array(&c->out->arena, struct query_token, QUERY_TOKENS_MAX);
    struct err err = ERR_INIT;
    struct str name = query_form_part(form, node->name);
    if (query_lex(&c->out->arena, name, tokens, &c->count, &err))
        c->path_len = c->count;
    c->tokens = tokens;
}

/* A value as the field shows it: a plain text has no quotes there. */
static void unquote(struct query_candidates *out)
{
    for (size_t i = 0; i < out->count; i++)
        out->list[i].text = query_form_shown(out->list[i].text);
}

static void complete_values(
    struct complete *c, const struct query_form *form, const struct query_field *field)
{
    const struct query_node *node = &form->line.nodes[field->node];
    struct str op = query_form_part(form, node->op);
    read_name(c, form, node);
    c->members = str_equal(op, STR("contains"));
    add_all(c, str_equal(op, STR("attribute_type")) ? SPOT_TYPE
               : node->sized                        ? SPOT_NOTHING
                                                    : SPOT_VALUE);
    unquote(c->out);
}

void query_complete_field(const struct query_complete_from *from, const struct query_form *form,
    const struct query_field *field, struct str text, size_t at, struct query_candidates *out)
{
    struct complete c = {.from = from, .out = out, .prefix = str_take(text, at)};
    bool list = field->kind == QUERY_FIELD_LIST || field->kind == QUERY_FIELD_SHOW;
    start(out);
    for (size_t i = at; list && i > 0 && !out->from; i--)
        if (text.at[i - 1] == ',')
            out->from = i;
    while (out->from && out->from < at && text.at[out->from] == ' ')
        out->from++;
    c.prefix = str_skip(c.prefix, out->from);
    switch (field->kind) {
    case QUERY_FIELD_VALUE:
    case QUERY_FIELD_UPPER:
    case QUERY_FIELD_LIST:
        complete_values(&c, form, field);
        break;
    case QUERY_FIELD_NAME:
    case QUERY_FIELD_SHOW:
        add_all(&c, SPOT_SHOW);
        break;
    case QUERY_FIELD_INDEX:
        add_all(&c, SPOT_INDEX);
        break;
    case QUERY_FIELD_TERM:
    case QUERY_FIELD_ADD:
        query_complete(from, text, at, out);
        break;
    default:
        break;
    }
}
