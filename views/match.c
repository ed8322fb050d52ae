/* SPDX-License-Identifier: MIT */
/*
 * Finding what a person typed in what is shown, straight in the encoded bytes. No regular
 * expressions: a `.` in a key means a dot.
 */
#include "views/match.h"

#include "backend/number.h"

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

bool match_text(struct str text, struct str needle)
{
    for (size_t i = 0; i + needle.len <= text.len; i++)
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

bool match_item(struct value item, struct str needle)
{
    return needle.len == 0 || match_members(item, needle);
}
