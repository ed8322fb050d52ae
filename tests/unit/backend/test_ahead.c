/* SPDX-License-Identifier: MIT */
/* Pages that are fetched while others are worked on. test: threads */
#include "backend/ahead.h"
#include "tests/unit/backend/fake_backend.h"

/* What ahead_next() gives, one item a letter, pages apart by a blank: "ab c". */
static void read_all(
    const struct fake_answer *script, const char *wanted, enum err_code code, size_t calls)
{
    struct fake_backend *fake = fake_open(script);
    struct client client = {.backend = &fake->backend};
    struct client_read read = {.table = STR("Tab")};
    struct arena arena = {0};
    struct client_page page;
    struct err err = ERR_INIT;
    struct buf got = {0};
    struct ahead *a = ahead_open(&client, &read);
    while (ahead_next(a, &arena, &page, &err)) {
        if (got.len)
            buf_add_byte(&got, ' ');
        for (uint32_t i = 0; i < page.count; i++) {
            struct value k;
            assert_true(value_find(page.items[i], STR("k"), &k));
            buf_add(&got, k.data);
        }
        arena_reset(&arena);
    }
    assert_int_equal(err.code, code);
    assert_string_equal(buf_cstr(&got), wanted);
    ahead_close(a);
    assert_int_equal(fake->calls, calls);
    buf_fini(&got);
    arena_fini(&arena);
    backend_close(&fake->backend, NULL);
}

static void all_pages_come_in_order(void **state)
{
    (void)state;
    read_all(
        (const struct fake_answer[]){
            {"Scan", 200,
                "{\"Items\":[{\"k\":{\"S\":\"a\"}},{\"k\":{\"S\":\"b\"}}],\"Count\":2,"
                "\"LastEvaluatedKey\":{\"k\":{\"S\":\"b\"}}}"},
            {"Scan", 200, "{\"LastEvaluatedKey\":{\"k\":{\"S\":\"c\"}},\"Items\":[],\"Count\":0}"},
            {"Scan", 200, "{\"Count\":1,\"Items\":[{\"k\":{\"S\":\"d\"}}]}"}, {0}},
        "ab  d", ERR_NONE, 3);
}

static void the_next_request_begins_behind_the_last_key(void **state)
{
    (void)state;
    struct fake_backend *fake =
        fake_open((const struct fake_answer[]){{"Scan", 200,
                                                   "{\"Items\":[],\"LastEvaluatedKey\":{\"k\":{"
                                                   "\"S\":\"\\\\\\\"}\"},\"n\":{\"N\":\"1\"}}}"},
            {"Scan", 200, "{\"Items\":[]}"}, {0}});
    struct client client = {.backend = &fake->backend};
    struct client_read read = {.table = STR("Tab")};
    struct arena arena = {0};
    struct client_page page;
    struct err err = ERR_INIT;
    struct ahead *a = ahead_open(&client, &read);
    while (ahead_next(a, &arena, &page, &err))
        ;
    ahead_close(a);
    assert_string_equal(fake->request[1],
        "{\"TableName\":\"Tab\",\"ExclusiveStartKey\":{\"k\":{\"S\":"
        "\"\\\\\\\"}\"},\"n\":{\"N\":\"1\"}}}");
    arena_fini(&arena);
    backend_close(&fake->backend, NULL);
}

static void an_attribute_of_that_name_is_no_last_key(void **state)
{
    (void)state;
    read_all(
        (const struct fake_answer[]){
            {"Scan", 200,
                "{\"Items\":[{\"k\":{\"S\":\"a\"},\"LastEvaluatedKey\":{\"M\":{\"k\":{\"S\":\"x\"}}"
                "},"
                "\"t\":{\"S\":\"\\\"LastEvaluatedKey\\\":{\\\"k\\\":\"}}],\"Count\":1}"},
            {0}},
        "a", ERR_NONE, 1);
}

