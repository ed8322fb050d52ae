/* SPDX-License-Identifier: MIT */
/* The grid on 0, 1 and ten million rows: it asks for what it shows and for nothing else. */
#include "tui/grid.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct table {
    int64_t rows;
    int64_t least, most; /* rows that were asked for */
    int calls;
    char text[128];
    int64_t marked, added;
    const char *notes[6]; /* beside each cell of a column */
};

static int64_t table_rows(void *data)
{
    return ((struct table *)data)->rows;
}

static void table_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct table *table = data;
    (void)room;
    table->calls++;
    table->least = row < table->least ? row : table->least;
    table->most = row > table->most ? row : table->most;
    assert_true(row >= 0 && row < table->rows);
    if (column == 0)
        snprintf(table->text, sizeof table->text, "C%03lld", (long long)row);
    else if (column == 3)
        snprintf(table->text, sizeof table->text, "%lld", (long long)row * 100);
    else
        snprintf(
            table->text, sizeof table->text, "%s%lld", column == 1 ? "O" : "text ", (long long)row);
    cell->role = column < 2 ? ROLE_KEY : ROLE_TYPE_STRING;
    cell->flags = column == 3 ? CANVAS_RIGHT : 0;
    cell->text = str_from(table->text);
    if (row != 2) {
        cell->note = str_from(table->notes[column]);
        cell->note_role = ROLE_NOTE;
    }
}

static unsigned table_flags(void *data, int64_t row)
{
    struct table *table = data;
    return (row == table->marked ? GRID_ROW_MARKED : 0u) |
           (row == table->added ? GRID_ROW_ADDED : 0u);
}

struct fixture {
    struct table table;
    struct grid grid;
    struct grid_column columns[6];
    struct buf out;
};

static struct fixture *fixture_new(int64_t rows)
{
    static const char *const names[] = {"pk", "sk", "name", "price", "city", "note"};
    struct fixture *f = calloc(1, sizeof *f);
    f->table =
        (struct table){.rows = rows, .least = INT64_MAX, .most = -1, .marked = -1, .added = -1};
    struct grid_source source = {&f->table, table_rows, table_cell, table_flags};
    grid_init(&f->grid, &source);
    for (int i = 0; i < 6; i++)
        f->columns[i] = (struct grid_column){.name = str_from(names[i]), .frozen = i < 2};
    f->columns[3].flags = CANVAS_RIGHT;
    grid_columns_set(&f->grid, f->columns, 6);
    return f;
}

static void fixture_free(struct fixture *f)
{
    buf_fini(&f->out);
    free(f);
}

static struct screen *draw(struct fixture *f, int rows, int cols)
{
    struct frame frame = {0};
    struct screen *screen = screen_memory_open(rows, cols);
    frame_resize(&frame, rows, cols);
    struct canvas c = frame_canvas(&frame);
    grid_arrange(&f->grid, rows, cols);
    grid_draw(&f->grid, &c);
    screen_present(screen, &frame);
    frame_fini(&frame);
    return screen;
}

static const char *shown(struct fixture *f, int rows, int cols)
{
    struct screen *screen = draw(f, rows, cols);
    buf_clear(&f->out);
    screen_memory_text(screen, &f->out);
    screen_close(screen);
    return buf_cstr(&f->out);
}

static const char *roles(struct fixture *f, int rows, int cols)
{
    struct screen *screen = draw(f, rows, cols);
    buf_clear(&f->out);
    screen_memory_roles(screen, &f->out);
    screen_close(screen);
    return buf_cstr(&f->out);
}

static void play(struct fixture *f, const char *actions)
{
    struct str rest = str_from(actions), name;
    while (str_cut(&rest, ' ', &name)) {
        enum action action;
        assert_true(action_find(name, &action));
        assert_true(grid_handle(&f->grid, action));
        grid_arrange(&f->grid, 5, 30);
    }
}

static void rows_and_columns_are_laid_out(void **state)
{
    struct fixture *f = fixture_new(100);
    (void)state;
    assert_string_equal(shown(f, 4, 40), " pk    sk   name    price  city    note\n"
                                         " C000  O0   text 0      0  text 0  text…\n"
                                         " C001  O1   text 1    100  text 1  text…\n"
                                         " C002  O2   text 2    200  text 2  text…\n");
    fixture_free(f);
}

