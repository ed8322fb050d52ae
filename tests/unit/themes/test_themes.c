/* SPDX-License-Identifier: MIT */
/* Theme files: looks, parents, fewer colours, no colours, mistakes. */
#include "base/buf.h"
#include "themes/themes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct buf problems;

static void note(void *data, struct str message)
{
    (void)data;
    buf_add(&problems, message);
    buf_add_byte(&problems, '\n');
}

static const struct theme_report report = {NULL, note};

static struct style_table table_of(const char *text, int colours)
{
    struct style_table table = {0};
    buf_clear(&problems);
    theme_add(&table, colours, STR("my.theme"), str_from(text), &report);
    style_table_inherit(&table);
    return table;
}

static void looks_are_read(void **state)
{
    struct style_table t =
        table_of("title = cyan on 235 bold underline\nkey = #10a0ff\n"
                 "mark = on bright-red\ndim = grey italic dim\nerror = reverse\n",
            256);
    (void)state;
    assert_string_equal(buf_cstr(&problems), "");
    assert_int_equal(t.of[ROLE_TITLE].fg, 6);
    assert_int_equal(t.of[ROLE_TITLE].bg, 235);
    assert_int_equal(t.of[ROLE_TITLE].attrs, STYLE_BOLD | STYLE_UNDERLINE);
    assert_int_equal(t.of[ROLE_KEY].fg, STYLE_RGB + 0x10a0ff);
    assert_int_equal(t.of[ROLE_KEY].bg, STYLE_DEFAULT);
    assert_int_equal(t.of[ROLE_MARK].fg, STYLE_DEFAULT);
    assert_int_equal(t.of[ROLE_MARK].bg, 9);
    assert_int_equal(t.of[ROLE_DIM].attrs, STYLE_ITALIC | STYLE_DIM);
    assert_int_equal(t.of[ROLE_ERROR].attrs, STYLE_REVERSE);
}

static void a_role_left_out_looks_like_its_parent(void **state)
{
    struct style_table t = table_of("text = white\ntitle = red\nform.field = blue\n", 256);
    (void)state;
    assert_int_equal(t.of[ROLE_TITLE_FOCUS].fg, 1);
    assert_int_equal(t.of[ROLE_FORM_FIELD_FOCUS].fg, 4);
    assert_int_equal(t.of[ROLE_FORM_LABEL].fg, 7);
    assert_int_equal(t.of[ROLE_KEY_SORT].fg, 7);
}

static void every_parent_stands_before_its_children(void **state)
{
    (void)state;
    for (int i = 1; i < ROLE_COUNT; i++) {
        enum role role, parent = style_role_parent((enum role)i);
        assert_true((int)parent < i);
        assert_true(style_role_find(str_from(style_role_name((enum role)i)), &role));
        assert_int_equal(role, i);
    }
}

static void sections_are_for_terminals_with_fewer_colours(void **state)
{
    static const char text[] = "key = #123456\n[256]\nkey = 33\n[8]\nkey = blue\n";
    (void)state;
    assert_int_equal(table_of(text, 1 << 24).of[ROLE_KEY].fg, STYLE_RGB + 0x123456);
    assert_int_equal(table_of(text, 256).of[ROLE_KEY].fg, 33);
    assert_int_equal(table_of(text, 8).of[ROLE_KEY].fg, 4);
}

static void wrong_lines_are_reported_and_the_rest_is_kept(void **state)
{
    struct style_table t = table_of("titel = red\ntitle = redd\nkey = red on\nmark = 256\n"
                                    "dim = #12345\nwords\n[many]\nerror = blue\n",
        256);
    static const char expected[] = "my.theme:1: no such role: titel\n"
                                   "my.theme:2: neither a colour nor an attribute: redd\n";
    (void)state;
    assert_true(str_starts(buf_str(&problems), STR(expected)));
    for (int line = 3; line <= 7; line++) {
        char place[32];
        snprintf(place, sizeof place, "my.theme:%d: ", line);
        if (str_find(buf_str(&problems), str_from(place)) == SIZE_MAX)
            fail_msg("nothing about line %d in %s", line, buf_cstr(&problems));
    }
    assert_int_equal(t.of[ROLE_TITLE].fg, STYLE_DEFAULT);
    t = table_of("nonsense\nkey = red\n", 256);
    assert_int_equal(t.of[ROLE_KEY].fg, 1);
}

