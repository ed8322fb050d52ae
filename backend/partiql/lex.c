/* SPDX-License-Identifier: MIT */
/*
 * Cuts the text of a statement into words: blanks and comments fall away, keywords of several words
 * become one. Knows no grammar; what a string says is worked out where it is used.
 *
 *   SELECT a."b" FROM t -- note    →    SELECT  a  .  "b"  FROM  t  END
 */
#include "backend/partiql/lex.h"

#include "base/utf8.h"

#include <string.h>

struct lexer {
    struct arena *arena;
    struct str text;
    size_t at;
    struct partiql_tokens *out;
    uint32_t room;
};

/* ---- characters ---- */

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline bool starts_name(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || c == '_' || c == '$';
}

static inline bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char peek(const struct lexer *l, size_t ahead)
{
    return l->at + ahead < l->text.len ? l->text.at[l->at + ahead] : '\0';
}

/* ---- blanks and comments ---- */

/* comment = "--" to the end of the line | "/" "*" … "*" "/" */
static bool skip_comment(struct lexer *l)
{
    struct str rest = str_skip(l->text, l->at);
    bool line = rest.at[0] == '-';
    size_t end = line ? str_find_byte(rest, '\n') : str_find(str_skip(rest, 2), STR("*/"));
    if (end == SIZE_MAX && !line)
        return false;
    l->at = end == SIZE_MAX ? l->text.len : l->at + end + (line ? 1 : 4);
    return true;
}

static bool skip_blanks(struct lexer *l)
{
    for (;;) {
        while (l->at < l->text.len && is_blank(l->text.at[l->at]))
            l->at++;
        char c = peek(l, 0), then = peek(l, 1);
        if (!(c == '-' && then == '-') && !(c == '/' && then == '*'))
            return true;
        if (!skip_comment(l))
            return false;
    }
}

/* ---- words ---- */

static struct partiql_token *add(struct lexer *l, enum partiql_token_kind kind, size_t len)
{
    struct partiql_tokens *out = l->out;
    if (out->count == l->room) {
        uint32_t room = l->room ? 2 * l->room : 32;
        struct partiql_token *grown = arena_alloc(l->arena, room * sizeof *grown);
        if (out->count)
            memcpy(grown, out->at, out->count * sizeof *grown);
        out->at = grown;
        l->room = room;
    }
    struct partiql_token *token = &out->at[out->count++];
    *token =
        (struct partiql_token){.kind = (uint8_t)kind, .at = (uint32_t)l->at, .len = (uint32_t)len};
    l->at += len;
    return token;
}

static void add_operator(struct lexer *l, enum partiql_word word, size_t len)
{
    add(l, PARTIQL_OPERATOR, len)->word = (uint8_t)word;
}

/* quoted = "'" … "'": a quote inside stands twice; the same with '"' and '`' */
static bool lex_quoted(struct lexer *l, enum partiql_token_kind kind)
{
    char quote = l->text.at[l->at];
    size_t end = l->at + 1;
    for (; end < l->text.len; end++) {
        if (l->text.at[end] != quote)
            continue;
        if (end + 1 < l->text.len && l->text.at[end + 1] == quote && quote != '`')
            end++;
        else
            break;
    }
    if (end >= l->text.len)
        return false;
    add(l, kind, end + 1 - l->at);
    return true;
}

/* The service keeps a number as digits and a scale of 32 bits: what does not fit is no number. */
static bool fits(size_t fraction, bool negative, struct str digits)
{
    uint64_t exponent = 0;
    for (size_t i = 0; i < digits.len && exponent <= INT32_MAX; i++)
        exponent = exponent * 10 + (unsigned)(digits.at[i] - '0');
    if (exponent > (negative ? (uint64_t)INT32_MAX + 1 : INT32_MAX))
        return false;
    int64_t scale = (int64_t)fraction - (negative ? -(int64_t)exponent : (int64_t)exponent);
    return scale >= INT32_MIN && scale <= INT32_MAX;
}

static size_t digits_end(const struct lexer *l, size_t at)
{
    while (at < l->text.len && is_digit(l->text.at[at]))
        at++;
    return at;
}

