/* SPDX-License-Identifier: MIT */
/* Signatures against those that another implementation (botocore 1.29) made. */
#include "backend/serve/sigv4.h"
#include "tests/unit/http/request_of.h"
#include "tests/unit/serve/keys_file.h"

static struct keys *keys;
static const int64_t noon = 1795176000000; /* 2026-11-20T12:00:00Z */
static const int64_t minute = 60 * 1000;

#define SCOPE EXAMPLE_ID "/20261120/eu-west-1/dynamodb/aws4_request"
#define AUTHORIZATION(names, signature)                                                            \
    "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=" names                   \
    ", Signature=" signature "\n"
#define HEAD                                                                                       \
    "POST / HTTP/1.1\nHost: 192.0.2.7:8000\nX-Amz-Target: DynamoDB_20120810.ListTables\n"          \
    "Content-Type: application/x-amz-json-1.0\nX-Amz-Date: 20261120T120000Z\n"
#define NAMES "content-type;host;x-amz-date;x-amz-target"
#define SIGNATURE "2c1c64f236a9bc07c6439ce3e5142ae52cebbe29901dce3ca47dc68f842d6822"
#define GOOD HEAD AUTHORIZATION(NAMES, SIGNATURE)

static char said[2048];

static bool verify_with(const char *text, const char *body, struct str service, int64_t now)
{
    struct request request = request_of(text);
    struct auth auth;
    struct reply reply = {0};
    request.body = str_from(body);
    bool fine = auth_read(&request, &auth, &reply) &&
                sigv4_verify(keys, &request, &auth, service, now, &reply);
    snprintf(said, sizeof said, "%s", text_of(&reply));
    reply_fini(&reply);
    return fine;
}

static bool verify_at(const char *text, const char *body, int64_t now)
{
    return verify_with(text, body, STR("dynamodb"), now);
}

static bool verify_for(const char *text, const char *body, struct str service)
{
    return verify_with(text, body, service, noon);
}

static bool verify(const char *text, const char *body)
{
    return verify_at(text, body, noon);
}

static void what_an_sdk_signed_is_accepted(void **state)
{
    (void)state;
    assert_true(verify(GOOD, "{}"));
    assert_true(verify(HEAD
        "X-Custom:   two   blanks  here \nX-Amz-Security-Token: TOK+/=en\n" AUTHORIZATION(
            "content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-custom",
            "c111a89e040262b86ea3e9b1b696e787b579a959a0e4b71702e02f0e37f6a396"),
        "{\"Limit\":1}"));
}

static void one_changed_byte_is_refused(void **state)
{
    (void)state;
    char text[2048];
    size_t signed_to = (size_t)(strstr(GOOD, "Authorization") - GOOD);
    size_t version = sizeof "POST / " - 1, version_end = version + sizeof "HTTP/1.1" - 1;
    for (size_t i = 0; i < signed_to; i++) {
        snprintf(text, sizeof text, "%s", GOOD);
        if (strchr(" :\n", text[i]) || (i >= version && i < version_end))
            continue;
        text[i] ^= 1;
        assert_false(verify(text, "{}"));
    }
    assert_false(verify(GOOD, "{ }"));
    assert_non_null(strstr(said, "InvalidSignatureException"));
    assert_non_null(strstr(said, "The request signature we calculated does not match"));
    assert_null(strstr(said, EXAMPLE_SECRET));
}

static void the_signature_itself_has_to_fit_in_full(void **state)
{
    (void)state;
    assert_false(verify(HEAD AUTHORIZATION(NAMES, "2c1c64f2"), "{}"));
    assert_false(verify(HEAD AUTHORIZATION(NAMES, SIGNATURE "0"), "{}"));
    assert_false(verify(HEAD AUTHORIZATION(NAMES,
                            "2C1C64F236A9BC07C6439CE3E5142AE52CEBBE29901DCE3CA47DC68F842D6822"),
        "{}"));
}

static void clocks_may_differ_by_a_quarter_of_an_hour(void **state)
{
    (void)state;
    assert_true(verify_at(GOOD, "{}", noon + 15 * minute));
    assert_true(verify_at(GOOD, "{}", noon - 15 * minute));
    assert_false(verify_at(GOOD, "{}", noon + 15 * minute + 1000));
    assert_non_null(
        strstr(said, "Signature expired: 20261120T120000Z is now earlier than 20261120T120001Z "
                     "(20261120T121501Z - 15 min.)"));
    assert_false(verify_at(GOOD, "{}", noon - 15 * minute - 1000));
    assert_non_null(strstr(said,
        "Signature not yet current: 20261120T120000Z is still later than 20261120T115959Z "
        "(20261120T114459Z + 15 min.)"));
}

static void time_host_and_target_have_to_be_signed(void **state)
{
    (void)state;
    assert_false(
        verify(HEAD AUTHORIZATION("content-type;x-amz-date;x-amz-target", SIGNATURE), "{}"));
    assert_non_null(strstr(said, "'Host' must be a 'SignedHeader'"));
    assert_false(verify(HEAD AUTHORIZATION("host;x-amz-date", SIGNATURE), "{}"));
    assert_non_null(strstr(said, "'X-Amz-Target' must be a 'SignedHeader'"));
    assert_false(verify(HEAD AUTHORIZATION("host;x-amz-target", SIGNATURE), "{}"));
    assert_non_null(strstr(said, "'X-Amz-Date' must be a 'SignedHeader'"));
    assert_false(
        verify(HEAD "X-Amz-Target: DynamoDB_20120810.DeleteTable\n" AUTHORIZATION(NAMES, SIGNATURE),
            "{}"));
}

