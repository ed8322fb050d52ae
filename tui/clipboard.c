/* SPDX-License-Identifier: MIT */
/* The clipboard of the terminal, by OSC 52. */
#include "tui/clipboard.h"

enum { SCREEN_PIECE = 240 }; /* it has room for 255 bytes in its smallest form */

static void add_base64(struct buf *out, struct str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t word = (uint32_t)(unsigned char)bytes.at[i] << 16;
        word |= left > 1 ? (uint32_t)(unsigned char)bytes.at[i + 1] << 8 : 0;
        word |= left > 2 ? (uint32_t)(unsigned char)bytes.at[i + 2] : 0;
        buf_add_byte(out, digits[word >> 18]);
        buf_add_byte(out, digits[word >> 12 & 63]);
        buf_add_byte(out, left > 1 ? digits[word >> 6 & 63] : '=');
        buf_add_byte(out, left > 2 ? digits[word & 63] : '=');
    }
}

/* ESC P piece ESC \ … : screen hands the pieces on without their wrapping. */
static void add_for_screen(struct buf *out, struct str sequence)
{
    while (sequence.len) {
        struct str piece = str_take(sequence, SCREEN_PIECE);
        buf_add(out, STR("\033P"));
        buf_add(out, piece);
        buf_add(out, STR("\033\\"));
        sequence = str_skip(sequence, piece.len);
    }
}

void clipboard_add(struct buf *out, struct str text, enum clipboard_way way)
{
    struct buf plain = {0};
    buf_add(&plain, STR("\033]52;c;"));
    add_base64(&plain, text);
    buf_add(&plain, STR("\a"));
    if (way == CLIPBOARD_SCREEN)
        add_for_screen(out, buf_str(&plain));
    else
        buf_add(out, buf_str(&plain));
    buf_fini(&plain);
    if (way != CLIPBOARD_TMUX)
        return;
    buf_add(out, STR("\033Ptmux;\033\033]52;c;")); /* every ESC inside is doubled */
    add_base64(out, text);
    buf_add(out, STR("\a\033\\"));
}
