/* SPDX-License-Identifier: MIT */
/* Fields, choices and what is said about them. */
#include "tui/form.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const kinds[] = {"string", "number", "binary"};

static void check_name(void *data, struct form *form)
{
    ++*(int *)data;
    buf_clear(&form->fields[1].message);
    if (form_text(form, 1).len < 3)
        buf_add(&form->fields[1].message, STR("at least 3 characters"));
}

struct fixture {
    struct form_field fields[4];
    struct form form;
    int checks;
};

static void setup(struct fixture *f)
{
    *f = (struct fixture){0};
    form_field_init(&f->fields[0], FORM_HEADING, "Table");
    form_field_init(&f->fields[1], FORM_TEXT, "name");
    form_field_init(&f->fields[2], FORM_CHOICE, "partition key");
    f->fields[2].choices = kinds;
    f->fields[2].choice_count = 3;
    form_field_init(&f->fields[3], FORM_YES_NO, "stream");
    f->fields[1].note = "a-z 0-9";
    form_init(&f->form, f->fields, 4);
    f->form.check = check_name;
    f->form.data = &f->checks;
}

static void teardown(struct fixture *f)
{
    for (int i = 0; i < 4; i++)
        form_field_fini(&f->fields[i]);
}

static void assert_shown(struct fixture *f, int rows, int cols, const char *expected)
{
    struct frame frame = {0};
    struct buf text = {0};
    struct screen *screen = screen_memory_open(rows, cols);
    frame_resize(&frame, rows, cols);
    struct canvas c = frame_canvas(&frame);
    form_arrange(&f->form, rows, cols);
    form_draw(&f->form, &c);
    screen_present(screen, &frame);
    screen_memory_text(screen, &text);
    if (expected)
        assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&text);
    frame_fini(&frame);
    screen_close(screen);
}

static void fields_are_checked_while_one_types(void **state)
{
    struct fixture f;
    (void)state;
    setup(&f);
    assert_int_equal(f.form.cursor, 1);
    assert_true(form_insert(&f.form, STR("ab")));
    assert_shown(&f, 5, 40,
        " Table\n>name           ab\n                at least 3 characters\n"
        " partition key  string\n stream         no\n");
    assert_false(form_valid(&f.form));
    assert_true(form_insert(&f.form, STR("c")));
    assert_true(form_valid(&f.form));
    assert_true(f.checks >= 3);
    teardown(&f);
}

static void choices_turn_and_take_letters(void **state)
{
    struct fixture f;
    (void)state;
    setup(&f);
    assert_true(form_handle(&f.form, ACTION_NEXT));
    assert_true(form_handle(&f.form, ACTION_RIGHT));
    assert_string_equal(form_text(&f.form, 2).at, "number");
    assert_true(form_insert(&f.form, STR("b")));
    assert_string_equal(form_text(&f.form, 2).at, "binary");
    assert_true(form_insert(&f.form, STR(" ")));
    assert_string_equal(form_text(&f.form, 2).at, "string");
    assert_true(form_handle(&f.form, ACTION_LEFT));
    assert_string_equal(form_text(&f.form, 2).at, "binary");
    assert_true(form_handle(&f.form, ACTION_DOWN));
    assert_true(form_insert(&f.form, STR("y")));
    assert_int_equal(f.fields[3].choice, 1);
    assert_true(form_handle(&f.form, ACTION_DOWN));
    assert_int_equal(f.form.cursor, 3);
    assert_true(form_handle(&f.form, ACTION_NEXT));
    assert_int_equal(f.form.cursor, 1);
    assert_shown(&f, 5, 40,
        " Table\n>name           a-z 0-9\n                at least 3 characters\n"
        " partition key  binary\n stream         yes\n");
    teardown(&f);
}

static void the_field_in_hand_is_always_in_sight(void **state)
{
    struct fixture f;
    (void)state;
    setup(&f);
    assert_true(form_handle(&f.form, ACTION_PREVIOUS));
    assert_shown(&f, 1, 40, ">stream         < no >\n");
    assert_true(form_handle(&f.form, ACTION_NEXT));
    assert_shown(&f, 1, 40, ">name           a-z 0-9\n");
    for (int i = 0; i < 300; i++)
        assert_shown(&f, i / 30, i % 30, NULL);
    teardown(&f);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_checked_while_one_types),
        cmocka_unit_test(choices_turn_and_take_letters),
        cmocka_unit_test(the_field_in_hand_is_always_in_sight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
