/* SPDX-License-Identifier: MIT */
/* Where a query is answered, and why not elsewhere. */
#include "tests/test.h"
#include "views/query/query_plan.h"

static const struct str included[] = {STR("note")};

static const struct client_index indexes[] = {
    {.name = STR("ByStatus"),
        .global = true,
        .status = STR("ACTIVE"),
        .hash_count = 1,
        .range_count = 1,
        .keys = {{STR("status"), VALUE_S}, {STR("orderId"), VALUE_S}},
        .projection = STR("ALL"),
        .items = 1000,
        .bytes = 409600},
    {.name = STR("ByEmail"),
        .global = true,
        .status = STR("ACTIVE"),
        .hash_count = 1,
        .keys = {{STR("email"), VALUE_S}},
        .projection = STR("INCLUDE"),
        .include_count = 1,
        .include = included},
    {.name = STR("ByDate"),
        .hash_count = 1,
        .range_count = 1,
        .keys = {{STR("customerId"), VALUE_S}, {STR("placedAt"), VALUE_N}},
        .projection = STR("KEYS_ONLY")},
    {.name = STR("Growing"),
        .global = true,
        .status = STR("CREATING"),
        .hash_count = 1,
        .keys = {{STR("phone"), VALUE_S}},
        .projection = STR("ALL")},
    {.name = STR("Four"),
        .global = true,
        .status = STR("ACTIVE"),
        .hash_count = 2,
        .range_count = 2,
        .keys = {{STR("a"), VALUE_S}, {STR("b"), VALUE_S}, {STR("c"), VALUE_N},
            {STR("d"), VALUE_N}},
        .projection = STR("ALL")},
};

static struct client_table orders(void)
{
    struct client_table t = {.name = STR("Orders"),
        .key_count = 2,
        .index_count = 5,
        .indexes = indexes,
        .items = 1000000,
        .bytes = 409600000};
    t.keys[0] = (struct client_key){STR("customerId"), VALUE_S};
    t.keys[1] = (struct client_key){STR("orderId"), VALUE_S};
    return t;
}

struct fixture {
    struct arena arena;
    struct client_table table;
    struct query_line line;
    struct query_plan plan;
    struct err err;
    bool good;
};

static struct fixture *planned(const char *text)
{
    static struct fixture f;
    arena_fini(&f.arena);
    f = (struct fixture){.table = orders(), .err = ERR_INIT};
    f.good = query_line_parse(&f.arena, str_from(text), &f.line, &f.err) &&
             query_plan(&f.arena, &f.table, &f.line, &f.plan, &f.err);
    if (!f.good)
        print_message("%s: %s\n", text, f.err.text);
    return &f;
}

/* `where`: an index's name, "table" or "scan". */
static struct fixture *expect(
    const char *text, const char *where, const char *condition, const char *filter)
{
    struct fixture *f = planned(text);
    const char *got = !f->plan.query ? "scan" : f->plan.index ? f->plan.index->name.at : "table";
    assert_true(f->good);
    assert_string_equal(got, where);
    assert_string_equal(f->plan.key_condition.at, condition);
    assert_string_equal(f->plan.filter.at, filter);
    return f;
}

static const char *why(const struct fixture *f, const char *place)
{
    for (uint32_t i = 0; i < f->plan.place_count; i++) {
        const struct client_index *index = f->plan.places[i].index;
        if (strcmp(index ? index->name.at : "table", place) == 0)
            return f->plan.places[i].why.at ? f->plan.places[i].why.at : "";
    }
    return "?";
}

static void the_partition_key_decides(void **state)
{
    (void)state;
    expect("customerId = 'C1'", "table", "#n0 = :v0", "");
    expect("status = 'P' and amount > 1", "ByStatus", "#n0 = :v0", "#n1 > :v1");
    expect("'P' = status", "ByStatus", ":v0 = #n0", "");
    expect("amount > 1", "scan", "", "#n0 > :v0");
    expect("", "scan", "", "");
    expect("status > 'P'", "scan", "", "#n0 > :v0");
    expect("status = 'P' or status = 'Q'", "scan", "", "#n0 = :v0 OR #n0 = :v1");
}

static void the_sort_key_is_taken_along(void **state)
{
    (void)state;
    expect("orderId = 'O1' and customerId = 'C1'", "table", "#n0 = :v0 AND #n1 = :v1", "");
    expect("customerId = 'C1' and begins_with(orderId, 'O')", "table",
        "#n0 = :v0 AND begins_with(#n1, :v1)", "");
    expect("customerId = 'C1' and placedAt between 1 and 2", "ByDate",
        "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2", "");
    expect("status = 'P' and customerId = 'C1' and orderId > 'O'", "table",
        "#n1 = :v1 AND #n2 > :v2", "#n0 = :v0");
    expect("customerId = 'C1' and contains(orderId, 'O') and status = 'P'", "scan", "",
        "#n0 = :v0 AND contains(#n1, :v1) AND #n2 = :v2");
}

