/* SPDX-License-Identifier: MIT */
/* The store as its callers see it: opening, reading, writing, spoiling, growing, refusing. */
#include "backend/embedded/store.h"
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a folder for each test ---- */

struct place {
    char folder[64], data[128], lock[128], marker[128];
    struct err err;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->err = ERR_INIT;
    strcpy(p->folder, "/tmp/dynascope-store-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->data, sizeof p->data, "%s/data.mdb", p->folder);
    snprintf(p->lock, sizeof p->lock, "%s/lock.mdb", p->folder);
    snprintf(p->marker, sizeof p->marker, "%s/unsynced", p->folder);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    unlink(p->data);
    unlink(p->lock);
    unlink(p->marker);
    rmdir(p->folder);
    free(p);
    return 0;
}

static struct store *open_with(struct place *p, struct store_options options)
{
    return store_open(p->folder, &options, &p->err);
}

static struct store *open_plain(struct place *p)
{
    struct store *store = store_open(p->folder, NULL, &p->err);
    if (store == NULL)
        fail_msg("%s", p->err.text);
    return store;
}

static void assert_says(const struct place *p, const char *part)
{
    if (strstr(p->err.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", p->err.text, part);
    assert_non_null(strstr(p->err.text, p->folder));
}

/* ---- small functions to run ---- */

struct pair {
    const char *key, *value;
};

static bool put_pair(struct store_txn *txn, void *context, struct err *err)
{
    const struct pair *pair = context;
    return store_put(txn, STORE_ITEMS, str_from(pair->key), str_from(pair->value), err);
}

struct wanted {
    const char *key;
    char value[256];
    bool found;
};

static bool get_wanted(struct store_txn *txn, void *context, struct err *err)
{
    struct wanted *wanted = context;
    struct str value;
    if (!store_get(txn, STORE_ITEMS, str_from(wanted->key), &value, &wanted->found, err))
        return false;
    if (wanted->found)
        snprintf(wanted->value, sizeof wanted->value, "%.*s", STR_ARG(value));
    return true;
}

static void put(struct store *store, const char *key, const char *value)
{
    struct err err = ERR_INIT;
    struct pair pair = {key, value};
    if (!store_write(store, put_pair, &pair, &err))
        fail_msg("%s", err.text);
}

static void expect(struct store *store, const char *key, const char *value)
{
    struct err err = ERR_INIT;
    struct wanted wanted = {.key = key};
    assert_true(store_read(store, get_wanted, &wanted, &err));
    assert_int_equal(wanted.found, value != NULL);
    if (value)
        assert_string_equal(wanted.value, value);
}

/* ---- tests ---- */

static void a_new_store_is_private_and_keeps_what_was_put(void **state)
{
    struct place *p = *state;
    struct stat st;
    rmdir(p->folder);
    struct store *store = open_plain(p);
    assert_int_equal(stat(p->folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(p->data, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    put(store, "a", "1");
    expect(store, "a", "1");
    expect(store, "b", NULL);
    store_close(store, NULL);
    store = open_plain(p);
    expect(store, "a", "1");
    store_close(store, NULL);
}

static void folders_above_a_new_store_are_made(void **state)
{
    struct place *p = *state;
    struct place deep = *p;
    strcat(deep.folder, "/a/b");
    struct store *store = open_plain(&deep);
    store_close(store, NULL);
    char command[256];
    snprintf(command, sizeof command, "rm -r %s/a", p->folder);
    assert_int_equal(system(command), 0);
}

static void uuid_and_creation_time_stay(void **state)
{
    struct place *p = *state;
    struct clock_fake clock;
    char uuid[16];
    clock_fake_init(&clock, 1700000000123);
    struct store *store = open_with(p, (struct store_options){.clock = &clock.clock});
    assert_int_equal(store_created_ms(store), 1700000000123);
    assert_int_equal(store_uuid(store).len, 16);
    memcpy(uuid, store_uuid(store).at, 16);
    store_close(store, NULL);
    store = open_plain(p);
    assert_int_equal(store_created_ms(store), 1700000000123);
    assert_memory_equal(store_uuid(store).at, uuid, 16);
    store_close(store, NULL);
}

static void a_store_that_must_exist_is_missed(void **state)
{
    struct place *p = *state;
    assert_null(open_with(p, (struct store_options){.must_exist = true}));
    assert_int_equal(p->err.code, ERR_NO_INPUT);
    assert_says(p, "there is no store");
    assert_null(open_with(p, (struct store_options){.read_only = true}));
    assert_int_equal(p->err.code, ERR_NO_INPUT);
    assert_int_not_equal(access(p->data, F_OK), 0);
}

static void a_file_is_no_folder(void **state)
{
    struct place *p = *state;
    rmdir(p->folder);
    close(open(p->folder, O_CREAT | O_WRONLY, 0600));
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "is a file, but a store is a folder");
    unlink(p->folder);
}

static void write_file(const char *path, const char *bytes, size_t len)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void a_foreign_file_is_refused_untouched(void **state)
{
    struct place *p = *state;
    char text[9000];
    struct stat st;
    memset(text, 'x', sizeof text);
    write_file(p->data, text, sizeof text);
    assert_null(open_with(p, (struct store_options){0}));
    assert_int_equal(p->err.code, ERR_FILE);
    assert_says(p, "is not a store of dynascope");
    write_file(p->data, text, 10);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "damaged");
    assert_int_equal(stat(p->data, &st), 0);
    assert_int_equal(st.st_size, 10);
}

static void a_folder_of_other_files_does_not_become_a_store(void **state)
{
    struct place *p = *state;
    char other[160];
    snprintf(other, sizeof other, "%s/thesis.txt", p->folder);
    write_file(other, "chapter one", 11);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "has other files in it and no store");
    assert_int_not_equal(access(p->data, F_OK), 0);
    unlink(other);
    write_file(p->lock, "", 0);
    store_close(open_plain(p), NULL);
}

/* Changes bytes of the format record, wherever it stands in the file. */
static void patch_record(const char *path, const char *find, size_t at, char byte)
{
    static char file[1 << 20];
    int fd = open(path, O_RDWR);
    ssize_t len = read(fd, file, sizeof file);
    size_t count = 0, size = strlen(find);
    assert_true(len > 0);
    for (size_t i = 0; i + size + at < (size_t)len; i++)
        if (memcmp(file + i, find, size) == 0) {
            assert_int_equal(pwrite(fd, &byte, 1, (off_t)(i + at)), 1);
            count++;
        }
    close(fd);
    assert_true(count > 0);
}

static void a_newer_and_an_older_format_are_refused(void **state)
{
    struct place *p = *state;
    store_close(open_plain(p), NULL);
    patch_record(p->data, "dynascope store", 16 + 3, 2);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "use a newer dynascope");
    patch_record(p->data, "dynascope store", 16 + 3, 0);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "export its tables");
    patch_record(p->data, "dynascope store", 0, 'D');
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "format record");
}