static void the_cursor_is_a_bar_or_a_mark(void **state)
{
    struct fixture *f = fixture_new(2);
    (void)state;
    f->grid.column_count = 2;
    f->table.marked = 1;
    play(f, "down");
    assert_string_equal(roles(f, 3, 16), "0: 0-0 header, 1-2 header.cursor, 3-15 header\n"
                                         "1: 1-4 key, 7-8 key\n"
                                         "2: 0-15 cursor\n");
    f->grid.flags = GRID_GUTTER;
    assert_string_equal(roles(f, 3, 16), "0: 0-0 header, 1-2 header.cursor, 3-15 header\n"
                                         "1: 1-4 key, 7-8 key\n"
                                         "2: 0-0 cursor.gutter, 1-4 mark, 7-8 mark\n");
    assert_string_equal(shown(f, 3, 16), " pk    sk\n C000  O0\n#C001  O1\n");
    f->grid.flags = 0;
    assert_string_equal(shown(f, 3, 16), " pk    sk\n C000  O0\n*C001  O1\n");
    f->grid.focused = false;
    f->table.marked = -1;
    f->table.added = 0;
    assert_string_equal(roles(f, 3, 16), "0: 0-15 header\n"
                                         "1: 0-0 added, 1-4 key, 7-8 key\n"
                                         "2: 0-15 cursor.unfocused\n");
    fixture_free(f);
}

static void an_empty_table_says_so(void **state)
{
    struct fixture *f = fixture_new(0);
    (void)state;
    f->grid.empty = STR("no items");
    f->grid.column_count = 1;
    assert_string_equal(shown(f, 3, 20), " pk\n no items\n\n");
    play(f, "down up page-down last first center right left half-page-up scroll-down");
    assert_int_equal(f->grid.cursor, 0);
    assert_int_equal(f->grid.top, 0);
    fixture_free(f);
}

static void one_row_holds_the_cursor(void **state)
{
    struct fixture *f = fixture_new(1);
    (void)state;
    play(f, "down down page-down last");
    assert_int_equal(f->grid.cursor, 0);
    play(f, "up first page-up");
    assert_int_equal(f->grid.cursor, 0);
    fixture_free(f);
}

static void ten_million_rows_cost_what_is_shown(void **state)
{
    static const char *const actions[] = {"down", "page-down", "last", "first", "half-page-down",
        "last", "page-up", "up", "right", "line-end", "center"};
    struct fixture *f = fixture_new(10000000);
    (void)state;
    shown(f, 24, 80);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        enum action action;
        f->table.calls = 0;
        f->table.least = INT64_MAX;
        f->table.most = -1;
        assert_true(action_find(str_from(actions[i]), &action));
        assert_true(grid_handle(&f->grid, action));
        shown(f, 24, 80);
        assert_true(f->table.most - f->table.least < 23);
        assert_true(f->table.calls <= 2 * 23 * 6);
    }
    fixture_free(f);
}

static void a_step_looks_at_one_new_row_for_the_widths(void **state)
{
    struct fixture *f = fixture_new(10000000);
    (void)state;
    shown(f, 24, 80);
    grid_go(&f->grid, 22);
    shown(f, 24, 80);
    f->table.calls = 0;
    assert_true(grid_handle(&f->grid, ACTION_DOWN));
    grid_arrange(&f->grid, 24, 80);
    assert_int_equal(f->table.calls, 6);
    assert_int_equal(f->table.least, 0);
    fixture_free(f);
}

static void moves_end_at_the_edges(void **state)
{
    struct fixture *f = fixture_new(10);
    (void)state;
    play(f, "page-down page-down page-down page-down");
    assert_int_equal(f->grid.cursor, 9);
    assert_int_equal(f->grid.top, 6);
    play(f, "scroll-up scroll-up");
    assert_int_equal(f->grid.top, 4);
    assert_int_equal(f->grid.cursor, 7);
    play(f, "first");
    assert_int_equal(f->grid.top, 0);
    play(f, "last half-page-up");
    assert_int_equal(f->grid.cursor, 7);
    play(f, "center");
    assert_int_equal(f->grid.top, 5);
    fixture_free(f);
}

