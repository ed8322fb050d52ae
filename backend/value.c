/* SPDX-License-Identifier: MIT */
/*
 * Attribute values as bytes, read in place (value.h draws the form; value_write.c writes it). Bytes
 * may come from a damaged or hostile file, so every length is checked against what is there before
 * it is used. Knows the form and the accounting of sizes, neither JSON nor the store.
 */
#include "backend/value.h"

#include "backend/number.h"
#include "backend/value_read.h"
#include "base/utf8.h"

static const char *const type_names[] = {
    [VALUE_NONE] = "",
    [VALUE_NULL] = "NULL",
    [VALUE_FALSE] = "BOOL",
    [VALUE_TRUE] = "BOOL",
    [VALUE_S] = "S",
    [VALUE_N] = "N",
    [VALUE_B] = "B",
    [VALUE_L] = "L",
    [VALUE_M] = "M",
    [VALUE_SS] = "SS",
    [VALUE_NS] = "NS",
    [VALUE_BS] = "BS",
};

const char *value_type_name(enum value_type type)
{
    return (unsigned)type <= VALUE_BS ? type_names[type] : "";
}

enum value_type value_type_from_name(struct str name)
{
    char a = name.len ? name.at[0] : '\0', b = name.len > 1 ? name.at[1] : '\0';
    if (name.len == 1)
        return a == 'S'   ? VALUE_S
               : a == 'N' ? VALUE_N
               : a == 'B' ? VALUE_B
               : a == 'L' ? VALUE_L
               : a == 'M' ? VALUE_M
                          : VALUE_NONE;
    if (name.len == 2 && b == 'S')
        return a == 'S' ? VALUE_SS : a == 'N' ? VALUE_NS : a == 'B' ? VALUE_BS : VALUE_NONE;
    if (str_equal(name, STR("BOOL")))
        return VALUE_TRUE;
    return str_equal(name, STR("NULL")) ? VALUE_NULL : VALUE_NONE;
}

/* ---- reading ---- */

/* Refuses a last byte of zero, which a shorter form would not need, and more than 64 bits. */
struct value_varint value_read_wide_varint(struct str rest)
{
    struct value_varint out = {0, 0};
    for (size_t i = 0; i < rest.len && i < 10; i++) {
        uint64_t byte = (unsigned char)rest.at[i];
        if (i == 9 && byte > 1)
            break;
        out.value |= (byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        out.width = byte || i == 0 ? i + 1 : 0;
        break;
    }
    return out;
}

bool value_read_varint(struct str *rest, uint64_t *out)
{
    return value_read_length(rest, out);
}

bool value_read(struct str *rest, struct value *out)
{
    if (value_read_one(rest, out))
        return true;
    *out = (struct value){0};
    return false;
}

struct value value_of(struct str encoded)
{
    struct value v;
    if (!value_read(&encoded, &v) || encoded.len != 0)
        v = (struct value){0};
    return v;
}

struct value_walk value_walk(struct value container)
{
    return (struct value_walk){
        .rest = container.type >= VALUE_L ? container.data : STR_NONE,
        .type = container.type,
    };
}

static inline bool read_member(
    struct str *rest, enum value_type type, struct str *name, struct value *member)
{
    if (value_is_set(type)) {
        *member = (struct value){.type = value_member_type(type)};
        return value_read_bytes(rest, &member->data);
    }
    return (type != VALUE_M || value_read_bytes(rest, name)) && value_read_one(rest, member);
}

/* What cannot be read stays in `rest`, for those who want to know why there was no more. */
bool value_next(struct value_walk *walk, struct str *name, struct value *member)
{
    struct str rest = walk->rest;
    *name = STR_NONE;
    if (rest.len == 0 || !read_member(&rest, walk->type, name, member))
        return false;
    walk->rest = rest;
    return true;
}

/* Past the bytes behind a length of one byte; NULL where it is longer or they are not there. */
static inline const unsigned char *skip_short(const unsigned char *at, const unsigned char *end)
{
    if (at == end || *at >= 0x80 || *at >= end - at)
        return NULL;
    return at + 1 + *at;
}

/* The common case, names and values of less than 128 bytes: moves `rest` before the first attribute
 * that has the name or a greater one, or to what is not common. Names ascend; their first bytes
 * tell mostly. */
static void skip_attributes(struct str *rest, struct str name)
{
    const unsigned char *at = (const unsigned char *)rest->at, *end = at + rest->len;
    unsigned first = (unsigned char)name.at[0];
    for (const unsigned char *value; at < end && *at < 0x80; at = value) {
        value = skip_short(at, end);
        if (value == NULL || value == end || *at == 0 || at[1] > first)
            break;
        if (at[1] == first && *at == name.len && memcmp(at + 1, name.at, name.len) == 0)
            break;
        value = *value >= VALUE_S ? skip_short(value + 1, end) : value + 1;
        if (value == NULL)
            break;
    }
    *rest = (struct str){(const char *)at, (size_t)(end - at)};
}

bool value_find(struct value map, struct str name, struct value *out)
{
    struct str rest = map.type == VALUE_M ? map.data : STR_NONE, have;
    while (rest.len && name.len) {
        skip_attributes(&rest, name);
        if (rest.len == 0 || !value_read_bytes(&rest, &have))
            return false;
        if (str_equal(have, name))
            return value_read_one(&rest, out);
        if ((have.len && (unsigned char)have.at[0] > (unsigned char)name.at[0]) ||
            !value_read_past(&rest))
            return false;
    }
    return false;
}

bool value_at(struct value list, size_t index, struct value *out)
{
    if (list.type != VALUE_L || index >= list.count)
        return false;
    struct str rest = list.data;
    while (index-- > 0)
        if (!value_read_past(&rest))
            return false;
    return value_read_one(&rest, out);
}

bool value_contains(struct value set, struct value member)
{
    if (!value_is_set(set.type) || value_member_type(set.type) != member.type)
        return false;
    struct str rest = set.data, have;
    while (rest.len && value_read_bytes(&rest, &have))
        if (str_equal(have, member.data))
            return true;
    return false;
}

int value_compare(struct value a, struct value b)
{
    return str_compare(a.data, b.data);
}

/* ---- sizes ---- */

static size_t sum_of_members(struct str rest)
{
    struct str member;
    size_t size = 0;
    while (rest.len && value_read_bytes(&rest, &member))
        size += member.len;
    return size;
}

static size_t sum_of_values(struct str rest, bool named, size_t each, unsigned depth);

/* Takes a value off the front of `rest` and measures it; malformed ones end the sum. */
static inline size_t measure(struct str *rest, unsigned depth)
{
    struct value v;
    if (!value_read_one(rest, &v)) {
        *rest = STR_NONE;
        return 0;
    }
    if (v.type < VALUE_S)
        return 1;
    if (v.type < VALUE_L || depth == 0)
        return v.data.len;
    return v.type >= VALUE_SS ? sum_of_members(v.data)
                              : 3 + sum_of_values(v.data, v.type == VALUE_M, 1, depth - 1);
}

static size_t sum_of_values(struct str rest, bool named, size_t each, unsigned depth)
{
    struct str name = STR_NONE;
    size_t size = 0;
    while (rest.len && (!named || value_read_bytes(&rest, &name)))
        size += each + name.len + measure(&rest, depth);
    return size;
}

/* A number's encoded length is the service's size of a number: one byte, one more for each two
 * digits that begin at an even place, one more when negative; zero is one byte. */
size_t value_size(struct value v)
{
    if (v.encoded.len == 0) /* a member of a set */
        return v.data.len;
    return measure(&v.encoded, VALUE_DEPTH_MAX);
}

size_t value_item_size(struct value item)
{
    return item.type == VALUE_M ? sum_of_values(item.data, true, 0, VALUE_DEPTH_MAX) : 0;
}

/* ---- checking ---- */

struct check {
    const char *start;
    struct err *err;
};

static bool check_fails(const struct check *c, const char *at, const char *what)
{
    return err_set(
        c->err, ERR_DATA, "damaged value: %s at byte %zu", what, (size_t)(at - c->start));
}

static inline bool is_ascii(struct str s)
{
    uint64_t word, all = 0;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.at + i, 8);
        all |= word;
    }
    for (; i < s.len; i++)
        all |= (unsigned char)s.at[i];
    return (all & 0x8080808080808080u) == 0;
}

