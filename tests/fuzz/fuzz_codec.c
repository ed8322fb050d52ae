/* SPDX-License-Identifier: MIT */
/*
 * Records: any bytes as dictionary, key components and record must be refused or joined within
 * bounds; an item that is sound comes back from its own record, and any bytes as an item must be
 * packed or refused.
 *
 *   input = length of the dictionary | dictionary | length of the components | components | record
 *   uses: ds_embedded
 */
#include "backend/embedded/codec.h"
#include "backend/embedded/names.h"
#include "tests/fuzz/fuzz.h"

static struct str take_counted(struct str *rest)
{
    size_t len = rest->len ? (unsigned char)rest->at[0] : 0;
    *rest = str_skip(*rest, 1);
    struct str taken = str_take(*rest, len);
    *rest = str_skip(*rest, len);
    return taken;
}

static struct key_schema make_schema(unsigned count)
{
    static const struct str names[] = {
        {"pk", 2}, {"sk", 2}, {"a rather long name of a key attribute", 37}};
    static const enum value_type types[] = {VALUE_S, VALUE_N, VALUE_B};
    struct key_schema schema = {.partition = count > 0};
    for (unsigned i = 0; i < count; i++)
        key_schema_add(&schema, names[i], types[i]);
    return schema;
}

static void check_round(const struct key_schema *schema, struct str encoded)
{
    struct buf key = {0}, record = {0}, names = {0}, back = {0};
    struct err err = ERR_INIT;
    struct value item = value_of(encoded);
    struct str components;
    bool grown = false;
    if (key_of_item(&key, 1, schema, item, NULL) &&
        codec_strip(&record, schema, item, &names, &grown)) {
        FUZZ_CHECK(names_check(buf_str(&names)));
        FUZZ_CHECK(key_components(buf_str(&key), &components));
        bool sound = value_check(encoded, &err);
        bool joined =
            codec_join(&back, schema, components, buf_str(&names), buf_str(&record), &err);
        FUZZ_CHECK(!sound || joined);
        FUZZ_CHECK(!sound || str_equal(buf_str(&back), encoded));
    }
    buf_fini(&key);
    buf_fini(&record);
    buf_fini(&names);
    buf_fini(&back);
}

static void check_any(const struct key_schema *schema, struct str input)
{
    struct str names = take_counted(&input), components = take_counted(&input);
    struct buf item = {0}, grown_names = {0};
    struct err err = ERR_INIT;
    bool grown = false;
    if (codec_join(&item, schema, components, names, input, &err))
        check_round(schema, buf_str(&item));
    else
        FUZZ_CHECK(item.len == 0 && err.code == ERR_FILE);
    names_find(names, components);
    if (names_check(names)) {
        buf_add(&grown_names, names);
        unsigned number = names_add(&grown_names, str_take(components, 50), &grown);
        FUZZ_CHECK(names_check(buf_str(&grown_names)));
        FUZZ_CHECK(names_find(buf_str(&grown_names), str_take(components, 50)) == number);
    }
    buf_fini(&item);
    buf_fini(&grown_names);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str input = {(const char *)bytes, len};
    struct key_schema schema = make_schema(len ? bytes[0] % 4 : 0);
    check_any(&schema, str_skip(input, 1));
    check_round(&schema, str_skip(input, 1));
    return 0;
}