static void columns_scroll_and_frozen_ones_stay(void **state)
{
    struct fixture *f = fixture_new(3);
    (void)state;
    play(f, "line-end");
    assert_int_equal(f->grid.column, 5);
    assert_string_equal(shown(f, 2, 22), "<pk    sk   note\n C000  O0   text 0\n");
    play(f, "left left");
    assert_string_equal(shown(f, 2, 22), "<pk    sk   price  ci>\n C000  O0       0  te…\n");
    play(f, "line-start");
    assert_int_equal(f->grid.column, 0);
    play(f, "left");
    assert_int_equal(f->grid.column, 0);
    fixture_free(f);
}

static void hidden_columns_are_skipped_and_come_back(void **state)
{
    struct fixture *f = fixture_new(3);
    (void)state;
    play(f, "right right column-hide");
    assert_true(f->columns[2].hidden);
    assert_int_equal(f->grid.column, 3);
    play(f, "left");
    assert_int_equal(f->grid.column, 1);
    for (int i = 0; i < 10; i++)
        play(f, "column-hide");
    int left = 0;
    for (int i = 0; i < 6; i++)
        left += !f->columns[i].hidden;
    assert_int_equal(left, 1);
    play(f, "columns-show");
    assert_false(f->columns[2].hidden);
    fixture_free(f);
}

static void widths_are_set_and_fitted_again(void **state)
{
    struct fixture *f = fixture_new(3);
    (void)state;
    grid_arrange(&f->grid, 5, 30);
    play(f, "column-widen");
    assert_int_equal(f->columns[0].width, 6);
    for (int i = 0; i < 10; i++)
        play(f, "column-narrow");
    assert_int_equal(f->columns[0].width, 1);
    play(f, "column-fit");
    assert_int_equal(f->grid.slots[0].width, 4);
    fixture_free(f);
}

static void rows_that_come_and_go_leave_the_cursor_on_its_row(void **state)
{
    struct fixture *f = fixture_new(100);
    (void)state;
    grid_go(&f->grid, 50);
    grid_arrange(&f->grid, 5, 30);
    int64_t top = f->grid.top;
    f->table.rows += 7;
    grid_rows_moved(&f->grid, 0, 7);
    assert_int_equal(f->grid.cursor, 57);
    assert_int_equal(f->grid.top, top + 7);
    f->table.rows -= 20;
    grid_rows_moved(&f->grid, 10, -20);
    assert_int_equal(f->grid.cursor, 37);
    f->table.rows = 30;
    grid_rows_moved(&f->grid, 30, -57);
    assert_int_equal(f->grid.cursor, 29);
    grid_rows_moved(&f->grid, 29, 0);
    f->table.rows = 0;
    shown(f, 5, 30);
    assert_int_equal(f->grid.cursor, 0);
    fixture_free(f);
}

static void finding_goes_round_and_stops_at_its_limit(void **state)
{
    struct fixture *f = fixture_new(1000);
    (void)state;
    assert_int_equal(grid_find(&f->grid, STR("c042"), 1, 10000), 42);
    grid_go(&f->grid, 42);
    assert_int_equal(grid_find(&f->grid, STR("C042"), 1, 10000), 42);
    assert_int_equal(grid_find(&f->grid, STR("C041"), -1, 10000), 41);
    assert_int_equal(grid_find(&f->grid, STR("C041"), 1, 10), -1);
    assert_int_equal(grid_find(&f->grid, STR("nowhere"), 1, 10000), -1);
    fixture_free(f);
}

static void any_size_can_be_drawn(void **state)
{
    struct fixture *f = fixture_new(1000);
    (void)state;
    for (int rows = 0; rows < 12; rows++) {
        for (int cols = 0; cols < 60; cols++) {
            shown(f, rows, cols);
            grid_handle(&f->grid, (enum action)((rows * 60 + cols) % ACTION_COUNT));
        }
    }
    fixture_free(f);
}

