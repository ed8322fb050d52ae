/* SPDX-License-Identifier: MIT */
/*
 * The JSON reader: what it takes, it writes back and takes again as the same.
 * uses: ds_value
 */
#include "backend/json.h"
#include "tests/fuzz/fuzz.h"

static void check_tree(struct arena *arena, const struct json *json)
{
    struct buf once = {0}, twice = {0};
    struct err err;
    json_put(&once, json);
    const struct json *again = json_parse(arena, buf_str(&once), &err);
    FUZZ_CHECK(again != NULL);
    json_put(&twice, again);
    FUZZ_CHECK(str_equal(buf_str(&once), buf_str(&twice)));
    buf_fini(&once);
    buf_fini(&twice);
}

static void check_stream(struct arena *arena, struct str text)
{
    struct err err = ERR_INIT;
    for (size_t before = text.len; json_parse_next(arena, &text, &err); before = text.len)
        FUZZ_CHECK(text.len < before);
    FUZZ_CHECK(err.code == ERR_NONE || err.code == ERR_DATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct buf string = {0};
    struct err err = ERR_INIT;
    struct str text = {(const char *)bytes, len};
    const struct json *json = json_parse(&arena, text, &err);
    if (json)
        check_tree(&arena, json);
    else
        FUZZ_CHECK(err.code == ERR_DATA && err.at <= len && err.len <= len - err.at);
    check_stream(&arena, text);
    json_put_string(&string, text);
    FUZZ_CHECK(json_parse(&arena, buf_str(&string), &err) != NULL);
    buf_fini(&string);
    arena_fini(&arena);
    return 0;
}
