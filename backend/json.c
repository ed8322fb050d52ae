/* SPDX-License-Identifier: MIT */
/*
 * JSON text into a tree in an arena (json_put.c writes). Knows RFC 8259 and nothing of DynamoDB.
 * The reader is one loop over a stack of open containers, so that hostile depth costs no C stack:
 *
 *   VALUE --scalar--------> AFTER --','--> VALUE, in an object NAME and ':' before it
 *     '-- '{' '[' : push      '-- '}' ']' : pop, AFTER again
 *
 * Strings are scanned eight bytes at a time for what is not plain ASCII text.
 */
#include "backend/json.h"

#include "backend/json_scan.h"
#include "backend/number.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

struct frame {
    struct json *node;
    struct json **tail; /* where the next member hangs itself */
};

struct reader {
    const char *start, *at, *end;
    struct arena *arena;
    struct err *err;
    unsigned depth;
    struct frame frames[JSON_DEPTH_MAX];
};

/* ---- errors ---- */

static bool fail_at(struct reader *r, const char *at, const char *what)
{
    size_t line = 1, column = 1;
    for (const char *c = r->start; c < at; c++) {
        line += *c == '\n';
        column = *c == '\n' ? 1 : column + (((unsigned char)*c & 0xC0) != 0x80);
    }
    err_set(r->err, ERR_DATA, "line %zu, column %zu: %s", line, column, what);
    err_place(r->err, (size_t)(at - r->start), at < r->end);
    return false;
}

/* "expected X, found Y": Y is quoted where it is printable. */
static bool fail_expected(struct reader *r, const char *expected)
{
    char text[128];
    unsigned char c = r->at < r->end ? (unsigned char)*r->at : 0;
    if (r->at >= r->end)
        snprintf(text, sizeof text, "expected %s, but the text ends here", expected);
    else if (c > 0x20 && c < 0x7f)
        snprintf(text, sizeof text, "expected %s, found '%c'", expected, c);
    else
        snprintf(text, sizeof text, "expected %s, found byte 0x%02x", expected, c);
    return fail_at(r, r->at, text);
}

/* ---- blanks ---- */

/* blanks = { ' ' | '\t' | '\n' | '\r' } */
static inline void skip_blanks(struct reader *r)
{
    while (r->at < r->end && (unsigned char)*r->at <= ' ' &&
           (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

/* ---- strings ---- */

/* char = any valid UTF-8 sequence beyond ASCII; takes all that follow each other. */
static bool skip_characters(struct reader *r)
{
    struct str rest = {r->at, (size_t)(r->end - r->at)};
    for (uint32_t point; rest.len && (unsigned char)*rest.at >= 0x80; r->at = rest.at)
        if (!utf8_next(&rest, &point))
            return fail_at(r, r->at, "the text is not valid UTF-8");
    return true;
}

/* The end of a string that has escapes: they are checked when they are decoded. */
static bool find_quote(struct reader *r, bool *escaped)
{
    for (;;) {
        r->at = json_scan_plain(r->at, r->end);
        if (r->at >= r->end)
            return fail_at(r, r->at, "the string has no closing '\"'");
        unsigned char c = (unsigned char)*r->at;
        if (c == '"')
            return true;
        if (c < 0x20)
            return fail_at(r, r->at, "a control character in a string must be written as \\u00XX");
        if (c >= 0x80 && !skip_characters(r))
            return false;
        if (c != '\\')
            continue;
        *escaped = true;
        r->at += r->end - r->at > 1 ? 2 : 1;
    }
}

/* hex4 = 4 * ( '0'…'9' | 'a'…'f' | 'A'…'F' ) */
static bool read_hex4(const char *at, const char *end, uint32_t *out)
{
    uint32_t value = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)at[i], low = c | 0x20;
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            value = value << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

/* unicode = '\' 'u' hex4 [ '\' 'u' hex4 ] : the second one where the first is a high surrogate. */
static bool read_unicode(struct reader *r, const char **at, const char *end, char **to)
{
    uint32_t point, low;
    const char *c = *at;
    if (!read_hex4(c + 2, end, &point))
        return fail_at(r, c, "\\u needs four hexadecimal digits");
    c += 6;
    if (point >= 0xD800 && point <= 0xDBFF && end - c >= 6 && c[0] == '\\' && c[1] == 'u' &&
        read_hex4(c + 2, end, &low) && low >= 0xDC00 && low <= 0xDFFF) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        c += 6;
    }
    if (point >= 0xD800 && point <= 0xDFFF)
        return fail_at(r, *at, "half of a surrogate pair stands alone");
    *at = c;
    *to += utf8_encode(*to, point);
    return true;
}

/* escape = '\' ( '"' | '\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' ) | unicode */
static bool read_escape(struct reader *r, const char **at, const char *end, char **to)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    char c = (*at)[1];
    if (c == 'u')
        return read_unicode(r, at, end, to);
    const char *hit = c ? strchr(names, c) : NULL;
    if (hit == NULL)
        return fail_at(r, *at, "an unknown escape after '\\'");
    *(*to)++ = means[hit - names];
    *at += 2;
    return true;
}

/* Copies what stands between the quotes, decoded: never longer than written. */
static bool unescape(struct reader *r, const char *at, const char *end, struct str *out)
{
    char *text = arena_alloc(r->arena, (size_t)(end - at)), *to = text;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((slash ? slash : end) - at);
        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (slash && !read_escape(r, &at, end, &to))
            return false;
    }
    *out = (struct str){text, (size_t)(to - text)};
    return true;
}

