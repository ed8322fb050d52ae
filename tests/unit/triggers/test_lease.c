/* SPDX-License-Identifier: MIT */
/*
 * One runner a mapping: between two of a process, between processes, after a kill.
 */
#include "backend/triggers/lease.h"

#include "tests/unit/triggers/folder_test.h"

#include <signal.h>
#include <sys/wait.h>

static void try_lease(struct lease *lease)
{
    struct err err = ERR_INIT;
    if (!lease_try(lease, ".", &err))
        fail_msg("%s", err.text);
}

static void only_one_has_it(void **state)
{
    (void)state;
    struct folder_test t;
    struct lease a = LEASE_INIT, b = LEASE_INIT;
    folder_test_begin(&t);
    assert_false(lease_held("."));
    try_lease(&a);
    assert_true(a.taken);
    assert_true(lease_held("."));
    try_lease(&b);
    assert_false(b.taken);
    try_lease(&a);
    assert_true(a.taken);
    lease_drop(&a);
    assert_false(lease_held("."));
    try_lease(&b);
    assert_true(b.taken);
    assert_int_equal(folder_test_mode("lease"), 0600);
    lease_drop(&b);
    lease_drop(&b);
    folder_test_end(&t);
}

/* A child that has it and tells so, then waits to be killed. */
static pid_t hold_elsewhere(void)
{
    int told[2];
    char byte;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        struct lease lease = LEASE_INIT;
        struct err err = ERR_INIT;
        if (lease_try(&lease, ".", &err) && lease.taken && write(told[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    close(told[0]);
    return child;
}

static void it_dies_with_its_process(void **state)
{
    (void)state;
    struct folder_test t;
    struct lease lease = LEASE_INIT;
    folder_test_begin(&t);
    pid_t child = hold_elsewhere();
    try_lease(&lease);
    assert_false(lease.taken);
    assert_true(lease_held("."));
    kill(child, SIGSTOP);
    try_lease(&lease);
    assert_false(lease.taken); /* one that is stopped keeps it */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_false(lease_held("."));
    try_lease(&lease);
    assert_true(lease.taken);
    lease_drop(&lease);
    folder_test_end(&t);
}

static void a_program_that_is_started_does_not_inherit_it(void **state)
{
    (void)state;
    struct folder_test t;
    struct lease lease = LEASE_INIT;
    folder_test_begin(&t);
    try_lease(&lease);
    pid_t child = fork();
    if (child == 0) {
        execlp("sleep", "sleep", "60", (char *)NULL);
        _exit(127);
    }
    char path[64], name[256];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)child);
    do /* until it is that program */
        memset(name, 0, sizeof name);
    while (readlink(path, name, sizeof name - 1) > 0 && strstr(name, "test_lease"));
    assert_non_null(strstr(name, "sleep"));
    lease_drop(&lease);
    assert_false(lease_held("."));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    folder_test_end(&t);
}

static void a_mapping_that_was_removed_and_made_again_has_a_new_one(void **state)
{
    (void)state;
    struct folder_test t;
    struct lease a = LEASE_INIT, b = LEASE_INIT;
    folder_test_begin(&t);
    try_lease(&a);
    try_lease(&b);
    assert_false(b.taken);
    assert_int_equal(unlink("lease"), 0);
    try_lease(&b);
    assert_true(b.taken);
    assert_true(lease_held("."));
    lease_drop(&a);
    lease_drop(&b);
    folder_test_end(&t);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct folder_test t;
    struct lease lease = LEASE_INIT;
    struct err err = ERR_INIT;
    folder_test_begin(&t);
    folder_test_write("elsewhere", "");
    assert_int_equal(symlink("elsewhere", "lease"), 0);
    assert_false(lease_try(&lease, ".", &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_false(lease_held("."));
    folder_test_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_has_it),
        cmocka_unit_test(it_dies_with_its_process),
        cmocka_unit_test(a_program_that_is_started_does_not_inherit_it),
        cmocka_unit_test(a_mapping_that_was_removed_and_made_again_has_a_new_one),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
