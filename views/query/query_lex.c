/* SPDX-License-Identifier: MIT */
/*
 * From a query line to its words. What they mean together is query_line's business; values are only
 * measured here, not read.
 */
#include "views/query/query_lex.h"

struct lex {
    struct arena *arena;
    struct str line;
    size_t at;
    bool operand; /* a value may begin here */
    struct query_token *tokens;
    size_t count;
    struct err *err;
};

/* ---- characters ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool is_in_name(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("-:#@$/", c));
}

static char peek(const struct lex *lex, size_t ahead)
{
    return lex->at + ahead < lex->line.len ? lex->line.at[lex->at + ahead] : '\0';
}

static bool ahead_is(const struct lex *lex, struct str text)
{
    return str_starts(str_skip(lex->line, lex->at), text);
}

static bool complain(struct lex *lex, size_t len, const char *what)
{
    err_set(lex->err, ERR_DATA, "%s", what);
    return err_place(lex->err, lex->at, len);
}

/* ---- tokens ---- */

/* What a token is followed by decides whether "[" opens an array or an element. */
static bool expects_operand(enum query_token_kind kind)
{
    return kind == QUERY_OPERATOR || kind == QUERY_WORD || kind == QUERY_OPEN ||
           kind == QUERY_COMMA;
}

static bool add(struct lex *lex, enum query_token_kind kind, size_t len)
{
    if (lex->count + 1 >= QUERY_TOKENS_MAX)
        return complain(lex, 1, "this is too long for one query");
    struct query_token *token = &lex->tokens[lex->count++];
    *token = (struct query_token){.kind = kind, .at = (uint32_t)lex->at, .len = (uint32_t)len};
    token->name = str_take(str_skip(lex->line, lex->at), len);
    lex->at += len;
    lex->operand = expects_operand(kind);
    return true;
}

/* string = '"' { any | "\" any } '"' | "'" { any | "''" } "'" */
static bool add_string(struct lex *lex, char quote)
{
    size_t end = 1;
    for (; peek(lex, end); end++) {
        if (quote == '"' && peek(lex, end) == '\\')
            end++;
        else if (quote == '\'' && peek(lex, end) == '\'' && peek(lex, end + 1) == '\'')
            end++;
        else if (peek(lex, end) == quote)
            return add(lex, QUERY_LITERAL, end + 1);
    }
    return complain(lex, lex->line.len - lex->at, "this text has no closing quote");
}

static bool add_number(struct lex *lex)
{
    size_t end = 1;
    while (is_digit(peek(lex, end)) || peek(lex, end) == '.' || peek(lex, end) == 'e' ||
           peek(lex, end) == 'E' ||
           ((peek(lex, end) == '-' || peek(lex, end) == '+') &&
               (peek(lex, end - 1) == 'e' || peek(lex, end - 1) == 'E')))
        end++;
    return add(lex, QUERY_LITERAL, end);
}

/* The end of a JSON array or object, by its brackets; strings inside are passed over. */
static bool add_document(struct lex *lex)
{
    size_t depth = 0;
    for (size_t end = 0; peek(lex, end); end++) {
        char c = peek(lex, end);
        if (c == '"')
            for (end++; peek(lex, end) && peek(lex, end) != '"'; end++)
                end += peek(lex, end) == '\\';
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        if (depth == 0)
            return add(lex, QUERY_LITERAL, end + 1);
    }
    return complain(lex, lex->line.len - lex->at, "a bracket is not closed here");
}

static bool add_set(struct lex *lex, struct str close)
{
    size_t end = str_find(str_skip(lex->line, lex->at), close);
    if (end == SIZE_MAX)
        return complain(lex, lex->line.len - lex->at, "this set is not closed");
    return add(lex, QUERY_LITERAL, end + close.len);
}

static bool add_index(struct lex *lex)
{
    size_t end = 1;
    while (is_digit(peek(lex, end)))
        end++;
    if (end == 1 || peek(lex, end) != ']')
        return complain(lex, end, "an element of a list is written [0]");
    return add(lex, QUERY_INDEX, end + 1);
}

/* The name between its backquotes: two of them inside are one. */
static struct str unquoted(struct lex *lex, struct str inside, size_t doubled)
{
    char *plain = arena_alloc(lex->arena, inside.len + 1);
    size_t len = 0;
    if (!doubled)
        return inside;
    for (size_t i = 0; i < inside.len; i++) {
        plain[len++] = inside.at[i];
        i += inside.at[i] == '`';
    }
    return (struct str){plain, len};
}

