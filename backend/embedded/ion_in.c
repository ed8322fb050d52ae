/* SPDX-License-Identifier: MIT */
/*
 * Reads Amazon Ion text. One pass, values written as they are met; the text may end anywhere, which
 * is said and is no error. Knows neither files nor tables.
 */
#include "backend/embedded/ion_in.h"

#include "backend/json_in.h"
#include "backend/number.h"
#include "base/utf8.h"

#include <ctype.h>

enum { DEPTH_MAX = VALUE_DEPTH_MAX + 2, NUMBER_MAX = 400 };

struct reader {
    const char *at, *end;
    bool is_short;
    struct err *err;
    struct buf text; /* a string or symbol */
};

/* Always false. */
static bool bad(struct reader *r, const char *what)
{
    if (!r->is_short)
        err_set(r->err, ERR_DATA, "%s", what);
    return false;
}

static bool is_at_end(struct reader *r)
{
    r->is_short = r->is_short || r->at >= r->end;
    return r->at >= r->end;
}

static int peek(struct reader *r)
{
    return is_at_end(r) ? -1 : (unsigned char)*r->at;
}

/* blank = space | "//" to the end of the line | "/" "*" … "*" "/" */
static bool skip_comment(struct reader *r)
{
    struct str rest = {r->at, (size_t)(r->end - r->at)};
    bool line = str_starts(rest, STR("//"));
    if (!line && !str_starts(rest, STR("/*"))) {
        r->is_short = rest.len == 1;
        return bad(r, "a '/' that begins no comment");
    }
    struct str body = str_skip(rest, 2);
    size_t end = line ? str_find_byte(body, '\n') : str_find(body, STR("*/"));
    if (end == SIZE_MAX) {
        r->at = r->end;
        r->is_short = r->is_short || !line;
        return true;
    }
    r->at = body.at + end + (line ? 1 : 2);
    return true;
}

static bool skip_blanks(struct reader *r)
{
    while (r->at < r->end) {
        if (*r->at == '/') {
            if (!skip_comment(r))
                return false;
        } else if (isspace((unsigned char)*r->at)) {
            r->at++;
        } else {
            return true;
        }
    }
    return true;
}

static bool expect(struct reader *r, char c, const char *what)
{
    if (!skip_blanks(r))
        return false;
    if (peek(r) != (unsigned char)c)
        return bad(r, what);
    r->at++;
    return true;
}

/* ---- strings and symbols ---- */