static void two_sides_of_a_range_become_one(void **state)
{
    (void)state;
    expect("customerId = 'C1' and placedAt >= 10 and placedAt <= 20", "ByDate",
        "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2", "");
    expect("placedAt <= 20 and placedAt >= 10 and customerId = 'C1'", "ByDate",
        "#n0 BETWEEN :v1 AND :v0 AND #n1 = :v2", "");
    struct fixture *f = expect("status = 'P' and orderId > 'A' and orderId <= 'B'", "scan", "",
        "#n0 = :v0 AND #n1 > :v1 AND #n1 <= :v2");
    assert_non_null(strstr(why(f, "ByStatus"), "no filter on its own key orderId"));
}

static void keys_of_several_attributes_are_whole_or_not_at_all(void **state)
{
    (void)state;
    expect("a = 'x' and b = 'y' and c = 1 and d < 2", "Four",
        "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND #n3 < :v3", "");
    struct fixture *f = expect("a = 'x'", "scan", "", "#n0 = :v0");
    assert_string_equal(why(f, "Four"), "no b = …");
    f = expect(
        "a = 'x' and b = 'y' and d = 2", "scan", "", "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2");
    assert_non_null(strstr(why(f, "Four"), "own key d"));
}

static void a_place_that_does_not_serve_says_why(void **state)
{
    (void)state;
    struct fixture *f = planned("email = 'x' and amount > 5");
    assert_false(f->plan.query);
    assert_string_equal(why(f, "ByEmail"), "has no amount (it projects INCLUDE)");
    assert_string_equal(why(f, "table"), "no customerId = …");
    assert_string_equal(why(planned("phone = '1'"), "Growing"), "is CREATING");
    assert_string_equal(why(planned("customerId = 5"), "table"), "customerId is of type S");
    assert_string_equal(why(planned("customerId = C101"), "table"),
        "C101 is an attribute here: a text stands in quotes");
    assert_string_equal(why(planned("amount = customerId"), "table"), "no customerId = …");
    assert_string_equal(why(planned("status = 'P' consistent"), "ByStatus"),
        "a global index has no consistent reads");
    expect("email = 'x' and note = 'n' show orderId", "ByEmail", "#n0 = :v0", "#n1 = :v1");
}

static void what_is_behind_if_is_never_a_key(void **state)
{
    (void)state;
    expect("customerId = 'C1' if status = 'P'", "table", "#n0 = :v0", "#n1 = :v1");
    expect("amount > 1 if customerId = 'C1'", "scan", "", "#n0 > :v0 AND #n1 = :v1");
}

static void an_index_can_be_asked_for(void **state)
{
    (void)state;
    struct fixture *f = planned("customerId = 'C1' on ByStatus");
    assert_true(f->good && !f->plan.query);
    assert_string_equal(f->plan.index->name.at, "ByStatus");
    expect("customerId = 'C1' on table", "table", "#n0 = :v0", "");
    f = planned("a = 1 on Nowhere");
    assert_false(f->good);
    assert_int_equal(f->err.at, 9);
}

static void costs_are_told_as_far_as_known(void **state)
{
    (void)state;
    struct fixture *f = planned("customerId = 'C1' and orderId = 'O1'");
    struct query_cost cost = query_plan_cost(&f->table, &f->line, &f->plan, -1);
    assert_true(f->plan.whole_key && cost.known && cost.items == 1 && cost.units == 500);
    f = planned("amount > 1");
    cost = query_plan_cost(&f->table, &f->line, &f->plan, -1);
    assert_true(cost.known && cost.items == 1000000);
    assert_int_equal(cost.units, 100000 * 500);
    f = planned("status = 'P'");
    cost = query_plan_cost(&f->table, &f->line, &f->plan, -1);
    assert_false(cost.known);
    cost = query_plan_cost(&f->table, &f->line, &f->plan, 100);
    assert_true(cost.known && cost.items == 100);
    cost = query_plan_cost(&f->table, &f->line, &f->plan, INT64_C(1) << 60);
    assert_true(cost.items == 1000); /* no more than there are */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_partition_key_decides),
        cmocka_unit_test(the_sort_key_is_taken_along),
        cmocka_unit_test(two_sides_of_a_range_become_one),
        cmocka_unit_test(keys_of_several_attributes_are_whole_or_not_at_all),
        cmocka_unit_test(a_place_that_does_not_serve_says_why),
        cmocka_unit_test(what_is_behind_if_is_never_a_key),
        cmocka_unit_test(an_index_can_be_asked_for),
        cmocka_unit_test(costs_are_told_as_far_as_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
