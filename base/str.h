/* SPDX-License-Identifier: MIT */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A borrowed slice of bytes: text or binary, never owned, not terminated. Copying the struct copies
 * the borrow. {NULL, 0} is the empty slice; `at` may be NULL only when `len` is 0.
 */
struct str {
    const char *at;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For "%.*s"; only for text that is already known to be fit to print. */
#define STR_ARG(s) (int)(s).len, (s).at ? (s).at : ""

static inline struct str str_from(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Unsigned byte order, a prefix before its extensions. */
int str_compare(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* ASCII case-insensitive equality, for keywords and file words. */
bool str_equal_nocase(struct str a, struct str b);
/* Offset of the first occurrence, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle);
size_t str_find_byte(struct str s, char byte);

/* From `from` to the end, or STR_NONE past it. */
struct str str_skip(struct str s, size_t from);
/* At most `len` bytes from the front. */
struct str str_take(struct str s, size_t len);
/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);
/* Cuts the front of `rest` up to `separator` (or its end) and moves `rest` past it. False at the
 * end. */
bool str_cut(struct str *rest, char separator, struct str *piece);

/* Unsigned decimal digits only, no sign, no overflow; false otherwise. */
bool str_to_u64(struct str s, uint64_t *out);
bool str_to_i64(struct str s, int64_t *out);

#endif
