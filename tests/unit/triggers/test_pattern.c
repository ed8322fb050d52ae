/* SPDX-License-Identifier: MIT */
/* Filter patterns. */
#include "backend/triggers/pattern.h"

#include "tests/test.h"

static const char event_text[] =
    "{\"eventName\":\"MODIFY\",\"awsRegion\":\"eu-west-1\",\"dynamodb\":{"
    "\"ApproximateCreationDateTime\":1700000000.25,\"SizeBytes\":26,"
    "\"Keys\":{\"id\":{\"S\":\"Order#7\"}},"
    "\"NewImage\":{\"id\":{\"S\":\"Order#7\"},\"total\":{\"N\":\"300\"},\"paid\":{\"BOOL\":true},"
    "\"note\":{\"S\":\"\"},\"gone\":{\"NULL\":true},\"tags\":{\"SS\":[\"a\",\"b\"]},"
    "\"lines\":{\"L\":[{\"M\":{\"sku\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"}}},"
    "{\"M\":{\"sku\":{\"S\":\"y\"},\"n\":{\"N\":\"2\"}}}]},\"none\":{\"L\":[]},\"raw\":null}}}";

static bool matches(const char *pattern)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *event = json_parse(&arena, str_from(event_text), &err);
    const struct json *parsed = json_parse(&arena, str_from(pattern), &err);
    if (!event || !parsed || !pattern_check(parsed, &err))
        fail_msg("%s: %s", pattern, err.text);
    bool result = pattern_matches(parsed, event);
    arena_fini(&arena);
    return result;
}

#define MATCH(pattern) assert_true(matches(pattern))
#define NO_MATCH(pattern) assert_false(matches(pattern))
#define IMAGE(text) "{\"dynamodb\":{\"NewImage\":{" text "}}}"

static void all_fields_must_match_and_one_alternative_suffices(void **state)
{
    (void)state;
    MATCH("{}");
    MATCH("{\"eventName\":[\"INSERT\",\"MODIFY\"]}");
    NO_MATCH("{\"eventName\":[\"INSERT\"]}");
    NO_MATCH("{\"eventName\":[\"modify\"]}");
    MATCH("{\"eventName\":[\"MODIFY\"],\"awsRegion\":[{\"prefix\":\"eu-\"}]}");
    NO_MATCH("{\"eventName\":[\"MODIFY\"],\"awsRegion\":[{\"prefix\":\"us-\"}]}");
    MATCH(IMAGE("\"paid\":{\"BOOL\":[true]}"));
    NO_MATCH(IMAGE("\"paid\":{\"BOOL\":[false]}"));
    NO_MATCH(IMAGE("\"paid\":{\"BOOL\":[\"true\"]}"));
    MATCH(IMAGE("\"note\":{\"S\":[\"\"]}"));
    MATCH(IMAGE("\"raw\":[null]"));
    NO_MATCH(IMAGE("\"absent\":[null]"));
}

static void texts_compare_by_their_ends_and_without_case(void **state)
{
    (void)state;
    MATCH(IMAGE("\"id\":{\"S\":[{\"suffix\":\"#7\"}]}"));
    NO_MATCH(IMAGE("\"id\":{\"S\":[{\"suffix\":\"xxOrder#7\"}]}"));
    MATCH(IMAGE("\"id\":{\"S\":[{\"equals-ignore-case\":\"oRDER#7\"}]}"));
    NO_MATCH(IMAGE("\"id\":{\"S\":[{\"equals-ignore-case\":\"order#\"}]}"));
    NO_MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"prefix\":\"2\"}]}}");
}

static void number_literals_compare_as_written_and_numeric_by_value(void **state)
{
    (void)state;
    MATCH("{\"dynamodb\":{\"SizeBytes\":[26]}}");
    NO_MATCH("{\"dynamodb\":{\"SizeBytes\":[26.0]}}");
    MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"numeric\":[\"=\",26.0]}]}}");
    MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"numeric\":[\">\",0,\"<=\",26]}]}}");
    NO_MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"numeric\":[\">\",0,\"<\",26]}]}}");
    NO_MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"numeric\":[\">\",26]}]}}");
    MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"numeric\":[\">=\",-1e3]}]}}");
    MATCH("{\"dynamodb\":{\"ApproximateCreationDateTime\":[{\"numeric\":[\">=\",1.7e9]}]}}");
}

static void numeric_never_matches_a_number_attribute(void **state)
{
    (void)state;
    NO_MATCH(IMAGE("\"total\":{\"N\":[{\"numeric\":[\"=\",300]}]}"));
    MATCH(IMAGE("\"total\":{\"N\":[\"300\"]}"));
    NO_MATCH(IMAGE("\"total\":{\"N\":[300]}"));
}

static void anything_but_wants_a_value_that_is_another(void **state)
{
    (void)state;
    MATCH("{\"eventName\":[{\"anything-but\":[\"INSERT\",\"REMOVE\"]}]}");
    NO_MATCH("{\"eventName\":[{\"anything-but\":[\"INSERT\",\"MODIFY\"]}]}");
    MATCH("{\"eventName\":[{\"anything-but\":\"INSERT\"}]}");
    NO_MATCH("{\"absent\":[{\"anything-but\":[\"INSERT\"]}]}");
    NO_MATCH("{\"dynamodb\":{\"SizeBytes\":[{\"anything-but\":[26]}]}}");
}

