/* SPDX-License-Identifier: MIT */
/*
 * The short way of an item from an answer to a line: its text is checked and copied in one pass,
 * the types being left out where the line is plain.
 *
 *   {"id":{"S":"a"},"n":{"N":"1"}}  ──▶  {"id":"a","n":1}
 *
 * It takes what dynascope itself writes: no blanks, names that ascend, numbers and escapes in their
 * one form, no sets and no binary. All else takes the long way, by way of a value. Knows
 * nothing of answers and operations.
 */
#include "backend/json_lines.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/json_scan.h"
#include "backend/json_skim.h"
#include "base/utf8.h"

/* Levels of M and L below the item that are copied; an item has 32 with its own. */
enum { LEVELS = 30, DIGITS = 38 };

/* What is read, and where it goes: never further than what was read, but for the eight bytes that
 * json_scan_copy() wants. */
struct copying {
    const char *at, *end;
    char *to;
    bool typed;
};

/* ---- pieces ---- */

static inline __attribute__((always_inline)) bool take(struct copying *c, struct str text)
{
    if ((size_t)(c->end - c->at) < text.len || memcmp(c->at, text.at, text.len) != 0)
        return false;
    c->at += text.len;
    return true;
}

/* A byte of the text that goes into the line. */
static inline bool copy_byte(struct copying *c, char byte)
{
    if (c->at >= c->end || *c->at != byte)
        return false;
    *c->to++ = *c->at++;
    return true;
}

/* escape = '\' ( '"' | '\' | 'b' | 'f' | 'n' | 'r' | 't' ) : those that are written in no other way
 */
static bool copy_escape(struct copying *c)
{
    if (c->end - c->at < 2 || !c->at[1] || !strchr("\"\\bfnrt", c->at[1]))
        return false;
    *c->to++ = *c->at++;
    *c->to++ = *c->at++;
    return true;
}

/* Text beyond the C1 controls. */
static bool copy_characters(struct copying *c)
{
    struct str rest = {c->at, (size_t)(c->end - c->at)};
    uint32_t point;
    while (rest.len && (unsigned char)*rest.at >= 0x80)
        if (!utf8_next(&rest, &point) || point < 0xA0)
            return false;
    size_t len = (size_t)(rest.at - c->at);
    memcpy(c->to, c->at, len);
    c->to += len;
    c->at += len;
    return true;
}

/* string = '"' { char | escape } '"' */
static bool copy_string(struct copying *c)
{
    if (!copy_byte(c, '"'))
        return false;
    for (;;) {
        size_t plain = json_scan_copy(c->to, (struct str){c->at, (size_t)(c->end - c->at)});
        c->to += plain;
        c->at += plain;
        if (c->at >= c->end)
            return false;
        if (*c->at == '"')
            return copy_byte(c, '"');
        if (*c->at == '\\' ? !copy_escape(c) : (unsigned char)*c->at < 0x80 || !copy_characters(c))
            return false;
    }
}

/* number = '"' [ '-' ] ( '0' | digit1-9 { digit } ) [ '.' { digit } digit1-9 ] '"' , not "-0" and
 * not more digits than a number has */
static bool copy_number(struct copying *c)
{
    if (c->typed ? !copy_byte(c, '"') : !take(c, STR("\"")))
        return false;
    const char *from = c->at;
    char *start = c->to;
    bool point = false, minus = c->at < c->end && *c->at == '-' && copy_byte(c, '-');
    char *whole = c->to;
    for (; c->at < c->end && (*c->at == '.' || (unsigned char)(*c->at - '0') < 10); c->at++) {
        if (*c->at == '.' && (point || c->to == whole))
            return false;
        point |= *c->at == '.';
        *c->to++ = *c->at;
    }
    size_t len = (size_t)(c->to - whole);
    bool good = len > 0 && len - point <= DIGITS && c->at - from == c->to - start &&
                (*whole != '0' || (len == 1 ? !minus : whole[1] == '.')) &&
                (!point || (c->to[-1] != '0' && c->to[-1] != '.'));
    return good && (c->typed ? copy_byte(c, '"') : take(c, STR("\"")));
}

/* ---- values ---- */

struct map {
    uint32_t count;
    bool only_small_maps; /* all members are an M of one member: it may look typed */
    struct str first;     /* the first name */
};

static bool copy_value(struct copying *c, unsigned levels, bool *small_map);

static inline bool ascends(struct str before, struct str name)
{
    size_t len = before.len < name.len ? before.len : name.len;
    int order = memcmp(before.at, name.at, len);
    return order < 0 || (order == 0 && before.len < name.len);
}

/* map = '{' [ name ':' value { ',' name ':' value } ] '}' : names without escapes, ascending */
static bool copy_map(struct copying *c, unsigned levels, struct map *map)
{
    struct str before = STR_NONE;
    *map = (struct map){.only_small_maps = true};
    if (!copy_byte(c, '{'))
        return false;
    if (c->at < c->end && *c->at == '}')
        return copy_byte(c, '}');
    do {
        const char *start = c->at + 1;
        if (!copy_string(c))
            return false;
        struct str name = {start, (size_t)(c->at - 1 - start)};
        bool small;
        if (!name.len || memchr(name.at, '\\', name.len) ||
            (map->count ? !ascends(before, name) : false) || !copy_byte(c, ':') ||
            !copy_value(c, levels, &small))
            return false;
        map->only_small_maps &= small;
        if (!map->count++)
            map->first = name;
        before = name;
    } while (c->at < c->end && *c->at == ',' && copy_byte(c, ','));
    return copy_byte(c, '}');
}

