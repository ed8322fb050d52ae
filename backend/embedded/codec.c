/* SPDX-License-Identifier: MIT */
/*
 * Items to records and back. A record is walked once: names come from the dictionary, key
 * attributes from the key, and all is copied into the item's canonical form in one pass:
 *
 *   key      id hash | u s e r # 7 00 | ...
 *                          |
 *   record   01 | 03 <value> | F0 | 04 <value>
 *                 |            |    |
 *   item     M len count | name 3 <value> | pk S 06 user#7 | name 4 <value>
 *
 * Knows nothing of where records are kept. Its input comes from a file and may be anything.
 */
#include "backend/embedded/codec.h"

#include "backend/embedded/names.h"

enum {
    VERSION = 0x01,
    INLINE_NAME = 0x00,
    KEY_MARK = 0xF0, /* F0..FF: key attribute 0..15 */
};
_Static_assert((int)NAMES_MAX < (int)KEY_MARK, "a name's number is no key mark");
_Static_assert(KEY_ATTRIBUTES_MAX <= 16, "a mark for every key attribute");

/* ---- item to record ---- */

static size_t key_attribute(const struct key_schema *schema, struct str name)
{
    size_t i = 0;
    while (i < schema->count && !str_equal(schema->at[i].name, name))
        i++;
    return i;
}

/* Attributes come in the order of names, and a table's first item numbered them in that order: the
 * number after the last one is most often right and costs one comparison. */
static unsigned number_of(struct buf *names, struct str name, unsigned last, bool *grown)
{
    struct str guess = names_get(buf_str(names), last + 1);
    if (guess.len == name.len + 1 && memcmp(guess.at + 1, name.at, name.len) == 0 &&
        (unsigned char)guess.at[0] == name.len)
        return last + 1;
    return names_add(names, name, grown);
}

static void put_name(struct buf *record, unsigned number, struct str name)
{
    buf_add_byte(record, (char)number);
    if (number == INLINE_NAME) {
        value_put_varint(record, name.len);
        buf_add(record, name);
    }
}

static bool strip(struct buf *record, const struct key_schema *schema, struct value item,
    struct buf *names, bool *grown)
{
    struct value_walk walk = value_walk(item);
    struct value v;
    struct str name;
    uint32_t seen = 0, keys = 0;
    unsigned number = 0;
    for (; value_next(&walk, &name, &v); seen++) {
        size_t key = key_attribute(schema, name);
        if (key < schema->count) {
            if (v.type != schema->at[key].type)
                return false;
            buf_add_byte(record, (char)(KEY_MARK + key));
            keys++;
            continue;
        }
        number = number_of(names, name, number, grown);
        put_name(record, number, name);
        value_put(record, v);
    }
    return walk.rest.len == 0 && seen == item.count && keys == schema->count;
}

bool codec_strip(struct buf *record, const struct key_schema *schema, struct value item,
    struct buf *names, bool *grown)
{
    size_t start = record->len;
    buf_add_byte(record, VERSION);
    if (item.type == VALUE_M && strip(record, schema, item, names, grown))
        return true;
    record->len = start;
    return false;
}

/* ---- record to item ---- */

struct join {
    struct buf *out;
    const struct key_schema *schema;
    struct str names;
    struct str components[KEY_ATTRIBUTES_MAX]; /* still escaped */
    uint32_t keys_seen;                        /* a bit each */
    uint32_t count;
};

static bool split_components(struct join *join, struct str components)
{
    for (size_t i = 0; i < join->schema->count; i++)
        if (!key_read_raw(&components, &join->components[i]))
            return false;
    return components.len == 0;
}

static inline bool read_varint(struct str *rest, uint64_t *out)
{
    if (rest->len == 0 || (unsigned char)rest->at[0] >= 0x80)
        return value_read_varint(rest, out);
    *out = (unsigned char)rest->at[0];
    *rest = (struct str){rest->at + 1, rest->len - 1};
    return true;
}

/* Only the outermost length is looked at. */
static inline bool take_value(struct str *rest, struct str *encoded)
{
    struct str before = *rest;
    uint64_t len = 0;
    unsigned tag = rest->len ? (unsigned char)rest->at[0] : VALUE_NONE;
    if (tag < VALUE_NULL || tag > VALUE_BS)
        return false;
    *rest = (struct str){rest->at + 1, rest->len - 1};
    if (tag > VALUE_TRUE && (!read_varint(rest, &len) || len > rest->len))
        return false;
    *rest = (struct str){rest->at + len, rest->len - (size_t)len};
    *encoded = (struct str){before.at, before.len - rest->len};
    return true;
}

