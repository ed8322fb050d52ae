/* SPDX-License-Identifier: MIT */
/* Long texts: wrapping, moving, finding. */
#include "tui/pager.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_shown(struct pager *pager, int rows, int cols, const char *expected)
{
    struct frame frame = {0};
    struct buf text = {0};
    struct screen *screen = screen_memory_open(rows, cols);
    frame_resize(&frame, rows, cols);
    struct canvas c = frame_canvas(&frame);
    pager_arrange(pager, rows, cols);
    pager_draw(pager, &c);
    screen_present(screen, &frame);
    screen_memory_text(screen, &text);
    if (expected)
        assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&text);
    frame_fini(&frame);
    screen_close(screen);
}

static void long_lines_wrap_between_characters(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager_set(&pager, STR("abcdefgh\n\n中中中中\x1b\nend"));
    assert_shown(&pager, 6, 5, "abcde\nfgh\n\n中中\n中中\n^[\n");
    assert_shown(&pager, 3, 5, "abcde\nfgh\n\n");
    assert_true(pager_handle(&pager, ACTION_BOTTOM));
    assert_shown(&pager, 3, 5, "中中\n^[\nend\n");
    assert_true(pager_handle(&pager, ACTION_WRAP));
    assert_shown(&pager, 4, 5, "abcd…\n\n中中…\nend\n");
    assert_true(pager_handle(&pager, ACTION_RIGHT));
    assert_shown(&pager, 3, 5, "\n\n^[\n");
    pager_fini(&pager);
}

static void lines_wrap_behind_words(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager.words = true;
    pager_set(&pager, STR("the quick brown\nfox 中 jumps overthelazydog end\n"));
    assert_shown(&pager, 7, 8, "the\nquick\nbrown\nfox 中\njumps\noverthel\nazydog\n");
    /* behind words, cut, at the width: w goes round */
    assert_true(pager_handle(&pager, ACTION_WRAP));
    assert_shown(&pager, 3, 8, "the quic\nk brown\nfox 中 j\n");
    assert_true(pager_handle(&pager, ACTION_WRAP));
    assert_shown(&pager, 3, 8, "the qui…\nfox 中 …\n\n");
    assert_true(pager_handle(&pager, ACTION_WRAP));
    assert_shown(&pager, 3, 8, "the\nquick\nbrown\n");
    pager_fini(&pager);
}

static void finding_crosses_the_ends_of_screen_lines(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager_set(&pager, STR("aaaaaaaaaaneedle\nlast"));
    assert_shown(&pager, 1, 12, NULL);
    assert_true(pager_find(&pager, STR("NEEDLE"), 1) == false);
    assert_true(pager_find(&pager, STR("needle"), 0));
    assert_int_equal(pager.top, 0);
    assert_true(pager_find(&pager, STR("last"), 0));
    assert_int_equal(pager.top, 2);
    assert_true(pager_find(&pager, STR("last"), 0));
    assert_int_equal(pager.top, 2);
    assert_false(pager_find(&pager, STR_NONE, 1));
    pager_fini(&pager);
}

static void a_new_width_keeps_the_place(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager_set(&pager, STR("aaaaaaaaaa\nbbbbbbbbbb\ncccccccccc\ndddddddddd\n"));
    assert_shown(&pager, 2, 5, NULL);
    for (int i = 0; i < 4; i++)
        assert_true(pager_handle(&pager, ACTION_DOWN));
    assert_shown(&pager, 2, 5, "ccccc\nccccc\n");
    assert_shown(&pager, 2, 10, "cccccccccc\ndddddddddd\n");
    pager_fini(&pager);
}

static void finding_goes_round(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager_set(&pager, STR("one\ntwo\nthree\ntwo again\nend\n"));
    assert_shown(&pager, 1, 20, NULL);
    assert_true(pager_find(&pager, STR("two"), 1));
    assert_int_equal(pager.top, 1);
    assert_true(pager_find(&pager, STR("two"), 1));
    assert_int_equal(pager.top, 3);
    assert_true(pager_find(&pager, STR("two"), 1));
    assert_int_equal(pager.top, 1);
    assert_true(pager_find(&pager, STR("two"), -1));
    assert_int_equal(pager.top, 3);
    assert_false(pager_find(&pager, STR("none"), 1));
    pager_set(&pager, STR_NONE);
    assert_shown(&pager, 3, 3, "\n\n\n");
    assert_false(pager_find(&pager, STR("x"), 1));
    pager_fini(&pager);
}

static void any_size_can_be_drawn(void **state)
{
    struct pager pager;
    (void)state;
    pager_init(&pager);
    pager_set(&pager, STR("中 long line with e\xcc\x81 and \xff\n\n\x1b[31mred\n"));
    for (int i = 0; i < 600; i++) {
        assert_shown(&pager, i / 30 % 6, i % 30, NULL);
        pager_handle(&pager, (enum action)(i % ACTION_COUNT));
    }
    pager_fini(&pager);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_lines_wrap_between_characters),
        cmocka_unit_test(lines_wrap_behind_words),
        cmocka_unit_test(finding_crosses_the_ends_of_screen_lines),
        cmocka_unit_test(a_new_width_keeps_the_place),
        cmocka_unit_test(finding_goes_round),
        cmocka_unit_test(any_size_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
