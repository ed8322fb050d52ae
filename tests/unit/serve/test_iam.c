/* SPDX-License-Identifier: MIT */
/* IAM's forms and XML: what is said is kept, shown, and enforced by nobody. */
#include "tests/unit/serve/desk.h"

static int begin(void **state)
{
    *state = desk_open();
    return 0;
}

static int end(void **state)
{
    desk_close(*state);
    return 0;
}

#define HEAD                                                                                       \
    "POST / HTTP/1.1\nHost: localhost\nContent-Type: application/x-www-form-urlencoded; "          \
    "charset=utf-8\n"

static int ask(struct desk *d, const char *form)
{
    return desk_ask_as(d, "iam", HEAD, str_from(form));
}

#define TRUST "AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%7D"

static void a_role_is_made_shown_and_removed(void **state)
{
    struct desk *d = *state;
    assert_int_equal(
        ask(d, "Action=CreateRole&Version=2010-05-08&RoleName=lambda-role&" TRUST), 200);
    assert_true(str_equal(d->reply.type, STR("text/xml")));
    assert_non_null(strstr(desk_header(d, "X-Dynascope-Note"), "enforced by nobody"));
    assert_true(desk_says(d,
        "<CreateRoleResponse "
        "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><CreateRoleResult><Role>"));
    assert_true(desk_says(d, "<Arn>arn:aws:iam::000000000000:role/lambda-role</Arn>"));
    assert_true(desk_says(d, "<CreateDate>2026-11-20T12:00:00.000Z</CreateDate>"));
    assert_true(desk_says(d, "<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</"
                             "AssumeRolePolicyDocument>"));
    assert_true(desk_says(d, "</CreateRoleResult><ResponseMetadata><RequestId>"));
    assert_int_equal(ask(d, "Action=CreateRole&RoleName=lambda-role&" TRUST), 409);
    assert_true(desk_says(d, "<Error><Type>Sender</Type><Code>EntityAlreadyExists</Code>"));
    assert_int_equal(ask(d, "Action=GetRole&RoleName=lambda-role"), 200);
    assert_true(desk_says(d, "<RoleName>lambda-role</RoleName>"));
    assert_int_equal(ask(d, "Action=ListRoles"), 200);
    assert_true(desk_says(d, "<Roles><member><Path>/</Path><RoleName>lambda-role</RoleName>"));
    assert_int_equal(ask(d, "Action=DeleteRole&RoleName=lambda-role"), 200);
    assert_int_equal(ask(d, "Action=GetRole&RoleName=lambda-role"), 404);
    assert_true(desk_says(d, "<Code>NoSuchEntity</Code><Message>The role with name lambda-role "
                             "cannot be found.</Message>"));
}

static void policies_are_put_into_roles(void **state)
{
    struct desk *d = *state;
    assert_int_equal(
        ask(d, "Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=%7B%7D"), 404);
    assert_int_equal(ask(d, "Action=CreateRole&RoleName=r&" TRUST), 200);
    assert_int_equal(ask(d, "Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=%7B%22a%"
                            "22%3A%22b+c%22%7D"),
        200);
    assert_int_equal(ask(d, "Action=GetRolePolicy&RoleName=r&PolicyName=p"), 200);
    assert_true(desk_says(d, "<PolicyDocument>%7B%22a%22%3A%22b%20c%22%7D</PolicyDocument>"));
    assert_int_equal(ask(d, "Action=ListRolePolicies&RoleName=r"), 200);
    assert_true(desk_says(d, "<PolicyNames><member>p</member></PolicyNames>"));
    assert_int_equal(ask(d, "Action=DeleteRole&RoleName=r"), 409);
    assert_true(desk_says(d, "<Code>DeleteConflict</Code>"));
    assert_int_equal(ask(d, "Action=DeleteRolePolicy&RoleName=r&PolicyName=p"), 200);
    assert_int_equal(ask(d, "Action=DeleteRolePolicy&RoleName=r&PolicyName=p"), 404);
    assert_int_equal(ask(d, "Action=DeleteRole&RoleName=r"), 200);
}

