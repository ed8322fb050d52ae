/* SPDX-License-Identifier: MIT */
/*
 * Attribute values as bytes: reading in place and canonical writing (value.h draws the form). Bytes
 * may come from a damaged or hostile file, so every length is checked against what is there before
 * it is used. Knows the form and the accounting of sizes, neither JSON nor the store.
 */
#include "backend/value.h"

#include "backend/number.h"
#include "base/mem.h"
#include "base/utf8.h"

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

/* The longer ones; refuses a last byte of zero, which a shorter form would not need. */
static bool read_varint_slow(struct str *rest, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        uint64_t byte = (unsigned char)rest->at[i];
        if (i == 9 && byte > 1)
            return false;
        value |= (byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        *rest = (struct str){rest->at + i + 1, rest->len - i - 1};
        *out = value;
        return byte != 0;
    }
    return false;
}

static inline bool read_varint(struct str *rest, uint64_t *out)
{
    if (rest->len == 0 || (unsigned char)rest->at[0] >= 0x80)
        return read_varint_slow(rest, out);
    *out = (unsigned char)rest->at[0];
    rest->at++;
    rest->len--;
    return true;
}

bool value_read_varint(struct str *rest, uint64_t *out)
{
    return read_varint(rest, out);
}

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
    size_t len = write_varint(buf_reserve(out, 10), v);
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

static inline bool read_bytes(struct str *rest, struct str *out)
{
    uint64_t len;
    if (!read_varint(rest, &len) || len > rest->len)
        return false;
    *out = (struct str){rest->at, (size_t)len};
    rest->at += len;
    rest->len -= (size_t)len;
    return true;
}

/* A member takes a byte at least, so a count beyond the bytes is a lie. */
static bool read_count(struct value *v)
{
    uint64_t count;
    if (!read_varint(&v->data, &count) || count > v->data.len || count > UINT32_MAX)
        return false;
    v->count = (uint32_t)count;
    return true;
}

static inline bool read_value(struct str *rest, struct value *out)
{
    if (rest->len == 0)
        return false;
    const char *start = rest->at;
    unsigned tag = (unsigned char)*start;
    rest->at++;
    rest->len--;
    out->type = (enum value_type)tag;
    out->count = 0;
    out->data = STR_NONE;
    if (tag - VALUE_NULL <= VALUE_TRUE - VALUE_NULL) {
        out->encoded = (struct str){start, 1};
        return true;
    }
    if (tag > VALUE_BS || tag < VALUE_S || !read_bytes(rest, &out->data))
        return false;
    out->encoded = (struct str){start, (size_t)(rest->at - start)};
    return tag < VALUE_L || read_count(out);
}

bool value_read(struct str *rest, struct value *out)
{
    struct str before = *rest;
    if (read_value(rest, out))
        return true;
    *rest = before;
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
        return read_bytes(rest, &member->data);
    }
    return (type != VALUE_M || read_bytes(rest, name)) && read_value(rest, member);
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

/* Moves past one value without reading what is in it. */
static inline bool skip_value(struct str *rest)
{
    struct str bytes;
    if (rest->len == 0)
        return false;
    unsigned tag = (unsigned char)rest->at[0];
    rest->at++;
    rest->len--;
    return tag < VALUE_S ? tag != VALUE_NONE : tag <= VALUE_BS && read_bytes(rest, &bytes);
}

