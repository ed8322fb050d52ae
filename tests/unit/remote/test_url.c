/* SPDX-License-Identifier: MIT */
/* Addresses of endpoints, and what is none. */
#include "backend/remote/url.h"
#include "tests/test.h"

static void check(const char *text, const char *head, const char *path, bool tls, bool loopback)
{
    struct arena arena = {0};
    struct url url;
    struct err err = ERR_INIT;
    if (!url_parse(&url, &arena, str_from(text), &err))
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(url.head.at, head);
    assert_string_equal(url.path.at, path);
    assert_int_equal(url.tls, tls);
    assert_int_equal(url.loopback, loopback);
    arena_fini(&arena);
}

static void an_address_has_a_host_perhaps_a_port_and_a_path(void **state)
{
    (void)state;
    check("http://localhost:8000", "localhost:8000", "/", false, true);
    check("http://127.0.0.1", "127.0.0.1", "/", false, true);
    check("http://127.9.9.9:80/", "127.9.9.9", "/", false, true);
    check("https://dynamodb.eu-west-1.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com", "/", true,
        false);
    check("https://h:443/a/b/", "h", "/a/b/", true, false);
    check("http://[::1]:8000", "[::1]:8000", "/", false, true);
    check("http://[fe80:0::1]", "[fe80:0::1]", "/", false, false);
    check("http://Example.COM:1", "Example.COM:1", "/", false, false);
}

static void a_name_that_begins_like_loopback_is_not_loopback(void **state)
{
    (void)state;
    check("http://127.0.0.1.example.com", "127.0.0.1.example.com", "/", false, false);
    check("http://localhost.example.com", "localhost.example.com", "/", false, false);
}

static void what_could_mean_something_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "http://", "ftp://x", "http:/x",
        "http://x:", "http://x:0", "http://x:65536", "http://x:8a", "http://user:pw@x",
        "http://x?y=1", "http://x#y", "http://x/%2e%2e/", "http://x/../y", "http://x/./y",
        "http://x y", "http://x\r\nHost: y", "http://[::1", "http://[]", "http://[::1]x",
        "http://x\\y", "//x", "http://x/\xC3\xA4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena = {0};
        struct url url;
        struct err err = ERR_INIT;
        if (url_parse(&url, &arena, str_from(bad[i]), &err))
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(err.code, ERR_CONFIG);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_a_host_perhaps_a_port_and_a_path),
        cmocka_unit_test(a_name_that_begins_like_loopback_is_not_loopback),
        cmocka_unit_test(what_could_mean_something_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