/* list = '[' [ value { ',' value } ] ']' */
static bool copy_list(struct copying *c, unsigned levels)
{
    bool small;
    if (!copy_byte(c, '['))
        return false;
    if (c->at < c->end && *c->at == ']')
        return copy_byte(c, ']');
    do {
        if (!copy_value(c, levels, &small))
            return false;
    } while (c->at < c->end && *c->at == ',' && copy_byte(c, ','));
    return copy_byte(c, ']');
}

static bool copy_word(struct copying *c, struct str word)
{
    if (!take(c, word))
        return false;
    memcpy(c->to, word.at, word.len);
    c->to += word.len;
    return true;
}

/* null = "true" , which a plain line calls null */
static bool copy_null(struct copying *c)
{
    if (c->typed)
        return copy_word(c, STR("true"));
    memcpy(c->to, "null", 4);
    c->to += 4;
    return take(c, STR("true"));
}

static bool copy_contents(struct copying *c, char type, unsigned levels, bool *small_map)
{
    struct map map;
    switch (type) {
    case 'S':
        return copy_string(c);
    case 'N':
        return copy_number(c);
    case 'M':
        if (!copy_map(c, levels, &map))
            return false;
        *small_map = map.count == 1;
        return true;
    default:
        return copy_list(c, levels);
    }
}

/* "{"TYPE":" in front of a value; in a plain line it is left out. */
static bool take_head(struct copying *c, struct str head)
{
    return c->typed ? copy_word(c, head) : take(c, head);
}

/* value = '{"S":' string '}' | '{"N":' number '}' | '{"M":' map '}' | '{"L":' list '}'
 *       | '{"BOOL":' ( 'true' | 'false' ) '}' | '{"NULL":true}' */
static bool copy_value(struct copying *c, unsigned levels, bool *small_map)
{
    char head[6];
    bool good;
    *small_map = false;
    if (c->end - c->at < 6 || levels == 0)
        return false;
    memcpy(head, c->at, 6);
    if (head[3] == '"' && strchr("SNML", head[2]) && head[2])
        good = take_head(c, (struct str){(char[]){'{', '"', head[2], '"', ':'}, 5}) &&
               copy_contents(c, head[2], levels - 1, small_map);
    else if (head[2] == 'B')
        good = take_head(c, STR("{\"BOOL\":")) &&
               (copy_word(c, STR("true")) || copy_word(c, STR("false")));
    else
        good = take_head(c, STR("{\"NULL\":")) && copy_null(c);
    return good && (c->typed ? copy_byte(c, '}') : take(c, STR("}")));
}

/* ---- items ---- */

bool json_lines_copy(struct buf *out, struct str *text, bool typed)
{
    struct map map;
    struct copying c = {text->at, text->at + text->len, NULL, typed};
    c.to = buf_reserve(out, text->len + 2 * 8);
    if (!copy_map(&c, LEVELS, &map))
        return false;
    /* what looks typed in a plain line is written typed */
    if (!typed && map.count && (map.only_small_maps || str_equal(map.first, STR("Item"))))
        return false;
    *c.to++ = '\n';
    out->len = (size_t)(c.to - out->at);
    *text = str_skip(*text, (size_t)(c.at - text->at));
    return true;
}

/* By way of a value. */
static bool convert(
    struct buf *out, struct arena *scratch, struct str *text, bool typed, struct err *err)
{
    struct buf value = {0};
    struct str item = json_skim_value(*text);
    const struct json *json = json_parse(scratch, item, err);
    bool ok = json && json_in_typed_item(&value, json, err);
    if (ok)
        json_out_line(out, value_of(buf_str(&value)), typed);
    buf_fini(&value);
    *text = str_skip(*text, item.len);
    return ok;
}

static void skip_blanks(struct str *text)
{
    while (text->len && strchr(" \t\r\n", *text->at) && *text->at)
        *text = str_skip(*text, 1);
}

static bool take_byte(struct str *text, char byte)
{
    skip_blanks(text);
    bool found = text->len && *text->at == byte;
    *text = str_skip(*text, found);
    return found;
}

/* items = '[' [ item { ',' item } ] ']' */
bool json_lines_items(
    struct buf *out, struct str *text, bool typed, uint32_t *count, struct err *err)
{
    struct arena scratch = {0};
    bool ok = take_byte(text, '[');
    *count = 0;
    if (ok && take_byte(text, ']'))
        return true;
    while (ok) {
        skip_blanks(text);
        if (!json_lines_copy(out, text, typed)) {
            arena_reset(&scratch);
            ok = convert(out, &scratch, text, typed, err);
        }
        *count += ok;
        if (!take_byte(text, ','))
            break;
    }
    arena_fini(&scratch);
    if (ok && take_byte(text, ']'))
        return true;
    return err->code == ERR_NONE ? err_set(err, ERR_DATA, "the list of items has no end") : false;
}