static void exists_asks_about_leaves(void **state)
{
    (void)state;
    MATCH(IMAGE("\"total\":{\"N\":[{\"exists\":true}]}"));
    NO_MATCH(IMAGE("\"total\":{\"N\":[{\"exists\":false}]}"));
    MATCH(IMAGE("\"absent\":{\"N\":[{\"exists\":false}]}"));
    MATCH("{\"dynamodb\":{\"OldImage\":{\"a\":{\"S\":[{\"exists\":false}]}}}}");
    NO_MATCH(IMAGE("\"total\":[{\"exists\":true}]"));
    NO_MATCH(IMAGE("\"none\":{\"L\":[{\"exists\":true}]}"));
    MATCH(IMAGE("\"none\":{\"L\":[{\"exists\":false}]}"));
}

static void one_element_of_an_array_will_do_and_it_is_the_same_one(void **state)
{
    (void)state;
    MATCH(IMAGE("\"tags\":{\"SS\":[\"b\"]}"));
    NO_MATCH(IMAGE("\"tags\":{\"SS\":[\"c\"]}"));
    MATCH(IMAGE("\"lines\":{\"L\":{\"M\":{\"sku\":{\"S\":[\"y\"]},\"n\":{\"N\":[\"2\"]}}}}"));
    NO_MATCH(IMAGE("\"lines\":{\"L\":{\"M\":{\"sku\":{\"S\":[\"y\"]},\"n\":{\"N\":[\"1\"]}}}}"));
    MATCH(IMAGE("\"none\":{\"L\":{\"S\":[{\"exists\":false}]}}"));
}

static void or_joins_patterns(void **state)
{
    (void)state;
    MATCH("{\"$or\":[{\"eventName\":[\"INSERT\"]},{\"awsRegion\":[\"eu-west-1\"]}]}");
    NO_MATCH("{\"$or\":[{\"eventName\":[\"INSERT\"]},{\"awsRegion\":[\"us-east-1\"]}]}");
    NO_MATCH("{\"eventName\":[\"REMOVE\"],\"$or\":[{\"awsRegion\":[\"eu-west-1\"]}]}");
    NO_MATCH("{\"$or\":[{\"prefix\":\"x\"}]}"); /* a field of that name */
}

static void what_is_no_pattern_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } bad[] = {
        {"\"INSERT\"", 0},
        {"[{\"eventName\":[\"INSERT\"]}]", 0},
        {"{\"eventName\":\"INSERT\"}", 13},
        {"{\"eventName\":[]}", 13},
        {"{\"a\":{}}", 5},
        {"{\"a\":[[\"x\"]]}", 6},
        {"{\"a\":[{}]}", 6},
        {"{\"a\":[{\"wildcard\":\"x*\"}]}", 6},
        {"{\"a\":[{\"prefix\":\"x\",\"suffix\":\"y\"}]}", 6},
        {"{\"a\":[{\"prefix\":1}]}", 6},
        {"{\"a\":[{\"prefix\":\"\"}]}", 6},
        {"{\"a\":[{\"exists\":\"yes\"}]}", 6},
        {"{\"a\":[{\"anything-but\":[]}]}", 6},
        {"{\"a\":[{\"anything-but\":[1,\"x\"]}]}", 6},
        {"{\"a\":[{\"anything-but\":{\"prefix\":\"x\"}}]}", 6},
        {"{\"a\":[{\"numeric\":[]}]}", 6},
        {"{\"a\":[{\"numeric\":[\"=\"]}]}", 6},
        {"{\"a\":[{\"numeric\":[\"!\",1]}]}", 6},
        {"{\"a\":[{\"numeric\":[\"=\",\"1\"]}]}", 6},
        {"{\"a\":[{\"numeric\":[\"=\",1e999]}]}", 6},
        {"{\"$or\":[{\"a\":[\"x\"]},{\"b\":\"y\"}]}", 25},
        {"{\"$or\":[{\"a\":[\"x\"]},3]}", 20},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena = {0};
        struct err err = ERR_INIT;
        const struct json *parsed = json_parse(&arena, str_from(bad[i].text), &err);
        assert_non_null(parsed);
        if (pattern_check(parsed, &err))
            fail_msg("%s is taken", bad[i].text);
        assert_string_equal(err.name, "InvalidParameterValueException");
        assert_string_equal(err.text, "Invalid filter pattern definition.");
        if (err.at != bad[i].at)
            fail_msg("%s: wrong at %zu, not %zu", bad[i].text, err.at, bad[i].at);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields_must_match_and_one_alternative_suffices),
        cmocka_unit_test(texts_compare_by_their_ends_and_without_case),
        cmocka_unit_test(number_literals_compare_as_written_and_numeric_by_value),
        cmocka_unit_test(numeric_never_matches_a_number_attribute),
        cmocka_unit_test(anything_but_wants_a_value_that_is_another),
        cmocka_unit_test(exists_asks_about_leaves),
        cmocka_unit_test(one_element_of_an_array_will_do_and_it_is_the_same_one),
        cmocka_unit_test(or_joins_patterns),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
