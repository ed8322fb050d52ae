/* SPDX-License-Identifier: MIT */
/* The parts of a signed request and what is said where one is missing. */
#include "backend/serve/auth.h"
#include "tests/unit/http/request_of.h"

static struct request request;
static struct auth auth;
static struct reply reply;

static bool read_lines(const char *lines)
{
    static char text[4096];
    snprintf(text, sizeof text, "POST / HTTP/1.1\n%s", lines);
    request = request_of(text);
    reply_fini(&reply);
    return auth_read(&request, &auth, &reply);
}

#define STAMP "X-Amz-Date: 20260101T000000Z\n"
#define SCOPE "AKIDEXAMPLE/20260101/eu-west-1/dynamodb/aws4_request"

static void a_signed_request_is_taken_apart(void **state)
{
    (void)state;
    assert_true(read_lines(STAMP "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
                                 ", SignedHeaders=host;x-amz-date, Signature=abc\n"));
    assert_true(str_equal(auth.algorithm, STR("AWS4-HMAC-SHA256")));
    assert_true(str_equal(auth.key_id, STR("AKIDEXAMPLE")));
    assert_true(str_equal(auth.date, STR("20260101")));
    assert_true(str_equal(auth.region, STR("eu-west-1")));
    assert_true(str_equal(auth.service, STR("dynamodb")));
    assert_true(str_equal(auth.terminator, STR("aws4_request")));
    assert_true(str_equal(auth.signed_headers, STR("host;x-amz-date")));
    assert_true(str_equal(auth.signature, STR("abc")));
    assert_true(str_equal(auth.stamp, STR("20260101T000000Z")));
}

static void commas_alone_separate_parts_as_well(void **state)
{
    (void)state;
    assert_true(read_lines("Date: today\nAuthorization: AWS4-HMAC-SHA256 "
                           "Signature=abc,Credential=" SCOPE ",SignedHeaders=host\n"));
    assert_true(str_equal(auth.stamp, STR("today")));
    assert_true(str_equal(auth.region, STR("eu-west-1")));
}

static void a_scope_of_other_than_five_parts_has_no_region(void **state)
{
    (void)state;
    assert_true(read_lines(STAMP "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d, "
                                 "SignedHeaders=host, Signature=x\n"));
    assert_int_equal(auth.region.len, 0);
    assert_true(read_lines(STAMP "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE "/x, "
                                 "SignedHeaders=host, Signature=x\n"));
    assert_int_equal(auth.region.len, 0);
}

static void who_does_not_sign_at_all_is_told_so(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "", "Authorization:\n", "Authorization: Basic eDp5\n", "Authorization: aws4-hmac\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_false(read_lines(lines[i]));
        assert_int_equal(reply.status, 400);
        assert_string_equal(text_of(&reply),
            "{\"__type\":\"com.amazon.coral.service#MissingAuthenticationTokenException\","
            "\"message\":\"Request is missing Authentication Token\"}");
    }
}

static void each_missing_part_is_named_in_the_services_order(void **state)
{
    (void)state;
    assert_false(read_lines("Authorization: AWS4-HMAC-SHA256\n"));
    assert_string_equal(text_of(&reply),
        "{\"__type\":\"com.amazon.coral.service#IncompleteSignatureException\",\"message\":\""
        "Authorization header requires 'Credential' parameter. "
        "Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. "
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "Authorization=AWS4-HMAC-SHA256\"}");
    assert_false(read_lines(
        STAMP "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host\n"));
    assert_non_null(strstr(text_of(&reply),
        "\"message\":\"Authorization header requires 'Signature' parameter. Authorization=AWS4-"));
}

static void signatures_in_the_query_are_read_too(void **state)
{
    (void)state;
    request = request_of("POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1\n");
    reply_fini(&reply);
    assert_false(auth_read(&request, &auth, &reply));
    assert_non_null(strstr(text_of(&reply),
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters "
        "must include 'X-Amz-Signature'."));
    assert_non_null(strstr(text_of(&reply), "Re-examine the query-string parameters."));
    request = request_of("POST /?X-Amz-Algorithm=A&X-Amz-Credential=a/b/c/d/e&X-Amz-Signature=s&"
                         "X-Amz-SignedHeaders=host&X-Amz-Date=20260101T000000Z HTTP/1.1\n");
    reply_fini(&reply);
    assert_true(auth_read(&request, &auth, &reply));
    assert_true(auth.in_query);
    assert_true(str_equal(auth.region, STR("c")));
}

static void two_signatures_are_refused(void **state)
{
    (void)state;
    request = request_of("POST /?X-Amz-Algorithm=A HTTP/1.1\nAuthorization: AWS4-HMAC-SHA256 x\n");
    reply_fini(&reply);
    assert_false(auth_read(&request, &auth, &reply));
    assert_non_null(strstr(text_of(&reply), "InvalidSignatureException"));
    assert_non_null(strstr(text_of(&reply), "Found both 'X-Amz-Algorithm' as a query-string param "
                                            "and 'Authorization' as HTTP header."));
}

static int forget(void **state)
{
    (void)state;
    reply_fini(&reply);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_request_is_taken_apart),
        cmocka_unit_test(commas_alone_separate_parts_as_well),
        cmocka_unit_test(a_scope_of_other_than_five_parts_has_no_region),
        cmocka_unit_test(who_does_not_sign_at_all_is_told_so),
        cmocka_unit_test(each_missing_part_is_named_in_the_services_order),
        cmocka_unit_test(signatures_in_the_query_are_read_too),
        cmocka_unit_test(two_signatures_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
