/* SPDX-License-Identifier: MIT */
/*
 * The grammar of terms: literals, functions, paths; and the whole of a text. Operators are
 * parse_operator.c's, statements parse_query.c's. What DynamoDB allows is not known here.
 */
#include "backend/partiql/parse.h"

#include "base/err.h"

/* ---- words ---- */

bool partiql_parse_is(const struct partiql_parser *p, enum partiql_token_kind kind)
{
    return partiql_parse_now(p)->kind == kind;
}

bool partiql_parse_is_word(const struct partiql_parser *p, enum partiql_word word)
{
    return partiql_parse_now(p)->word == word;
}

void partiql_parse_advance(struct partiql_parser *p)
{
    if (p->now + 1 < p->tokens.count)
        p->now++;
}

struct partiql_node *partiql_parse_fail(struct partiql_parser *p, const char *what)
{
    const struct partiql_token *now = partiql_parse_now(p);
    err_invalid(p->err, "Statement wasn't well formed, can't be processed: %s", what);
    err_place(p->err, now->at, now->len);
    return NULL;
}

bool partiql_parse_expect(struct partiql_parser *p, enum partiql_token_kind kind, const char *what)
{
    if (!partiql_parse_is(p, kind))
        return partiql_parse_fail(p, what);
    partiql_parse_advance(p);
    return true;
}

/* ---- nodes ---- */

struct partiql_node *partiql_parse_node(
    struct partiql_parser *p, enum partiql_node_kind kind, uint32_t at)
{
    struct partiql_node *node = arena_new(p->arena, struct partiql_node);
    node->kind = (uint8_t)kind;
    node->at = at;
    return node;
}

void partiql_parse_end(const struct partiql_parser *p, struct partiql_node *node)
{
    const struct partiql_token *last = &p->tokens.at[p->now ? p->now - 1 : 0];
    node->len = last->at + last->len > node->at ? last->at + last->len - node->at : 0;
}

void partiql_parse_add(struct partiql_node *parent, struct partiql_node *operand)
{
    if (parent->last)
        parent->last->next = operand;
    else
        parent->first = operand;
    parent->last = operand;
    parent->count++;
}

/* What stands between quotes, each doubled quote once. */
static struct str unquoted(struct partiql_parser *p, const struct partiql_token *token)
{
    struct str text = {p->text.at + token->at + 1, token->len - 2};
    char quote = p->text.at[token->at];
    if (str_find_byte(text, quote) == SIZE_MAX)
        return text;
    char *copy = arena_alloc(p->arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        copy[len++] = text.at[i];
        i += text.at[i] == quote;
    }
    return (struct str){copy, len};
}

static struct str lowered(struct partiql_parser *p, struct str text)
{
    char *copy = arena_alloc(p->arena, text.len);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] | 0x20 : text.at[i]);
    return (struct str){copy, text.len};
}

/* The word itself as a node. */
static struct partiql_node *atom(struct partiql_parser *p, enum partiql_node_kind kind)
{
    const struct partiql_token *now = partiql_parse_now(p);
    struct partiql_node *node = partiql_parse_node(p, kind, now->at);
    node->len = now->len;
    node->word = now->word;
    node->quoted = now->kind == PARTIQL_QUOTED;
    node->text = (struct str){p->text.at + now->at, now->len};
    if (now->kind == PARTIQL_QUOTED || now->kind == PARTIQL_STRING)
        node->text = unquoted(p, now);
    if (now->kind == PARTIQL_PARAMETER)
        node->ordinal = p->parameters++;
    partiql_parse_advance(p);
    return node;
}

static bool is_name(const struct partiql_parser *p)
{
    return partiql_parse_is(p, PARTIQL_NAME) || partiql_parse_is(p, PARTIQL_QUOTED);
}

/* ---- terms ---- */

bool partiql_parse_list(struct partiql_parser *p, struct partiql_node *parent)
{
    for (;;) {
        struct partiql_node *member = partiql_parse_expression(p, PARTIQL_LOOSEST);
        if (!member)
            return false;
        partiql_parse_add(parent, member);
        if (!partiql_parse_is(p, PARTIQL_COMMA))
            return true;
        partiql_parse_advance(p);
    }
}

/* list = "[" [ expression { "," expression } ] "]" | "<<" … ">>" */
static struct partiql_node *parse_collection(struct partiql_parser *p, enum partiql_node_kind kind,
    enum partiql_token_kind close, const char *expected)
{
    struct partiql_node *node = partiql_parse_node(p, kind, partiql_parse_now(p)->at);
    partiql_parse_advance(p);
    if (!partiql_parse_is(p, close) && !partiql_parse_list(p, node))
        return NULL;
    if (!partiql_parse_expect(p, close, expected))
        return NULL;
    partiql_parse_end(p, node);
    return node;
}

