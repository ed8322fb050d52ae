/* SPDX-License-Identifier: MIT */
/* Names of keys: what parses formats to one name, and that parses to the same key. */
#include "tui/key.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_key(const char *name, uint32_t code, unsigned mods)
{
    struct key key;
    if (!key_parse(str_from(name), &key))
        fail_msg("%s is not taken for a key", name);
    assert_int_equal(key.code, code);
    assert_int_equal(key.mods, mods);
}

static void names_are_read(void **state)
{
    (void)state;
    assert_key("x", 'x', 0);
    assert_key("X", 'X', 0);
    assert_key("Ctrl-D", 'd', KEY_MOD_CTRL);
    assert_key("ctrl-d", 'd', KEY_MOD_CTRL);
    assert_key("Alt-x", 'x', KEY_MOD_ALT);
    assert_key("Alt-X", 'X', KEY_MOD_ALT);
    assert_key("Ctrl-Alt-x", 'x', KEY_MOD_CTRL | KEY_MOD_ALT);
    assert_key("Shift-Tab", K_TAB, KEY_MOD_SHIFT);
    assert_key("F5", K_F1 + 4, 0);
    assert_key("f24", K_F24, 0);
    assert_key("F", 'F', 0);
    assert_key("Space", ' ', 0);
    assert_key("Ctrl-Space", ' ', KEY_MOD_CTRL);
    assert_key("Hash", '#', 0);
    assert_key("=", '=', 0);
    assert_key("-", '-', 0);
    assert_key("Ctrl--", '-', KEY_MOD_CTRL);
    assert_key("\xc3\xa9", 0xE9, 0);
    assert_key("pagedown", K_PAGE_DOWN, 0);
}

static void what_terminals_cannot_tell_apart_is_one_key(void **state)
{
    (void)state;
    assert_key("Ctrl-I", K_TAB, 0);
    assert_key("Ctrl-M", K_ENTER, 0);
    assert_key("Shift-a", 'A', 0);
}

static void nonsense_is_refused(void **state)
{
    static const char *const names[] = {"", "xy", "Ctrl-", "Ctrl-Ctrl-x", "F0", "F25", "Shift-1",
        "Ctrl-Shift-x", "\x01", "\x7f", "Hyper-x", "\xff", "F1x", "Ctrl", " "};
    struct key key;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (key_parse(str_from(names[i]), &key))
            fail_msg("\"%s\" is taken for a key", names[i]);
}

static void assert_round_trip(struct key key)
{
    struct buf name = {0};
    struct key again;
    key_format(&name, key);
    if (!key_parse(buf_str(&name), &again) || !key_equal(key, again))
        fail_msg("%s does not come back", buf_cstr(&name));
    buf_fini(&name);
}

static void every_key_comes_back_from_its_name(void **state)
{
    (void)state;
    for (unsigned mods = 0; mods < 8; mods++)
        for (uint32_t code = K_ENTER; code < K_LAST; code++)
            assert_round_trip((struct key){code, (uint8_t)mods});
    for (uint32_t code = ' '; code < 0x7F; code++) {
        assert_round_trip((struct key){code, 0});
        assert_round_trip((struct key){code, KEY_MOD_ALT});
        bool capital = code >= 'A' && code <= 'Z';
        if (!capital && code != 'i' && code != 'm')
            assert_round_trip((struct key){code, KEY_MOD_CTRL});
    }
    for (uint32_t code = 0xA0; code < 0x3000; code++)
        assert_round_trip((struct key){code, 0});
}

static void sequences_are_keys_with_blanks_between(void **state)
{
    struct key_sequence sequence;
    struct buf name = {0};
    (void)state;
    assert_true(key_sequence_parse(STR(" g  g "), &sequence));
    assert_int_equal(sequence.count, 2);
    assert_true(key_sequence_parse(STR("ctrl-x Ctrl-s"), &sequence));
    key_sequence_format(&name, &sequence);
    assert_string_equal(buf_cstr(&name), "Ctrl-X Ctrl-S");
    assert_false(key_sequence_parse(STR(""), &sequence));
    assert_false(key_sequence_parse(STR("a b c d e"), &sequence));
    assert_false(key_sequence_parse(STR("a bad"), &sequence));
    buf_fini(&name);
}

static void only_plain_characters_are_text(void **state)
{
    (void)state;
    assert_true(key_is_text((struct key){'a', 0}));
    assert_true(key_is_text((struct key){0x4E2D, 0}));
    assert_false(key_is_text((struct key){'a', KEY_MOD_CTRL}));
    assert_false(key_is_text((struct key){'a', KEY_MOD_ALT}));
    assert_false(key_is_text((struct key){K_ENTER, 0}));
    assert_false(key_is_text((struct key){7, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(what_terminals_cannot_tell_apart_is_one_key),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(every_key_comes_back_from_its_name),
        cmocka_unit_test(sequences_are_keys_with_blanks_between),
        cmocka_unit_test(only_plain_characters_are_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
