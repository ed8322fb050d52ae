/* SPDX-License-Identifier: MIT */
/* Sets of keys: documents, times, and what never gets into a head. */
#include "backend/remote/keys.h"
#include "tests/test.h"

static void documents_of_processes_and_containers_are_read(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct keys *keys = keys_parse(
        STR("{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"a\\/b\","
            "\"SessionToken\":\"t\",\"Expiration\":\"2026-11-20T13:00:00Z\",\"AccountId\":\"1\"}"),
        "test", &err);
    assert_non_null(keys);
    assert_string_equal(keys->id.at, "AK");
    assert_string_equal(keys->secret.at, "a/b");
    assert_string_equal(keys->token.at, "t");
    assert_int_equal(keys->expires_ms, INT64_C(1795179600000));
    keys_drop(keys_share(keys));
    keys_drop(keys);
    keys = keys_parse(STR("{\"Code\":\"Success\",\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s\","
                          "\"Token\":\"t2\",\"Expiration\":\"2026-11-20T13:00:00.123+01:00\"}"),
        "test", &err);
    assert_string_equal(keys->token.at, "t2");
    assert_int_equal(keys->expires_ms, INT64_C(1795176000000));
    keys_drop(keys);
}

static void what_is_no_document_is_refused_without_being_quoted(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "CANARY", "[\"CANARY\"]", "{\"AccessKeyId\":\"CANARY\"}",
        "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":7}",
        "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"x\\r\\nEvil: y\"}",
        "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"a\\nb\"}",
        "{\"AccessKeyId\":\"CANARY/x\",\"SecretAccessKey\":\"s\"}",
        "{\"Version\":2,\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"s\"}",
        "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"s\",\"Expiration\":\"tomorrow\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = ERR_INIT;
        if (keys_parse(str_from(bad[i]), "the source", &err))
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(err.code, ERR_CONFIG);
        assert_non_null(strstr(err.text, "the source"));
        assert_null(strstr(err.text, "CANARY"));
    }
}

static void times_have_a_zone(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(keys_time(STR("1970-01-01T00:00:01Z"), &ms));
    assert_int_equal(ms, 1000);
    assert_true(keys_time(STR("1970-01-01T00:00:00-01:30"), &ms));
    assert_int_equal(ms, 5400000);
    static const char *const bad[] = {"", "1970-01-01", "1970-01-01T00:00:01",
        "1970-01-01 00:00:01Z", "1970-01-01T00:00:01+1", "x970-01-01T00:00:01Z",
        "1970-01-01T00:00:01ZZ"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(keys_time(str_from(bad[i]), &ms));
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    struct secret s = {0};
    char *place;
    secret_add(&s, "CANARY-0123456789", 17);
    place = s.at;
    assert_string_equal(place, "CANARY-0123456789");
    explicit_bzero(place, 0);
    for (int i = 0; i < 50; i++)
        secret_add(&s, "0123456789", 10);
    assert_int_equal(s.len, 517);
    assert_string_equal(str_skip(secret_str(&s), 507).at, "0123456789");
    secret_set(&s, STR("x"));
    assert_string_equal(s.at, "x");
    secret_fini(&s);
    assert_null(s.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_of_processes_and_containers_are_read),
        cmocka_unit_test(what_is_no_document_is_refused_without_being_quoted),
        cmocka_unit_test(times_have_a_zone),
        cmocka_unit_test(secrets_are_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
