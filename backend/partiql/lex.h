/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_PARTIQL_LEX_H
#define BACKEND_PARTIQL_LEX_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The words of a statement. Keywords are case-insensitive and reserved: an attribute of that name
 * has to be quoted. Some keywords are several words of the text (NOT IN, INSERT INTO, ALL OLD).
 */
enum partiql_token_kind {
    PARTIQL_END,
    PARTIQL_NAME,
    PARTIQL_QUOTED, /* "name" */
    PARTIQL_STRING, /* 'text' */
    PARTIQL_NUMBER,
    PARTIQL_ION, /* `…`, which DynamoDB has no use for */
    PARTIQL_PARAMETER,
    PARTIQL_KEYWORD,
    PARTIQL_OPERATOR, /* signs, and keywords that stand between operands */
    PARTIQL_STAR,
    PARTIQL_DOT,
    PARTIQL_COMMA,
    PARTIQL_COLON,
    PARTIQL_SEMICOLON,
    PARTIQL_OPEN, /* ( ) [ ] << >> { } */
    PARTIQL_CLOSE,
    PARTIQL_OPEN_LIST,
    PARTIQL_CLOSE_LIST,
    PARTIQL_OPEN_BAG,
    PARTIQL_CLOSE_BAG,
    PARTIQL_OPEN_MAP,
    PARTIQL_CLOSE_MAP,
};

/* What a keyword or operator is; keywords without a part in the grammar are all WORD_OTHER. */
enum partiql_word {
    WORD_NONE,
    WORD_OTHER,
    WORD_FUNCTION, /* a keyword that names a function: EXISTS is one of its own */
    WORD_TYPE,     /* a keyword that names a type */
    /* statements and their clauses */
    WORD_ALL,
    WORD_ALL_NEW,
    WORD_ALL_OLD,
    WORD_AS,
    WORD_ASC,
    WORD_AT,
    WORD_BY,
    WORD_CONFLICT,
    WORD_DELETE,
    WORD_DESC,
    WORD_DISTINCT,
    WORD_EXISTS,
    WORD_FALSE,
    WORD_FROM,
    WORD_GROUP,
    WORD_HAVING,
    WORD_INSERT,
    WORD_INSERT_INTO,
    WORD_INTO,
    WORD_JOIN,
    WORD_LIMIT,
    WORD_MISSING,
    WORD_MODIFIED,
    WORD_MODIFIED_NEW,
    WORD_MODIFIED_OLD,
    WORD_NEW,
    WORD_NULL,
    WORD_OLD,
    WORD_ON,
    WORD_ORDER,
    WORD_REMOVE,
    WORD_RETURNING,
    WORD_SELECT,
    WORD_SET,
    WORD_TRUE,
    WORD_UPDATE,
    WORD_VALUE,
    WORD_WHERE,
    /* operators; the ones with NOT are the same word, negated */
    WORD_AND,
    WORD_OR,
    WORD_NOT,
    WORD_IS,
    WORD_IN,
    WORD_BETWEEN,
    WORD_LIKE,
    WORD_EQ,
    WORD_NE,
    WORD_LT,
    WORD_LE,
    WORD_GT,
    WORD_GE,
    WORD_PLUS,
    WORD_MINUS,
    WORD_TIMES, /* as an operator; the token is a PARTIQL_STAR */
    WORD_DIVIDE,
    WORD_MODULO,
    WORD_CONCAT,
    WORD_UNION, /* EXCEPT and INTERSECT too */
    WORD_SIGIL, /* @ */
};

struct partiql_token {
    uint8_t kind;     /* enum partiql_token_kind */
    uint8_t word;     /* enum partiql_word, of keywords and operators */
    bool negated;     /* NOT IN, IS NOT, NOT BETWEEN, NOT LIKE */
    uint32_t at, len; /* bytes in the text, quotes included */
};

struct partiql_tokens {
    struct partiql_token *at; /* the last one is PARTIQL_END */
    uint32_t count;
};

/* All words of the text, in the arena. False where a character cannot stand where it does; *bad is
 * its place. */
bool partiql_lex(struct arena *arena, struct str text, struct partiql_tokens *out, size_t *bad);
/* Whether the text's first word is SELECT and something follows it. */
bool partiql_lex_reads(struct str text);
/* The keyword that the word is, case-insensitive; WORD_NONE for names. */
enum partiql_word partiql_word_find(struct str word);
/* "NULL", "BOOL", … of the type that the keyword names for IS: an attribute type's name, "" where
 * attributes have no such type. */
const char *partiql_word_type(struct str word);

#endif
