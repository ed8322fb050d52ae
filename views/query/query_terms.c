/* SPDX-License-Identifier: MIT */
/*
 * Words of a query line into the expressions of a request: names become #n0, #n1, …, values :v0,
 * :v1, …, the rest stays as it is. Checks nothing that the parser of expressions checks.
 */
#include "views/query/query_terms.h"

#include "backend/json.h"
#include "backend/json_out.h"
#include "views/item/literal.h"

#include <stdio.h>

void query_builder_init(
    struct query_builder *b, struct arena *arena, struct query_line *line, struct err *err)
{
    *b = (struct query_builder){.arena = arena, .line = line, .err = err};
    b->name_map = value_open(&b->name_bytes, VALUE_M);
    b->value_map = value_open(&b->value_bytes, VALUE_M);
}

void query_builder_fini(struct query_builder *b)
{
    buf_fini(&b->names);
    buf_fini(&b->values);
    buf_fini(&b->name_bytes);
    buf_fini(&b->value_bytes);
}

static struct value keep_map(struct query_builder *b, const struct buf *bytes)
{
    return value_of(arena_dup(b->arena, buf_str(bytes)));
}

static struct str keep_object(struct query_builder *b, struct buf *members)
{
    struct buf object = {0};
    buf_printf(&object, "{%.*s}", STR_ARG(buf_str(members)));
    struct str kept = arena_dup(b->arena, buf_str(&object));
    buf_fini(&object);
    return kept;
}

bool query_builder_end(struct query_builder *b)
{
    if (!value_close(&b->name_map, &b->name_bytes, b->err) ||
        !value_close(&b->value_map, &b->value_bytes, b->err))
        return false;
    if (b->name_count) {
        b->line->names = keep_map(b, &b->name_bytes);
        b->line->names_json = keep_object(b, &b->names);
    }
    if (b->value_count) {
        b->line->values = keep_map(b, &b->value_bytes);
        b->line->values_json = keep_object(b, &b->values);
    }
    return true;
}

/* ---- names ---- */

static bool complain_at(struct query_builder *b, const struct query_token *token, const char *what)
{
    err_set(b->err, ERR_DATA, "%s", what);
    return err_place(b->err, token->at, token->len);
}

/* One placeholder a name, however often it is used. */
static bool put_name(struct query_builder *b, const struct query_token *token, struct buf *out)
{
    size_t i = 0;
    while (i < b->name_count && !str_equal(b->known[i], token->name))
        i++;
    if (i == sizeof b->known / sizeof *b->known)
        return complain_at(b, token, "this query names too many attributes");
    char placeholder[16];
    snprintf(placeholder, sizeof placeholder, "#n%zu", i);
    buf_add(out, str_from(placeholder));
    if (i < b->name_count)
        return true;
    b->known[b->name_count++] = token->name;
    buf_printf(&b->names, "%s\"%s\":", i ? "," : "", placeholder);
    json_put_string(&b->names, token->name);
    value_member(&b->name_map, &b->name_bytes, str_from(placeholder));
    value_put_string(&b->name_bytes, token->name);
    return true;
}

/* ---- values ---- */

/* 'it''s' */
static void put_quoted(struct buf *out, struct str text)
{
    struct buf plain = {0};
    for (size_t i = 1; i + 1 < text.len; i++) {
        buf_add_byte(&plain, text.at[i]);
        i += text.at[i] == '\'';
    }
    value_put_string(out, buf_str(&plain));
    buf_fini(&plain);
}

bool query_read_literal(struct query_builder *b, const struct query_token *token, struct value *out)
{
    struct buf bytes = {0};
    bool good = true, number = strchr("0123456789+-.", token->name.at[0]) != NULL;
    if (token->name.at[0] == '\'')
        put_quoted(&bytes, token->name);
    else
        good = literal_parse(&bytes, token->name, number ? VALUE_N : VALUE_NONE, b->err);
    if (good)
        *out = value_of(arena_dup(b->arena, buf_str(&bytes)));
    else {
        b->err->at = ERR_NOWHERE;
        err_place(b->err, token->at, token->len);
    }
    buf_fini(&bytes);
    return good;
}

static bool put_literal(struct query_builder *b, const struct query_token *token, struct buf *out)
{
    struct value v;
    char placeholder[16];
    if (!query_read_literal(b, token, &v))
        return false;
    snprintf(placeholder, sizeof placeholder, ":v%zu", b->value_count);
    buf_add(out, str_from(placeholder));
    buf_printf(&b->values, "%s\"%s\":", b->value_count++ ? "," : "", placeholder);
    json_out_typed(&b->values, v);
    value_member(&b->value_map, &b->value_bytes, str_from(placeholder));
    value_put(&b->value_bytes, v);
    return true;
}

