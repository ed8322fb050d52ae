/* SPDX-License-Identifier: MIT */
/*
 * The grammar of operators, by precedence; what they stand between is parse.c's. Each level of
 * nesting is counted here, before anything recurses further.
 *
 *   a = 1 AND b + 2 > c   →   (a = 1) AND ((b + 2) > c)
 */
#include "backend/partiql/parse.h"

#include "base/err.h"

enum { OR = 10, AND = 20, NOT = 30, EQUALITY = 40, COMPARISON = 50, ADDITION = 60, PRODUCT = 70 };

static int precedence_of(const struct partiql_token *token)
{
    if (token->kind == PARTIQL_STAR)
        return PRODUCT;
    switch (token->word) {
    case WORD_UNION:
        return 5;
    case WORD_OR:
        return OR;
    case WORD_AND:
        return AND;
    case WORD_EQ:
    case WORD_NE:
    case WORD_IS:
    case WORD_IN:
        return EQUALITY;
    case WORD_LT:
    case WORD_LE:
    case WORD_GT:
    case WORD_GE:
    case WORD_BETWEEN:
    case WORD_LIKE:
        return COMPARISON;
    case WORD_PLUS:
    case WORD_MINUS:
    case WORD_CONCAT:
        return ADDITION;
    case WORD_DIVIDE:
    case WORD_MODULO:
        return PRODUCT;
    default:
        return 0;
    }
}

static bool enter(struct partiql_parser *p)
{
    const struct partiql_token *now = partiql_parse_now(p);
    if (p->depth++ < PARTIQL_DEPTH_MAX)
        return true;
    err_invalid(p->err, "Nesting Levels have exceeded supported limits");
    return err_place(p->err, now->at, now->len);
}

static struct partiql_node *parse_unary(struct partiql_parser *p);

/* A sign in front of a number is part of it. */
static struct partiql_node *parse_signed(struct partiql_parser *p, struct partiql_node *node)
{
    struct partiql_node *term = parse_unary(p);
    if (!term)
        return NULL;
    if (term->kind == PARTIQL_NODE_NUMBER) {
        term->negated ^= node->word == WORD_MINUS;
        return term;
    }
    partiql_parse_add(node, term);
    partiql_parse_end(p, node);
    return node;
}

/* unary = ( "+" | "-" ) unary | "NOT" expression | term { step } */
static struct partiql_node *parse_unary(struct partiql_parser *p)
{
    const struct partiql_token *now = partiql_parse_now(p);
    bool sign = now->word == WORD_PLUS || now->word == WORD_MINUS;
    struct partiql_node *node;
    if (!sign && now->word != WORD_NOT)
        return partiql_parse_operand(p);
    if (!enter(p))
        return NULL;
    node = partiql_parse_node(p, PARTIQL_NODE_UNARY, now->at);
    node->word = now->word;
    partiql_parse_advance(p);
    if (sign) {
        node = parse_signed(p, node);
    } else {
        struct partiql_node *inner = partiql_parse_expression(p, NOT);
        if (!inner)
            return NULL;
        partiql_parse_add(node, inner);
        partiql_parse_end(p, node);
    }
    p->depth--;
    return node;
}

/* type = a keyword that names one [ "(" list ")" ] */
static bool parse_type(struct partiql_parser *p, struct partiql_node *is)
{
    const struct partiql_token *now = partiql_parse_now(p);
    if (now->word != WORD_TYPE && now->word != WORD_NULL && now->word != WORD_MISSING)
        return partiql_parse_fail(p, "Expected type name");
    is->text = (struct str){p->text.at + now->at, now->len};
    partiql_parse_advance(p);
    return true;
}

/* The operator, one operand and the end of the text at least. */
static bool has_right(struct partiql_parser *p)
{
    return p->tokens.count - p->now >= 3 ||
           partiql_parse_fail(p, "Missing right-hand side expression of infix operator");
}

static bool parse_right(struct partiql_parser *p, struct partiql_node *node, int precedence)
{
    struct partiql_node *right = partiql_parse_expression(p, precedence);
    if (right)
        partiql_parse_add(node, right);
    return right;
}

/* in = "IN" ( "(" list ")" | expression ) */
static bool parse_in(struct partiql_parser *p, struct partiql_node *node)
{
    if (!partiql_parse_is(p, PARTIQL_OPEN) || p->tokens.at[p->now + 1].word == WORD_SELECT)
        return parse_right(p, node, EQUALITY);
    struct partiql_node *list = partiql_parse_node(p, PARTIQL_NODE_LIST, partiql_parse_now(p)->at);
    partiql_parse_advance(p);
    if (!partiql_parse_list(p, list) ||
        !partiql_parse_expect(p, PARTIQL_CLOSE, "Expected RIGHT_PAREN"))
        return false;
    partiql_parse_end(p, list);
    partiql_parse_add(node, list);
    return true;
}

/* between = "BETWEEN" expression "AND" expression */
static bool parse_between(struct partiql_parser *p, struct partiql_node *node)
{
    if (!parse_right(p, node, COMPARISON))
        return false;
    if (!partiql_parse_is_word(p, WORD_AND))
        return partiql_parse_fail(p, "Expected AND keyword");
    if (p->tokens.count - p->now < 3)
        return partiql_parse_fail(p, "Expected expression after AND");
    partiql_parse_advance(p);
    return parse_right(p, node, COMPARISON);
}

static bool parse_operands(struct partiql_parser *p, struct partiql_node *node, int precedence)
{
    if (node->word != WORD_IS && !has_right(p))
        return false;
    partiql_parse_advance(p);
    switch (node->word) {
    case WORD_IS:
        return parse_type(p, node);
    case WORD_IN:
        return parse_in(p, node);
    case WORD_BETWEEN:
        return parse_between(p, node);
    default:
        return parse_right(p, node, precedence);
    }
}

/* expression = unary { operator operands }: those that bind stronger than `precedence` */
struct partiql_node *partiql_parse_expression(struct partiql_parser *p, int precedence)
{
    struct partiql_node *left;
    if (!enter(p))
        return NULL;
    left = parse_unary(p);
    while (left) {
        const struct partiql_token *now = partiql_parse_now(p);
        int binding = precedence_of(now);
        if (binding == 0 || binding <= precedence)
            break;
        struct partiql_node *node = partiql_parse_node(p, PARTIQL_NODE_BINARY, left->at);
        node->word = now->kind == PARTIQL_STAR ? WORD_TIMES : now->word;
        node->negated = now->negated;
        node->text = (struct str){p->text.at + now->at, now->len};
        partiql_parse_add(node, left);
        left = parse_operands(p, node, binding) ? node : NULL;
        if (left)
            partiql_parse_end(p, left);
    }
    p->depth--;
    return left;
}
