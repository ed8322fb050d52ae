/* SPDX-License-Identifier: MIT */
/* Records: an item comes back whole, smaller than it was, and bytes that lie are refused. */
#include "backend/embedded/codec.h"
#include "backend/embedded/names.h"
#include "backend/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 3000 };

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

/* ---- random items ---- */

static void put_number(struct buf *out, uint64_t *seed)
{
    struct number n;
    assert_true(number_from_i64(&n, (int64_t)draw(seed) - (1 << 30)));
    value_put_number(out, number_str(&n));
}

static void put_bytes(struct buf *out, enum value_type type, size_t len, uint64_t *seed)
{
    static const char alphabet[] = {0, 1, 2, 'x', 'y', 0x7F};
    char *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = alphabet[draw(seed) % sizeof alphabet];
    if (type == VALUE_S)
        value_put_string(out, (struct str){bytes, len});
    else
        value_put_binary(out, (struct str){bytes, len});
    free(bytes);
}

static void put_list(struct buf *out, uint64_t *seed)
{
    struct err err = ERR_INIT;
    struct value_open list = value_open(out, VALUE_L);
    for (uint64_t n = draw(seed) % 4; n > 0; n--) {
        value_member(&list, out, STR_NONE);
        put_number(out, seed);
    }
    assert_true(value_close(&list, out, &err));
}

static void put_any(struct buf *out, uint64_t *seed)
{
    switch (draw(seed) % 6) {
    case 0:
        value_put_null(out);
        break;
    case 1:
        value_put_bool(out, draw(seed) % 2);
        break;
    case 2:
        put_number(out, seed);
        break;
    case 3:
        put_list(out, seed);
        break;
    default:
        put_bytes(out, draw(seed) % 2 ? VALUE_S : VALUE_B,
            draw(seed) % 50 ? draw(seed) % 20 : 40000, seed);
    }
}

/* Three key attributes somewhere among the others; a name of 200 bytes fits no dictionary. */
static struct value make_item(struct buf *out, uint64_t *seed)
{
    char long_name[200];
    struct err err = ERR_INIT;
    buf_clear(out);
    struct value_open item = value_open(out, VALUE_M);
    for (uint64_t i = 0, n = draw(seed) % 10; i < n; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "%c%u", (int)('a' + i), (unsigned)(draw(seed) % 40));
        value_member(&item, out, (struct str){name, (size_t)len});
        put_any(out, seed);
    }
    if (draw(seed) % 4 == 0) {
        memset(long_name, 'l', sizeof long_name);
        value_member(&item, out, (struct str){long_name, sizeof long_name});
        put_any(out, seed);
    }
    value_member(&item, out, STR("key b"));
    put_bytes(out, VALUE_S, 1 + draw(seed) % 40, seed);
    value_member(&item, out, STR("key a"));
    put_number(out, seed);
    value_member(&item, out, STR("zz"));
    put_bytes(out, VALUE_B, draw(seed) % 200, seed);
    assert_true(value_close(&item, out, &err));
    return value_of(buf_str(out));
}

static struct key_schema make_schema(void)
{
    struct key_schema schema = {.partition = 1, .sort = 1};
    key_schema_add(&schema, STR("key b"), VALUE_S);
    key_schema_add(&schema, STR("key a"), VALUE_N);
    key_schema_add(&schema, STR("zz"), VALUE_B);
    return schema;
}

/* ---- there and back ---- */

struct work {
    struct buf bytes, key, record, names, joined;
    struct key_schema schema;
    struct err err;
};

static void work_fini(struct work *w)
{
    buf_fini(&w->bytes);
    buf_fini(&w->key);
    buf_fini(&w->record);
    buf_fini(&w->names);
    buf_fini(&w->joined);
}

static struct str components_of(struct work *w, struct value item)
{
    struct str components;
    buf_clear(&w->key);
    assert_true(key_of_item(&w->key, 5, &w->schema, item, NULL));
    assert_true(key_components(buf_str(&w->key), &components));
    return components;
}

