/* SPDX-License-Identifier: MIT */
/*
 * Values as one line of text and back: what writing loses, reading could not bring back, so what
 * plain JSON cannot carry is written typed. Must not know where the line is edited.
 */
#include "views/item/literal.h"

#include "backend/json_out.h"
#include "backend/number.h"

/* ---- writing ---- */

static void literal_add_set(struct buf *out, struct value set)
{
    struct value_walk walk = value_walk(set);
    struct str name;
    struct value member;
    buf_add(out, STR("⟨"));
    for (bool first = true; value_next(&walk, &name, &member); first = false) {
        if (!first)
            buf_add_byte(out, ' ');
        json_out_plain(out, member);
    }
    buf_add(out, STR("⟩"));
}

/* Whether plain JSON brings the value back: asked of an item that has it as its only attribute. */
static bool literal_is_plain(struct value v)
{
    struct buf item = {0};
    struct err err = ERR_INIT;
    struct value_open map = value_open(&item, VALUE_M);
    value_member(&map, &item, STR("value"));
    value_put(&item, v);
    bool plain = value_close(&map, &item, &err) && json_out_is_plain(value_of(buf_str(&item)));
    buf_fini(&item);
    return plain;
}

void literal_add(struct buf *out, struct value v)
{
    if (v.type == VALUE_SS || v.type == VALUE_NS)
        literal_add_set(out, v);
    else if (literal_is_plain(v))
        json_out_plain(out, v);
    else
        json_out_typed(out, v);
}

void literal_add_lines(struct buf *out, struct value v)
{
    json_out_pretty_value(out, v, !literal_is_plain(v));
    buf_add_byte(out, '\n');
}

/* ---- reading ---- */

static bool literal_put_number(struct buf *out, struct str text, struct err *err)
{
    struct number n;
    if (!number_parse(&n, text, err))
        return false;
    value_put_number(out, number_str(&n));
    return true;
}

static bool literal_like_number(struct str text)
{
    struct number n;
    struct err err = ERR_INIT;
    return text.len && number_parse(&n, text, &err);
}

/* An object with one member that is named like a type. */
static bool literal_like_typed(const struct json *json)
{
    return json_is(json, JSON_OBJECT) && json->count == 1 &&
           value_type_from_name(json->first->name) != VALUE_NONE;
}

static bool literal_parse_json(struct buf *out, struct str text, struct err *err)
{
    struct arena arena = {0};
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json && (literal_like_typed(json) ? json_in_typed(out, json, err)
                                                : json_in_plain(out, json, err));
    arena_fini(&arena);
    return ok;
}

/* The end of a JSON string that begins at 0, or the text's length. */
static size_t literal_string_end(struct str text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.at[i] == '\\')
            i++;
        else if (text.at[i] == '"')
            return i + 1;
    }
    return text.len;
}

static bool literal_set_member(
    struct value_open *set, struct buf *out, struct str word, struct buf *scratch, struct err *err)
{
    buf_clear(scratch);
    if (set->type == VALUE_NS) {
        struct number n;
        if (!number_parse(&n, word, err))
            return false;
        value_set_add(set, out, number_str(&n));
        return true;
    }
    if (word.at[0] == '"') {
        if (!literal_parse_json(scratch, word, err))
            return false;
        word = value_of(buf_str(scratch)).data;
    }
    value_set_add(set, out, word);
    return true;
}

/* Takes the next member off a set's inside; blanks and commas stand between members. */
static bool literal_set_next(struct str *rest, struct str *word)
{
    while (rest->len && strchr(" ,\t", rest->at[0]))
        *rest = str_skip(*rest, 1);
    if (rest->len == 0)
        return false;
    size_t end = 0;
    if (rest->at[0] == '"')
        end = literal_string_end(*rest);
    else
        while (end < rest->len && !strchr(" ,\t", rest->at[end]))
            end++;
    *word = str_take(*rest, end);
    *rest = str_skip(*rest, end);
    return true;
}

static bool literal_set_of_numbers(struct str inside)
{
    struct str word;
    bool any = false;
    while (literal_set_next(&inside, &word)) {
        if (!literal_like_number(word))
            return false;
        any = true;
    }
    return any;
}

/* set = ( "⟨" | "<<" ) { member } ( "⟩" | ">>" ) */
static bool literal_parse_set(struct buf *out, struct str inside, struct err *err)
{
    struct buf scratch = {0};
    struct value_open set = value_open(out, literal_set_of_numbers(inside) ? VALUE_NS : VALUE_SS);
    struct str word;
    bool ok = true;
    while (ok && literal_set_next(&inside, &word))
        ok = literal_set_member(&set, out, word, &scratch, err);
    buf_fini(&scratch);
    return ok && value_close(&set, out, err);
}

static bool literal_set_inside(struct str text, struct str *inside)
{
    static const struct {
        struct str open, close;
    } forms[] = {{STR("⟨"), STR("⟩")}, {STR("<<"), STR(">>")}};
    for (size_t i = 0; i < 2; i++)
        if (text.len >= forms[i].open.len + forms[i].close.len && str_starts(text, forms[i].open) &&
            str_ends(text, forms[i].close)) {
            *inside = str_take(str_skip(text, forms[i].open.len),
                text.len - forms[i].open.len - forms[i].close.len);
            return true;
        }
    return false;
}

static bool literal_parse_trimmed(
    struct buf *out, struct str text, struct str whole, enum value_type was, struct err *err)
{
    struct str inside;
    if (literal_set_inside(text, &inside))
        return literal_parse_set(out, inside, err);
    if (text.len && strchr("\"{[", text.at[0]) && text.at[0])
        return literal_parse_json(out, text, err);
    if (str_equal(text, STR("true")) || str_equal(text, STR("false")) ||
        str_equal(text, STR("null")))
        return literal_parse_json(out, text, err);
    if (literal_like_number(text))
        return literal_put_number(out, text, err);
    if (was == VALUE_N && text.len && strchr("0123456789.-+", text.at[0]))
        return literal_put_number(out, text, err);
    if (was == VALUE_N)
        return err_set(
            err, ERR_DATA, "not a number: %.*s (in quotes it would be a string)", STR_ARG(text));
    if (was != VALUE_S && was != VALUE_NONE)
        return err_set(err, ERR_DATA,
            "not a value: \"text\", 42, true, null, JSON, <<a b>> or {\"B\":\"base64\"}");
    value_put_string(out, whole);
    return true;
}

bool literal_parse(struct buf *out, struct str text, enum value_type was, struct err *err)
{
    size_t start = out->len;
    if (literal_parse_trimmed(out, str_trim(text), text, was, err))
        return true;
    out->len = start;
    return false;
}
