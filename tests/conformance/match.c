/* SPDX-License-Identifier: MIT */
/*
 * Holds an answer against what a transcript expects: semantically, with a few wildcards
 * (README.md). Knows JSON and that SS, NS and BS are sets.
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>

void captures_set(struct captures *c, struct str name, struct str text)
{
    size_t i = 0;
    while (i < c->count && !str_equal(c->names[i], name))
        i++;
    if (i == NAMES_MAX)
        return;
    if (i == c->count)
        c->count++;
    c->names[i] = arena_dup(&c->arena, name);
    c->texts[i] = arena_dup(&c->arena, text);
}

bool captures_get(const struct captures *c, struct str name, struct str *text)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_equal(c->names[i], name)) {
            *text = c->texts[i];
            return true;
        }
    return false;
}

static bool differ(struct buf *why, const struct json *expected, const struct json *actual)
{
    buf_clear(why);
    buf_add(why, STR("expected "));
    json_put(why, expected);
    buf_add(why, STR(" where there is "));
    if (actual)
        json_put(why, actual);
    else
        buf_add(why, STR("nothing"));
    return false;
}

static bool same_number(struct str a, struct str b)
{
    char x[64], y[64];
    memcpy(x, a.at, a.len < 63 ? a.len : 63);
    memcpy(y, b.at, b.len < 63 ? b.len : 63);
    x[a.len < 63 ? a.len : 63] = y[b.len < 63 ? b.len : 63] = '\0';
    return strtod(x, NULL) == strtod(y, NULL);
}

/* Pairs each expected member with an actual one that is not taken yet. */
static bool match_any_order(const struct json *expected, const struct json *actual,
    struct captures *captures, struct buf *why)
{
    const struct json *taken[1024];
    size_t count = 0;
    if (expected->count != actual->count || actual->count > 1024)
        return differ(why, expected, actual);
    for (const struct json *e = expected->first; e; e = e->next) {
        const struct json *found = NULL;
        for (const struct json *a = actual->first; a && !found; a = a->next) {
            size_t i = 0;
            while (i < count && taken[i] != a)
                i++;
            if (i == count && match(e, a, captures, why))
                found = a;
        }
        if (!found)
            return differ(why, e, actual);
        taken[count++] = found;
    }
    return true;
}

static bool match_list(const struct json *expected, const struct json *actual,
    struct captures *captures, struct buf *why)
{
    const struct json *a = actual->first;
    if (expected->count != actual->count)
        return differ(why, expected, actual);
    for (const struct json *e = expected->first; e; e = e->next, a = a->next)
        if (!match(e, a, captures, why))
            return false;
    return true;
}

static bool is_set(struct str name)
{
    return str_equal(name, STR("SS")) || str_equal(name, STR("NS")) || str_equal(name, STR("BS"));
}

static bool is_absent(const struct json *expected)
{
    return expected->type == JSON_STRING && str_equal(expected->text, STR("<absent>"));
}

static bool match_member(
    const struct json *e, const struct json *actual, struct captures *captures, struct buf *why)
{
    struct str name = e->name;
    bool loose = str_ends(name, STR("~"));
    if (loose)
        name.len--;
    const struct json *a = json_get(actual, name);
    if (is_absent(e))
        return a == NULL || differ(why, e, a);
    if (a == NULL)
        return differ(why, e, actual);
    if ((loose || is_set(name)) && e->type == JSON_ARRAY && a->type == JSON_ARRAY)
        return match_any_order(e, a, captures, why);
    return match(e, a, captures, why);
}

static bool match_object(const struct json *expected, const struct json *actual,
    struct captures *captures, struct buf *why)
{
    size_t wanted = 0;
    bool more = false;
    for (const struct json *e = expected->first; e; e = e->next) {
        if (str_equal(e->name, STR("…"))) {
            more = true;
            continue;
        }
        if (!match_member(e, actual, captures, why))
            return false;
        wanted += !is_absent(e);
    }
    return more || wanted == actual->count || differ(why, expected, actual);
}

static bool match_text(const struct json *expected, const struct json *actual,
    struct captures *captures, struct buf *why)
{
    struct str text = expected->text;
    if (str_equal(text, STR("<any>")))
        return true;
    if (str_starts(text, STR("<=")) && str_ends(text, STR(">"))) {
        captures_set(captures, (struct str){text.at + 2, text.len - 3}, actual->text);
        return true;
    }
    return (actual->type == JSON_STRING && str_equal(text, actual->text)) ||
           differ(why, expected, actual);
}

bool match(const struct json *expected, const struct json *actual, struct captures *captures,
    struct buf *why)
{
    if (expected->type == JSON_STRING)
        return match_text(expected, actual, captures, why);
    if (expected->type != actual->type)
        return differ(why, expected, actual);
    if (expected->type == JSON_NUMBER)
        return same_number(expected->text, actual->text) || differ(why, expected, actual);
    if (expected->type == JSON_ARRAY)
        return match_list(expected, actual, captures, why);
    if (expected->type == JSON_OBJECT)
        return match_object(expected, actual, captures, why);
    return true;
}
