/* SPDX-License-Identifier: MIT */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "base/buf.h"
#include "tui/key.h"

/*
 * From what a terminal sends to events. A screen delivers units (a character or a key that its
 * terminal description knows); here Alt, lone Esc, sequences that the description does not know,
 * and bracketed paste are put together. Needs no terminal: tests feed units.
 */
enum input_unit_kind {
    INPUT_UNIT_CHARACTER, /* code = code point, controls included */
    INPUT_UNIT_KEY,       /* key */
    INPUT_UNIT_MOUSE,
    INPUT_UNIT_PASTE_BEGIN,
    INPUT_UNIT_PASTE_END,
};

enum input_mouse_kind {
    INPUT_MOUSE_PRESS, /* left button */
    INPUT_MOUSE_DOUBLE,
    INPUT_MOUSE_RIGHT,
    INPUT_MOUSE_WHEEL_UP,
    INPUT_MOUSE_WHEEL_DOWN,
};

struct input_mouse {
    enum input_mouse_kind kind;
    int row, col; /* on the frame */
};

struct input_unit {
    enum input_unit_kind kind;
    uint32_t code;
    struct key key;
    struct input_mouse mouse;
};

enum input_kind { INPUT_KEY, INPUT_PASTE, INPUT_MOUSE };

struct input_event {
    enum input_kind kind;
    struct key key;
    struct input_mouse mouse;
    struct str text; /* INPUT_PASTE: valid UTF-8, may hold any control; dies with the next call */
    bool cut;        /* INPUT_PASTE: it was longer than INPUT_PASTE_MAX */
};

enum { INPUT_PASTE_MAX = 1 << 20, INPUT_SEQUENCE_MAX = 32 };

struct input {
    struct buf paste;
    bool pasting, paste_cut, paste_cr;
    uint32_t held[INPUT_SEQUENCE_MAX]; /* an escape sequence that has begun */
    int held_count;
};

void input_fini(struct input *in);
/* Takes a unit; true when it completes an event. */
bool input_feed(struct input *in, const struct input_unit *unit, struct input_event *event);
/* True while something held back can become an event now that no more units are pending (lone Esc).
 */
bool input_idle(struct input *in, struct input_event *event);

#endif
