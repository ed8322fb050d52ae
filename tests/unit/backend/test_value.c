/* SPDX-License-Identifier: MIT */
/* Attribute values: canonical writing, reading in place, and bytes that lie. */
#include "backend/number.h"
#include "backend/value.h"
#include "tests/test.h"
#include "tests/unit/backend/random_value.h"

enum { ROUNDS = 20000 };

static void put_string_attribute(
    struct value_open *map, struct buf *out, const char *name, const char *text)
{
    value_member(map, out, str_from(name));
    value_put_string(out, str_from(text));
}

static void put_number_text(struct buf *out, const char *text)
{
    struct number n;
    struct err err;
    assert_true(number_parse(&n, str_from(text), &err));
    value_put_number(out, number_str(&n));
}

/* ---- names and varints ---- */

static void descriptors_and_types_name_each_other(void **state)
{
    static const char *const wrong[] = {
        "", "s", "SN", "BB", "LS", "MS", "BOOLS", "BOO", "null", "NULLS"};
    (void)state;
    for (enum value_type t = VALUE_NULL; t <= VALUE_BS; t++) {
        enum value_type expected = t == VALUE_FALSE ? VALUE_TRUE : t;
        assert_int_equal(value_type_from_name(str_from(value_type_name(t))), expected);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(value_type_from_name(str_from(wrong[i])), VALUE_NONE);
    assert_string_equal(value_type_name((enum value_type)77), "");
}

static void varints_come_back_and_wider_ones_are_refused(void **state)
{
    struct buf out = {0};
    uint64_t back;
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++)
        for (int around = -1; around <= 1; around++) {
            uint64_t v = ((uint64_t)1 << bit) + (uint64_t)around;
            buf_clear(&out);
            size_t width = value_put_varint(&out, v);
            assert_int_equal(width, out.len);
            struct str rest = buf_str(&out), cut = str_take(rest, out.len - 1);
            assert_true(value_read_varint(&rest, &back) && back == v && rest.len == 0);
            assert_false(value_read_varint(&cut, &back));
        }
    static const struct str bad[] = {{"\x80\x00", 2}, {"\xff\x80\x00", 3}, {"", 0}, {"\x80", 1},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str rest = bad[i];
        assert_false(value_read_varint(&rest, &back));
    }
    buf_fini(&out);
}

/* ---- writing ---- */

static void members_are_sorted_whatever_order_they_come_in(void **state)
{
    struct buf a = {0}, b = {0};
    struct err err;
    (void)state;
    struct value_open map = value_open(&a, VALUE_M);
    put_string_attribute(&map, &a, "b", "2");
    put_string_attribute(&map, &a, "a", "1");
    put_string_attribute(&map, &a, "aa", "3");
    assert_true(value_close(&map, &a, &err));
    map = value_open(&b, VALUE_M);
    put_string_attribute(&map, &b, "a", "1");
    put_string_attribute(&map, &b, "aa", "3");
    put_string_attribute(&map, &b, "b", "2");
    assert_true(value_close(&map, &b, &err));
    assert_true(str_equal(buf_str(&a), buf_str(&b)));
    assert_memory_equal(a.at,
        "\x08\x11\x03\x01"
        "a\x04\x01"
        "1\x02"
        "aa\x04\x01"
        "3\x01"
        "b\x04\x01"
        "2",
        a.len);
    buf_fini(&a);
    buf_fini(&b);
}

static void containers_of_any_size_keep_their_members(void **state)
{
    static const uint32_t counts[] = {0, 1, 20, 30, 127, 128, 500, 5000, 20000};
    struct buf out = {0};
    struct err err;
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        buf_clear(&out);
        buf_add(&out, STR("before"));
        struct value_open list = value_open(&out, VALUE_L);
        for (uint32_t k = 0; k < counts[i]; k++) {
            value_member(&list, &out, STR_NONE);
            value_put_bool(&out, k % 3 == 0);
        }
        assert_true(value_close(&list, &out, &err));
        assert_memory_equal(out.at, "before", 6);
        struct value v = value_of(str_skip(buf_str(&out), 6)), member;
        assert_int_equal(v.type, VALUE_L);
        assert_int_equal(v.count, counts[i]);
        assert_true(value_check(v.encoded, &err));
        assert_false(value_at(v, counts[i], &member));
        if (counts[i]) {
            assert_true(value_at(v, counts[i] - 1, &member));
            assert_int_equal(member.type, (counts[i] - 1) % 3 ? VALUE_FALSE : VALUE_TRUE);
        }
    }
    buf_fini(&out);
}

