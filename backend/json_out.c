/* SPDX-License-Identifier: MIT */
/*
 * Values into JSON text, in one walk over their bytes. Bytes that do not hold what they promise
 * leave a null where the value should be and make the result false; the text stays JSON. Knows
 * nothing of operations and pages.
 */
#include "backend/json_out.h"

#include "backend/number.h"

/* One level more than a stored item has, so that an item of 33 levels is shown, not hidden. */
enum { DEPTH_MAX = VALUE_DEPTH_MAX + 1, SHORT_ARRAY = 72 };

struct style {
    bool typed;
    bool pretty;
};

static bool put_value(struct buf *out, struct value v, struct style style, unsigned level);

/* ---- scalars ---- */

static void encode_base64(char *to, const unsigned char *from, size_t len)
{
    static const char digits[64] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (; len >= 3; len -= 3, from += 3, to += 4) {
        uint32_t bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        to[0] = digits[bits >> 18];
        to[1] = digits[bits >> 12 & 63];
        to[2] = digits[bits >> 6 & 63];
        to[3] = digits[bits & 63];
    }
    if (len == 0)
        return;
    uint32_t bits = (uint32_t)from[0] << 16 | (len == 2 ? (uint32_t)from[1] << 8 : 0);
    to[0] = digits[bits >> 18];
    to[1] = digits[bits >> 12 & 63];
    to[2] = len == 2 ? digits[bits >> 6 & 63] : '=';
    to[3] = '=';
}

void json_out_base64(struct buf *out, struct str bytes)
{
    size_t len = (bytes.len + 2) / 3 * 4;
    encode_base64(buf_reserve(out, len), (const unsigned char *)bytes.at, bytes.len);
    out->len += len;
}

static bool put_number(struct buf *out, struct str encoded, bool quoted)
{
    char *to = buf_reserve(out, NUMBER_TEXT_MAX + 2);
    size_t len = number_format(encoded, to + quoted);
    if (len == 0) {
        buf_add(out, STR("null"));
        return false;
    }
    if (quoted)
        to[0] = to[len + 1] = '"';
    out->len += len + (quoted ? 2 : 0);
    return true;
}

static bool put_scalar(struct buf *out, enum value_type type, struct str data, bool typed)
{
    if (type == VALUE_S) {
        json_put_string(out, data);
    } else if (type == VALUE_N) {
        return put_number(out, data, typed);
    } else {
        buf_add_byte(out, '"');
        json_out_base64(out, data);
        buf_add_byte(out, '"');
    }
    return true;
}

/* ---- layout ---- */

/* A new line before a member or a closing bracket of a container at `level`. */
static void put_break(struct buf *out, unsigned level)
{
    buf_add_byte(out, '\n');
    for (unsigned i = 0; i < level; i++)
        buf_add(out, STR("  "));
}

static void put_separator(struct buf *out, size_t index, bool broken, unsigned level)
{
    if (index > 0)
        buf_add_byte(out, ',');
    if (broken)
        put_break(out, level);
    else if (index > 0)
        buf_add_byte(out, ' ');
}

/* Whether an array's members fit on one line: scalars only, and not many bytes of them. */
static bool is_short(struct value v)
{
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    if (v.encoded.len > SHORT_ARRAY)
        return false;
    while (value_next(&walk, &name, &member))
        if (member.type >= VALUE_L)
            return false;
    return true;
}

/* ---- containers ---- */

static bool put_array(struct buf *out, struct value v, struct style style, unsigned level)
{
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    bool broken = style.pretty && !is_short(v), good = true;
    size_t index = 0;
    buf_add_byte(out, '[');
    for (; value_next(&walk, &name, &member); index++) {
        if (style.pretty)
            put_separator(out, index, broken, level + 1);
        else if (index > 0)
            buf_add_byte(out, ',');
        good &= value_is_set(v.type) ? put_scalar(out, member.type, member.data, style.typed)
                                     : put_value(out, member, style, level + 1);
    }
    if (broken && index > 0)
        put_break(out, level);
    buf_add_byte(out, ']');
    return good && walk.rest.len == 0;
}

