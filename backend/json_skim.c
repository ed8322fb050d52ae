/* SPDX-License-Identifier: MIT */
/*
 * Finds one member in a JSON text without reading the rest: for those who want little of an answer
 * that somebody else reads whole. Not a reader: what is no JSON is found out by that one.
 */
#include "backend/json_skim.h"

#include <string.h>

enum { TAIL = 8 * 1024 };

/* Behind the string that begins at `at`. */
static size_t skip_string(struct str text, size_t at)
{
    for (at++; at < text.len;) {
        const char *quote = memchr(text.at + at, '"', text.len - at);
        size_t end = quote ? (size_t)(quote - text.at) : text.len, escapes = 0;
        while (end - escapes > at && text.at[end - escapes - 1] == '\\')
            escapes++;
        at = end + 1;
        if (escapes % 2 == 0)
            break;
    }
    return at;
}

struct str json_skim_value(struct str text)
{
    size_t depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.at[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        at++;
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && --depth == 0)
            return str_take(text, at);
    }
    return text;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str skip_blanks(struct str text)
{
    while (text.len && is_blank(*text.at))
        text = str_skip(text, 1);
    return text;
}

/* What stands behind the colon that follows a name; empty where none follows. */
static struct str behind_colon(struct str text)
{
    text = skip_blanks(text);
    return text.len && *text.at == ':' ? skip_blanks(str_skip(text, 1)) : STR_NONE;
}

struct str json_skim_from(struct str text, struct str name)
{
    size_t depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.at[at];
        if (c != '"') {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
            at++;
            continue;
        }
        size_t end = skip_string(text, at);
        bool found = depth == 1 && end <= text.len &&
                     str_equal((struct str){text.at + at + 1, end - at - 2}, name);
        struct str value = found ? behind_colon(str_skip(text, end)) : STR_NONE;
        if (value.len)
            return value;
        at = end;
    }
    return STR_NONE;
}

/* How many brackets more are closed than opened; its strings are whole. */
static size_t closings(struct str text)
{
    size_t depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.at[at];
        depth += c == '}' || c == ']';
        depth -= c == '{' || c == '[';
        at = c == '"' ? skip_string(text, at) : at + 1;
    }
    return depth;
}

/* Whether a string begins with the last byte, a quote: those inside of strings are escaped. */
static bool opens_string(struct str text)
{
    size_t at = text.len;
    if (at == 0 || text.at[--at] != '"')
        return false;
    while (at > 0 && is_blank(text.at[at - 1]))
        at--;
    return at > 0 && (text.at[at - 1] == ',' || text.at[at - 1] == '{');
}

/* What comes last in a long text is found from its end. */
static struct str skim_tail(struct str text, struct str name)
{
    struct str tail = str_skip(text, text.len > TAIL ? text.len - TAIL : 0), last = STR_NONE;
    for (size_t at; (at = str_find(tail, name)) != SIZE_MAX; tail = str_skip(tail, at + 1)) {
        struct str behind = str_skip(tail, at + name.len);
        struct str value =
            behind.len && *behind.at == '"' ? behind_colon(str_skip(behind, 1)) : STR_NONE;
        if (value.len && opens_string(str_take(tail, at)))
            last = value;
    }
    return closings(last) == 1 ? last : STR_NONE;
}

struct str json_skim_member(struct str text, struct str name)
{
    struct str from = skim_tail(text, name);
    if (!from.len)
        from = json_skim_from(text, name);
    bool opens = from.len && (*from.at == '{' || *from.at == '[');
    struct str value = opens ? json_skim_value(from) : STR_NONE;
    return value.len && (value.at[value.len - 1] == '}' || value.at[value.len - 1] == ']')
               ? value
               : STR_NONE;
}
