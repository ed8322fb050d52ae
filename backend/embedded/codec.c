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

/* Short pieces are copied SHORT bytes at a time, whatever their length, where source and target
 * have so many: a copy of known length is two moves, and most pieces are short. */
enum { SHORT = 32, ESCAPE = 0x01 };

/* Where it is written next is handed from function to function, so that it stays in a register. */
struct join {
    struct buf *out;
    char *limit; /* SHORT bytes beyond it may be touched, too */
    const struct key_schema *schema;
    struct names_view names;
    uint32_t keys_seen; /* a bit each */
    uint32_t count;
    struct str components[KEY_ATTRIBUTES_MAX]; /* still escaped */
};

static char *make_room(struct join *join, char *to, size_t need)
{
    join->out->len = (size_t)(to - join->out->at);
    to = buf_reserve(join->out, need + SHORT);
    join->limit = join->out->at + join->out->cap - SHORT;
    return to;
}

static inline char *need_room(struct join *join, char *to, size_t need)
{
    return (size_t)(join->limit - to) < need ? make_room(join, to, need) : to;
}

/* `end` is where the bytes around `piece` end. */
static inline char *copy(char *to, struct str piece, const char *end)
{
    if (piece.len <= SHORT && end - piece.at >= SHORT)
        memcpy(to, piece.at, SHORT);
    else
        memcpy(to, piece.at, piece.len);
    return to + piece.len;
}

static inline char *put_varint(char *to, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *to++ = (char)(v | 0x80);
    *to++ = (char)v;
    return to;
}

static bool split_components(struct join *join, struct str components)
{
    for (size_t i = 0; i < join->schema->count; i++)
        if (!key_read_raw(&components, &join->components[i]))
            return false;
    return components.len == 0;
}

/* Of two bytes and more. */
static const char *read_wide_varint(const char *at, const char *end, uint64_t *v)
{
    struct str rest = {at, (size_t)(end - at)};
    return value_read_varint(&rest, v) ? rest.at : NULL;
}

/* varint length | so many bytes: the end of them, NULL where it is beyond `end`. */
static inline const char *skip_counted(const char *at, const char *end)
{
    uint64_t len;
    if (at < end && (unsigned char)*at < 0x80)
        len = (unsigned char)*at++;
    else if ((at = read_wide_varint(at, end, &len)) == NULL)
        return NULL;
    return len <= (uint64_t)(end - at) ? at + len : NULL;
}

/* Only the outermost length is looked at. */
static inline const char *skip_value(const char *at, const char *end)
{
    unsigned tag = at < end ? (unsigned char)*at : VALUE_NONE;
    if (tag < VALUE_NULL || tag > VALUE_BS)
        return NULL;
    return tag <= VALUE_TRUE ? at + 1 : skip_counted(at + 1, end);
}

/* name = a number of the dictionary, or 00 | varint length | name. Moves *at behind it. */
static inline struct str take_name(struct join *join, const char **at, const char *end)
{
    unsigned number = (unsigned char)*(*at)++;
    if (number != INLINE_NAME)
        return names_view_get(&join->names, number);
    const char *start = *at, *behind = skip_counted(start, end);
    if (behind == NULL)
        return STR_NONE;
    *at = behind;
    return (struct str){start, (size_t)(behind - start)};
}

static size_t count_escapes(struct str raw)
{
    size_t count = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (raw.at[i] == ESCAPE) {
            count++;
            i++;
        }
    return count;
}

static char *join_escaped(char *to, struct str raw)
{
    to = put_varint(to, raw.len - count_escapes(raw));
    for (size_t i = 0; i < raw.len; i++) {
        char byte = raw.at[i];
        if (byte == ESCAPE) {
            if (++i == raw.len || raw.at[i] < 0x01 || raw.at[i] > 0x02)
                return NULL;
            byte = (char)(raw.at[i] - 1);
        }
        *to++ = byte;
    }
    return to;
}

/* Only the first byte of a number can be escaped, and such a number has digits behind it. */
static char *join_far_number(char *to, struct str raw)
{
    to = put_varint(to, raw.len - 1);
    if (raw.len < 3 || raw.at[1] < 0x01 || raw.at[1] > 0x02)
        return NULL;
    *to++ = (char)(raw.at[1] - 1);
    return copy(to, str_skip(raw, 2), raw.at + raw.len);
}

static char *join_key(struct join *join, char *to, size_t i)
{
    if (i >= join->schema->count || join->keys_seen & 1u << i)
        return NULL;
    const struct key_attribute *attribute = &join->schema->at[i];
    struct str name = attribute->name, raw = join->components[i];
    join->keys_seen |= 1u << i;
    to = need_room(join, to, name.len + raw.len + 3 + 1 + 3);
    to = put_varint(to, name.len);
    to = copy(to, name, name.at + name.len);
    *to++ = (char)attribute->type;
    if (attribute->type == VALUE_N && raw.len && raw.at[0] == ESCAPE)
        return join_far_number(to, raw);
    if (attribute->type != VALUE_N && raw.len && memchr(raw.at, ESCAPE, raw.len))
        return join_escaped(to, raw);
    to = put_varint(to, raw.len);
    return copy(to, raw, raw.at + raw.len);
}

static inline char *join_attribute(
    struct join *join, char *to, struct str name, const char **at, const char *end)
{
    const char *value = *at, *behind = skip_value(value, end);
    if (name.len == 0 || behind == NULL)
        return NULL;
    size_t len = (size_t)(behind - value);
    /* a name that is written out ends where its value begins */
    const char *names_end =
        name.at + name.len == value ? value : join->names.first + join->names.len;
    to = need_room(join, to, name.len + len);
    to = copy(to, name, names_end);
    *at = behind;
    return copy(to, (struct str){value, len}, end);
}

static char *join_members(struct join *join, char *to, struct str record)
{
    const char *at = record.at + 1, *end = record.at + record.len; /* past the version */
    while (at < end && to) {
        unsigned number = (unsigned char)*at;
        join->count++;
        if (number >= KEY_MARK) {
            at++;
            to = join_key(join, to, number - KEY_MARK);
        } else {
            struct str name = take_name(join, &at, end);
            to = join_attribute(join, to, name, &at, end);
        }
    }
    return to && join->keys_seen == (1u << join->schema->count) - 1 ? to : NULL;
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
    struct join join;
    join.out = item;
    join.schema = schema;
    join.names = names_view(names);
    join.keys_seen = join.count = 0;
    if (record.len == 0 || record.at[0] != VERSION || !split_components(&join, components))
        return damaged(err);
    char *to = buf_reserve(item, room + record.len * 2);
    to = make_room(&join, to, room + record.len * 2);
    to = join_members(&join, to + room, record);
    item->len = to ? (size_t)(to - item->at) : start;
    if (to == NULL)
        return damaged(err);
    put_head(item, start, room, join.count);
    return true;
}
