/* SPDX-License-Identifier: MIT */
/*
 * Cuts the text of an expression into words. Knows no grammar and no placeholders: what a word
 * means is the parser's affair. Keywords are words of their own everywhere, as in the service: an
 * attribute called "set" is a syntax error, not a reserved name.
 */
#include "backend/expr/lex.h"

static inline bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Letters, digits and '_' from `at` on. */
static inline size_t word_end(struct str text, size_t at)
{
    while (at < text.len && (is_letter(text.at[at]) || is_digit(text.at[at]) || text.at[at] == '_'))
        at++;
    return at;
}

static const struct {
    struct str word;
    enum expr_token_kind kind;
} keywords[] = {
    {{"AND", 3}, EXPR_TOKEN_AND},
    {{"OR", 2}, EXPR_TOKEN_OR},
    {{"NOT", 3}, EXPR_TOKEN_NOT},
    {{"BETWEEN", 7}, EXPR_TOKEN_BETWEEN},
    {{"IN", 2}, EXPR_TOKEN_IN},
    {{"SET", 3}, EXPR_TOKEN_SET},
    {{"REMOVE", 6}, EXPR_TOKEN_REMOVE},
    {{"ADD", 3}, EXPR_TOKEN_ADD},
    {{"DELETE", 6}, EXPR_TOKEN_DELETE},
};

static enum expr_token_kind keyword_or_name(struct str word)
{
    if (word.len < 2 || word.len > 7)
        return EXPR_TOKEN_NAME;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (keywords[i].word.len == word.len &&
            (keywords[i].word.at[0] | 0x20) == (word.at[0] | 0x20) &&
            str_equal_nocase(word, keywords[i].word))
            return keywords[i].kind;
    return EXPR_TOKEN_NAME;
}

static enum expr_token_kind sign(char c)
{
    switch (c) {
    case '(':
        return EXPR_TOKEN_OPEN;
    case ')':
        return EXPR_TOKEN_CLOSE;
    case '[':
        return EXPR_TOKEN_OPEN_INDEX;
    case ']':
        return EXPR_TOKEN_CLOSE_INDEX;
    case ',':
        return EXPR_TOKEN_COMMA;
    case '.':
        return EXPR_TOKEN_DOT;
    case '+':
        return EXPR_TOKEN_PLUS;
    case '-':
        return EXPR_TOKEN_MINUS;
    case '=':
        return EXPR_TOKEN_EQ;
    default:
        return EXPR_TOKEN_BAD;
    }
}

/* A whole character, so that an error never quotes half of one. */
static struct expr_token bad(struct str text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && ((unsigned char)text.at[end] & 0xC0) == 0x80)
        end++;
    return (struct expr_token){EXPR_TOKEN_BAD, (uint32_t)at, (uint32_t)(end - at)};
}

static struct expr_token angle(struct str text, size_t at)
{
    char c = text.at[at], then = at + 1 < text.len ? text.at[at + 1] : '\0';
    struct expr_token t = {c == '<' ? EXPR_TOKEN_LT : EXPR_TOKEN_GT, (uint32_t)at, 1};
    if (then == '=') {
        t.kind = c == '<' ? EXPR_TOKEN_LE : EXPR_TOKEN_GE;
        t.len = 2;
    } else if (c == '<' && then == '>') {
        t.kind = EXPR_TOKEN_NE;
        t.len = 2;
    }
    return t;
}

static struct expr_token digits(struct str text, size_t at)
{
    size_t end = at + 1;
    while (text.at[at] != '0' && end < text.len && is_digit(text.at[end]))
        end++;
    return (struct expr_token){EXPR_TOKEN_INT, (uint32_t)at, (uint32_t)(end - at)};
}

static struct expr_token name(struct str text, size_t at)
{
    size_t end = word_end(text, at + 1);
    struct str word = {text.at + at, end - at};
    return (struct expr_token){keyword_or_name(word), (uint32_t)at, (uint32_t)(end - at)};
}

static struct expr_token placeholder(struct str text, size_t at)
{
    size_t end = word_end(text, at + 1);
    if (end == at + 1)
        return bad(text, at);
    enum expr_token_kind kind = text.at[at] == '#' ? EXPR_TOKEN_ALIAS : EXPR_TOKEN_VALUE;
    return (struct expr_token){kind, (uint32_t)at, (uint32_t)(end - at)};
}

struct expr_token expr_lex(struct str text, size_t at)
{
    while (at < text.len && is_blank(text.at[at]))
        at++;
    if (at >= text.len)
        return (struct expr_token){EXPR_TOKEN_END, (uint32_t)text.len, 0};
    char c = text.at[at];
    if (is_letter(c))
        return name(text, at);
    if (is_digit(c))
        return digits(text, at);
    if (c == '#' || c == ':')
        return placeholder(text, at);
    if (c == '<' || c == '>')
        return angle(text, at);
    enum expr_token_kind kind = sign(c);
    return kind == EXPR_TOKEN_BAD ? bad(text, at) : (struct expr_token){kind, (uint32_t)at, 1};
}
