/* SPDX-License-Identifier: MIT */
/* What updates do to items. Their errors are in test_update_errors.c. */
#include "expr_test.h"

static const char values[] =
    "{\":one\":{\"N\":\"1\"},\":two\":{\"N\":\"2\"},\":s\":{\"S\":\"text\"},\":l\":{\"L\":[{\"N\":"
    "\"8\"}"
    ",{\"N\":\"9\"}]},\":el\":{\"L\":[]},\":m\":{\"M\":{\"k\":{\"S\":\"v\"}}},\":a\":{\"S\":\"A\"},"
    "\":b"
    "\":{\"S\":\"B\"},\":c\":{\"S\":\"C\"},\":ss\":{\"SS\":[\"x\",\"b\"]},\":ab\":{\"SS\":[\"b\","
    "\"a\"]"
    "},\":ns\":{\"NS\":[\"10\",\"2\"]},\":bs\":{\"BS\":[\"AQ==\"]},\":t\":{\"BOOL\":true}}";

struct row {
    const char *text, *item, *after;
};

static const struct expr_update *parse(struct request *r, const char *text)
{
    request_init(r, NULL, values);
    assert_non_null(r->env);
    const struct expr_update *update =
        expr_parse_update(&r->arena, r->env, str_from(text), &r->err);
    if (!update)
        fail_msg("%s: %s", text, r->err.text);
    return update;
}

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request r;
        const struct expr_update *update = parse(&r, rows[i].text);
        struct value item = request_item(&r, rows[i].item);
        if (!expr_apply(update, item, &r.out, &r.err))
            fail_msg("%s on %s: %s", rows[i].text, rows[i].item, r.err.text);
        const char *after = request_result(&r);
        if (strcmp(after, rows[i].after) != 0)
            fail_msg("%s on %s\n    gives %s\n    not   %s", rows[i].text, rows[i].item, after,
                rows[i].after);
        request_fini(&r);
    }
}

