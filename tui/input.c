/* SPDX-License-Identifier: MIT */
/*
 * Puts events together from what a terminal sends. Knows no terminal, no time: the screen says when
 * nothing more is pending.
 *
 *        ESC            [  or  O           final character
 *   ○ ───────> held ───────────> held … ──────────────────> key (or nothing, for what we don't
 * know) │            │ other: Alt-key │            └ nothing pending: Esc └ paste begin ─> text …
 * ─> paste end: one event
 */
#include "tui/input.h"
#include "base/utf8.h"

enum { ESC = 0x1b, PARAMS_MAX = 4 };

void input_fini(struct input *in)
{
    buf_fini(&in->paste);
    *in = (struct input){0};
}

static bool give_key(struct input_event *event, struct key key)
{
    *event = (struct input_event){.kind = INPUT_KEY, .key = key};
    return true;
}

static struct key key_of_character(uint32_t code)
{
    switch (code) {
    case 0:
        return (struct key){' ', KEY_MOD_CTRL};
    case '\t':
        return (struct key){K_TAB, 0};
    case '\r':
        return (struct key){K_ENTER, 0};
    case ESC:
        return (struct key){K_ESC, 0};
    case 0x7F:
        return (struct key){K_BACKSPACE, 0};
    default:
        break;
    }
    if (code <= 26)
        return (struct key){code + 'a' - 1, KEY_MOD_CTRL};
    if (code < ' ')
        return (struct key){code + 0x40, KEY_MOD_CTRL};
    return (struct key){code, 0};
}

/* xterm's modifier number: 1 + (1 Shift, 2 Alt, 4 Ctrl, 8 Meta) */
static uint8_t mods_of(unsigned number)
{
    unsigned bits = number ? number - 1 : 0;
    return (uint8_t)((bits & 1 ? KEY_MOD_SHIFT : 0) | (bits & (2 | 8) ? KEY_MOD_ALT : 0) |
                     (bits & 4 ? KEY_MOD_CTRL : 0));
}

static uint32_t code_of_letter(uint32_t letter)
{
    switch (letter) {
    case 'A':
        return K_UP;
    case 'B':
        return K_DOWN;
    case 'C':
        return K_RIGHT;
    case 'D':
        return K_LEFT;
    case 'H':
        return K_HOME;
    case 'F':
        return K_END;
    case 'M':
        return K_ENTER;
    default:
        return letter >= 'P' && letter <= 'S' ? K_F1 + letter - 'P' : 0;
    }
}

static uint32_t code_of_number(unsigned number)
{
    static const uint32_t codes[] = {[1] = K_HOME,
        [2] = K_INSERT,
        [3] = K_DELETE,
        [4] = K_END,
        [5] = K_PAGE_UP,
        [6] = K_PAGE_DOWN,
        [7] = K_HOME,
        [8] = K_END,
        [11] = K_F1,
        [12] = K_F1 + 1,
        [13] = K_F1 + 2,
        [14] = K_F1 + 3,
        [15] = K_F1 + 4,
        [17] = K_F1 + 5,
        [18] = K_F1 + 6,
        [19] = K_F1 + 7,
        [20] = K_F1 + 8,
        [21] = K_F1 + 9,
        [23] = K_F1 + 10,
        [24] = K_F1 + 11};
    return number < sizeof codes / sizeof *codes ? codes[number] : 0;
}

/* A key told by its character's number: CSI code ; mods u */
static struct key key_of_code(unsigned code, uint8_t mods)
{
    struct key key = key_of_character(code <= 0x10FFFF ? code : 0xFFFD);
    key.mods |= mods;
    if (key.code < K_FIRST && key.code != ' ') { /* the shifted character says it already */
        bool control = key.mods & KEY_MOD_CTRL;
        if (control && key.code >= 'A' && key.code <= 'Z')
            key.code += 32;
        else if (!control && key.mods & KEY_MOD_SHIFT && key.code >= 'a' && key.code <= 'z')
            key.code -= 32;
        key.mods &= (uint8_t)~KEY_MOD_SHIFT;
    }
    return key;
}

/* params = [ digits ] { ( ";" | ":" ) [ digits ] }; anything else is a private sequence. */
static bool parse_params(const struct input *in, unsigned params[PARAMS_MAX])
{
    int at = 0;
    for (int i = 2; i < in->held_count - 1; i++) {
        uint32_t c = in->held[i];
        if (c >= '0' && c <= '9')
            params[at] = params[at] > 0x110000 ? 0x110000 : params[at] * 10 + (c - '0');
        else if ((c == ';' || c == ':') && at + 1 < PARAMS_MAX)
            at++;
        else
            return false;
    }
    return true;
}

/* CSI params final */
static bool finish_csi(struct input *in, struct input_event *event)
{
    unsigned params[PARAMS_MAX] = {0};
    uint32_t final = in->held[in->held_count - 1];
    bool known = parse_params(in, params);
    in->held_count = 0;
    if (!known)
        return false;
    struct key key = {0, mods_of(params[1])};
    if (final == '~' && (params[0] == 200 || params[0] == 201)) {
        in->pasting = params[0] == 200;
        buf_clear(&in->paste);
        in->paste_cut = false;
        return false;
    }
    if (final == 'u')
        return give_key(event, key_of_code(params[0], mods_of(params[1])));
    if (final == '~' && params[0] == 27)
        return give_key(event, key_of_code(params[2], mods_of(params[1])));
    if (final == 'Z')
        key = (struct key){K_TAB, KEY_MOD_SHIFT};
    else
        key.code = final == '~' ? code_of_number(params[0]) : code_of_letter(final);
    return key.code ? give_key(event, key) : false;
}

