/* SPDX-License-Identifier: MIT */
/* Columns: found, chosen among hundreds, moved, kept; and the file they are kept in. */
#include "tests/test.h"
#include "views/items/columns.h"

/* ---- helpers ---- */

static struct browse *browse_new(void)
{
    static const struct client_table table = {.name = {"Things", 6},
        .key_count = 2,
        .keys = {{.name = {"pk", 2}, .type = VALUE_S}, {.name = {"sk", 2}, .type = VALUE_N}},
        .ttl_attribute = {"ttl", 3}};
    return browse_scan(&table, STR_NONE);
}

/* An item of numbers with the names, which are parted by blanks. */
static void see(struct columns *c, const char *names)
{
    struct buf item = {0};
    struct err err = ERR_INIT;
    struct str rest = str_from(names), name;
    struct value_open open = value_open(&item, VALUE_M);
    while (rest.len && str_cut(&rest, ' ', &name)) {
        value_member(&open, &item, name);
        value_put_string(&item, name);
    }
    assert_true(value_close(&open, &item, &err));
    columns_see(c, value_of(buf_str(&item)));
    columns_count(c, value_of(buf_str(&item)));
    buf_fini(&item);
}

/* The names in order: hidden ones in brackets, pinned ones with a bar behind. */
static void expect(const struct columns *c, const char *names)
{
    struct buf text = {0};
    for (int i = 0; i < c->count; i++) {
        const struct grid_column *g = &c->list[i];
        buf_printf(&text, "%s%s%.*s%s%s", i ? " " : "", g->hidden ? "(" : "", STR_ARG(g->name),
            g->hidden ? ")" : "", g->frozen ? "|" : "");
        assert_int_equal(columns_find(c, g->name), i);
    }
    assert_string_equal(buf_cstr(&text), names);
    buf_fini(&text);
}

static struct columns *columns_of(struct browse *browse, const char *file)
{
    struct columns *c = calloc(1, sizeof *c);
    columns_reset(c, browse, str_from(file));
    return c;
}

static void done(struct columns *c, struct browse *browse)
{
    columns_fini(c);
    free(c);
    browse_unref(browse);
}

/* ---- columns ---- */

static void keys_come_first_and_others_as_they_come(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "");
    see(c, "b pk sk");
    see(c, "a c pk sk ttl");
    columns_settle(c, 80);
    expect(c, "pk| sk| b a c ttl");
    assert_int_equal(c->states[0].role, ROLE_KEY_PARTITION);
    assert_int_equal(c->states[1].role, ROLE_KEY_SORT);
    assert_false(c->list[2].noted_always);
    assert_true(c->list[5].noted_always);
    assert_int_equal(columns_spare(c), 0);
    assert_int_equal(columns_find(c, STR("none")), -1);
    done(c, browse);
}

static void of_hundreds_the_frequent_are_shown(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "");
    struct buf names = {0};
    for (int i = 0; i < 100; i++) {
        buf_clear(&names);
        for (int j = 0; j < 5; j++)
            buf_printf(&names, "rare%03d ", i * 5 + j);
        buf_printf(&names, "pk sk%s%s", i % 2 ? " half" : "", " zall");
        see(c, buf_cstr(&names));
    }
    columns_settle(c, 80);
    assert_int_equal(c->count, 504);
    assert_true(str_equal(c->list[2].name, STR("zall")));
    assert_true(str_equal(c->list[3].name, STR("half")));
    assert_false(c->list[2].hidden || c->list[3].hidden);
    assert_int_equal(columns_spare(c), 504 - 2 - COLUMNS_RARE_MIN);
    see(c, "pk sk late");
    columns_settle(c, 80);
    assert_true(c->list[columns_find(c, STR("late"))].hidden);
    assert_int_equal(c->states[columns_find(c, STR("half"))].seen, 50);
    assert_int_equal(c->states[columns_find(c, STR("half"))].types, 1u << VALUE_S);
    buf_fini(&names);
    done(c, browse);
}

static void more_names_than_may_be_are_counted_no_further(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "");
    struct buf name = {0};
    for (int i = 0; i < COLUMNS_MAX + 50; i++) {
        buf_clear(&name);
        buf_printf(&name, "n%d", i);
        see(c, buf_cstr(&name));
    }
    columns_settle(c, 80);
    assert_int_equal(c->count, COLUMNS_MAX);
    assert_true(c->full);
    assert_int_equal(columns_find(c, STR("n1040")), -1);
    buf_fini(&name);
    done(c, browse);
}