/* ---- expressions ---- */

static void put_operator(const struct query_token *token, struct buf *out)
{
    struct str op = token->name;
    if (str_equal(op, STR("==")))
        op = STR("=");
    else if (str_equal(op, STR("!=")))
        op = STR("<>");
    buf_add(out, op);
}

static bool put_token(struct query_builder *b, const struct query_token *token, struct buf *out)
{
    switch (token->kind) {
    case QUERY_NAME:
        return put_name(b, token, out);
    case QUERY_LITERAL:
        return put_literal(b, token, out);
    case QUERY_OPERATOR:
        put_operator(token, out);
        return true;
    case QUERY_WORD:
        for (size_t i = 0; i < token->name.len; i++)
            buf_add_byte(out, (char)(token->name.at[i] - 'a' + 'A'));
        return true;
    default:
        buf_add(out, token->name);
        return true;
    }
}

static bool sticks(enum query_token_kind before, enum query_token_kind kind)
{
    return kind == QUERY_DOT || kind == QUERY_INDEX || before == QUERY_DOT ||
           before == QUERY_OPEN || before == QUERY_FUNCTION || kind == QUERY_CLOSE ||
           kind == QUERY_COMMA;
}

static const struct query_token *token_at(const struct query_expression *e, size_t at)
{
    size_t i = 0;
    while (i + 1 < e->count && e->places[i + 1] <= at)
        i++;
    return &e->tokens[i];
}

void query_place_in_line(const struct query_expression *e, struct err *err)
{
    bool known = err->at != ERR_NOWHERE;
    const struct query_token *first = known ? token_at(e, err->at) : e->tokens;
    const struct query_token *last =
        known ? token_at(e, err->at + (err->len ? err->len - 1 : 0)) : &e->tokens[e->count - 1];
    err->at = first->at;
    err->len = last->at + last->len - first->at;
}

static bool begins_path(const struct query_token *tokens, size_t i)
{
    return tokens[i].kind == QUERY_NAME && (i == 0 || tokens[i - 1].kind != QUERY_DOT);
}

bool query_build_expression(struct query_builder *b, const struct query_token *tokens, size_t count,
    struct query_expression *out)
{
    struct buf text = {0};
    uint32_t *places = arena_array(b->arena, uint32_t, count);
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        if (i && !sticks(tokens[i - 1].kind, tokens[i].kind))
            buf_add_byte(&text, ' ');
        if (begins_path(tokens, i) && b->line->use_count < QUERY_USES_MAX)
            b->line->uses[b->line->use_count++] = tokens[i].name;
        places[i] = (uint32_t)text.len;
        good = put_token(b, &tokens[i], &text);
    }
    *out = (struct query_expression){.text = arena_dup(b->arena, buf_str(&text)),
        .tokens = tokens,
        .places = places,
        .count = count};
    buf_fini(&text);
    return good;
}

/* ---- the form of a field ---- */

static struct query_span span_of(const struct query_token *token)
{
    return (struct query_span){token->at, token->len};
}

/* path = name { "." name | index } */
static size_t path_length(const struct query_token *tokens, size_t count)
{
    size_t i = 0;
    if (count == 0 || tokens[0].kind != QUERY_NAME)
        return 0;
    for (i = 1; i < count; i++) {
        if (tokens[i].kind == QUERY_INDEX)
            continue;
        if (tokens[i].kind != QUERY_DOT || i + 1 == count || tokens[i + 1].kind != QUERY_NAME)
            break;
        i++;
    }
    return i;
}

static void shape_name(struct query_term *t, const struct query_token *tokens, size_t length)
{
    const struct query_token *last = &tokens[length - 1];
    t->name_span = (struct query_span){tokens->at, last->at + last->len - tokens->at};
    t->name = length == 1 ? tokens->name : STR_NONE;
}

static bool comparator(const struct query_token *token, bool turned, enum expr_operator *op)
{
    static const struct {
        struct str text;
        enum expr_operator op, turned;
    } rows[] = {{STR("="), EXPR_EQ, EXPR_EQ}, {STR("=="), EXPR_EQ, EXPR_EQ},
        {STR("<>"), EXPR_NE, EXPR_NE}, {STR("!="), EXPR_NE, EXPR_NE}, {STR("<"), EXPR_LT, EXPR_GT},
        {STR("<="), EXPR_LE, EXPR_GE}, {STR(">"), EXPR_GT, EXPR_LT}, {STR(">="), EXPR_GE, EXPR_LE}};
    for (size_t i = 0; token->kind == QUERY_OPERATOR && i < sizeof rows / sizeof *rows; i++) {
        if (str_equal(token->name, rows[i].text)) {
            *op = turned ? rows[i].turned : rows[i].op;
            return true;
        }
    }
    return false;
}

