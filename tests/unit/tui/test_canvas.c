/* SPDX-License-Identifier: MIT */
/* Drawing: clipping, cutting, wide characters, lines that join. */
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct page {
    struct frame frame;
    struct canvas canvas;
    struct buf text;
};

static struct page page_of(int rows, int cols)
{
    struct page page = {0};
    frame_resize(&page.frame, rows, cols);
    return page;
}

static const char *text_of(struct page *page)
{
    struct screen *screen = screen_memory_open(1, 1);
    buf_clear(&page->text);
    screen_present(screen, &page->frame);
    screen_memory_text(screen, &page->text);
    screen_close(screen);
    return buf_cstr(&page->text);
}

static void page_fini(struct page *page)
{
    frame_fini(&page->frame);
    buf_fini(&page->text);
}

static void assert_drawn(const char *text, int width, unsigned flags, const char *shown)
{
    struct page page = page_of(1, 12);
    struct canvas c = frame_canvas(&page.frame);
    canvas_text(&c, 0, 1, width, str_from(text), ROLE_TEXT, flags);
    assert_string_equal(text_of(&page), shown);
    page_fini(&page);
}

static void text_that_fits_is_shown_whole(void **state)
{
    (void)state;
    assert_drawn("abc", 3, 0, " abc\n");
    assert_drawn("abc", 6, CANVAS_RIGHT, "    abc\n");
    assert_drawn("abc", 7, CANVAS_CENTER, "   abc\n");
    assert_drawn("", 6, 0, "\n");
}

static void text_that_does_not_fit_is_cut_between_characters(void **state)
{
    (void)state;
    assert_drawn("abcdef", 4, 0, " abc…\n");
    assert_drawn("abcdef", 4, CANVAS_CUT, " abcd\n");
    assert_drawn("abcdef", 4, CANVAS_RIGHT, " abc…\n");
    assert_drawn("abcdef", 4, CANVAS_KEEP_END, " …def\n");
    assert_drawn("abcdef", 1, 0, " …\n");
    assert_drawn("a中中b", 4, 0, " a中…\n");
    assert_drawn("a中中b", 5, 0, " a中…\n");
    assert_drawn("a中中b", 6, 0, " a中中b\n");
    assert_drawn("中中", 3, 0, " 中…\n");
    assert_drawn("中", 1, CANVAS_CUT, "\n");
    assert_drawn("xe\xcc\x81y", 2, 0, " x…\n");
    assert_drawn("ab\x1b[2J", 4, 0, " ab…\n");
}

static void nothing_is_drawn_outside_of_a_canvas(void **state)
{
    struct page page = page_of(3, 8);
    struct canvas all = frame_canvas(&page.frame);
    struct canvas part = canvas_sub(&all, 1, 2, 1, 4);
    (void)state;
    canvas_put(&part, 0, 0, ROLE_TEXT, "abcdefgh");
    canvas_put(&part, 1, 0, ROLE_TEXT, "below");
    canvas_put(&part, -1, 0, ROLE_TEXT, "above");
    canvas_text(&part, 0, -2, 4, STR("xyzw"), ROLE_TEXT, 0);
    assert_string_equal(text_of(&page), "\n  zwc…\n\n");
    struct canvas none = canvas_sub(&part, 0, 3, 5, -7);
    canvas_put(&none, 0, 0, ROLE_TEXT, "z");
    canvas_fill(&none, -3, -3, 100, 100, ROLE_MARK);
    canvas_hline(&part, 0, -100, 1000, ROLE_BORDER);
    canvas_cursor(&part, 5, 5);
    assert_int_equal(page.frame.cursor_row, -1);
    assert_string_equal(text_of(&page), "\n  ────\n\n");
    page_fini(&page);
}

static void half_a_wide_character_is_never_left(void **state)
{
    struct page page = page_of(1, 6);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    canvas_put(&c, 0, 0, ROLE_TEXT, "中中中");
    canvas_text(&c, 0, 1, 1, STR("x"), ROLE_TEXT, 0);
    assert_string_equal(text_of(&page), " x中中\n");
    canvas_text(&c, 0, 2, 1, STR("y"), ROLE_TEXT, 0);
    assert_string_equal(text_of(&page), " xy 中\n");
    canvas_text(&c, 0, 3, 2, STR("中"), ROLE_TEXT, 0);
    assert_string_equal(text_of(&page), " xy中\n");
    struct canvas left = canvas_sub(&c, 0, 0, 1, 2);
    canvas_text(&left, 0, 1, 2, STR("中"), ROLE_TEXT, CANVAS_CUT);
    assert_string_equal(text_of(&page), "  y中\n");
    page_fini(&page);
}

static void random_drawing_keeps_wide_characters_whole(void **state)
{
    static const char *const texts[] = {"中", "a", "中x中", "xyz", "e\xcc\x81", "\x1b", "😀😀"};
    struct page page = page_of(2, 7);
    uint64_t seed = 11;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        struct canvas c = frame_canvas(&page.frame);
        c = canvas_sub(&c, 0, (int)(seed >> 40) % 5 - 1, 2, (int)(seed >> 44) % 6);
        canvas_text(&c, (int)(seed >> 35) % 2, (int)(seed >> 50) % 9 - 2, (int)(seed >> 30) % 6,
            str_from(texts[(seed >> 56) % 7]), ROLE_TEXT, (unsigned)(seed >> 20) % 64);
        for (int at = 0; at < 14; at++) {
            const struct canvas_cell *cell = &page.frame.cells[at];
            assert_true(cell->columns <= 2);
            if (cell->columns == 2)
                assert_true(at % 7 < 6 && cell[1].columns == 0);
            if (cell->columns == 0)
                assert_true(at % 7 > 0 && cell[-1].columns == 2);
        }
    }
    page_fini(&page);
}

