/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_LEX_H
#define BACKEND_EXPR_LEX_H

#include "base/str.h"

/* The words of an expression. */
enum expr_token_kind {
    EXPR_TOKEN_END,
    EXPR_TOKEN_BAD,   /* a character that begins nothing */
    EXPR_TOKEN_NAME,  /* letter, then letters, digits, '_' */
    EXPR_TOKEN_ALIAS, /* #name */
    EXPR_TOKEN_VALUE, /* :value */
    EXPR_TOKEN_INT,   /* 0, or digits that do not begin with 0 */
    EXPR_TOKEN_OPEN,
    EXPR_TOKEN_CLOSE,
    EXPR_TOKEN_OPEN_INDEX,
    EXPR_TOKEN_CLOSE_INDEX,
    EXPR_TOKEN_COMMA,
    EXPR_TOKEN_DOT,
    EXPR_TOKEN_PLUS,
    EXPR_TOKEN_MINUS,
    /* comparators, in the order of enum expr_operator */
    EXPR_TOKEN_EQ,
    EXPR_TOKEN_NE,
    EXPR_TOKEN_LT,
    EXPR_TOKEN_LE,
    EXPR_TOKEN_GT,
    EXPR_TOKEN_GE,
    /* keywords, of any case */
    EXPR_TOKEN_AND,
    EXPR_TOKEN_OR,
    EXPR_TOKEN_NOT,
    EXPR_TOKEN_BETWEEN,
    EXPR_TOKEN_IN,
    EXPR_TOKEN_SET,
    EXPR_TOKEN_REMOVE,
    EXPR_TOKEN_ADD,
    EXPR_TOKEN_DELETE,
};

struct expr_token {
    enum expr_token_kind kind;
    uint32_t at, len;
};

/* The word at or after `at`; at the end of the text a word of length 0. */
struct expr_token expr_lex(struct str text, size_t at);

#endif
