/* SPDX-License-Identifier: MIT */
/* Zips, good and hostile. */
#include "backend/triggers/code.h"

#include "tests/unit/triggers/folder_test.h"
#include "tests/unit/triggers/zip_maker.h"

static bool unpack(struct str zip, struct err *err)
{
    *err = ERR_INIT;
    return code_unpack(AT_FDCWD, "out", zip, err);
}

static void assert_file(const char *path, const char *expected)
{
    char *text = folder_test_read(path);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void files_folders_and_executable_bits_come_out(void **state)
{
    (void)state;
    struct folder_test t;
    struct zip_maker z = {0};
    struct err err;
    folder_test_begin(&t);
    zip_add(&z, (struct zip_entry){"index.js", "exports", 0, 0, 0});
    zip_add(&z, (struct zip_entry){"lib/", "", 040755, 0, 0});
    zip_add(&z, (struct zip_entry){"./lib/deep/run", "#!", 0100755, 0, 0});
    zip_add(&z, (struct zip_entry){"empty", "", 0100000, 0, 0});
    mode_t before = umask(0);
    if (!unpack(zip_end(&z), &err))
        fail_msg("%s", err.text);
    umask(before);
    assert_file("out/index.js", "exports");
    assert_file("out/lib/deep/run", "#!");
    assert_file("out/empty", "");
    assert_int_equal(folder_test_mode("out"), 0700);
    assert_int_equal(folder_test_mode("out/lib"), 0700);
    assert_int_equal(folder_test_mode("out/index.js"), 0600);
    assert_int_equal(folder_test_mode("out/lib/deep/run"), 0700);
    zip_fini(&z);
    folder_test_end(&t);
}

static void refused(const struct zip_entry *entries, size_t count, const char *words)
{
    struct folder_test t;
    struct zip_maker z = {0};
    struct err err;
    folder_test_begin(&t);
    for (size_t i = 0; i < count; i++)
        zip_add(&z, entries[i]);
    if (unpack(zip_end(&z), &err))
        fail_msg("%s was taken", entries[0].name);
    assert_string_equal(err.name, "InvalidParameterValueException");
    if (!strstr(err.text, words))
        fail_msg("%s: %s", entries[0].name, err.text);
    assert_int_equal(access("../escaped", F_OK), -1);
    assert_int_equal(access("/tmp/escaped", F_OK), -1);
    zip_fini(&z);
    folder_test_end(&t);
}

static void what_wants_out_of_its_folder_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "../escaped", "a/../../escaped", "/tmp/escaped", "..", "a/..", "a//b", "a/../b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        refused(&(struct zip_entry){names[i], "x", 0, 0, 0}, 1, "folder");
}

static void links_and_devices_are_refused(void **state)
{
    (void)state;
    refused(&(struct zip_entry){"link", "/etc", 0120777, 0, 0}, 1, "links");
    refused(&(struct zip_entry){"fifo", "", 0010644, 0, 0}, 1, "devices");
    refused(&(struct zip_entry){"device", "", 0020644, 0, 0}, 1, "devices");
    const struct zip_entry through[] = {
        {"link", "/tmp", 0120777, 0, 0}, {"link/escaped", "x", 0, 0, 0}};
    refused(through, 2, "links");
}

static void names_that_stand_twice_are_refused(void **state)
{
    (void)state;
    const struct zip_entry twice[] = {{"a", "1", 0, 0, 0}, {"a", "2", 0, 0, 0}};
    refused(twice, 2, "twice");
    const struct zip_entry below[] = {{"a", "1", 0, 0, 0}, {"a/b", "2", 0, 0, 0}};
    refused(below, 2, "below a name that is a file");
    const struct zip_entry over[] = {{"a/b", "1", 0, 0, 0}, {"a", "2", 0, 0, 0}};
    refused(over, 2, "twice");
}

static void encrypted_and_bottomless_files_are_refused(void **state)
{
    (void)state;
    refused(&(struct zip_entry){"secret", "123456789012345", 0, 1, 0}, 1, "encrypted");
    refused(&(struct zip_entry){"bomb", "x", 0, 0, 300u << 20}, 1, "262144000");
    refused(&(struct zip_entry){"liar", "four", 0, 0, 2}, 1, "unzip");
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    struct folder_test t;
    struct zip_maker z = {0};
    struct err err;
    char name[16];
    folder_test_begin(&t);
    for (int i = 0; i < CODE_FILES_MAX + 1; i++) {
        snprintf(name, sizeof name, "f%d", i);
        zip_add(&z, (struct zip_entry){name, "", 0, 0, 0});
    }
    assert_false(unpack(zip_end(&z), &err));
    assert_non_null(strstr(err.text, "10000"));
    assert_int_equal(access("out/f0", F_OK), -1);
    zip_fini(&z);
    folder_test_end(&t);
}

static void what_is_no_zip_is_refused(void **state)
{
    (void)state;
    struct folder_test t;
    struct zip_maker z = {0};
    struct err err;
    folder_test_begin(&t);
    assert_false(unpack(STR_NONE, &err));
    assert_false(unpack(STR("PK\3\4 or so"), &err));
    assert_string_equal(err.name, "InvalidParameterValueException");
    assert_false(unpack(zip_end(&z), &err)); /* nothing in it */
    zip_fini(&z);
    z = (struct zip_maker){0};
    zip_add(&z, (struct zip_entry){"index.js", "exports.handler = 1", 0, 0, 0});
    struct str whole = zip_end(&z);
    for (size_t len = 0; len < whole.len; len++)
        assert_false(unpack(str_take(whole, len), &err));
    char *large = calloc(1, CODE_PACKED_MAX + 1);
    assert_non_null(large);
    assert_false(unpack((struct str){large, CODE_PACKED_MAX + 1}, &err));
    assert_string_equal(err.name, "RequestEntityTooLargeException");
    free(large);
    zip_fini(&z);
    folder_test_end(&t);
}

static void a_zip_with_bits_turned_never_gets_out(void **state)
{
    (void)state;
    struct folder_test t;
    struct zip_maker z = {0};
    struct err err;
    folder_test_begin(&t);
    zip_add(&z, (struct zip_entry){"a/index.js", "exports.handler = 1", 0, 0, 0});
    struct str whole = zip_end(&z);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        z.files.at[bit / 8] ^= (char)(1 << bit % 8);
        unpack(whole, &err);
        nftw("out", folder_test_remove, 16, FTW_DEPTH | FTW_PHYS);
        z.files.at[bit / 8] ^= (char)(1 << bit % 8);
    }
    zip_fini(&z);
    folder_test_end(&t);
}

static void the_hash_is_the_one_that_lambda_shows(void **state)
{
    (void)state;
    struct buf out = {0};
    code_sha256(STR("abc"), &out);
    assert_string_equal(buf_cstr(&out), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_folders_and_executable_bits_come_out),
        cmocka_unit_test(what_wants_out_of_its_folder_is_refused),
        cmocka_unit_test(links_and_devices_are_refused),
        cmocka_unit_test(names_that_stand_twice_are_refused),
        cmocka_unit_test(encrypted_and_bottomless_files_are_refused),
        cmocka_unit_test(too_many_files_are_refused),
        cmocka_unit_test(what_is_no_zip_is_refused),
        cmocka_unit_test(a_zip_with_bits_turned_never_gets_out),
        cmocka_unit_test(the_hash_is_the_one_that_lambda_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
