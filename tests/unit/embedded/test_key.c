/* SPDX-License-Identifier: MIT */
/* Keys: the order of bytes is the order of values; what was put is read back; ranges and segments.
 */
#include "backend/embedded/key.h"
#include "backend/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { ROUNDS = 20000 };

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

/* ---- random values of one type ---- */

struct drawn {
    struct value value;
    char bytes[40];
    struct number number;
};

static void draw_number(struct drawn *d, uint64_t *seed)
{
    char text[64];
    struct err err = ERR_INIT;
    int digits = snprintf(text, sizeof text, "%s%u.%uE%d", draw(seed) % 2 ? "-" : "",
        (unsigned)(draw(seed) % 3000), (unsigned)(draw(seed) % 1000), (int)(draw(seed) % 7) - 3);
    assert_true(number_parse(&d->number, (struct str){text, (size_t)digits}, &err));
    d->value.data = number_str(&d->number);
}

static void draw_value(struct drawn *d, enum value_type type, uint64_t *seed)
{
    static const char alphabet[] = {0, 1, 2, 'a', 'b', (char)0xFE, (char)0xFF};
    d->value = (struct value){.type = type};
    if (type == VALUE_N) {
        draw_number(d, seed);
        return;
    }
    size_t len = draw(seed) % 6;
    for (size_t i = 0; i < len; i++)
        d->bytes[i] = alphabet[draw(seed) % sizeof alphabet];
    d->value.data = (struct str){d->bytes, len};
}

static enum value_type draw_type(uint64_t *seed)
{
    return (enum value_type)(VALUE_S + draw(seed) % 3);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

/* ---- components ---- */

static void keys_sort_as_their_values_component_by_component(void **state)
{
    uint64_t seed = 42;
    struct buf a = {0}, b = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int expected = 0;
        buf_clear(&a);
        buf_clear(&b);
        for (int j = 0; j < 3; j++) {
            struct drawn x, y;
            enum value_type type = draw_type(&seed);
            draw_value(&x, type, &seed);
            draw_value(&y, type, &seed);
            if (draw(&seed) % 2)
                y = x, y.value.data.at = type == VALUE_N ? (char *)y.number.bytes : y.bytes;
            key_put(&a, x.value);
            key_put(&b, y.value);
            if (expected == 0)
                expected = str_compare(x.value.data, y.value.data);
        }
        assert_int_equal(sign(str_compare(buf_str(&a), buf_str(&b))), sign(expected));
    }
    buf_fini(&a);
    buf_fini(&b);
}

static void components_are_read_back(void **state)
{
    uint64_t seed = 7;
    struct buf key = {0};
    struct arena copies = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct drawn d[4];
        enum value_type types[4];
        buf_clear(&key);
        arena_reset(&copies);
        for (int j = 0; j < 4; j++) {
            types[j] = draw_type(&seed);
            draw_value(&d[j], types[j], &seed);
            key_put(&key, d[j].value);
        }
        struct str rest = buf_str(&key), bytes;
        for (int j = 0; j < 4; j++) {
            assert_true(key_read(&rest, types[j], &copies, &bytes));
            assert_true(str_equal(bytes, d[j].value.data));
        }
        assert_int_equal(rest.len, 0);
        assert_false(key_read(&rest, VALUE_S, &copies, &bytes));
    }
    buf_fini(&key);
    arena_fini(&copies);
}

/* Every exponent, both signs: the farthest negative ones begin with 00 and 01. */
static void numbers_of_every_exponent_sort_and_come_back(void **state)
{
    struct buf before = {0}, key = {0};
    struct arena copies = {0};
    struct err err = ERR_INIT;
    (void)state;
    for (int step = -2 * 256; step <= 2 * 256; step++) {
        int exponent = (step < 0 ? -step : step) / 2 - 131;
        struct number n;
        struct str bytes;
        char text[40];
        if (exponent < -130 || exponent > 125)
            continue;
        snprintf(
            text, sizeof text, "%s%sE%d", step < 0 ? "-" : "", step % 2 ? "9.9" : "1", exponent);
        assert_true(number_parse(&n, str_from(text), &err));
        buf_clear(&key);
        arena_reset(&copies);
        key_put(&key, (struct value){.type = VALUE_N, .data = number_str(&n)});
        assert_int_equal(str_find_byte(buf_str(&key), '\0'), key.len - 1);
        assert_true(str_compare(buf_str(&before), buf_str(&key)) < 0);
        struct str rest = buf_str(&key);
        assert_true(key_read(&rest, VALUE_N, &copies, &bytes));
        assert_true(str_equal(bytes, number_str(&n)));
        assert_int_equal(rest.len, 0);
        buf_clear(&before);
        buf_add(&before, buf_str(&key));
    }
    buf_fini(&before);
    buf_fini(&key);
    arena_fini(&copies);
}

