/* SPDX-License-Identifier: MIT */
/*
 * The journal of a mapping: what was synced is there again, whatever happened to the file's end.
 */
#include "backend/triggers/progress.h"

#include "tests/unit/triggers/folder_test.h"

#include <signal.h>
#include <sys/resource.h>

static struct progress *open_progress(void)
{
    struct err err = ERR_INIT;
    struct progress *p = progress_open(".", &err);
    if (!p)
        fail_msg("%s", err.text);
    return p;
}

static void sync_progress(struct progress *p)
{
    struct err err = ERR_INIT;
    if (!progress_sync(p, &err))
        fail_msg("%s", err.text);
    assert_false(progress_dirty(p));
}

static void put_place(struct progress *p, const char *shard, const char *sequence, uint64_t count)
{
    progress_put(
        p, &(struct progress_shard){.id = str_from(shard),
               .place = {
                   .factor = 1, .sequence = {str_from(sequence)}, .ledger = {.succeeded = count}}});
}

static struct progress_shard shard_of(const struct progress *p, const char *id)
{
    struct progress_shard shard;
    for (size_t i = 0; progress_shard_at(p, i, &shard); i++)
        if (str_equal(shard.id, str_from(id)))
            return shard;
    return (struct progress_shard){0};
}

static void assert_text(struct str text, const char *expected)
{
    if (!str_equal(text, str_from(expected)))
        fail_msg("%.*s is not %s", STR_ARG(text), expected);
}

static void all_that_is_put_comes_back(void **state)
{
    (void)state;
    struct folder_test t;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    assert_false(progress_start(p).fixed);
    progress_set_start(p, &(struct progress_start){.time_ms = 1767225600123});
    progress_put(p, &(struct progress_shard){.id = STR("shardId-1"),
                        .place = {.factor = 3,
                            .sequence = {STR("100"), STR_NONE, STR("102")},
                            .ledger = {.succeeded = 1,
                                .filtered = 2,
                                .dropped = 3,
                                .expired = 4,
                                .delivered = 5,
                                .retried = 6,
                                .calls = 7,
                                .errors = 8},
                            .window_start_ms = 1767225600000,
                            .window_state = STR("{\n \"a\\n\": [1]\r\n}")},
                        .iterator = STR("arn|\"quoted\"")});
    progress_put(p, &(struct progress_shard){.id = STR("shardId-2"), .done = true});
    progress_set_gaps(p, 9);
    sync_progress(p);
    progress_close(p);

    p = open_progress();
    assert_true(progress_start(p).fixed);
    assert_false(progress_start(p).from_start);
    assert_int_equal(progress_start(p).time_ms, 1767225600123);
    assert_int_equal(progress_gaps(p), 9);
    struct progress_shard shard = shard_of(p, "shardId-1");
    assert_int_equal(shard.place.factor, 3);
    assert_text(shard.place.sequence[0], "100");
    assert_text(shard.place.sequence[1], "");
    assert_text(shard.place.sequence[2], "102");
    assert_int_equal(shard.place.ledger.seen, 10);
    assert_int_equal(shard.place.ledger.errors, 8);
    assert_int_equal(shard.place.window_start_ms, 1767225600000);
    assert_text(shard.place.window_state, "{  \"a\\n\": [1]  }");
    assert_text(shard.iterator, "arn|\"quoted\"");
    assert_false(shard.done);
    assert_true(shard_of(p, "shardId-2").done);
    progress_close(p);
    folder_test_end(&t);
}

static void what_is_not_synced_is_not_there(void **state)
{
    (void)state;
    struct folder_test t;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    put_place(p, "s", "1", 1);
    sync_progress(p);
    put_place(p, "s", "2", 2);
    assert_true(progress_dirty(p));
    progress_close(p);
    p = open_progress();
    assert_text(shard_of(p, "s").place.sequence[0], "1");
    progress_close(p);
    folder_test_end(&t);
}

/* Cut at each byte: what stands before the cut holds, and the next line is read after it. */
static void a_torn_end_is_passed_over(void **state)
{
    (void)state;
    struct folder_test t;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    put_place(p, "s", "1", 1);
    sync_progress(p);
    char *whole = folder_test_read("progress");
    size_t first = strlen(whole);
    free(whole);
    put_place(p, "s", "2", 2);
    sync_progress(p);
    progress_close(p);
    whole = folder_test_read("progress");
    size_t len = strlen(whole);
    for (size_t cut = first; cut < len; cut++) {
        char *torn = strndup(whole, cut);
        folder_test_write("progress", torn);
        free(torn);
        p = open_progress();
        assert_text(shard_of(p, "s").place.sequence[0], cut == len - 1 ? "2" : "1");
        put_place(p, "s", "3", 3);
        sync_progress(p);
        progress_close(p);
        p = open_progress();
        assert_text(shard_of(p, "s").place.sequence[0], "3");
        progress_close(p);
    }
    free(whole);
    folder_test_end(&t);
}

