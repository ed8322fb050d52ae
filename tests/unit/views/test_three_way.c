/* SPDX-License-Identifier: MIT */
/* What is proposed where an item was changed by two, and what is written then. */
#include "backend/json_in.h"
#include "tests/test.h"
#include "tests/unit/views/random_value.h"
#include "views/changes/three_way.h"

static struct arena arena;

static struct value item(const char *plain)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    if (!plain)
        return (struct value){0};
    assert_true(json_in_plain(&bytes, json_parse(&arena, str_from(plain), &err), &err));
    struct value v = value_of(arena_dup(&arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static void begin(struct three_way *t, const char *loaded, const char *theirs, const char *yours)
{
    three_way_init(t, item(loaded), item(theirs), item(yours));
}

static void expect(struct three_way *t, const char *plain)
{
    struct buf merged = {0};
    bool there;
    three_way_merge(t, &merged, &there);
    assert_int_equal(there, plain != NULL);
    if (plain)
        assert_true(value_equal(value_of(buf_str(&merged)), item(plain)));
    buf_fini(&merged);
}

/* An attribute that was, is theirs and is yours each 0 (not there), 1, 2 or 3. */
static void each_way_that_an_attribute_can_be_changed_has_its_proposal(void **state)
{
    (void)state;
    for (int loaded = 0; loaded < 4; loaded++)
        for (int theirs = 0; theirs < 4; theirs++)
            for (int yours = 0; yours < 4; yours++) {
                int sides[] = {loaded, theirs, yours};
                char texts[3][40];
                struct three_way t;
                for (int i = 0; i < 3; i++)
                    snprintf(texts[i], sizeof texts[i],
                        sides[i] ? "{\"id\":0,\"a\":%d}" : "{\"id\":0}", sides[i]);
                begin(&t, texts[0], texts[1], texts[2]);
                bool differs = loaded != theirs || loaded != yours;
                assert_int_equal(t.count, differs);
                if (differs) {
                    enum three_way_choice expected = theirs == yours    ? THREE_WAY_THEIRS
                                                     : loaded == yours  ? THREE_WAY_THEIRS
                                                     : loaded == theirs ? THREE_WAY_YOURS
                                                                        : THREE_WAY_OPEN;
                    assert_int_equal(t.rows[0].choice, expected);
                    assert_int_equal(t.rows[0].same, theirs == yours);
                    assert_int_equal(three_way_open(&t), expected == THREE_WAY_OPEN);
                    expect(&t, expected == THREE_WAY_YOURS ? texts[2] : texts[1]);
                    three_way_choose(&t, 0, THREE_WAY_YOURS);
                    expect(&t, texts[2]);
                    three_way_choose(&t, 0, THREE_WAY_THEIRS);
                    expect(&t, texts[1]);
                } else {
                    expect(&t, texts[0]);
                }
                three_way_fini(&t);
            }
}

static void what_only_one_of_both_changed_is_merged(void **state)
{
    (void)state;
    struct three_way t;
    begin(&t, "{\"id\":1,\"a\":1,\"b\":1,\"gone\":1,\"both\":1}",
        "{\"id\":1,\"a\":2,\"b\":1,\"gone\":1,\"both\":2,\"theirs\":7}",
        "{\"id\":1,\"a\":1,\"b\":2,\"both\":3,\"yours\":8}");
    assert_int_equal(t.count, 6);
    assert_int_equal(three_way_open(&t), 1);
    for (size_t i = 0; i < t.count; i++)
        if (str_equal(t.rows[i].name, STR("both")))
            three_way_set(&t, i, item("{\"x\":[]}"));
    assert_int_equal(three_way_open(&t), 0);
    expect(&t, "{\"id\":1,\"a\":2,\"b\":2,\"both\":{\"x\":[]},\"theirs\":7,\"yours\":8}");
    three_way_fini(&t);
}

static void a_row_goes_round_its_choices(void **state)
{
    (void)state;
    struct three_way t;
    begin(&t, "{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
    three_way_toggle(&t, 0);
    expect(&t, "{\"a\":2}");
    three_way_toggle(&t, 0);
    expect(&t, "{\"a\":3}");
    three_way_set(&t, 0, item("{}"));
    three_way_toggle(&t, 0);
    expect(&t, "{\"a\":2}");
    three_way_toggle(&t, 0);
    three_way_toggle(&t, 0);
    expect(&t, "{\"a\":{}}");
    three_way_toggle(&t, 7); /* there is none */
    three_way_fini(&t);
}

static void a_deleted_item_is_theirs_or_yours_as_a_whole(void **state)
{
    (void)state;
    static const struct {
        const char *theirs, *yours;
    } cases[] = {{NULL, "{\"a\":2,\"b\":1}"}, {"{\"a\":2,\"b\":1}", NULL}};
    for (int i = 0; i < 2; i++) {
        struct three_way t;
        begin(&t, "{\"a\":1,\"b\":1}", cases[i].theirs, cases[i].yours);
        assert_true(t.whole);
        assert_int_equal(three_way_open(&t), 2);
        three_way_choose(&t, 1, THREE_WAY_YOURS);
        expect(&t, cases[i].yours);
        three_way_toggle(&t, 0);
        expect(&t, cases[i].theirs);
        three_way_fini(&t);
    }
}

static void where_both_deleted_it_nothing_is_left_to_choose(void **state)
{
    (void)state;
    struct three_way t;
    begin(&t, "{\"a\":1}", NULL, NULL);
    three_way_choose_all(&t, THREE_WAY_THEIRS);
    assert_int_equal(three_way_open(&t), 0);
    expect(&t, NULL);
    three_way_fini(&t);
}

static void random_object(uint64_t *seed, struct buf *out)
{
    buf_add(out, STR("{\"id\":1"));
    for (int name = 0; name < 8; name++)
        if (random_below(seed, 3))
            buf_printf(out, ",\"%c\":%d", 'a' + name, (int)random_below(seed, 3));
    buf_add(out, STR("}"));
}

/* All theirs is theirs and all yours is yours, whatever the three are. */
static void one_side_chosen_everywhere_is_that_side(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int i = 0; i < 2000; i++) {
        struct buf texts[3] = {0};
        struct three_way t;
        for (int k = 0; k < 3; k++)
            random_object(&seed, &texts[k]);
        begin(&t, buf_cstr(&texts[0]), buf_cstr(&texts[1]), buf_cstr(&texts[2]));
        three_way_choose_all(&t, THREE_WAY_THEIRS);
        expect(&t, buf_cstr(&texts[1]));
        three_way_choose_all(&t, THREE_WAY_YOURS);
        expect(&t, buf_cstr(&texts[2]));
        three_way_fini(&t);
        for (int k = 0; k < 3; k++)
            buf_fini(&texts[k]);
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_that_an_attribute_can_be_changed_has_its_proposal),
        cmocka_unit_test(what_only_one_of_both_changed_is_merged),
        cmocka_unit_test(a_row_goes_round_its_choices),
        cmocka_unit_test(a_deleted_item_is_theirs_or_yours_as_a_whole),
        cmocka_unit_test(where_both_deleted_it_nothing_is_left_to_choose),
        cmocka_unit_test(one_side_chosen_everywhere_is_that_side),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
