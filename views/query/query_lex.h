/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_LEX_H
#define VIEWS_QUERY_QUERY_LEX_H

#include "base/arena.h"
#include "base/err.h"

/*
 * The words of a query line: DynamoDB's condition language with values written where they are used,
 * so that nobody types placeholders.
 *
 *   name     = letter { letter | digit | "_" | "-" | ":" | "#" | "@" | "$" | "/" } | "`" any "`"
 * ("``" in it is one) operator = "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" literal  = JSON
 * string, number, true, false, null, array or object; typed {"B": "…"}; ⟨set⟩; 'string' with '' for
 * a quote
 *
 * "[", "{" and "<<" begin a literal only where an operand is expected: behind a name they are what
 * they are in a path.
 */
enum query_token_kind {
    QUERY_END,
    QUERY_NAME,
    QUERY_INDEX, /* [3] behind a name */
    QUERY_DOT,
    QUERY_OPERATOR, /* of comparison */
    QUERY_WORD,     /* and or not between in */
    QUERY_FUNCTION, /* a name that "(" follows */
    QUERY_LITERAL,
    QUERY_OPEN,
    QUERY_CLOSE,
    QUERY_COMMA,
};

struct query_token {
    enum query_token_kind kind;
    uint32_t at, len; /* bytes in the line */
    struct str name;  /* of QUERY_NAME: without backquotes; of QUERY_WORD: in lower case */
};

enum { QUERY_TOKENS_MAX = 2048, QUERY_TEXT_MAX = 64 << 10 };

/* `tokens` has room for QUERY_TOKENS_MAX; the one behind the last is QUERY_END. False with the
 * place of what is no word; the tokens before it are good. Names are borrowed from the line, or in
 * the arena where they have backquotes inside. */
bool query_lex(struct arena *arena, struct str line, struct query_token *tokens, size_t *count,
    struct err *err);

#endif
