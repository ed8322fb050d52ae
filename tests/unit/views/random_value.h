/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_VIEWS_RANDOM_VALUE_H
#define TESTS_UNIT_VIEWS_RANDOM_VALUE_H

/* Values of all types at random, from a seed. */
#include "backend/number.h"
#include "backend/value.h"

#include <stdio.h>

static inline uint64_t random_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static inline uint64_t random_below(uint64_t *seed, uint64_t bound)
{
    return random_next(seed) % bound;
}

static inline struct str random_text(uint64_t *seed, char out[64])
{
    static const char *const pieces[] = {"a", "Z", "42", " ", "\"", "\\", "é", "東", "⟨", ">>",
        "\n", "{", "}", "true", ",", ":", "\x1b", "S", "-1.5", "null"};
    size_t len = 0;
    for (uint64_t i = random_below(seed, 6); i > 0; i--) {
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof *pieces)];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return (struct str){out, len};
}

static inline struct number random_number(uint64_t *seed)
{
    char text[64];
    struct number n;
    struct err err = ERR_INIT;
    snprintf(text, sizeof text, "%s%llu.%lluE%d", random_below(seed, 2) ? "-" : "",
        (unsigned long long)random_below(seed, 100000),
        (unsigned long long)random_below(seed, 1000), (int)random_below(seed, 60) - 30);
    if (!number_parse(&n, str_from(text), &err))
        number_from_i64(&n, 0);
    return n;
}

static inline void random_set(uint64_t *seed, struct buf *out)
{
    struct err err = ERR_INIT;
    enum value_type type = (enum value_type)(VALUE_SS + random_below(seed, 3));
    struct value_open set = value_open(out, type);
    char text[64], kept[4][64];
    for (int i = 0; i < 1 + (int)random_below(seed, 3); i++) {
        struct number n;
        number_from_i64(&n, i * 7 + (int64_t)random_below(seed, 7));
        struct str s = random_text(seed, text);
        snprintf(kept[i], sizeof kept[i], "%d%.*s", i, (int)(s.len < 40 ? s.len : 0), s.at);
        value_set_add(&set, out, type == VALUE_NS ? number_str(&n) : str_from(kept[i]));
    }
    value_close(&set, out, &err);
}

static inline void random_value(uint64_t *seed, struct buf *out, int depth);

static inline void random_container(uint64_t *seed, struct buf *out, int depth)
{
    struct err err = ERR_INIT;
    bool map = random_below(seed, 2);
    struct value_open open = value_open(out, map ? VALUE_M : VALUE_L);
    uint64_t count = random_below(seed, 4);
    for (uint64_t i = 0; i < count; i++) {
        static const char *const names[] = {"a", "S", "two words", "N"};
        value_member(&open, out, map ? str_from(names[i]) : STR_NONE);
        random_value(seed, out, depth + 1);
    }
    value_close(&open, out, &err);
}

static inline void random_value(uint64_t *seed, struct buf *out, int depth)
{
    char text[64];
    struct number n;
    switch (random_below(seed, depth < 3 ? 8 : 5)) {
    case 0:
        value_put_null(out);
        break;
    case 1:
        value_put_bool(out, random_below(seed, 2));
        break;
    case 2:
        value_put_string(out, random_text(seed, text));
        break;
    case 3:
        n = random_number(seed);
        value_put_number(out, number_str(&n));
        break;
    case 4:
        value_put_binary(out, random_text(seed, text));
        break;
    case 5:
        random_set(seed, out);
        break;
    default:
        random_container(seed, out, depth);
    }
}

#endif
