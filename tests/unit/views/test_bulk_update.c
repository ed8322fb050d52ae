/* SPDX-License-Identifier: MIT */
/* An update as a person types it becomes an UpdateExpression, and says where it is wrong. */
#include "views/items/bulk_update.h"

#include "backend/json_in.h"
#include "tests/test.h"

static const struct client_table table = {
    .name = {"T", 1}, .key_count = 1, .keys = {{.name = {"id", 2}, .type = VALUE_S}}};

static struct value parse(struct arena *arena, const char *text)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(arena, str_from(text), &err);
    assert_true(json && json_in_item(&bytes, json, false, &err));
    struct value v = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static void check(const char *text, const char *before, const char *after)
{
    struct arena arena = {0};
    struct bulk_update u = {0};
    struct err err = ERR_INIT;
    struct buf out = {0};
    if (!bulk_update_parse(&u, &table, str_from(text), &err))
        fail_msg("%s: %s", text, err.text);
    if (!bulk_update_apply(&u, parse(&arena, before), &out, &err))
        fail_msg("%s: %s", text, err.text);
    if (!value_equal(value_of(buf_str(&out)), parse(&arena, after)))
        fail_msg("%s as %.*s makes something else", text, STR_ARG(u.expression));
    buf_fini(&out);
    bulk_update_fini(&u);
    arena_fini(&arena);
}

static void values_stand_where_they_are_used(void **state)
{
    (void)state;
    check("SET a = 5", "{\"id\":\"x\"}", "{\"id\":\"x\",\"a\":5}");
    check("set a = -5, b = \"te'xt\", c = 'it''s'", "{\"id\":\"x\"}",
        "{\"id\":\"x\",\"a\":-5,\"b\":\"te'xt\",\"c\":\"it's\"}");
    check("SET a = true, b = null, c = {\"x\":[1,\"]\"]}, d = [1,2]", "{\"id\":\"x\"}",
        "{\"id\":\"x\",\"a\":true,\"b\":null,\"c\":{\"x\":[1,\"]\"]},\"d\":[1,2]}");
    check("SET s = <<\"a\" \"b\">>", "{\"id\":{\"S\":\"x\"}}",
        "{\"id\":{\"S\":\"x\"},\"s\":{\"SS\":[\"a\",\"b\"]}}");
}

static void numbers_are_added_and_attributes_removed(void **state)
{
    (void)state;
    check("SET n = n + 1", "{\"id\":\"x\",\"n\":41}", "{\"id\":\"x\",\"n\":42}");
    check("SET n = n - -1", "{\"id\":\"x\",\"n\":41}", "{\"id\":\"x\",\"n\":42}");
    check("ADD n -1 REMOVE a, b.c", "{\"id\":\"x\",\"n\":1,\"a\":2,\"b\":{\"c\":1,\"d\":2}}",
        "{\"id\":\"x\",\"n\":0,\"b\":{\"d\":2}}");
    check("SET n = if_not_exists(n, -7) ADD m 2", "{\"id\":\"x\"}",
        "{\"id\":\"x\",\"n\":-7,\"m\":2}");
    check("SET l = list_append(l, [3]), l2 = l[0]", "{\"id\":\"x\",\"l\":[1,2]}",
        "{\"id\":\"x\",\"l\":[1,2,3],\"l2\":1}");
    check("SET l[1] = true", "{\"id\":\"x\",\"l\":[1,2]}", "{\"id\":\"x\",\"l\":[1,true]}");
}

static void names_may_be_reserved_words_and_stranger(void **state)
{
    (void)state;
    check("SET status = \"a\", set = 1, `na me`.`b``c` = 2", "{\"id\":\"x\",\"na me\":{\"b`c\":1}}",
        "{\"id\":\"x\",\"na me\":{\"b`c\":2},\"status\":\"a\",\"set\":1}");
    check("REMOVE remove, delete SET add = 2", "{\"id\":\"x\",\"remove\":1,\"delete\":2}",
        "{\"id\":\"x\",\"add\":2}");
}

static void refuse(const char *text, const char *why, size_t at)
{
    struct bulk_update u = {0};
    struct err err = ERR_INIT;
    if (bulk_update_parse(&u, &table, str_from(text), &err))
        fail_msg("%s is taken as %.*s", text, STR_ARG(u.expression));
    if (!strstr(err.text, why))
        fail_msg("%s: %s", text, err.text);
    assert_int_equal(err.at, at);
    bulk_update_fini(&u);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    refuse("SET id = 5", "id is a key attribute", 4);
    refuse("SET a = :v", "no placeholders are needed", 8);
    refuse("SET a = \"x", "no closing quote", 8);
    refuse("SET a = {\"x\":1", "not closed", 8);
    refuse("", "SET, REMOVE or ADD", 0);
    refuse("SET a = 1 SET b = 2", "only be used once", 10);
    refuse("a = 1", "", 0);
    refuse("SET a = 1 ?", "this means nothing here", 10);
    refuse("ADD a \"text\"", "Incorrect operand type", 6);
}

static void nonsense_of_any_length_is_refused(void **state)
{
    (void)state;
    static const char letters[] = "SET a=+-()[]{}\"'`<>,.:#0 REMOVE\\\xe2\x9f\xa8 ADD n 1";
    struct buf text = {0};
    unsigned seed = 3;
    for (int i = 0; i < 3000; i++) {
        struct bulk_update u = {0};
        struct err err = ERR_INIT;
        buf_clear(&text);
        buf_add(&text, i % 2 ? STR("SET a = ") : STR_NONE);
        for (int k = 0; k < i % 200; k++) {
            seed = seed * 1103515245 + 12345;
            buf_add_byte(&text, letters[(seed >> 8) % (sizeof letters - 1)]);
        }
        if (!bulk_update_parse(&u, &table, buf_str(&text), &err))
            assert_true(err.code != ERR_NONE);
        bulk_update_fini(&u);
    }
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_where_they_are_used),
        cmocka_unit_test(numbers_are_added_and_attributes_removed),
        cmocka_unit_test(names_may_be_reserved_words_and_stranger),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(nonsense_of_any_length_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
