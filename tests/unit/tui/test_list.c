/* SPDX-License-Identifier: MIT */
/* Menus: the fuzzy filter, headings, drawing. */
#include "tui/list.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"#Moving", "row-down", "row-up", "#Tables", "create-table",
    "delete-table", "describe", "catalog"};

static const char *lifted = "";
static size_t name_len;

static int menu_count(void *data)
{
    return *(int *)data;
}

static void menu_entry(void *data, int index, struct list_entry *entry)
{
    (void)data;
    entry->text = str_from(names[index]);
    entry->heading = names[index][0] == '#';
    entry->name = name_len;
    entry->lift = strcmp(names[index], lifted) == 0 ? 8 : 0;
    if (entry->heading)
        entry->text = str_skip(entry->text, 1);
    else
        entry->right = STR("Ctrl-X");
}

static int count = 8;

static struct list menu(void)
{
    struct list list;
    struct list_source source = {&count, menu_count, menu_entry};
    count = 8;
    list_init(&list, &source);
    list.gutter = true;
    return list;
}

static void assert_shown(struct list *list, int rows, int cols, const char *expected)
{
    struct frame frame = {0};
    struct buf text = {0};
    struct screen *screen = screen_memory_open(rows, cols);
    frame_resize(&frame, rows, cols);
    struct canvas c = frame_canvas(&frame);
    list_arrange(list, rows, cols);
    list_draw(list, &c);
    screen_present(screen, &frame);
    screen_memory_text(screen, &text);
    if (expected)
        assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&text);
    frame_fini(&frame);
    screen_close(screen);
}

static void starts_of_words_match_best(void **state)
{
    (void)state;
    assert_true(list_score(STR("create-table"), STR("ct")) > list_score(STR("catalog"), STR("ct")));
    assert_true(
        list_score(STR("catalog"), STR("cat")) > list_score(STR("create-table"), STR("cat")));
    assert_true(list_score(STR("row-up"), STR("row")) > list_score(STR("row-down"), STR("row")));
    assert_true(list_score(STR("OrderItems"), STR("oi")) > list_score(STR("avoiding"), STR("oi")));
    assert_true(list_score(STR("abc"), STR("abcd")) < 0);
    assert_true(list_score(STR("abc"), STR("ca")) < 0);
    assert_int_equal(list_score(STR("abc"), STR("")), 0);
    assert_true(list_score(STR("Row Down"), STR("row down")) >= 0);
    assert_true(list_score(STR(""), STR("x")) < 0);
}

/* The first of each row is what is meant, the last is no match. */
static void of_names_that_have_the_letters_the_meant_one_is_first(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *names[4];
    } rows[] = {
        {"ord", {"Orders", "prod-Orders", "Records", "Odd"}},
        {"orders", {"Orders", "Orders > GSI1", "OrdersArchive", "Order"}},
        {"og1", {"Orders > GSI1", "Orders > Big1", "along1", "Orders"}},
        {"pu", {"Pump", "prod-users", "upupdate", "u-prod"}},
        {"dev us", {"dev.users", "devious", "redevelopus", "prod.users"}},
        {"abc", {"abc", "a-b-c", "axbc_b", "acb"}},
        {"ITEMS", {"ITEMS", "items", "prod_items", "item"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int before = 1 << 30;
        for (int k = 0; k < 4; k++) {
            int score = list_score(str_from(rows[i].names[k]), str_from(rows[i].typed));
            if (score >= before || (score < 0) != (k == 3))
                fail_msg("\"%s\": %s has %d", rows[i].typed, rows[i].names[k], score);
            before = score;
        }
    }
}

static void what_is_lifted_comes_before_what_matches_as_well(void **state)
{
    (void)state;
    struct list list = menu();
    list_filter(&list, STR("row"));
    assert_string_equal(names[list_selected(&list)], "row-up");
    lifted = "row-down";
    list_filter(&list, STR("ro"));
    assert_string_equal(names[list_selected(&list)], "row-down");
    list_filter(&list, STR("up"));
    assert_string_equal(names[list_selected(&list)], "row-up");
    lifted = "";
    list_fini(&list);
}

static void behind_a_name_only_words_are_looked_for(void **state)
{
    struct list list = menu();
    (void)state;
    name_len = 6; /* "create" of create-table, "delete" of delete-table, "descri" of describe */
    list_filter(&list, STR("table"));
    assert_string_equal(names[list_selected(&list)], "create-table");
    assert_int_equal(list.shown_count, 2);
    list_filter(&list, STR("dtb"));
    assert_int_equal(list.shown_count, 0);
    list_filter(&list, STR("dl"));
    assert_string_equal(names[list_selected(&list)], "delete-table");
    list_filter(&list, STR("ABLE dele"));
    assert_int_equal(list.shown_count, 1);
    name_len = 0;
    list_fini(&list);
}

static void a_filter_narrows_and_sorts(void **state)
{
    struct list list = menu();
    (void)state;
    list_filter(&list, STR("ta"));
    assert_string_equal(names[list_selected(&list)], "create-table");
    assert_int_equal(list.shown_count, 3);
    list_filter(&list, STR("zzz"));
    assert_int_equal(list_selected(&list), -1);
    list.empty = STR("nothing matches");
    assert_shown(&list, 2, 20, " nothing matches\n\n");
    list_filter(&list, STR(""));
    assert_int_equal(list.shown_count, 8);
    list_fini(&list);
}

static void the_cursor_skips_headings(void **state)
{
    struct list list = menu();
    (void)state;
    assert_int_equal(list_selected(&list), 1);
    assert_true(list_handle(&list, ACTION_DOWN));
    assert_true(list_handle(&list, ACTION_DOWN));
    assert_int_equal(list_selected(&list), 4);
    assert_true(list_handle(&list, ACTION_UP));
    assert_int_equal(list_selected(&list), 2);
    assert_true(list_handle(&list, ACTION_TOP));
    assert_true(list_handle(&list, ACTION_UP));
    assert_int_equal(list_selected(&list), 1);
    assert_true(list_handle(&list, ACTION_BOTTOM));
    assert_int_equal(list_selected(&list), 7);
    list_select(&list, 5);
    assert_int_equal(list_selected(&list), 5);
    list_fini(&list);
}

static void entries_and_their_keys_are_drawn(void **state)
{
    struct list list = menu();
    (void)state;
    assert_shown(&list, 3, 22, " Moving\n>row-down      Ctrl-X\n row-up        Ctrl-X\n");
    assert_shown(&list, 2, 14, " Moving\n>row-… Ctrl-X\n");
    list_fini(&list);
}

static void any_size_and_an_empty_menu_can_be_drawn(void **state)
{
    struct list list = menu();
    (void)state;
    for (int i = 0; i < 400; i++) {
        assert_shown(&list, i / 30, i % 30, NULL);
        list_handle(&list, (enum action)(i % ACTION_COUNT));
    }
    count = 0;
    list_update(&list);
    assert_int_equal(list_selected(&list), -1);
    assert_true(list_handle(&list, ACTION_DOWN));
    assert_shown(&list, 3, 20, "\n\n\n");
    list_fini(&list);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_of_words_match_best),
        cmocka_unit_test(of_names_that_have_the_letters_the_meant_one_is_first),
        cmocka_unit_test(what_is_lifted_comes_before_what_matches_as_well),
        cmocka_unit_test(behind_a_name_only_words_are_looked_for),
        cmocka_unit_test(a_filter_narrows_and_sorts),
        cmocka_unit_test(the_cursor_skips_headings),
        cmocka_unit_test(entries_and_their_keys_are_drawn),
        cmocka_unit_test(any_size_and_an_empty_menu_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