/* member = expression ":" expression */
static bool parse_member(struct partiql_parser *p, struct partiql_node *map)
{
    struct partiql_node *key = partiql_parse_expression(p, PARTIQL_LOOSEST), *value;
    if (!key || !partiql_parse_expect(p, PARTIQL_COLON, "Expected COLON") ||
        !(value = partiql_parse_expression(p, PARTIQL_LOOSEST)))
        return false;
    partiql_parse_add(map, key);
    partiql_parse_add(map, value);
    return true;
}

/* map = "{" [ member { "," member } ] "}" */
static struct partiql_node *parse_map(struct partiql_parser *p)
{
    struct partiql_node *map = partiql_parse_node(p, PARTIQL_NODE_MAP, partiql_parse_now(p)->at);
    partiql_parse_advance(p);
    while (!partiql_parse_is(p, PARTIQL_CLOSE_MAP) || map->count) {
        if (!parse_member(p, map))
            return NULL;
        if (!partiql_parse_is(p, PARTIQL_COMMA))
            break;
        partiql_parse_advance(p);
    }
    if (!partiql_parse_expect(p, PARTIQL_CLOSE_MAP, "Expected RIGHT_CURLY"))
        return NULL;
    partiql_parse_end(p, map);
    return map;
}

/* group = "(" expression ")"; several of them are a list */
static struct partiql_node *parse_group(struct partiql_parser *p)
{
    struct partiql_node *group = partiql_parse_node(p, PARTIQL_NODE_LIST, partiql_parse_now(p)->at);
    partiql_parse_advance(p);
    if (!partiql_parse_list(p, group) ||
        !partiql_parse_expect(p, PARTIQL_CLOSE, "Expected RIGHT_PAREN"))
        return NULL;
    partiql_parse_end(p, group);
    return group->count == 1 ? group->first : group;
}

static bool takes_star(struct str name)
{
    return str_equal(name, STR("count"));
}

/* call = name "(" [ expression { "," expression } ] ")"; count() takes a star */
static struct partiql_node *parse_call(struct partiql_parser *p)
{
    const struct partiql_token *name = partiql_parse_now(p);
    struct partiql_node *call = atom(p, PARTIQL_NODE_CALL);
    call->text = lowered(p, call->text);
    call->at = name->at;
    partiql_parse_advance(p);
    if (partiql_parse_is(p, PARTIQL_STAR)) {
        if (!takes_star(call->text))
            return partiql_parse_fail(p, "The function does not take *");
        partiql_parse_add(call, atom(p, PARTIQL_NODE_STAR));
    } else if (!partiql_parse_is(p, PARTIQL_CLOSE) && !partiql_parse_list(p, call)) {
        return NULL;
    }
    return partiql_parse_expect(p, PARTIQL_CLOSE, "Expected RIGHT_PAREN") ? call : NULL;
}

static bool is_called(const struct partiql_parser *p)
{
    return p->now + 1 < p->tokens.count && p->tokens.at[p->now + 1].kind == PARTIQL_OPEN;
}

static struct partiql_node *parse_keyword(struct partiql_parser *p)
{
    switch (partiql_parse_now(p)->word) {
    case WORD_TRUE:
    case WORD_FALSE:
        return atom(p, PARTIQL_NODE_BOOL);
    case WORD_NULL:
        return atom(p, PARTIQL_NODE_NULL);
    case WORD_MISSING:
        return atom(p, PARTIQL_NODE_MISSING);
    case WORD_SELECT:
    case WORD_FROM:
    case WORD_INSERT_INTO:
    case WORD_UPDATE:
    case WORD_DELETE:
    case WORD_SET:
    case WORD_REMOVE:
        return partiql_parse_query(p);
    case WORD_EXISTS:
    case WORD_FUNCTION:
        return is_called(p) ? parse_call(p) : partiql_parse_fail(p, "Unexpected keyword");
    case WORD_AS:
    case WORD_ASC:
    case WORD_AT:
    case WORD_BY:
    case WORD_DESC:
        return partiql_parse_fail(p, "Unexpected term");
    default:
        return partiql_parse_fail(p, "Unexpected keyword");
    }
}

