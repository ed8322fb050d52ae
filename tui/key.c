/* SPDX-License-Identifier: MIT */
/* Keys and their names, both ways: what parses formats to the same name again. */
#include "tui/key.h"
#include "base/utf8.h"

static const struct {
    uint32_t code;
    const char *name;
} named[] = {
#define KEY_ROW(id, name) {K_##id, name},
    KEY_CODES(KEY_ROW)
#undef KEY_ROW
        {' ', "Space"},
};

/* Characters that a keymap file cannot hold as they are, or that read badly. */
static const struct {
    uint32_t code;
    const char *name;
} spelled[] = {{'#', "Hash"}, {'+', "Plus"}, {'-', "Minus"}, {'=', "Equals"}, {';', "Semicolon"},
    {K_ENTER, "Return"}, {K_ESC, "Escape"}};

static const struct {
    uint8_t mod;
    const char *name;
} mods[] = {{KEY_MOD_CTRL, "Ctrl-"}, {KEY_MOD_ALT, "Alt-"}, {KEY_MOD_SHIFT, "Shift-"}};

bool key_equal(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods;
}

bool key_is_text(struct key key)
{
    return key.mods == 0 && key.code >= ' ' && key.code != 0x7F && key.code < K_FIRST;
}

/* function = "F" 1..24 */
static bool parse_function(struct str name, uint32_t *code)
{
    uint64_t number;
    if (name.len < 2 || (name.at[0] != 'F' && name.at[0] != 'f') ||
        !str_to_u64(str_skip(name, 1), &number) || number < 1 || number > 24)
        return false;
    *code = K_F1 + (uint32_t)number - 1;
    return true;
}

static bool parse_named(struct str name, uint32_t *code)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (str_equal_nocase(name, str_from(named[i].name))) {
            *code = named[i].code;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        if (str_equal_nocase(name, str_from(spelled[i].name))) {
            *code = spelled[i].code;
            return true;
        }
    }
    return parse_function(name, code);
}

/* character = exactly one code point, no control, no blank */
static bool parse_character(struct str name, uint32_t *code)
{
    return name.len && utf8_next(&name, code) && name.len == 0 && *code > ' ' &&
           (*code < 0x7F || *code >= 0xA0);
}

/* prefix = "Ctrl-" | "Alt-" | "Shift-" */
static bool parse_mod(struct str *name, uint8_t *mod)
{
    for (size_t i = 0; i < sizeof mods / sizeof *mods; i++) {
        struct str prefix = str_from(mods[i].name);
        if (name->len > prefix.len && str_equal_nocase(str_take(*name, prefix.len), prefix)) {
            *name = str_skip(*name, prefix.len);
            *mod = mods[i].mod;
            return true;
        }
    }
    return false;
}

/* What a terminal really sends: Ctrl-D and Ctrl-d are one key, Shift-a is A, Ctrl-I is Tab. */
static bool normalise(struct key *key)
{
    bool letter = key->code < 0x7F && ((key->code | 32) >= 'a' && (key->code | 32) <= 'z');
    if (key->mods & KEY_MOD_CTRL && letter)
        key->code |= 32;
    if (key->mods & KEY_MOD_SHIFT && key->code < K_FIRST && key->code != ' ') {
        if (!letter || key->mods & KEY_MOD_CTRL)
            return false;
        key->code &= ~32u;
        key->mods &= (uint8_t)~KEY_MOD_SHIFT;
    }
    if (key->mods & KEY_MOD_CTRL && (key->code == 'i' || key->code == 'm')) {
        key->code = key->code == 'i' ? K_TAB : K_ENTER;
        key->mods &= (uint8_t)~KEY_MOD_CTRL;
    }
    return true;
}

bool key_parse(struct str name, struct key *key)
{
    uint8_t mod;
    *key = (struct key){0};
    while (parse_mod(&name, &mod)) {
        if (key->mods & mod)
            return false;
        key->mods |= mod;
    }
    return (parse_character(name, &key->code) || parse_named(name, &key->code)) && normalise(key);
}

static void format_code(struct buf *out, struct key key)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (named[i].code == key.code) {
            buf_add(out, str_from(named[i].name));
            return;
        }
    }
    if (key.code >= K_F1 && key.code <= K_F24)
        buf_printf(out, "F%u", key.code - K_F1 + 1);
    else if (key.mods & KEY_MOD_CTRL && key.code >= 'a' && key.code <= 'z')
        buf_add_byte(out, (char)(key.code - 32)); /* as people write it: Ctrl-D */
    else
        utf8_add(out, key.code);
}

void key_format(struct buf *out, struct key key)
{
    for (size_t i = 0; i < sizeof mods / sizeof *mods; i++)
        if (key.mods & mods[i].mod)
            buf_add(out, str_from(mods[i].name));
    format_code(out, key);
}

bool key_sequence_parse(struct str names, struct key_sequence *sequence)
{
    struct str name;
    *sequence = (struct key_sequence){0};
    while (str_cut(&names, ' ', &name)) {
        if (!name.len)
            continue;
        if (sequence->count == KEY_SEQUENCE_MAX ||
            !key_parse(name, &sequence->keys[sequence->count]))
            return false;
        sequence->count++;
    }
    return sequence->count > 0;
}

void key_sequence_format(struct buf *out, const struct key_sequence *sequence)
{
    for (int i = 0; i < sequence->count; i++) {
        if (i)
            buf_add_byte(out, ' ');
        key_format(out, sequence->keys[i]);
    }
}

bool key_sequence_equal(const struct key_sequence *a, const struct key_sequence *b)
{
    if (a->count != b->count)
        return false;
    for (int i = 0; i < a->count; i++)
        if (!key_equal(a->keys[i], b->keys[i]))
            return false;
    return true;
}
