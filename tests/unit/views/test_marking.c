/* SPDX-License-Identifier: MIT */
/* Marks over a window that slides: a range holds what lies between its ends, whatever is loaded. */
#include "views/items/marking.h"

#include "backend/json_in.h"
#include "tests/test.h"

#include <stdlib.h>

enum { ITEMS = 500, WINDOW = 40, STEPS = 20000 };

struct table {
    struct client_table table;
    struct browse *browse;
    struct arena arena;
    struct value items[ITEMS];
    int64_t base, count; /* of the window */
    bool turned;         /* in the other order */
};

static struct value parse(struct arena *arena, const char *text)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(arena, arena_dup(arena, str_from(text)), &err);
    assert_true(json && json_in_item(&bytes, json, false, &err));
    struct value v = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static struct table *table_new(void)
{
    struct table *t = calloc(1, sizeof *t);
    t->table = (struct client_table){.name = STR("T"), .key_count = 1};
    t->table.keys[0] = (struct client_key){.name = STR("id"), .type = VALUE_N};
    t->browse = browse_scan(&t->table, STR_NONE);
    t->count = WINDOW;
    for (int i = 0; i < ITEMS; i++) {
        char text[60];
        snprintf(text, sizeof text, "{\"id\":%d,\"v\":\"row %d\"}", i, i);
        t->items[i] = parse(&t->arena, text);
    }
    return t;
}

static void table_free(struct table *t)
{
    browse_unref(t->browse);
    arena_fini(&t->arena);
    free(t);
}

static struct value row_item(void *data, int64_t row)
{
    const struct table *t = data;
    if (row < 0 || row >= t->count)
        return (struct value){0};
    return t->items[t->turned ? t->base + t->count - 1 - row : t->base + row];
}

static struct marking_rows rows_of(struct table *t)
{
    return (struct marking_rows){.data = t, .count = t->count, .item = row_item};
}

static void assert_marked(struct table *t, struct marking *m, const bool *wanted)
{
    size_t count = 0;
    for (int i = 0; i < ITEMS; i++) {
        if (marking_has(m, t->browse, t->items[i]) != wanted[i])
            fail_msg("item %d is %smarked", i, wanted[i] ? "not " : "");
        count += wanted[i];
    }
    if (!m->ranging)
        assert_int_equal(m->set.count, count);
}

static void between(bool *out, const bool *set, int64_t a, int64_t b)
{
    memcpy(out, set, ITEMS * sizeof *out);
    for (int64_t i = a < b ? a : b; i <= (a < b ? b : a); i++)
        out[i] = true;
}

/* One step of the window, as far as the cursor stays in it. */
static void slide(struct table *t, struct marking *m, int64_t cursor, int64_t by)
{
    int64_t base = t->base + by;
    if (base < 0 || base + t->count > ITEMS || cursor < base || cursor >= base + t->count)
        return;
    marking_moved(m, t->base - base);
    t->base = base;
}

static void a_range_holds_what_lies_between_its_ends(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    bool set[ITEMS] = {0}, wanted[ITEMS];
    int64_t cursor = 0, anchor = 0;
    unsigned seed = 11;
    for (int i = 0; i < STEPS; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned what = (seed >> 16) % 20;
        int64_t by = (int64_t)((seed >> 8) % 31) - 15;
        struct marking_rows rows = rows_of(t);
        if (what < 9) {
            int64_t to = cursor + by;
            to = to < t->base ? t->base : to >= t->base + t->count ? t->base + t->count - 1 : to;
            cursor = to;
            assert_true(marking_reach(&m, t->browse, &rows, cursor - t->base));
        } else if (what < 16) {
            slide(t, &m, cursor, by);
        } else if (what == 16) {
            marking_renumbered(&m, t->browse, &rows);
        } else if (!m.ranging) {
            anchor = cursor;
            marking_begin_range(&m, t->browse, &rows, cursor - t->base);
        } else if (what == 17 || what == 18) {
            bool keep = what == 17;
            if (keep)
                between(set, set, anchor, cursor);
            marking_end_range(&m, keep);
            if (m.set.count > ITEMS / 2) {
                marking_clear(&m);
                memset(set, 0, sizeof set);
            }
        }
        if (m.ranging)
            between(wanted, set, anchor, cursor);
        assert_marked(t, &m, m.ranging ? wanted : set);
    }
    marking_fini(&m);
    table_free(t);
}

static void an_anchor_is_found_again_in_another_order(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    struct marking_rows rows = rows_of(t);
    marking_begin_range(&m, t->browse, &rows, 5);
    t->turned = true; /* what was row 5 is row 34 */
    m.reached = 34;
    marking_renumbered(&m, t->browse, &rows);
    assert_int_equal(m.anchor, WINDOW - 1 - 5);
    m.reached = m.anchor;
    assert_true(marking_reach(&m, t->browse, &rows, m.anchor + 2));
    assert_int_equal(marking_end_range(&m, true), 3);
    assert_true(marking_has(&m, t->browse, t->items[3]));
    assert_false(marking_has(&m, t->browse, t->items[6]));
    marking_fini(&m);
    table_free(t);
}