static void nothing_is_copied_where_nothing_was_escaped(void **state)
{
    struct buf key = {0};
    struct arena copies = {0};
    struct str bytes;
    (void)state;
    key_put(&key, (struct value){.type = VALUE_S, .data = STR("plain")});
    struct str rest = buf_str(&key);
    assert_true(key_read(&rest, VALUE_S, &copies, &bytes));
    assert_ptr_equal(bytes.at, key.at);
    assert_int_equal(arena_held(&copies), 0);
    buf_fini(&key);
}

static void malformed_components_are_refused(void **state)
{
    static const struct str wrong[] = {
        STR(""), STR("a"), STR("\x01\x00"), STR("a\x01\x03\x00"), STR("\x01\x01")};
    struct arena copies = {0};
    struct str bytes;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct str rest = wrong[i];
        assert_false(key_read(&rest, VALUE_B, &copies, &bytes));
    }
    arena_fini(&copies);
}

/* ---- ids and hashes ---- */

static void ids_keep_their_order_and_come_back(void **state)
{
    static const uint32_t ids[] = {0, 1, 0x3F, 0x40, 0x41, 0xFF, 0x100, 0x3FFF, 0x4000, 0x10000,
        0xFFFFFF, 0x1000000, KEY_ID_MAX};
    struct buf last = {0}, now = {0};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        uint32_t back;
        buf_clear(&now);
        key_put_id(&now, ids[i]);
        assert_int_equal(now.len, ids[i] < 0x40 ? 1 : ids[i] < 0x4000 ? 2 : 4);
        if (i)
            assert_true(str_compare(buf_str(&last), buf_str(&now)) < 0);
        assert_false(i && str_starts(buf_str(&now), buf_str(&last)));
        struct str rest = buf_str(&now);
        assert_true(key_read_id(&rest, &back));
        assert_int_equal(back, ids[i]);
        assert_int_equal(rest.len, 0);
        buf_clear(&last);
        buf_add(&last, buf_str(&now));
    }
    buf_fini(&last);
    buf_fini(&now);
}

static void wide_and_cut_ids_are_refused(void **state)
{
    static const struct str wrong[] = {STR(""), STR("\x40"), STR("\x40\x3F"), STR("\x80\0\x3F\xFF"),
        STR("\x80\x01\x02"), STR("\xC0\0\0\0\0\0\0\x01")};
    uint32_t id;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct str rest = wrong[i];
        assert_false(key_read_id(&rest, &id));
    }
}

/* A change here would strand every store there is. */
static void the_hash_is_what_it_always_was(void **state)
{
    (void)state;
    assert_int_equal(key_hash(STR("")), 0x000000);
    assert_int_equal(key_hash(STR("a\0")), 0xA0433D);
    assert_int_equal(key_hash(STR("user#7\0")), 0x0CB79A);
    assert_int_equal(key_hash(STR("a partition key of thirty-two b\0")), 0x12DA64);
}

static void hashes_of_alike_keys_spread_evenly(void **state)
{
    enum { BUCKETS = 64, PER_BUCKET = 1000 };
    unsigned counts[BUCKETS] = {0};
    double chi = 0;
    char text[32];
    (void)state;
    for (int i = 0; i < BUCKETS * PER_BUCKET; i++) {
        int len = snprintf(text, sizeof text, "user#%08d", i);
        counts[key_hash((struct str){text, (size_t)len + 1}) >> (KEY_HASH_BITS - 6)]++;
    }
    for (int i = 0; i < BUCKETS; i++)
        chi += ((double)counts[i] - PER_BUCKET) * ((double)counts[i] - PER_BUCKET) / PER_BUCKET;
    assert_true(chi > 25 && chi < 120); /* 63 degrees of freedom: p = 1e-5 either side */
}

