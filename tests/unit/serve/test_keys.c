/* SPDX-License-Identifier: MIT */
/* The file of access keys. */
#include "tests/unit/serve/keys_file.h"

static void keys_are_found_by_their_id(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct str secret;
    struct keys *keys = keys_from("# comment\n" EXAMPLE_FILE "[two]\nregion = x\n"
                                  "aws_secret_access_key = s2\naws_access_key_id=k2\n[empty]\n",
        0600, &err);
    assert_non_null(keys);
    assert_true(keys_find(keys, STR(EXAMPLE_ID), &secret));
    assert_true(str_equal(secret, STR(EXAMPLE_SECRET)));
    assert_true(keys_find(keys, STR("k2"), &secret));
    assert_true(str_equal(secret, STR("s2")));
    assert_false(keys_find(keys, STR("k"), &secret));
    assert_false(keys_find(keys, STR_NONE, &secret));
    keys_free(keys);
}

static void a_key_from_memory_stands_beside_those_of_the_file(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct str secret;
    struct keys *keys = keys_from(EXAMPLE_FILE, 0600, &err);
    assert_non_null(keys);
    assert_true(keys_add(keys, STR("mine"), STR("only for this run"), &err));
    assert_true(keys_find(keys, STR("mine"), &secret));
    assert_true(str_equal(secret, STR("only for this run")));
    assert_true(keys_find(keys, STR(EXAMPLE_ID), &secret));
    for (int more = 2; more < 1024; more++)
        assert_true(keys_add(keys, STR("more"), STR("x"), &err));
    assert_false(keys_add(keys, STR("more"), STR("x"), &err));
    assert_int_equal(err.code, ERR_CONFIG);
    keys_free(keys);
}

static void a_file_that_others_may_use_is_refused_with_a_remedy(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0666};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct err err = ERR_INIT;
        assert_null(keys_from(EXAMPLE_FILE, modes[i], &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_non_null(strstr(err.text, "chmod 600"));
        assert_null(strstr(err.text, EXAMPLE_SECRET));
    }
}

static void what_is_no_key_is_refused_and_no_secret_is_told(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "[a]\n", "[a]\naws_access_key_id = k\n",
        "[a]\naws_secret_access_key = canary\n", "aws_access_key_id = k\n",
        "[a]\naws_secret_access_key = canary\naws_secret_access_key = canary2\n",
        "[a]\naws_access_key_id =\naws_secret_access_key = canary\n", "canary\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = ERR_INIT;
        assert_null(keys_from(wrong[i], 0600, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        if (i != 7) /* a line that is nothing is quoted: it stands where no secret does */
            assert_null(strstr(err.text, "canary"));
    }
}

static void a_missing_file_and_a_folder_are_refused(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_null(keys_load("/tmp/dynascope-no-such-file", &err));
    assert_non_null(strstr(err.text, "/tmp/dynascope-no-such-file"));
    err = ERR_INIT;
    assert_null(keys_load("/tmp", &err));
    assert_int_equal(err.code, ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_by_their_id),
        cmocka_unit_test(a_key_from_memory_stands_beside_those_of_the_file),
        cmocka_unit_test(a_file_that_others_may_use_is_refused_with_a_remedy),
        cmocka_unit_test(what_is_no_key_is_refused_and_no_secret_is_told),
        cmocka_unit_test(a_missing_file_and_a_folder_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