static bool join(struct work *w, struct str components, struct str record)
{
    buf_clear(&w->joined);
    buf_add(&w->joined, STR("before"));
    bool ok = codec_join(&w->joined, &w->schema, components, buf_str(&w->names), record, &w->err);
    if (!ok)
        assert_true(str_equal(buf_str(&w->joined), STR("before")));
    return ok;
}

static void an_item_comes_back_from_key_and_record(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        bool grown = false;
        struct value item = make_item(&w.bytes, &seed);
        struct str components = components_of(&w, item);
        size_t names = w.names.len;
        buf_clear(&w.record);
        assert_true(codec_strip(&w.record, &w.schema, item, &w.names, &grown));
        assert_int_equal(grown, w.names.len > (names ? names : 2));
        assert_true(names_check(buf_str(&w.names)));
        if (!join(&w, components, buf_str(&w.record)))
            fail_msg("%s", w.err.text);
        assert_true(str_equal(str_skip(buf_str(&w.joined), 6), item.encoded));
    }
    work_fini(&w);
}

static void without_a_schema_the_whole_item_is_packed(void **state)
{
    struct work w = {.err = ERR_INIT};
    uint64_t seed = 5;
    (void)state;
    for (int i = 0; i < ROUNDS / 10; i++) {
        bool grown = false;
        struct value item = make_item(&w.bytes, &seed);
        buf_clear(&w.record);
        assert_true(codec_strip(&w.record, &w.schema, item, &w.names, &grown));
        assert_true(join(&w, STR_NONE, buf_str(&w.record)));
        assert_true(str_equal(str_skip(buf_str(&w.joined), 6), item.encoded));
    }
    work_fini(&w);
}

static void the_largest_items_come_back(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    struct value_open item;
    bool grown = false;
    (void)state;
    for (size_t len = VALUE_ITEM_MAX - 40; len >= 100; len /= 2) {
        char *big = malloc(len);
        memset(big, 'x', len);
        buf_clear(&w.bytes);
        buf_clear(&w.record);
        item = value_open(&w.bytes, VALUE_M);
        value_member(&item, &w.bytes, STR("v"));
        value_put_string(&w.bytes, (struct str){big, len});
        value_member(&item, &w.bytes, STR("key b"));
        value_put_string(&w.bytes, (struct str){big, len > 2048 ? 2048 : len});
        value_member(&item, &w.bytes, STR("key a"));
        value_put_number(&w.bytes, STR("\x80"));
        value_member(&item, &w.bytes, STR("zz"));
        value_put_binary(&w.bytes, STR("\0\1"));
        assert_true(value_close(&item, &w.bytes, &w.err));
        struct value whole = value_of(buf_str(&w.bytes));
        struct str components = components_of(&w, whole);
        assert_true(codec_strip(&w.record, &w.schema, whole, &w.names, &grown));
        assert_true(join(&w, components, buf_str(&w.record)));
        assert_true(str_equal(str_skip(buf_str(&w.joined), 6), whole.encoded));
        free(big);
    }
    work_fini(&w);
}

static void a_record_holds_neither_names_nor_key(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    struct value_open item = value_open(&w.bytes, VALUE_M);
    bool grown = false;
    (void)state;
    value_member(&item, &w.bytes, STR("a quite long name of an attribute"));
    value_put_bool(&w.bytes, true);
    value_member(&item, &w.bytes, STR("key a"));
    value_put_number(&w.bytes, STR("\xC2\x02"));
    value_member(&item, &w.bytes, STR("key b"));
    value_put_string(&w.bytes, STR("k"));
    value_member(&item, &w.bytes, STR("zz"));
    value_put_binary(&w.bytes, STR("b"));
    assert_true(value_close(&item, &w.bytes, &w.err));
    assert_true(codec_strip(&w.record, &w.schema, value_of(buf_str(&w.bytes)), &w.names, &grown));
    assert_true(str_equal(buf_str(&w.record), STR("\x01\x01\x03\xF1\xF0\xF2")));
    work_fini(&w);
}

