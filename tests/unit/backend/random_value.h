/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_BACKEND_RANDOM_VALUE_H
#define TESTS_UNIT_BACKEND_RANDOM_VALUE_H

#include "backend/number.h"
#include "backend/value.h"
#include "base/utf8.h"

/*
 * Random numbers, texts, values and items for property tests, from a seed. What comes out is always
 * valid; it leans to what breaks codecs: empty things, repeats, names like type descriptors.
 */
struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline unsigned rng_below(struct rng *r, unsigned bound)
{
    return (unsigned)(rng_next(r) % bound);
}

/* sign, up to `digits` digits with a point anywhere, exponent: any text of a number's grammar. */
static inline size_t random_number_text(struct rng *r, char *out, unsigned digits, int exponent)
{
    size_t len = 0;
    unsigned count = 1 + rng_below(r, digits), point = rng_below(r, count + 3);
    unsigned zeros = rng_below(r, 4);
    if (rng_below(r, 2))
        out[len++] = rng_below(r, 4) ? '-' : '+';
    for (unsigned i = 0; i < count; i++) {
        if (i == point)
            out[len++] = '.';
        out[len++] = (char)('0' + (rng_below(r, 4) < zeros ? 0 : rng_below(r, 10)));
    }
    if (exponent && rng_below(r, 2)) {
        int e = (int)rng_below(r, 2u * (unsigned)exponent + 1) - exponent;
        out[len++] = rng_below(r, 2) ? 'e' : 'E';
        if (e < 0)
            out[len++] = '-';
        else if (rng_below(r, 2))
            out[len++] = '+';
        unsigned magnitude = (unsigned)(e < 0 ? -e : e);
        if (magnitude >= 100)
            out[len++] = (char)('0' + magnitude / 100);
        if (magnitude >= 10)
            out[len++] = (char)('0' + magnitude / 10 % 10);
        out[len++] = (char)('0' + magnitude % 10);
    }
    return len;
}

static inline struct number random_number(struct rng *r)
{
    char text[128];
    struct number n;
    struct err err;
    do {
        size_t len = random_number_text(r, text, 38, rng_below(r, 2) ? 3 : 120);
        if (number_parse(&n, (struct str){text, len}, &err))
            return n;
    } while (true);
}

static inline uint32_t random_point(struct rng *r)
{
    static const uint32_t edges[] = {0, 1, 0x1f, '"', '\\', '/', 0x7f, 0x80, 0x9f, 0xa0, 0x7ff,
        0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff};
    if (rng_below(r, 4))
        return 'a' + rng_below(r, 26);
    return edges[rng_below(r, sizeof edges / sizeof *edges)];
}

static inline void random_text(struct rng *r, struct buf *out, unsigned most)
{
    buf_clear(out);
    for (unsigned i = rng_below(r, most + 1); i > 0; i--)
        utf8_add(out, random_point(r));
}

static inline void random_name(struct rng *r, struct buf *out)
{
    static const char *const usual[] = {
        "S", "N", "B", "L", "M", "SS", "NS", "BS", "BOOL", "NULL", "Item", "id", "a"};
    random_text(r, out, 9);
    if (out->len == 0 || rng_below(r, 3) == 0) {
        buf_clear(out);
        buf_add(out, str_from(usual[rng_below(r, sizeof usual / sizeof *usual)]));
    }
}

static inline void random_bytes(struct rng *r, struct buf *out, unsigned most)
{
    buf_clear(out);
    for (unsigned i = rng_below(r, most + 1); i > 0; i--)
        buf_add_byte(out, (char)rng_next(r));
}

static inline void random_set(struct rng *r, struct buf *out, enum value_type type)
{
    struct buf text = {0};
    struct err err;
    size_t start = out->len;
    do {
        out->len = start;
        struct value_open set = value_open(out, type);
        for (unsigned i = 1 + rng_below(r, 5); i > 0; i--) {
            struct number n = random_number(r);
            if (type == VALUE_SS)
                random_text(r, &text, 12);
            else
                random_bytes(r, &text, 12);
            value_set_add(&set, out, type == VALUE_NS ? number_str(&n) : buf_str(&text));
        }
        if (value_close(&set, out, &err))
            break;
    } while (true);
    buf_fini(&text);
}

static inline void random_value(struct rng *r, struct buf *out, unsigned depth);

static inline void random_list(struct rng *r, struct buf *out, unsigned depth)
{
    struct err err;
    struct value_open list = value_open(out, VALUE_L);
    for (unsigned i = rng_below(r, 4); i > 0; i--) {
        value_member(&list, out, STR_NONE);
        random_value(r, out, depth);
    }
    value_close(&list, out, &err);
}

static inline void random_map(struct rng *r, struct buf *out, unsigned depth)
{
    struct buf name = {0};
    struct err err;
    size_t start = out->len;
    do {
        out->len = start;
        struct value_open map = value_open(out, VALUE_M);
        for (unsigned i = rng_below(r, 3) ? rng_below(r, 5) : 1; i > 0; i--) {
            random_name(r, &name);
            value_member(&map, out, buf_str(&name));
            random_value(r, out, depth);
        }
        if (value_close(&map, out, &err))
            break;
    } while (true);
    buf_fini(&name);
}

/* `depth` further levels of lists and maps at most. */
static inline void random_value(struct rng *r, struct buf *out, unsigned depth)
{
    struct buf text = {0};
    enum value_type type = (enum value_type)(VALUE_NULL + rng_below(r, VALUE_BS));
    struct number n = random_number(r);
    if (depth == 0 && (type == VALUE_L || type == VALUE_M))
        type = VALUE_S;
    if (type == VALUE_S)
        random_text(r, &text, 30);
    else
        random_bytes(r, &text, 30);
    if (type == VALUE_NULL)
        value_put_null(out);
    else if (type < VALUE_S)
        value_put_bool(out, type == VALUE_TRUE);
    else if (type == VALUE_S)
        value_put_string(out, buf_str(&text));
    else if (type == VALUE_N)
        value_put_number(out, number_str(&n));
    else if (type == VALUE_B)
        value_put_binary(out, buf_str(&text));
    else if (type == VALUE_L)
        random_list(r, out, depth - 1);
    else if (type == VALUE_M)
        random_map(r, out, depth - 1);
    else
        random_set(r, out, type);
    buf_fini(&text);
}

static inline void random_item(struct rng *r, struct buf *out)
{
    random_map(r, out, rng_below(r, 5));
}

#endif