static void all_is_all_but_what_is_left_out(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    struct marking_rows rows = rows_of(t);
    marking_set_all(&m, t->browse);
    assert_true(marking_has(&m, t->browse, t->items[400]));
    assert_true(marking_set(&m, t->browse, t->items[7], false));
    assert_false(marking_has(&m, t->browse, t->items[7]));
    assert_int_equal(m.set.count, 1);
    marking_set_rows(&m, t->browse, &rows);
    assert_int_equal(m.set.count, 0);
    assert_int_equal(marking_clear(&m), -1);
    marking_fini(&m);
    table_free(t);
}

static void marks_stay_with_their_table_and_all_with_its_query(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    struct buf values = {0};
    struct client_table other = t->table, keyed = t->table, ranged = t->table;
    other.name = STR("U");
    keyed.keys[0].type = VALUE_S;
    ranged.keys[ranged.key_count++] = (struct client_key){.name = STR("v"), .type = VALUE_S};
    struct client_read read = {.table = STR("T"),
        .filter = STR("v = :v"),
        .values = parse(&t->arena, "{\":v\":\"row 7\"}")};
    struct browse *filtered = browse_read(&t->table, &read),
                  *again = browse_scan(&t->table, STR_NONE),
                  *elsewhere = browse_scan(&other, STR_NONE), *anew = browse_scan(&keyed, STR_NONE),
                  *longer = browse_scan(&ranged, STR_NONE),
                  *asked = browse_statement(&t->table, STR_NONE, STR("SELECT * FROM T"));

    marking_set(&m, t->browse, t->items[1], true);
    assert_int_equal(marking_browse(&m, t->browse, filtered), 0);
    assert_int_equal(marking_browse(&m, filtered, again), 0);
    assert_int_equal(marking_browse(&m, again, elsewhere), 1);
    assert_false(marking_any(&m));
    marking_set(&m, t->browse, t->items[1], true);
    assert_int_equal(marking_browse(&m, t->browse, anew), 1);
    marking_set(&m, t->browse, t->items[1], true);
    assert_int_equal(marking_browse(&m, t->browse, longer), 1);

    marking_set_all(&m, t->browse);
    assert_int_equal(marking_browse(&m, t->browse, again), 0);
    assert_int_equal(marking_browse(&m, again, filtered), -1);
    marking_set_all(&m, t->browse);
    assert_int_equal(marking_browse(&m, t->browse, asked), -1);
    marking_set_all(&m, filtered);
    assert_int_equal(marking_browse(&m, filtered, NULL), -1);
    browse_unref(filtered);
    browse_unref(again);
    browse_unref(elsewhere);
    browse_unref(anew);
    browse_unref(longer);
    browse_unref(asked);
    buf_fini(&values);
    marking_fini(&m);
    table_free(t);
}

static void marks_that_were_dropped_come_back_to_their_table(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    struct client_table other = t->table;
    other.name = STR("U");
    struct browse *elsewhere = browse_scan(&other, STR_NONE);
    marking_set(&m, t->browse, t->items[1], true);
    marking_set(&m, t->browse, t->items[2], true);
    assert_int_equal(marking_drop(&m), 2);
    marking_set(&m, t->browse, t->items[3], true);
    assert_int_equal(marking_bring_back(&m), 2);
    assert_int_equal(m.set.count, 3);
    assert_int_equal(marking_drop(&m), 3);
    assert_int_equal(marking_browse(&m, t->browse, elsewhere), 0);
    assert_int_equal(marking_bring_back(&m), 0);
    browse_unref(elsewhere);
    marking_fini(&m);
    table_free(t);
}

static void what_is_not_shown_is_counted(void **state)
{
    (void)state;
    struct table *t = table_new();
    struct marking m = {0};
    struct marking_rows rows = rows_of(t);
    for (int i = 30; i < 50; i++)
        marking_set(&m, t->browse, t->items[i], true);
    assert_int_equal(marking_not_shown(&m, t->browse, &rows, 1, 1), 10);
    t->base = 20;
    assert_int_equal(marking_not_shown(&m, t->browse, &rows, 2, 1), 0);
    marking_set(&m, t->browse, t->items[0], true);
    assert_int_equal(marking_not_shown(&m, t->browse, &rows, 2, 1), 1);
    rows.count = 15;
    assert_int_equal(marking_not_shown(&m, t->browse, &rows, 2, 2), 16);
    marking_fini(&m);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_holds_what_lies_between_its_ends),
        cmocka_unit_test(an_anchor_is_found_again_in_another_order),
        cmocka_unit_test(all_is_all_but_what_is_left_out),
        cmocka_unit_test(marks_stay_with_their_table_and_all_with_its_query),
        cmocka_unit_test(marks_that_were_dropped_come_back_to_their_table),
        cmocka_unit_test(what_is_not_shown_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