bool value_find(struct value map, struct str name, struct value *out)
{
    struct str rest = map.type == VALUE_M ? map.data : STR_NONE, have;
    while (rest.len && read_bytes(&rest, &have)) {
        if (have.len == name.len && memcmp(have.at, name.at, name.len) == 0)
            return read_value(&rest, out);
        if (!skip_value(&rest))
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
        if (!skip_value(&rest))
            return false;
    return read_value(&rest, out);
}

bool value_contains(struct value set, struct value member)
{
    if (!value_is_set(set.type) || value_member_type(set.type) != member.type)
        return false;
    struct str rest = set.data, have;
    while (rest.len && read_bytes(&rest, &have))
        if (str_equal(have, member.data))
            return true;
    return false;
}

int value_compare(struct value a, struct value b)
{
    return str_compare(a.data, b.data);
}

/* ---- sizes ---- */

/* A number's encoded length is the service's size of a number: one byte, one more for each two
 * digits that begin at an even place, one more when negative; zero is one byte. */
static size_t size_at_depth(struct value v, unsigned depth)
{
    if (v.type < VALUE_S)
        return v.type == VALUE_NONE ? 0 : 1;
    if (v.type < VALUE_L)
        return v.data.len;
    bool set = value_is_set(v.type);
    size_t size = set ? 0 : 3;
    if (depth == 0)
        return size + v.data.len;
    struct value_walk walk = value_walk(v);
    struct str name;
    for (struct value member; value_next(&walk, &name, &member);)
        size += set ? member.data.len : 1 + name.len + size_at_depth(member, depth - 1);
    return size;
}

size_t value_size(struct value v)
{
    return size_at_depth(v, VALUE_DEPTH_MAX);
}

size_t value_item_size(struct value item)
{
    struct value_walk walk = value_walk(item);
    struct str name;
    size_t size = 0;
    for (struct value member; value_next(&walk, &name, &member);)
        size += name.len + value_size(member);
    return size;
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

static bool check_scalar(const struct check *c, enum value_type type, struct str data)
{
    if (type == VALUE_S && !utf8_valid(data))
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
    if (name.len == 0 || name.len > VALUE_NAME_MAX || !utf8_valid(name))
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

static inline void put_bytes(struct buf *out, struct str bytes)
{
    char *to = buf_reserve(out, 10 + bytes.len);
    size_t width = write_varint(to, bytes.len);
    if (bytes.len)
        memcpy(to + width, bytes.at, bytes.len);
    out->len += width + bytes.len;
}

void value_put_string(struct buf *out, struct str text)
{
    buf_add_byte(out, VALUE_S);
    put_bytes(out, text);
}

void value_put_number(struct buf *out, struct str encoded_number)
{
    buf_add_byte(out, VALUE_N);
    put_bytes(out, encoded_number);
}

void value_put_binary(struct buf *out, struct str bytes)
{
    buf_add_byte(out, VALUE_B);
    put_bytes(out, bytes);
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
    put_bytes(out, bytes);
    if (open->count++ > 0 && open->sorted) {
        struct str rest = {out->at + open->last, at - open->last}, last;
        open->sorted = read_bytes(&rest, &last) && str_compare(last, bytes) < 0;
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

static int compare_slots(const void *a, const void *b)
{
    return str_compare(((const struct slot *)a)->key, ((const struct slot *)b)->key);
}

static void find_slots(struct slot *slots, const struct value_open *open, const struct buf *out)
{
    struct str rest = {out->at + members_start(open), out->len - members_start(open)};
    for (uint32_t i = 0; i < open->count; i++) {
        const char *start = rest.at;
        read_bytes(&rest, &slots[i].key);
        if (open->type == VALUE_M)
            skip_value(&rest);
        slots[i].whole = (struct str){start, (size_t)(rest.at - start)};
    }
}

static void describe_member(struct buf *text, enum value_type type, struct str bytes)
{
    char number[NUMBER_TEXT_MAX];
    if (type == VALUE_NS)
        buf_add(text, (struct str){number, number_format(bytes, number)});
    else
        buf_add(text, bytes);
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

/* "[a, b, a]" in the order of the request, as the service prints it. */
static bool refuse_duplicate(const struct value_open *open, const struct buf *out, struct err *err)
{
    if (open->type == VALUE_NS)
        return err_invalid(err, "Input collection contains duplicates");
    struct buf text = {0};
    struct str rest = {out->at + members_start(open), out->len - members_start(open)}, member;
    for (uint32_t i = 0; i < open->count && text.len < ERR_TEXT_MAX; i++) {
        read_bytes(&rest, &member);
        if (i)
            buf_add(&text, STR(", "));
        if (open->type == VALUE_BS)
            base64_text(&text, str_take(member, ERR_TEXT_MAX));
        else
            describe_member(&text, open->type, str_take(member, ERR_TEXT_MAX));
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
    const struct slot *slots, const struct value_open *open, const struct buf *out, struct err *err)
{
    for (uint32_t i = 1; i < open->count; i++)
        if (str_equal(slots[i - 1].key, slots[i].key))
            return open->type == VALUE_M ? refuse_name(slots[i].key, err)
                                         : refuse_duplicate(open, out, err);
    return true;
}

static void write_in_order(const struct slot *slots, const struct value_open *open, struct buf *out)
{
    size_t start = members_start(open), len = out->len - start;
    char *sorted = mem_alloc(len), *to = sorted;
    for (uint32_t i = 0; i < open->count; i++) {
        memcpy(to, slots[i].whole.at, slots[i].whole.len);
        to += slots[i].whole.len;
    }
    memcpy(out->at + start, sorted, len);
    free(sorted);
}

static bool sort_members(const struct value_open *open, struct buf *out, struct err *err)
{
    struct slot *slots = mem_alloc(open->count * sizeof *slots);
    find_slots(slots, open, out);
    qsort(slots, open->count, sizeof *slots, compare_slots);
    bool good = refuse_equal(slots, open, out, err);
    if (good)
        write_in_order(slots, open, out);
    free(slots);
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
