/* SPDX-License-Identifier: MIT */
/*
 * Attribute values as bytes: reading in place and canonical writing (value.h draws the form). Bytes
 * may come from a damaged or hostile file, so every length is checked against what is there before
 * it is used. Knows the form and the accounting of sizes, neither JSON nor the store.
 */
#include "backend/value.h"

#include "backend/number.h"
#include "backend/value_read.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <endian.h>
#include <stdlib.h>

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

/* ---- varints ---- */

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

enum { VARINT_MAX = 10 }; /* bytes */

static inline size_t write_varint(char *to, uint64_t v)
{
    size_t len = 0;
    for (; v >= 0x80; v >>= 7)
        to[len++] = (char)(v | 0x80);
    to[len++] = (char)v;
    return len;
}

size_t value_put_varint(struct buf *out, uint64_t v)
{
    size_t len = write_varint(buf_reserve(out, VARINT_MAX), v);
    out->len += len;
    return len;
}

static inline size_t varint_width(uint64_t v)
{
    size_t width = 1;
    for (; v >= 0x80; v >>= 7)
        width++;
    return width;
}

/* ---- reading ---- */

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

/* ---- writing scalars ---- */

void value_put_null(struct buf *out)
{
    buf_add_byte(out, VALUE_NULL);
}

void value_put_bool(struct buf *out, bool truth)
{
    buf_add_byte(out, truth ? VALUE_TRUE : VALUE_FALSE);
}

static inline char *reserve(struct buf *out, size_t room)
{
    return out->cap - out->len >= room ? out->at + out->len : buf_reserve(out, room);
}

/* varint length | bytes, behind `head` bytes that the caller has put there */
static inline void put_bytes(struct buf *out, size_t head, struct str bytes)
{
    char *to = out->at + out->len + head;
    size_t width = write_varint(to, bytes.len);
    if (bytes.len)
        memcpy(to + width, bytes.at, bytes.len);
    out->len += head + width + bytes.len;
}

static inline void put_tagged(struct buf *out, enum value_type type, struct str bytes)
{
    *reserve(out, 1 + VARINT_MAX + bytes.len) = (char)type;
    put_bytes(out, 1, bytes);
}

void value_put_string(struct buf *out, struct str text)
{
    put_tagged(out, VALUE_S, text);
}

void value_put_number(struct buf *out, struct str encoded_number)
{
    put_tagged(out, VALUE_N, encoded_number);
}

void value_put_binary(struct buf *out, struct str bytes)
{
    put_tagged(out, VALUE_B, bytes);
}

/* ---- writing containers ---- */

/* While a container is open: tag, a place of HEAD_ROOM bytes for length and count, members. Closing
 * writes the true widths and moves the members where they differ, which for items they seldom do.
 */
enum { HEAD_ROOM = 3 };

struct value_open value_open(struct buf *out, enum value_type type)
{
    size_t start = out->len;
    buf_reserve(out, 1 + HEAD_ROOM);
    out->at[start] = (char)type;
    out->len += 1 + HEAD_ROOM;
    return (struct value_open){.type = type, .start = start, .sorted = true};
}

static inline size_t members_start(const struct value_open *open)
{
    return open->start + 1 + HEAD_ROOM;
}

/* A name or set member that begins a member of the open container. */
static void put_ordered(struct value_open *open, struct buf *out, struct str bytes)
{
    size_t at = out->len;
    reserve(out, VARINT_MAX + bytes.len);
    put_bytes(out, 0, bytes);
    if (open->count++ > 0 && open->sorted) {
        struct str rest = {out->at + open->last, at - open->last}, last;
        open->sorted = value_read_bytes(&rest, &last) && str_compare(last, bytes) < 0;
    }
    open->last = at;
}

void value_member(struct value_open *open, struct buf *out, struct str name)
{
    if (open->type == VALUE_M)
        put_ordered(open, out, name);
    else
        open->count++;
}

void value_set_add(struct value_open *set, struct buf *out, struct str bytes)
{
    put_ordered(set, out, bytes);
}

/* One member of an open container, while they are put in order. */
struct slot {
    struct str key;   /* name or set member */
    struct str whole; /* all of its bytes */
};

/* What is sorted: the key's first bytes as a number decide nearly every comparison. */
struct rank {
    uint64_t prefix;
    const struct slot *slot;
};

enum { FEW_MEMBERS = 32, PREFIX = sizeof(uint64_t) };

static inline int compare_ranks(const struct rank *a, const struct rank *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return str_compare(a->slot->key, b->slot->key);
}

static int compare_many(const void *a, const void *b)
{
    return compare_ranks(a, b);
}

static void sort_ranks(struct rank *ranks, uint32_t count)
{
    if (count > FEW_MEMBERS) {
        qsort(ranks, count, sizeof *ranks, compare_many);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct rank rank = ranks[i];
        uint32_t to = i;
        for (; to > 0 && compare_ranks(&ranks[to - 1], &rank) > 0; to--)
            ranks[to] = ranks[to - 1];
        ranks[to] = rank;
    }
}

static inline uint64_t key_prefix(struct str key)
{
    uint64_t prefix = 0;
    if (key.len >= PREFIX)
        memcpy(&prefix, key.at, PREFIX);
    else if (key.len)
        memcpy(&prefix, key.at, key.len);
    return be64toh(prefix);
}