/* number = ( digits [ "." [ digits ] ] | "." digits ) [ ( "e" | "E" ) [ "+" | "-" ] digits ] */
static bool lex_number(struct lexer *l)
{
    size_t end = digits_end(l, l->at), fraction = 0;
    const char *text = l->text.at;
    if (end < l->text.len && text[end] == '.') {
        size_t point = end + 1;
        end = digits_end(l, point);
        fraction = end - point;
    }
    if (end < l->text.len && (text[end] | 0x20) == 'e') {
        size_t from = end + 1;
        bool negative = from < l->text.len && text[from] == '-';
        from += from < l->text.len && (text[from] == '-' || text[from] == '+');
        end = digits_end(l, from);
        if (end == from || !fits(fraction, negative, (struct str){text + from, end - from}))
            return false;
    }
    if (end < l->text.len && starts_name(text[end]))
        return false;
    add(l, PARTIQL_NUMBER, end - l->at);
    return true;
}

static void lex_name(struct lexer *l)
{
    size_t end = l->at + 1;
    while (end < l->text.len && (starts_name(l->text.at[end]) || is_digit(l->text.at[end])))
        end++;
    struct str text = {l->text.at + l->at, end - l->at};
    enum partiql_word word = partiql_word_find(text);
    bool infix = (word >= WORD_AND && word <= WORD_LIKE) || word == WORD_UNION;
    struct partiql_token *token = add(l,
        word == WORD_NONE ? PARTIQL_NAME
        : infix           ? PARTIQL_OPERATOR
                          : PARTIQL_KEYWORD,
        text.len);
    token->word = (uint8_t)word;
}

/* Signs of one character that are no operators. */
static enum partiql_token_kind sign(char c)
{
    switch (c) {
    case '(':
        return PARTIQL_OPEN;
    case ')':
        return PARTIQL_CLOSE;
    case '[':
        return PARTIQL_OPEN_LIST;
    case ']':
        return PARTIQL_CLOSE_LIST;
    case '{':
        return PARTIQL_OPEN_MAP;
    case '}':
        return PARTIQL_CLOSE_MAP;
    case ',':
        return PARTIQL_COMMA;
    case ':':
        return PARTIQL_COLON;
    case ';':
        return PARTIQL_SEMICOLON;
    case '.':
        return PARTIQL_DOT;
    case '*':
        return PARTIQL_STAR;
    case '?':
        return PARTIQL_PARAMETER;
    default:
        return PARTIQL_END;
    }
}

static bool lex_angle(struct lexer *l)
{
    char c = peek(l, 0), then = peek(l, 1);
    if (then == c)
        add(l, c == '<' ? PARTIQL_OPEN_BAG : PARTIQL_CLOSE_BAG, 2);
    else if (then == '=')
        add_operator(l, c == '<' ? WORD_LE : WORD_GE, 2);
    else if (c == '<' && then == '>')
        add_operator(l, WORD_NE, 2);
    else
        add_operator(l, c == '<' ? WORD_LT : WORD_GT, 1);
    return true;
}

static bool lex_operator(struct lexer *l)
{
    static const char signs[] = "=+-/%@";
    static const enum partiql_word words[] = {
        WORD_EQ, WORD_PLUS, WORD_MINUS, WORD_DIVIDE, WORD_MODULO, WORD_SIGIL};
    char c = peek(l, 0), then = peek(l, 1);
    const char *found = memchr(signs, c, sizeof signs - 1);
    if (found)
        add_operator(l, words[found - signs], 1);
    else if (c == '!' && then == '=')
        add_operator(l, WORD_NE, 2);
    else if (c == '|' && then == '|')
        add_operator(l, WORD_CONCAT, 2);
    else
        return false;
    return true;
}

static bool lex_word(struct lexer *l)
{
    char c = peek(l, 0);
    enum partiql_token_kind kind = sign(c);
    if (starts_name(c)) {
        lex_name(l);
        return true;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(l, 1))))
        return lex_number(l);
    if (c == '\'' || c == '"' || c == '`')
        return lex_quoted(l, c == '\'' ? PARTIQL_STRING : c == '"' ? PARTIQL_QUOTED : PARTIQL_ION);
    if (c == '<' || c == '>')
        return lex_angle(l);
    if (kind == PARTIQL_END)
        return lex_operator(l);
    add(l, kind, 1);
    return true;
}

