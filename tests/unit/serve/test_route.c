/* SPDX-License-Identifier: MIT */
/* Which API a request is for. */
#include "backend/serve/route.h"
#include "tests/unit/http/request_of.h"

static struct route find(const char *target)
{
    static char text[256];
    snprintf(text, sizeof text, "POST / HTTP/1.1\nX-Amz-Target: %s\n", target);
    struct request request = request_of(text);
    return route_find(&request);
}

static void both_services_are_told_apart_by_their_targets(void **state)
{
    (void)state;
    struct route r = find("DynamoDB_20120810.PutItem");
    assert_int_equal(r.face, ROUTE_DYNAMODB);
    assert_true(str_equal(r.op->name, STR("PutItem")));
    assert_true(r.op->writes);
    r = find("DynamoDBStreams_20120810.GetRecords");
    assert_true(str_equal(r.op->name, STR("GetRecords")));
}

static void an_operation_of_the_other_service_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(find("DynamoDB_20120810.GetRecords").face, ROUTE_NOWHERE);
    assert_int_equal(find("DynamoDBStreams_20120810.PutItem").face, ROUTE_NOWHERE);
}

static void anything_else_leads_nowhere(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "DynamoDB_20120810", "DynamoDB_20120810.",
        "DynamoDB_20120810.putItem", "DynamoDB_20111205.PutItem", "dynamodb_20120810.PutItem",
        "PutItem", ".PutItem", "DynamoDB_20120810.PutItem.PutItem"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(find(wrong[i]).face, ROUTE_NOWHERE);
}

static enum route_face face_of(const char *text)
{
    struct request r = request_of(text);
    return route_find(&r).face;
}

static void other_services_are_told_by_their_targets_and_paths(void **state)
{
    (void)state;
    assert_int_equal(find("Logs_20140328.GetLogEvents").face, ROUTE_LOGS);
    assert_int_equal(face_of("GET /2015-03-31/functions/f HTTP/1.1\n"), ROUTE_LAMBDA);
    assert_int_equal(face_of("GET /2015-03-31 HTTP/1.1\n"), ROUTE_NOWHERE);
    assert_int_equal(face_of("GET /x015-03-31/functions HTTP/1.1\n"), ROUTE_NOWHERE);
    assert_int_equal(face_of("GET /v2/apis HTTP/1.1\n"), ROUTE_GATEWAY);
    assert_int_equal(face_of("GET /v2/apis/a/routes HTTP/1.1\n"), ROUTE_GATEWAY);
    assert_int_equal(face_of("GET /v2/apisx HTTP/1.1\n"), ROUTE_NOWHERE);
    assert_int_equal(face_of("POST /restapis?a HTTP/1.1\n"), ROUTE_GATEWAY);
    assert_int_equal(face_of("GET /lambda-url/f/ HTTP/1.1\n"), ROUTE_FUNCTION);
    assert_int_equal(face_of("GET /lambda-url HTTP/1.1\n"), ROUTE_NOWHERE);
    assert_int_equal(face_of("ANY /execute-api/a/b HTTP/1.1\n"), ROUTE_FUNCTION);
}

static void forms_are_told_by_their_type_alone(void **state)
{
    (void)state;
#define FORM "Content-Type: Application/X-WWW-Form-Urlencoded ; charset=utf-8\n"
    assert_int_equal(face_of("POST / HTTP/1.1\n" FORM), ROUTE_FORM);
    assert_int_equal(face_of("GET / HTTP/1.1\n" FORM), ROUTE_NOWHERE);
    assert_int_equal(face_of("POST /x HTTP/1.1\n" FORM), ROUTE_NOWHERE);
    assert_int_equal(face_of("POST / HTTP/1.1\nContent-Type: text/plain\n"), ROUTE_NOWHERE);
    /* a target comes first: what a page may send as a form is never an operation of a table */
    assert_int_equal(
        face_of("POST / HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.PutItem\n" FORM), ROUTE_DYNAMODB);
    assert_int_equal(face_of("POST / HTTP/1.1\nX-Amz-Target: x\n" FORM), ROUTE_NOWHERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_services_are_told_apart_by_their_targets),
        cmocka_unit_test(an_operation_of_the_other_service_is_unknown),
        cmocka_unit_test(anything_else_leads_nowhere),
        cmocka_unit_test(other_services_are_told_by_their_targets_and_paths),
        cmocka_unit_test(forms_are_told_by_their_type_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