static inline bool is_text(struct str s)
{
    return is_ascii(s) || utf8_valid(s);
}

static inline bool check_scalar(const struct check *c, enum value_type type, struct str data)
{
    if (type == VALUE_S && !is_text(data))
        return check_fails(c, data.at, "text that is not UTF-8");
    if (type == VALUE_N && !number_check(data))
        return check_fails(c, data.at, "a malformed number");
    return true;
}

static bool check_set(const struct check *c, struct value set)
{
    struct value_walk walk = value_walk(set);
    struct str name, last = STR_NONE;
    struct value member;
    uint32_t count = 0;
    for (; value_next(&walk, &name, &member); count++, last = member.data) {
        if (!check_scalar(c, member.type, member.data))
            return false;
        if (count && str_compare(last, member.data) >= 0)
            return check_fails(c, member.data.at, "a set member out of order");
    }
    if (walk.rest.len || count != set.count || count == 0)
        return check_fails(c, set.encoded.at, "a set of the wrong length");
    return true;
}

static bool check_name(const struct check *c, struct str name, struct str last, bool first)
{
    if (name.len == 0 || name.len > VALUE_NAME_MAX || !is_text(name))
        return check_fails(c, name.at, "an attribute name that is empty, too long or not UTF-8");
    if (!first && str_compare(last, name) >= 0)
        return check_fails(c, name.at, "an attribute name out of order");
    return true;
}

static bool check_value(const struct check *c, struct value v, unsigned depth);

static bool check_members(const struct check *c, struct value v, unsigned depth)
{
    if (depth == 0)
        return check_fails(c, v.encoded.at, "too many levels");
    struct value_walk walk = value_walk(v);
    struct str name, last = STR_NONE;
    struct value member;
    uint32_t count = 0;
    for (; value_next(&walk, &name, &member); count++, last = name) {
        if (v.type == VALUE_M && !check_name(c, name, last, count == 0))
            return false;
        if (!check_value(c, member, depth - 1))
            return false;
    }
    if (walk.rest.len || count != v.count)
        return check_fails(c, v.encoded.at, "a list or map of the wrong length");
    return true;
}

static bool check_value(const struct check *c, struct value v, unsigned depth)
{
    if (v.type < VALUE_L)
        return check_scalar(c, v.type, v.data);
    return value_is_set(v.type) ? check_set(c, v) : check_members(c, v, depth);
}

bool value_check(struct str encoded, struct err *err)
{
    struct check c = {.start = encoded.at, .err = err};
    struct value v = value_of(encoded);
    if (v.type == VALUE_NONE)
        return check_fails(&c, encoded.at, "no value of this length");
    return check_value(&c, v, VALUE_DEPTH_MAX);
}