/* The roles that must never look like plain text, whatever the terminal. */
static const enum role outstanding[] = {ROLE_TEXT_ESCAPE, ROLE_TITLE_FOCUS, ROLE_CURSOR, ROLE_MATCH,
    ROLE_ERROR, ROLE_STATUS_ERROR, ROLE_STATUS_DANGER, ROLE_MENU_SELECTED, ROLE_DIALOG_DANGER,
    ROLE_MARK};

static bool looks_plain(const struct style *style)
{
    return style->fg == STYLE_DEFAULT && style->bg == STYLE_DEFAULT && !style->attrs;
}

static void shipped_themes_stand_out_on_every_terminal(void **state)
{
    static const int colours[] = {0, 8, 16, 256, 1 << 24};
    int count = 0;
    (void)state;
    for (; theme_shipped_name(count); count++) {
        for (size_t c = 0; c < 5; c++) {
            struct style_table t;
            struct err err = ERR_INIT;
            buf_clear(&problems);
            struct str name = str_from(theme_shipped_name(count));
            assert_true(theme_load(&t, colours[c], STR_NONE, name, &report, &err));
            assert_string_equal(buf_cstr(&problems), "");
            for (size_t i = 0; i < sizeof outstanding / sizeof *outstanding; i++)
                if (looks_plain(&t.of[outstanding[i]]))
                    fail_msg("%s with %d colours: %s looks like plain text", name.at, colours[c],
                        style_role_name(outstanding[i]));
        }
    }
    assert_true(count >= 6);
}

/* ---- contrast, as the web's guidelines measure it ---- */

/* x to the power 2.4: the fifth root of its twelfth power. */
static double power_2_4(double x)
{
    double square = x * x, root = 1;
    for (int i = 0; i < 60; i++)
        root -= (root - square / (root * root * root * root)) / 5;
    return square * root;
}

static double light_of(uint32_t rgb)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double part = (double)(rgb >> 8 * i & 255) / 255;
        sum += weights[i] * (part <= 0.04045 ? part / 12.92 : power_2_4((part + 0.055) / 1.055));
    }
    return sum;
}

static double contrast_of(uint32_t a, uint32_t b)
{
    double x = light_of(a) + 0.05, y = light_of(b) + 0.05;
    return x > y ? x / y : y / x;
}

/* What may be faint: it is beside the point, and there to be passed over. Lines are no text. */
static double contrast_wanted(enum role role)
{
    static const enum role faint[] = {ROLE_DIM, ROLE_NOTE, ROLE_HEADER, ROLE_HEADER_KEY, ROLE_HINT,
        ROLE_TEXT_ELLIPSIS, ROLE_MENU_DISABLED, ROLE_FORM_NOTE, ROLE_TYPE_NULL};
    for (size_t i = 0; i < sizeof faint / sizeof *faint; i++)
        if (faint[i] == role)
            return 3;
    return role == ROLE_BORDER ? 1.7 : 4.5;
}

/* Where a theme leaves the terminal its own colours, the ground that it is made for. */
static double contrast_in(const struct style *style, int colours, bool light)
{
    int32_t fg = style_nearest(style->fg, colours), bg = style_nearest(style->bg, colours);
    uint32_t ink = fg == STYLE_DEFAULT ? light ? 0x000000 : 0xe5e5e5 : style_rgb(fg);
    uint32_t ground = bg == STYLE_DEFAULT ? light ? 0xffffff : 0x000000 : style_rgb(bg);
    return contrast_of(ink, ground);
}

static void shipped_themes_are_readable(void **state)
{
    static const int colours[] = {256, 1 << 24};
    int poor = 0;
    (void)state;
    for (int i = 0; theme_shipped_name(i); i++)
        for (size_t c = 0; c < 2; c++) {
            struct style_table t;
            struct err err = ERR_INIT;
            struct str name = str_from(theme_shipped_name(i));
            bool light = str_equal(name, STR("light"));
            assert_true(theme_load(&t, colours[c], STR_NONE, name, &report, &err));
            for (int r = 0; r < ROLE_COUNT; r++) {
                double got = contrast_in(&t.of[r], colours[c], light);
                if (got >= contrast_wanted((enum role)r))
                    continue;
                printf("%s, %d colours: %s has a contrast of %.2f\n", name.at, colours[c],
                    style_role_name((enum role)r), got);
                poor++;
            }
        }
    assert_int_equal(poor, 0);
}

