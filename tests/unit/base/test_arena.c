/* SPDX-License-Identifier: MIT */
/* Memory that lives and dies together. */
#include "base/arena.h"
#include "tests/test.h"

static void allocations_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *blocks[500];
    for (size_t i = 0; i < 500; i++) {
        blocks[i] = arena_alloc(&a, i * 7 % 3000);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)(i & 0xFF), i * 7 % 3000);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * 7 % 3000; k++)
            assert_int_equal(blocks[i][k], i & 0xFF);
    arena_fini(&a);
}

static void even_nothing_has_an_address_of_its_own(void **state)
{
    (void)state;
    struct arena a = {0};
    void *one = arena_alloc(&a, 0), *two = arena_alloc(&a, 0);
    assert_non_null(one);
    assert_ptr_not_equal(one, two);
    arena_fini(&a);
}

static void large_allocations_get_a_block_that_fits(void **state)
{
    (void)state;
    struct arena a = {0};
    char *large = arena_alloc(&a, 5 << 20);
    large[(5 << 20) - 1] = 1;
    assert_true(arena_held(&a) >= 5 << 20);
    assert_true(arena_held(&a) < 6 << 20);
    arena_reset(&a);
    assert_int_equal(arena_held(&a), 0);
    arena_fini(&a);
}

static void a_loop_that_resets_holds_no_more_after_the_first_round(void **state)
{
    (void)state;
    struct arena a = {0};
    for (int i = 0; i < 100; i++)
        arena_alloc(&a, 100);
    arena_reset(&a);
    size_t held = arena_held(&a);
    for (int round = 0; round < 1000; round++) {
        arena_alloc(&a, 1000);
        arena_alloc(&a, 1000);
        arena_reset(&a);
    }
    assert_int_equal(arena_held(&a), held);
    arena_fini(&a);
    assert_int_equal(arena_held(&a), 0);
    arena_fini(&a);
    arena_reset(&a);
}

static void copies_are_terminated_and_zeroed_memory_is_zero(void **state)
{
    (void)state;
    struct arena a = {0};
    struct str copy = arena_dup(&a, STR("a\0b"));
    assert_int_equal(copy.len, 3);
    assert_memory_equal(copy.at, "a\0b", 4);
    assert_string_equal(arena_dup(&a, STR_NONE).at, "");
    assert_string_equal(arena_printf(&a, "%d %s", 42, "tables").at, "42 tables");
    assert_int_equal(arena_printf(&a, "%s", "").len, 0);
    memset(arena_alloc(&a, 64), 0xFF, 64);
    arena_reset(&a);
    uint64_t *zeros = arena_array(&a, uint64_t, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(zeros[i], 0);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_aligned_and_do_not_overlap),
        cmocka_unit_test(even_nothing_has_an_address_of_its_own),
        cmocka_unit_test(large_allocations_get_a_block_that_fits),
        cmocka_unit_test(a_loop_that_resets_holds_no_more_after_the_first_round),
        cmocka_unit_test(copies_are_terminated_and_zeroed_memory_is_zero),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
