/* SPDX-License-Identifier: MIT */
/*
 * How a mapping fares, and what is asked of its runner, through files.
 */
#include "backend/triggers/status.h"

#include "backend/triggers/lease.h"
#include "tests/unit/triggers/folder_test.h"

#include <fcntl.h>
#include <sys/mount.h>

static bool read_status(struct arena *arena, struct status *status)
{
    struct err err = ERR_INIT;
    bool found;
    if (!status_read(".", arena, status, &found, &err))
        fail_msg("%s", err.text);
    return found;
}

static void write_status(const struct status *status)
{
    struct err err = ERR_INIT;
    if (!status_write(".", status, &err))
        fail_msg("%s", err.text);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct folder_test t;
    struct arena arena = {0};
    struct lease lease = LEASE_INIT;
    struct err err = ERR_INIT;
    struct status status;
    folder_test_begin(&t);
    assert_false(read_status(&arena, &status));
    assert_true(lease_try(&lease, ".", &err));
    struct status from = {.state = STATUS_RETRYING,
        .pid = 77,
        .time_ms = 1767225600123,
        .note = STR("a \"note\"\n"),
        .last_result = STR("OK"),
        .attempt = 3,
        .again_ms = 1767225600999,
        .blocked_at = STR("123456789012345678901"),
        .lag_ms = 12,
        .ledger = {.seen = 21,
            .succeeded = 1,
            .filtered = 2,
            .dropped = 3,
            .expired = 4,
            .pending = 11,
            .delivered = 5,
            .retried = 6,
            .calls = 7,
            .errors = 8},
        .gaps = 2,
        .last_ms = 5,
        .last_duration_us = 6,
        .median_us = 7,
        .loops = true};
    from.calls[0] = 1;
    from.errors[59] = 2;
    from.longest_us[30] = UINT32_MAX;
    write_status(&from);
    assert_true(read_status(&arena, &status));
    assert_int_equal(status.state, STATUS_RETRYING);
    assert_int_equal(status.pid, 77);
    assert_int_equal(status.time_ms, 1767225600123);
    assert_true(str_equal(status.note, from.note));
    assert_true(str_equal(status.last_result, from.last_result));
    assert_true(str_equal(status.blocked_at, from.blocked_at));
    assert_int_equal(status.attempt, 3);
    assert_int_equal(status.again_ms, from.again_ms);
    assert_memory_equal(&status.ledger, &from.ledger, sizeof from.ledger);
    assert_memory_equal(status.calls, from.calls, sizeof from.calls);
    assert_memory_equal(status.errors, from.errors, sizeof from.errors);
    assert_memory_equal(status.longest_us, from.longest_us, sizeof from.longest_us);
    assert_true(status.loops);
    assert_int_equal(folder_test_mode("status"), 0600);
    arena_fini(&arena);
    lease_drop(&lease);
    folder_test_end(&t);
}

static void without_its_runner_it_is_stopped_unless_it_is_over(void **state)
{
    (void)state;
    static const enum status_state states[] = {STATUS_IDLE, STATUS_RUNNING, STATUS_RETRYING,
        STATUS_BLOCKED, STATUS_UNTRUSTED, STATUS_DISABLED, STATUS_ENDED};
    struct folder_test t;
    struct arena arena = {0};
    struct status status;
    folder_test_begin(&t);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        write_status(&(struct status){.state = states[i]});
        assert_true(read_status(&arena, &status));
        assert_int_equal(status.state, i < 5 ? STATUS_STOPPED : states[i]);
    }
    arena_fini(&arena);
    folder_test_end(&t);
}

static void anything_may_be_in_the_file(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "7", "{\"State\":7,\"CallsBySlot\":[\"x\"]}",
        "{\"State\":\"happy\",\"Pid\":-1,\"TimeMs\":99999999999999999999999}"};
    struct folder_test t;
    struct arena arena = {0};
    struct status status;
    folder_test_begin(&t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        folder_test_write("status", texts[i]);
        read_status(&arena, &status);
        assert_int_equal(status.state, STATUS_STOPPED);
        assert_int_equal(status.time_ms, 0);
    }
    arena_fini(&arena);
    folder_test_end(&t);
}

static void what_is_no_file_is_no_status(void **state)
{
    (void)state;
    struct folder_test t;
    struct arena arena = {0};
    struct status status;
    folder_test_begin(&t);
    assert_int_equal(mkfifo("status", 0600), 0);
    assert_false(read_status(&arena, &status));
    write_status(&(struct status){.state = STATUS_ENDED});
    assert_true(read_status(&arena, &status));
    assert_int_equal(status.state, STATUS_ENDED);
    arena_fini(&arena);
    folder_test_end(&t);
}

/* A disk of its own, where one may be mounted. */
static void on_a_full_disk_the_old_one_is_written_over(void **state)
{
    (void)state;
    struct folder_test t;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct status status;
    bool found;
    folder_test_begin(&t);
    assert_int_equal(mkdir("full", 0700), 0);
    if (mount("tmpfs", "full", "tmpfs", 0, "size=16k") != 0) {
        folder_test_end(&t);
        skip();
    }
    assert_true(status_write("full", &(struct status){.state = STATUS_ENDED}, &err));
    int fd = open("full/fill", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (char block[4096] = {0}; write(fd, block, sizeof block) > 0;)
        ;
    close(fd);
    assert_true(status_write(
        "full", &(struct status){.state = STATUS_ENDED, .note = STR("the disk is full")}, &err));
    assert_true(status_read("full", &arena, &status, &found, &err) && found);
    assert_true(str_equal(status.note, STR("the disk is full")));
    assert_int_equal(umount("full"), 0);
    arena_fini(&arena);
    folder_test_end(&t);
}

static void a_wish_is_taken_once(void **state)
{
    (void)state;
    struct folder_test t;
    struct err err = ERR_INIT;
    enum status_wish wish;
    folder_test_begin(&t);
    assert_false(status_take(".", &wish));
    assert_true(status_ask(".", STATUS_SKIP, &err));
    assert_true(status_take(".", &wish));
    assert_int_equal(wish, STATUS_SKIP);
    assert_false(status_take(".", &wish));
    assert_true(status_ask(".", STATUS_RETRY_NOW, &err));
    assert_true(status_take(".", &wish));
    assert_int_equal(wish, STATUS_RETRY_NOW);
    assert_false(status_ask("not-there", STATUS_SKIP, &err));
    folder_test_end(&t);
}

static void each_state_has_a_word(void **state)
{
    (void)state;
    for (int i = STATUS_STOPPED; i <= STATUS_ENDED; i++)
        assert_string_not_equal(status_word((enum status_state)i), "unknown");
    assert_string_equal(status_word((enum status_state)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(without_its_runner_it_is_stopped_unless_it_is_over),
        cmocka_unit_test(anything_may_be_in_the_file),
        cmocka_unit_test(what_is_no_file_is_no_status),
        cmocka_unit_test(on_a_full_disk_the_old_one_is_written_over),
        cmocka_unit_test(a_wish_is_taken_once),
        cmocka_unit_test(each_state_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
