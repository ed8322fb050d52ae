/* SPDX-License-Identifier: MIT */
/* What is turned away by its head. */
#include "backend/serve/gate.h"
#include "tests/unit/http/request_of.h"

#include <ctype.h>

/* The status that the gate gives to a request with these header lines; 0 = it passes. */
static int status_of(struct gate gate, const char *text)
{
    struct request request = request_of(text);
    struct reply reply = {0};
    int status = gate_check(&gate, &request, &reply) ? 0 : reply.status;
    reply_fini(&reply);
    return status;
}

#define HEAD "POST / HTTP/1.1\nHost: localhost:8000\n"
static const struct gate plain = {0};

static void ordinary_requests_pass(void **state)
{
    (void)state;
    assert_int_equal(status_of(plain, HEAD "Content-Length: 2\n"), 0);
    assert_int_equal(status_of(plain, HEAD "Accept: */*\nUser-Agent: x (y; z)\ttab\n"), 0);
    assert_int_equal(status_of(plain, "GET /?a=b HTTP/1.0\nHost: 127.0.0.1\n"), 0);
}

static void names_of_this_machine_are_served_and_no_others(void **state)
{
    (void)state;
    static const char *const ours[] = {
        "localhost", "LocalHost:1", "127.0.0.1:8000", "127.9.9.9", "[::1]:65535", "[::1]"};
    static const char *const foreign[] = {"attacker.example:8000", "localhost.attacker.example",
        "127.0.0.1.attacker.example", "127.0.0.1:99999", "127.0.0.1:80a", "128.0.0.1", "127.0.0",
        "127.0.0.256", "127.0.0.1.1", "[::1", "[::2]", "::1", "[::1]x", "localhost:", "0.0.0.0", "",
        "localhost, attacker.example", "user@localhost"};
    char text[256];
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        snprintf(text, sizeof text, "POST / HTTP/1.1\nHost: %s\n", ours[i]);
        assert_int_equal(status_of(plain, text), 0);
    }
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        snprintf(text, sizeof text, "POST / HTTP/1.1\nHost: %s\n", foreign[i]);
        if (status_of(plain, text) != 403)
            fail_msg("served: %s", foreign[i]);
    }
}

static void the_configured_address_is_served_too(void **state)
{
    (void)state;
    struct gate gate = {.host = STR("192.0.2.7")};
    assert_int_equal(status_of(gate, "POST / HTTP/1.1\nHost: 192.0.2.7:8000\n"), 0);
    assert_int_equal(status_of(gate, "POST / HTTP/1.1\nHost: 192.0.2.8:8000\n"), 403);
    gate.host = STR("2001:db8::1");
    assert_int_equal(status_of(gate, "POST / HTTP/1.1\nHost: [2001:db8::1]:8000\n"), 0);
    gate.any_host = true;
    assert_int_equal(status_of(gate, "POST / HTTP/1.1\nHost: db.example\n"), 0);
}

/* The status of a request whose first header is this one. */
static int status_of_header(struct str name, struct str value)
{
    struct request request = request_of(HEAD "x: y\n");
    struct reply reply = {0};
    request.headers[1].name = name;
    request.headers[1].value = value;
    int status = gate_check(&plain, &request, &reply) ? 0 : reply.status;
    reply_fini(&reply);
    return status;
}

static void every_byte_is_taken_where_the_grammar_has_it_and_nowhere_else(void **state)
{
    (void)state;
    char text[20];
    for (int c = 0; c < 256; c++) {
        bool token = c && c < 127 && (isalnum(c) || strchr("!#$%&'*+-.^_`|~", c));
        bool control = (c < ' ' && c != '\t') || c == 127;
        for (size_t at = 0; at < sizeof text; at++) {
            memset(text, 'a', sizeof text);
            text[at] = (char)c;
            struct str s = {text, sizeof text};
            assert_int_equal(status_of_header(s, STR("y")), token ? 0 : 400);
            assert_int_equal(status_of_header(STR("x"), s), control ? 400 : 0);
        }
    }
    assert_int_equal(status_of_header(STR(""), STR("y")), 400);
}

static void one_host_is_needed(void **state)
{
    (void)state;
    assert_int_equal(status_of(plain, "POST / HTTP/1.1\n"), 400);
    assert_int_equal(status_of(plain, HEAD "Host: localhost:8000\n"), 400);
}

static void web_pages_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(plain, HEAD "Origin: http://attacker.example\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Origin: null\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Origin:\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Origin: http://localhost:8000\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Sec-Fetch-Site: cross-site\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Sec-Fetch-Site: same-site\n"), 403);
    assert_int_equal(status_of(plain, HEAD "Sec-Fetch-Site: none\n"), 0);
}

static void a_length_that_can_be_read_two_ways_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"Content-Length: 2\nContent-Length: 2\n",
        "Content-Length: 2\ncontent-length: 3\n", "Content-Length: 2\nTransfer-Encoding: chunked\n",
        "Transfer-Encoding: chunked\nTransfer-Encoding: identity\n", "Content-Length: +2\n",
        "Content-Length: -2\n", "Content-Length: 0x2\n", "Content-Length: 2, 2\n",
        "Content-Length: 2 2\n", "Content-Length:\n", "Content-Length: 99999999999999999999\n"};
    char text[256];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, HEAD "%s", wrong[i]);
        if (status_of(plain, text) != 400)
            fail_msg("not refused: %s", wrong[i]);
    }
    assert_int_equal(status_of(plain, HEAD "Transfer-Encoding: chunked\n"), 411);
    assert_int_equal(status_of(plain, HEAD "Transfer-Encoding: gzip, chunked\n"), 411);
}

static void malformed_names_and_values_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(plain, HEAD "Na me: x\n"), 400);
    assert_int_equal(status_of(plain, HEAD "Content-Length : 2\n"), 400);
    assert_int_equal(status_of(plain, HEAD ": x\n"), 400);
    assert_int_equal(status_of(plain, HEAD "X: a\rTransfer-Encoding: chunked\n"), 400);
    assert_int_equal(status_of(plain, HEAD "X: a\x01\n"), 400);
    assert_int_equal(status_of(plain, HEAD "X: a\x7f\n"), 400);
    assert_int_equal(status_of(plain, HEAD "X: \xc3\xa4\n"), 0);
    assert_int_equal(status_of(plain, "PO\tST / HTTP/1.1\nHost: localhost\n"), 400);
    assert_int_equal(status_of(plain, "POST http://localhost/ HTTP/1.1\nHost: localhost\n"), 400);
    assert_int_equal(status_of(plain, "POST / HTTP/1.2\nHost: localhost\n"), 505);
}

static void refusals_carry_nothing_that_lets_a_page_read_them(void **state)
{
    (void)state;
    struct request request = request_of(HEAD "Origin: http://attacker.example\n");
    struct reply reply = {0};
    assert_false(gate_check(&plain, &request, &reply));
    assert_true(reply.bare);
    reply_fini(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_requests_pass),
        cmocka_unit_test(names_of_this_machine_are_served_and_no_others),
        cmocka_unit_test(the_configured_address_is_served_too),
        cmocka_unit_test(every_byte_is_taken_where_the_grammar_has_it_and_nowhere_else),
        cmocka_unit_test(one_host_is_needed),
        cmocka_unit_test(web_pages_are_refused),
        cmocka_unit_test(a_length_that_can_be_read_two_ways_is_refused),
        cmocka_unit_test(malformed_names_and_values_are_refused),
        cmocka_unit_test(refusals_carry_nothing_that_lets_a_page_read_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
