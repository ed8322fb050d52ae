/* SPDX-License-Identifier: MIT */
/* What updates are charged: the prices that were measured on the service, part by part. */
#include "expr_test.h"

static const char values[] = "{\":s\":{\"S\":\"12345\"},\":n\":{\"N\":\"1\"},\":l\":{\"L\":[{\"S\":"
                             "\"ab\"}]},\":m\":{\"M\":{\"k\":{\"S\":\"ab\"}}},\":ss\":{\"SS\":["
                             "\"abc\"]}}";

static size_t charge(const char *text)
{
    struct request r;
    request_init(&r, "{\"#a\":\"attribute\"}", values);
    const struct expr_update *u = expr_parse_update(&r.arena, r.env, str_from(text), &r.err);
    if (!u)
        fail_msg("%s: %s", text, r.err.text);
    size_t is = expr_update_charge(u);
    request_fini(&r);
    return is;
}

static void what_is_written_costs_19_its_place_and_its_value(void **state)
{
    (void)state;
    assert_int_equal(charge("SET b = :s"), 3 + 19 + 1 + 5);
    assert_int_equal(charge("SET #a = :s"), 3 + 19 + 9 + 5);
    assert_int_equal(charge("SET b = :s, cc = :n"), 3 + 19 + 1 + 5 + 19 + 2 + 2);
    assert_int_equal(charge("SET b.leaf = :s"), 3 + 19 + (1 + 4 + 4) + 5);
    assert_int_equal(charge("SET b[10] = :s"), 3 + 19 + (1 + 4 + 2) + 5);
    assert_int_equal(charge("ADD b :n, cc :ss"), 3 + 19 + 1 + 2 + 19 + 2 + 3);
    assert_int_equal(charge("SET b = :l, cc = :m"), 3 + 19 + 1 + 6 + 19 + 2 + 7);
}

static void what_is_taken_away_costs_one_and_its_place(void **state)
{
    (void)state;
    assert_int_equal(charge("REMOVE b"), 3 + 1 + 1);
    assert_int_equal(charge("REMOVE b.leaf, l[100]"), 3 + 1 + (1 + 4 + 4) + 1 + (1 + 4 + 3));
    assert_int_equal(charge("DELETE ss :ss"), 3 + 1 + 2);
}

static void operands_cost_what_they_are_in_the_request(void **state)
{
    (void)state;
    assert_int_equal(charge("SET b = cc"), 3 + 19 + 1 + (1 + 14 + 2));
    assert_int_equal(charge("SET b = m.z[7]"), 3 + 19 + 1 + (1 + 14 + 1 + 14 + 1 + 14 + 1));
    assert_int_equal(charge("SET b = b + :n"), 3 + 19 + 1 + 34 + (1 + 14 + 1) + 2);
    assert_int_equal(charge("SET b = :n - :n"), 3 + 19 + 1 + 37 + 2 + 2);
    assert_int_equal(charge("SET b = list_append(b, :l)"), 3 + 19 + 1 + 37 + (1 + 14 + 1) + 6);
    assert_int_equal(charge("SET b = if_not_exists(b, :s)"), 3 + 19 + 1 + 39 + (1 + 14 + 1) + 5);
    assert_int_equal(
        charge("SET b = if_not_exists(b, :n) + :n"), 3 + 19 + 1 + 34 + (39 + (1 + 14 + 1) + 2) + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_costs_19_its_place_and_its_value),
        cmocka_unit_test(what_is_taken_away_costs_one_and_its_place),
        cmocka_unit_test(operands_cost_what_they_are_in_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
