/* SPDX-License-Identifier: MIT */
/* What must be sent: following the damage always leads from the old frame to the new one. */
#include "tui/damage.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct frame frame_of(const char *const *lines, int rows)
{
    struct frame frame = {0};
    frame_resize(&frame, rows, 10);
    struct canvas c = frame_canvas(&frame);
    for (int i = 0; i < rows; i++)
        canvas_put(&c, i, 0, ROLE_TEXT, lines[i]);
    return frame;
}

static void a_step_down_is_a_scroll_by_one(void **state)
{
    static const char *const old[] = {"head", "aa", "bb", "cc", "dd", "ee", "status"};
    static const char *const new[] = {"head", "bb", "cc", "dd", "ee", "ff", "status"};
    struct frame shown = frame_of(old, 7), next = frame_of(new, 7);
    (void)state;
    struct damage_scroll scroll = damage_find_scroll(&shown, &next);
    assert_int_equal(scroll.by, 1);
    assert_int_equal(scroll.top, 1);
    assert_int_equal(scroll.bottom, 6);
    scroll = damage_find_scroll(&next, &shown);
    assert_int_equal(scroll.by, -1);
    frame_fini(&shown);
    frame_fini(&next);
}

static void a_jump_by_several_rows_is_found(void **state)
{
    static const char *const old[] = {"head", "a", "b", "c", "d", "e", "f", "g", "h", "i", "end"};
    static const char *const new[] = {"head", "d", "e", "f", "g", "h", "i", "j", "k", "l", "end"};
    struct frame shown = frame_of(old, 11), next = frame_of(new, 11);
    (void)state;
    assert_int_equal(damage_find_scroll(&shown, &next).by, 3);
    assert_int_equal(damage_find_scroll(&next, &shown).by, -3);
    frame_fini(&shown);
    frame_fini(&next);
}

static void a_changed_row_is_no_scroll(void **state)
{
    static const char *const old[] = {"head", "aa", "bb", "cc", "dd", "ee", "status"};
    static const char *const new[] = {"head", "aa", "bb", "xx", "dd", "ee", "status"};
    struct frame shown = frame_of(old, 7), next = frame_of(new, 7);
    (void)state;
    assert_int_equal(damage_find_scroll(&shown, &next).by, 0);
    assert_int_equal(damage_find_scroll(&shown, &shown).by, 0);
    frame_fini(&shown);
    frame_fini(&next);
}

static void spans_hold_whole_characters(void **state)
{
    static const char *const old[] = {"ab中中z"}, *const new[] = {"ab中xyz"};
    struct frame shown = frame_of(old, 1), next = frame_of(new, 1);
    int from, to;
    (void)state;
    damage_find_span(&shown, &next, 0, &from, &to);
    assert_int_equal(from, 4);
    assert_int_equal(to, 6);
    damage_find_span(&next, &shown, 0, &from, &to);
    assert_int_equal(from, 4);
    assert_int_equal(to, 6);
    damage_find_span(&shown, &shown, 0, &from, &to);
    assert_true(from >= to);
    struct canvas c = frame_canvas(&next);
    canvas_put(&c, 0, 0, ROLE_TEXT, "ab中中z");
    canvas_paint(&c, 0, 5, 1, ROLE_MATCH);
    damage_find_span(&shown, &next, 0, &from, &to);
    assert_int_equal(from, 4);
    assert_int_equal(to, 6);
    damage_find_span(&shown, &shown, 0, &from, &to);
    assert_true(from >= to);
    frame_fini(&shown);
    frame_fini(&next);
}

static void redraw_randomly(struct frame *frame, uint64_t *seed)
{
    static const char *const texts[] = {"aa", "bb", "中", "cc中d", "", "x"};
    struct canvas c = frame_canvas(frame);
    for (int i = 0; i < 4; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        int row = (int)(*seed >> 40) % frame->rows, col = (int)(*seed >> 50) % frame->cols;
        canvas_put(&c, row, col, ROLE_TEXT, texts[(*seed >> 57) % 6]);
    }
    if (*seed >> 63)
        damage_apply_scroll(
            frame, &(struct damage_scroll){1, frame->rows - 1, *seed >> 62 & 1 ? 1 : -2});
}

static void following_the_damage_leads_to_the_next_frame(void **state)
{
    struct frame shown = {0}, next = {0};
    uint64_t seed = 17;
    (void)state;
    frame_resize(&shown, 12, 10);
    frame_resize(&next, 12, 10);
    size_t size = 12 * 10 * sizeof *next.cells;
    for (int round = 0; round < 5000; round++) {
        redraw_randomly(&next, &seed);
        struct damage_scroll scroll = damage_find_scroll(&shown, &next);
        if (scroll.by)
            damage_apply_scroll(&shown, &scroll);
        for (int row = 0; row < 12; row++) {
            int from, to;
            damage_find_span(&shown, &next, row, &from, &to);
            for (int col = from; col < to; col++)
                shown.cells[row * 10 + col] = next.cells[row * 10 + col];
        }
        assert_memory_equal(shown.cells, next.cells, size);
    }
    frame_fini(&shown);
    frame_fini(&next);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_down_is_a_scroll_by_one),
        cmocka_unit_test(a_jump_by_several_rows_is_found),
        cmocka_unit_test(a_changed_row_is_no_scroll),
        cmocka_unit_test(spans_hold_whole_characters),
        cmocka_unit_test(following_the_damage_leads_to_the_next_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
