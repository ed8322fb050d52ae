/* SPDX-License-Identifier: MIT */
/* Hostile text: whatever comes in, nothing but printable characters comes out. */
#include "base/utf8.h"
#include "tui/text.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

#include <cmocka.h>

static struct text_glyph first_glyph(struct str text, bool ascii)
{
    struct text_glyph glyph;
    text_next(&text, ascii, &glyph);
    return glyph;
}

static struct text_glyph glyph_of(uint32_t point, bool ascii)
{
    static char bytes[4];
    struct str text = {bytes, utf8_encode(bytes, point)};
    return first_glyph(text, ascii);
}

static void assert_label(const struct text_glyph *glyph, const char *label)
{
    assert_int_equal(glyph->point, 0);
    assert_string_equal(glyph->label, label);
    assert_int_equal(glyph->columns, strlen(label));
}

/* Where Unicode says that a character does not show, moves or reorders. */
static bool must_not_show(uint32_t p)
{
    return p < 0x20 || (p >= 0x7F && p < 0xA0) || p == 0xAD || p == 0x61C || p == 0x34F ||
           (p >= 0x200B && p <= 0x200F) || (p >= 0x2028 && p <= 0x202E) ||
           (p >= 0x2060 && p <= 0x206F) || p == 0xFEFF || (p >= 0xFE00 && p <= 0xFE0F) ||
           (p >= 0xFFF0 && p <= 0xFFFB) || (p >= 0xE000 && p <= 0xF8FF) ||
           (p >= 0xE0000 && p <= 0xE0FFF) || p >= 0xF0000 || p == 0x3164 || p == 0x115F ||
           p == 0x2800 || p == 0x180E;
}

static void assert_printable(const struct text_glyph *glyph, uint32_t point)
{
    if (glyph->point == 0) {
        for (const char *c = glyph->label; *c; c++)
            if (*c < 0x20 || *c > 0x7E)
                fail_msg("U+%04X makes a label with byte %02X", point, (unsigned char)*c);
        if (glyph->columns != strlen(glyph->label) || glyph->columns == 0)
            fail_msg("U+%04X: columns %d of label %s", point, glyph->columns, glyph->label);
        return;
    }
    if (must_not_show(glyph->point))
        fail_msg("U+%04X reaches the screen", glyph->point);
    if (wcwidth((wchar_t)glyph->point) != glyph->columns)
        fail_msg("U+%04X: %d columns, the terminal takes %d", point, glyph->columns,
            wcwidth((wchar_t)glyph->point));
}

static void every_code_point_is_shown_safely_or_labelled(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        struct text_glyph glyph = glyph_of(point, false);
        assert_printable(&glyph, point);
        if (must_not_show(point) && !glyph.escaped)
            fail_msg("U+%04X is not marked", point);
    }
}

static void an_ascii_screen_gets_only_ascii(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        struct text_glyph glyph = glyph_of(point, true);
        if (glyph.point > 0x7E || glyph.marks[0])
            fail_msg("U+%04X reaches an ASCII screen", point);
        if (glyph.point == 0)
            assert_printable(&glyph, point);
    }
}

static void controls_have_their_usual_names(void **state)
{
    (void)state;
    struct text_glyph glyph = glyph_of(0x1B, false);
    assert_label(&glyph, "^[");
    assert_true(glyph.escaped);
    glyph = glyph_of(0x7F, false);
    assert_label(&glyph, "^?");
    glyph = glyph_of(0x9B, false);
    assert_label(&glyph, "<9B>");
    glyph = glyph_of(0x202E, false);
    assert_label(&glyph, "<U+202E>");
    glyph = first_glyph(STR("\xff"), false);
    assert_label(&glyph, "\\xFF");
    glyph = first_glyph(STR("\xc0\x80"), false);
    assert_label(&glyph, "\\xC0");
}

static void marks_stay_with_their_letter_up_to_two(void **state)
{
    (void)state;
    struct str text = STR("e\xcc\x81\xcc\xa3x");
    struct text_glyph glyph = first_glyph(text, false);
    assert_int_equal(glyph.point, 'e');
    assert_int_equal(glyph.marks[0], 0x301);
    assert_int_equal(glyph.marks[1], 0x323);
    assert_int_equal(glyph.len, 5);
    assert_int_equal(glyph.columns, 1);
}

static void stacked_marks_are_counted_not_drawn(void **state)
{
    (void)state;
    char text[2 + 40] = "e";
    for (int i = 0; i < 20; i++)
        memcpy(text + 1 + 2 * i, "\xcc\x81", 2);
    struct str rest = {text, 41};
    struct text_glyph glyph;
    text_next(&rest, false, &glyph);
    assert_int_equal(glyph.len, 5);
    text_next(&rest, false, &glyph);
    assert_label(&glyph, "<+18>");
    assert_int_equal(rest.len, 0);
}

static void a_mark_alone_is_labelled(void **state)
{
    (void)state;
    struct text_glyph glyph = first_glyph(STR("\xcc\x81"), false);
    assert_label(&glyph, "<U+0301>");
}

