/* SPDX-License-Identifier: MIT */
/* Items that differ from another in one place. */
#include "tests/test.h"
#include "tests/unit/views/random_value.h"
#include "views/item/patch.h"

#include "backend/json_in.h"
#include "backend/json_out.h"

static struct value item_from(struct buf *bytes, const char *plain)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    buf_clear(bytes);
    assert_true(json_in_plain(bytes, json_parse(&arena, str_from(plain), &err), &err));
    arena_fini(&arena);
    return value_of(buf_str(bytes));
}

static struct patch_path path_of(const char *name, int index, const char *inner)
{
    struct patch_path path = {.count = 1, .steps = {{.name = str_from(name)}}};
    if (index >= 0)
        path.steps[path.count++] = (struct patch_step){.index = (size_t)index};
    if (inner)
        path.steps[path.count++] = (struct patch_step){.name = str_from(inner)};
    return path;
}

static void expect(struct buf *out, const char *plain)
{
    struct buf text = {0};
    json_out_plain(&text, value_of(buf_str(out)));
    assert_string_equal(buf_cstr(&text), plain);
    buf_fini(&text);
    buf_clear(out);
}

static void one_place_changes_and_nothing_else(void **state)
{
    (void)state;
    struct buf bytes = {0}, out = {0}, seven = {0};
    struct err err = ERR_INIT;
    struct value item = item_from(&bytes, "{\"a\":1,\"l\":[{\"x\":1},2],\"z\":\"s\"}");
    struct number n;
    number_from_i64(&n, 7);
    value_put_number(&seven, number_str(&n));
    struct value v = value_of(buf_str(&seven));
    struct patch_path a = path_of("a", -1, NULL), x = path_of("l", 0, "x"),
                      y = path_of("l", 0, "y"), end = path_of("l", 2, NULL),
                      new = path_of("m", -1, NULL);
    assert_true(patch_set(&out, item, &a, v, &err));
    expect(&out, "{\"a\":7,\"l\":[{\"x\":1},2],\"z\":\"s\"}");
    assert_true(patch_set(&out, item, &x, v, &err));
    expect(&out, "{\"a\":1,\"l\":[{\"x\":7},2],\"z\":\"s\"}");
    assert_true(patch_set(&out, item, &y, v, &err));
    expect(&out, "{\"a\":1,\"l\":[{\"x\":1,\"y\":7},2],\"z\":\"s\"}");
    assert_true(patch_set(&out, item, &end, v, &err));
    expect(&out, "{\"a\":1,\"l\":[{\"x\":1},2,7],\"z\":\"s\"}");
    assert_true(patch_set(&out, item, &new, v, &err));
    expect(&out, "{\"a\":1,\"l\":[{\"x\":1},2],\"m\":7,\"z\":\"s\"}");
    assert_true(patch_remove(&out, item, &x, &err));
    expect(&out, "{\"a\":1,\"l\":[{},2],\"z\":\"s\"}");
    assert_true(patch_rename(&out, item, &a, STR("zz"), &err));
    expect(&out, "{\"l\":[{\"x\":1},2],\"z\":\"s\",\"zz\":1}");
    buf_fini(&bytes);
    buf_fini(&out);
    buf_fini(&seven);
}

static void a_place_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct buf bytes = {0}, out = {0};
    struct err err = ERR_INIT;
    struct value item = item_from(&bytes, "{\"a\":1,\"l\":[1]}");
    struct patch_path nowhere = path_of("no", -1, NULL), deep = path_of("a", 0, "x");
    assert_false(patch_remove(&out, item, &nowhere, &err));
    err = ERR_INIT;
    assert_false(patch_set(&out, item, &deep, item, &err));
    err = ERR_INIT;
    struct patch_path a = path_of("a", -1, NULL);
    assert_false(patch_rename(&out, item, &a, STR("l"), &err));
    assert_non_null(strstr(err.text, "already"));
    assert_int_equal(out.len, 0);
    buf_fini(&bytes);
    buf_fini(&out);
}

static void paths_read_like_expressions(void **state)
{
    (void)state;
    struct buf out = {0};
    struct patch_path path = path_of("items", 3, "price");
    patch_path_add(&out, &path);
    assert_string_equal(buf_cstr(&out), "items[3].price");
    buf_clear(&out);
    path = path_of("two words", -1, NULL);
    patch_path_add(&out, &path);
    assert_string_equal(buf_cstr(&out), "\"two words\"");
    buf_fini(&out);
}

static void setting_and_finding_agree_on_random_items(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct buf item = {0}, value = {0}, out = {0};
    for (int i = 0; i < 5000; i++) {
        struct err err = ERR_INIT;
        struct value found;
        buf_clear(&item);
        buf_clear(&value);
        buf_clear(&out);
        struct value_open map = value_open(&item, VALUE_M);
        value_member(&map, &item, STR("l"));
        random_value(&seed, &item, 0);
        value_member(&map, &item, STR("k"));
        random_value(&seed, &item, 0);
        assert_true(value_close(&map, &item, &err));
        random_value(&seed, &value, 0);
        struct patch_path path = path_of("l", (int)random_below(&seed, 3) - 1, NULL);
        struct value was = value_of(buf_str(&item)), v = value_of(buf_str(&value));
        if (!patch_set(&out, was, &path, v, &err))
            continue;
        struct value now = value_of(buf_str(&out));
        assert_true(value_check(now.encoded, &err));
        assert_true(patch_find(now, &path, &found) || path.count > 1);
        if (path.count == 1)
            assert_true(value_equal(found, v));
        struct value k, l;
        assert_true(value_find(was, STR("k"), &k));
        assert_true(value_find(now, STR("k"), &l));
        assert_true(value_equal(k, l));
    }
    buf_fini(&item);
    buf_fini(&value);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_place_changes_and_nothing_else),
        cmocka_unit_test(a_place_that_is_not_there_is_refused),
        cmocka_unit_test(paths_read_like_expressions),
        cmocka_unit_test(setting_and_finding_agree_on_random_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
