/* SPDX-License-Identifier: MIT */
/*
 * The disk refuses: a limit on the file's size stands for a full disk (write(2) itself fails,
 * inside LMDB), the store's own seam for the n-th step. After each failure: the error says what to
 * do, what was acknowledged is there, nothing else is, and with room again writing goes on.
 */
#include "fault.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void limit_file(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void expect_exactly(struct store *store, uint64_t count)
{
    struct err err = ERR_INIT;
    struct fault_count c = {.count = count};
    assert_true(store_read(store, fault_look, &c, &err));
    assert_int_equal(c.missing, 0);
    c.count = count + 1;
    assert_true(store_read(store, fault_look, &c, &err));
    assert_int_equal(c.missing, 1);
    assert_true(store_check(store, fault_finding, NULL, &err));
}

static void a_full_disk_stops_writing_until_there_is_room(void **state)
{
    struct fault_folder f;
    struct err err = ERR_INIT;
    uint64_t next = 0;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    fault_folder_make(&f);
    struct store *store = store_open(f.path, NULL, &err);
    assert_non_null(store);
    for (rlim_t room = 400 * 1024 + 1000; room < 2 << 20; room += 300 * 1024) {
        limit_file(room);
        while (store_write(store, fault_put, &next, &err))
            next++;
        if (strstr(err.text, "free some space and try again") == NULL)
            fail_msg("%s", err.text);
        assert_non_null(strstr(err.text, f.path));
        assert_false(store_write(store, fault_put, &next, &err));
        expect_exactly(store, next);
    }
    limit_file(RLIM_INFINITY);
    for (int i = 0; i < 50; i++, next++)
        assert_true(store_write(store, fault_put, &next, &err));
    store_close(store, NULL);
    store = store_open(f.path, NULL, &err);
    expect_exactly(store, next);
    store_close(store, NULL);
    fault_folder_remove(&f);
}

/* ---- the n-th step ---- */

struct nth {
    unsigned left;
    int code;
    bool sticky;
};

static int fail_nth(void *context, enum store_step step)
{
    struct nth *nth = context;
    (void)step;
    if (nth->left > 0) {
        nth->left--;
        return 0;
    }
    return nth->sticky || nth->left-- == 0 ? nth->code : 0;
}

static bool put_three(struct store_txn *txn, void *context, struct err *err)
{
    uint64_t first = *(const uint64_t *)context;
    for (uint64_t i = first; i < first + 3; i++)
        if (!fault_put(txn, &i, err))
            return false;
    return true;
}

static void try_step(unsigned n, int code, bool sticky)
{
    struct fault_folder f;
    struct err err = ERR_INIT;
    struct nth nth = {.left = n, .code = code, .sticky = sticky};
    uint64_t next = 0;
    fault_folder_make(&f);
    struct store *store =
        store_open(f.path, &(struct store_options){.fault = fail_nth, .fault_context = &nth}, &err);
    assert_non_null(store);
    for (int i = 0; i < 4; i++)
        if (store_write(store, put_three, &next, &err))
            next += 3;
        else
            assert_int_equal(err.code, ERR_FILE);
    expect_exactly(store, next);
    store_close(store, NULL);
    store = store_open(f.path, NULL, &err);
    expect_exactly(store, next);
    assert_true(store_write(store, put_three, &next, &err));
    store_close(store, NULL);
    fault_folder_remove(&f);
}

static void whichever_step_fails_a_change_is_there_whole_or_not_at_all(void **state)
{
    static const int codes[] = {EIO, ENOSPC};
    (void)state;
    for (unsigned n = 0; n < 17; n++)
        for (size_t i = 0; i < 2; i++) {
            try_step(n, codes[i], false);
            try_step(n, codes[i], true);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_stops_writing_until_there_is_room),
        cmocka_unit_test(whichever_step_fails_a_change_is_there_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