static void an_lmdb_file_of_another_program_is_refused(void **state)
{
    struct place *p = *state;
    store_close(open_plain(p), NULL);
    patch_record(p->data, "layers", 0, 'L');
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "another program");
}

static void a_shortened_file_is_refused(void **state)
{
    struct place *p = *state;
    struct stat st;
    struct store *store = open_plain(p);
    char key[32];
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "key %d", i);
        put(store, key, "some value that takes a little room");
    }
    store_close(store, NULL);
    assert_int_equal(stat(p->data, &st), 0);
    assert_int_equal(truncate(p->data, st.st_size / 2), 0);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "shorter");
    assert_int_equal(truncate(p->data, 4096), 0);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "shorter");
    assert_int_equal(truncate(p->data, 100), 0);
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "shorter");
}

static void a_second_open_in_one_process_is_refused(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    assert_null(open_with(p, (struct store_options){0}));
    assert_int_equal(p->err.code, ERR_BUSY);
    assert_says(p, "already open in this process");
    put(store, "a", "1");
    store_close(store, NULL);
    store_close(open_plain(p), NULL);
}

static void a_read_only_store_reads_and_refuses_to_write(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    struct pair pair = {"a", "2"};
    put(store, "a", "1");
    store_close(store, NULL);
    store = open_with(p, (struct store_options){.read_only = true});
    assert_non_null(store);
    expect(store, "a", "1");
    assert_false(store_write(store, put_pair, &pair, &p->err));
    assert_says(p, "reading only");
    store_close(store, NULL);
}