static void columns_move_among_their_kind(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "");
    see(c, "a b c d pk sk");
    columns_settle(c, 80);
    c->list[3].hidden = true;
    assert_int_equal(columns_move(c, 2, 1), 4);
    expect(c, "pk| sk| (b) c a d");
    assert_true(c->changed);
    assert_int_equal(columns_move(c, 0, 1), 1);
    expect(c, "sk| pk| (b) c a d");
    assert_int_equal(columns_move(c, 5, 1), 5);
    assert_int_equal(columns_move(c, 3, -1), 3);
    assert_int_equal(c->states[1].role, ROLE_KEY_PARTITION);
    done(c, browse);
}

static void what_was_kept_comes_back(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "");
    see(c, "a b c pk sk");
    columns_settle(c, 80);
    columns_move(c, 4, -1);
    c->list[0].frozen = false;
    c->list[2].width = 17;
    c->list[3].hidden = true;
    expect(c, "pk sk| a (c) b");
    struct columns_kept kept;
    struct buf text = {0};
    columns_keep(c, &kept);
    columns_file_put(&text, STR_NONE, STR("Things"), STR_NONE, &kept, 1 << 20);
    done(c, browse);

    browse = browse_new();
    c = columns_of(browse, buf_cstr(&text));
    see(c, "b new");
    columns_settle(c, 80);
    expect(c, "pk sk| b new");
    see(c, "a c z");
    columns_settle(c, 80);
    expect(c, "pk sk| a (c) b new z");
    assert_int_equal(c->list[2].width, 17);
    /* what the user does now is not undone by what comes */
    columns_move(c, 4, -1);
    see(c, "y");
    columns_settle(c, 80);
    expect(c, "pk sk| b a (c) new z y");
    buf_fini(&text);
    done(c, browse);
}

static void a_choice_among_hundreds_stands(void **state)
{
    (void)state;
    struct browse *browse = browse_new();
    struct columns *c = columns_of(browse, "{\"table\":\"Things\",\"index\":\"\",\"columns\":["
                                           "{\"name\":\"pk\",\"pinned\":true},{\"name\":\"n7\"}]}");
    struct buf name = {0};
    for (int i = 0; i < 100; i++) {
        buf_clear(&name);
        buf_printf(&name, "all n%d", i);
        see(c, buf_cstr(&name));
    }
    columns_settle(c, 80);
    assert_true(str_equal(c->list[1].name, STR("n7")));
    assert_false(c->list[1].hidden);
    assert_int_equal(columns_spare(c), 100); /* 99 others, and "all" */
    buf_fini(&name);
    done(c, browse);
}

/* ---- the file ---- */

static void find(const char *text, const char *table, const char *index, struct columns_kept *out)
{
    static struct arena arena;
    arena_reset(&arena);
    columns_file_find(str_from(text), str_from(table), str_from(index), &arena, out);
}

static void lines_go_round(void **state)
{
    (void)state;
    struct columns_kept kept = {.count = 3,
        .list = {{.name = STR("a\"\n\xc3\xa4"), .width = 12, .pinned = true},
            {.name = STR("b"), .hidden = true}, {.name = STR("c")}},
        .sort = STR("b"),
        .descending = true};
    struct columns_kept back;
    struct buf one = {0}, two = {0}, three = {0};
    columns_file_put(&one, STR_NONE, STR("T"), STR("I"), &kept, 1 << 20);
    assert_string_equal(buf_cstr(&one),
        "{\"table\":\"T\",\"index\":\"I\",\"columns\":[{\"name\":\"a\\\"\\n\xc3\xa4\",\"width\":12,"
        "\"pinned\":true},{\"name\":\"b\",\"hidden\":true},{\"name\":\"c\"}],\"sort\":\"b\","
        "\"descending\":true}\n");
    find(one.at, "T", "I", &back);
    assert_int_equal(back.count, 3);
    assert_true(str_equal(back.list[0].name, kept.list[0].name));
    assert_int_equal(back.list[0].width, 12);
    assert_true(back.list[0].pinned && !back.list[0].hidden && back.list[1].hidden);
    assert_true(str_equal(back.sort, STR("b")) && back.descending);
    find(one.at, "T", "", &back);
    assert_int_equal(back.count, 0);
    /* another table, then the first one anew: its old line goes */
    kept.count = 1;
    columns_file_put(&two, buf_str(&one), STR("U"), STR_NONE, &kept, 1 << 20);
    columns_file_put(&three, buf_str(&two), STR("T"), STR("I"), &kept, 1 << 20);
    assert_true(str_starts(buf_str(&three), STR("{\"table\":\"U\"")));
    find(buf_cstr(&three), "T", "I", &back);
    assert_int_equal(back.count, 1);
    buf_clear(&one);
    columns_file_put(&one, buf_str(&three), STR("T"), STR("I"), NULL, 1 << 20);
    assert_int_equal(str_find(buf_str(&one), STR("\"T\"")), SIZE_MAX);
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&three);
}