static void lines_join_where_they_meet(void **state)
{
    struct page page = page_of(5, 7);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    canvas_hline(&c, 1, 0, 7, ROLE_BORDER);
    canvas_hline(&c, 3, 0, 7, ROLE_BORDER);
    canvas_vline(&c, 2, 3, 1, ROLE_BORDER);
    canvas_vline(&c, 0, 5, 5, ROLE_BORDER);
    assert_string_equal(text_of(&page), "     │\n───┬─┼─\n   │ │\n───┴─┼─\n     │\n");
    page_fini(&page);
}

static void a_line_inside_of_a_pane_joins_the_one_beside_it(void **state)
{
    struct page page = page_of(3, 6);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    canvas_vline(&c, 0, 3, 3, ROLE_BORDER);
    struct canvas left = canvas_sub(&c, 0, 0, 3, 3), right = canvas_sub(&c, 0, 4, 3, 2);
    canvas_hline(&left, 1, 0, 3, ROLE_BORDER);
    assert_string_equal(text_of(&page), "   │\n───┤\n   │\n");
    canvas_hline(&right, 1, 0, 2, ROLE_BORDER);
    assert_string_equal(text_of(&page), "   │\n───┼──\n   │\n");
    page_fini(&page);
}

static void ascii_frames_hold_only_ascii(void **state)
{
    struct page page = page_of(3, 14);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    page.frame.ascii = true;
    canvas_hline(&c, 1, 0, 4, ROLE_BORDER);
    canvas_vline(&c, 0, 2, 3, ROLE_BORDER);
    canvas_text(&c, 0, 4, 8, STR("⟨a⟩ ✓ é中"), ROLE_TEXT, 0);
    canvas_text(&c, 2, 4, 10, STR("⟨a⟩ é中x"), ROLE_TEXT, 0);
    assert_string_equal(text_of(&page), "  | <<a>> ~\n--+-\n  | <<a>> ???x\n");
    page_fini(&page);
}

static void escaped_text_has_its_own_role(void **state)
{
    struct page page = page_of(1, 8);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    canvas_text(&c, 0, 0, 8,
        STR("a\x1b"
            "b"),
        ROLE_KEY, 0);
    assert_int_equal(page.frame.cells[0].role, ROLE_KEY);
    assert_int_equal(page.frame.cells[1].role, ROLE_TEXT_ESCAPE);
    assert_int_equal(page.frame.cells[3].role, ROLE_KEY);
    canvas_text(&c, 0, 0, 8,
        STR("a\x1b"
            "b"),
        ROLE_CURSOR, CANVAS_PLAIN);
    assert_int_equal(page.frame.cells[1].role, ROLE_CURSOR);
    page_fini(&page);
}

static void matches_are_painted_where_they_are_drawn(void **state)
{
    struct page page = page_of(1, 12);
    struct canvas c = frame_canvas(&page.frame);
    struct str text = STR("x中Ab ab");
    (void)state;
    canvas_text(&c, 0, 0, 12, text, ROLE_TEXT, CANVAS_RIGHT);
    canvas_match(&c, 0, 0, 12, text, CANVAS_RIGHT, STR("ab"), ROLE_MATCH);
    for (int col = 0; col < 12; col++)
        assert_int_equal(page.frame.cells[col].role,
            col == 7 || col == 8 || col == 10 || col == 11 ? ROLE_MATCH : ROLE_TEXT);
    page_fini(&page);
}

static void a_dialog_fits_into_any_canvas(void **state)
{
    (void)state;
    for (int rows = 1; rows < 8; rows++) {
        for (int cols = 1; cols < 20; cols++) {
            struct page page = page_of(rows, cols);
            struct canvas c = frame_canvas(&page.frame);
            struct canvas in = canvas_dialog(&c, 5, 16, STR("Delete 中 table"), ROLE_DIALOG_TITLE);
            assert_true(in.rows <= rows && in.cols <= cols);
            canvas_put(&in, 0, 0, ROLE_DIALOG, "sure?");
            page_fini(&page);
        }
    }
}

static void a_dialog_has_a_frame_and_a_title(void **state)
{
    struct page page = page_of(5, 18);
    struct canvas c = frame_canvas(&page.frame);
    (void)state;
    struct canvas in = canvas_dialog(&c, 3, 14, STR("Delete"), ROLE_DIALOG_TITLE);
    canvas_put(&in, 0, 0, ROLE_DIALOG, "sure?");
    assert_string_equal(
        text_of(&page), "\n  ┌ Delete ────┐\n  │ sure?      │\n  └────────────┘\n\n");
    page_fini(&page);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_fits_is_shown_whole),
        cmocka_unit_test(text_that_does_not_fit_is_cut_between_characters),
        cmocka_unit_test(nothing_is_drawn_outside_of_a_canvas),
        cmocka_unit_test(half_a_wide_character_is_never_left),
        cmocka_unit_test(random_drawing_keeps_wide_characters_whole),
        cmocka_unit_test(lines_join_where_they_meet),
        cmocka_unit_test(a_line_inside_of_a_pane_joins_the_one_beside_it),
        cmocka_unit_test(ascii_frames_hold_only_ascii),
        cmocka_unit_test(escaped_text_has_its_own_role),
        cmocka_unit_test(matches_are_painted_where_they_are_drawn),
        cmocka_unit_test(a_dialog_fits_into_any_canvas),
        cmocka_unit_test(a_dialog_has_a_frame_and_a_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