/* term = name | call | literal | "?" | list | bag | map | group | statement */
static struct partiql_node *parse_term(struct partiql_parser *p)
{
    switch (partiql_parse_now(p)->kind) {
    case PARTIQL_NAME:
    case PARTIQL_QUOTED:
        return is_called(p) ? parse_call(p) : atom(p, PARTIQL_NODE_NAME);
    case PARTIQL_STRING:
        return atom(p, PARTIQL_NODE_STRING);
    case PARTIQL_NUMBER:
        return atom(p, PARTIQL_NODE_NUMBER);
    case PARTIQL_ION:
        return atom(p, PARTIQL_NODE_ION);
    case PARTIQL_PARAMETER:
        return atom(p, PARTIQL_NODE_PARAMETER);
    case PARTIQL_KEYWORD:
        return parse_keyword(p);
    case PARTIQL_OPERATOR:
        return partiql_parse_fail(p, "Unexpected operator");
    case PARTIQL_OPEN:
        return parse_group(p);
    case PARTIQL_OPEN_LIST:
        return parse_collection(p, PARTIQL_NODE_LIST, PARTIQL_CLOSE_LIST, "Expected RIGHT_BRACKET");
    case PARTIQL_OPEN_BAG:
        return parse_collection(
            p, PARTIQL_NODE_BAG, PARTIQL_CLOSE_BAG, "Expected RIGHT_DOUBLE_ANGLE_BRACKET");
    case PARTIQL_OPEN_MAP:
        return parse_map(p);
    default:
        return partiql_parse_fail(p, "Unexpected term");
    }
}

/* ---- paths ---- */

/* step = "." ( name | "*" ) | "[" ( expression | "*" ) "]" */
static struct partiql_node *parse_step(struct partiql_parser *p, bool simple)
{
    uint32_t at = partiql_parse_now(p)->at;
    bool dot = partiql_parse_is(p, PARTIQL_DOT);
    partiql_parse_advance(p);
    if (dot) {
        if (partiql_parse_is(p, PARTIQL_STAR))
            return simple ? partiql_parse_fail(p, "Invalid path dot component for simple path")
                          : atom(p, PARTIQL_NODE_STAR);
        return is_name(p) ? atom(p, PARTIQL_NODE_NAME)
                          : partiql_parse_fail(p, "Invalid path dot component");
    }
    struct partiql_node *step = partiql_parse_node(p, PARTIQL_NODE_INDEX, at);
    struct partiql_node *operand = !simple && partiql_parse_is(p, PARTIQL_STAR)
                                       ? atom(p, PARTIQL_NODE_STAR)
                                       : partiql_parse_expression(p, PARTIQL_LOOSEST);
    if (!operand || !partiql_parse_expect(p, PARTIQL_CLOSE_LIST, "Expected RIGHT_BRACKET"))
        return NULL;
    partiql_parse_add(step, operand);
    partiql_parse_end(p, step);
    return step;
}

/* path = root { step } */
static struct partiql_node *parse_steps(
    struct partiql_parser *p, struct partiql_node *root, bool simple)
{
    struct partiql_node *path = NULL;
    while (root && (partiql_parse_is(p, PARTIQL_DOT) || partiql_parse_is(p, PARTIQL_OPEN_LIST))) {
        if (!path) {
            path = partiql_parse_node(p, PARTIQL_NODE_PATH, root->at);
            partiql_parse_add(path, root);
        }
        struct partiql_node *step = parse_step(p, simple);
        if (!step)
            return NULL;
        partiql_parse_add(path, step);
    }
    if (path)
        partiql_parse_end(p, path);
    return path ? path : root;
}

struct partiql_node *partiql_parse_operand(struct partiql_parser *p)
{
    return parse_steps(p, parse_term(p), false);
}

struct partiql_node *partiql_parse_simple_path(struct partiql_parser *p)
{
    if (!is_name(p))
        return partiql_parse_fail(p, "Expected identifier for simple path");
    return parse_steps(p, atom(p, PARTIQL_NODE_NAME), true);
}

/* ---- the whole text ---- */

static bool parse_ending(struct partiql_parser *p)
{
    bool semicolon = partiql_parse_is(p, PARTIQL_SEMICOLON);
    if (semicolon)
        partiql_parse_advance(p);
    if (partiql_parse_is(p, PARTIQL_END))
        return true;
    return partiql_parse_fail(
        p, semicolon ? "Unexpected token after semicolon. (Only one query is allowed.)"
                     : "Unexpected token after expression");
}

static const struct partiql_node *refuse_text(struct partiql_parser *p, size_t bad)
{
    err_invalid(p->err, "Statement wasn't well formed, can't be processed: ");
    err_place(p->err, bad, p->text.len - bad);
    return NULL;
}

const struct partiql_node *partiql_parse_text(
    struct partiql_parser *p, struct arena *arena, struct str text, struct err *err)
{
    size_t bad;
    *p = (struct partiql_parser){.arena = arena, .err = err, .text = text};
    if (!partiql_lex(arena, text, &p->tokens, &bad))
        return refuse_text(p, bad);
    const struct partiql_node *root = partiql_parse_expression(p, PARTIQL_LOOSEST);
    return root && parse_ending(p) ? root : NULL;
}
