/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_VALUE_READ_H
#define BACKEND_VALUE_READ_H

#include "backend/value.h"

/*
 * The readers of value.h as inline functions, for loops that see every attribute of every item:
 * filters, sizes, the JSON writer. Each takes something off the front of `rest`; false leaves
 * `rest` as it was and means that the bytes are malformed.
 */

/* width 0 where there is no varint */
struct value_varint {
    uint64_t value;
    size_t width;
};
struct value_varint value_read_wide_varint(struct str rest);

static inline bool value_read_length(struct str *rest, uint64_t *out)
{
    if (rest->len && (unsigned char)rest->at[0] < 0x80) {
        *out = (unsigned char)rest->at[0];
        *rest = (struct str){rest->at + 1, rest->len - 1};
        return true;
    }
    struct value_varint wide = value_read_wide_varint(*rest);
    if (wide.width == 0)
        return false;
    *out = wide.value;
    *rest = (struct str){rest->at + wide.width, rest->len - wide.width};
    return true;
}

/* varint length | bytes */
static inline bool value_read_bytes(struct str *rest, struct str *out)
{
    struct str after = *rest;
    uint64_t len;
    if (!value_read_length(&after, &len) || len > after.len)
        return false;
    *out = (struct str){after.at, (size_t)len};
    *rest = (struct str){after.at + len, after.len - (size_t)len};
    return true;
}

/* A member takes a byte at least, so a count beyond the bytes is a lie. */
static inline bool value_read_count(struct str *data, uint32_t *count)
{
    uint64_t wide;
    if (!value_read_length(data, &wide) || wide > data->len || wide > UINT32_MAX)
        return false;
    *count = (uint32_t)wide;
    return true;
}

/* value_read() */
static inline bool value_read_one(struct str *rest, struct value *out)
{
    if (rest->len == 0)
        return false;
    unsigned tag = (unsigned char)rest->at[0];
    struct str data = STR_NONE, after = {rest->at + 1, rest->len - 1};
    uint32_t count = 0;
    if (tag >= VALUE_S) {
        if (tag > VALUE_BS || !value_read_bytes(&after, &data))
            return false;
        if (tag >= VALUE_L && !value_read_count(&data, &count))
            return false;
    } else if (tag == VALUE_NONE) {
        return false;
    }
    out->type = (enum value_type)tag;
    out->count = count;
    out->data = data;
    out->encoded = (struct str){rest->at, (size_t)(after.at - rest->at)};
    *rest = after;
    return true;
}

/* Moves past one value without looking into it. */
static inline bool value_read_past(struct str *rest)
{
    struct str bytes, after;
    unsigned tag = rest->len ? (unsigned char)rest->at[0] : VALUE_NONE;
    if (tag == VALUE_NONE || tag > VALUE_BS)
        return false;
    after = (struct str){rest->at + 1, rest->len - 1};
    if (tag >= VALUE_S && !value_read_bytes(&after, &bytes))
        return false;
    *rest = after;
    return true;
}

/* value_next() for a map */
static inline bool value_read_attribute(struct str *rest, struct str *name, struct value *out)
{
    struct str after = *rest;
    if (!value_read_bytes(&after, name) || !value_read_one(&after, out))
        return false;
    *rest = after;
    return true;
}

#endif
