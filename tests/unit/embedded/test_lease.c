/* SPDX-License-Identifier: MIT */
/* Leases of jobs: one process has each at a time, and its end ends it. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/store.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static struct store *open_store(const char *folder)
{
    struct err err = ERR_INIT;
    struct store_options options = {.no_sync = true};
    return store_open(folder, &options, &err);
}

/* Takes lease 7, says so, and waits for its end. */
static void hold_seven(const char *folder, int pipe)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive a test that fails */
    struct store *store = open_store(folder);
    if (!store || !store_lease(store, 7) || write(pipe, "x", 1) != 1)
        _exit(1);
    pause();
    _exit(0);
}

static void test_a_live_process_keeps_its_lease_and_a_dead_one_does_not(void **state)
{
    char folder[] = "/tmp/dynascope-lease-XXXXXX", byte;
    int ends[2], status;
    (void)state;
    assert_non_null(mkdtemp(folder));
    store_close(open_store(folder), NULL);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        hold_seven(folder, ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    struct store *store = open_store(folder);
    assert_non_null(store);
    assert_false(store_lease(store, 7));
    assert_true(store_lease(store, 8));
    store_lease_end(store, 8);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(store_lease(store, 7));
    store_lease_end(store, 7);
    store_close(store, NULL);
    nftw(folder, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_live_process_keeps_its_lease_and_a_dead_one_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
