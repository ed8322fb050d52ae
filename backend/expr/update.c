/* SPDX-License-Identifier: MIT */
/*
 * The grammar of update expressions. Applying them is apply.c's.
 */
#include "backend/expr/parse.h"

struct update_parser {
    struct expr_parser base;
    struct expr_action *actions;
    uint32_t count, capacity;
    bool seen[EXPR_DELETE + 1];
};

static void add_action(struct update_parser *u, struct expr_action action)
{
    if (u->count == u->capacity) {
        uint32_t capacity = u->capacity ? 2 * u->capacity : 8;
        struct expr_action *grown = arena_alloc(u->base.arena, capacity * sizeof *grown);
        if (u->count)
            memcpy(grown, u->actions, u->count * sizeof *grown);
        u->actions = grown;
        u->capacity = capacity;
    }
    u->actions[u->count++] = action;
}

static bool is_sign(const struct expr_parser *p)
{
    return p->now.kind == EXPR_TOKEN_PLUS || p->now.kind == EXPR_TOKEN_MINUS;
}

/* sum = operand [ ("+" | "-") operand ] */
static struct expr_node *parse_sum(struct expr_parser *p, struct expr_node *left)
{
    if (!left || !is_sign(p))
        return left;
    enum expr_function function = p->now.kind == EXPR_TOKEN_PLUS ? EXPR_PLUS : EXPR_MINUS;
    struct expr_node *sum = expr_parse_node(p, EXPR_NODE_CALL, function, left->at);
    expr_parse_count_operator(p);
    expr_parse_advance(p);
    struct expr_node *right = expr_parse_operand(p);
    if (!right)
        return NULL;
    expr_parse_use_operand(p, left);
    expr_parse_use_operand(p, right);
    expr_ast_add(sum, left);
    expr_ast_add(sum, right);
    expr_parse_end(p, sum);
    return sum;
}

static bool is_sum(const struct expr_node *node)
{
    return node->kind == EXPR_NODE_CALL && (node->op == EXPR_PLUS || node->op == EXPR_MINUS);
}

/* value = sum | "(" sum ")"; an operand in parentheses may begin a sum */
static struct expr_node *parse_set_value(struct expr_parser *p)
{
    if (p->now.kind != EXPR_TOKEN_OPEN)
        return parse_sum(p, expr_parse_operand(p));
    uint32_t at = p->now.at;
    if (!expr_parse_enter(p))
        return NULL;
    struct expr_node *inner = parse_sum(p, expr_parse_operand(p));
    if (!inner || !expr_parse_expect(p, EXPR_TOKEN_CLOSE))
        return NULL;
    expr_parse_leave(p);
    if (inner->paren) {
        expr_parse_fail(p, at, 1, "The expression has redundant parentheses;");
        return NULL;
    }
    inner->paren = true;
    return is_sum(inner) ? inner : parse_sum(p, inner);
}

/* set = path "=" value */
static bool parse_set(struct expr_parser *p, struct expr_action *action)
{
    if (!expr_parse_expect(p, EXPR_TOKEN_EQ))
        return false;
    return (action->value = parse_set_value(p));
}

/* add, delete = path :value */
static bool parse_literal(struct expr_parser *p, struct expr_action *action)
{
    if (p->now.kind != EXPR_TOKEN_VALUE)
        return expr_parse_syntax(p);
    return (action->value = expr_parse_operand(p));
}

/* action = path "=" value | path :value | path, as its section wants */
static bool parse_action(struct expr_parser *p, struct expr_action *action)
{
    if (!(action->target = expr_parse_path(p)))
        return false;
    switch (action->clause) {
    case EXPR_SET:
        return parse_set(p, action);
    case EXPR_ADD:
    case EXPR_DELETE:
        return parse_literal(p, action);
    case EXPR_REMOVE:
        break;
    }
    return true;
}

