/* SPDX-License-Identifier: MIT */
/* The two AWS files, also where somebody else has written them. */
#include "backend/remote/profiles.h"
#include "tests/unit/remote/remote_test.h"

#include <sys/resource.h>

static struct profiles load(void)
{
    struct profiles p = {0};
    struct err err = ERR_INIT;
    if (!profiles_load(&p, &err))
        fail_msg("%s", err.text);
    return p;
}

static void check(const struct profiles *p, const char *profile, const char *key, const char *value)
{
    struct str got = profiles_get(p, str_from(profile), str_from(key));
    if (!str_equal(got, str_from(value)))
        fail_msg("%s of %s is \"%.*s\"", key, profile, STR_ARG(got));
}

static void files_that_are_not_there_are_empty(void **state)
{
    (void)state;
    struct profiles p = load();
    assert_int_equal(p.count, 0);
    assert_false(profiles_has(&p, STR("default")));
    profiles_fini(&p);
}

static void sections_are_named_differently_in_the_two_files(void **state)
{
    (void)state;
    remote_test_file(".aws/config", "[default]\nregion = a\n[profile dev]\nregion = b\n"
                                    "[stray]\nregion = c\n[profile  \"two words\"]\nregion=d\n");
    remote_test_file(".aws/credentials", "[dev]\naws_access_key_id = AKID\nREGION = e\n"
                                         "[profile dev]\nregion = f\n[only]\n");
    struct profiles p = load();
    check(&p, "default", "region", "a");
    check(&p, "dev", "region", "e"); /* what the credentials file says wins */
    check(&p, "dev", "aws_access_key_id", "AKID");
    check(&p, "two words", "region", "d");
    assert_false(profiles_has(&p, STR("stray")));
    assert_true(profiles_has(&p, STR("only")));
    assert_true(profiles_in_credentials(&p, STR("dev"), STR("aws_access_key_id")));
    assert_false(profiles_in_credentials(&p, STR("default"), STR("region")));
    profiles_fini(&p);
}

static void a_process_that_has_read_them_leaves_no_core(void **state)
{
    (void)state;
    struct rlimit before, after, most;
    assert_int_equal(getrlimit(RLIMIT_CORE, &before), 0);
    most = (struct rlimit){.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_CORE, &most), 0);
    struct profiles p = load(); /* there are none: a core is as good as ever */
    assert_int_equal(getrlimit(RLIMIT_CORE, &after), 0);
    assert_true(after.rlim_cur == before.rlim_max);
    profiles_fini(&p);
    remote_test_file(".aws/credentials", "[default]\naws_secret_access_key = x\n");
    p = load();
    assert_int_equal(getrlimit(RLIMIT_CORE, &after), 0);
    assert_true(after.rlim_cur <= 1);
    profiles_fini(&p);
    setrlimit(RLIMIT_CORE, &before);
}

static void values_are_taken_as_they_are(void **state)
{
    (void)state;
    remote_test_file(".aws/credentials",
        "; comment\n[default]\n# another\naws_session_token = a+/=b=c ; not a comment#x\n"
        "aws_secret_access_key=\"quoted\"\n");
    struct profiles p = load();
    check(&p, "default", "aws_session_token", "a+/=b=c ; not a comment#x");
    check(&p, "default", "aws_secret_access_key", "\"quoted\"");
    profiles_fini(&p);
}

static void nested_keys_belong_to_the_key_above(void **state)
{
    (void)state;
    remote_test_file(".aws/config", "[profile a]\ns3 =\n  region = nested\nregion = own\n"
                                    "[services s]\ndynamodb =\n  endpoint_url = http://x:1\n");
    struct profiles p = load();
    check(&p, "a", "region", "own");
    assert_true(profiles_has_services(&p, STR("s")));
    assert_true(str_equal(
        profiles_service(&p, STR("s"), STR("dynamodb"), STR("endpoint_url")), STR("http://x:1")));
    assert_int_equal(
        profiles_service(&p, STR("s"), STR("dynamodb_streams"), STR("endpoint_url")).len, 0);
    profiles_fini(&p);
}