static void find_slots(
    struct slot *slots, struct rank *ranks, const struct value_open *open, const struct buf *out)
{
    struct str rest = {out->at + members_start(open), out->len - members_start(open)};
    for (uint32_t i = 0; i < open->count; i++) {
        const char *start = rest.at;
        value_read_bytes(&rest, &slots[i].key);
        if (open->type == VALUE_M)
            value_read_past(&rest);
        slots[i].whole = (struct str){start, (size_t)(rest.at - start)};
        ranks[i] = (struct rank){key_prefix(slots[i].key), &slots[i]};
    }
}

static void base64_text(struct buf *text, struct str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < have ? (unsigned char)bytes.at[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_add_byte(text, k <= have ? digits[bits >> (18 - 6 * k) & 63] : '=');
    }
}

/* "[a, b, a]" in the order of the request, as the service prints strings and binary. */
static bool refuse_duplicate(const struct value_open *open, const struct buf *out, struct err *err)
{
    if (open->type == VALUE_NS)
        return err_invalid(err, "Input collection contains duplicates");
    struct buf text = {0};
    struct str rest = {out->at + members_start(open), out->len - members_start(open)}, member;
    for (uint32_t i = 0; i < open->count && text.len < ERR_TEXT_MAX; i++) {
        value_read_bytes(&rest, &member);
        member = str_take(member, ERR_TEXT_MAX);
        if (i)
            buf_add(&text, STR(", "));
        if (open->type == VALUE_BS)
            base64_text(&text, member);
        else
            buf_add(&text, member);
    }
    err_invalid(err,
        "One or more parameter values were invalid: Input collection [%.*s]%s contains duplicates.",
        STR_ARG(buf_str(&text)), open->type == VALUE_BS ? "of type BS" : "");
    buf_fini(&text);
    return false;
}

static bool refuse_name(struct str name, struct err *err)
{
    return err_invalid(err,
        "One or more parameter values were invalid: Duplicate attribute name: %.*s",
        STR_ARG(str_take(name, 255)));
}

static bool refuse_equal(
    const struct rank *ranks, const struct value_open *open, const struct buf *out, struct err *err)
{
    for (uint32_t i = 1; i < open->count; i++)
        if (compare_ranks(&ranks[i - 1], &ranks[i]) == 0)
            return open->type == VALUE_M ? refuse_name(ranks[i].slot->key, err)
                                         : refuse_duplicate(open, out, err);
    return true;
}

/* The sorted copy is made behind the members, where there is room for it. */
static void write_in_order(const struct rank *ranks, const struct value_open *open, struct buf *out)
{
    char *to = out->at + out->len;
    for (uint32_t i = 0; i < open->count; i++) {
        memcpy(to, ranks[i].slot->whole.at, ranks[i].slot->whole.len);
        to += ranks[i].slot->whole.len;
    }
    size_t start = members_start(open);
    memcpy(out->at + start, out->at + out->len, out->len - start);
}

static bool sort_members(const struct value_open *open, struct buf *out, struct err *err)
{
    struct slot few_slots[FEW_MEMBERS], *slots = few_slots;
    struct rank few_ranks[FEW_MEMBERS], *ranks = few_ranks;
    bool many = open->count > FEW_MEMBERS;
    if (many) {
        slots = mem_alloc(open->count * sizeof *slots);
        ranks = mem_alloc(open->count * sizeof *ranks);
    }
    buf_reserve(out, out->len - members_start(open)); /* may move what the slots point to */
    find_slots(slots, ranks, open, out);
    sort_ranks(ranks, open->count);
    bool good = refuse_equal(ranks, open, out, err);
    if (good)
        write_in_order(ranks, open, out);
    if (many) {
        free(slots);
        free(ranks);
    }
    return good;
}

static bool refuse_empty(enum value_type type, struct err *err)
{
    const char *what = type == VALUE_SS   ? "An string set  may not be empty"
                       : type == VALUE_NS ? "An number set  may not be empty"
                                          : "Binary sets should not be empty";
    return err_invalid(err, "One or more parameter values were invalid: %s", what);
}

/* Length and count take the widths they need; the members move next to them. */
static void write_head(const struct value_open *open, struct buf *out)
{
    size_t members = out->len - members_start(open);
    size_t count_width = varint_width(open->count), length = count_width + members;
    size_t head = varint_width(length) + count_width;
    if (head > HEAD_ROOM)
        buf_reserve(out, head - HEAD_ROOM);
    char *at = out->at + open->start + 1;
    if (head != HEAD_ROOM)
        memmove(at + head, at + HEAD_ROOM, members);
    at += write_varint(at, length);
    write_varint(at, open->count);
    out->len = out->len + head - HEAD_ROOM;
}

bool value_close(struct value_open *open, struct buf *out, struct err *err)
{
    bool good = true;
    if (value_is_set(open->type) && open->count == 0)
        good = refuse_empty(open->type, err);
    else if (!open->sorted)
        good = sort_members(open, out, err);
    if (good)
        write_head(open, out);
    else
        out->len = open->start;
    return good;
}