/* string = '"' { char | escape } '"' */
static inline bool read_string(struct reader *r, struct str *out)
{
    const char *start = ++r->at;
    bool escaped = false;
    r->at = json_scan_plain(start, r->end);
    if ((r->at >= r->end || *r->at != '"') && !find_quote(r, &escaped))
        return false;
    const char *end = r->at++;
    *out = (struct str){start, (size_t)(end - start)};
    return !escaped || unescape(r, start, end, out);
}

/* ---- numbers and words ---- */

/* digits = digit { digit } */
static bool skip_digits(struct reader *r)
{
    const char *start = r->at;
    while (r->at < r->end && (unsigned char)(*r->at - '0') < 10)
        r->at++;
    return r->at > start || fail_expected(r, "a digit");
}

/* number = [ '-' ] ( '0' | digit1-9 { digit } ) [ '.' digits ] [ ( 'e' | 'E' ) [ '+' | '-' ] digits
 * ]
 */
static bool read_number(struct reader *r, struct json *node)
{
    const char *start = r->at;
    r->at += *r->at == '-';
    if (r->at < r->end && *r->at == '0')
        r->at++;
    else if (!skip_digits(r))
        return false;
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        if (!skip_digits(r))
            return false;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        r->at++;
        r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
        if (!skip_digits(r))
            return false;
    }
    node->type = JSON_NUMBER;
    node->text = (struct str){start, (size_t)(r->at - start)};
    return true;
}

/* word = "null" | "false" | "true" */
static bool read_word(struct reader *r, struct json *node)
{
    static const struct {
        struct str text;
        enum json_type type;
    } words[] = {
        {{"null", 4}, JSON_NULL},
        {{"false", 5}, JSON_FALSE},
        {{"true", 4}, JSON_TRUE},
    };
    struct str rest = {r->at, (size_t)(r->end - r->at)};
    for (size_t i = 0; i < 3; i++) {
        if (!str_starts(rest, words[i].text))
            continue;
        node->type = words[i].type;
        r->at += words[i].text.len;
        return true;
    }
    return fail_expected(r, "a value");
}

/* ---- repeated names ---- */

enum { FEW_NAMES = 16 };