static void the_mouse_finds_row_and_column(void **state)
{
    struct fixture *f = fixture_new(3);
    int column;
    (void)state;
    grid_arrange(&f->grid, 6, 40);
    assert_int_equal(grid_row_at(&f->grid, 0, 2, &column), -1);
    assert_int_equal(column, 0);
    assert_int_equal(grid_row_at(&f->grid, 2, 8, &column), 1);
    assert_int_equal(column, 1);
    assert_int_equal(grid_row_at(&f->grid, 5, 8, &column), -1);
    fixture_free(f);
}

static void the_position_is_short(void **state)
{
    struct fixture *f = fixture_new(1204113);
    (void)state;
    grid_go(&f->grid, 11);
    grid_position(&f->grid, &f->out);
    assert_string_equal(buf_cstr(&f->out), "12/1.2M");
    buf_clear(&f->out);
    f->table.rows = 15000000;
    grid_position(&f->grid, &f->out);
    assert_string_equal(buf_cstr(&f->out), "12/15.0M");
    fixture_free(f);
}

static void notes_stand_where_no_column_wants_the_room(void **state)
{
    struct fixture *f = fixture_new(3);
    (void)state;
    f->table.notes[3] = "hundreds";
    f->table.notes[5] = "why";
    grid_columns_set(&f->grid, f->columns, 4);
    assert_string_equal(shown(f, 4, 40), " pk    sk   name    price\n"
                                         " C000  O0   text 0      0 hundreds\n"
                                         " C001  O1   text 1    100 hundreds\n"
                                         " C002  O2   text 2    200\n");
    assert_string_equal(shown(f, 2, 33), " pk    sk   name    price\n"
                                         " C000  O0   text 0      0\n");
    grid_columns_set(&f->grid, f->columns, 6);
    grid_refit(&f->grid);
    /* from the left, as far as there is room; what they push stays a column */
    assert_string_equal(shown(f, 2, 60),
        " pk    sk   name    price           city    note\n"
        " C000  O0   text 0      0 hundreds  text 0  text 0 why\n");
    assert_string_equal(shown(f, 2, 49), " pk    sk   name    price  city    note\n"
                                         " C000  O0   text 0      0  text 0  text 0 why\n");
    /* a width of one's own, or columns beyond the edge: no notes */
    assert_string_equal(
        shown(f, 2, 30), " pk    sk   name    price  ci>\n C000  O0   text 0      0  te…\n");
    f->columns[3].noted_always = true;
    assert_string_equal(shown(f, 2, 36), " pk    sk   name    price          >\n"
                                         " C000  O0   text 0      0 hundreds\n");
    f->columns[3].width = 8;
    assert_string_equal(shown(f, 2, 60), " pk    sk   name       price  city    note\n"
                                         " C000  O0   text 0         0  text 0  text 0 why\n");
    fixture_free(f);
}

static void a_search_is_highlighted(void **state)
{
    struct fixture *f = fixture_new(3);
    (void)state;
    f->grid.column_count = 1;
    f->grid.search = STR("c001");
    assert_string_equal(roles(f, 4, 8), "0: 0-0 header, 1-2 header.cursor, 3-7 header\n"
                                        "1: 0-7 cursor\n2: 1-4 match\n3: 1-4 key\n");
    fixture_free(f);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_columns_are_laid_out),
        cmocka_unit_test(the_cursor_is_a_bar_or_a_mark),
        cmocka_unit_test(an_empty_table_says_so),
        cmocka_unit_test(one_row_holds_the_cursor),
        cmocka_unit_test(ten_million_rows_cost_what_is_shown),
        cmocka_unit_test(a_step_looks_at_one_new_row_for_the_widths),
        cmocka_unit_test(moves_end_at_the_edges),
        cmocka_unit_test(columns_scroll_and_frozen_ones_stay),
        cmocka_unit_test(hidden_columns_are_skipped_and_come_back),
        cmocka_unit_test(widths_are_set_and_fitted_again),
        cmocka_unit_test(rows_that_come_and_go_leave_the_cursor_on_its_row),
        cmocka_unit_test(finding_goes_round_and_stops_at_its_limit),
        cmocka_unit_test(any_size_can_be_drawn),
        cmocka_unit_test(the_mouse_finds_row_and_column),
        cmocka_unit_test(the_position_is_short),
        cmocka_unit_test(notes_stand_where_no_column_wants_the_room),
        cmocka_unit_test(a_search_is_highlighted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