static bool put_object(struct buf *out, struct value v, struct style style, unsigned level)
{
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    bool good = true;
    size_t index = 0;
    buf_add_byte(out, '{');
    for (; value_next(&walk, &name, &member); index++) {
        if (style.pretty)
            put_separator(out, index, true, level + 1);
        else if (index > 0)
            buf_add_byte(out, ',');
        json_put_string(out, name);
        buf_add(out, style.pretty ? STR(": ") : STR(":"));
        good &= put_value(out, member, style, level + 1);
    }
    if (style.pretty && index > 0)
        put_break(out, level);
    buf_add_byte(out, '}');
    return good && walk.rest.len == 0;
}

static bool put_contents(struct buf *out, struct value v, struct style style, unsigned level)
{
    switch (v.type) {
    case VALUE_S:
    case VALUE_N:
    case VALUE_B:
        return put_scalar(out, v.type, v.data, style.typed);
    case VALUE_M:
        return put_object(out, v, style, level);
    case VALUE_L:
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        return put_array(out, v, style, level);
    case VALUE_NULL:
        buf_add(out, style.typed ? STR("true") : STR("null"));
        return true;
    case VALUE_TRUE:
        buf_add(out, STR("true"));
        return true;
    case VALUE_FALSE:
        buf_add(out, STR("false"));
        return true;
    case VALUE_NONE:
        break;
    }
    buf_add(out, STR("null"));
    return false;
}

static void put_type(struct buf *out, enum value_type type, bool pretty)
{
    buf_add(out, STR("{\""));
    buf_add(out, str_from(value_type_name(type)));
    buf_add(out, pretty ? STR("\": ") : STR("\":"));
}

static bool put_value(struct buf *out, struct value v, struct style style, unsigned level)
{
    if (v.type == VALUE_NONE || level > DEPTH_MAX) {
        buf_add(out, STR("null"));
        return false;
    }
    if (!style.typed)
        return put_contents(out, v, style, level);
    put_type(out, v.type, style.pretty);
    bool good = put_contents(out, v, style, level);
    buf_add_byte(out, '}');
    return good;
}

/* ---- the doors ---- */

bool json_out_typed(struct buf *out, struct value v)
{
    return put_value(out, v, (struct style){.typed = true}, 0);
}

bool json_out_typed_item(struct buf *out, struct value item)
{
    if (item.type == VALUE_M)
        return put_object(out, item, (struct style){.typed = true}, 0);
    buf_add(out, STR("{}"));
    return false;
}

bool json_out_plain(struct buf *out, struct value v)
{
    return put_value(out, v, (struct style){0}, 0);
}

bool json_out_pretty(struct buf *out, struct value v, bool typed)
{
    struct style style = {.typed = typed, .pretty = true};
    if (v.type == VALUE_M)
        return put_object(out, v, style, 0);
    return put_value(out, v, style, 0);
}

/* ---- plain or typed ---- */

static bool has_only_json_types(struct value v, unsigned level)
{
    if (v.type == VALUE_B || value_is_set(v.type) || v.type == VALUE_NONE || level > DEPTH_MAX)
        return false;
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    while (value_next(&walk, &name, &member))
        if (!has_only_json_types(member, level + 1))
            return false;
    return walk.rest.len == 0;
}

/* A map of one member that is named like a type: as JSON it would look like an attribute value. */
static bool looks_like_attribute_value(struct value v)
{
    struct value_walk walk = value_walk(v);
    struct value member;
    struct str name;
    return v.type == VALUE_M && v.count == 1 && value_next(&walk, &name, &member) &&
           value_type_from_name(name) != VALUE_NONE;
}

static bool looks_typed(struct value map)
{
    struct value_walk walk = value_walk(map);
    struct value member;
    struct str name;
    while (value_next(&walk, &name, &member))
        if (!looks_like_attribute_value(member))
            return false;
    return map.type == VALUE_M && map.count > 0;
}

/* {"Item": {"a": {"S": …}}} would be taken for a line of an export. */
static bool looks_wrapped(struct value item)
{
    struct value inner;
    return item.count == 1 && value_find(item, STR("Item"), &inner) && looks_typed(inner);
}

bool json_out_is_plain(struct value item)
{
    return item.type == VALUE_M && has_only_json_types(item, 0) && !looks_typed(item) &&
           !looks_wrapped(item);
}

bool json_out_line(struct buf *out, struct value item, bool typed)
{
    bool good = typed || !json_out_is_plain(item) ? json_out_typed_item(out, item)
                                                  : json_out_plain(out, item);
    buf_add_byte(out, '\n');
    return good;
}
