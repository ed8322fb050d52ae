/* SPDX-License-Identifier: MIT */
/* A query on another index, and an item's entry in one. */
#include "backend/json_in.h"
#include "tests/test.h"
#include "views/items/items_query.h"
#include "views/tables/index_query.h"

static const struct str included[] = {STR("amount")};
static const struct client_index indexes[] = {
    {.name = STR("ByStatus"),
        .status = STR("ACTIVE"),
        .projection = STR("ALL"),
        .global = true,
        .hash_count = 1,
        .range_count = 1,
        .keys = {{STR("status"), VALUE_S}, {STR("orderId"), VALUE_S}}},
    {.name = STR("By day"),
        .status = STR("ACTIVE"),
        .projection = STR("INCLUDE"),
        .global = true,
        .hash_count = 1,
        .keys = {{STR("day"), VALUE_N}},
        .include_count = 1,
        .include = included},
};

static struct client_table orders(void)
{
    struct client_table t = {.name = STR("Orders"),
        .status = STR("ACTIVE"),
        .key_count = 2,
        .index_count = 2,
        .indexes = indexes};
    t.keys[0] = (struct client_key){STR("customerId"), VALUE_S};
    t.keys[1] = (struct client_key){STR("orderId"), VALUE_S};
    return t;
}

static void expect_line(const char *typed, const char *wanted)
{
    struct client_table table = orders();
    struct buf about = {0}, line = {0};
    struct err err = ERR_INIT;
    struct browse *b = items_query_parse(&table, STR_NONE, str_from(typed), true, &about, &err);
    assert_non_null(b);
    index_query_line(b, &line);
    assert_string_equal(buf_cstr(&line), wanted);
    browse_unref(b);
    buf_fini(&about);
    buf_fini(&line);
}

static void a_reading_is_written_as_a_line(void **state)
{
    (void)state;
    expect_line("C101", "customerId = \"C101\" descending");
    expect_line("C101 O5*", "customerId = \"C101\" AND begins_with(orderId, \"O5\") descending");
}

/* '!' and a text: why not. */
static void expect_on(const char *line, const char *index, bool query, const char *wanted)
{
    struct client_table table = orders();
    struct buf text = {0}, why = {0};
    struct browse *b = index_query_replan(&table, str_from(line), str_from(index), &text, &why);
    if (wanted[0] == '!') {
        assert_null(b);
        if (!strstr(buf_cstr(&why), wanted + 1))
            fail_msg("%s", buf_cstr(&why));
    } else {
        if (!b)
            fail_msg("%s", buf_cstr(&why));
        assert_string_equal(buf_cstr(&text), wanted);
        assert_int_equal(b->query, query);
        assert_true(str_equal(b->index ? b->index->name : STR_NONE, str_from(index)));
    }
    browse_unref(b);
    buf_fini(&text);
    buf_fini(&why);
}

static void conditions_go_along_to_an_index_that_knows_their_attributes(void **state)
{
    (void)state;
    expect_on("status = \"a\" and amount > 1", "ByStatus", true,
        "status = \"a\" and amount > 1 on ByStatus");
    expect_on("status = \"a\" on ByStatus limit 5", "", false, "status = \"a\" limit 5 on table");
    expect_on("amount > 1", "By day", false, "amount > 1 on `By day`");
    expect_on("day = 3", "By day", true, "day = 3 on `By day`");
}

static void conditions_that_entries_cannot_answer_are_left_behind(void **state)
{
    (void)state;
    expect_on("status = \"a\"", "By day", false, "!no status");
    expect_on("status = \"a\" if note = 1", "By day", false, "!no ");
    expect_on("status = ", "ByStatus", false, "!");
    expect_on("status = \"a\"", "Gone", false, "!no index Gone");
}

static void expect_entry(const char *json, int index, const char *wanted)
{
    struct client_table table = orders();
    struct buf item = {0}, line = {0}, why = {0};
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct value value = {0};
    if (json[0]) {
        const struct json *parsed = json_parse(&arena, str_from(json), &err);
        if (!parsed || !json_in_item(&item, parsed, false, &err))
            fail_msg("%s", err.text);
        value = value_of(buf_str(&item));
    }
    bool found = index_query_entry(&table, index < 0 ? NULL : &indexes[index], value, &line, &why);
    assert_int_equal(found, wanted[0] != '!');
    assert_string_equal(buf_cstr(found ? &line : &why), wanted + (found ? 0 : 1));
    arena_fini(&arena);
    buf_fini(&item);
    buf_fini(&line);
    buf_fini(&why);
}

static void an_item_is_found_by_all_its_keys(void **state)
{
    (void)state;
    static const char *const item =
        "{\"customerId\":\"C\\\"1\",\"orderId\":\"O1\",\"status\":\"a\","
        "\"day\":3}";
    expect_entry(item, -1, "customerId = \"C\\\"1\" and orderId = \"O1\" on table");
    expect_entry(
        item, 0, "status = \"a\" and orderId = \"O1\" if customerId = \"C\\\"1\" on ByStatus");
    expect_entry(item, 1, "day = 3 if customerId = \"C\\\"1\" and orderId = \"O1\" on `By day`");
}

static void an_item_that_is_not_in_an_index_says_why(void **state)
{
    (void)state;
    expect_entry("{\"customerId\":\"C\",\"orderId\":\"O\"}", 0, "!the item has no status");
    expect_entry("{\"customerId\":\"C\",\"orderId\":\"O\",\"day\":\"3\"}", 1,
        "!its day is of type S, and a key of By day is N");
    expect_entry("", 0, "!there is no item under the cursor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_written_as_a_line),
        cmocka_unit_test(conditions_go_along_to_an_index_that_knows_their_attributes),
        cmocka_unit_test(conditions_that_entries_cannot_answer_are_left_behind),
        cmocka_unit_test(an_item_is_found_by_all_its_keys),
        cmocka_unit_test(an_item_that_is_not_in_an_index_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
