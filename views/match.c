/* SPDX-License-Identifier: MIT */
/*
 * Finding what a person typed in what is shown, straight in the encoded bytes. No regular
 * expressions: a `.` in a key means a dot.
 */
#include "views/match.h"

#include "backend/number.h"
#include "backend/value_read.h"

static inline unsigned char match_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : (unsigned char)c;
}

static bool match_at(const char *text, struct str needle)
{
    for (size_t i = 0; i < needle.len; i++)
        if (match_fold(text[i]) != match_fold(needle.at[i]))
            return false;
    return true;
}

/*
 * Sixteen places at once: those where both the first and the last character of the needle stand are
 * looked at whole.
 *
 *   text    … t h e   r e d   f o x …        needle "red"
 *   first           r                        r or R, here
 *   last                d                    d or D, two further on
 */
typedef unsigned char match_lanes __attribute__((vector_size(16)));
enum { LANES = sizeof(match_lanes) };

struct match_letter {
    match_lanes lower, upper;
};

static struct match_letter match_letter(char c)
{
    struct match_letter letter;
    unsigned char lower = match_fold(c);
    memset(&letter.lower, lower, LANES);
    memset(&letter.upper, lower >= 'a' && lower <= 'z' ? lower - 32 : lower, LANES);
    return letter;
}

static inline match_lanes match_letter_at(const char *text, const struct match_letter *letter)
{
    match_lanes lanes;
    memcpy(&lanes, text, LANES);
    return (match_lanes)(lanes == letter->lower) | (match_lanes)(lanes == letter->upper);
}

static bool match_among(const char *text, match_lanes lanes, struct str needle)
{
    for (size_t i = 0; i < LANES; i++)
        if (lanes[i] && match_at(text + i, needle))
            return true;
    return false;
}

/* How far it came is in *at. */
static bool match_lanes_of(struct str text, struct str needle, size_t *at)
{
    struct match_letter first = match_letter(needle.at[0]);
    struct match_letter last = match_letter(needle.at[needle.len - 1]);
    for (; *at + needle.len - 1 + LANES <= text.len; *at += LANES) {
        const char *here = text.at + *at;
        match_lanes lanes =
            match_letter_at(here, &first) & match_letter_at(here + needle.len - 1, &last);
        uint64_t halves[2];
        memcpy(halves, &lanes, LANES);
        if ((halves[0] | halves[1]) && match_among(here, lanes, needle))
            return true;
    }
    return false;
}

bool match_text(struct str text, struct str needle)
{
    size_t i = 0;
    if (needle.len && text.len >= needle.len + LANES && match_lanes_of(text, needle, &i))
        return true;
    for (; i + needle.len <= text.len; i++)
        if (match_at(text.at + i, needle))
            return true;
    return false;
}

static bool match_value(struct value v, struct str needle);

static bool match_members(struct value v, struct str needle)
{
    struct value_walk walk = value_walk(v);
    struct str name;
    struct value member;
    while (value_next(&walk, &name, &member))
        if ((name.len && match_text(name, needle)) || match_value(member, needle))
            return true;
    return false;
}

static bool match_number(struct str encoded, struct str needle)
{
    char text[NUMBER_TEXT_MAX];
    size_t len = number_format(encoded, text);
    return match_text((struct str){text, len}, needle);
}

/* Depth is bounded by VALUE_DEPTH_MAX. */
static bool match_value(struct value v, struct str needle)
{
    switch (v.type) {
    case VALUE_S:
        return match_text(v.data, needle);
    case VALUE_N:
        return match_number(v.data, needle);
    case VALUE_TRUE:
        return match_text(STR("true"), needle);
    case VALUE_FALSE:
        return match_text(STR("false"), needle);
    case VALUE_L:
    case VALUE_M:
    case VALUE_SS:
    case VALUE_NS:
        return match_members(v, needle);
    case VALUE_NULL:
    case VALUE_B:
    case VALUE_BS:
    case VALUE_NONE:
        break;
    }
    return false;
}

/* Numbers and truth values are not stored as they are shown. */
static bool match_shown_only(struct str needle)
{
    bool number = true;
    for (size_t i = 0; i < needle.len && number; i++)
        number = strchr("0123456789+-.eE", needle.at[i]) && needle.at[i];
    return number || match_text(STR("true false"), needle);
}

/* Whether one of them has the needle, texts left aside. Depth is bounded by VALUE_DEPTH_MAX. */
static bool match_shown(struct value container, struct str needle)
{
    struct str rest = container.data, name;
    struct value v;
    while (rest.len) {
        if ((container.type == VALUE_M && !value_read_bytes(&rest, &name)) ||
            !value_read_one(&rest, &v))
            return false;
        if (v.type == VALUE_M || v.type == VALUE_L
                ? match_shown(v, needle)
                : v.type != VALUE_S && v.type != VALUE_SS && match_value(v, needle))
            return true;
    }
    return false;
}

/* All texts stand in the encoded bytes as they are: most items are passed over at a glance. */
bool match_item(struct value item, struct str needle)
{
    if (needle.len == 0)
        return true;
    if (match_text(item.encoded, needle))
        return match_members(item, needle);
    return match_shown_only(needle) && match_shown(item, needle);
}
