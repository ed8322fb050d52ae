/* SPDX-License-Identifier: MIT */
/*
 * The audit of what reaches a terminal. It knows which sequences painting needs and refuses all
 * others, so that a value that got through unchanged is seen even where it does no harm.
 *
 *   sent     = { text | control | sequence }
 *   control  = BS | TAB | LF | CR | SO | SI
 *   sequence = ESC "[" { "0".."?" } final  |  ESC "(" set  |  ESC ")" set  |  ESC one
 *   set      = "B" | "0"
 *   one      = "7" | "8" | "=" | ">" | "M"
 *
 * and the few fixed ones of take_fixed() and take_copy().
 */
#include "tests/pty/bytes.h"

#include "base/utf8.h"

#include <stdlib.h>

/* cursor, erasing, scrolling, insert and delete, modes, SGR */
static const char finals[] = "ABCDEFGHJKLMPSTX@`bdfhlmr";

static bool offend(struct buf *what, const char *kind, struct str at)
{
    buf_printf(what, "%s:", kind);
    for (size_t i = 0; i < at.len && i < 24; i++)
        buf_printf(what, " %02X", (unsigned char)at.at[i]);
    return false;
}

/* The parameters of an SGR: whether one of them is a colour. */
static bool sets_colour(struct str parameters)
{
    struct str piece;
    while (str_cut(&parameters, ';', &piece)) {
        uint64_t n;
        if (str_to_u64(piece, &n) && ((n >= 30 && n <= 38) || (n >= 40 && n <= 48) ||
                                         (n >= 90 && n <= 97) || (n >= 100 && n <= 107)))
            return true;
    }
    return false;
}

/* What belongs to entering and leaving the screen: keeping and giving back the window's title, and
 * giving back the palette; on the Linux console the shape of the cursor. */
static bool take_fixed(struct str *rest)
{
    static const char *const fixed[] = {
        "\033[22;0;0t", "\033[23;0;0t", "\033]104\007", "\033[?0c", "\033[?1c", "\033]R"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (str_starts(*rest, str_from(fixed[i]))) {
            *rest = str_skip(*rest, strlen(fixed[i]));
            return true;
        }
    }
    return false;
}

/* ESC "]52;c;" base64 BEL: a copy for the clipboard. */
static bool take_copy(struct str *rest)
{
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    if (!str_starts(*rest, STR("\033]52;c;")))
        return false;
    size_t i = 7;
    while (i < rest->len && rest->at[i] && strchr(base64, rest->at[i]))
        i++;
    if (i == rest->len || rest->at[i] != '\007')
        return false;
    *rest = str_skip(*rest, i + 1);
    return true;
}

static bool take_csi(struct str *rest, struct bytes_count *count, struct buf *what)
{
    struct str start = *rest;
    size_t i = 2;
    while (i < rest->len && rest->at[i] >= '0' && rest->at[i] <= '?')
        i++;
    if (i == rest->len || !strchr(finals, rest->at[i]))
        return offend(what, "control sequence", start);
    /* an answer would be typed by the terminal: '>' and '<' open such questions */
    if (i > 2 && (rest->at[2] == '>' || rest->at[2] == '<'))
        return offend(what, "private sequence", start);
    if (rest->at[i] == 'm')
        count->colours += sets_colour((struct str){rest->at + 2, i - 2});
    count->sequences++;
    *rest = str_skip(*rest, i + 1);
    return true;
}

static bool take_escape(struct str *rest, struct bytes_count *count, struct buf *what)
{
    char kind = rest->len > 1 ? rest->at[1] : 0;
    if (take_fixed(rest) || take_copy(rest)) {
        count->sequences++;
        return true;
    }
    if (kind == '[')
        return take_csi(rest, count, what);
    bool charset =
        (kind == '(' || kind == ')') && rest->len > 2 && (rest->at[2] == 'B' || rest->at[2] == '0');
    if (!charset && (kind == 0 || !strchr("78=>M", kind)))
        return offend(what, "escape", *rest);
    count->sequences++;
    *rest = str_skip(*rest, charset ? 3 : 2);
    return true;
}

/* Characters that are not seen, or that change how others are seen. */
static bool is_unseen(uint32_t point)
{
    return (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || (point >= 0xFE00 && point <= 0xFE0F) ||
           point == 0xFEFF || (point >= 0xFFF0 && point <= 0xFFFB) ||
           (point >= 0xE0000 && point <= 0xE0FFF) || (point >= 0xE000 && point <= 0xF8FF);
}

static bool take_text(struct str *rest, struct bytes_count *count, struct buf *what)
{
    struct str start = *rest;
    uint32_t point;
    if (!utf8_next(rest, &point))
        return offend(what, "invalid UTF-8", start);
    if (is_unseen(point))
        return offend(what, "unseen character", start);
    count->wide += point >= 0x80;
    return true;
}

bool bytes_check(struct str sent, struct bytes_count *count, struct buf *what)
{
    *count = (struct bytes_count){0};
    while (sent.len) {
        unsigned char byte = (unsigned char)sent.at[0];
        bool good = true;
        if (byte == '\033')
            good = take_escape(&sent, count, what);
        else if (byte >= 0x20)
            good = take_text(&sent, count, what);
        else if (strchr("\b\t\n\r\016\017", byte) && byte)
            sent = str_skip(sent, 1);
        else
            good = offend(what, "control", sent);
        if (!good)
            return false;
    }
    return true;
}
