/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_PARTIQL_PARSE_H
#define BACKEND_PARTIQL_PARSE_H

#include "backend/partiql/lex.h"
#include "backend/value.h"

/*
 * What a statement's text says, before anything is known of what DynamoDB makes of it: PartiQL's
 * grammar is wider than what the service runs, and refusals of the one and the other differ.
 *
 *   SELECT a.b FROM "T" WHERE k = 1 AND size(c) > ?
 *
 *   SELECT ─ query: list ── PATH ─┬─ NAME a          source ── NAME "T"
 *                                 └─ NAME b
 *                   where ── BINARY AND ─┬─ BINARY = ─┬─ NAME k
 *                                        │            └─ NUMBER 1
 *                                        └─ BINARY > ─┬─ CALL size ── NAME c
 *                                                     └─ PARAMETER 0
 */
enum partiql_node_kind {
    PARTIQL_NODE_NAME,
    PARTIQL_NODE_STRING,
    PARTIQL_NODE_NUMBER, /* `negated`: its sign is changed */
    PARTIQL_NODE_BOOL,   /* TRUE, FALSE: `word` */
    PARTIQL_NODE_NULL,
    PARTIQL_NODE_MISSING,
    PARTIQL_NODE_ION,
    PARTIQL_NODE_PARAMETER, /* `ordinal` */
    PARTIQL_NODE_PATH,      /* the root, then one node a step: a NAME, an index, a STAR */
    PARTIQL_NODE_INDEX,     /* a step [x]: the operand */
    PARTIQL_NODE_STAR,
    PARTIQL_NODE_CALL, /* `text` is the name in small letters */
    PARTIQL_NODE_LIST,
    PARTIQL_NODE_BAG,
    PARTIQL_NODE_MAP, /* key, value, key, value … */
    PARTIQL_NODE_UNARY,
    PARTIQL_NODE_BINARY, /* `word`; IS, IN, BETWEEN and LIKE may be negated; IS has one operand */
    PARTIQL_NODE_QUERY,  /* a statement: `query` */
};

struct partiql_query;

struct partiql_node {
    uint8_t kind, word;
    bool negated;
    bool quoted; /* a NAME in quotes */
    uint32_t at, len;
    uint32_t count; /* operands */
    uint32_t ordinal;
    struct str text; /* NAME, STRING, CALL: what it says; NUMBER, IS: as written */
    struct partiql_query *query;
    struct partiql_node *first, *last, *next;
};

enum partiql_verb {
    PARTIQL_VERB_SELECT,
    PARTIQL_VERB_INSERT,
    PARTIQL_VERB_UPDATE, /* both clause orders: UPDATE t SET … WHERE, FROM t WHERE … SET */
    PARTIQL_VERB_DELETE,
};

struct partiql_order {
    const struct partiql_node *by;
    bool descending;
    struct partiql_order *next;
};

/* SET path = value, REMOVE path. */
struct partiql_change {
    bool remove, foreign; /* foreign: an INSERT among them */
    const struct partiql_node *target, *value;
    struct partiql_change *next;
};

struct partiql_query {
    enum partiql_verb verb;
    const struct partiql_node *source; /* NULL: SET without a table */
    const struct partiql_node *where;
    const struct partiql_node *list; /* of SELECT: a LIST of expressions; a STAR alone is all */
    const struct partiql_node *item; /* of INSERT */
    struct partiql_change *changes;  /* of UPDATE */
    struct partiql_order *order;
    enum partiql_word returning; /* WORD_NONE, WORD_ALL_OLD … */
    bool alias;                  /* anything has another name */
    bool joined;                 /* more than one source */
    bool values;                 /* INSERT without VALUE */
    const char *clause;          /* one that the service does not have, or NULL; */
    uint32_t clause_at, clause_len;
};

enum { PARTIQL_DEPTH_MAX = 128 };

struct partiql_parser {
    struct arena *arena;
    struct err *err;
    struct str text;
    struct partiql_tokens tokens;
    uint32_t now; /* the token that is looked at */
    uint32_t depth;
    uint32_t parameters; /* seen so far */
};

/* The statement's tree, a QUERY or whatever expression the text is; NULL where it is not well
 * formed. Texts of names are in the arena or borrowed from the text. */
const struct partiql_node *partiql_parse_text(
    struct partiql_parser *p, struct arena *arena, struct str text, struct err *err);

/* ---- for the files that parse ---- */

static inline const struct partiql_token *partiql_parse_now(const struct partiql_parser *p)
{
    return &p->tokens.at[p->now];
}
bool partiql_parse_is(const struct partiql_parser *p, enum partiql_token_kind kind);
bool partiql_parse_is_word(const struct partiql_parser *p, enum partiql_word word);
void partiql_parse_advance(struct partiql_parser *p);
/* "Expected WHAT" unless the word is of this kind; then it is taken. */
bool partiql_parse_expect(struct partiql_parser *p, enum partiql_token_kind kind, const char *what);
/* "Statement wasn't well formed, can't be processed: WHAT" at the word. Always NULL. */
struct partiql_node *partiql_parse_fail(struct partiql_parser *p, const char *what);

struct partiql_node *partiql_parse_node(
    struct partiql_parser *p, enum partiql_node_kind kind, uint32_t at);
/* Sets the node's length so that it ends with the last word taken. */
void partiql_parse_end(const struct partiql_parser *p, struct partiql_node *node);
void partiql_parse_add(struct partiql_node *parent, struct partiql_node *operand);

/* Operators that bind stronger than this; the whole of them (parse_operator.c). */
enum { PARTIQL_LOOSEST = -1, PARTIQL_IN_SELECT = 6 };
struct partiql_node *partiql_parse_expression(struct partiql_parser *p, int precedence);
/* What operators stand between: a term and the steps of a path behind it. */
struct partiql_node *partiql_parse_operand(struct partiql_parser *p);
/* expression { "," expression }, into the parent */
bool partiql_parse_list(struct partiql_parser *p, struct partiql_node *parent);
/* A path of names and indexes: what may be changed. */
struct partiql_node *partiql_parse_simple_path(struct partiql_parser *p);
/* The statement that the keyword begins (parse_query.c). */
struct partiql_node *partiql_parse_query(struct partiql_parser *p);

#endif
