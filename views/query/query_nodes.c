/* SPDX-License-Identifier: MIT */
/*
 * From the words of a query's conditions to a tree of groups and single conditions. Must not check
 * anything: the parser of expressions has said already that they are right. Nothing recurses, so
 * that no depth of brackets is too deep.
 *
 *   operand   = { "not" } ( "(" operands ")" | condition )
 *   operands  = operand { ( "and" | "or" ) operand }
 */
#include "views/query/query_nodes.h"

struct nodes {
    struct query_builder *b;
    const struct query_token *tokens;
    size_t at, end;
    bool filter_only;
    int32_t group; /* that is open; -1 = none */
    uint32_t depth;
    struct query_span join, negation; /* of the operand that comes */
};

static struct query_span span_of(const struct query_token *token)
{
    return (struct query_span){token->at, token->len};
}

static bool is_word(const struct query_token *token, const char *word)
{
    return token->kind == QUERY_WORD && str_equal(token->name, str_from(word));
}

static bool too_many(struct nodes *n)
{
    const struct query_token *token = &n->tokens[n->at];
    err_set(n->b->err, ERR_DATA, "a query has at most %d conditions and groups", QUERY_NODES_MAX);
    return err_place(n->b->err, token->at, token->len);
}

static struct query_node *add(struct nodes *n)
{
    struct query_line *line = n->b->line;
    if (line->node_count == QUERY_NODES_MAX)
        return NULL;
    struct query_node *node = &line->nodes[line->node_count++];
    uint32_t at = n->negation.len ? n->negation.at : n->tokens[n->at].at;
    *node = (struct query_node){.span = {at, 0},
        .join = n->join,
        .negation = n->negation,
        .filter_only = n->filter_only,
        .parent = n->group,
        .depth = n->depth};
    while (node->term + 1 < line->term_count && line->terms[node->term + 1].span.at <= at)
        node->term++;
    n->join = n->negation = (struct query_span){0};
    return node;
}

/* "(" opens a group unless what it encloses is compared with something. */
static bool opens_group(const struct nodes *n)
{
    size_t depth = 0, i = n->at;
    for (; i < n->end; i++) {
        depth += n->tokens[i].kind == QUERY_OPEN;
        depth -= n->tokens[i].kind == QUERY_CLOSE;
        if (depth == 0)
            break;
    }
    const struct query_token *next = &n->tokens[i < n->end ? i + 1 : n->end];
    return next->kind != QUERY_OPERATOR && !is_word(next, "between") && !is_word(next, "in");
}

/* The end of a condition: the next "and" that is not BETWEEN's, "or", or the group's bracket. */
static size_t condition_end(const struct nodes *n)
{
    size_t depth = 0, i = n->at;
    bool between = false;
    for (; i < n->end; i++) {
        const struct query_token *token = &n->tokens[i];
        if (token->kind == QUERY_CLOSE && depth == 0)
            break;
        depth += token->kind == QUERY_OPEN;
        depth -= token->kind == QUERY_CLOSE;
        if (depth == 0 && (is_word(token, "or") || (is_word(token, "and") && !between)))
            break;
        if (depth == 0 && token->kind == QUERY_WORD)
            between = is_word(token, "between");
    }
    return i;
}

/* A condition that is a term by itself has been looked at already. */
static bool take_shape(struct nodes *n, struct query_node *node, size_t stop)
{
    struct query_term scratch = {0};
    const struct query_term *term = &n->b->line->terms[node->term];
    if (term->span.at != node->span.at || term->span.len != node->span.len || node->negation.len) {
        if (!query_term_shape(n->b, &n->tokens[n->at], stop - n->at, &scratch))
            return false;
        term = &scratch;
    }
    node->name = term->name_span;
    node->op = term->op_span;
    node->low = term->low_span;
    node->high = term->high_span;
    node->list = term->list;
    node->sized = term->sized;
    node->function = term->function;
    return true;
}

static bool add_condition(struct nodes *n)
{
    size_t stop = condition_end(n);
    struct query_node *node = add(n);
    if (!node)
        return too_many(n);
    stop = stop > n->at ? stop : n->at + 1;
    const struct query_token *last = &n->tokens[stop - 1];
    node->span.len = last->at + last->len - node->span.at;
    if (!take_shape(n, node, stop))
        return false;
    n->at = stop;
    return true;
}

static bool open_group(struct nodes *n)
{
    struct query_node *node = add(n);
    if (!node)
        return too_many(n);
    node->open = span_of(&n->tokens[n->at++]);
    n->group = (int32_t)(node - n->b->line->nodes);
    n->depth++;
    return true;
}

static void close_group(struct nodes *n)
{
    const struct query_token *token = &n->tokens[n->at++];
    if (n->group < 0)
        return;
    struct query_node *node = &n->b->line->nodes[n->group];
    node->close = span_of(token);
    node->span.len = token->at + token->len - node->span.at;
    n->group = node->parent;
    n->depth--;
}

static bool take_one(struct nodes *n)
{
    const struct query_token *token = &n->tokens[n->at];
    if (is_word(token, "and") || is_word(token, "or")) {
        n->join = span_of(token);
        n->at++;
    } else if (is_word(token, "not")) {
        if (!n->negation.len)
            n->negation.at = token->at;
        n->negation.len = token->at + token->len - n->negation.at;
        n->at++;
    } else if (token->kind == QUERY_CLOSE) {
        close_group(n);
    } else if (token->kind == QUERY_OPEN && opens_group(n)) {
        return open_group(n);
    } else {
        return add_condition(n);
    }
    return true;
}

bool query_nodes_find(struct query_builder *b, const struct query_token *tokens,
    const struct query_section sections[2])
{
    for (int i = 0; i < 2; i++) {
        struct nodes n = {.b = b,
            .tokens = tokens,
            .at = sections[i].from,
            .end = sections[i].end,
            .filter_only = i == 1,
            .group = -1};
        while (n.at < n.end)
            if (!take_one(&n))
                return false;
    }
    return true;
}
