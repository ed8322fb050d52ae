/* SPDX-License-Identifier: MIT */
/* Memory that is there, or a clean abort. */
#include "base/mem.h"
#include "tests/test.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void no_size_is_too_small(void **state)
{
    (void)state;
    void *none = mem_alloc(0), *zero = mem_zero(0, 8), *grown = mem_grow(NULL, 0);
    assert_non_null(none);
    assert_non_null(zero);
    assert_non_null(grown);
    free(none);
    free(zero);
    free(grown);
}

static void copies_are_terminated_and_new_structs_zeroed(void **state)
{
    (void)state;
    char *copy = mem_dup("ab\0c", 4), *empty = mem_dup(NULL, 0);
    assert_memory_equal(copy, "ab\0c\0", 5);
    assert_string_equal(empty, "");
    struct pair {
        void *a;
        long b;
    } *pair = mem_new(struct pair);
    assert_null(pair->a);
    assert_int_equal(pair->b, 0);
    free(copy);
    free(empty);
    free(pair);
}

static void growing_keeps_the_bytes(void **state)
{
    (void)state;
    char *bytes = mem_dup("kept", 4);
    bytes = mem_grow(bytes, 1 << 20);
    assert_string_equal(bytes, "kept");
    free(bytes);
}

static int end_of_child(void (*work)(void))
{
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        close(STDERR_FILENO);
        work();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void ask_too_much(void)
{
    /* through a volatile: the compiler would refuse the size otherwise */
    volatile size_t size = SIZE_MAX / 2;
    free(mem_alloc(size));
}

static void ask_for_more_than_a_size_can_say(void)
{
    volatile size_t half = SIZE_MAX / 2;
    free(mem_zero(half, 4));
}

static void running_out_of_memory_aborts(void **state)
{
    (void)state;
    int status = end_of_child(ask_too_much);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = end_of_child(ask_for_more_than_a_size_can_say);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_size_is_too_small),
        cmocka_unit_test(copies_are_terminated_and_new_structs_zeroed),
        cmocka_unit_test(growing_keeps_the_bytes),
        cmocka_unit_test(running_out_of_memory_aborts),
    };
    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
