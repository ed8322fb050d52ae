/* SPDX-License-Identifier: MIT */
/*
 * Pieces of JSON text into a buffer: strings with their escapes, names, commas, whole trees. What
 * comes out is JSON whatever goes in, and holds no control characters. Knows RFC 8259 and nothing
 * of DynamoDB.
 */
#include "backend/json.h"

#include "backend/json_scan.h"
#include "base/utf8.h"

/* U+007F and the C1 controls are escaped too: legal either way, and text that reaches a terminal
 * must hold no control codes. */
static void put_escape(struct buf *out, uint32_t point)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    const char *hit = point ? strchr(names, (int)point) : NULL;
    if (hit) {
        char text[2] = {'\\', letters[hit - names]};
        buf_add_bytes(out, text, sizeof text);
    } else {
        char text[6] = {'\\', 'u', '0', '0', hex[point >> 4 & 15], hex[point & 15]};
        buf_add_bytes(out, text, sizeof text);
    }
}

/* Text beyond the C1 controls, which goes out as it is, up to a character that does not. */
static void put_beyond_ascii(struct buf *out, struct str *rest)
{
    const char *start = rest->at;
    struct str after = *rest;
    for (uint32_t point; after.len && (unsigned char)*after.at >= 0x80; *rest = after)
        if (!utf8_next(&after, &point) || point < 0xa0)
            break;
    buf_add_bytes(out, start, (size_t)(rest->at - start));
}

/* At least one character that is not plain ASCII. */
static void put_special(struct buf *out, struct str *rest)
{
    uint32_t point;
    size_t before = rest->len;
    put_beyond_ascii(out, rest);
    if (rest->len < before)
        return;
    if (utf8_next(rest, &point))
        put_escape(out, point);
    else
        buf_add(out, STR("\xEF\xBF\xBD"));
}

void json_put_string(struct buf *out, struct str text)
{
    enum { AROUND = 2 + 8 }; /* the quotes, and what json_scan_copy() wants */
    buf_reserve(out, text.len + AROUND);
    out->at[out->len++] = '"';
    for (;;) {
        size_t plain = json_scan_copy(out->at + out->len, text);
        out->len += plain;
        text = str_skip(text, plain);
        if (text.len == 0)
            break;
        put_special(out, &text);
        buf_reserve(out, text.len + AROUND);
    }
    out->at[out->len++] = '"';
}

void json_put_comma(struct buf *out)
{
    char last = out->len ? out->at[out->len - 1] : '{';
    if (last != '{' && last != '[' && last != ':' && last != ',')
        buf_add_byte(out, ',');
}

void json_put_name(struct buf *out, struct str name)
{
    json_put_comma(out);
    json_put_string(out, name);
    buf_add_byte(out, ':');
}

static void put_members(struct buf *out, const struct json *json, unsigned depth);

static void put_json(struct buf *out, const struct json *json, unsigned depth)
{
    if (json->type == JSON_STRING)
        json_put_string(out, json->text);
    else if (json->type == JSON_NUMBER)
        buf_add(out, json->text);
    else if (json->type == JSON_ARRAY || json->type == JSON_OBJECT)
        put_members(out, json, depth);
    else
        buf_add(out, json->type == JSON_NULL   ? STR("null")
                     : json->type == JSON_TRUE ? STR("true")
                                               : STR("false"));
}

/* Trees from the reader are never deeper than its limit. */
static void put_members(struct buf *out, const struct json *json, unsigned depth)
{
    bool object = json->type == JSON_OBJECT;
    buf_add_byte(out, object ? '{' : '[');
    for (const struct json *member = json->first; member && depth; member = member->next) {
        if (object)
            json_put_name(out, member->name);
        else
            json_put_comma(out);
        put_json(out, member, depth - 1);
    }
    buf_add_byte(out, object ? '}' : ']');
}

void json_put(struct buf *out, const struct json *json)
{
    if (json)
        put_json(out, json, JSON_DEPTH_MAX);
}