/* ---- whole keys ---- */

static struct value make_item(struct buf *out)
{
    struct err err = ERR_INIT;
    struct value_open item = value_open(out, VALUE_M);
    struct number n;
    value_member(&item, out, STR("pk"));
    value_put_string(out, STR("user#7"));
    value_member(&item, out, STR("sk"));
    assert_true(number_parse(&n, STR("42"), &err));
    value_put_number(out, number_str(&n));
    value_member(&item, out, STR("state"));
    value_put_string(out, STR("open"));
    assert_true(value_close(&item, out, &err));
    return value_of(buf_str(out));
}

static struct key_schema make_schema(void)
{
    struct key_schema schema = {0};
    key_schema_add(&schema, STR("pk"), VALUE_S);
    key_schema_add(&schema, STR("sk"), VALUE_N);
    schema.partition = schema.sort = 1;
    return schema;
}

static void an_items_key_is_its_parts(void **state)
{
    struct buf bytes = {0}, key = {0}, parts = {0};
    struct value item = make_item(&bytes), pk, sk;
    struct key_schema schema = make_schema();
    (void)state;
    assert_true(key_of_item(&key, 300, &schema, item, NULL));
    assert_true(value_find(item, STR("pk"), &pk));
    assert_true(value_find(item, STR("sk"), &sk));
    key_put_id(&parts, 300);
    key_put_partition(&parts, &pk, 1);
    key_put(&parts, sk);
    assert_true(str_equal(buf_str(&key), buf_str(&parts)));
    struct str components, raw;
    assert_true(key_components(buf_str(&key), &components));
    assert_true(key_read_raw(&components, &raw));
    assert_true(str_equal(raw, STR("user#7")));
    uint32_t id, hash;
    struct str rest = buf_str(&key);
    assert_true(key_read_id(&rest, &id));
    assert_true(key_read_hash(&rest, &hash));
    assert_int_equal(hash, key_hash(STR("user#7\0")));
    buf_fini(&bytes);
    buf_fini(&key);
    buf_fini(&parts);
}

static void an_item_without_the_attribute_has_no_key(void **state)
{
    struct buf bytes = {0}, key = {0};
    struct value item = make_item(&bytes);
    struct key_schema schema = make_schema();
    size_t at = 99;
    (void)state;
    buf_add(&key, STR("before"));
    key_schema_add(&schema, STR("state"), VALUE_N); /* there, but a string */
    assert_false(key_of_item(&key, 1, &schema, item, &at));
    assert_int_equal(at, 2);
    assert_true(str_equal(buf_str(&key), STR("before")));
    schema.at[0].name = STR("other");
    assert_false(key_of_item(&key, 1, &schema, item, &at));
    assert_int_equal(at, 0);
    buf_fini(&bytes);
    buf_fini(&key);
}

static void a_schema_holds_a_name_once_and_never_too_many(void **state)
{
    struct key_schema schema = make_schema();
    static const char names[] = "abcdefghijkl";
    (void)state;
    key_schema_add(&schema, STR("pk"), VALUE_S);
    assert_int_equal(schema.count, 2);
    for (size_t i = 0; i < 12; i++)
        key_schema_add(&schema, (struct str){names + i, 1}, VALUE_B);
    assert_int_equal(schema.count, KEY_ATTRIBUTES_MAX);
}

/* ---- ranges ---- */

static void a_successor_is_the_least_above_the_prefix(void **state)
{
    struct buf b = {0};
    (void)state;
    buf_add(&b, STR("keep\xFF"
                    "ab\xFF\xFF"));
    assert_true(key_successor(&b, 5));
    assert_true(str_equal(buf_str(&b), STR("keep\xFF"
                                           "ac")));
    buf_clear(&b);
    buf_add(&b, STR("a\xFF\xFF"));
    assert_false(key_successor(&b, 1));
    assert_true(str_equal(buf_str(&b), STR("a\xFF\xFF")));
    buf_fini(&b);
}