static bool close_set(
    enum value_type type, const char *const *members, size_t count, struct err *err)
{
    struct buf out = {0};
    struct number n;
    buf_add(&out, STR("kept"));
    struct value_open set = value_open(&out, type);
    for (size_t i = 0; i < count; i++) {
        if (type == VALUE_NS)
            assert_true(number_parse(&n, str_from(members[i]), err));
        value_set_add(&set, &out, type == VALUE_NS ? number_str(&n) : str_from(members[i]));
    }
    bool good = value_close(&set, &out, err);
    if (!good)
        assert_int_equal(out.len, 4);
    else
        assert_true(value_check(str_skip(buf_str(&out), 4), err));
    buf_fini(&out);
    return good;
}

#define INVALID "One or more parameter values were invalid: "

static void repeated_members_and_empty_sets_are_refused_in_the_words_of_the_service(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_true(close_set(VALUE_SS, (const char *[]){"b", "", "a"}, 3, &err));
    assert_false(close_set(VALUE_SS, (const char *[]){"b", "a", "b"}, 3, &err));
    assert_string_equal(err.name, "ValidationException");
    assert_string_equal(
        err.text, INVALID "Input collection [\"a\", \"b\", \"b\"] contains duplicates.");
    assert_false(close_set(VALUE_SS, (const char *[]){"e", "c", "c", "e", "a"}, 5, &err));
    assert_string_equal(err.text,
        INVALID "Input collection [\"c\", \"e\", \"c\", \"e\", \"a\"] contains duplicates.");
    assert_false(close_set(VALUE_SS, (const char *[]){"", ""}, 2, &err));
    assert_string_equal(err.text, INVALID "Input collection [\"\", \"\"] contains duplicates.");
    assert_false(close_set(VALUE_BS, (const char *[]){"b", "b"}, 2, &err));
    assert_string_equal(
        err.text, INVALID "Input collection [\"Yg==\",\"Yg==\"]of type BS contains duplicates.");
    assert_false(close_set(VALUE_BS, (const char *[]){"ab", "abc", "ab"}, 3, &err));
    assert_string_equal(err.text,
        INVALID "Input collection [\"YWI=\",\"YWJj\",\"YWI=\"]of type BS contains duplicates.");
    assert_false(close_set(VALUE_NS, (const char *[]){"1000", "2", "1e3"}, 3, &err));
    assert_string_equal(err.text, INVALID "Input collection contains duplicates.");
    assert_false(close_set(VALUE_SS, NULL, 0, &err));
    assert_string_equal(err.text, INVALID "An string set  may not be empty");
    assert_false(close_set(VALUE_NS, NULL, 0, &err));
    assert_string_equal(err.text, INVALID "An number set  may not be empty");
    assert_false(close_set(VALUE_BS, NULL, 0, &err));
    assert_string_equal(err.text, INVALID "Binary sets should not be empty");
}

static void a_repeated_name_is_refused(void **state)
{
    struct buf out = {0};
    struct err err = ERR_INIT;
    (void)state;
    struct value_open map = value_open(&out, VALUE_M);
    put_string_attribute(&map, &out, "x", "1");
    put_string_attribute(&map, &out, "a", "1");
    put_string_attribute(&map, &out, "x", "2");
    assert_false(value_close(&map, &out, &err));
    assert_non_null(strstr(err.text, "x"));
    assert_int_equal(out.len, 0);
    buf_fini(&out);
}

/* Ten thousand equal members must not make a message of their size, nor take long. */
static void a_huge_set_of_repeats_gives_a_bounded_message(void **state)
{
    struct buf out = {0};
    struct err err = ERR_INIT;
    (void)state;
    struct value_open set = value_open(&out, VALUE_SS);
    for (int i = 0; i < 10000; i++)
        value_set_add(&set, &out, STR("the same again"));
    assert_false(value_close(&set, &out, &err));
    assert_true(strlen(err.text) < ERR_TEXT_MAX);
    buf_fini(&out);
}

/* ---- the canonical form ---- */

/* Writes a value again, the members of its maps and sets in another order. */
static void rewrite(struct rng *r, struct buf *out, struct value v);

