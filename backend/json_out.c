/* SPDX-License-Identifier: MIT */
/*
 * Values into JSON text, in one walk over their bytes. Bytes that do not hold what they promise
 * leave a null where the value should be and make the result false; the text stays JSON. Knows
 * nothing of operations and pages.
 */
#include "backend/json_out.h"

#include "backend/json_scan.h"
#include "backend/number.h"
#include "backend/value_read.h"

/* One level more than a stored item has, so that an item of 33 levels is shown, not hidden. */
enum { DEPTH_MAX = VALUE_DEPTH_MAX + 1, SHORT_ARRAY = 72 };

struct style {
    bool typed;
    bool pretty;
};

static bool put_value(struct buf *out, struct value v, struct style style, unsigned level);

/* ---- scalars ---- */

static inline char *reserve(struct buf *out, size_t room)
{
    return out->cap - out->len >= room ? out->at + out->len : buf_reserve(out, room);
}

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
    encode_base64(reserve(out, len), (const unsigned char *)bytes.at, bytes.len);
    out->len += len;
}

static bool put_number(struct buf *out, struct str encoded, bool quoted)
{
    char *to = reserve(out, NUMBER_TEXT_MAX + 2);
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

/* json_put_string(), which is left to texts that need escapes. */
static inline void put_string(struct buf *out, struct str text)
{
    char *to = reserve(out, text.len + 2 + 8);
    if (json_scan_copy(to + 1, text) < text.len) {
        json_put_string(out, text);
        return;
    }
    to[0] = to[text.len + 1] = '"';
    out->len += text.len + 2;
}

static inline bool put_scalar(struct buf *out, enum value_type type, struct str data, bool typed)
{
    if (type == VALUE_S) {
        put_string(out, data);
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

static inline void put_separator(
    struct buf *out, size_t index, struct style style, bool broken, unsigned level)
{
    if (index > 0)
        buf_add_byte(out, ',');
    if (broken)
        put_break(out, level);
    else if (index > 0 && style.pretty)
        buf_add_byte(out, ' ');
}

static inline void put_colon(struct buf *out, struct style style)
{
    char *to = reserve(out, 2);
    to[0] = ':';
    to[1] = ' ';
    out->len += style.pretty ? 2 : 1;
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

static bool put_set(struct buf *out, struct value v, struct style style, unsigned level)
{
    struct str rest = v.data, member;
    bool broken = style.pretty && !is_short(v), good = true;
    enum value_type type = value_member_type(v.type);
    buf_add_byte(out, '[');
    for (size_t index = 0; rest.len && value_read_bytes(&rest, &member); index++) {
        put_separator(out, index, style, broken, level + 1);
        good &= put_scalar(out, type, member, style.typed);
    }
    if (broken)
        put_break(out, level);
    buf_add_byte(out, ']');
    return good && rest.len == 0;
}

static bool put_list(struct buf *out, struct value v, struct style style, unsigned level)
{
    struct str rest = v.data;
    struct value member;
    bool broken = style.pretty && v.data.len && !is_short(v), good = true;
    buf_add_byte(out, '[');
    for (size_t index = 0; rest.len && value_read_one(&rest, &member); index++) {
        put_separator(out, index, style, broken, level + 1);
        good &= put_value(out, member, style, level + 1);
    }
    if (broken)
        put_break(out, level);
    buf_add_byte(out, ']');
    return good && rest.len == 0;
}

static bool put_map(struct buf *out, struct value v, struct style style, unsigned level)
{
    struct str rest = v.data, name;
    struct value member;
    bool broken = style.pretty && v.data.len, good = true;
    buf_add_byte(out, '{');
    for (size_t index = 0; rest.len && value_read_attribute(&rest, &name, &member); index++) {
        put_separator(out, index, style, broken, level + 1);
        put_string(out, name);
        put_colon(out, style);
        good &= put_value(out, member, style, level + 1);
    }
    if (broken)
        put_break(out, level);
    buf_add_byte(out, '}');
    return good && rest.len == 0;
}

static bool put_contents(struct buf *out, struct value v, struct style style, unsigned level)
{
    switch (v.type) {
    case VALUE_S:
    case VALUE_N:
    case VALUE_B:
        return put_scalar(out, v.type, v.data, style.typed);
    case VALUE_M:
        return put_map(out, v, style, level);
    case VALUE_L:
        return put_list(out, v, style, level);
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        return put_set(out, v, style, level);
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
    return false; /* put_value() lets none come here */
}

/* {"S": */
static inline void put_type(struct buf *out, enum value_type type, struct style style)
{
    static const struct {
        char text[8];
        uint8_t len;
    } heads[] = {
        [VALUE_NULL] = {"{\"NULL\"", 7},
        [VALUE_FALSE] = {"{\"BOOL\"", 7},
        [VALUE_TRUE] = {"{\"BOOL\"", 7},
        [VALUE_S] = {"{\"S\"", 4},
        [VALUE_N] = {"{\"N\"", 4},
        [VALUE_B] = {"{\"B\"", 4},
        [VALUE_L] = {"{\"L\"", 4},
        [VALUE_M] = {"{\"M\"", 4},
        [VALUE_SS] = {"{\"SS\"", 5},
        [VALUE_NS] = {"{\"NS\"", 5},
        [VALUE_BS] = {"{\"BS\"", 5},
    };
    memcpy(reserve(out, 8), heads[type].text, 8);
    out->len += heads[type].len;
    put_colon(out, style);
}

static bool put_value(struct buf *out, struct value v, struct style style, unsigned level)
{
    if (v.type == VALUE_NONE || level > DEPTH_MAX) {
        buf_add(out, STR("null"));
        return false;
    }
    if (!style.typed)
        return put_contents(out, v, style, level);
    put_type(out, v.type, style);
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
        return put_map(out, item, (struct style){.typed = true}, 0);
    buf_add(out, STR("{}"));
    return false;
}

bool json_out_plain(struct buf *out, struct value v)
{
    return put_value(out, v, (struct style){0}, 0);
}

bool json_out_pretty(struct buf *out, struct value v, bool typed)
{
    if (v.type == VALUE_M)
        return put_map(out, v, (struct style){.typed = typed, .pretty = true}, 0);
    return json_out_pretty_value(out, v, typed);
}

bool json_out_pretty_value(struct buf *out, struct value v, bool typed)
{
    return put_value(out, v, (struct style){.typed = typed, .pretty = true}, 0);
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
