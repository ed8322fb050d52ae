/* SPDX-License-Identifier: MIT */
/*
 * Lines of a recorded session, to and fro. Must not know what any command does, nor where lines
 * come from.
 */
#include "views/sessions/record_line.h"

#include "backend/json.h"
#include "base/utf8.h"
#include "tui/key.h"

static const char *const words[] = {[RECORD_TYPE] = "type",
    [RECORD_PASTE] = "paste",
    [RECORD_PRESS] = "press",
    [RECORD_WAIT] = "wait"};

/* The kind that a line's first word says. */
static enum record_kind kind_of(struct str word)
{
    for (int kind = RECORD_TYPE; kind <= RECORD_WAIT; kind++)
        if (str_equal(word, str_from(words[kind])))
            return (enum record_kind)kind;
    return RECORD_COMMAND;
}

static bool has_controls(struct str text)
{
    uint32_t point;
    while (text.len && utf8_next(&text, &point))
        if (point < 0x20 || (point >= 0x7F && point < 0xA0))
            return true;
    return false;
}

/* string = JSON string */
static bool parse_string(
    struct arena *arena, struct str rest, struct record_line *out, struct err *err)
{
    const struct json *json = json_parse(arena, rest, err);
    const char *word = words[out->kind];
    err->at = ERR_NOWHERE; /* the line says where */
    if (json && json->type != JSON_STRING)
        err_set(err, ERR_DATA, "%s takes a text in double quotes, as JSON has it", word);
    if (!json || json->type != JSON_STRING)
        return false;
    out->text = json->text;
    if (out->kind == RECORD_TYPE && has_controls(out->text))
        return err_set(err, ERR_DATA,
            "no key types a control character: press names keys, paste takes any text");
    return true;
}

/* keys = key { " " key } */
static bool parse_keys(struct str rest, struct record_line *out, struct err *err)
{
    struct str names = rest, name;
    struct key key;
    out->text = rest;
    bool any = false;
    while (str_cut(&names, ' ', &name)) {
        if (name.len && !key_parse(name, &key))
            return err_set(err, ERR_DATA, "there is no key %.*s", STR_ARG(str_take(name, 40)));
        any = any || name.len;
    }
    return any || err_set(err, ERR_DATA, "press names a key: Enter, Ctrl-X, j");
}

static bool parse_wait(struct str rest, struct record_line *out, struct err *err)
{
    bool good = str_to_i64(rest, &out->ms) && out->ms >= 0 && out->ms <= RECORD_WAIT_MAX;
    return good || err_set(err, ERR_DATA, "wait takes milliseconds, at most %d", RECORD_WAIT_MAX);
}

/* line = [ "#" anything ] | word rest | command */
bool record_line_parse(
    struct arena *arena, struct str line, struct record_line *out, struct err *err)
{
    struct str rest = str_trim(line), word = STR_NONE;
    *out = (struct record_line){.kind = RECORD_NOTHING};
    if (!utf8_valid(line))
        return err_set(err, ERR_DATA, "this is no UTF-8");
    if (!rest.len || rest.at[0] == '#')
        return true;
    if (has_controls(rest))
        return err_set(err, ERR_DATA, "there is a control character in this line");
    out->text = rest;
    str_cut(&rest, ' ', &word);
    rest = str_trim(rest);
    out->kind = kind_of(word);
    switch (out->kind) {
    case RECORD_TYPE:
    case RECORD_PASTE:
        return parse_string(arena, rest, out, err);
    case RECORD_PRESS:
        return parse_keys(rest, out, err);
    case RECORD_WAIT:
        return parse_wait(rest, out, err);
    case RECORD_COMMAND:
    case RECORD_NOTHING:
        break;
    }
    return true;
}

/* What would be read as something else. */
static bool is_command(struct str text)
{
    struct str rest = text, word = STR_NONE;
    str_cut(&rest, ' ', &word);
    return text.len && text.at[0] != '#' && !has_controls(text) && utf8_valid(text) &&
           str_equal(text, str_trim(text)) && kind_of(word) == RECORD_COMMAND;
}

bool record_line_format(struct buf *out, const struct record_line *line)
{
    switch (line->kind) {
    case RECORD_NOTHING:
        break;
    case RECORD_COMMAND:
        if (!is_command(line->text))
            return false;
        buf_add(out, line->text);
        break;
    case RECORD_TYPE:
    case RECORD_PASTE:
        buf_printf(out, "%s ", words[line->kind]);
        json_put_string(out, line->text);
        break;
    case RECORD_PRESS:
        buf_printf(out, "press %.*s", STR_ARG(line->text));
        break;
    case RECORD_WAIT:
        buf_printf(out, "wait %lld", (long long)line->ms);
        break;
    }
    buf_add_byte(out, '\n');
    return true;
}
