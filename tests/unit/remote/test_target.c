/* SPDX-License-Identifier: MIT */
/* Profiles, regions and endpoints: which source wins, and what is said where one is wrong. */
#include "backend/remote/target.h"
#include "tests/unit/remote/remote_test.h"

static const struct target_ask nothing;

static struct target resolve(const struct target_ask *ask)
{
    struct target t;
    struct err err = ERR_INIT;
    if (!target_resolve(&t, ask, &err))
        fail_msg("%s", err.text);
    return t;
}

static void check(const struct target_ask *ask, const char *profile, const char *region,
    const char *url, const char *streams)
{
    struct target t = resolve(ask);
    char got[512];
    snprintf(got, sizeof got, "%.*s %.*s %.*s %.*s", STR_ARG(t.profile), STR_ARG(t.region),
        STR_ARG(t.url.text), STR_ARG(t.streams.text));
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%s %s %s %s", profile, region, url, streams);
    assert_string_equal(got, wanted);
    target_fini(&t);
}

static void refuse(const struct target_ask *ask, const char *part)
{
    struct target t;
    struct err err = ERR_INIT;
    assert_false(target_resolve(&t, ask, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in: %s", part, err.text);
}

#define AWS(region)                                                                                \
    "https://dynamodb." region ".amazonaws.com/",                                                  \
        "https://streams.dynamodb." region ".amazonaws.com/"

static void the_profile_comes_from_flag_variable_or_default(void **state)
{
    (void)state;
    remote_test_file(".aws/config",
        "[default]\nregion = de-fault-1\n[profile dev]\nregion = dev-1\n"
        "[profile old]\nregion=old-1\n");
    check(&nothing, "default", "de-fault-1", AWS("de-fault-1"));
    setenv("AWS_DEFAULT_PROFILE", "old", 1);
    check(&nothing, "old", "old-1", AWS("old-1"));
    setenv("AWS_PROFILE", "dev", 1);
    check(&nothing, "dev", "dev-1", AWS("dev-1"));
    check(&(struct target_ask){.profile = STR("old")}, "old", "old-1", AWS("old-1"));
    refuse(&(struct target_ask){.profile = STR("nobody")}, "there are: default, dev, old");
    setenv("AWS_PROFILE", "nobody", 1);
    refuse(&nothing, "no profile nobody");
}

static void the_region_comes_from_flag_variables_or_profile(void **state)
{
    (void)state;
    refuse(&nothing, "which region?");
    remote_test_file(".aws/config", "[default]\nregion = a-1\n");
    setenv("AWS_DEFAULT_REGION", "b-1", 1);
    check(&nothing, "default", "b-1", AWS("b-1"));
    setenv("AWS_REGION", "cn-north-1", 1);
    check(&nothing, "default", "cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/",
        "https://streams.dynamodb.cn-north-1.amazonaws.com.cn/");
    check(&(struct target_ask){.region = STR("d-1")}, "default", "d-1", AWS("d-1"));
    refuse(&(struct target_ask){.region = STR("x.evil.com/")}, "is no region");
    refuse(&(struct target_ask){.region = STR("A B")}, "is no region");
}

static void the_region_local_is_a_local_endpoint_signed_as_us_east_1(void **state)
{
    (void)state;
    struct target t = resolve(&(struct target_ask){.region = STR("local")});
    assert_string_equal(t.url.text.at, "http://localhost:8000/");
    assert_true(str_equal(t.signing, STR("us-east-1")));
    assert_true(t.url.loopback);
    target_fini(&t);
}

static const char services[] =
    "[default]\nregion = a-1\nservices = mine\nendpoint_url = http://all:1\n"
    "[services mine]\ns3 =\n  endpoint_url = http://s3:1\ndynamodb =\n"
    "  endpoint_url = http://tables:2\ndynamodb_streams =\n"
    "  endpoint_url = http://streams:3\n";

static void endpoints_win_in_the_documented_order(void **state)
{
    (void)state;
    remote_test_file(".aws/config", services);
    check(&nothing, "default", "a-1", "http://tables:2/", "http://streams:3/");
    setenv("AWS_ENDPOINT_URL", "http://any:4", 1);
    check(&nothing, "default", "a-1", "http://any:4/", "http://any:4/");
    setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://own:5/p/", 1);
    check(&nothing, "default", "a-1", "http://own:5/p/", "http://any:4/");
    setenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "http://own:6", 1);
    check(&nothing, "default", "a-1", "http://own:5/p/", "http://own:6/");
    struct target_ask flag = {.endpoint_url = STR("http://flag:7")};
    check(&flag, "default", "a-1", "http://flag:7/", "http://flag:7/");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    check(&nothing, "default", "a-1", AWS("a-1"));
    check(&flag, "default", "a-1", "http://flag:7/", "http://flag:7/");
}

static void the_profiles_endpoint_is_the_last_but_the_computed_one(void **state)
{
    (void)state;
    remote_test_file(".aws/config", "[default]\nregion = a-1\nendpoint_url = http://all:1\n");
    check(&nothing, "default", "a-1", "http://all:1/", "http://all:1/");
    remote_test_file(".aws/config", "[default]\nregion = a-1\nservices = gone\n");
    refuse(&nothing, "services section gone");
    remote_test_file(".aws/config", "[default]\nregion = a-1\n");
    setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required", 1);
    refuse(&nothing, "AWS_ACCOUNT_ID_ENDPOINT_MODE");
}

static void attempts_and_certificates_are_taken_over(void **state)
{
    (void)state;
    remote_test_file(
        ".aws/config", "[default]\nregion = a-1\nmax_attempts = 7\nca_bundle = /x.pem\n");
    struct target t = resolve(&nothing);
    assert_int_equal(t.attempts, 7);
    assert_string_equal(t.ca_bundle.at, "/x.pem");
    target_fini(&t);
    setenv("AWS_MAX_ATTEMPTS", "1", 1);
    setenv("AWS_CA_BUNDLE", "/y.pem", 1);
    t = resolve(&nothing);
    assert_int_equal(t.attempts, 1);
    assert_string_equal(t.ca_bundle.at, "/y.pem");
    target_fini(&t);
    setenv("AWS_MAX_ATTEMPTS", "lots", 1);
    refuse(&nothing, "AWS_MAX_ATTEMPTS");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, remote_test_setup, remote_test_teardown)
    const struct CMUnitTest tests[] = {
        EACH(the_profile_comes_from_flag_variable_or_default),
        EACH(the_region_comes_from_flag_variables_or_profile),
        EACH(the_region_local_is_a_local_endpoint_signed_as_us_east_1),
        EACH(endpoints_win_in_the_documented_order),
        EACH(the_profiles_endpoint_is_the_last_but_the_computed_one),
        EACH(attempts_and_certificates_are_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