static bool take_inline_name(struct str *rest, struct str *name)
{
    const char *start = rest->at;
    uint64_t len;
    if (!read_varint(rest, &len) || len > rest->len)
        return false;
    *rest = (struct str){rest->at + len, rest->len - (size_t)len};
    *name = (struct str){start, (size_t)(rest->at - start)};
    return true;
}

static bool join_bytes(struct buf *out, struct str raw, enum value_type type)
{
    if (type == VALUE_N || raw.len == 0 || memchr(raw.at, 0x01, raw.len) == NULL) {
        value_put_varint(out, raw.len);
        buf_add(out, raw);
        return true;
    }
    size_t escapes = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (raw.at[i] == 0x01) {
            escapes++;
            i++;
        }
    value_put_varint(out, raw.len - escapes);
    char *to = buf_reserve(out, raw.len);
    for (size_t i = 0; i < raw.len; i++) {
        char byte = raw.at[i];
        if (byte == 0x01) {
            if (++i == raw.len || raw.at[i] < 0x01 || raw.at[i] > 0x02)
                return false;
            byte = (char)(raw.at[i] - 1);
        }
        *to++ = byte;
    }
    out->len += raw.len - escapes;
    return true;
}

static bool join_key(struct join *join, size_t i)
{
    if (i >= join->schema->count || join->keys_seen & 1u << i)
        return false;
    const struct key_attribute *attribute = &join->schema->at[i];
    join->keys_seen |= 1u << i;
    value_put_varint(join->out, attribute->name.len);
    buf_add(join->out, attribute->name);
    buf_add_byte(join->out, (char)attribute->type);
    return join_bytes(join->out, join->components[i], attribute->type);
}

static bool join_attribute(struct join *join, unsigned number, struct str *rest)
{
    struct str name = names_get(join->names, number), value;
    if (number == INLINE_NAME ? !take_inline_name(rest, &name) : name.len == 0)
        return false;
    if (!take_value(rest, &value))
        return false;
    buf_add(join->out, name);
    buf_add(join->out, value);
    return true;
}

static bool join_members(struct join *join, struct str rest)
{
    for (; rest.len; join->count++) {
        unsigned number = (unsigned char)rest.at[0];
        rest = (struct str){rest.at + 1, rest.len - 1};
        if (number >= KEY_MARK ? !join_key(join, number - KEY_MARK)
                               : !join_attribute(join, number, &rest))
            return false;
    }
    return join->keys_seen == (1u << join->schema->count) - 1;
}

static size_t write_varint(char *to, uint64_t v)
{
    size_t len = 0;
    for (; v >= 0x80; v >>= 7)
        to[len++] = (char)(v | 0x80);
    to[len++] = (char)v;
    return len;
}

/* The item's head comes first but is known last. Room is left for the head of an ordinary item; the
 * others' members move. */
static void put_head(struct buf *out, size_t start, size_t room, uint32_t count)
{
    char head[1 + 10 + 10], counted[10];
    size_t members = out->len - start - room, width = write_varint(counted, count), len;
    head[0] = VALUE_M;
    len = 1 + write_varint(head + 1, width + members);
    memcpy(head + len, counted, width);
    len += width;
    if (len != room) {
        buf_reserve(out, len);
        memmove(out->at + start + len, out->at + start + room, members);
        out->len = start + len + members;
    }
    memcpy(out->at + start, head, len);
}

static bool damaged(struct err *err)
{
    return err_set(err, ERR_FILE,
        "the store is damaged: a record does not fit its key; run `dynascope check`");
}

bool codec_join(struct buf *item, const struct key_schema *schema, struct str components,
    struct str names, struct str record, struct err *err)
{
    size_t start = item->len, room = 1 + 2 + 1;
    struct join join = {.out = item, .schema = schema, .names = names};
    if (record.len == 0 || record.at[0] != VERSION || !split_components(&join, components))
        return damaged(err);
    buf_reserve(item, room + record.len * 2);
    item->len += room;
    if (!join_members(&join, str_skip(record, 1))) {
        item->len = start;
        return damaged(err);
    }
    put_head(item, start, room, join.count);
    return true;
}