static void descriptors_are_closed_on_exec(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    struct stat data, other;
    unsigned count = 0;
    assert_int_equal(stat(p->data, &data), 0);
    for (int fd = 3; fd < 256; fd++) {
        if (fstat(fd, &other) != 0 || other.st_ino != data.st_ino)
            continue;
        count++;
        assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
    assert_int_equal(count, 3); /* ours, LMDB's for pages and its one for meta pages */
    store_close(store, NULL);
}

static bool refuse(struct store_txn *txn, void *context, struct err *err)
{
    (void)txn;
    (void)context;
    return err_invalid(err, "no");
}

static void a_function_that_refuses_writes_nothing_and_keeps_its_error(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    uint64_t version = store_version(store);
    assert_false(store_write(store, refuse, NULL, &p->err));
    assert_string_equal(p->err.name, "ValidationException");
    assert_int_equal(store_version(store), version);
    put(store, "a", "1");
    assert_int_equal(store_version(store), version + 1);
    store_close(store, NULL);
}

struct halfway {
    bool says_so, ok;
    int runs;
};

static bool write_and_fail(struct store_txn *txn, void *context, struct err *err)
{
    struct halfway *half = context;
    half->runs++;
    if (!store_put(txn, STORE_ITEMS, STR("half"), STR("x"), err))
        return false;
    if (half->says_so)
        store_spoil(txn);
    if (half->ok)
        return true;
    return err_set(err, ERR_INTERNAL, "halfway");
}

static void half_a_change_is_rolled_back(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    for (int i = 0; i < 3; i++) {
        struct halfway half = {.says_so = i > 0, .ok = i == 2};
        assert_false(store_write(store, write_and_fail, &half, &p->err));
        assert_int_equal(half.runs, 2); /* once more alone: it was not to blame for certain */
        expect(store, "half", NULL);
    }
    put(store, "a", "1");
    expect(store, "a", "1");
    store_close(store, NULL);
}

static void fail_finding(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

struct load {
    int first, count;
};

static bool put_many(struct store_txn *txn, void *context, struct err *err)
{
    const struct load *load = context;
    static const char value[400];
    for (int i = 0; i < load->count; i++) {
        char key[32];
        int len = snprintf(key, sizeof key, "key %08d", load->first + i);
        if (!store_put(txn, STORE_ITEMS, (struct str){key, (size_t)len},
                (struct str){value, sizeof value}, err))
            return false;
    }
    return true;
}

static void the_map_grows_from_tiny_in_the_middle_and_at_the_commit(void **state)
{
    struct place *p = *state;
    struct store *store = open_with(p, (struct store_options){.map_size = 64 * 1024});
    struct store_stat stat;
    assert_non_null(store);
    for (int i = 0; i < 100; i++) {
        struct load load = {i * 100, 1 + i};
        assert_true(store_write(store, put_many, &load, &p->err));
    }
    assert_true(store_stat(store, &stat, &p->err));
    assert_int_equal(stat.entries[STORE_ITEMS], 5050);
    assert_true(stat.file_bytes > 2000000);
    assert_true(stat.used_bytes <= stat.file_bytes);
    expect(store, "key 00009999", "");
    store_close(store, NULL);
    store = open_with(p, (struct store_options){.map_size = 64 * 1024});
    expect(store, "key 00009999", "");
    store_close(store, NULL);
}

/* Pages that were taken and given back at once are counted, but never written: here as if so. */
static void a_file_that_ends_before_its_last_page_but_after_all_in_use_is_sound(void **state)
{
    struct place *p = *state;
    struct load load = {0, 300};
    struct store *store = open_plain(p);
    assert_true(store_write(store, put_many, &load, &p->err));
    store_close(store, NULL);
    int fd = open(p->data, O_RDWR);
    for (off_t at = 136; at < 2 * 4096; at += 4096) {
        uint64_t last;
        assert_int_equal(pread(fd, &last, sizeof last, at), sizeof last);
        last += 5;
        assert_int_equal(pwrite(fd, &last, sizeof last, at), sizeof last);
    }
    close(fd);
    store = open_plain(p);
    assert_true(store_check(store, fail_finding, NULL, &p->err));
    load.first = 1000;
    assert_true(store_write(store, put_many, &load, &p->err));
    assert_true(store_check(store, fail_finding, NULL, &p->err));
    store_close(store, NULL);
}

/* ---- faults ---- */

struct fault {
    enum store_step step;
    int after, code;
};

static int fail_once(void *context, enum store_step step)
{
    struct fault *fault = context;
    return step == fault->step && fault->after-- == 0 ? fault->code : 0;
}

static void a_full_disk_names_the_remedy_and_loses_nothing(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 2; i++) {
        struct fault fault = {i ? STORE_STEP_PUT : STORE_STEP_COMMIT, 1, ENOSPC};
        struct store *store =
            open_with(p, (struct store_options){.fault = fail_once, .fault_context = &fault});
        put(store, "a", "before");
        struct pair pair = {"a", "after"};
        bool ok = store_write(store, put_pair, &pair, &p->err);
        assert_int_equal(ok, i == 1); /* a put that failed is tried again alone, and works */
        if (!ok)
            assert_says(p, "free some space and try again");
        expect(store, "a", ok ? "after" : "before");
        put(store, "a", "later");
        expect(store, "a", "later");
        store_close(store, NULL);
    }
}

static void a_store_that_was_removed_while_open_takes_no_writes(void **state)
{
    struct place *p = *state;
    struct store *store = open_plain(p);
    struct pair pair = {"a", "after"};
    put(store, "a", "before");
    assert_int_equal(unlink(p->data), 0);
    assert_false(store_write(store, put_pair, &pair, &p->err));
    assert_int_equal(p->err.code, ERR_FILE);
    assert_says(p, "was removed or replaced");
    store_close(store, NULL);
}

static void a_failed_sync_ends_writing_until_the_store_is_opened_again(void **state)
{
    struct place *p = *state;
    struct fault fault = {STORE_STEP_COMMIT, 1, EIO};
    struct store *store =
        open_with(p, (struct store_options){.fault = fail_once, .fault_context = &fault});
    struct pair pair = {"a", "after"};
    put(store, "a", "before");
    assert_false(store_write(store, put_pair, &pair, &p->err));
    assert_int_equal(p->err.code, ERR_FILE);
    assert_false(store_write(store, put_pair, &pair, &p->err));
    assert_says(p, "could not be synced");
    expect(store, "a", "before");
    store_close(store, NULL);
    store = open_plain(p);
    put(store, "a", "again");
    store_close(store, NULL);
}

/* ---- bulk loads ---- */

static void a_bulk_load_leaves_its_marker_until_it_is_synced(void **state)
{
    struct place *p = *state;
    struct store *store = open_with(p, (struct store_options){.no_sync = true});
    assert_int_equal(access(p->marker, F_OK), 0);
    put(store, "a", "1");
    store_close(store, NULL);
    assert_int_not_equal(access(p->marker, F_OK), 0);
    store = open_plain(p);
    expect(store, "a", "1");
    store_close(store, NULL);
}

static void a_bulk_load_of_another_boot_is_refused_but_can_be_checked(void **state)
{
    struct place *p = *state;
    const char other[] = "00000000-0000-0000-0000-000000000000";
    store_close(open_plain(p), NULL);
    write_file(p->marker, other, strlen(other));
    assert_null(open_with(p, (struct store_options){0}));
    assert_says(p, "bulk load");
    struct store *store =
        open_with(p, (struct store_options){.read_only = true, .for_check = true});
    assert_non_null(store);
    store_close(store, NULL);
    assert_int_equal(access(p->marker, F_OK), 0);
}

static void a_killed_bulk_load_of_this_boot_is_made_good(void **state)
{
    struct place *p = *state;
    char boot[37] = "";
    store_close(open_plain(p), NULL);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);
    assert_int_equal(read(fd, boot, 36), 36);
    close(fd);
    write_file(p->marker, boot, 36);
    struct store *store = open_plain(p);
    assert_int_not_equal(access(p->marker, F_OK), 0);
    store_close(store, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_new_store_is_private_and_keeps_what_was_put),
        TEST(folders_above_a_new_store_are_made),
        TEST(uuid_and_creation_time_stay),
        TEST(a_store_that_must_exist_is_missed),
        TEST(a_file_is_no_folder),
        TEST(a_foreign_file_is_refused_untouched),
        TEST(a_folder_of_other_files_does_not_become_a_store),
        TEST(a_newer_and_an_older_format_are_refused),
        TEST(an_lmdb_file_of_another_program_is_refused),
        TEST(a_shortened_file_is_refused),
        TEST(a_second_open_in_one_process_is_refused),
        TEST(a_read_only_store_reads_and_refuses_to_write),
        TEST(descriptors_are_closed_on_exec),
        TEST(a_function_that_refuses_writes_nothing_and_keeps_its_error),
        TEST(half_a_change_is_rolled_back),
        TEST(the_map_grows_from_tiny_in_the_middle_and_at_the_commit),
        TEST(a_file_that_ends_before_its_last_page_but_after_all_in_use_is_sound),
        TEST(a_full_disk_names_the_remedy_and_loses_nothing),
        TEST(a_store_that_was_removed_while_open_takes_no_writes),
        TEST(a_failed_sync_ends_writing_until_the_store_is_opened_again),
        TEST(a_bulk_load_leaves_its_marker_until_it_is_synced),
        TEST(a_bulk_load_of_another_boot_is_refused_but_can_be_checked),
        TEST(a_killed_bulk_load_of_this_boot_is_made_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
