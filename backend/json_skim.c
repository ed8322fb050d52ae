/* SPDX-License-Identifier: MIT */
/*
 * Finds one member in a JSON text without reading the rest: for those who want little of an answer
 * that somebody else reads whole. Not a reader: what is no JSON is found out by that one.
 */
#include "backend/json_skim.h"

#include <string.h>

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

struct str json_skim_member(struct str text, struct str name)
{
    size_t depth = 0, from = SIZE_MAX;
    for (size_t at = 0; at < text.len;) {
        char c = text.at[at];
        if (c == '"') {
            size_t end = skip_string(text, at);
            bool this_one = depth == 1 && from == SIZE_MAX && end <= text.len &&
                            str_equal((struct str){text.at + at + 1, end - at - 2}, name);
            at = end;
            if (this_one && at < text.len && text.at[at] == ':')
                from = ++at;
            continue;
        }
        depth += c == '{' || c == '[';
        if (c == '}' || c == ']') {
            depth--;
            if (depth == 1 && from != SIZE_MAX)
                return (struct str){text.at + from, at + 1 - from};
        }
        at++;
    }
    return STR_NONE;
}
