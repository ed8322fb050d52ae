/* SPDX-License-Identifier: MIT */
/* What conditions mean: truth tables over items. Their errors are in test_condition_errors.c. */
#include "expr_test.h"

#define VALUES                                                                                     \
    "{\":one\":{\"N\":\"1.0\"},\":two\":{\"N\":\"2\"},\":s\":{\"S\":\"hello\"},\":hell\":{\"S\":"  \
    "\"hell\"},\":b\":{\"B\":\"aGk=\"},\":t\":{\"BOOL\":true},\":f\":{\"BOOL\":false},\":null\":{" \
    "\"NULL\":true},\":ss\":{\"SS\":[\"b\",\"a\"]},\":ns\":{\"NS\":[\"2\",\"1e0\"]},\":l\":{"      \
    "\"L\":["                                                                                      \
    "{\"N\":\"1\"},{\"S\":\"x\"}]},\":m\":{\"M\":{\"y\":{\"N\":\"2\"},\"x\":{\"N\":\"1\"}}},\":"   \
    "five\""                                                                                       \
    ":{\"N\":\"5\"},\":three\":{\"N\":\"3\"},\":empty\":{\"S\":\"\"},\":x\":{\"S\":\"x\"},\":a\":" \
    "{"                                                                                            \
    "\"S\":\"a\"},\":big\":{\"N\":\"1e125\"},\":neg\":{\"N\":\"-7\"},\":tN\":{\"S\":\"N\"},\":"    \
    "tS\":{"                                                                                       \
    "\"S\":\"S\"},\":tBOOL\":{\"S\":\"BOOL\"},\":tNULL\":{\"S\":\"NULL\"},\":tL\":{\"S\":\"L\"},"  \
    "\":tM"                                                                                        \
    "\":{\"S\":\"M\"},\":tSS\":{\"S\":\"SS\"},\":tB\":{\"S\":\"B\"},\":l3\":{\"L\":[{\"N\":\"1\"}" \
    ",{\"N\":\"1\"},{\"N\":\"1\"}]}}"

#define ITEM                                                                                       \
    "{\"n\":{\"N\":\"1\"},\"n2\":{\"N\":\"2\"},\"s\":{\"S\":\"hello\"},\"b\":{\"B\":"              \
    "\"aGkgdGhlcmU=\"}"                                                                            \
    ",\"t\":{\"BOOL\":true},\"nul\":{\"NULL\":true},\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":" \
    "["                                                                                            \
    "\"1\",\"2\"]},\"l\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x\"}]},\"m\":{\"M\":{\"x\":{\"N\":\"1\"}," \
    "\"y"                                                                                          \
    "\":{\"N\":\"2\"}}},\"d\":{\"M\":{\"l\":{\"L\":[{\"M\":{\"k\":{\"S\":\"deep\"}}},{\"SS\":["    \
    "\"q\"]"                                                                                       \
    "}]},\"a.b\":{\"N\":\"9\"}}},\"e\":{\"S\":\"\"},\"utf\":{\"S\":\"é𝄞\"},\"el\":{\"L\":[]}," \
    "\"em\":{"                                                                                     \
    "\"M\":{}},\"lls\":{\"L\":[{\"NS\":[\"1\",\"2\"]},{\"L\":[{\"N\":\"3\"}]}]}}"

static bool truth_of(const char *text, const char *names, const char *item)
{
    struct request r;
    bool truth = false;
    request_init(&r, names, VALUES);
    assert_non_null(r.env);
    const struct expr_condition *c =
        expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, str_from(text), &r.err);
    if (!c)
        fail_msg("%s: %s", text, r.err.text);
    assert_true(expr_test(c, request_item(&r, item), &truth, &r.err));
    request_fini(&r);
    return truth;
}

static void expect_all(const char *const *texts, bool truth)
{
    for (; *texts; texts++)
        if (truth_of(*texts, NULL, ITEM) != truth)
            fail_msg("%s is not %s", *texts, truth ? "true" : "false");
}

#define TRUE(...) expect_all((const char *const[]){__VA_ARGS__, NULL}, true)
#define FALSE(...) expect_all((const char *const[]){__VA_ARGS__, NULL}, false)

static void equality_is_by_type_and_value(void **state)
{
    (void)state;
    TRUE("n = :one", ":one = n", "s = :s", "t = :t", "nul = :null", "ss = :ss", "ns = :ns",
        "l = :l", "m = :m", "m.x = n", "e = :empty", ":one = :one", "d.l[0].k <> s");
    FALSE("n = :two", "s = :one", "t = :f", "t = :one", "b = :b", "ss = :ns", "l = :m", "nul = :f",
        "e = :null", "l[0] = l[1]");
    TRUE("n <> :two", "s <> :one", "t <> :f", "l <> :m", "ss <> :ns");
    FALSE("n <> :one", "ss <> :ss", "m <> :m", "t <> :t");
}