/* ---- keywords of several words ---- */

static const struct {
    enum partiql_word one, two, both;
    enum partiql_token_kind kind;
    bool negated;
} pairs[] = {
    {WORD_NOT, WORD_IN, WORD_IN, PARTIQL_OPERATOR, true},
    {WORD_IS, WORD_NOT, WORD_IS, PARTIQL_OPERATOR, true},
    {WORD_NOT, WORD_BETWEEN, WORD_BETWEEN, PARTIQL_OPERATOR, true},
    {WORD_NOT, WORD_LIKE, WORD_LIKE, PARTIQL_OPERATOR, true},
    {WORD_INSERT, WORD_INTO, WORD_INSERT_INTO, PARTIQL_KEYWORD, false},
    {WORD_MODIFIED, WORD_OLD, WORD_MODIFIED_OLD, PARTIQL_KEYWORD, false},
    {WORD_MODIFIED, WORD_NEW, WORD_MODIFIED_NEW, PARTIQL_KEYWORD, false},
    {WORD_ALL, WORD_OLD, WORD_ALL_OLD, PARTIQL_KEYWORD, false},
    {WORD_ALL, WORD_NEW, WORD_ALL_NEW, PARTIQL_KEYWORD, false},
};

/* A quoted word may hold anything but what is no character. */
static bool is_utf8(const struct lexer *l, size_t *bad)
{
    for (uint32_t i = 0; i < l->out->count; i++) {
        const struct partiql_token *t = &l->out->at[i];
        *bad = t->at;
        if (!utf8_valid((struct str){l->text.at + t->at, t->len}))
            return false;
    }
    return true;
}

static bool is_text(struct str text, const struct partiql_token *token, struct str word)
{
    return str_equal_nocase((struct str){text.at + token->at, token->len}, word);
}

/* DOUBLE PRECISION and CHARACTER VARYING name types. */
static bool join_type(struct str text, struct partiql_token *one, const struct partiql_token *two)
{
    if (!(is_text(text, one, STR("double")) && is_text(text, two, STR("precision"))) &&
        !(is_text(text, one, STR("character")) && is_text(text, two, STR("varying"))))
        return false;
    one->word = WORD_TYPE;
    return true;
}

static bool join(struct str text, struct partiql_token *one, const struct partiql_token *two)
{
    size_t i = 0;
    if (one->word == WORD_NONE || two->word == WORD_NONE)
        return false;
    while (i < sizeof pairs / sizeof *pairs &&
           (pairs[i].one != one->word || pairs[i].two != two->word || one->negated))
        i++;
    if (i < sizeof pairs / sizeof *pairs) {
        one->word = (uint8_t)pairs[i].both;
        one->kind = (uint8_t)pairs[i].kind;
        one->negated = pairs[i].negated;
    } else if (!join_type(text, one, two)) {
        return false;
    }
    one->len = two->at + two->len - one->at;
    return true;
}

static void join_all(struct str text, struct partiql_tokens *tokens)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (kept && join(text, &tokens->at[kept - 1], &tokens->at[i]))
            continue;
        tokens->at[kept++] = tokens->at[i];
    }
    tokens->count = kept;
}

bool partiql_lex(struct arena *arena, struct str text, struct partiql_tokens *out, size_t *bad)
{
    struct lexer l = {.arena = arena, .text = text, .out = out};
    *out = (struct partiql_tokens){0};
    while (skip_blanks(&l) && l.at < text.len && lex_word(&l))
        continue;
    *bad = l.at;
    if (l.at < text.len || !is_utf8(&l, bad))
        return false;
    add(&l, PARTIQL_END, 0);
    join_all(text, out);
    return true;
}

bool partiql_lex_reads(struct str text)
{
    struct lexer l = {.text = text};
    size_t end;
    if (!skip_blanks(&l))
        return false;
    end = l.at;
    while (end < text.len && (starts_name(text.at[end]) || is_digit(text.at[end])))
        end++;
    return end < text.len &&
           partiql_word_find((struct str){text.at + l.at, end - l.at}) == WORD_SELECT;
}