static void rewrite_members(struct rng *r, struct buf *out, struct value v)
{
    struct value members[64], swap_value;
    struct str names[64], swap_name;
    struct value_walk walk = value_walk(v);
    struct err err;
    unsigned count = 0;
    while (value_next(&walk, &names[count], &members[count]))
        count++;
    for (unsigned i = 0; v.type != VALUE_L && i < count; i++) {
        unsigned other = rng_below(r, count);
        swap_value = members[i], members[i] = members[other], members[other] = swap_value;
        swap_name = names[i], names[i] = names[other], names[other] = swap_name;
    }
    struct value_open open = value_open(out, v.type);
    for (unsigned i = 0; i < count; i++) {
        if (value_is_set(v.type)) {
            value_set_add(&open, out, members[i].data);
        } else {
            value_member(&open, out, names[i]);
            rewrite(r, out, members[i]);
        }
    }
    assert_true(value_close(&open, out, &err));
}

static void rewrite(struct rng *r, struct buf *out, struct value v)
{
    if (v.type >= VALUE_L)
        rewrite_members(r, out, v);
    else if (v.type == VALUE_S)
        value_put_string(out, v.data);
    else if (v.type == VALUE_N)
        value_put_number(out, v.data);
    else if (v.type == VALUE_B)
        value_put_binary(out, v.data);
    else if (v.type == VALUE_NULL)
        value_put_null(out);
    else
        value_put_bool(out, v.type == VALUE_TRUE);
}

static void equal_values_have_equal_bytes(void **state)
{
    struct rng rng = {11};
    struct buf item = {0}, again = {0};
    struct err err = ERR_INIT;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&item);
        buf_clear(&again);
        random_item(&rng, &item);
        if (!value_check(buf_str(&item), &err))
            fail_msg("%s", err.text);
        rewrite(&rng, &again, value_of(buf_str(&item)));
        assert_true(str_equal(buf_str(&item), buf_str(&again)));
    }
    buf_fini(&item);
    buf_fini(&again);
}

/* ---- reading ---- */

static void every_attribute_is_found_and_no_other(void **state)
{
    struct rng rng = {12};
    struct buf out = {0}, other = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&out);
        random_item(&rng, &out);
        struct value item = value_of(buf_str(&out)), member, found;
        struct value_walk walk = value_walk(item);
        struct str name;
        uint32_t count = 0;
        random_name(&rng, &other);
        bool expected = false;
        for (; value_next(&walk, &name, &member); count++) {
            assert_true(value_find(item, name, &found) && value_equal(found, member));
            expected |= str_equal(name, buf_str(&other));
        }
        assert_int_equal(count, item.count);
        assert_int_equal(value_find(item, buf_str(&other), &found), expected);
    }
    assert_false(value_find((struct value){0}, STR("a"), &(struct value){0}));
    buf_fini(&out);
    buf_fini(&other);
}

static void a_set_knows_its_members(void **state)
{
    struct buf out = {0};
    struct err err;
    (void)state;
    struct value_open set = value_open(&out, VALUE_SS);
    value_set_add(&set, &out, STR("x"));
    value_set_add(&set, &out, STR(""));
    assert_true(value_close(&set, &out, &err));
    struct value v = value_of(buf_str(&out)), s = {.type = VALUE_S, .data = STR("x")};
    assert_true(value_contains(v, s));
    s.data = STR("y");
    assert_false(value_contains(v, s));
    s.data = STR_NONE;
    assert_true(value_contains(v, s));
    s = (struct value){.type = VALUE_B, .data = STR("x")};
    assert_false(value_contains(v, s));
    assert_false(value_contains(s, s));
    buf_fini(&out);
}

static void scalars_compare_by_value(void **state)
{
    static const char *const ascending[] = {
        "-1e20", "-12", "-1.5", "0", "1e-9", "0.5", "2", "10", "1e2"};
    struct buf a = {0}, b = {0};
    (void)state;
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < 9; k++) {
            buf_clear(&a);
            buf_clear(&b);
            put_number_text(&a, ascending[i]);
            put_number_text(&b, ascending[k]);
            int order = value_compare(value_of(buf_str(&a)), value_of(buf_str(&b)));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    buf_fini(&a);
    buf_fini(&b);
}

/* ---- sizes ---- */

static size_t number_size(const char *text)
{
    struct buf out = {0};
    put_number_text(&out, text);
    size_t size = value_size(value_of(buf_str(&out)));
    buf_fini(&out);
    return size;
}

