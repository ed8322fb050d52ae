/* SPDX-License-Identifier: MIT */
/*
 * Writes attribute values in their one canonical form (value.h draws it), straight into a buffer:
 * no tree, no allocation but the buffer's own for what came in order. Refuses what a value cannot
 * be, in the service's words. Knows nothing of JSON.
 *
 *   open:    tag  - - -  members as they come         (room for length and count)
 *   closed:  tag  length count  members in order
 */
#include "backend/value.h"

#include "backend/value_read.h"
#include "base/mem.h"

#include <endian.h>
#include <stdlib.h>

/* ---- varints ---- */

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

/* The first slot whose member stood before it already; equal members have ranks side by side. */
static const struct slot *first_repeat(const struct rank *ranks, uint32_t count)
{
    const struct slot *first = NULL;
    for (uint32_t i = 0, end; i < count; i = end) {
        const struct slot *one = ranks[i].slot, *two = NULL;
        for (end = i + 1; end < count && compare_ranks(&ranks[i], &ranks[end]) == 0; end++) {
            const struct slot *s = ranks[end].slot, *later = s > one ? s : one;
            one = s < one ? s : one;
            two = !two || later < two ? later : two;
        }
        first = two && (!first || two < first) ? two : first;
    }
    return first;
}

static void put_member(struct buf *text, enum value_type set, struct str member)
{
    if (text->len >= ERR_TEXT_MAX)
        return;
    if (text->len)
        buf_add(text, set == VALUE_BS ? STR(",") : STR(", "));
    buf_add_byte(text, '"');
    if (set == VALUE_BS)
        base64_text(text, str_take(member, ERR_TEXT_MAX));
    else
        buf_add(text, str_take(member, ERR_TEXT_MAX));
    buf_add_byte(text, '"');
}

/* `["a", "b", "b"]`: in order up to the first repeat, the repeat, the others as they were sent.
 * Numbers are not shown. */
static bool refuse_duplicate(const struct rank *ranks, const struct slot *slots,
    const struct value_open *open, struct err *err)
{
    static const char what[] = "One or more parameter values were invalid: Input collection";
    const struct slot *repeat = first_repeat(ranks, open->count);
    struct buf text = {0};
    if (open->type == VALUE_NS)
        return err_invalid(err, "%s contains duplicates.", what);
    for (uint32_t i = 0; i < open->count; i++)
        if (ranks[i].slot < repeat)
            put_member(&text, open->type, ranks[i].slot->key);
    for (const struct slot *s = repeat; s < slots + open->count; s++)
        put_member(&text, open->type, s->key);
    err_invalid(err, "%s [%.*s]%s contains duplicates.", what, STR_ARG(buf_str(&text)),
        open->type == VALUE_BS ? "of type BS" : "");
    buf_fini(&text);
    return false;
}

static bool refuse_name(struct str name, struct err *err)
{
    return err_invalid(err,
        "One or more parameter values were invalid: Duplicate attribute name: %.*s",
        STR_ARG(str_take(name, 255)));
}

static bool refuse_equal(const struct rank *ranks, const struct slot *slots,
    const struct value_open *open, struct err *err)
{
    for (uint32_t i = 1; i < open->count; i++)
        if (compare_ranks(&ranks[i - 1], &ranks[i]) == 0)
            return open->type == VALUE_M ? refuse_name(ranks[i].slot->key, err)
                                         : refuse_duplicate(ranks, slots, open, err);
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
    bool good = refuse_equal(ranks, slots, open, err);
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
