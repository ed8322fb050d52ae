/* SPDX-License-Identifier: MIT */
/*
 * The part of the grammar that all kinds of expressions share: words, placeholders, paths,
 * operands. Recursive descent over a window of three words; nothing is read twice. The depth is
 * bounded: the text by its 4096 bytes, parentheses by DEPTH_MAX, which no expression of 300
 * operators needs. Must not know conditions, updates or items.
 */
#include "backend/expr/parse.h"

#include "backend/expr/env.h"

#include <stdarg.h>
#include <stdio.h>

enum { DEPTH_MAX = 320, LIST_INDEX_MAX = INT32_MAX };

/* ---- errors ---- */

bool expr_parse_fail(struct expr_parser *p, uint32_t at, uint32_t len, const char *format, ...)
{
    char what[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (p->kind == EXPR_STATEMENT)
        err_invalid(p->err, "%s", what);
    else
        err_invalid(p->err, "Invalid %s: %s", expr_kind_name(p->kind), what);
    return err_place(p->err, at, len);
}

/* The word that cannot stand here, and the text from the word before it to the word after it. */
bool expr_parse_syntax(struct expr_parser *p)
{
    bool end = p->now.kind == EXPR_TOKEN_END;
    struct str token = end ? STR("<EOF>") : (struct str){p->text.at + p->now.at, p->now.len};
    uint32_t from = p->before.len ? p->before.at : p->now.at;
    uint32_t to = p->next.len ? p->next.at + p->next.len : p->now.at + p->now.len;
    if (end)
        to = p->before.at + p->before.len;
    return expr_parse_fail(p, p->now.at, p->now.len,
        "Syntax error; token: \"%.*s\", near: \"%.*s\"", STR_ARG(token), (int)(to - from),
        p->text.at + from);
}

void expr_parse_flaw(struct expr_parser *p, enum expr_flaw_kind kind, struct expr_flaw flaw)
{
    struct expr_flaw *first = &p->flaws[kind];
    if (!first->before || flaw.at < first->at)
        *first = flaw;
}

/* ---- words ---- */

/* The service tells the size of conditions and filters only. */
static bool refuse_size(struct expr_parser *p)
{
    if (p->kind == EXPR_CONDITION || p->kind == EXPR_FILTER)
        return expr_parse_fail(p, 0, 0,
            "Expression size has exceeded the maximum allowed size; expression size: %zu",
            p->text.len);
    return expr_parse_fail(p, 0, 0, "Expression size has exceeded the maximum allowed size;");
}

bool expr_parse_start(struct expr_parser *p, struct arena *arena, struct expr_env *env,
    enum expr_kind kind, struct str text, struct err *err)
{
    *p = (struct expr_parser){.arena = arena, .env = env, .err = err, .kind = kind, .text = text};
    p->nodes_end = &p->nodes;
    if (text.len > EXPR_TEXT_MAX)
        return refuse_size(p);
    p->now = expr_lex(text, 0);
    if (p->now.kind == EXPR_TOKEN_END)
        return expr_parse_fail(p, 0, (uint32_t)text.len, "The expression can not be empty;");
    p->next = expr_lex(text, p->now.at + p->now.len);
    return true;
}

void expr_parse_advance(struct expr_parser *p)
{
    p->before = p->now;
    p->now = p->next;
    p->next = expr_lex(p->text, p->now.at + p->now.len);
}

bool expr_parse_expect(struct expr_parser *p, enum expr_token_kind kind)
{
    if (p->now.kind != kind)
        return expr_parse_syntax(p);
    expr_parse_advance(p);
    return true;
}

void expr_parse_count_operator(struct expr_parser *p)
{
    if (++p->operators == EXPR_OPERATORS_MAX + 1)
        p->surplus = p->now;
}

static bool too_many_operators(struct expr_parser *p)
{
    return expr_parse_fail(p, p->surplus.at, p->surplus.len,
        "The expression contains too many operators; operator count: %d", EXPR_OPERATORS_MAX + 1);
}

static bool is_operator(const struct expr_parser *p)
{
    return (p->now.kind >= EXPR_TOKEN_EQ && p->now.kind <= EXPR_TOKEN_IN) ||
           (p->now.kind == EXPR_TOKEN_NAME && p->next.kind == EXPR_TOKEN_OPEN);
}

/* Parentheses deeper than any good expression has: what the service would say about the whole text
 * is that they never close, that there are too many operators between them, or that they are
 * redundant. */
static bool too_deep(struct expr_parser *p)
{
    struct expr_token here = p->now;
    uint32_t open = p->depth;
    while (p->now.kind != EXPR_TOKEN_END && open) {
        open += p->now.kind == EXPR_TOKEN_OPEN;
        open -= p->now.kind == EXPR_TOKEN_CLOSE;
        if (is_operator(p))
            expr_parse_count_operator(p);
        expr_parse_advance(p);
    }
    if (open)
        return expr_parse_syntax(p);
    if (p->operators > EXPR_OPERATORS_MAX)
        return too_many_operators(p);
    return expr_parse_fail(p, here.at, here.len, "The expression has redundant parentheses;");
}

bool expr_parse_enter(struct expr_parser *p)
{
    if (p->depth == DEPTH_MAX)
        return too_deep(p);
    p->depth++;
    expr_parse_advance(p);
    return true;
}

void expr_parse_leave(struct expr_parser *p)
{
    p->depth--;
}

/* The order in which the service reports flaws differs between updates and the rest. */
bool expr_parse_finish(struct expr_parser *p)
{
    static const enum expr_flaw_kind of_update[] = {EXPR_FLAW_RESERVED, EXPR_FLAW_FUNCTION,
        EXPR_FLAW_PLACE, EXPR_FLAW_SECTION, EXPR_FLAW_INDEX};
    static const enum expr_flaw_kind of_others[] = {EXPR_FLAW_FUNCTION, EXPR_FLAW_PLACE,
        EXPR_FLAW_RESERVED, EXPR_FLAW_SECTION, EXPR_FLAW_INDEX};
    const enum expr_flaw_kind *order = p->kind == EXPR_UPDATE ? of_update : of_others;
    if (p->now.kind != EXPR_TOKEN_END)
        return expr_parse_syntax(p);
    for (unsigned i = 0; i < EXPR_FLAW_COUNT; i++) {
        const struct expr_flaw *flaw = &p->flaws[order[i]];
        struct str word = {p->text.at + flaw->at, flaw->after ? flaw->len : 0};
        if (flaw->before)
            return expr_parse_fail(p, flaw->at, flaw->len, "%s%.*s%s", flaw->before, STR_ARG(word),
                flaw->after ? flaw->after : "");
    }
    return p->operators <= EXPR_OPERATORS_MAX || too_many_operators(p);
}

/* ---- nodes ---- */

static void enlist(struct expr_parser *p, struct expr_node *node)
{
    *p->nodes_end = node;
    p->nodes_end = &node->after;
}

struct expr_node *expr_parse_node(
    struct expr_parser *p, enum expr_node_kind kind, unsigned op, uint32_t at)
{
    struct expr_node *node = expr_ast_node(p->arena, kind, op);
    node->at = at;
    enlist(p, node);
    return node;
}

void expr_parse_end(const struct expr_parser *p, struct expr_node *node)
{
    node->len = p->before.at + p->before.len - node->at;
}

/* ---- paths ---- */

/* One deeper than allowed is kept, so that every too deep path is seen to be one. */
struct steps {
    struct expr_step at[EXPR_DEPTH_MAX];
    uint32_t count; /* as written */
    struct str missing;
};

static void add_step(struct steps *steps, struct expr_step step)
{
    if (steps->count < EXPR_DEPTH_MAX)
        steps->at[steps->count] = step;
    steps->count++;
}

/* name = bare name | "#" alias */
static bool parse_name(struct expr_parser *p, struct steps *steps)
{
    struct str word = {p->text.at + p->now.at, p->now.len};
    struct expr_step step = {.name = word, .index = -1};
    if (p->now.kind == EXPR_TOKEN_ALIAS) {
        if (!expr_env_name(p->env, word, &step.name) && !steps->missing.at)
            steps->missing = word;
    } else if (p->now.kind == EXPR_TOKEN_NAME) {
        if (expr_is_reserved(word))
            expr_parse_flaw(p, EXPR_FLAW_RESERVED,
                (struct expr_flaw){"Attribute name is a reserved keyword; reserved keyword: ", "",
                    p->now.at, p->now.len});
    } else {
        return expr_parse_syntax(p);
    }
    add_step(steps, step);
    expr_parse_advance(p);
    return true;
}

/* index = "[" int "]" */
static bool parse_index(struct expr_parser *p, struct steps *steps)
{
    struct str digits = {p->text.at + p->now.at, p->now.len};
    int64_t index = 0;
    if (p->now.kind != EXPR_TOKEN_INT)
        return expr_parse_syntax(p);
    if (!str_to_i64(digits, &index) || index > LIST_INDEX_MAX) {
        expr_parse_flaw(p, EXPR_FLAW_INDEX,
            (struct expr_flaw){"List index is not within the allowable range; index: [", "]",
                p->now.at, p->now.len});
        index = 0;
    }
    add_step(steps, (struct expr_step){.index = index});
    expr_parse_advance(p);
    return expr_parse_expect(p, EXPR_TOKEN_CLOSE_INDEX);
}

/* steps = { "." name | "[" int "]" } */
static bool parse_steps(struct expr_parser *p, struct steps *steps)
{
    for (;;) {
        bool dot = p->now.kind == EXPR_TOKEN_DOT;
        if (!dot && p->now.kind != EXPR_TOKEN_OPEN_INDEX)
            return true;
        expr_parse_advance(p);
        if (!(dot ? parse_name(p, steps) : parse_index(p, steps)))
            return false;
    }
}

static void set_steps(struct expr_parser *p, struct expr_node *node, const struct steps *steps)
{
    uint32_t kept = steps->count < EXPR_DEPTH_MAX ? steps->count : EXPR_DEPTH_MAX;
    struct expr_step *copy = arena_alloc(p->arena, kept * sizeof *copy);
    memcpy(copy, steps->at, kept * sizeof *copy);
    expr_parse_end(p, node);
    node->path = (struct expr_path){kept, copy, node->at, node->len};
    node->count = steps->count;
    node->missing = steps->missing;
}

/* path = name steps */
struct expr_node *expr_parse_path(struct expr_parser *p)
{
    struct steps steps;
    uint32_t at = p->now.at;
    steps.count = 0;
    steps.missing = STR_NONE;
    if (!parse_name(p, &steps) || !parse_steps(p, &steps))
        return NULL;
    struct expr_node *node = expr_parse_node(p, EXPR_NODE_PATH, 0, at);
    set_steps(p, node, &steps);
    return node;
}

/* steps behind a path that is there already */
bool expr_parse_more_steps(struct expr_parser *p, struct expr_node *path)
{
    struct steps steps;
    if (p->now.kind != EXPR_TOKEN_DOT && p->now.kind != EXPR_TOKEN_OPEN_INDEX)
        return true;
    memcpy(steps.at, path->path.steps, path->path.count * sizeof *steps.at);
    steps.count = path->count;
    steps.missing = path->missing;
    if (!parse_steps(p, &steps))
        return false;
    set_steps(p, path, &steps);
    path->paren = false;
    return true;
}

/* ---- operands ---- */

static bool belongs_to_updates(enum expr_function function)
{
    return function == EXPR_IF_NOT_EXISTS || function == EXPR_LIST_APPEND;
}

static void check_function(struct expr_parser *p, enum expr_function function)
{
    bool update = p->kind == EXPR_UPDATE;
    const char *what = NULL;
    if (function == EXPR_UNKNOWN_FUNCTION)
        what = "Invalid function name; function: ";
    else if (update && !belongs_to_updates(function))
        what = "The function is not allowed in an update expression; function: ";
    else if (!update && belongs_to_updates(function))
        what = "The function is not allowed in a condition expression; function: ";
    if (what)
        expr_parse_flaw(p, EXPR_FLAW_FUNCTION, (struct expr_flaw){what, "", p->now.at, p->now.len});
}

void expr_parse_misplaced(struct expr_parser *p, const struct expr_node *call)
{
    const char *name = expr_ast_function_name((enum expr_function)call->op);
    expr_parse_flaw(p, EXPR_FLAW_PLACE,
        (struct expr_flaw){
            "The function is not allowed to be used this way in an expression; function: ", "",
            call->at, (uint32_t)strlen(name)});
}

void expr_parse_use_operand(struct expr_parser *p, const struct expr_node *operand)
{
    enum expr_function allowed = p->kind == EXPR_UPDATE ? EXPR_IF_NOT_EXISTS : EXPR_SIZE;
    if (operand->kind != EXPR_NODE_CALL || operand->op == allowed)
        return;
    expr_parse_misplaced(p, operand);
}

/* call = function "(" operand { "," operand } ")" */
static struct expr_node *parse_call(struct expr_parser *p)
{
    struct str name = {p->text.at + p->now.at, p->now.len};
    enum expr_function function = expr_ast_function(name);
    struct expr_node *call = expr_parse_node(p, EXPR_NODE_CALL, function, p->now.at);
    check_function(p, function);
    expr_parse_count_operator(p);
    expr_parse_advance(p);
    if (!expr_parse_enter(p))
        return NULL;
    for (;;) {
        struct expr_node *operand = expr_parse_operand(p);
        if (!operand)
            return NULL;
        expr_parse_use_operand(p, operand);
        expr_ast_add(call, operand);
        if (p->now.kind != EXPR_TOKEN_COMMA)
            break;
        expr_parse_advance(p);
    }
    if (!expr_parse_expect(p, EXPR_TOKEN_CLOSE))
        return NULL;
    expr_parse_leave(p);
    expr_parse_end(p, call);
    return call;
}

/* value = ":" name */
static struct expr_node *parse_value(struct expr_parser *p)
{
    struct str word = {p->text.at + p->now.at, p->now.len};
    struct expr_node *node = expr_parse_node(p, EXPR_NODE_VALUE, 0, p->now.at);
    if (!expr_env_value(p->env, word, &node->value))
        node->missing = word;
    expr_parse_advance(p);
    expr_parse_end(p, node);
    return node;
}

/* group = "(" operand ")"; in conditions steps may follow a path in parentheses */
static struct expr_node *parse_group(struct expr_parser *p)
{
    uint32_t at = p->now.at;
    if (!expr_parse_enter(p))
        return NULL;
    struct expr_node *inner = expr_parse_operand(p);
    if (!inner || !expr_parse_expect(p, EXPR_TOKEN_CLOSE))
        return NULL;
    expr_parse_leave(p);
    if (inner->paren) {
        expr_parse_fail(p, at, 1, "The expression has redundant parentheses;");
        return NULL;
    }
    inner->paren = true;
    if (inner->kind == EXPR_NODE_PATH && p->kind != EXPR_UPDATE && !expr_parse_more_steps(p, inner))
        return NULL;
    return inner;
}

/* operand = group | value | call | path */
struct expr_node *expr_parse_operand(struct expr_parser *p)
{
    switch (p->now.kind) {
    case EXPR_TOKEN_OPEN:
        return parse_group(p);
    case EXPR_TOKEN_VALUE:
        return parse_value(p);
    case EXPR_TOKEN_NAME:
        return p->next.kind == EXPR_TOKEN_OPEN ? parse_call(p) : expr_parse_path(p);
    case EXPR_TOKEN_ALIAS:
        return expr_parse_path(p);
    default:
        expr_parse_syntax(p);
        return NULL;
    }
}
