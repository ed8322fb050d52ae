/* SPDX-License-Identifier: MIT */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include "base/buf.h"
#include "base/str.h"

/*
 * A key press. `code` is a Unicode character (Ctrl and Alt with the plain letter: Ctrl-D is
 * {'d', KEY_CTRL}) or one of key_code. Shift is only told for named keys; Shift-a is 'A'.
 *
 *   sequence = key { " " key }              g g      Ctrl-X Ctrl-S
 *   key      = { "Ctrl-" | "Alt-" | "Shift-" } ( character | name )
 *   name     = Enter Tab Esc Space Backspace Delete Insert Up Down Left Right Home End PageUp
 *              PageDown F1 … F24 Hash Semicolon Plus Minus Equals
 */
#define KEY_CODES(X)                                                                               \
    X(ENTER, "Enter")                                                                              \
    X(TAB, "Tab")                                                                                  \
    X(ESC, "Esc")                                                                                  \
    X(BACKSPACE, "Backspace")                                                                      \
    X(DELETE, "Delete")                                                                            \
    X(INSERT, "Insert")                                                                            \
    X(UP, "Up")                                                                                    \
    X(DOWN, "Down")                                                                                \
    X(LEFT, "Left")                                                                                \
    X(RIGHT, "Right")                                                                              \
    X(HOME, "Home")                                                                                \
    X(END, "End")                                                                                  \
    X(PAGE_UP, "PageUp")                                                                           \
    X(PAGE_DOWN, "PageDown")

enum key_code {
    K_FIRST = 0x110000,
#define KEY_ENUM(id, name) K_##id,
    KEY_CODES(KEY_ENUM)
#undef KEY_ENUM
        K_F1,
    K_F24 = K_F1 + 23,
    K_LAST
};

enum key_mod { KEY_MOD_CTRL = 1, KEY_MOD_ALT = 2, KEY_MOD_SHIFT = 4 };

struct key {
    uint32_t code;
    uint8_t mods;
};

enum { KEY_SEQUENCE_MAX = 4 };
struct key_sequence {
    struct key keys[KEY_SEQUENCE_MAX];
    int count;
};

bool key_equal(struct key a, struct key b);
/* A key that stands for a character typed into a text: no Ctrl, no Alt, not named. */
bool key_is_text(struct key key);

/* False where `name` is no key. */
bool key_parse(struct str name, struct key *key);
void key_format(struct buf *out, struct key key);
bool key_sequence_parse(struct str names, struct key_sequence *sequence);
void key_sequence_format(struct buf *out, const struct key_sequence *sequence);
bool key_sequence_equal(const struct key_sequence *a, const struct key_sequence *b);

#endif