/* Lengths and first bytes tell most names apart without a call. */
static inline bool same_name(const struct json *a, const struct json *b)
{
    return a->name.len == b->name.len &&
           (a->name.len == 0 || (a->name.at[0] == b->name.at[0] && str_equal(a->name, b->name)));
}

static bool same_name_among_few(const struct json *object, const struct json **again)
{
    for (const struct json *a = object->first; a; a = a->next)
        for (const struct json *b = a->next; b; b = b->next)
            if (same_name(a, b)) {
                *again = b;
                return true;
            }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    const struct json *left = *(const struct json *const *)a;
    const struct json *right = *(const struct json *const *)b;
    return str_compare(left->name, right->name);
}

static bool same_name_among_many(
    struct arena *arena, const struct json *object, const struct json **again)
{
    const struct json **names = arena_alloc(arena, object->count * sizeof *names);
    size_t count = 0;
    for (const struct json *member = object->first; member; member = member->next)
        names[count++] = member;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++)
        if (str_equal(names[i - 1]->name, names[i]->name)) {
            *again = names[i - 1]->at > names[i]->at ? names[i - 1] : names[i];
            return true;
        }
    return false;
}

/* Names that ascend, as everything sorted has them, cannot repeat. */
static bool names_ascend(const struct json *object)
{
    for (const struct json *a = object->first; a && a->next; a = a->next)
        if (str_compare(a->name, a->next->name) >= 0)
            return false;
    return true;
}

static bool check_names(struct reader *r, const struct json *object)
{
    const struct json *again = NULL;
    if (object->count < 2 || names_ascend(object))
        return true;
    if (object->count <= FEW_NAMES ? !same_name_among_few(object, &again)
                                   : !same_name_among_many(r->arena, object, &again))
        return true;
    char what[128];
    struct str name = str_take(again->name, 40);
    while (name.len && !utf8_valid(name))
        name.len--;
    snprintf(what, sizeof what, "the name \"%.*s\" comes twice in one object", STR_ARG(name));
    return fail_at(r, r->start + again->at, what);
}

/* ---- structure ---- */

static inline struct json *new_node(struct reader *r)
{
    struct json *node = arena_alloc(r->arena, sizeof *node);
    node->count = 0;
    node->first = node->next = NULL;
    node->name = node->text = STR_NONE;
    return node;
}

/* member-head = string blanks ':' blanks */
static bool read_name(struct reader *r, struct str *name)
{
    if (r->at >= r->end || *r->at != '"')
        return fail_expected(r, "a name in double quotes");
    if (!read_string(r, name))
        return false;
    skip_blanks(r);
    if (r->at >= r->end || *r->at != ':')
        return fail_expected(r, "':'");
    r->at++;
    skip_blanks(r);
    return true;
}

static inline struct frame *top(struct reader *r)
{
    return r->depth ? &r->frames[r->depth - 1] : NULL;
}

static bool open_container(struct reader *r, struct json *node)
{
    if (r->depth == JSON_DEPTH_MAX)
        return fail_at(r, r->at, "nested too deeply (at most 256 levels)");
    node->type = *r->at++ == '{' ? JSON_OBJECT : JSON_ARRAY;
    r->frames[r->depth++] = (struct frame){node, (struct json **)&node->first};
    return true;
}

/* Closes containers as long as the text does. */
static bool close_containers(struct reader *r)
{
    for (struct frame *f = top(r); f; f = top(r)) {
        char closing = f->node->type == JSON_OBJECT ? '}' : ']';
        skip_blanks(r);
        if (r->at >= r->end || *r->at != closing)
            return true;
        r->at++;
        f->node->len = (size_t)(r->at - r->start) - f->node->at;
        r->depth--;
        if (f->node->type == JSON_OBJECT && !check_names(r, f->node))
            return false;
    }
    return true;
}

