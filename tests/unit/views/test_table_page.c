/* SPDX-License-Identifier: MIT */
/* A table's page: what is known is in words, what is not known is said, what is new is not lost. */
#include "tests/test.h"
#include "views/tables/table_page.h"

static const int64_t now_ms = INT64_C(1732089600000);

struct page_test {
    struct arena arena;
    struct buf out;
    struct table_look look;
};

static const struct json *parse(struct page_test *t, const char *text)
{
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&t->arena, str_from(text), &err);
    assert_non_null(json);
    return json;
}

static void begin(struct page_test *t, const char *table)
{
    *t = (struct page_test){0};
    t->look.table = parse(t, table);
    for (int i = 0; i < ASIDE_COUNT; i++)
        t->look.why[i] = STR("AccessDeniedException");
}

static void expect(struct page_test *t, const char *text)
{
    buf_clear(&t->out);
    table_page_write(&t->out, &t->look, now_ms);
    if (!strstr(buf_cstr(&t->out), text))
        fail_msg("no «%s» in\n%s", text, buf_cstr(&t->out));
}

static void end(struct page_test *t)
{
    buf_fini(&t->out);
    arena_fini(&t->arena);
}

static void figures_are_for_people(void **state)
{
    (void)state;
    struct page_test t;
    begin(&t, "{\"TableName\":\"Orders\",\"TableStatus\":\"UPDATING\",\"ItemCount\":1204113,"
              "\"TableSizeBytes\":503316480,\"CreationDateTime\":1.7318304E9,\"KeySchema\":["
              "{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":["
              "{\"AttributeName\":\"id\",\"AttributeType\":\"N\"}],\"ProvisionedThroughput\":"
              "{\"ReadCapacityUnits\":5000,\"WriteCapacityUnits\":1}}");
    expect(&t, "Orders is UPDATING\n");
    expect(&t, "items               1,204,113\n");
    expect(&t, "480 MB, 417 B an item\n");
    expect(&t, "created             2024-11-17 08:00 UTC, 3d ago\n");
    expect(&t, "partition key       id  N\n");
    expect(&t, "provisioned         5,000 read units, 1 write units\n");
    end(&t);
}

static void what_could_not_be_asked_says_why(void **state)
{
    (void)state;
    struct page_test t;
    begin(&t, "{}");
    expect(&t, "Time to live\n                      not known here (AccessDeniedException)\n");
    t.look.asides[ASIDE_TTL] = parse(&t, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":"
                                         "\"ENABLED\",\"AttributeName\":\"until\"}}");
    t.look.asides[ASIDE_TAGS] = parse(&t, "{\"Tags\":[]}");
    expect(&t, "attribute           until\n");
    expect(&t, "Tags\n  none\n");
    end(&t);
}

static void an_index_that_is_filled_says_so(void **state)
{
    (void)state;
    struct page_test t;
    begin(&t, "{\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ByA\",\"IndexStatus\":\"CREATING\","
              "\"Backfilling\":true,\"Projection\":{\"ProjectionType\":\"INCLUDE\","
              "\"NonKeyAttributes\":[\"a\",\"b\"]}}]}");
    expect(&t, "Global index ByA is CREATING, backfilling\n");
    expect(&t, "projection          INCLUDE\n  attributes          a, b\n");
    end(&t);
}

static void what_has_no_place_of_its_own_stands_at_the_end(void **state)
{
    (void)state;
    struct page_test t;
    begin(&t, "{\"TableName\":\"T\",\"Replicas\":[{\"RegionName\":\"eu-west-1\"}],"
              "\"SSEDescription\":{\"Status\":\"ENABLED\",\"SSEType\":\"KMS\"},\"Novelty\":7}");
    expect(&t, "More\n");
    expect(&t, "Replicas            [{\"RegionName\":\"eu-west-1\"}]\n");
    expect(&t, "SSEDescription\n    Status            ENABLED\n");
    expect(&t, "Novelty             7\n");
    end(&t);
}

static void answers_of_another_shape_harm_nothing(void **state)
{
    (void)state;
    static const char *const answers[] = {"7", "[]", "{\"KeySchema\":[7,[],{}]}",
        "{\"ItemCount\":\"x\",\"CreationDateTime\":{},\"GlobalSecondaryIndexes\":{\"a\":1}}",
        "{\"CreationDateTime\":99999999999999999999999999999999999999999999}",
        "{\"ItemCount\":-5,\"TableSizeBytes\":-5,\"LocalSecondaryIndexes\":[[],7,{}]}"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct page_test t;
        begin(&t, answers[i]);
        for (int k = 0; k < ASIDE_COUNT; k++)
            t.look.asides[k] = t.look.table;
        expect(&t, "Keys\n");
        end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_for_people),
        cmocka_unit_test(what_could_not_be_asked_says_why),
        cmocka_unit_test(an_index_that_is_filled_says_so),
        cmocka_unit_test(what_has_no_place_of_its_own_stands_at_the_end),
        cmocka_unit_test(answers_of_another_shape_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