static void a_missing_attribute_equals_nothing_and_differs_from_everything(void **state)
{
    (void)state;
    FALSE("q = :one", ":one = q", "q = z", "q < :one", "q >= :one", ":one > q", "q < z", "q >= z",
        "m.q = :one", "l[2] = :one", "n.x = :one", "s[0] = :s", "l.x = :one", "m[0] = :one",
        "q BETWEEN :one AND :two", "n BETWEEN q AND :two", "q IN (:one, :two)", "n IN (q)",
        "q BETWEEN z AND y", "contains(q, :s)", "begins_with(q, :s)", "size(q) = :one",
        "q <> :one AND q = :one");
    TRUE("q <> :one", ":one <> q", "q <> z", "m.q <> :one", "NOT q = :one", "size(q) <> :one");
}

static void order_is_among_numbers_strings_and_binary_of_the_same_type(void **state)
{
    (void)state;
    TRUE("n < :two", "n <= :one", "n2 > :one", "n2 >= :two", "n < :big", ":neg < n", "s < :x",
        "s > :hell", "b > :b", ":hell < s", "e < :a", "n < n2");
    FALSE("n < :one", "n > :two", "s < :two", "n > :s", "s < :b", "ss < :x", "l < :x", "t >= :one",
        "nul <= :one", "m > :one", "n < ss", "s > :x");
}

static void between_has_both_ends(void **state)
{
    (void)state;
    TRUE("n BETWEEN :one AND :one", "n BETWEEN :neg AND :big", "s BETWEEN :hell AND :x",
        ":two BETWEEN n AND n2", "n2 between n and :two", "b BETWEEN :b AND b2 OR n = :one");
    FALSE("n BETWEEN :two AND :five", "s BETWEEN :one AND :two", "n BETWEEN :hell AND :x",
        "n BETWEEN n2 AND :one", "l BETWEEN :one AND :two", "n2 BETWEEN s AND :two",
        "n BETWEEN :one AND s");
}

static void in_is_equality_with_any(void **state)
{
    (void)state;
    TRUE("n IN (:one)", "n in (:two, :one)", "s IN (:one, n, :s)", "ss IN (:ns, :ss)",
        "n IN (size(l), :one)", "l IN (:l)", "size(l) IN (:two)");
    FALSE("n IN (:two, :five)", "s IN (:one, :hell)", "q IN (q2, :one)");
}

static void not_binds_before_and_and_and_before_or(void **state)
{
    (void)state;
    TRUE("n = :one OR n = :two AND n = :five", "NOT n = :two AND n = :one",
        "NOT NOT NOT NOT n = :one", "NOT (n = :two OR n = :five)",
        "n = :one AND n2 = :two AND t = :t", "n = :two OR n = :five OR n = :one",
        "n between :one and :two and n2 = :two",
        "(n = :two OR n2 = :two) AND (n = :one AND (n = :five OR t = :t))");
    FALSE("(n = :one OR n = :two) AND n = :five", "NOT n = :one AND n = :two",
        "NOT NOT NOT n = :one", "n = :one AND n = :two OR n = :five");
}

static void attribute_exists_and_its_opposite(void **state)
{
    (void)state;
    TRUE("attribute_exists(n)", "attribute_exists (m.x)", "attribute_exists(d.l[0].k)",
        "attribute_exists(nul)", "attribute_not_exists(q)", "attribute_not_exists(l[2])",
        "attribute_not_exists(s.x)", "attribute_exists((n))", "(attribute_exists(n))");
    FALSE("attribute_exists(q)", "attribute_exists(m.z)", "attribute_not_exists(n)");
}

static void attribute_type_names_the_type(void **state)
{
    (void)state;
    TRUE("attribute_type(n, :tN)", "attribute_type(s, :tS)", "attribute_type(t, :tBOOL)",
        "attribute_type(nul, :tNULL)", "attribute_type(l, :tL)", "attribute_type(m, :tM)",
        "attribute_type(ss, :tSS)", "attribute_type(b, :tB)", "attribute_type(:one, :tN)");
    FALSE("attribute_type(n, :tS)", "attribute_type(q, :tS)", "attribute_type(ns, :tSS)",
        "attribute_type(nul, :tBOOL)");
}

static void begins_with_is_for_strings_and_binary(void **state)
{
    (void)state;
    TRUE("begins_with(s, :hell)", "begins_with(s, :s)", "begins_with(s, :empty)",
        "begins_with(b, :b)", "begins_with(:s, s)", "begins_with(s, e)");
    FALSE("begins_with(s, :x)", "begins_with(n, :s)", "begins_with(ss, :a)", "begins_with(s, :b)",
        "begins_with(e, :a)", "begins_with(s, n)");
}

static void contains_is_substring_or_membership(void **state)
{
    (void)state;
    TRUE("contains(s, :hell)", "contains(s, :empty)", "contains(b, :b)", "contains(ss, :a)",
        "contains(ns, :one)", "contains(l, :x)", "contains(l, :one)", "contains(lls, :ns)",
        "contains(:s, s)", "contains(l, n)", "contains(ns, size(l))",
        "contains(lls[1], size(:l3))");
    FALSE("contains(s, :x)", "contains(s, :one)", "contains(ss, :s)", "contains(ss, :one)",
        "contains(ns, :five)", "contains(l, :two)", "contains(n, :one)", "contains(m, :one)",
        "contains(el, :one)", "contains(t, :t)");
}

