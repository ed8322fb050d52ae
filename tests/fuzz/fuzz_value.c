/* SPDX-License-Identifier: MIT */
/*
 * Attribute values from hostile bytes: reading stays inside, and what the check passes is
 * canonical: it comes back from its JSON byte by byte. uses: ds_value
 */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/value.h"
#include "tests/fuzz/fuzz.h"

/* Damaged maps may be out of order, where a search ends early. */
static void walk_all(struct value v, bool sound, unsigned depth)
{
    struct value_walk walk = value_walk(v);
    struct value member, found;
    struct str name;
    for (size_t index = 0; value_next(&walk, &name, &member); index++) {
        if (v.type == VALUE_L)
            FUZZ_CHECK(value_at(v, index, &found) || index >= v.count);
        if (v.type == VALUE_M)
            FUZZ_CHECK(value_find(v, name, &found) || !sound);
        if (value_is_set(v.type))
            FUZZ_CHECK(value_contains(v, member));
        if (depth && index < 64)
            walk_all(member, sound, depth - 1);
    }
}

static void check_sound(struct value v)
{
    struct arena arena = {0};
    struct buf text = {0}, back = {0};
    struct err err;
    FUZZ_CHECK(json_out_typed(&text, v));
    const struct json *json = json_parse(&arena, buf_str(&text), &err);
    FUZZ_CHECK(json != NULL);
    if (json_in_typed(&back, json, &err))
        FUZZ_CHECK(str_equal(buf_str(&back), v.encoded));
    else /* alone a value may have one level more than inside of an item */
        FUZZ_CHECK(strstr(err.text, "Nesting Levels") != NULL);
    buf_fini(&text);
    buf_fini(&back);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str encoded = {(const char *)bytes, len};
    struct buf text = {0};
    struct err err;
    struct value v = value_of(encoded);
    walk_all(v, value_check(encoded, &err), 6);
    value_size(v);
    value_item_size(v);
    bool whole = json_out_pretty(&text, v, len & 1);
    buf_clear(&text);
    json_out_line(&text, v, false);
    buf_fini(&text);
    if (value_check(encoded, &err)) {
        FUZZ_CHECK(whole);
        check_sound(v);
    }
    return 0;
}