static bool finish_ss3(struct input *in, uint32_t final, struct input_event *event)
{
    uint32_t code = code_of_letter(final);
    in->held_count = 0;
    return code ? give_key(event, (struct key){code, 0}) : false;
}

static bool feed_plain(struct input *in, uint32_t code, struct input_event *event)
{
    if (code == ESC) {
        in->held[in->held_count++] = code;
        return false;
    }
    return give_key(event, key_of_character(code));
}

static bool feed_after_esc(struct input *in, uint32_t code, struct input_event *event)
{
    if (code == ESC)
        return give_key(event, (struct key){K_ESC, 0});
    if (code == '[' || code == 'O') {
        in->held[in->held_count++] = code;
        return false;
    }
    in->held_count = 0;
    struct key key = key_of_character(code);
    key.mods |= KEY_MOD_ALT;
    return give_key(event, key);
}

static bool feed_sequence(struct input *in, uint32_t code, struct input_event *event)
{
    if (code < 0x20 || code > 0x7E) { /* broken off: forget it, the character counts */
        in->held_count = 0;
        return feed_plain(in, code, event);
    }
    if (in->held[1] == 'O')
        return finish_ss3(in, code, event);
    if (in->held_count == INPUT_SEQUENCE_MAX) {
        if (code >= 0x40)
            in->held_count = 0;
        return false;
    }
    in->held[in->held_count++] = code;
    return code >= 0x40 ? finish_csi(in, event) : false;
}

static bool feed_character(struct input *in, uint32_t code, struct input_event *event)
{
    if (in->held_count == 0)
        return feed_plain(in, code, event);
    return in->held_count == 1 ? feed_after_esc(in, code, event) : feed_sequence(in, code, event);
}

static bool finish_paste(struct input *in, struct input_event *event)
{
    in->pasting = false;
    in->held_count = 0;
    *event = (struct input_event){
        .kind = INPUT_PASTE, .text = buf_str(&in->paste), .cut = in->paste_cut};
    return true;
}

/* Terminals send line ends as CR, some as CR LF. */
static void paste_character(struct input *in, uint32_t code)
{
    if (in->paste.len + 4 > INPUT_PASTE_MAX) {
        in->paste_cut = true;
        return;
    }
    if (code == '\n' && in->paste.len && in->paste_cr)
        code = 0;
    in->paste_cr = code == '\r';
    if (code == '\r')
        code = '\n';
    if (code && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF))
        utf8_add(&in->paste, code);
}

/* Looks for the end mark where the terminal's description does not know it. */
static bool paste_or_end(struct input *in, uint32_t code)
{
    static const char mark[] = "\033[201~";
    if (code == (unsigned char)mark[in->held_count]) {
        in->held_count++;
        return !mark[in->held_count];
    }
    for (int i = 0; i < in->held_count; i++)
        paste_character(in, (unsigned char)mark[i]);
    in->held_count = code == ESC;
    if (code != ESC)
        paste_character(in, code);
    return false;
}

static bool feed_paste(struct input *in, const struct input_unit *unit, struct input_event *event)
{
    if (unit->kind == INPUT_UNIT_PASTE_END)
        return finish_paste(in, event);
    uint32_t code = unit->code;
    if (unit->kind == INPUT_UNIT_KEY)
        code = unit->key.code == K_BACKSPACE ? 0x7F : unit->key.code == K_ENTER ? '\r' : 0;
    else if (unit->kind != INPUT_UNIT_CHARACTER)
        return false;
    return paste_or_end(in, code) ? finish_paste(in, event) : false;
}

static bool feed_key(struct input *in, struct key key, struct input_event *event)
{
    if (in->held_count == 1)
        key.mods |= KEY_MOD_ALT;
    in->held_count = 0;
    return give_key(event, key);
}

bool input_feed(struct input *in, const struct input_unit *unit, struct input_event *event)
{
    if (in->pasting)
        return feed_paste(in, unit, event);
    switch (unit->kind) {
    case INPUT_UNIT_CHARACTER:
        return feed_character(in, unit->code, event);
    case INPUT_UNIT_KEY:
        return feed_key(in, unit->key, event);
    case INPUT_UNIT_MOUSE:
        in->held_count = 0;
        *event = (struct input_event){.kind = INPUT_MOUSE, .mouse = unit->mouse};
        return true;
    case INPUT_UNIT_PASTE_BEGIN:
        in->held_count = 0;
        in->pasting = true;
        in->paste_cut = in->paste_cr = false;
        buf_clear(&in->paste);
        return false;
    case INPUT_UNIT_PASTE_END:
        break;
    }
    return false;
}

bool input_idle(struct input *in, struct input_event *event)
{
    if (in->pasting || in->held_count == 0 || in->held_count > 2)
        return false; /* a longer sequence has surely more to come */
    struct key key = {in->held_count == 2 ? in->held[1] : K_ESC, 0};
    if (in->held_count == 2)
        key.mods = KEY_MOD_ALT;
    in->held_count = 0;
    return give_key(event, key);
}