static void the_variables_name_other_files(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/elsewhere", getenv("HOME"));
    remote_test_file("elsewhere", "[default]\nregion = there\n");
    remote_test_file("tilde", "[default]\naws_access_key_id = T\n");
    setenv("AWS_CONFIG_FILE", path, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "~/tilde", 1);
    struct profiles p = load();
    check(&p, "default", "region", "there");
    check(&p, "default", "aws_access_key_id", "T");
    profiles_fini(&p);
}

static void refuse(const char *part)
{
    struct profiles p = {0};
    struct err err = ERR_INIT;
    assert_false(profiles_load(&p, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in: %s", part, err.text);
    assert_null(strstr(err.text, "CANARY"));
    profiles_fini(&p);
}

static void what_is_wrong_is_named_by_its_line_and_not_quoted(void **state)
{
    (void)state;
    remote_test_file(".aws/credentials", "[default]\naws_secret_access_key CANARY\n");
    refuse("credentials:2");
    remote_test_file(".aws/credentials", "[default]\naws_secret_access_key = CANARY\001\n");
    refuse("credentials:2");
}

static void a_file_that_anybody_may_write_is_not_trusted(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/.aws/config", getenv("HOME"));
    remote_test_file(".aws/config", "[default]\ncredential_process = evil\n");
    chmod(path, 0666);
    refuse("chmod o-w");
    chmod(path, 0660);
    struct profiles p = load();
    assert_true(p.shared_writable);
    profiles_fini(&p);
}

static void a_huge_or_endless_file_is_not_read(void **state)
{
    (void)state;
    char *huge = malloc((2 << 20) + 1);
    memset(huge, '#', 2 << 20);
    huge[2 << 20] = '\0';
    remote_test_file(".aws/config", huge);
    free(huge);
    refuse("is larger than");
    setenv("AWS_CONFIG_FILE", "/dev/zero", 1);
    refuse("is larger than");
}

/* Random lines from the pieces that mean something: whatever they are, it ends well. */
static void any_mixture_of_lines_ends_well(void **state)
{
    (void)state;
    static const char *const pieces[] = {"[", "]", "profile ", "default", "services ", "a", "=",
        " ", "\n", "\n", "\n", "#", ";", "\t", "\r", "key = value", "  ", "\"", "'", "\xEF\xBB\xBF",
        "é"};
    unsigned seed = 7;
    for (int round = 0; round < 800; round++) {
        char text[512] = "";
        for (int i = 0; i < 40; i++) {
            seed = seed * 1103515245 + 12345;
            strcat(text, pieces[seed / 65536 % (sizeof pieces / sizeof *pieces)]);
        }
        remote_test_file(".aws/config", text);
        struct profiles p = {0};
        struct err err = ERR_INIT;
        char names[40];
        if (!profiles_load(&p, &err))
            assert_int_equal(err.code, ERR_CONFIG);
        profiles_names(&p, names, sizeof names);
        profiles_get(&p, STR("a"), STR("key"));
        profiles_fini(&p);
    }
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, remote_test_setup, remote_test_teardown)
    const struct CMUnitTest tests[] = {
        EACH(files_that_are_not_there_are_empty),
        EACH(a_process_that_has_read_them_leaves_no_core),
        EACH(sections_are_named_differently_in_the_two_files),
        EACH(values_are_taken_as_they_are),
        EACH(nested_keys_belong_to_the_key_above),
        EACH(the_variables_name_other_files),
        EACH(what_is_wrong_is_named_by_its_line_and_not_quoted),
        EACH(a_file_that_anybody_may_write_is_not_trusted),
        EACH(a_huge_or_endless_file_is_not_read),
        EACH(any_mixture_of_lines_ends_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