static bool within(const struct buf *from, const struct buf *to, const struct buf *key)
{
    return str_compare(buf_str(from), buf_str(key)) <= 0 &&
           str_compare(buf_str(key), buf_str(to)) < 0;
}

/* The ranges that key.h lists, each against the condition itself. */
static void ranges_hold_what_their_conditions_say(void **state)
{
    uint64_t seed = 99;
    struct buf prefix = {0}, key = {0}, v = {0}, after = {0}, end = {0}, start = {0}, stop = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        enum value_type type = draw_type(&seed);
        struct drawn x, y;
        draw_value(&x, type, &seed);
        draw_value(&y, type, &seed);
        struct buf *all[] = {&prefix, &key, &v, &after, &end, &start, &stop};
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) {
            buf_clear(all[j]);
            buf_add(all[j], STR("\x05hsh"
                                "pk\0"));
        }
        key_put(&key, x.value);
        key_put(&v, y.value);
        key_put(&after, y.value);
        key_put_beginning(&start, y.value);
        key_put_beginning(&stop, y.value);
        assert_true(key_successor(&after, 0) && key_successor(&end, 0) && key_successor(&stop, 0));
        int order = str_compare(x.value.data, y.value.data);
        assert_int_equal(within(&prefix, &end, &key), true);
        assert_int_equal(within(&v, &after, &key), order == 0);
        assert_int_equal(within(&after, &end, &key), order > 0);
        assert_int_equal(within(&v, &end, &key), order >= 0);
        assert_int_equal(within(&prefix, &v, &key), order < 0);
        assert_int_equal(within(&prefix, &after, &key), order <= 0);
        if (type != VALUE_N)
            assert_int_equal(within(&start, &stop, &key), str_starts(x.value.data, y.value.data));
    }
    struct buf *all[] = {&prefix, &key, &v, &after, &end, &start, &stop};
    for (size_t j = 0; j < sizeof all / sizeof *all; j++)
        buf_fini(all[j]);
}

static void segments_share_the_keys_without_gap_or_overlap(void **state)
{
    static const uint32_t totals[] = {1, 2, 3, 7, 64, 1000, 999983, 1000000};
    struct buf from = {0}, to = {0}, last = {0};
    (void)state;
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        uint32_t step = totals[i] > 1000 ? totals[i] / 997 : 1;
        for (uint32_t s = 0; s < totals[i]; s += step) {
            buf_clear(&from);
            buf_clear(&to);
            key_segment(&from, &to, 63, s, totals[i]);
            assert_true(str_compare(buf_str(&from), buf_str(&to)) < 0);
            if (s && step == 1)
                assert_true(str_equal(buf_str(&from), buf_str(&last)));
            if (s == 0)
                assert_true(str_equal(buf_str(&from), STR("\x3F")));
            if (s + 1 == totals[i])
                assert_true(str_equal(buf_str(&to), STR("\x40\x40")));
            buf_clear(&last);
            buf_add(&last, buf_str(&to));
        }
    }
    buf_fini(&from);
    buf_fini(&to);
    buf_fini(&last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_sort_as_their_values_component_by_component),
        cmocka_unit_test(components_are_read_back),
        cmocka_unit_test(numbers_of_every_exponent_sort_and_come_back),
        cmocka_unit_test(nothing_is_copied_where_nothing_was_escaped),
        cmocka_unit_test(malformed_components_are_refused),
        cmocka_unit_test(ids_keep_their_order_and_come_back),
        cmocka_unit_test(wide_and_cut_ids_are_refused),
        cmocka_unit_test(the_hash_is_what_it_always_was),
        cmocka_unit_test(hashes_of_alike_keys_spread_evenly),
        cmocka_unit_test(an_items_key_is_its_parts),
        cmocka_unit_test(an_item_without_the_attribute_has_no_key),
        cmocka_unit_test(a_schema_holds_a_name_once_and_never_too_many),
        cmocka_unit_test(a_successor_is_the_least_above_the_prefix),
        cmocka_unit_test(ranges_hold_what_their_conditions_say),
        cmocka_unit_test(segments_share_the_keys_without_gap_or_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