static void what_goes_wrong_comes_behind_what_came(void **state)
{
    (void)state;
    static const char first[] = "{\"Items\":[{\"k\":{\"S\":\"a\"}}],\"Count\":1,"
                                "\"LastEvaluatedKey\":{\"k\":{\"S\":\"a\"}}}";
    read_all((const struct fake_answer[]){{"Scan", 200, first}, {"Scan", 0, ""}, {0}}, "a",
        ERR_UNREACHABLE, 2);
    read_all((const struct fake_answer[]){{"Scan", 200, first},
                 {"Scan", 400, "{\"__type\":\"x#ThrottlingException\",\"message\":\"no\"}"}, {0}},
        "a", ERR_BUSY, 2);
    static const char *const spoilt[] = {"", "{", "{\"Items\":[", "[]", "\"",
        "{\"LastEvaluatedKey\":{", "{\"LastEvaluatedKey\":{}", "}}}}", "{\"a\\"};
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++)
        read_all(
            (const struct fake_answer[]){{"Scan", 200, spoilt[i]}, {0}}, "", ERR_UNREACHABLE, 1);
}

static void an_endpoint_that_repeats_itself_is_left(void **state)
{
    (void)state;
    static const char again[] = "{\"Items\":[{\"k\":{\"S\":\"a\"}}],\"Count\":1,"
                                "\"LastEvaluatedKey\":{\"k\":{\"S\":\"a\"}}}";
    read_all((const struct fake_answer[]){{"Scan", 200, again}, {"Scan", 200, again}, {0}}, "a",
        ERR_UNREACHABLE, 2);
    read_all(
        (const struct fake_answer[]){{"Scan", 200, "{\"Items\":[],\"LastEvaluatedKey\":{}}"}, {0}},
        "", ERR_NONE, 1);
}

static void nothing_is_fetched_ahead_of_the_first_page(void **state)
{
    (void)state;
    struct fake_backend *fake = fake_open((const struct fake_answer[]){
        {"Scan", 200, "{\"Items\":[],\"LastEvaluatedKey\":{\"k\":{\"S\":\"a\"}}}"}, {0}});
    struct client client = {.backend = &fake->backend};
    struct client_read read = {.table = STR("Tab")};
    struct arena arena = {0};
    struct client_page page;
    struct err err = ERR_INIT;
    struct ahead *a = ahead_open(&client, &read);
    assert_true(ahead_next(a, &arena, &page, &err));
    ahead_close(a);
    assert_int_equal(fake->calls, 1);
    arena_fini(&arena);
    backend_close(&fake->backend, NULL);
}

static void a_budget_ends_the_reading_behind_the_page_that_crossed_it(void **state)
{
    (void)state;
    struct fake_backend *fake = fake_open((const struct fake_answer[]){
        {"Scan", 200,
            "{\"Items\":[],\"ConsumedCapacity\":{\"CapacityUnits\":1},\"LastEvaluatedKey\":"
            "{\"k\":{\"S\":\"a\"}}}"},
        {"Scan", 200,
            "{\"Items\":[],\"ConsumedCapacity\":{\"CapacityUnits\":1},\"LastEvaluatedKey\":"
            "{\"k\":{\"S\":\"b\"}}}"},
        {0}});
    struct budget budget = {.limit = 2000};
    struct client client = {.backend = &fake->backend, .limits = {.budget = &budget}};
    struct client_read read = {.table = STR("Tab")};
    struct arena arena = {0};
    struct client_page page;
    struct err err = ERR_INIT;
    struct ahead *a = ahead_open(&client, &read);
    assert_true(ahead_next(a, &arena, &page, &err));
    assert_true(ahead_next(a, &arena, &page, &err));
    assert_false(ahead_next(a, &arena, &page, &err));
    assert_int_equal(err.code, ERR_BUDGET);
    ahead_close(a);
    assert_int_equal(fake->calls, 2);
    arena_fini(&arena);
    backend_close(&fake->backend, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pages_come_in_order),
        cmocka_unit_test(the_next_request_begins_behind_the_last_key),
        cmocka_unit_test(an_attribute_of_that_name_is_no_last_key),
        cmocka_unit_test(what_goes_wrong_comes_behind_what_came),
        cmocka_unit_test(an_endpoint_that_repeats_itself_is_left),
        cmocka_unit_test(nothing_is_fetched_ahead_of_the_first_page),
        cmocka_unit_test(a_budget_ends_the_reading_behind_the_page_that_crossed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
