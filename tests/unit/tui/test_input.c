/* SPDX-License-Identifier: MIT */
/* From units to events: Esc, Alt, sequences, paste. */
#include "base/utf8.h"
#include "tui/input.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Feeds bytes as characters, then nothing more; writes the events down: "a Esc paste(x)". */
static void play(struct input *in, struct str bytes, struct buf *out)
{
    struct input_event event;
    struct input_unit unit = {.kind = INPUT_UNIT_CHARACTER};
    bool more = true;
    while (bytes.len || more) {
        bool got;
        if (bytes.len) {
            utf8_next(&bytes, &unit.code);
            got = input_feed(in, &unit, &event);
        } else {
            got = more = input_idle(in, &event);
        }
        if (!got)
            continue;
        if (out->len)
            buf_add_byte(out, ' ');
        if (event.kind == INPUT_KEY)
            key_format(out, event.key);
        else
            buf_printf(out, "paste(%.*s)%s", STR_ARG(event.text), event.cut ? "cut" : "");
    }
}

static void assert_events(const char *bytes, const char *events)
{
    struct input in = {0};
    struct buf out = {0};
    play(&in, str_from(bytes), &out);
    assert_string_equal(buf_cstr(&out), events);
    buf_fini(&out);
    input_fini(&in);
}

static void characters_and_controls_are_keys(void **state)
{
    (void)state;
    assert_events("aZ\xc3\xa9 ", "a Z \xc3\xa9 Space");
    assert_events("\x04\r\t\x7f\x1f\n", "Ctrl-D Enter Tab Backspace Ctrl-_ Ctrl-J");
}

static void escape_alone_is_esc_and_with_a_key_alt(void **state)
{
    (void)state;
    assert_events("\x1b", "Esc");
    assert_events("\x1bx", "Alt-x");
    assert_events("\x1b\x1b", "Esc Esc");
    assert_events("\x1b\r", "Alt-Enter");
    assert_events("\x1b[", "Alt-[");
    assert_events("\x1bO", "Alt-O");
}

static void sequences_that_the_terminal_description_lacks_are_known(void **state)
{
    (void)state;
    assert_events("\x1b[A\x1b[B\x1bOC\x1b[H", "Up Down Right Home");
    assert_events("\x1b[5~\x1b[6~\x1b[3~\x1b[15~\x1b[24~", "PageUp PageDown Delete F5 F12");
    assert_events("\x1b[1;5C\x1b[1;2A\x1b[3;3~\x1b[Z", "Ctrl-Right Shift-Up Alt-Delete Shift-Tab");
    assert_events("\x1b[97;5u\x1b[13u\x1b[27;6;65~", "Ctrl-A Enter Ctrl-A");
}

static void unknown_sequences_are_swallowed_whole(void **state)
{
    (void)state;
    assert_events("\x1b[?1;2cx", "x");
    assert_events("\x1b[99~x", "x");
    assert_events("\x1b[I\x1b[Ox", "x");
    assert_events("\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1Ax", "x");
    assert_events("\x1b[99999999999999999999~x", "x");
}

static void a_sequence_broken_by_a_control_gives_way(void **state)
{
    (void)state;
    assert_events("\x1b[1;\x04", "Ctrl-D");
    assert_events("\x1b[1;\x1b[A", "Up");
}

static void a_sequence_in_two_pieces_is_still_one(void **state)
{
    struct input in = {0};
    struct buf out = {0};
    (void)state;
    play(&in, STR("\x1b[1"), &out);
    play(&in, STR(";5A"), &out);
    assert_string_equal(buf_cstr(&out), "Ctrl-Up");
    buf_fini(&out);
    input_fini(&in);
}

static void a_paste_is_one_event_and_nothing_in_it_a_key(void **state)
{
    (void)state;
    assert_events("\x1b[200~q\r:delete\r\n\x03\x1b[201~x", "paste(q\n:delete\n\x03) x");
    assert_events("\x1b[200~a\x1b[31mb\x1b[201~", "paste(a\x1b[31mb)");
    assert_events("\x1b[200~a\x1b[20\x1b[201~", "paste(a\x1b[20)");
    assert_events("\x1b[200~\x1b[201~", "paste()");
}

static void a_huge_paste_is_cut_and_says_so(void **state)
{
    struct input in = {0};
    struct input_event event = {0};
    struct input_unit unit = {.kind = INPUT_UNIT_PASTE_BEGIN};
    (void)state;
    assert_false(input_feed(&in, &unit, &event));
    unit = (struct input_unit){.kind = INPUT_UNIT_CHARACTER, .code = 'x'};
    for (int i = 0; i < INPUT_PASTE_MAX + 1000; i++)
        assert_false(input_feed(&in, &unit, &event));
    static const char mark[] = "\x1b[201~";
    for (int i = 0; i < 6; i++) {
        unit.code = (unsigned char)mark[i];
        assert_int_equal(input_feed(&in, &unit, &event), i == 5);
    }
    assert_true(event.cut);
    assert_true(event.text.len <= INPUT_PASTE_MAX && event.text.len > INPUT_PASTE_MAX - 8);
    input_fini(&in);
}

static void esc_before_a_named_key_is_alt(void **state)
{
    struct input in = {0};
    struct input_event event;
    (void)state;
    struct input_unit esc = {.kind = INPUT_UNIT_CHARACTER, .code = 0x1b};
    struct input_unit up = {.kind = INPUT_UNIT_KEY, .key = {K_UP, 0}};
    assert_false(input_feed(&in, &esc, &event));
    assert_true(input_feed(&in, &up, &event));
    assert_true(key_equal(event.key, (struct key){K_UP, KEY_MOD_ALT}));
    input_fini(&in);
}

static void random_bytes_leave_no_key_behind(void **state)
{
    uint64_t seed = 3;
    struct input in = {0};
    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct input_event event;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        static const uint32_t often[] = {0x1b, '[', 'O', ';', '2', '0', '1', '~', 'A', 'm', 0};
        uint32_t code = often[(seed >> 40) % 11];
        struct input_unit unit = {
            .kind = INPUT_UNIT_CHARACTER, .code = code ? code : (uint32_t)(seed >> 33) % 0x250};
        if (input_feed(&in, &unit, &event) && event.kind == INPUT_KEY)
            assert_true(event.key.code >= ' ' && event.key.code < K_LAST);
        assert_true(in.held_count <= INPUT_SEQUENCE_MAX);
    }
    input_fini(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_and_controls_are_keys),
        cmocka_unit_test(escape_alone_is_esc_and_with_a_key_alt),
        cmocka_unit_test(sequences_that_the_terminal_description_lacks_are_known),
        cmocka_unit_test(unknown_sequences_are_swallowed_whole),
        cmocka_unit_test(a_sequence_broken_by_a_control_gives_way),
        cmocka_unit_test(a_sequence_in_two_pieces_is_still_one),
        cmocka_unit_test(a_paste_is_one_event_and_nothing_in_it_a_key),
        cmocka_unit_test(a_huge_paste_is_cut_and_says_so),
        cmocka_unit_test(esc_before_a_named_key_is_alt),
        cmocka_unit_test(random_bytes_leave_no_key_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