static void policies_are_attached_to_roles(void **state)
{
    struct desk *d = *state;
#define OWN "arn%3Aaws%3Aiam%3A%3A000000000000%3Apolicy%2Fmine"
#define AWS "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert_int_equal(ask(d, "Action=CreateRole&RoleName=r&" TRUST), 200);
    assert_int_equal(ask(d, "Action=AttachRolePolicy&RoleName=r&PolicyArn=" AWS), 200);
    assert_int_equal(ask(d, "Action=AttachRolePolicy&RoleName=r&PolicyArn=" OWN), 404);
    assert_int_equal(ask(d, "Action=CreatePolicy&PolicyName=mine&PolicyDocument=%7B%7D"), 200);
    assert_true(desk_says(d, "<Arn>arn:aws:iam::000000000000:policy/mine</Arn>"));
    assert_int_equal(ask(d, "Action=CreatePolicy&PolicyName=mine&PolicyDocument=%7B%7D"), 409);
    assert_int_equal(ask(d, "Action=AttachRolePolicy&RoleName=r&PolicyArn=" OWN), 200);
    assert_int_equal(ask(d, "Action=ListAttachedRolePolicies&RoleName=r"), 200);
    assert_true(
        desk_says(d, "<PolicyName>AWSLambdaBasicExecutionRole</PolicyName><PolicyArn>" AWS));
    assert_true(desk_says(d, "<PolicyName>mine</PolicyName>"));
    assert_int_equal(ask(d, "Action=GetPolicyVersion&VersionId=v1&PolicyArn=" OWN), 200);
    assert_true(desk_says(d, "<Document>%7B%7D</Document>"));
    assert_int_equal(ask(d, "Action=DeletePolicy&PolicyArn=" OWN), 409);
    assert_int_equal(ask(d, "Action=DetachRolePolicy&RoleName=r&PolicyArn=" OWN), 200);
    assert_int_equal(ask(d, "Action=DetachRolePolicy&RoleName=r&PolicyArn=" OWN), 404);
    assert_int_equal(ask(d, "Action=DeletePolicy&PolicyArn=" OWN), 200);
    assert_int_equal(ask(d, "Action=ListPolicies"), 200);
    assert_true(desk_says(d, "<Policies></Policies>"));
}

static void forms_that_are_wrong_are_refused(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *form, *code;
    } wrong[] = {
        {"", "InvalidAction"},
        {"Action=DeleteUser", "InvalidAction"},
        {"Action=%zz", "InvalidAction"},
        {"Action=CreateRole&" TRUST, "ValidationError"},
        {"Action=CreateRole&RoleName=..%2Fx&" TRUST, "ValidationError"},
        {"Action=CreateRole&RoleName=a%00b&" TRUST, "ValidationError"},
        {"Action=CreateRole&RoleName=r", "ValidationError"},
        {"Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=x", "MalformedPolicyDocument"},
        {"Action=CreateRole&RoleName=r&Path=x&" TRUST, "ValidationError"},
        {"Action=AttachRolePolicy&RoleName=r&PolicyArn=x", "NoSuchEntity"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[64];
        int status = ask(d, wrong[i].form);
        snprintf(text, sizeof text, "<Code>%s</Code>", wrong[i].code);
        assert_true(status == 400 || status == 404);
        assert_true(desk_says(d, text));
    }
}

static void what_is_shown_is_xml_whatever_came(void **state)
{
    struct desk *d = *state;
    assert_int_equal(
        ask(d, "Action=CreateRole&RoleName=r&Description=%3Cb%3E%26%22%01%ff%C3%A4&" TRUST), 200);
    assert_true(desk_says(d, "<Description>&lt;b&gt;&amp;&quot;?"));
    assert_true(desk_says(d, "\xc3\xa4</Description>"));
    assert_int_equal(ask(d, "Action=%3Cscript%3E"), 400);
    assert_null(strstr(d->said, "<script>"));
}

static void the_caller_is_somebody(void **state)
{
    struct desk *d = *state;
    assert_int_equal(
        desk_ask_as(d, "sts", HEAD, STR("Action=GetCallerIdentity&Version=2011-06-15")), 200);
    assert_true(desk_says(
        d, "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"));
    assert_true(desk_says(d, "<Account>000000000000</Account>"));
    assert_int_equal(desk_ask_as(d, "sts", HEAD, STR("Action=CreateRole&RoleName=r&" TRUST)), 400);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_role_is_made_shown_and_removed),
        TEST(policies_are_put_into_roles),
        TEST(policies_are_attached_to_roles),
        TEST(forms_that_are_wrong_are_refused),
        TEST(what_is_shown_is_xml_whatever_came),
        TEST(the_caller_is_somebody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