static void a_line_that_was_changed_does_not_count(void **state)
{
    (void)state;
    struct folder_test t;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    put_place(p, "s", "1", 1);
    sync_progress(p);
    put_place(p, "s", "29999", 2);
    sync_progress(p);
    progress_close(p);
    char *text = folder_test_read("progress");
    *strstr(text, "29999") = '3';
    folder_test_write("progress", text);
    free(text);
    p = open_progress();
    assert_text(shard_of(p, "s").place.sequence[0], "1");
    assert_true(progress_damaged(p));
    progress_close(p);
    folder_test_end(&t);
}

static void a_file_of_anything_is_no_journal_and_no_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "no", "00000000 {}\n", "00000000\n",
        "{\"Shard\":1}\n", "99999999 {\"Shard\":\"s\",\"Places\":7}\n"};
    struct folder_test t;
    folder_test_begin(&t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct progress_shard shard;
        folder_test_write("progress", texts[i]);
        struct progress *p = open_progress();
        assert_false(progress_shard_at(p, 0, &shard));
        put_place(p, "s", "1", 1);
        sync_progress(p);
        progress_close(p);
        p = open_progress();
        assert_text(shard_of(p, "s").place.sequence[0], "1");
        progress_close(p);
    }
    folder_test_end(&t);
}

static void a_shard_that_is_forgotten_stays_in_the_sums(void **state)
{
    (void)state;
    struct folder_test t;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    put_place(p, "a", "1", 10);
    put_place(p, "b", "1", 5);
    put_place(p, "c", "1", 7);
    progress_forget(p, STR("a"));
    progress_forget(p, STR("c"));
    progress_forget(p, STR("never was"));
    for (int i = 0; i < 2; i++) {
        struct progress_shard shard;
        assert_int_equal(progress_forgotten(p).succeeded, 17);
        assert_int_equal(progress_forgotten(p).seen, 17);
        assert_true(progress_shard_at(p, 0, &shard));
        assert_text(shard.id, "b");
        assert_false(progress_shard_at(p, 1, &shard));
        sync_progress(p);
        progress_close(p);
        p = open_progress();
    }
    progress_close(p);
    folder_test_end(&t);
}

static void the_file_does_not_grow_for_ever(void **state)
{
    (void)state;
    struct folder_test t;
    struct stat s;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    char number[24];
    for (uint64_t i = 1; i <= 40000; i++) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)i);
        put_place(p, "shardId-00000000000000000000-00000001", number, i);
        if (i % 100 == 0)
            sync_progress(p);
    }
    progress_close(p);
    assert_int_equal(stat("progress", &s), 0);
    assert_in_range(s.st_size, 1, 1 << 20);
    p = open_progress();
    assert_text(shard_of(p, "shardId-00000000000000000000-00000001").place.sequence[0], "40000");
    progress_close(p);
    folder_test_end(&t);
}

/* The disk is full in the middle of a line; then it is not. */
static void after_a_failed_write_a_new_file_has_it_all(void **state)
{
    (void)state;
    struct folder_test t;
    struct err err = ERR_INIT;
    struct stat s;
    struct rlimit before, little;
    folder_test_begin(&t);
    struct progress *p = open_progress();
    put_place(p, "s", "1", 1);
    sync_progress(p);
    assert_int_equal(stat("progress", &s), 0);
    ino_t inode = s.st_ino;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    little = before;
    little.rlim_cur = (rlim_t)s.st_size + 20;
    setrlimit(RLIMIT_FSIZE, &little);
    put_place(p, "s", "2", 2);
    bool written = progress_sync(p, &err);
    little.rlim_cur = (rlim_t)s.st_size - 1;
    setrlimit(RLIMIT_FSIZE, &little);
    bool again = progress_sync(p, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_false(again);
    assert_true(progress_dirty(p));
    assert_int_equal(err.code, ERR_FILE);
    sync_progress(p);
    assert_int_equal(stat("progress", &s), 0);
    assert_int_not_equal(s.st_ino, inode);
    progress_close(p);
    p = open_progress();
    assert_text(shard_of(p, "s").place.sequence[0], "2");
    progress_close(p);
    folder_test_end(&t);
}

static void a_folder_that_is_gone_is_told(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_null(progress_open("/tmp/dynascope-not-there", &err));
    assert_int_equal(err.code, ERR_NO_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_put_comes_back),
        cmocka_unit_test(what_is_not_synced_is_not_there),
        cmocka_unit_test(a_torn_end_is_passed_over),
        cmocka_unit_test(a_line_that_was_changed_does_not_count),
        cmocka_unit_test(a_file_of_anything_is_no_journal_and_no_harm),
        cmocka_unit_test(a_shard_that_is_forgotten_stays_in_the_sums),
        cmocka_unit_test(the_file_does_not_grow_for_ever),
        cmocka_unit_test(after_a_failed_write_a_new_file_has_it_all),
        cmocka_unit_test(a_folder_that_is_gone_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