#define HEAD "{\"table\":\"T\",\"index\":\"\",\"columns\":["

static void damage_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int count;
    } table[] = {
        {"", 0},
        {"\n\n\n", 0},
        {"garbage", 0},
        {HEAD, 0},
        {HEAD "{\"name\":\"a\"", 0},
        {HEAD "]}", 0},
        {HEAD "{\"name\":\"a\"}]}", 1},
        {"\xff\xfe\n" HEAD "{\"name\":\"a\"}]}\n\x01\n", 1},
        {HEAD "{\"name\":\"a\"},{\"name\":\"a\"},7,null,[],{},{\"name\":3},{\"name\":\"\"}]}", 1},
        {HEAD "{\"name\":\"a\",\"width\":-5}]}", 1},
        {HEAD "{\"name\":\"a\",\"width\":99999999999999999999}]}", 1},
        {HEAD "{\"name\":\"a\",\"width\":\"x\",\"hidden\":1,\"pinned\":\"true\"}]}", 1},
        {HEAD "{\"name\":\"a\"}],\"sort\":7,\"more\":{}}", 1},
        {HEAD "{\"name\":\"a\"}]}\n" HEAD "{\"name\":\"b\"},{\"name\":\"c\"}]}\n", 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct columns_kept kept;
        find(table[i].text, "T", "", &kept);
        if (kept.count != table[i].count)
            fail_msg("%s: %d", table[i].text, kept.count);
        if (kept.count == 1)
            assert_true(!kept.list[0].width && !kept.list[0].hidden && !kept.list[0].pinned);
        assert_int_equal(kept.sort.len, 0);
    }
}

static void the_oldest_lines_go_first(void **state)
{
    (void)state;
    struct buf text = {0}, next = {0}, table = {0};
    struct columns_kept kept = {.count = 1, .list = {{.name = STR("a")}}}, back;
    for (int i = 0; i < COLUMNS_LINES_MAX + 20; i++) {
        buf_clear(&table);
        buf_printf(&table, "T%d", i);
        buf_clear(&next);
        columns_file_put(&next, buf_str(&text), buf_str(&table), STR_NONE, &kept, 1 << 20);
        struct buf old = text;
        text = next;
        next = old;
    }
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    assert_int_equal(lines, COLUMNS_LINES_MAX);
    find(buf_cstr(&text), "T19", "", &back);
    assert_int_equal(back.count, 0);
    find(text.at, "T20", "", &back);
    assert_int_equal(back.count, 1);
    /* and where there is no room */
    buf_clear(&next);
    columns_file_put(&next, buf_str(&text), STR("X"), STR_NONE, &kept, 200);
    assert_in_range(next.len, 100, 200);
    find(buf_cstr(&next), "X", "", &back);
    assert_int_equal(back.count, 1);
    buf_clear(&next);
    columns_file_put(&next, buf_str(&text), STR("X"), STR_NONE, &kept, 10);
    assert_int_equal(next.len, 0);
    buf_fini(&text);
    buf_fini(&next);
    buf_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_first_and_others_as_they_come),
        cmocka_unit_test(of_hundreds_the_frequent_are_shown),
        cmocka_unit_test(more_names_than_may_be_are_counted_no_further),
        cmocka_unit_test(columns_move_among_their_kind),
        cmocka_unit_test(what_was_kept_comes_back),
        cmocka_unit_test(a_choice_among_hundreds_stands),
        cmocka_unit_test(lines_go_round),
        cmocka_unit_test(damage_is_as_if_it_were_not_there),
        cmocka_unit_test(the_oldest_lines_go_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