static void note_section(struct update_parser *u, enum expr_clause clause)
{
    static const char *const twice[] = {
        [EXPR_SET] = "The \"SET\" section can only be used once in an update expression;",
        [EXPR_REMOVE] = "The \"REMOVE\" section can only be used once in an update expression;",
        [EXPR_ADD] = "The \"ADD\" section can only be used once in an update expression;",
        [EXPR_DELETE] = "The \"DELETE\" section can only be used once in an update expression;",
    };
    if (u->seen[clause])
        expr_parse_flaw(&u->base, EXPR_FLAW_SECTION,
            (struct expr_flaw){twice[clause], NULL, u->base.now.at, u->base.now.len});
    u->seen[clause] = true;
}

static bool find_clause(enum expr_token_kind word, enum expr_clause *clause)
{
    if (word < EXPR_TOKEN_SET)
        return false;
    static const enum expr_clause clauses[] = {EXPR_SET, EXPR_REMOVE, EXPR_ADD, EXPR_DELETE};
    *clause = clauses[word - EXPR_TOKEN_SET];
    return true;
}

/* section = (SET set | REMOVE path | ADD add | DELETE delete) { "," … } */
static bool parse_section(struct update_parser *u)
{
    struct expr_parser *p = &u->base;
    enum expr_clause clause;
    if (!find_clause(p->now.kind, &clause))
        return expr_parse_syntax(p);
    note_section(u, clause);
    do {
        struct expr_action action = {.clause = clause};
        expr_parse_advance(p);
        if (!parse_action(p, &action))
            return false;
        add_action(u, action);
    } while (p->now.kind == EXPR_TOKEN_COMMA);
    return true;
}

/* update = section { section } */
static bool parse_update(struct update_parser *u)
{
    do {
        if (!parse_section(u))
            return false;
    } while (u->base.now.kind != EXPR_TOKEN_END);
    return expr_parse_finish(&u->base);
}

/* ---- checks ---- */

static const char *long_type_name(enum value_type type)
{
    switch (type) {
    case VALUE_S:
        return "STRING";
    case VALUE_N:
        return "NUMBER";
    case VALUE_B:
        return "BINARY";
    case VALUE_TRUE:
    case VALUE_FALSE:
        return "BOOLEAN";
    case VALUE_NULL:
        return "NULL";
    case VALUE_L:
        return "LIST";
    default:
        return "MAP";
    }
}

/* ADD takes numbers and sets, DELETE sets. */
static bool check_literal(struct expr_parser *p, const struct expr_action *action)
{
    bool add = action->clause == EXPR_ADD;
    if (!add && action->clause != EXPR_DELETE)
        return true;
    enum value_type type = action->value->value.type;
    if (value_is_set(type) || (add && type == VALUE_N))
        return true;
    const char *clause = add ? "ADD" : "DELETE";
    return expr_parse_fail(p, action->value->at, action->value->len,
        "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: "
        "ALLOWED_FOR_%s_OPERAND",
        clause, long_type_name(type), clause);
}

static bool check_update(struct update_parser *u, const struct expr_update *update)
{
    struct expr_parser *p = &u->base;
    const struct expr_path **paths = arena_alloc(p->arena, update->count * sizeof *paths);
    for (uint32_t i = 0; i < update->count; i++)
        paths[i] = &update->actions[i].target->path;
    if (!expr_check_paths(p, &update->paths, paths))
        return false;
    for (uint32_t i = 0; i < update->count; i++)
        if (!check_literal(p, &update->actions[i]))
            return false;
    for (uint32_t i = 0; i < update->count; i++)
        if (update->actions[i].value && !expr_check_value(p, update->actions[i].value))
            return false;
    return true;
}

const struct expr_update *expr_parse_update(
    struct arena *arena, struct expr_env *env, struct str text, struct err *err)
{
    struct update_parser u = {.count = 0};
    if (!expr_parse_start(&u.base, arena, env, EXPR_UPDATE, text, err) || !parse_update(&u) ||
        !expr_check_names(&u.base) || !expr_check_values(&u.base))
        return NULL;
    const struct expr_update *update = expr_ast_update(arena, u.actions, u.count);
    return check_update(&u, update) ? update : NULL;
}

bool expr_update_creates(const struct expr_update *update)
{
    for (uint32_t i = 0; i < update->count; i++)
        if (update->actions[i].clause == EXPR_SET || update->actions[i].clause == EXPR_ADD)
            return true;
    return false;
}
