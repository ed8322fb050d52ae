/* SPDX-License-Identifier: MIT */
/*
 * Keys: bytes cut into two lists of values must sort as keys as they sort as values, and be read
 * back; any bytes as a key must be refused or read within bounds.
 * uses: ds_embedded
 */
#include "backend/embedded/key.h"
#include "tests/fuzz/fuzz.h"

enum { COMPONENTS = 3 };

/* One value off the input: a length, then bytes. A number only where the bytes are one. */
static struct value next_value(struct str *rest, enum value_type type)
{
    size_t len = rest->len ? (unsigned char)rest->at[0] % 12 : 0;
    *rest = str_skip(*rest, 1);
    struct value v = {.type = type, .data = str_take(*rest, len)};
    *rest = str_skip(*rest, len);
    return v;
}

static void check_read(struct str key, const struct value values[COMPONENTS])
{
    struct arena copies = {0};
    struct str bytes;
    for (size_t i = 0; i < COMPONENTS; i++) {
        FUZZ_CHECK(key_read(&key, values[i].type, &copies, &bytes));
        FUZZ_CHECK(str_equal(bytes, values[i].data));
    }
    FUZZ_CHECK(key.len == 0);
    arena_fini(&copies);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void check_order(struct str input)
{
    struct buf a = {0}, b = {0};
    struct value x[COMPONENTS], y[COMPONENTS];
    int expected = 0;
    for (size_t i = 0; i < COMPONENTS; i++) {
        enum value_type type = i % 2 ? VALUE_B : VALUE_S;
        x[i] = next_value(&input, type);
        y[i] = input.len && input.at[0] & 0x40 ? x[i] : next_value(&input, type);
        key_put(&a, x[i]);
        key_put(&b, y[i]);
        if (expected == 0)
            expected = str_compare(x[i].data, y[i].data);
    }
    FUZZ_CHECK(sign(str_compare(buf_str(&a), buf_str(&b))) == sign(expected));
    check_read(buf_str(&a), x);
    check_read(buf_str(&b), y);
    buf_fini(&a);
    buf_fini(&b);
}

/* What is read from any bytes and written again gives the same bytes. */
static void check_any(struct str key)
{
    struct arena copies = {0};
    struct buf again = {0};
    struct str rest = key, bytes;
    uint32_t id, hash;
    if (key_read_id(&rest, &id) && key_read_hash(&rest, &hash)) {
        struct str components = rest;
        key_put_id(&again, id);
        buf_add_bytes(&again, key.at + again.len, 3);
        while (key_read(&rest, VALUE_B, &copies, &bytes))
            key_put(&again, (struct value){.type = VALUE_B, .data = bytes});
        FUZZ_CHECK(str_starts(key, buf_str(&again)));
        FUZZ_CHECK(key_components(key, &bytes) && bytes.len == components.len);
    }
    buf_fini(&again);
    arena_fini(&copies);
}

static void check_successor(struct str prefix)
{
    struct buf next = {0};
    buf_add(&next, prefix);
    if (key_successor(&next, 0)) {
        FUZZ_CHECK(str_compare(prefix, buf_str(&next)) < 0);
        FUZZ_CHECK(!str_starts(buf_str(&next), prefix) || prefix.len == 0);
    } else {
        FUZZ_CHECK(str_equal(buf_str(&next), prefix));
    }
    buf_fini(&next);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str input = {(const char *)bytes, len};
    check_order(input);
    check_any(input);
    check_successor(input);
    return 0;
}
