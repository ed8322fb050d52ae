/* SPDX-License-Identifier: MIT */
/* Panes at every size from nothing to large: inside the screen, apart from each other, nothing
 * lost. */
#include "base/buf.h"
#include "tui/layout.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TABLES, ITEMS, ITEM, STREAM, STATUS };

static const struct layout_node right[] = {
    {.kind = LAYOUT_PANE, .pane = ITEMS, .weight = 2, .min_rows = 3, .min_cols = 20},
    {.kind = LAYOUT_PANE, .pane = ITEM, .min_rows = 3, .min_cols = 20},
};
static const struct layout_node upper[] = {
    {.kind = LAYOUT_PANE, .pane = TABLES, .size = 20, .min_rows = 3, .min_cols = 12},
    {.kind = LAYOUT_STACK, .children = right, .count = 2},
};
static const struct layout_node all[] = {
    {.kind = LAYOUT_BESIDE, .children = upper, .count = 2},
    {.kind = LAYOUT_PANE, .pane = STREAM, .size = 1},
    {.kind = LAYOUT_PANE, .pane = STATUS, .size = 1, .joined = true},
};
static const struct layout_node root = {.kind = LAYOUT_STACK, .children = all, .count = 3};

static void check(const struct layout *layout, int rows, int cols)
{
    static unsigned char taken[64 * 256];
    memset(taken, 0, sizeof taken);
    int shown = 0, cells = 0;
    for (int i = 0; i < LAYOUT_PANES_MAX; i++) {
        const struct layout_rect *r = &layout->panes[i];
        if (!layout_shows(layout, i))
            continue;
        shown++;
        assert_true(r->row >= 0 && r->col >= 0);
        assert_true(r->row + r->rows <= rows && r->col + r->cols <= cols);
        for (int y = r->row; y < r->row + r->rows; y++)
            for (int x = r->col; x < r->col + r->cols; x++, cells++)
                assert_int_equal(taken[y * 256 + x]++, 0);
    }
    for (int i = 0; i < layout->line_count; i++) {
        const struct layout_line *line = &layout->lines[i];
        cells += line->len;
        for (int at = 0; at < line->len; at++)
            assert_int_equal(taken[(line->row + (line->vertical ? at : 0)) * 256 + line->col +
                                   (line->vertical ? 0 : at)]++,
                0);
    }
    if (layout->tiny)
        assert_int_equal(shown, 0);
    else
        assert_int_equal(cells, rows * cols);
    assert_int_equal(shown, layout->tiny ? 0 : layout->single ? 1 : 5);
}

static void panes_cover_the_screen_at_every_size(void **state)
{
    (void)state;
    for (int rows = 0; rows <= 50; rows++) {
        for (int cols = 0; cols <= 200; cols++) {
            struct layout layout;
            struct frame frame = {0};
            layout_place(&layout, &root, rows, cols, ITEMS, false);
            check(&layout, rows, cols);
            layout_place(&layout, &root, rows, cols, ITEM, true);
            check(&layout, rows, cols);
            if (rows % 7 && cols % 13)
                continue;
            frame_resize(&frame, rows, cols);
            struct canvas c = frame_canvas(&frame);
            layout_draw(&layout, &c);
            frame_fini(&frame);
        }
    }
}

static void a_narrow_screen_shows_the_focused_pane_alone(void **state)
{
    struct layout layout;
    (void)state;
    layout_place(&layout, &root, 24, 30, ITEM, false);
    assert_true(layout.single);
    assert_true(layout_shows(&layout, ITEM));
    assert_false(layout_shows(&layout, ITEMS));
    layout_place(&layout, &root, 24, 80, ITEM, false);
    assert_false(layout.single);
    assert_int_equal(layout.panes[TABLES].cols, 20);
    assert_int_equal(layout.panes[STREAM].rows, 1);
}

static void a_screen_too_small_shows_a_notice(void **state)
{
    struct layout layout;
    struct buf text = {0};
    struct frame frame = {0};
    (void)state;
    layout_place(&layout, &root, 4, 19, ITEM, false);
    assert_true(layout.tiny);
    frame_resize(&frame, 4, 19);
    struct canvas c = frame_canvas(&frame);
    layout_draw(&layout, &c);
    struct screen *screen = screen_memory_open(4, 19);
    screen_present(screen, &frame);
    screen_memory_text(screen, &text);
    assert_string_equal(buf_cstr(&text), "\n\n  too small: 20x5\n\n");
    screen_close(screen);
    frame_fini(&frame);
    buf_fini(&text);
}

static void hidden_panes_leave_their_place_and_their_line(void **state)
{
    struct layout_node some[2] = {upper[0], upper[1]};
    struct layout_node beside = {.kind = LAYOUT_BESIDE, .children = some, .count = 2};
    struct layout layout;
    (void)state;
    some[0].hidden = true;
    layout_place(&layout, &beside, 24, 80, ITEMS, false);
    assert_false(layout_shows(&layout, TABLES));
    assert_int_equal(layout.panes[ITEMS].cols, 80);
    assert_int_equal(layout.line_count, 1);
}

static void the_mouse_finds_its_pane(void **state)
{
    struct layout layout;
    (void)state;
    layout_place(&layout, &root, 24, 80, ITEMS, false);
    assert_int_equal(layout_pane_at(&layout, 0, 0), TABLES);
    assert_int_equal(layout_pane_at(&layout, 0, 20), -1);
    assert_int_equal(layout_pane_at(&layout, 0, 21), ITEMS);
    assert_int_equal(layout_pane_at(&layout, 23, 79), STATUS);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panes_cover_the_screen_at_every_size),
        cmocka_unit_test(a_narrow_screen_shows_the_focused_pane_alone),
        cmocka_unit_test(a_screen_too_small_shows_a_notice),
        cmocka_unit_test(hidden_panes_leave_their_place_and_their_line),
        cmocka_unit_test(the_mouse_finds_its_pane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