/* name operator literal */
static bool shape_comparison(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    size_t length = path_length(tokens, count);
    if (length == 0 || length + 2 != count || tokens[length + 1].kind != QUERY_LITERAL ||
        !comparator(&tokens[length], false, &t->op))
        return true;
    shape_name(t, tokens, length);
    t->op_span = span_of(&tokens[length]);
    t->low_span = span_of(&tokens[length + 1]);
    return query_read_literal(b, &tokens[length + 1], &t->low);
}

/* literal operator name: the spans stay empty, the fields of a form read from left to right */
static bool shape_turned(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    if (count != 3 || tokens[0].kind != QUERY_LITERAL || tokens[2].kind != QUERY_NAME ||
        !comparator(&tokens[1], true, &t->op))
        return true;
    t->name = tokens[2].name;
    return query_read_literal(b, &tokens[0], &t->low);
}

/* name "between" literal "and" literal */
static bool shape_between(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    size_t n = path_length(tokens, count);
    if (n == 0 || n + 4 != count || !str_equal(tokens[n].name, STR("between")) ||
        tokens[n + 1].kind != QUERY_LITERAL || tokens[n + 3].kind != QUERY_LITERAL)
        return true;
    shape_name(t, tokens, n);
    t->op = EXPR_BETWEEN;
    t->op_span = span_of(&tokens[n]);
    t->low_span = span_of(&tokens[n + 1]);
    t->high_span = span_of(&tokens[n + 3]);
    return query_read_literal(b, &tokens[n + 1], &t->low) &&
           query_read_literal(b, &tokens[n + 3], &t->high);
}

/* "size" "(" path ")" operator literal */
static bool shape_size(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    size_t n = count > 2 ? path_length(tokens + 2, count - 2) : 0;
    if (n == 0 || n + 5 != count || !str_equal(tokens[0].name, STR("size")) ||
        tokens[n + 2].kind != QUERY_CLOSE || tokens[n + 4].kind != QUERY_LITERAL ||
        !comparator(&tokens[n + 3], false, &t->op))
        return true;
    shape_name(t, tokens + 2, n);
    t->name = STR_NONE;
    t->sized = true;
    t->op_span = span_of(&tokens[n + 3]);
    t->low_span = span_of(&tokens[n + 4]);
    return query_read_literal(b, &tokens[n + 4], &t->low);
}

/* name "in" "(" literal { "," literal } ")": all of the literals are one field */
static void shape_in(const struct query_token *tokens, size_t count, struct query_term *t)
{
    size_t n = path_length(tokens, count);
    bool good = n && n + 4 <= count && str_equal(tokens[n].name, STR("in")) &&
                tokens[n + 1].kind == QUERY_OPEN && tokens[count - 1].kind == QUERY_CLOSE;
    for (size_t i = n + 2; good && i + 1 < count; i++)
        good = tokens[i].kind == ((i - n) % 2 ? QUERY_COMMA : QUERY_LITERAL);
    if (!good || (count - n) % 2)
        return;
    shape_name(t, tokens, n);
    t->name = STR_NONE;
    t->list = true;
    t->op_span = span_of(&tokens[n]);
    const struct query_token *first = &tokens[n + 2], *last = &tokens[count - 2];
    t->low_span = (struct query_span){first->at, last->at + last->len - first->at};
}

/* function "(" path [ "," literal ] ")": only begins_with may be a key's */
static bool shape_function(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    size_t n = count > 2 ? path_length(tokens + 2, count - 2) : 0;
    if (n == 0 || tokens[0].kind != QUERY_FUNCTION || tokens[count - 1].kind != QUERY_CLOSE)
        return true;
    bool valued =
        n + 5 == count && tokens[n + 2].kind == QUERY_COMMA && tokens[n + 3].kind == QUERY_LITERAL;
    if (!valued && n + 3 != count)
        return true;
    shape_name(t, tokens + 2, n);
    t->op_span = span_of(&tokens[0]);
    t->function = true;
    if (!str_equal(tokens[0].name, STR("begins_with")))
        t->name = STR_NONE;
    t->op = EXPR_BEGINS_WITH;
    if (!valued)
        return true;
    t->low_span = span_of(&tokens[n + 3]);
    return query_read_literal(b, &tokens[n + 3], &t->low);
}

bool query_term_shape(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t)
{
    if (count == 0)
        return true;
    if (tokens[0].kind == QUERY_FUNCTION)
        return shape_function(b, tokens, count, t) && shape_size(b, tokens, count, t);
    if (tokens[0].kind == QUERY_LITERAL)
        return shape_turned(b, tokens, count, t);
    shape_in(tokens, count, t);
    return shape_comparison(b, tokens, count, t) && shape_between(b, tokens, count, t);
}