static void sizes_follow_the_accounting_of_the_service(void **state)
{
    struct buf out = {0};
    struct err err;
    (void)state;
    struct value_open item = value_open(&out, VALUE_M);
    put_string_attribute(&item, &out, "shirt-color", "R");
    put_string_attribute(&item, &out, "shirt-size", "M");
    assert_true(value_close(&item, &out, &err));
    assert_int_equal(value_item_size(value_of(buf_str(&out))), 23);
    assert_int_equal(value_size(value_of(buf_str(&out))), 3 + 2 + 23);
    assert_int_equal(number_size("0"), 1);
    assert_int_equal(number_size("7"), 2);
    assert_int_equal(number_size("-7"), 3);
    assert_int_equal(number_size("12"), 2);
    assert_int_equal(number_size("123"), 3);
    assert_int_equal(number_size("1.25"), 3);
    assert_int_equal(number_size("12345678901234567890123456789012345678"), 20);
    assert_int_equal(number_size("-1.2345678901234567890123456789012345678"), 22);
    buf_clear(&out);
    struct value_open set = value_open(&out, VALUE_SS);
    value_set_add(&set, &out, STR("abc"));
    value_set_add(&set, &out, STR("de"));
    assert_true(value_close(&set, &out, &err));
    struct value v = value_of(buf_str(&out)), member;
    struct value_walk walk = value_walk(v);
    struct str name;
    assert_int_equal(value_size(v), 5);
    assert_true(value_next(&walk, &name, &member));
    assert_int_equal(value_size(member), 3);
    assert_int_equal(value_item_size(v), 0);
    assert_int_equal(value_size((struct value){0}), 0);
    buf_clear(&out);
    struct value_open list = value_open(&out, VALUE_L);
    value_member(&list, &out, STR_NONE);
    value_put_null(&out);
    value_member(&list, &out, STR_NONE);
    value_put_binary(&out, STR("four"));
    assert_true(value_close(&list, &out, &err));
    assert_int_equal(value_size(value_of(buf_str(&out))), 3 + 2 + 1 + 4);
    buf_fini(&out);
}

/* ---- hostile bytes ---- */

/* Everything that reads, on a copy of exactly this size, so that a sanitizer sees a step too far.
 */
static bool read_all(struct str bytes, unsigned depth)
{
    struct value v = value_of(bytes), member, found;
    struct value_walk walk = value_walk(v);
    struct str name;
    uint32_t count = 0;
    value_size(v);
    value_find(v, STR("S"), &member);
    assert_true(v.type == VALUE_M || value_item_size(v) == 0);
    value_contains(v, (struct value){.type = VALUE_S, .data = STR("a")});
    for (; value_next(&walk, &name, &member); count++) {
        assert_true(
            member.data.len == 0 || (member.data.at >= bytes.at &&
                                        member.data.at + member.data.len <= bytes.at + bytes.len));
        if (v.type == VALUE_L && count < v.count)
            assert_true(value_at(v, count, &found) && value_equal(found, member));
        if (depth < 8 && member.encoded.len)
            read_all(member.encoded, depth + 1);
    }
    assert_false(v.type == VALUE_L && walk.rest.len && value_at(v, count, &found));
    return v.type != VALUE_NONE;
}

static void sound_bytes_rewrite_to_themselves(struct rng *r, struct str bytes)
{
    struct buf again = {0};
    rewrite(r, &again, value_of(bytes));
    assert_true(str_equal(buf_str(&again), bytes));
    buf_fini(&again);
}

static void damaged_bytes_never_lead_outside(void **state)
{
    struct rng rng = {13};
    struct buf out = {0};
    struct err err;
    int sound = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&out);
        random_value(&rng, &out, 3);
        for (unsigned k = rng_below(&rng, 4); k > 0; k--)
            out.at[rng_below(&rng, (unsigned)out.len)] ^= (char)(1 << rng_below(&rng, 8));
        size_t len = rng_below(&rng, 4) ? out.len : rng_below(&rng, (unsigned)out.len + 1);
        char *exact = malloc(len + 1);
        memcpy(exact, out.at, len);
        read_all((struct str){exact, len}, 0);
        if (value_check((struct str){exact, len}, &err)) {
            sound++;
            sound_bytes_rewrite_to_themselves(&rng, (struct str){exact, len});
        } else {
            assert_int_equal(err.code, ERR_DATA);
        }
        free(exact);
    }
    assert_in_range(sound, ROUNDS / 10, ROUNDS * 9 / 10);
    buf_fini(&out);
}

static void a_value_cut_anywhere_is_no_value(void **state)
{
    struct rng rng = {14};
    struct buf out = {0};
    (void)state;
    for (int i = 0; i < 500; i++) {
        buf_clear(&out);
        random_item(&rng, &out);
        for (size_t len = 0; len < out.len; len++)
            assert_int_equal(value_of(str_take(buf_str(&out), len)).type, VALUE_NONE);
        buf_add_byte(&out, VALUE_NULL);
        assert_int_equal(value_of(buf_str(&out)).type, VALUE_NONE);
    }
    buf_fini(&out);
}

