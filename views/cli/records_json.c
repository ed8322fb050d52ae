/* SPDX-License-Identifier: MIT */
/*
 * JSON as records. A small automaton finds where a value ends without looking into it, across
 * reads; the value is then parsed as a whole.
 *
 *   jsonl    := (value? '\n')*                    a malformed line does not disturb the next one
 *   json     := (value | '[' members ']')*        members of an array are records
 *   with a path a.b:  '{' … "a": '{' … "b": '[' members ']'      the rest is not looked at
 *   with `members`:   '{' (name ':' value ',')* '}'              instead of the array
 */
#include "backend/json_in.h"
#include "views/cli/records.h"

/* ---- where a value ends ---- */

struct span {
    size_t depth;
    bool string, escape, started, scalar;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Inside a string: how far until its quote or a backslash. */
static size_t skip_string(const char *at, size_t len)
{
    size_t i = 0;
    while (i < len && at[i] != '"' && at[i] != '\\')
        i++;
    return i;
}

/* Feeds bytes; returns how many belong to the value, *done once it has ended. */
static size_t span_feed(struct span *s, struct str text, bool *done)
{
    size_t i = 0;
    *done = false;
    while (i < text.len) {
        char c = text.at[i];
        if (s->escape) {
            s->escape = false;
        } else if (s->string) {
            i += skip_string(text.at + i, text.len - i);
            if (i == text.len)
                break;
            s->escape = text.at[i] == '\\';
            s->string = s->escape;
        } else if (s->scalar) {
            if (is_blank(c) || c == ',' || c == ']' || c == '}') {
                *done = true;
                return i;
            }
        } else if (c == '"') {
            s->string = s->started = true;
        } else if (c == '{' || c == '[') {
            s->depth++;
            s->started = true;
        } else if ((c == '}' || c == ']') && s->depth) {
            s->depth--;
        } else if (!s->started) {
            s->scalar = s->started = true;
        }
        i++;
        if (s->started && !s->scalar && !s->depth && !s->string) {
            *done = true;
            return i;
        }
    }
    return i;
}

/* Length of the value at the window's start. At the end of the input, what is there is the value.
 */
static bool find_value(struct input *in, size_t *len, bool *whole, struct err *err)
{
    struct span span = {0};
    *len = 0;
    for (;;) {
        bool done;
        *len += span_feed(&span, str_skip(input_window(in), *len), &done);
        *whole = done || (in->end && span.scalar);
        if (*whole || in->end)
            return true;
        if (!input_more(in, err))
            return false;
    }
}

/* Takes a value that nobody wants, piece by piece. */
static bool skip_value(struct input *in, struct err *err)
{
    struct span span = {0};
    for (;;) {
        bool done;
        input_take(in, span_feed(&span, input_window(in), &done));
        if (done || in->end)
            return true;
        if (!input_more(in, err))
            return false;
    }
}

/* The next byte that is no blank, or '\0' at the end. A zero byte of the input is not the end: it
 * is as malformed as the '?' that is told of it. */
static bool next_byte(struct input *in, char *c, struct err *err)
{
    for (;;) {
        struct str window = input_window(in);
        size_t i = 0;
        while (i < window.len && is_blank(window.at[i]))
            i++;
        input_take(in, i);
        *c = i < window.len ? window.at[i] : '\0';
        if (i < window.len && *c == '\0')
            *c = '?';
        if (*c || in->end)
            return true;
        if (!input_more(in, err))
            return false;
    }
}

/* ---- the way to the array ---- */

static bool off_the_path(struct records *r, struct str name, const char *what, struct err *err)
{
    return err_set(err, ERR_DATA, "%s:%llu: --path %.*s: %.*s %s", r->in->name,
        (unsigned long long)r->in->line, STR_ARG(r->options.path), STR_ARG(name), what);
}

static bool expect(
    struct records *r, char wanted, struct str name, const char *what, struct err *err)
{
    char c;
    if (!next_byte(r->in, &c, err))
        return false;
    if (c != wanted)
        return off_the_path(r, name, what, err);
    input_take(r->in, 1);
    return true;
}

/* Where the JSON around the records is malformed, nothing behind it can be found. */
static bool malformed(struct records *r, struct err *err)
{
    return err_set(err, ERR_DATA, "%s:%llu: the JSON around the items is malformed here",
        r->in->name, (unsigned long long)r->in->line);
}

/* name ':', unescaped into an arena */
static bool read_name(struct records *r, struct arena *arena, struct str *name, struct err *err)
{
    size_t len;
    bool whole;
    char c;
    struct err ignored = ERR_INIT;
    if (!find_value(r->in, &len, &whole, err))
        return false;
    struct str text = arena_dup(arena, str_take(input_window(r->in), len));
    const struct json *json = json_parse(arena, text, &ignored);
    if (!json_is(json, JSON_STRING))
        return malformed(r, err);
    *name = json->text;
    input_take(r->in, len);
    if (!next_byte(r->in, &c, err))
        return false;
    if (c != ':')
        return malformed(r, err);
    input_take(r->in, 1);
    return true;
}

/* Moves to the value of the member `name` of the object that begins here. */
static bool enter_member(struct records *r, struct str name, struct err *err)
{
    if (!expect(r, '{', name, "is looked for in what is no object", err))
        return false;
    for (;;) {
        char c;
        struct str own;
        if (!next_byte(r->in, &c, err))
            return false;
        if (c == ',') {
            input_take(r->in, 1);
            continue;
        }
        if (c != '"')
            return off_the_path(r, name, "is not there", err);
        if (!read_name(r, &r->arena, &own, err))
            return false;
        if (str_equal(own, name))
            return true;
        if (!next_byte(r->in, &c, err) || !skip_value(r->in, err))
            return false;
    }
}

bool records_json_open(struct records *r, struct err *err)
{
    struct str path = r->options.path, rest = path, name;
    r->place = (struct records_place){.offset = r->in->offset, .line = r->in->line};
    if (!path.len && !r->options.members)
        return true;
    while (str_cut(&rest, '.', &name))
        if (!enter_member(r, name, err))
            return false;
    const char *what = r->options.members ? "is no object" : "is no array";
    if (!expect(
            r, r->options.members ? '{' : '[', path.len ? path : STR("the document"), what, err))
        return false;
    r->inside = true;
    r->place = (struct records_place){.offset = r->in->offset, .line = r->in->line, .inside = true};
    return true;
}

/* ---- records ---- */

static enum records_outcome parse_record(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    const struct json *json = json_parse(&r->scratch, record->text, err);
    bool ok = json != NULL;
    if (ok && json->type != JSON_OBJECT)
        ok = err_set(err, ERR_DATA, "an item is a JSON object");
    ok = ok && json_in_item(item, json, true, err);
    return ok ? RECORDS_ITEM : RECORDS_BAD;
}

static bool find_line(struct input *in, size_t *len, struct err *err)
{
    size_t seen = 0;
    for (;;) {
        struct str window = input_window(in);
        const char *end = memchr(window.at + seen, '\n', window.len - seen);
        *len = end ? (size_t)(end - window.at) + 1 : window.len;
        if (end || in->end)
            return true;
        seen = window.len;
        if (!input_more(in, err))
            return false;
    }
}

static enum records_outcome next_line(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    char c;
    size_t len;
    if (!next_byte(r->in, &c, err))
        return RECORDS_FAILED;
    if (!c)
        return RECORDS_END;
    if (!find_line(r->in, &len, err))
        return RECORDS_FAILED;
    records_take(r, record, len);
    record->text = str_trim(record->text);
    return parse_record(r, record, item, err);
}

/* Between records: commas and brackets of the array. False with *end at the end. */
static bool to_record(struct records *r, char *c, struct err *err)
{
    for (;;) {
        if (!next_byte(r->in, c, err))
            return false;
        if (!*c && r->inside)
            return err_set(err, ERR_DATA, "%s:%llu: the input ends inside %s: it is cut off",
                r->in->name, (unsigned long long)r->in->line,
                r->options.members ? "an object" : "an array");
        if (!r->inside && *c == '[')
            r->inside = true;
        else if (r->inside && *c == (r->options.members ? '}' : ']'))
            r->inside = false;
        else if (!(r->inside && *c == ','))
            return true;
        input_take(r->in, 1);
        if (!r->inside && (r->options.path.len || r->options.members)) {
            *c = '\0';
            return true;
        }
    }
}

static enum records_outcome stray_bracket(struct records *r, struct err *err)
{
    err_set(err, ERR_DATA, "%s:%llu: a bracket closes here that nothing opened", r->in->name,
        (unsigned long long)r->in->line);
    return RECORDS_FAILED;
}

static enum records_outcome next_value(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    char c;
    size_t len;
    bool whole;
    if (!to_record(r, &c, err))
        return RECORDS_FAILED;
    if (!c)
        return RECORDS_END;
    if (c == ']' || c == '}')
        return stray_bracket(r, err);
    uint64_t start = r->in->offset, line = r->in->line;
    if (r->options.members &&
        (!read_name(r, &r->scratch, &record->name, err) || !next_byte(r->in, &c, err)))
        return RECORDS_FAILED;
    if (!find_value(r->in, &len, &whole, err))
        return RECORDS_FAILED;
    if (!whole) {
        err_set(err, ERR_DATA, "%s:%llu: the JSON value that begins here is not closed",
            r->in->name, (unsigned long long)r->in->line);
        return RECORDS_FAILED;
    }
    records_take(r, record, len);
    record->place.offset = start; /* a member begins with its name */
    record->place.line = line;
    return parse_record(r, record, item, err);
}

enum records_outcome records_json_next(
    struct records *r, struct record *record, struct buf *item, struct err *err)
{
    return r->format == RECORDS_JSONL ? next_line(r, record, item, err)
                                      : next_value(r, record, item, err);
}