static bool read_hex(struct reader *r, int digits, uint32_t *rune)
{
    *rune = 0;
    for (int i = 0; i < digits; i++, r->at++) {
        int c = peek(r);
        if (c < 0 || !isxdigit(c))
            return bad(r, "an escape without its hexadecimal digits");
        *rune = *rune * 16 + (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return true;
}

static bool read_low_surrogate(struct reader *r, uint32_t *rune)
{
    uint32_t low;
    if (r->end - r->at < 2) {
        r->is_short = true;
        return false;
    }
    if (r->at[0] != '\\' || r->at[1] != 'u')
        return bad(r, "half a surrogate pair");
    r->at += 2;
    if (!read_hex(r, 4, &low))
        return false;
    if (low < 0xDC00 || low > 0xDFFF)
        return bad(r, "half a surrogate pair");
    *rune = 0x10000 + ((*rune - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static bool read_rune(struct reader *r, int digits)
{
    uint32_t rune;
    if (!read_hex(r, digits, &rune))
        return false;
    if (digits == 4 && rune >= 0xD800 && rune <= 0xDBFF && !read_low_surrogate(r, &rune))
        return false;
    if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
        return bad(r, "an escape that is no character");
    utf8_add(&r->text, rune);
    return true;
}

/* escape = "\" (one of abtnfrv0'"?/\ | newline | "x" 2 digits | "u" 4 | "U" 8) */
static bool read_escape(struct reader *r)
{
    static const char letters[] = "abtnfrv0'\"?/\\";
    static const char meant[] = "\a\b\t\n\f\r\v\0'\"?/\\";
    int c = peek(r);
    if (c < 0)
        return false;
    r->at++;
    const char *letter = strchr(letters, c);
    if (letter && c) {
        buf_add_byte(&r->text, meant[letter - letters]);
        return true;
    }
    if (c == '\n')
        return true;
    return c == 'x'   ? read_rune(r, 2)
           : c == 'u' ? read_rune(r, 4)
           : c == 'U' ? read_rune(r, 8)
                      : bad(r, "an unknown escape in a string");
}

/* quoted = quote [{byte | escape}] quote, after the first quote */
static bool read_quoted(struct reader *r, struct str quote)
{
    while (true) {
        struct str rest = {r->at, (size_t)(r->end - r->at)};
        if (str_starts(rest, quote)) {
            r->at += quote.len;
            return true;
        }
        if (rest.len < quote.len) {
            r->is_short = true;
            return false;
        }
        char c = *r->at++;
        if (c == '\\') {
            if (!read_escape(r))
                return false;
        } else {
            buf_add_byte(&r->text, c);
        }
    }
}

/* long = {"'''" … "'''" [blanks]} */
static bool read_long(struct reader *r)
{
    struct str quote = STR("'''");
    do {
        r->at += quote.len;
        if (!read_quoted(r, quote) || !skip_blanks(r))
            return false;
        if (r->end - r->at < 3 && r->at < r->end && *r->at == '\'')
            r->is_short = true;
    } while (str_starts((struct str){r->at, (size_t)(r->end - r->at)}, quote));
    return true;
}

static bool is_symbol_byte(int c)
{
    return c == '_' || c == '$' || isalnum(c);
}

/* name = identifier | "'" … "'" | '"' … '"' | long */
static bool read_name(struct reader *r)
{
    buf_clear(&r->text);
    int c = peek(r);
    if (c < 0)
        return false;
    if (c == '"' || c == '\'') {
        struct str rest = {r->at, (size_t)(r->end - r->at)};
        if (str_starts(rest, STR("'''")))
            return read_long(r);
        r->at++;
        return read_quoted(r, c == '"' ? STR("\"") : STR("'"));
    }
    while (r->at < r->end && is_symbol_byte((unsigned char)*r->at))
        buf_add_byte(&r->text, *r->at++);
    is_at_end(r);
    return r->text.len || bad(r, "a name was expected");
}

/* ---- values ---- */

static bool read_value(struct reader *r, struct buf *out, int depth);

static bool check_utf8(struct reader *r)
{
    return utf8_valid(buf_str(&r->text)) || bad(r, "a string that is no UTF-8");
}

/* number = ["-"] digits [{"_"}] ["." digits] [("e" | "d") exponent] */
static bool put_number(struct reader *r, struct buf *out)
{
    char text[NUMBER_MAX + 1];
    size_t len = 0;
    struct number number;
    while (r->at < r->end && (isalnum((unsigned char)*r->at) || strchr("+-._", *r->at))) {
        char c = *r->at++;
        if (len == NUMBER_MAX)
            return bad(r, "a number is too long");
        if (c != '_')
            text[len++] = c == 'd' || c == 'D' ? 'e' : c;
    }
    if (is_at_end(r))
        return false; /* more digits may follow */
    char *exponent = memchr(text, 'e', len);
    size_t mantissa = exponent ? (size_t)(exponent - text) : len;
    if (mantissa && text[mantissa - 1] == '.') { /* "2." and "2.e3" are decimals of Ion's */
        memmove(text + mantissa - 1, text + mantissa, len - mantissa);
        len--;
    }
    if (!number_parse(&number, (struct str){text, len}, r->err))
        return false;
    value_put_number(out, number_str(&number));
    return true;
}

/* blob = "{{" base64 "}}", after the braces */
static bool put_blob(struct reader *r, struct buf *out)
{
    struct buf bytes = {0};
    buf_clear(&r->text);
    while (peek(r) >= 0 && *r->at != '}') {
        if (*r->at == '"' || *r->at == '\'')
            return bad(r, "a clob is no attribute value");
        if (!isspace((unsigned char)*r->at))
            buf_add_byte(&r->text, *r->at);
        r->at++;
    }
    if (r->end - r->at < 2) {
        r->is_short = true;
        return false;
    }
    bool done = r->at[1] == '}' && json_in_base64(&bytes, buf_str(&r->text));
    r->at += 2;
    if (done)
        value_put_binary(out, buf_str(&bytes));
    buf_fini(&bytes);
    return done || bad(r, "a blob that is no base64");
}

static bool has_more(struct reader *r, char close, bool first, bool *more)
{
    if (!skip_blanks(r))
        return false;
    if (!first && peek(r) == ',') {
        r->at++;
        if (!skip_blanks(r))
            return false;
        first = true;
    }
    int c = peek(r);
    if (c < 0)
        return false;
    *more = c != (unsigned char)close;
    if (!*more)
        r->at++;
    return !*more || first || bad(r, "a comma is missing");
}

/* struct = "{" [name ":" value {"," …}] "}", after the brace */
static bool put_struct(struct reader *r, struct buf *out, int depth)
{
    struct value_open map = value_open(out, VALUE_M);
    bool more = true;
    for (bool first = true;; first = false) {
        if (!has_more(r, '}', first, &more))
            return false;
        if (!more)
            return value_close(&map, out, r->err);
        if (!read_name(r) || !check_utf8(r))
            return false;
        if (r->text.len == 0 || r->text.len > VALUE_NAME_MAX)
            return bad(r, "an attribute name is empty or too long");
        value_member(&map, out, buf_str(&r->text));
        if (!expect(r, ':', "a ':' is missing") || !read_value(r, out, depth))
            return false;
    }
}

/* list = "[" [value {"," value}] "]", after the bracket */
static bool put_list(struct reader *r, struct buf *out, int depth)
{
    struct value_open list = value_open(out, VALUE_L);
    bool more = true;
    for (bool first = true;; first = false) {
        if (!has_more(r, ']', first, &more))
            return false;
        if (!more)
            return value_close(&list, out, r->err);
        value_member(&list, out, STR_NONE);
        if (!read_value(r, out, depth))
            return false;
    }
}

/* A list that is annotated as a set. */
static bool put_set(struct reader *r, struct buf *out, enum value_type type)
{
    struct buf bytes = {0};
    struct value member;
    struct str none;
    bool done = put_list(r, &bytes, 1);
    struct value list = value_of(buf_str(&bytes));
    struct value_walk walk = value_walk(list);
    struct value_open set = value_open(out, type);
    while (done && value_next(&walk, &none, &member)) {
        done = member.type == value_member_type(type) ||
               bad(r, "a member of a set is of another type");
        if (done)
            value_set_add(&set, out, member.data);
    }
    done = done && value_close(&set, out, r->err);
    buf_fini(&bytes);
    return done;
}

static enum value_type set_of(struct str annotation)
{
    return str_equal(annotation, STR("$dynamodb_SS"))   ? VALUE_SS
           : str_equal(annotation, STR("$dynamodb_NS")) ? VALUE_NS
           : str_equal(annotation, STR("$dynamodb_BS")) ? VALUE_BS
                                                        : VALUE_NONE;
}

static bool put_word(struct reader *r, struct buf *out, bool quoted)
{
    struct str word = buf_str(&r->text);
    if (!quoted && str_equal(word, STR("true")))
        value_put_bool(out, true);
    else if (!quoted && str_equal(word, STR("false")))
        value_put_bool(out, false);
    else if (!quoted && str_equal(word, STR("null"))) {
        value_put_null(out);
        if (r->at < r->end && *r->at == '.') { /* null.string */
            r->at++;
            return read_name(r);
        }
    } else if (!quoted && str_equal(word, STR("nan"))) {
        return bad(r, "nan is no number");
    } else {
        if (!check_utf8(r))
            return false;
        value_put_string(out, word);
    }
    return true;
}

/* word = symbol ["::" value]: an annotation, a keyword, a symbol or a string */
static bool put_named(struct reader *r, struct buf *out, int depth)
{
    bool quoted = *r->at == '"' || *r->at == '\'', string = *r->at == '"';
    if (!read_name(r))
        return false;
    if (!string && r->end - r->at < 2 && r->at < r->end && *r->at == ':')
        r->is_short = true;
    if (string || r->end - r->at < 2 || r->at[0] != ':' || r->at[1] != ':')
        return put_word(r, out, quoted);
    enum value_type set = set_of(buf_str(&r->text));
    r->at += 2;
    if (set == VALUE_NONE)
        return read_value(r, out, depth + 1);
    return expect(r, '[', "a set is a list") && put_set(r, out, set);
}

static bool read_value(struct reader *r, struct buf *out, int depth)
{
    if (!skip_blanks(r))
        return false;
    int c = peek(r);
    if (c < 0)
        return false;
    if (depth >= DEPTH_MAX)
        return bad(r, "values are nested too deeply");
    if (c == '{') {
        bool blob = r->end - r->at > 1 && r->at[1] == '{';
        r->at += blob ? 2 : 1;
        return blob ? put_blob(r, out) : put_struct(r, out, depth + 1);
    }
    if (c == '[') {
        r->at++;
        return put_list(r, out, depth + 1);
    }
    if (c == '-' || isdigit(c))
        return put_number(r, out);
    if (c == '"' || c == '\'' || is_symbol_byte(c))
        return put_named(r, out, depth);
    return bad(r, "what begins there is no attribute value");
}

/* ---- top level ---- */

/* Version markers and other symbols between the structs. */
static bool skip_symbols(struct reader *r)
{
    while (skip_blanks(r) && r->at < r->end && is_symbol_byte((unsigned char)*r->at))
        if (!read_name(r))
            return false;
    return !r->is_short;
}

static bool take_item(struct value record, struct buf *item, struct err *err)
{
    struct value v;
    if (!value_find(record, STR("Item"), &v) || v.type != VALUE_M)
        return err_set(err, ERR_DATA, "there is no Item in it");
    value_put(item, v);
    return true;
}

static enum ion_in_got read_top(struct reader *r, struct buf *item)
{
    static const char binary[] = {'\xE0', 1, 0, '\xEA'};
    struct buf record = {0};
    if (str_starts(
            (struct str){r->at, (size_t)(r->end - r->at)}, (struct str){binary, sizeof binary})) {
        bad(r, "it is Ion in binary form: only the text form is read");
        return ION_IN_ERROR;
    }
    if (!skip_symbols(r))
        return r->is_short ? ION_IN_SHORT : ION_IN_ERROR;
    if (r->at == r->end)
        return ION_IN_NONE;
    bool done = expect(r, '{', "an item is a struct") && put_struct(r, &record, 1) &&
                take_item(value_of(buf_str(&record)), item, r->err);
    buf_fini(&record);
    return done ? ION_IN_ITEM : r->is_short ? ION_IN_SHORT : ION_IN_ERROR;
}

enum ion_in_got ion_in_next(struct str *rest, struct buf *item, struct err *err)
{
    struct reader r = {.at = rest->at, .end = rest->at + rest->len, .err = err};
    size_t len = item->len;
    enum ion_in_got got = read_top(&r, item);
    if (got == ION_IN_SHORT || got == ION_IN_ERROR)
        item->len = len;
    if (got == ION_IN_SHORT)
        *err = ERR_INIT;
    if (got == ION_IN_ITEM || got == ION_IN_NONE)
        *rest = str_skip(*rest, (size_t)(r.at - rest->at));
    buf_fini(&r.text);
    return got;
}