#define ROWS(...)                                                                                  \
    expect_rows((const struct row[]){__VA_ARGS__},                                                 \
        sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void set_writes_and_overwrites_attributes(void **state)
{
    (void)state;
    ROWS({"SET b = :one", "{\"a\":1}", "{\"a\":1,\"b\":1}"},
        {"set b = :one, a0 = :two", "{\"a\":1,\"c\":3}", "{\"a\":1,\"a0\":2,\"b\":1,\"c\":3}"},
        {"SET a = :s", "{\"a\":1}", "{\"a\":\"text\"}"},
        {"SET a = :m", "{\"z\":1}", "{\"a\":{\"k\":\"v\"},\"z\":1}"},
        {"SET z = :one, y = :two, x = :s", "{}", "{\"x\":\"text\",\"y\":2,\"z\":1}"},
        {"SET a = (:one)", "{}", "{\"a\":1}"}, {"SET a = :one", "", "{\"a\":1}"}, );
}

static void right_sides_read_the_item_as_it_was(void **state)
{
    (void)state;
    ROWS({"SET a = b, b = a", "{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"},
        {"SET a = a + :one, b = a", "{\"a\":1}", "{\"a\":2,\"b\":1}"},
        {"REMOVE a SET b = a", "{\"a\":\"x\"}", "{\"b\":\"x\"}"},
        {"SET b = a REMOVE a", "{\"a\":\"x\"}", "{\"b\":\"x\"}"},
        {"SET l = m.l, m.l = l", "{\"l\":[1],\"m\":{\"l\":[2]}}",
            "{\"l\":[2],\"m\":{\"l\":[1]}}"}, );
}

static void plus_and_minus_are_exact_decimals(void **state)
{
    (void)state;
    ROWS({"SET a = a + :two", "{\"a\":40}", "{\"a\":42}"},
        {"SET a = :one - a", "{\"a\":3}", "{\"a\":-2}"},
        {"SET a = a - b", "{\"a\":0.3,\"b\":0.1}", "{\"a\":0.2,\"b\":0.1}"},
        {"SET c = a+b", "{\"a\":99999999999999999999999999999999999998,\"b\":1}",
            "{\"a\":99999999999999999999999999999999999998,\"b\":1,\"c\":"
            "99999999999999999999999999999999999999}"},
        {"SET c = (a + b)", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}"},
        {"SET c = ((a) + (b))", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}"},
        {"SET c = (a) + b", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}"},
        {"SET a = a - a", "{\"a\":7}", "{\"a\":0}"}, );
}

static void if_not_exists_gives_what_is_there_or_else(void **state)
{
    (void)state;
    ROWS({"SET a = if_not_exists(a, :one)", "{}", "{\"a\":1}"},
        {"SET a = if_not_exists(a, :one)", "{\"a\":5}", "{\"a\":5}"},
        {"SET b = if_not_exists(a, :one)", "{\"a\":5}", "{\"a\":5,\"b\":5}"},
        {"SET a = if_not_exists(a, :one) + :two", "{}", "{\"a\":3}"},
        {"SET a = if_not_exists(b, if_not_exists(c, :two))", "{\"c\":7}", "{\"a\":7,\"c\":7}"},
        {"SET a = :one - if_not_exists(a, :one)", "{}", "{\"a\":0}"},
        {"SET a = if_not_exists(m.x[0], m.y)", "{\"m\":{\"y\":true}}",
            "{\"a\":true,\"m\":{\"y\":true}}"}, );
}

static void list_append_puts_lists_together(void **state)
{
    (void)state;
    ROWS({"SET l = list_append(l, :l)", "{\"l\":[1]}", "{\"l\":[1,8,9]}"},
        {"SET l = list_append(:l, l)", "{\"l\":[1]}", "{\"l\":[8,9,1]}"},
        {"SET l = list_append(l, l)", "{\"l\":[1,[2]]}", "{\"l\":[1,[2],1,[2]]}"},
        {"SET l = list_append(:el, :el)", "{}", "{\"l\":[]}"},
        {"SET l = list_append(if_not_exists(l, :el), :l)", "{}", "{\"l\":[8,9]}"}, );
}

static void paths_reach_into_maps_and_lists(void **state)
{
    (void)state;
    ROWS({"SET m.b = :one", "{\"m\":{\"a\":0,\"c\":0}}", "{\"m\":{\"a\":0,\"b\":1,\"c\":0}}"},
        {"SET m.a = :s, m.z = :one REMOVE m.c", "{\"m\":{\"a\":0,\"b\":0,\"c\":0}}",
            "{\"m\":{\"a\":\"text\",\"b\":0,\"z\":1}}"},
        {"SET a.c[1].x.y[1] = :two REMOVE a.c[1].q",
            "{\"a\":{\"c\":[0,{\"q\":1,\"x\":{\"y\":[3,5,7]}}]}}",
            "{\"a\":{\"c\":[0,{\"x\":{\"y\":[3,2,7]}}]}}"},
        {"SET a.z = a.c[0]", "{\"a\":{\"c\":[5]}}", "{\"a\":{\"c\":[5],\"z\":5}}"},
        {"REMOVE a.b", "{\"a\":{\"b\":1}}", "{\"a\":{}}"},
        {"REMOVE a[0]", "{\"a\":[1]}", "{\"a\":[]}"},
        {"SET m.x.y = :one, m.x.z = :two, n = :s", "{\"m\":{\"x\":{}}}",
            "{\"m\":{\"x\":{\"y\":1,\"z\":2}},\"n\":\"text\"}"}, );
}

static void set_beyond_the_end_of_a_list_appends_in_order_of_indexes(void **state)
{
    (void)state;
    ROWS({"SET l[7] = :a", "{\"l\":[1]}", "{\"l\":[1,\"A\"]}"},
        {"SET l[84] = :c, l[37] = :b, l[17] = :a", "{\"l\":[1]}", "{\"l\":[1,\"A\",\"B\",\"C\"]}"},
        {"SET l[0] = :a", "{\"l\":[]}", "{\"l\":[\"A\"]}"},
        {"SET l[1] = :b, l[0] = :a", "{\"l\":[1]}", "{\"l\":[\"A\",\"B\"]}"},
        {"ADD l[5] :two", "{\"l\":[1]}", "{\"l\":[1,2]}"}, );
}

static void remove_counts_in_the_original_list(void **state)
{
    (void)state;
    ROWS({"REMOVE l[0], l[1]", "{\"l\":[1,2,3]}", "{\"l\":[3]}"},
        {"REMOVE l[1] SET l[3] = :a", "{\"l\":[2,3,4,5,6,7]}", "{\"l\":[2,4,\"A\",6,7]}"},
        {"SET l[3] = :a REMOVE l[1]", "{\"l\":[2,3,4,5,6,7]}", "{\"l\":[2,4,\"A\",6,7]}"},
        {"REMOVE l[0] SET l[9] = :a", "{\"l\":[1,2]}", "{\"l\":[2,\"A\"]}"},
        {"REMOVE l[5], l[1].x", "{\"l\":[1,{\"x\":1}]}", "{\"l\":[1,{}]}"}, );
}

static void remove_of_what_is_not_there_does_nothing(void **state)
{
    (void)state;
    ROWS({"REMOVE q", "{\"a\":1}", "{\"a\":1}"},
        {"REMOVE m.q, l[7]", "{\"l\":[1],\"m\":{\"a\":1}}", "{\"l\":[1],\"m\":{\"a\":1}}"},
        {"REMOVE a, b, c", "{\"a\":1,\"b\":2,\"c\":3}", "{}"}, );
}

static void add_adds_to_numbers_and_sets_and_makes_them(void **state)
{
    (void)state;
    ROWS({"ADD a :two", "{\"a\":1}", "{\"a\":3}"}, {"ADD a :two", "{}", "{\"a\":2}"},
        {"ADD m.n :two, b :one", "{\"b\":-1,\"m\":{}}", "{\"b\":0,\"m\":{\"n\":2}}"},
        {"ADD s :ss", "{\"s\":{\"SS\":[\"c\",\"a\",\"b\"]}}", "{\"s\":[\"a\",\"b\",\"c\",\"x\"]}"},
        {"ADD s :ns", "{\"s\":{\"NS\":[\"-3\",\"2.0\"]}}", "{\"s\":[-3,2,10]}"},
        {"ADD s :bs", "{\"s\":{\"BS\":[\"AA==\",\"Ag==\"]}}",
            "{\"s\":[\"AA==\",\"AQ==\",\"Ag==\"]}"},
        {"ADD s :ss", "{\"a\":{\"N\":\"1\"}}", "{\"a\":1,\"s\":[\"b\",\"x\"]}"}, );
}

static void delete_takes_out_of_sets_and_leaves_no_empty_one(void **state)
{
    (void)state;
    ROWS({"DELETE s :ab", "{\"s\":{\"SS\":[\"c\",\"a\",\"b\"]}}", "{\"s\":[\"c\"]}"},
        {"DELETE s :ab", "{\"a\":{\"N\":\"1\"},\"s\":{\"SS\":[\"a\",\"b\"]}}", "{\"a\":1}"},
        {"DELETE s :ab", "{\"s\":{\"SS\":[\"z\"]}}", "{\"s\":[\"z\"]}"},
        {"DELETE s :ab", "{\"a\":{\"N\":\"1\"}}", "{\"a\":1}"},
        {"DELETE m.s :ns", "{\"m\":{\"M\":{\"s\":{\"NS\":[\"2\",\"10.0\",\"3\"]}}}}",
            "{\"m\":{\"s\":[3]}}"}, );
}

static void sections_come_in_any_order_and_case(void **state)
{
    (void)state;
    ROWS({"delete s :ab ADD n :one Remove q sEt a = :a",
             "{\"n\":{\"N\":\"1\"},\"q\":{\"N\":\"1\"},\"s\":"
             "{\"SS\":[\"a\",\"z\"]}}",
             "{\"a\":\"A\",\"n\":2,\"s\":[\"z\"]}"}, );
}

/* More actions than fit on the stack, more attributes than need one length byte. */
static void many_actions_on_a_wide_item_work(void **state)
{
    (void)state;
    struct buf item = {0}, text = {0}, after = {0};
    for (int i = 100; i < 900; i++)
        buf_printf(&item, "%s\"a%d\":\"%d%d%d\"", i == 100 ? "{" : ",", i, i, i, i);
    buf_add_byte(&item, '}');
    for (int i = 100; i < 900; i++) {
        bool changed = i % 4 == 0, removed = i % 9 == 0;
        if (removed)
            continue;
        buf_printf(&after, "%s\"a%d\":", after.len ? "," : "{", i);
        if (changed)
            buf_add(&after, STR("1"));
        else
            buf_printf(&after, "\"%d%d%d\"", i, i, i);
    }
    buf_add_byte(&after, '}');
    buf_add(&text, STR("SET"));
    for (int i = 898; i >= 100; i--)
        if (i % 4 == 0 && i % 9)
            buf_printf(&text, "%sa%d=:one", text.len > 3 ? "," : " ", i);
    buf_add(&text, STR(" REMOVE"));
    for (int i = 100; i < 900; i++)
        if (i % 9 == 0)
            buf_printf(&text, "%sa%d", i == 108 ? " " : ",", i);
    ROWS({buf_cstr(&text), buf_cstr(&item), buf_cstr(&after)}, );
    buf_fini(&item);
    buf_fini(&text);
    buf_fini(&after);
}

/* From few enough for the stack to too many for it. */
static void every_number_of_actions_works(void **state)
{
    (void)state;
    for (int count = 1; count < 40; count++) {
        struct buf text = {0}, after = {0};
        for (int i = 10; i < 10 + count; i++) {
            buf_printf(&text, "%sa%d=:one", i == 10 ? "SET " : ",", i);
            buf_printf(&after, "%s\"a%d\":1", i == 10 ? "{" : ",", i);
        }
        buf_add_byte(&after, '}');
        ROWS({buf_cstr(&text), "{\"a10\":0}", buf_cstr(&after)}, );
        buf_fini(&text);
        buf_fini(&after);
    }
}

/* Lengths and counts of one byte and of two. */
static void lists_of_every_length_grow(void **state)
{
    (void)state;
    struct request r;
    struct buf item = {0};
    const struct expr_update *update = parse(&r, "SET l = list_append(l, :l)");
    json_in_item(&item, request_json(&r, "{\"l\":[]}"), false, &r.err);
    for (uint32_t count = 2; count < 700; count += 2) {
        struct value list;
        struct err err = ERR_INIT;
        buf_clear(&r.out);
        assert_true(expr_apply(update, value_of(buf_str(&item)), &r.out, &r.err));
        if (!value_check(buf_str(&r.out), &err))
            fail_msg("%u members: %s", count, err.text);
        assert_true(value_find(value_of(buf_str(&r.out)), STR("l"), &list));
        assert_int_equal(list.count, count);
        buf_clear(&item);
        buf_add(&item, buf_str(&r.out));
    }
    buf_fini(&item);
    request_fini(&r);
}

static void an_update_creates_an_item_by_set_and_add_only(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool creates;
    } rows[] = {{"SET a = :a", true}, {"REMOVE b ADD a :one", true}, {"REMOVE b", false},
        {"DELETE a :ss", false}, {"REMOVE b DELETE a :ss", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r;
        assert_int_equal(expr_update_creates(parse(&r, rows[i].text)), rows[i].creates);
        request_fini(&r);
    }
}

static void expect_touched(const char *text, const char *item, const char *old, const char *new)
{
    struct request r;
    const struct expr_update *update = parse(&r, text);
    struct value before = request_item(&r, item);
    struct buf after = {0};
    expr_update_touched(update, before, &r.out);
    assert_string_equal(request_result(&r), old);
    assert_true(expr_apply(update, before, &after, &r.err));
    buf_clear(&r.out);
    expr_update_touched(update, value_of(buf_str(&after)), &r.out);
    assert_string_equal(request_result(&r), new);
    buf_fini(&after);
    request_fini(&r);
}

static void touched_parts_keep_their_nesting_and_close_up(void **state)
{
    (void)state;
    expect_touched(
        "SET b = :b, c = :c", "{\"a\":1,\"b\":2}", "{\"b\":2}", "{\"b\":\"B\",\"c\":\"C\"}");
    expect_touched(
        "SET a.b = :b", "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":\"B\"}}");
    expect_touched("SET a.c[1] = :c, a.b = :b", "{\"a\":{\"b\":1,\"c\":[1,2,3]}}",
        "{\"a\":{\"b\":1,\"c\":[2]}}", "{\"a\":{\"b\":\"B\",\"c\":[\"C\"]}}");
    expect_touched("REMOVE b", "{\"b\":2}", "{\"b\":2}", "{}");
    expect_touched("REMOVE a.c[1], a.c[3]", "{\"a\":{\"c\":[1,2,3]}}", "{\"a\":{\"c\":[2]}}",
        "{\"a\":{\"c\":[3]}}");
    expect_touched("SET l[100] = :a", "{\"l\":[1]}", "{}", "{}");
    expect_touched(
        "SET l[2] = :a, l[0] = :b", "{\"l\":[1,2,3]}", "{\"l\":[1,3]}", "{\"l\":[\"B\",\"A\"]}");
}

static bool collect(void *context, const struct expr_path *path)
{
    struct buf *seen = context;
    buf_add(seen, path->steps[0].name);
    buf_add_byte(seen, ' ');
    return true;
}

static void visitors_tell_targets_from_what_is_read(void **state)
{
    (void)state;
    struct request r;
    struct buf seen = {0};
    const struct expr_update *update =
        parse(&r, "SET a.x = b + if_not_exists(c, d[0]) REMOVE e ADD f :one");
    assert_true(expr_update_attributes(update, collect, &seen));
    assert_string_equal(buf_cstr(&seen), "a e f ");
    buf_clear(&seen);
    assert_true(expr_update_reads(update, collect, &seen));
    assert_string_equal(buf_cstr(&seen), "b c d ");
    buf_fini(&seen);
    request_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_writes_and_overwrites_attributes),
        cmocka_unit_test(right_sides_read_the_item_as_it_was),
        cmocka_unit_test(plus_and_minus_are_exact_decimals),
        cmocka_unit_test(if_not_exists_gives_what_is_there_or_else),
        cmocka_unit_test(list_append_puts_lists_together),
        cmocka_unit_test(paths_reach_into_maps_and_lists),
        cmocka_unit_test(set_beyond_the_end_of_a_list_appends_in_order_of_indexes),
        cmocka_unit_test(remove_counts_in_the_original_list),
        cmocka_unit_test(remove_of_what_is_not_there_does_nothing),
        cmocka_unit_test(add_adds_to_numbers_and_sets_and_makes_them),
        cmocka_unit_test(delete_takes_out_of_sets_and_leaves_no_empty_one),
        cmocka_unit_test(sections_come_in_any_order_and_case),
        cmocka_unit_test(many_actions_on_a_wide_item_work),
        cmocka_unit_test(every_number_of_actions_works),
        cmocka_unit_test(lists_of_every_length_grow),
        cmocka_unit_test(an_update_creates_an_item_by_set_and_add_only),
        cmocka_unit_test(touched_parts_keep_their_nesting_and_close_up),
        cmocka_unit_test(visitors_tell_targets_from_what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