static void scopes_of_other_things_are_refused(void **state)
{
    (void)state;
#define SCOPED(scope)                                                                              \
    HEAD "Authorization: AWS4-HMAC-SHA256 Credential=" scope ", SignedHeaders=" NAMES              \
         ", Signature=" SIGNATURE "\n"
    assert_false(verify(SCOPED(EXAMPLE_ID "/20261120/eu-west-1/s3/aws4_request"), "{}"));
    assert_non_null(strstr(said, "Credential should be scoped to correct service: 'dynamodb'. "));
    assert_false(verify(SCOPED(EXAMPLE_ID "/20261121/eu-west-1/dynamodb/aws4"), "{}"));
    assert_non_null(
        strstr(said, "Credential should be scoped with a valid terminator: 'aws4_request', not "
                     "'aws4'. Date in Credential scope does not match YYYYMMDD"));
    assert_false(verify(SCOPED("a/b/c/d"), "{}"));
    assert_non_null(strstr(said, "Credential must have exactly 5 slash-delimited elements"));
    assert_false(verify(SCOPED("NOBODY/20261120/eu-west-1/dynamodb/aws4_request"), "{}"));
    assert_non_null(strstr(said, "UnrecognizedClientException"));
}

static void a_date_in_another_form_is_refused(void **state)
{
    (void)state;
    static const char *const stamps[] = {"201", "20261120T120000", "2026-11-20T12:00",
        "tomorrow-----Z", "2026112xT120000Z", "20261120 120000Z"};
    char text[1024];
    for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
        snprintf(text, sizeof text,
            "POST / HTTP/1.1\nHost: h\nX-Amz-Target: t\nX-Amz-Date: %s\n" AUTHORIZATION(
                NAMES, SIGNATURE),
            stamps[i]);
        assert_false(verify(text, "{}"));
        assert_non_null(strstr(said, "Date must be in ISO-8601 'basic format'"));
    }
}

static void other_algorithms_and_places_are_refused(void **state)
{
    (void)state;
    assert_false(verify(HEAD "Authorization: AWS4-HMAC-SHA25 Credential=" SCOPE
                             ", SignedHeaders=" NAMES ", Signature=" SIGNATURE "\n",
        "{}"));
    assert_non_null(strstr(said, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25'"));
    assert_false(verify("POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" SCOPE
                        "&X-Amz-Signature=s&X-Amz-SignedHeaders=host&X-Amz-Date=20261120T120000Z "
                        "HTTP/1.1\nHost: h\n",
        "{}"));
    assert_non_null(strstr(said, "InvalidSignatureException"));
}

static int load(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    keys = keys_from(EXAMPLE_FILE, 0600, &err);
    return keys ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    keys_free(keys);
    return 0;
}

/* Two that botocore 1.29 signed for Lambda: a path with escapes and a query in disorder; a body. */
static void paths_and_queries_are_under_the_signature(void **state)
{
    (void)state;
#define LAMBDA(signature)                                                                          \
    "Host: 192.0.2.7:8000\nX-Amz-Date: 20261120T120000Z\nAuthorization: AWS4-HMAC-SHA256 "         \
    "Credential=" EXAMPLE_ID "/20261120/eu-west-1/lambda/aws4_request, SignedHeaders=host;"        \
    "x-amz-date, Signature=" signature "\n"
#define TAGS "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af"
    static const char tags[] = "facb19c6117a4964acdca89b586eeaf4a55c302170f40ca4b4b40a87ab28039e";
    static const struct {
        const char *text, *body;
        bool fine;
    } all[] = {
        {"GET " TAGS "?b=2&a-b=1&a=x%2Fy&a HTTP/1.1\n", "", true},
        {"GET " TAGS "?a&a=x%2Fy&a-b=1&b=2 HTTP/1.1\n", "", true},
        {"GET " TAGS "?b=2&a-b=1&a=x%2Fz&a HTTP/1.1\n", "", false},
        {"GET " TAGS "?b=2&a-b=1&a=x%2Fy HTTP/1.1\n", "", false},
        {"GET " TAGS " HTTP/1.1\n", "", false},
        {"GET /2017-03-31/tags/x?b=2&a-b=1&a=x%2Fy&a HTTP/1.1\n", "", false},
        {"DELETE " TAGS "?b=2&a-b=1&a=x%2Fy&a HTTP/1.1\n", "", false},
        {"GET " TAGS "?b=2&a-b=1&a=x%2Fy&a HTTP/1.1\n", "x", false},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s" LAMBDA("%s"), all[i].text, tags);
        if (verify_for(text, all[i].body, STR("lambda")) != all[i].fine)
            fail_msg("%s: %s", all[i].text, said);
    }
    static const char made[] = "POST /2015-03-31/functions/ HTTP/1.1\n" LAMBDA(
        "32e396925bb5f635782029fe3f261bbf16761981b9b2a5c0433de4932a4f0ee9");
    assert_true(verify_for(made, "{}", STR("lambda")));
    assert_false(verify_for(made, "{}", STR("dynamodb")));
    assert_false(verify_for(made, "{}", STR("logs")));
    assert_non_null(strstr(said, "correct service: 'logs'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_sdk_signed_is_accepted),
        cmocka_unit_test(paths_and_queries_are_under_the_signature),
        cmocka_unit_test(one_changed_byte_is_refused),
        cmocka_unit_test(the_signature_itself_has_to_fit_in_full),
        cmocka_unit_test(clocks_may_differ_by_a_quarter_of_an_hour),
        cmocka_unit_test(time_host_and_target_have_to_be_signed),
        cmocka_unit_test(scopes_of_other_things_are_refused),
        cmocka_unit_test(a_date_in_another_form_is_refused),
        cmocka_unit_test(other_algorithms_and_places_are_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