/* Lists in lists: written by hand from the inside, because the writer has no reason to go so deep.
 */
static void put_nested(struct buf *out, unsigned levels)
{
    struct buf inner = {0}, outer = {0};
    value_put_null(&inner);
    for (unsigned i = 0; i < levels; i++) {
        buf_clear(&outer);
        buf_add_byte(&outer, VALUE_L);
        value_put_varint(&outer, inner.len + 1);
        value_put_varint(&outer, 1);
        buf_add(&outer, buf_str(&inner));
        struct buf swap = inner;
        inner = outer;
        outer = swap;
    }
    buf_add(out, buf_str(&inner));
    buf_fini(&inner);
    buf_fini(&outer);
}

static void depth_is_bounded_and_costs_no_stack(void **state)
{
    struct buf out = {0};
    struct err err = ERR_INIT;
    (void)state;
    put_nested(&out, VALUE_DEPTH_MAX);
    assert_true(value_check(buf_str(&out), &err));
    buf_clear(&out);
    put_nested(&out, VALUE_DEPTH_MAX + 1);
    assert_false(value_check(buf_str(&out), &err));
    assert_non_null(strstr(err.text, "too many levels"));
    buf_clear(&out);
    put_nested(&out, 10000);
    assert_false(value_check(buf_str(&out), &err));
    assert_true(value_size(value_of(buf_str(&out))) > 0);
    buf_fini(&out);
}

static void the_check_finds_each_kind_of_damage(void **state)
{
    static const struct {
        struct str bytes;
        const char *what;
    } table[] = {
        {{"", 0}, "length"},
        {{"\0", 1}, "length"},
        {{"\x0c", 1}, "length"},
        {{"\x04\x02\xc3\x28", 4}, "UTF-8"},
        {{"\x04\x08\xff"
          "bcdefgh",
             10},
            "UTF-8"},
        {{"\x04\x08"
          "abcdefg\xff",
             10},
            "UTF-8"},
        {{"\x04\x09"
          "abcdefgh\xff",
             11},
            "UTF-8"},
        {{"\x05\x01\xc1", 3}, "number"},
        {{"\x05\x00", 2}, "number"},
        {{"\x09\x01\x00", 3}, "set"},
        {{"\x09\x05\x02\x01"
          "b\x01"
          "a",
             7},
            "order"},
        {{"\x09\x05\x02\x01"
          "a\x01"
          "a",
             7},
            "order"},
        {{"\x09\x03\x02\x01"
          "a",
             5},
            "set"},
        {{"\x08\x04\x01\x01\xff\x01", 6}, "name"},
        {{"\x08\x03\x01\x00\x01", 5}, "name"},
        {{"\x08\x07\x02\x01"
          "b\x01\x01"
          "a\x01",
             9},
            "order"},
        {{"\x08\x05\x01\x01"
          "a\x01\x00",
             7},
            "map"},
        {{"\x07\x03\x01\x01\x01", 5}, "list"},
        {{"\x07\x03\x02\x01\x00", 5}, "list"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err err = ERR_INIT;
        assert_false(value_check(table[i].bytes, &err));
        if (!strstr(err.text, table[i].what))
            fail_msg("row %zu: %s", i, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_and_types_name_each_other),
        cmocka_unit_test(varints_come_back_and_wider_ones_are_refused),
        cmocka_unit_test(members_are_sorted_whatever_order_they_come_in),
        cmocka_unit_test(containers_of_any_size_keep_their_members),
        cmocka_unit_test(repeated_members_and_empty_sets_are_refused_in_the_words_of_the_service),
        cmocka_unit_test(a_repeated_name_is_refused),
        cmocka_unit_test(a_huge_set_of_repeats_gives_a_bounded_message),
        cmocka_unit_test(equal_values_have_equal_bytes),
        cmocka_unit_test(every_attribute_is_found_and_no_other),
        cmocka_unit_test(a_set_knows_its_members),
        cmocka_unit_test(scalars_compare_by_value),
        cmocka_unit_test(sizes_follow_the_accounting_of_the_service),
        cmocka_unit_test(damaged_bytes_never_lead_outside),
        cmocka_unit_test(a_value_cut_anywhere_is_no_value),
        cmocka_unit_test(depth_is_bounded_and_costs_no_stack),
        cmocka_unit_test(the_check_finds_each_kind_of_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
