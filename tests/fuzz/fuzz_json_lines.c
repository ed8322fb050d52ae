/* SPDX-License-Identifier: MIT */
/*
 * Lists of items into lines: the short way says what the long way says, and refuses what that one
 * refuses.
 * uses: ds_value
 */
#include "backend/json_in.h"
#include "backend/json_lines.h"
#include "backend/json_out.h"
#include "tests/fuzz/fuzz.h"

/* By way of a tree and values. */
static bool by_values(struct buf *out, struct str text, bool typed)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *list = json_parse(&arena, text, &err);
    bool good = json_is(list, JSON_ARRAY);
    for (const struct json *item = good ? list->first : NULL; item && good; item = item->next) {
        struct buf bytes = {0};
        good = json_in_typed_item(&bytes, item, &err);
        if (good)
            json_out_line(out, value_of(buf_str(&bytes)), typed);
        buf_fini(&bytes);
    }
    arena_fini(&arena);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str text = {(const char *)bytes, len};
    for (int typed = 0; typed < 2; typed++) {
        struct buf lines = {0}, wanted = {0};
        struct str rest = text;
        struct err err = ERR_INIT;
        uint32_t count;
        bool whole = json_lines_items(&lines, &rest, typed, &count, &err);
        FUZZ_CHECK(whole == (err.code == ERR_NONE));
        bool all = whole && str_trim(rest).len == 0;
        bool good = by_values(&wanted, text, typed);
        FUZZ_CHECK(all == good);
        FUZZ_CHECK(!all || str_equal(buf_str(&lines), buf_str(&wanted)));
        buf_fini(&lines);
        buf_fini(&wanted);
    }
    return 0;
}
