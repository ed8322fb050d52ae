/* SPDX-License-Identifier: MIT */
/*
 * From encoded values to the text of a cell, read in place, without an allocation but the buffer's.
 * Must not know columns or the screen: what may not be shown (control characters and the like) is
 * marked where text meets the canvas, so nothing here has to care.
 */
#include "views/cells.h"

#include "backend/number.h"

enum role cells_role(enum value_type type)
{
    static const enum role roles[] = {
        [VALUE_NONE] = ROLE_TYPE,
        [VALUE_NULL] = ROLE_TYPE_NULL,
        [VALUE_FALSE] = ROLE_TYPE_BOOL,
        [VALUE_TRUE] = ROLE_TYPE_BOOL,
        [VALUE_S] = ROLE_TYPE_STRING,
        [VALUE_N] = ROLE_TYPE_NUMBER,
        [VALUE_B] = ROLE_TYPE_BINARY,
        [VALUE_L] = ROLE_TYPE_LIST,
        [VALUE_M] = ROLE_TYPE_MAP,
        [VALUE_SS] = ROLE_TYPE_SET,
        [VALUE_NS] = ROLE_TYPE_SET,
        [VALUE_BS] = ROLE_TYPE_SET,
    };
    return roles[type];
}

/* The front of a text, cut at a character's border. */
static struct str cells_cut(struct str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max && ((unsigned char)text.at[max] & 0xc0) == 0x80)
        max--;
    return str_take(text, max);
}

static bool cells_like_number(struct str s)
{
    struct number n;
    if (s.len > 64 || !(s.at[0] == '-' || s.at[0] == '.' || (s.at[0] >= '0' && s.at[0] <= '9')))
        return false;
    struct err err = ERR_INIT;
    return number_parse(&n, s, &err);
}

/* Whether a string without quotes would be taken for something else. */
static bool cells_needs_quotes(struct str s)
{
    static const char *const words[] = {"true", "false", "null", "✓", "✗", "∅"};
    if (s.len == 0 || s.at[0] == ' ' || s.at[s.len - 1] == ' ')
        return true;
    if (strchr("\"{[<", s.at[0]) && s.at[0])
        return true;
    if (s.len <= 5)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (str_equal(s, str_from(words[i])))
                return true;
    return cells_like_number(s);
}

static void cells_string(struct buf *out, struct str s, bool quote)
{
    quote = quote || cells_needs_quotes(s);
    struct str front = cells_cut(s, CELLS_BYTES_MAX);
    if (quote)
        buf_add_byte(out, '"');
    buf_add(out, front);
    if (front.len < s.len)
        buf_add(out, STR("…"));
    if (quote)
        buf_add_byte(out, '"');
}

/* The size tells what the first bytes leave out; where they are all, it would only be noise. */
static void cells_binary(struct buf *out, struct str bytes)
{
    enum { SHOWN = 8 };
    buf_add(out, STR("0x"));
    for (size_t i = 0; i < bytes.len && i < SHOWN; i++)
        buf_printf(out, "%02x", (unsigned char)bytes.at[i]);
    if (bytes.len > SHOWN)
        buf_printf(out, "… %zu B", bytes.len);
}

static void cells_number(struct buf *out, struct str encoded)
{
    char text[NUMBER_TEXT_MAX];
    buf_add_bytes(out, text, number_format(encoded, text));
}

static void cells_set(struct buf *out, struct value set, bool quote)
{
    size_t start = out->len;
    struct value_walk walk = value_walk(set);
    struct str name;
    struct value member;
    buf_add(out, STR("⟨"));
    for (bool first = true; value_next(&walk, &name, &member); first = false) {
        if (!first)
            buf_add_byte(out, ' ');
        if (out->len - start > CELLS_BYTES_MAX) {
            buf_add(out, STR("…"));
            break;
        }
        cells_add(out, member, quote);
    }
    buf_add(out, STR("⟩"));
}

void cells_add(struct buf *out, struct value v, bool quote)
{
    switch (v.type) {
    case VALUE_NONE:
        break;
    case VALUE_NULL:
        buf_add(out, STR("∅"));
        break;
    case VALUE_TRUE:
        buf_add(out, STR("✓"));
        break;
    case VALUE_FALSE:
        buf_add(out, STR("✗"));
        break;
    case VALUE_S:
        cells_string(out, v.data, quote);
        break;
    case VALUE_N:
        cells_number(out, v.data);
        break;
    case VALUE_B:
        cells_binary(out, v.data);
        break;
    case VALUE_L:
        buf_printf(out, "[%u]", v.count);
        break;
    case VALUE_M:
        buf_printf(out, "{%u}", v.count);
        break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        cells_set(out, v, quote);
        break;
    }
}

void cells_add_key(struct buf *out, struct value item, const struct client_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct value v;
        if (i)
            buf_add(out, STR(" · "));
        if (value_find(item, keys[i].name, &v))
            cells_add(out, v, false);
        else
            buf_add_byte(out, '?');
    }
}