/* value = string | number | word | '{' … | '[' …  : the head of it, a container stays open. */
static bool read_head(struct reader *r, struct json *node)
{
    node->at = (size_t)(r->at - r->start);
    if (r->at >= r->end)
        return fail_expected(r, "a value");
    char c = *r->at;
    if (c == '{' || c == '[')
        return open_container(r, node);
    bool good;
    if (c == '"') {
        node->type = JSON_STRING;
        good = read_string(r, &node->text);
    } else if (c == '-' || (unsigned char)(c - '0') < 10) {
        good = read_number(r, node);
    } else {
        good = read_word(r, node);
    }
    node->len = (size_t)(r->at - r->start) - node->at;
    return good;
}

/* The next member of the innermost container, after its comma if it is not the first. */
static bool read_member(struct reader *r)
{
    struct frame *f = top(r);
    bool object = f->node->type == JSON_OBJECT;
    if (f->node->count > 0) {
        if (r->at >= r->end || *r->at != ',')
            return fail_expected(r, object ? "',' or '}'" : "',' or ']'");
        r->at++;
        skip_blanks(r);
    }
    struct str name = STR_NONE;
    if (object && !read_name(r, &name))
        return false;
    struct json *node = new_node(r);
    node->name = name;
    *f->tail = node;
    f->tail = (struct json **)&node->next;
    f->node->count++;
    return read_head(r, node);
}

/* object = '{' [ member { ',' member } ] '}'    array = '[' [ value { ',' value } ] ']' */
static const struct json *read_value(struct reader *r)
{
    struct json *root = new_node(r);
    if (!read_head(r, root))
        return NULL;
    while (r->depth > 0) {
        if (!close_containers(r))
            return NULL;
        if (r->depth > 0 && !read_member(r))
            return NULL;
    }
    return root;
}

static void reader_init(struct reader *r, struct arena *arena, struct str text, struct err *err)
{
    r->start = r->at = text.at;
    r->end = text.len ? text.at + text.len : text.at;
    r->arena = arena;
    r->err = err;
    r->depth = 0;
}

/* text = blanks value blanks */
const struct json *json_parse(struct arena *arena, struct str text, struct err *err)
{
    struct reader r;
    reader_init(&r, arena, text, err);
    skip_blanks(&r);
    const struct json *root = read_value(&r);
    if (root == NULL)
        return NULL;
    skip_blanks(&r);
    if (r.at < r.end) {
        fail_expected(&r, "nothing more after the value");
        return NULL;
    }
    return root;
}

/* A word or number must not run into the next one. */
static bool ends_clearly(struct reader *r)
{
    unsigned char before = (unsigned char)r->at[-1], c = r->at < r->end ? (unsigned char)*r->at : 0;
    bool joined = before != '"' && before != '}' && before != ']' && c > ' ' && c != '{' &&
                  c != '[' && c != '"';
    return !joined || fail_expected(r, "a blank or the next value");
}

/* stream = { blanks value } blanks */
const struct json *json_parse_next(struct arena *arena, struct str *text, struct err *err)
{
    struct reader r;
    reader_init(&r, arena, *text, err);
    skip_blanks(&r);
    if (r.at == r.end) {
        *text = (struct str){r.end, 0};
        err->code = ERR_NONE;
        return NULL;
    }
    const struct json *value = read_value(&r);
    if (value == NULL || !ends_clearly(&r))
        return NULL;
    *text = (struct str){r.at, (size_t)(r.end - r.at)};
    return value;
}

/* ---- the tree ---- */

const struct json *json_get(const struct json *object, struct str name)
{
    if (!json_is(object, JSON_OBJECT))
        return NULL;
    for (const struct json *member = object->first; member; member = member->next)
        if (str_equal(member->name, name))
            return member;
    return NULL;
}

bool json_is(const struct json *json, enum json_type type)
{
    return json && json->type == type;
}

bool json_to_i64(const struct json *json, int64_t *out)
{
    struct err err;
    struct number number;
    if (!json_is(json, JSON_NUMBER))
        return false;
    return str_to_i64(json->text, out) ||
           (number_parse(&number, json->text, &err) && number_to_i64(number_str(&number), out));
}