/* name = "`" { any | "``" } "`" */
static bool add_quoted_name(struct lex *lex)
{
    size_t end = 1, doubled = 0;
    for (; peek(lex, end) && (peek(lex, end) != '`' || peek(lex, end + 1) == '`'); end++)
        if (peek(lex, end) == '`') {
            doubled++;
            end++;
        }
    if (!peek(lex, end))
        return complain(lex, lex->line.len - lex->at, "a name in backquotes is not closed");
    if (end == 1)
        return complain(lex, 2, "a name is missing between the backquotes");
    if (!add(lex, QUERY_NAME, end + 1))
        return false;
    struct str *name = &lex->tokens[lex->count - 1].name;
    *name = unquoted(lex, str_take(str_skip(*name, 1), end - 1), doubled);
    return true;
}

/* ---- words ---- */

static bool is_literal_word(struct str word)
{
    return str_equal(word, STR("true")) || str_equal(word, STR("false")) ||
           str_equal(word, STR("null"));
}

static struct str joining_word(struct str word)
{
    static const struct str words[] = {
        {"and", 3}, {"or", 2}, {"not", 3}, {"between", 7}, {"in", 2}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(word, words[i]))
            return words[i];
    return STR_NONE;
}

/* A joining word stands where no name can: "in = 3" is about an attribute named in. */
static bool is_operand_place(const struct lex *lex, size_t end)
{
    while (is_blank(peek(lex, end)))
        end++;
    return peek(lex, end) && strchr("=<>!.[", peek(lex, end));
}

static bool add_word(struct lex *lex)
{
    size_t end = 1;
    while (is_in_name(peek(lex, end)))
        end++;
    struct str word = str_take(str_skip(lex->line, lex->at), end), joining = joining_word(word);
    if (joining.len && !is_operand_place(lex, end)) {
        if (!add(lex, QUERY_WORD, end))
            return false;
        lex->tokens[lex->count - 1].name = joining;
        return true;
    }
    if (is_literal_word(word) && lex->operand)
        return add(lex, QUERY_LITERAL, end);
    return add(lex, peek(lex, end) == '(' ? QUERY_FUNCTION : QUERY_NAME, end);
}

static bool add_operator(struct lex *lex)
{
    char c = peek(lex, 0), next = peek(lex, 1);
    bool two = (c == '<' && (next == '=' || next == '>')) || (c != '<' && next == '=');
    if (c == '!' && !two)
        return complain(lex, 1, "\"not\" is written out here; \"!=\" means different");
    return add(lex, QUERY_OPERATOR, two ? 2 : 1);
}

static bool add_operand(struct lex *lex, char c)
{
    if (c == '[' || c == '{')
        return add_document(lex);
    if (ahead_is(lex, STR("⟨")))
        return add_set(lex, STR("⟩"));
    return add_set(lex, STR(">>"));
}

static bool is_number_start(const struct lex *lex, char c)
{
    bool sign = c == '-' || c == '+' || c == '.';
    return is_digit(c) || (sign && (is_digit(peek(lex, 1)) || peek(lex, 1) == '.'));
}

static bool begins_operand(const struct lex *lex, char c)
{
    return lex->operand &&
           (c == '[' || c == '{' || ahead_is(lex, STR("<<")) || ahead_is(lex, STR("⟨")));
}

static bool lex_one(struct lex *lex)
{
    char c = peek(lex, 0);
    if (begins_operand(lex, c))
        return add_operand(lex, c);
    if (is_number_start(lex, c))
        return add_number(lex);
    if (is_letter(c) || c == '#' || c == '@' || c == '$')
        return add_word(lex);
    switch (c) {
    case '"':
    case '\'':
        return add_string(lex, c);
    case '`':
        return add_quoted_name(lex);
    case '[':
        return add_index(lex);
    case '(':
        return add(lex, QUERY_OPEN, 1);
    case ')':
        return add(lex, QUERY_CLOSE, 1);
    case ',':
        return add(lex, QUERY_COMMA, 1);
    case '.':
        return add(lex, QUERY_DOT, 1);
    case '=':
    case '<':
    case '>':
    case '!':
        return add_operator(lex);
    default:
        return complain(lex, 1, "this means nothing here");
    }
}

bool query_lex(struct arena *arena, struct str line, struct query_token *tokens, size_t *count,
    struct err *err)
{
    struct lex lex = {.arena = arena, .line = line, .tokens = tokens, .operand = true, .err = err};
    *count = 0;
    if (line.len > QUERY_TEXT_MAX)
        return err_set(err, ERR_DATA, "a query has at most %d KB", QUERY_TEXT_MAX >> 10);
    if (memchr(line.at ? line.at : "", '\0', line.len))
        return err_set(err, ERR_DATA, "there is a NUL byte in this query");
    for (;;) {
        while (is_blank(peek(&lex, 0)))
            lex.at++;
        if (lex.at == line.len)
            break;
        bool good = lex_one(&lex);
        *count = lex.count;
        if (!good)
            return false;
    }
    tokens[lex.count] = (struct query_token){.at = (uint32_t)line.len};
    *count = lex.count;
    return true;
}
