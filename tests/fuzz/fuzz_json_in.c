/* SPDX-License-Identifier: MIT */
/*
 * JSON texts into values by every door: what is taken is sound and comes back from what is written.
 * uses: ds_value
 */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "tests/fuzz/fuzz.h"

static void check_line(struct arena *arena, struct value item, bool typed, bool unwrap)
{
    struct buf line = {0}, back = {0};
    struct err err;
    FUZZ_CHECK(json_out_line(&line, item, typed));
    const struct json *json = json_parse(arena, buf_str(&line), &err);
    FUZZ_CHECK(json && json_in_item(&back, json, unwrap, &err));
    FUZZ_CHECK(str_equal(buf_str(&back), item.encoded));
    buf_fini(&line);
    buf_fini(&back);
}

static void check_item(struct arena *arena, const struct json *json, bool unwrap)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    if (json_in_item(&bytes, json, unwrap, &err)) {
        struct value item = value_of(buf_str(&bytes));
        FUZZ_CHECK(item.type == VALUE_M && value_check(item.encoded, &err));
        for (int form = 0; form < 4; form++)
            check_line(arena, item, form & 1, form & 2);
    } else {
        FUZZ_CHECK(err.code != ERR_NONE && bytes.len == 0);
    }
    buf_fini(&bytes);
}

static void check_value(struct arena *arena, const struct json *json, bool typed)
{
    struct buf bytes = {0}, text = {0}, back = {0};
    struct err err = ERR_INIT;
    if (typed ? json_in_typed(&bytes, json, &err) : json_in_plain(&bytes, json, &err)) {
        FUZZ_CHECK(value_check(buf_str(&bytes), &err));
        FUZZ_CHECK(json_out_typed(&text, value_of(buf_str(&bytes))));
        json = json_parse(arena, buf_str(&text), &err);
        FUZZ_CHECK(json != NULL);
        if (json_in_typed(&back, json, &err))
            FUZZ_CHECK(str_equal(buf_str(&bytes), buf_str(&back)));
        else /* plain, it may be an item, and have one level more */
            FUZZ_CHECK(!typed && strstr(err.text, "Nesting Levels") != NULL);
    } else {
        FUZZ_CHECK(err.code == ERR_REFUSED && bytes.len == 0);
    }
    buf_fini(&bytes);
    buf_fini(&text);
    buf_fini(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct err err;
    const struct json *json = json_parse(&arena, (struct str){(const char *)bytes, len}, &err);
    for (int form = 0; json && form < 2; form++) {
        check_item(&arena, json, form);
        check_value(&arena, json, form);
    }
    arena_fini(&arena);
    return 0;
}
