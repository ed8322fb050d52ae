/* SPDX-License-Identifier: MIT */
/* Requests and answers without a transport. */
#include "tests/unit/http/request_of.h"

static void headers_are_found_whatever_their_case(void **state)
{
    (void)state;
    struct request r = request_of("POST / HTTP/1.1\nHost: a\nhOST: b\nEmpty:\n");
    assert_true(str_equal(message_get(&r, STR("HOST")), STR("a")));
    assert_int_equal(message_count(&r, STR("host")), 2);
    assert_int_equal(message_count(&r, STR("Empty")), 1);
    assert_int_equal(message_get(&r, STR("Empty")).len, 0);
    assert_int_equal(message_count(&r, STR("Hos")), 0);
}

static void the_target_has_a_path_and_perhaps_a_query(void **state)
{
    (void)state;
    struct request r = request_of("GET /a/b?c=d?e HTTP/1.1\n");
    assert_true(str_equal(message_path(&r), STR("/a/b")));
    assert_true(str_equal(message_query(&r), STR("c=d?e")));
    r = request_of("GET / HTTP/1.1\n");
    assert_true(str_equal(message_path(&r), STR("/")));
    assert_int_equal(message_query(&r).len, 0);
}

static void a_refusal_is_the_services_error_document(void **state)
{
    (void)state;
    struct reply reply = {0};
    reply_refuse(&reply, 400, "UnknownOperationException", "%s", "");
    assert_int_equal(reply.status, 400);
    assert_string_equal(
        text_of(&reply), "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
    reply_refuse(&reply, 400, "IncompleteSignatureException", "got '%s'", "\"\x01");
    assert_string_equal(text_of(&reply),
        "{\"__type\":\"com.amazon.coral.service#IncompleteSignatureException\","
        "\"message\":\"got '\\\"\\u0001'\"}");
    reply_fini(&reply);
}

static void a_long_refusal_is_cut_and_still_json(void **state)
{
    (void)state;
    struct reply reply = {0};
    char *long_text = calloc(1, 100000);
    memset(long_text, '"', 99999);
    reply_refuse(&reply, 400, "X", "%s", long_text);
    const char *text = text_of(&reply);
    assert_int_equal(text[strlen(text) - 1], '}');
    assert_true(reply.body.len < 8000);
    free(long_text);
    reply_fini(&reply);
}

static void a_reply_takes_headers_that_can_do_no_harm(void **state)
{
    (void)state;
    struct reply reply = {0};
    assert_true(reply_header(&reply, STR("X-Amz-Executed-Version"), STR("$LATEST")));
    assert_true(reply_header(&reply, STR("set-cookie"), STR("a=\xc3\xa4\tb")));
    assert_true(reply_header(&reply, STR("x"), STR_NONE));
    assert_true(str_equal(buf_str(&reply.headers),
        STR("X-Amz-Executed-Version\0$LATEST\0set-cookie\0a=\xc3\xa4\tb\0x\0\0")));
    reply_fini(&reply);
}

static void a_reply_takes_no_header_that_would_end_it_elsewhere(void **state)
{
    (void)state;
    struct reply reply = {0};
    static const struct str names[] = {{"", 0}, {"a b", 3}, {"a:", 2}, {"a\r\nb", 4}, {"a\0", 2},
        {"\xc3\xa4", 2}, {"content-length", 14}, {"Transfer-Encoding", 17}, {"CONNECTION", 10},
        {"Date", 4}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(reply_header(&reply, names[i], STR("v")));
    static const struct str values[] = {
        {"a\r\nSet-Cookie: b", 16}, {"a\nb", 3}, {"\0", 1}, {"\x7f", 1}, {"\x1b[0m", 4}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_false(reply_header(&reply, STR("x"), values[i]));
    assert_int_equal(reply.headers.len, 0);
    char *large = calloc(1, REPLY_HEADERS_MAX);
    memset(large, 'a', REPLY_HEADERS_MAX - 3);
    assert_false(reply_header(&reply, STR("xy"), str_from(large)));
    assert_true(reply_header(&reply, STR("x"), str_from(large)));
    assert_false(reply_header(&reply, STR("x"), STR_NONE));
    free(large);
    reply_fini(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_found_whatever_their_case),
        cmocka_unit_test(the_target_has_a_path_and_perhaps_a_query),
        cmocka_unit_test(a_refusal_is_the_services_error_document),
        cmocka_unit_test(a_long_refusal_is_cut_and_still_json),
        cmocka_unit_test(a_reply_takes_headers_that_can_do_no_harm),
        cmocka_unit_test(a_reply_takes_no_header_that_would_end_it_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