static void an_item_that_lacks_a_key_attribute_is_refused(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    struct value_open item = value_open(&w.bytes, VALUE_M);
    bool grown = false;
    (void)state;
    value_member(&item, &w.bytes, STR("key a"));
    value_put_bool(&w.bytes, true);
    assert_true(value_close(&item, &w.bytes, &w.err));
    buf_add(&w.record, STR("before"));
    assert_false(codec_strip(&w.record, &w.schema, value_of(buf_str(&w.bytes)), &w.names, &grown));
    assert_true(str_equal(buf_str(&w.record), STR("before")));
    assert_false(codec_strip(&w.record, &w.schema, value_of(STR("\x04\x01x")), &w.names, &grown));
    work_fini(&w);
}

/* ---- bytes that lie ---- */

/* Each in memory of its own size, so that the sanitizer sees a step outside. */
static struct str copy_of(struct str s)
{
    char *copy = malloc(s.len ? s.len : 1);
    if (s.len)
        memcpy(copy, s.at, s.len);
    return (struct str){copy, s.len};
}

static void damage(struct str *s, uint64_t *seed)
{
    if (s->len == 0)
        return;
    if (draw(seed) % 3 == 0)
        s->len = draw(seed) % s->len;
    else
        ((char *)s->at)[draw(seed) % s->len] = (char)draw(seed);
}

static void damaged_records_keys_and_dictionaries_are_refused_or_read_within_bounds(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    uint64_t seed = 11;
    unsigned refused = 0;
    (void)state;
    for (int i = 0; i < ROUNDS * 5; i++) {
        bool grown = false;
        struct value item = make_item(&w.bytes, &seed);
        if (w.bytes.len > 4000)
            continue;
        struct str components = copy_of(components_of(&w, item));
        buf_clear(&w.record);
        assert_true(codec_strip(&w.record, &w.schema, item, &w.names, &grown));
        struct str record = copy_of(buf_str(&w.record)), names = copy_of(buf_str(&w.names));
        void *memory[] = {(void *)components.at, (void *)record.at, (void *)names.at};
        struct str *all[] = {&components, &record, &names};
        damage(all[draw(&seed) % 3], &seed);
        buf_clear(&w.joined);
        if (!codec_join(&w.joined, &w.schema, components, names, record, &w.err)) {
            refused++;
            assert_int_equal(w.joined.len, 0);
            assert_int_equal(w.err.code, ERR_FILE);
        } else {
            assert_int_equal(value_of(buf_str(&w.joined)).type, VALUE_M);
        }
        names_find(names, STR("a1"));
        names_check(names);
        for (size_t j = 0; j < 3; j++)
            free(memory[j]);
    }
    assert_true(refused > 100);
    work_fini(&w);
}

static void a_key_attribute_given_twice_or_not_at_all_is_damage(void **state)
{
    struct work w = {.schema = make_schema(), .err = ERR_INIT};
    struct str components = STR("k\0\x80\0b\0");
    (void)state;
    assert_true(join(&w, components, STR("\x01\xF0\xF1\xF2")));
    assert_false(join(&w, components, STR("\x01\xF0\xF1\xF1")));
    assert_false(join(&w, components, STR("\x01\xF0\xF1\xF2\xF2")));
    assert_false(join(&w, components, STR("\x01\xF0\xF1")));
    assert_false(join(&w, components, STR("\x01\xF0\xF1\xF2\xF3")));
    assert_false(join(&w, components, STR("\x02\xF0\xF1\xF2")));
    assert_false(join(&w, components, STR("")));
    assert_false(join(&w, STR("k\0\x80\0b\0\0"), STR("\x01\xF0\xF1\xF2")));
    assert_false(join(&w, STR("k\0\x80\0b"), STR("\x01\xF0\xF1\xF2")));
    assert_false(join(&w, STR("\x01\x00\x80\0b\0"), STR("\x01\xF0\xF1\xF2")));
    assert_non_null(strstr(w.err.text, "damaged"));
    work_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_comes_back_from_key_and_record),
        cmocka_unit_test(without_a_schema_the_whole_item_is_packed),
        cmocka_unit_test(the_largest_items_come_back),
        cmocka_unit_test(a_record_holds_neither_names_nor_key),
        cmocka_unit_test(an_item_that_lacks_a_key_attribute_is_refused),
        cmocka_unit_test(damaged_records_keys_and_dictionaries_are_refused_or_read_within_bounds),
        cmocka_unit_test(a_key_attribute_given_twice_or_not_at_all_is_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