static void size_counts_what_the_type_has(void **state)
{
    (void)state;
    TRUE("size(s) = :five", "size(l) = :two", "size(m) = :two", "size(ss) = :two",
        "size(ns) = :two", "size(e) < :one", "size(el) < :one", "size(em) < :one",
        "size(s) > size(l)", ":five = size(s)", "size(b) > :five", "size(s) <> :two",
        "(size(s)) = :five", "size(m) BETWEEN :one AND :three", "size(:s) = :five",
        "size(:ss) = :two");
    FALSE("size(s) = :two", "size(n) = :one", "size(t) = :one", "size(nul) = :one", "size(s) = :s",
        "size(n) > :neg", "size(q) < :big");
}

static void size_of_a_string_counts_utf16_units(void **state)
{
    (void)state;
    TRUE("size(utf) = :three");
    FALSE("size(utf) = :two", "size(utf) > :five");
}

static void paths_go_into_lists_maps_and_parentheses(void **state)
{
    (void)state;
    TRUE("d.l[1] <> :ss", "attribute_exists(d . l [ 0 ] . k)", "(d.l)[0].k > :a", "(d).l[0].k > :a",
        "((d.l)[0]).k > :a", "contains(d.l[1], :hell) OR d.l[0].k > :a");
}

static void a_name_placeholder_is_one_whole_name(void **state)
{
    (void)state;
    assert_true(truth_of("#d.#ab > :one", "{\"#d\":\"d\",\"#ab\":\"a.b\"}", ITEM));
    assert_false(truth_of("attribute_exists(#x)", "{\"#x\":\"m.x\"}", ITEM));
    assert_true(truth_of("#set = :s", "{\"#set\":\"set\"}", "{\"set\":\"hello\"}"));
}

static void an_item_that_does_not_exist_has_no_attributes(void **state)
{
    (void)state;
    assert_true(truth_of("attribute_not_exists(pk)", NULL, ""));
    assert_true(truth_of("n <> :one", NULL, ""));
    assert_false(truth_of("attribute_exists(pk)", NULL, ""));
    assert_false(truth_of("n = :one OR s > :a OR size(s) = :five", NULL, ""));
}

static bool remember(void *context, const struct expr_path *path)
{
    struct buf *seen = context;
    if (seen->len > 12)
        return false;
    buf_add(seen, path->steps[0].name);
    buf_add_byte(seen, path->count > 1 ? '.' : ',');
    return true;
}

static void the_visitor_sees_each_path_until_it_has_seen_enough(void **state)
{
    (void)state;
    struct request r;
    struct buf seen = {0};
    request_init(&r, NULL, VALUES);
    const struct expr_condition *c = expr_parse_condition(&r.arena, r.env, EXPR_FILTER,
        STR("a = :one AND (NOT b.x > c[1] OR size(d) IN (e, :two))"), &r.err);
    assert_non_null(c);
    assert_true(expr_condition_attributes(c, remember, &seen));
    assert_string_equal(buf_cstr(&seen), "a,b.c.d,e,");
    assert_true(expr_condition_attributes(c, remember, &seen) == false);
    buf_fini(&seen);
    request_fini(&r);
}

/* 149 levels hold 299 operators; the items are tested without a stack in proportion. */
static void deep_and_long_conditions_within_the_limits_work(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add(&text, STR("n = :one"));
    for (int i = 0; i < 149; i++)
        buf_add(&text, STR(" AND (n = :one"));
    for (int i = 0; i < 149; i++)
        buf_add_byte(&text, ')');
    assert_true(truth_of(buf_cstr(&text), NULL, ITEM));
    buf_clear(&text);
    for (int i = 0; i < 298; i++)
        buf_add(&text, STR("NOT "));
    buf_add(&text, STR("n = :one"));
    assert_true(truth_of(buf_cstr(&text), NULL, ITEM));
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_is_by_type_and_value),
        cmocka_unit_test(a_missing_attribute_equals_nothing_and_differs_from_everything),
        cmocka_unit_test(order_is_among_numbers_strings_and_binary_of_the_same_type),
        cmocka_unit_test(between_has_both_ends),
        cmocka_unit_test(in_is_equality_with_any),
        cmocka_unit_test(not_binds_before_and_and_and_before_or),
        cmocka_unit_test(attribute_exists_and_its_opposite),
        cmocka_unit_test(attribute_type_names_the_type),
        cmocka_unit_test(begins_with_is_for_strings_and_binary),
        cmocka_unit_test(contains_is_substring_or_membership),
        cmocka_unit_test(size_counts_what_the_type_has),
        cmocka_unit_test(size_of_a_string_counts_utf16_units),
        cmocka_unit_test(paths_go_into_lists_maps_and_parentheses),
        cmocka_unit_test(a_name_placeholder_is_one_whole_name),
        cmocka_unit_test(an_item_that_does_not_exist_has_no_attributes),
        cmocka_unit_test(the_visitor_sees_each_path_until_it_has_seen_enough),
        cmocka_unit_test(deep_and_long_conditions_within_the_limits_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
