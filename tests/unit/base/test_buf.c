/* SPDX-License-Identifier: MIT */
/* The growing byte buffer. */
#include "base/buf.h"
#include "tests/test.h"

static void an_empty_buffer_can_be_used_and_ended(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_fini(&b);
    buf_clear(&b);
    buf_add(&b, STR_NONE);
    assert_int_equal(b.len, 0);
    assert_string_equal(buf_cstr(&b), "");
    buf_fini(&b);
    buf_fini(&b);
    assert_null(b.at);
}

static void what_is_added_comes_out_in_order(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 5000; i++) {
        buf_add_byte(&b, (char)('a' + i % 26));
        buf_add(&b, STR("\0z"));
    }
    assert_int_equal(b.len, 15000);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(b.at[i * 3], 'a' + i % 26);
        assert_memory_equal(b.at + i * 3 + 1, "\0z", 2);
    }
    buf_fini(&b);
}

static void formatting_fits_at_every_fill_level(void **state)
{
    (void)state;
    for (size_t fill = 0; fill < 140; fill++) {
        struct buf b = {0};
        for (size_t i = 0; i < fill; i++)
            buf_add_byte(&b, '.');
        buf_printf(&b, "%s-%d", "twelve chars", 7);
        assert_int_equal(b.len, fill + 14);
        assert_memory_equal(b.at + fill, "twelve chars-7", 14);
        buf_printf(&b, "%s", "");
        assert_int_equal(b.len, fill + 14);
        buf_fini(&b);
    }
}

static void digits_are_those_of_printf(void **state)
{
    (void)state;
    const uint64_t numbers[] = {0, 1, 9, 10, 99, 100, 4294967296, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf b = {0};
        char want[32];
        buf_add_u64(&b, numbers[i]);
        snprintf(want, sizeof want, "%llu", (unsigned long long)numbers[i]);
        assert_string_equal(buf_cstr(&b), want);
        buf_fini(&b);
    }
}

static void a_gap_moves_what_follows(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_add(&b, STR("headtail"));
    buf_insert_gap(&b, 4, 100);
    memset(b.at + 4, '-', 100);
    assert_int_equal(b.len, 108);
    assert_memory_equal(b.at, "head-", 5);
    assert_memory_equal(b.at + 103, "-tail", 5);
    buf_insert_gap(&b, b.len, 1);
    assert_int_equal(b.len, 109);
    buf_fini(&b);
}

static void taking_hands_over_the_bytes_and_leaves_it_empty(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_add(&b, STR("mine"));
    char *bytes = buf_take(&b);
    assert_string_equal(bytes, "mine");
    assert_int_equal(b.len, 0);
    assert_null(b.at);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_can_be_used_and_ended),
        cmocka_unit_test(what_is_added_comes_out_in_order),
        cmocka_unit_test(formatting_fits_at_every_fill_level),
        cmocka_unit_test(digits_are_those_of_printf),
        cmocka_unit_test(a_gap_moves_what_follows),
        cmocka_unit_test(taking_hands_over_the_bytes_and_leaves_it_empty),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
