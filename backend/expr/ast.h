/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_AST_H
#define BACKEND_EXPR_AST_H

#include "backend/expr/expr.h"

/*
 * The trees that all expressions become. Inside the backend only: whatever speaks another language
 * for the same thing (legacy parameters, PartiQL) builds these trees and runs them with
 * expr_test(), expr_apply() and expr_project().
 *
 *   a = :x AND size(b) > :n
 *
 *   AND ─┬─ COMPARE = ─┬─ PATH a
 *        │             └─ VALUE :x
 *        └─ COMPARE > ─┬─ CALL size ── PATH b
 *                      └─ VALUE :n
 */
enum expr_node_kind {
    /* operands */
    EXPR_NODE_PATH,
    EXPR_NODE_VALUE,
    EXPR_NODE_CALL, /* `op` is an enum expr_function; + and - are calls too */
    /* conditions (a CALL may stand as one as well) */
    EXPR_NODE_COMPARE, /* `op` is an enum expr_operator, EXPR_EQ..EXPR_GE; two operands */
    EXPR_NODE_BETWEEN, /* three operands */
    EXPR_NODE_IN,      /* the first operand among the others */
    EXPR_NODE_NOT,     /* one condition */
    EXPR_NODE_AND,     /* two conditions or more */
    EXPR_NODE_OR,
};

enum expr_function {
    EXPR_ATTRIBUTE_EXISTS,
    EXPR_ATTRIBUTE_NOT_EXISTS,
    EXPR_ATTRIBUTE_TYPE,
    EXPR_BEGINS,
    EXPR_CONTAINS,
    EXPR_SIZE,
    EXPR_IF_NOT_EXISTS,
    EXPR_LIST_APPEND,
    EXPR_PLUS,
    EXPR_MINUS,
    EXPR_UNKNOWN_FUNCTION,
};

struct expr_node {
    uint8_t kind, op;
    bool paren;                            /* stands in parentheses of its own */
    uint32_t at, len;                      /* in the expression's text */
    uint32_t count;                        /* operands; for a PATH its steps as written */
    struct expr_node *first, *last, *next; /* operands; the next operand of the same parent */
    struct expr_node *after; /* the parser's list of all nodes, in order of the text */
    struct str missing;      /* a placeholder in it that is not defined: "#x", ":x" */
    union {
        struct expr_path path;
        struct value value;
    };
};

struct expr_condition {
    const struct expr_node *root;
};

enum expr_clause { EXPR_SET, EXPR_REMOVE, EXPR_ADD, EXPR_DELETE };

struct expr_action {
    enum expr_clause clause;
    const struct expr_node *target; /* a PATH */
    const struct expr_node *value;  /* NULL for REMOVE */
};

/* Paths in the order in which a walk over an item meets them, see expr_paths_sort(). */
struct expr_paths {
    uint32_t count;
    const struct expr_path **sorted;
    uint32_t *order; /* where each stood before it was sorted */
};

struct expr_projection {
    struct expr_paths paths;
};

struct expr_update {
    uint32_t count;
    const struct expr_action *actions; /* in order of the text */
    struct expr_paths paths;           /* their targets: paths.order gives the action */
};

/* ---- making trees ---- */

struct expr_node *expr_ast_node(struct arena *arena, enum expr_node_kind kind, unsigned op);
void expr_ast_add(struct expr_node *parent, struct expr_node *operand);
/* Copies the steps. */
struct expr_node *expr_ast_path(struct arena *arena, const struct expr_step *steps, size_t count);
struct expr_node *expr_ast_value(struct arena *arena, struct value value);
const struct expr_condition *expr_ast_condition(struct arena *arena, const struct expr_node *root);
/* The actions must live in the arena, their paths must not overlap: see expr_paths_clash(). */
const struct expr_update *expr_ast_update(
    struct arena *arena, const struct expr_action *actions, size_t count);
const struct expr_projection *expr_ast_projection(
    struct arena *arena, const struct expr_path *const *paths, size_t count);

/* What is wrong with trees that were made by hand: numbers of operands, operands that must differ,
 * types, too deep paths; in the words of expressions without "Invalid …Expression: ". Places are
 * the nodes'. The update is NULL where it is refused, also for targets that overlap. */
bool expr_check_made_condition(struct arena *arena, const struct expr_node *root, struct err *err);
const struct expr_update *expr_check_made_update(
    struct arena *arena, const struct expr_action *actions, size_t count, struct err *err);

/* ---- names ---- */

enum expr_function expr_ast_function(struct str name);
const char *expr_ast_function_name(enum expr_function function);
const char *expr_ast_operator_name(enum expr_operator op);
/* The operator that says the same with its operands exchanged: > for <. */
enum expr_operator expr_ast_turned(enum expr_operator op);
/* Whether the node is true or false of an item, as opposed to a value. */
bool expr_ast_is_condition(const struct expr_node *node);
/* How many operands the function takes. */
unsigned expr_ast_arity(enum expr_function function);

/* ---- paths ---- */

bool expr_paths_equal(const struct expr_path *a, const struct expr_path *b);
/* Indexes first, by value, then names in byte order; a prefix before its extensions: so that one
 * pass over a container's members meets its paths in order. */
void expr_paths_sort(struct arena *arena, struct expr_paths *paths,
    const struct expr_path *const *from, size_t count);
/* How many of the paths from `from` on share their step at `depth` with the first of them. */
uint32_t expr_paths_group(
    const struct expr_paths *paths, uint32_t from, uint32_t to, uint32_t depth);

struct expr_clash {
    bool conflict; /* one place as a list and as a map; else one path lies within the other */
    size_t one, two;
};
/* The first two paths (in order of the text) that cannot stand together. */
bool expr_paths_clash(const struct expr_paths *sorted, const struct expr_path *const *paths,
    struct expr_clash *clash);
/* "[a, [2], b]" */
void expr_paths_text(struct buf *out, const struct expr_path *path);
/* The parts of a container at the paths [from, to), appended as a value of its kind. False, and
 * nothing appended, where there are none. */
bool expr_paths_project(const struct expr_paths *paths, uint32_t from, uint32_t to, uint32_t depth,
    struct value container, struct buf *out);

/* Levels of lists and maps in a value: none in a scalar, 1 in a list of scalars. */
unsigned expr_ast_nest(struct value v);

#endif