static void joined_emoji_keep_their_first_part(void **state)
{
    (void)state;
    /* man, joiner, woman, joiner, girl; then thumbs up with a skin tone; then a heart with VS16 */
    struct str family =
        STR("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
    struct text_glyph glyph = first_glyph(family, false);
    assert_int_equal(glyph.point, 0x1F468);
    assert_int_equal(glyph.len, family.len);
    assert_int_equal(glyph.columns, 2);
    glyph = first_glyph(STR("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd"), false);
    assert_int_equal(glyph.len, 8);
    glyph = first_glyph(STR("\xe2\x9d\xa4\xef\xb8\x8f"), false);
    assert_int_equal(glyph.len, 6);
    assert_int_equal(glyph.point, 0x2764);
}

static void a_joiner_between_letters_is_marked(void **state)
{
    (void)state;
    struct str rest = STR("a\xe2\x80\x8d"
                          "b");
    struct text_glyph glyph;
    text_next(&rest, false, &glyph);
    assert_int_equal(glyph.len, 1);
    text_next(&rest, false, &glyph);
    assert_label(&glyph, "<U+200D>");
}

static void our_symbols_have_ascii_forms(void **state)
{
    (void)state;
    struct text_glyph glyph = glyph_of(0x2713, true);
    assert_label(&glyph, "true");
    assert_false(glyph.escaped);
    glyph = glyph_of(0xE9, true);
    assert_label(&glyph, "?");
    assert_true(glyph.escaped);
    glyph = glyph_of(0x4E2D, true);
    assert_label(&glyph, "??");
}

static void columns_count_wide_characters_twice_and_stop_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(text_columns(STR("a\xe4\xb8\xad"
                                      "b"),
                         100, false),
        4);
    assert_int_equal(text_columns(STR("\x1b[31m"), 100, false), 6);
    char huge[100000];
    memset(huge, 'x', sizeof huge);
    int columns = text_columns((struct str){huge, sizeof huge}, 10, false);
    assert_true(columns > 10 && columns < 14);
}

static void fit_never_splits_a_character(void **state)
{
    (void)state;
    struct str text = STR("a\xe4\xb8\xad"
                          "b");
    assert_int_equal(text_fit(text, 0, false), 0);
    assert_int_equal(text_fit(text, 1, false), 1);
    assert_int_equal(text_fit(text, 2, false), 1);
    assert_int_equal(text_fit(text, 3, false), 4);
    assert_int_equal(text_fit(text, 9, false), 5);
    assert_int_equal(text_fit_words(STR("one two three"), 9, false), 8);
    assert_int_equal(text_fit_words(STR("one two three"), 7, false), 8);
    assert_int_equal(text_fit_words(STR("one two three"), 13, false), 13);
    assert_int_equal(text_fit_words(STR("onetwothree"), 4, false), 4);
    assert_int_equal(text_fit_words(STR(""), 4, false), 0);
}

static void before_undoes_after(void **state)
{
    (void)state;
    struct str text =
        STR("ab\xcc\x81 \xe4\xb8\xad\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd\x1b\xffz\xc3\xa9");
    size_t borders[32], count = 0;
    for (size_t at = 0; at < text.len; at = text_after(text, at))
        borders[count++] = at;
    borders[count] = text.len;
    for (size_t i = 1; i <= count; i++)
        assert_int_equal(text_before(text, borders[i]), borders[i - 1]);
}

static void search_ignores_case_unless_the_needle_has_capitals(void **state)
{
    (void)state;
    assert_int_equal(text_search(STR("Hello hello"), STR("hello"), 0), 0);
    assert_int_equal(text_search(STR("hello Hello"), STR("Hello"), 0), 6);
    assert_true(text_search(STR("hello"), STR("Hello"), 0) == SIZE_MAX);
    assert_true(text_search(STR("hello"), STR(""), 0) == SIZE_MAX);
    assert_int_equal(text_search(STR("abab"), STR("ab"), 1), 2);
}

static void random_bytes_are_always_taken_apart(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(seed >> 56);
        }
        struct str rest = {bytes, sizeof bytes};
        size_t taken = 0;
        while (rest.len) {
            struct text_glyph glyph;
            text_next(&rest, round & 1, &glyph);
            if (!(round & 1))
                assert_printable(&glyph, glyph.point);
            assert_true(glyph.len > 0 && glyph.columns > 0);
            taken += glyph.len;
        }
        assert_int_equal(taken, sizeof bytes);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_shown_safely_or_labelled),
        cmocka_unit_test(an_ascii_screen_gets_only_ascii),
        cmocka_unit_test(controls_have_their_usual_names),
        cmocka_unit_test(marks_stay_with_their_letter_up_to_two),
        cmocka_unit_test(stacked_marks_are_counted_not_drawn),
        cmocka_unit_test(a_mark_alone_is_labelled),
        cmocka_unit_test(joined_emoji_keep_their_first_part),
        cmocka_unit_test(a_joiner_between_letters_is_marked),
        cmocka_unit_test(our_symbols_have_ascii_forms),
        cmocka_unit_test(columns_count_wide_characters_twice_and_stop_at_the_limit),
        cmocka_unit_test(fit_never_splits_a_character),
        cmocka_unit_test(before_undoes_after),
        cmocka_unit_test(search_ignores_case_unless_the_needle_has_capitals),
        cmocka_unit_test(random_bytes_are_always_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
