/* SPDX-License-Identifier: MIT */
/* Packing and unpacking bodies: whole, damaged and far too large ones. */
#include "backend/http/coding.h"
#include "tests/test.h"

enum { MOST = 1 << 20 };

static void add_gzip(struct buf *out, struct str bytes)
{
    struct buf packed = {0};
    assert_true(coding_pack(CODING_GZIP, bytes, &packed));
    buf_add(out, buf_str(&packed));
    buf_fini(&packed);
}

static void gives(const struct buf *packed, enum coding_result wanted, struct str bytes)
{
    struct buf out = {0};
    buf_add(&out, STR("what was there before"));
    assert_int_equal(coding_unpack(buf_str(packed), MOST, &out), wanted);
    if (wanted == CODING_DONE)
        assert_true(str_equal(buf_str(&out), bytes));
    buf_fini(&out);
}

static void what_is_packed_comes_out_again(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 4096, 70000, 300000, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf bytes = {0}, packed = {0};
        for (size_t at = 0; at < sizes[i]; at++)
            buf_add_byte(&bytes, (char)(at * at >> 7));
        add_gzip(&packed, buf_str(&bytes));
        gives(&packed, CODING_DONE, buf_str(&bytes));
        buf_fini(&bytes);
        buf_fini(&packed);
    }
}

static void members_behind_one_another_are_one_body(void **state)
{
    (void)state;
    struct buf packed = {0};
    add_gzip(&packed, STR("one "));
    add_gzip(&packed, STR(""));
    add_gzip(&packed, STR("two"));
    gives(&packed, CODING_DONE, STR("one two"));
    buf_fini(&packed);
}

static void anything_else_is_broken(void **state)
{
    (void)state;
    struct buf packed = {0}, part = {0};
    gives(&packed, CODING_BROKEN, STR_NONE);
    add_gzip(&packed, STR("some text and some text"));
    for (size_t cut = 0; cut < packed.len; cut++) {
        buf_clear(&part);
        buf_add(&part, str_take(buf_str(&packed), cut));
        gives(&part, CODING_BROKEN, STR_NONE);
    }
    packed.at[packed.len - 6] ^= 1; /* the checksum */
    gives(&packed, CODING_BROKEN, STR_NONE);
    packed.at[packed.len - 6] ^= 1;
    buf_add(&packed, STR("junk"));
    gives(&packed, CODING_BROKEN, STR_NONE);
    buf_fini(&packed);
    buf_fini(&part);
}

static void what_is_too_large_takes_no_more_room_than_allowed(void **state)
{
    (void)state;
    struct buf bytes = {0}, packed = {0}, out = {0};
    memset(buf_reserve(&bytes, 64 * MOST), 'x', 64 * MOST);
    bytes.len = MOST + 1;
    add_gzip(&packed, buf_str(&bytes));
    gives(&packed, CODING_TOO_LARGE, STR_NONE);
    buf_clear(&packed);
    bytes.len = 64 * MOST;
    add_gzip(&packed, buf_str(&bytes));
    assert_int_equal(coding_unpack(buf_str(&packed), MOST, &out), CODING_TOO_LARGE);
    assert_true(out.cap <= 2 * MOST);
    /* nor may many small members add up to more */
    buf_clear(&packed);
    bytes.len = MOST / 2;
    add_gzip(&packed, buf_str(&bytes));
    add_gzip(&packed, buf_str(&bytes));
    add_gzip(&packed, STR("x"));
    gives(&packed, CODING_TOO_LARGE, STR_NONE);
    buf_fini(&bytes);
    buf_fini(&packed);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_out_again),
        cmocka_unit_test(members_behind_one_another_are_one_body),
        cmocka_unit_test(anything_else_is_broken),
        cmocka_unit_test(what_is_too_large_takes_no_more_room_than_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