static void a_ground_of_its_own_lies_under_every_role(void **state)
{
    struct style_table t =
        table_of("text = 250 on 235\ntitle = bold\nkey = 80\nmark = on 9\n", 256);
    (void)state;
    assert_int_equal(t.of[ROLE_TITLE].fg, 250);
    assert_int_equal(t.of[ROLE_TITLE].bg, 235);
    assert_int_equal(t.of[ROLE_KEY].fg, 80);
    assert_int_equal(t.of[ROLE_KEY].bg, 235);
    assert_int_equal(t.of[ROLE_MARK].bg, 9);
}

static void without_colours_only_attributes_are_left(void **state)
{
    struct style_table t;
    struct err err = ERR_INIT;
    (void)state;
    assert_true(theme_load(&t, 0, STR_NONE, STR("default"), &report, &err));
    for (int i = 0; i < ROLE_COUNT; i++) {
        assert_int_equal(t.of[i].fg, STYLE_DEFAULT);
        assert_int_equal(t.of[i].bg, STYLE_DEFAULT);
    }
    assert_true(t.of[ROLE_CURSOR].attrs & STYLE_REVERSE);
}

static void a_theme_that_is_not_there_leaves_the_plain_one(void **state)
{
    struct style_table t;
    struct err err = ERR_INIT;
    (void)state;
    assert_false(theme_load(&t, 256, STR("/nonexistent"), STR("pink"), &report, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_true(t.of[ROLE_CURSOR].attrs & STYLE_REVERSE);
    assert_false(theme_load(&t, 256, STR_NONE, STR("../x"), &report, &err));
}

static void a_theme_of_ones_own_may_build_on_a_shipped_one(void **state)
{
    char folder[] = "/tmp/themeXXXXXX", path[64];
    struct style_table t;
    struct err err = ERR_INIT;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/mine.theme", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("include = default\nkey = red\n", file);
    fclose(file);
    assert_true(theme_load(&t, 256, str_from(folder), STR("mine"), &report, &err));
    assert_int_equal(t.of[ROLE_KEY].fg, 1);
    assert_false(looks_plain(&t.of[ROLE_CURSOR]));
    unlink(path);
    rmdir(folder);
}

static void colours_come_down_to_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(style_nearest(STYLE_DEFAULT, 8), STYLE_DEFAULT);
    assert_int_equal(style_nearest(196, 256), 196);
    assert_int_equal(style_nearest(STYLE_RGB + 0xff0000, 256), 196);
    assert_int_equal(style_nearest(STYLE_RGB + 0x808080, 256), 244);
    assert_int_equal(style_nearest(STYLE_RGB + 0xff0000, 1 << 24), STYLE_RGB + 0xff0000);
    assert_int_equal(style_nearest(STYLE_RGB + 0x000000, 8), 0);
    assert_int_equal(style_nearest(28, 8), 2);
    assert_int_equal(style_nearest(STYLE_RGB + 0xff0000, 4), STYLE_DEFAULT);
    for (int32_t colour = 0; colour < 256; colour++) {
        int32_t near = style_nearest(colour, 8);
        assert_true(near >= 0 && near < 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_are_read),
        cmocka_unit_test(a_role_left_out_looks_like_its_parent),
        cmocka_unit_test(every_parent_stands_before_its_children),
        cmocka_unit_test(sections_are_for_terminals_with_fewer_colours),
        cmocka_unit_test(wrong_lines_are_reported_and_the_rest_is_kept),
        cmocka_unit_test(shipped_themes_stand_out_on_every_terminal),
        cmocka_unit_test(shipped_themes_are_readable),
        cmocka_unit_test(a_ground_of_its_own_lies_under_every_role),
        cmocka_unit_test(without_colours_only_attributes_are_left),
        cmocka_unit_test(a_theme_that_is_not_there_leaves_the_plain_one),
        cmocka_unit_test(a_theme_of_ones_own_may_build_on_a_shipped_one),
        cmocka_unit_test(colours_come_down_to_the_nearest),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&problems);
    return failed;
}
