/* SPDX-License-Identifier: MIT */
/* CloudWatch Logs over what functions printed. */
#include "backend/serve/logs_filter.h"
#include "backend/triggers/logs.h"
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

static int ask(struct desk *d, const char *operation, const char *body)
{
    static char text[256];
    snprintf(text, sizeof text,
        "POST / HTTP/1.1\nHost: localhost\nX-Amz-Target: Logs_20140328.%s\n", operation);
    return desk_ask_as(d, "logs", text, str_from(body));
}

/* A stream of the function f with lines PREFIX0, PREFIX1 …, a second apart; its name. */
static const char *write_stream(struct desk *d, const char *prefix, int lines)
{
    static char name[128];
    struct err err = ERR_INIT;
    char folder[256], line[64];
    snprintf(folder, sizeof folder, "%s/functions/f", registry_folder(d->offer.registry));
    struct log_writer *writer = log_writer_open(folder, &d->clock.clock, &err);
    if (!writer)
        fail_msg("%s", err.text);
    snprintf(name, sizeof name, "%s", log_writer_stream(writer));
    for (int i = 0; i < lines; i++) {
        snprintf(line, sizeof line, "%s%d\n", prefix, i);
        log_add(writer, str_from(line));
        d->clock.ms += 1000;
    }
    log_flush(writer);
    log_writer_close(writer);
    return name;
}

#define GROUP "\"logGroupName\":\"/aws/lambda/f\""

static void get(struct desk *d, const char *stream, const char *more)
{
    char body[512];
    snprintf(body, sizeof body, "{" GROUP ",\"logStreamName\":\"%s\"%s}", stream, more);
    if (ask(d, "GetLogEvents", body) != 200)
        fail_msg("%s", d->said);
}

/* The value of a member of what was said, as text; "" where there is none. */
static const char *member(struct desk *d, const char *name)
{
    static char value[4][256];
    static unsigned next;
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(d->said, key);
    char *out = value[next++ % 4];
    out[0] = '\0';
    if (at)
        snprintf(out, 256, "%.*s", (int)strcspn(at + strlen(key), "\""), at + strlen(key));
    return out;
}

/* The messages of what was said, one behind the other. */
static const char *messages(struct desk *d)
{
    static char out[4096];
    out[0] = '\0';
    for (const char *at = d->said; (at = strstr(at, "\"message\":\"")); at += 11)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s ",
            (int)strcspn(at + 11, "\\\""), at + 11);
    return out;
}

static void a_group_is_a_function_that_has_run(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(ask(d, "DescribeLogGroups", "{}"), 200);
    assert_string_equal(d->said, "{\"logGroups\":[]}");
    write_stream(d, "a", 1);
    assert_int_equal(ask(d, "DescribeLogGroups", "{\"logGroupNamePrefix\":\"/aws/lambda/\"}"), 200);
    assert_true(desk_says(d, "\"logGroupName\":\"/aws/lambda/f\",\"creationTime\":1795176000000"));
    assert_true(
        desk_says(d, "\"arn\":\"arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/f:*\""));
    assert_int_equal(ask(d, "DescribeLogGroups", "{\"logGroupNamePrefix\":\"/x\"}"), 200);
    assert_string_equal(d->said, "{\"logGroups\":[]}");
    assert_int_equal(ask(d, "DescribeLogStreams", "{\"logGroupName\":\"/aws/lambda/none\"}"), 400);
    assert_true(desk_says(
        d, "#ResourceNotFoundException\",\"message\":\"The specified log group does not exist.\""));
    assert_int_equal(ask(d, "DescribeLogStreams", "{\"logGroupName\":\"/aws/lambda/../f\"}"), 400);
}

static void streams_are_listed_by_name_and_by_time(void **state)
{
    struct desk *d = *state;
    char first[128], second[128], body[512];
    desk_create(d, "f");
    strcpy(first, write_stream(d, "a", 2));
    strcpy(second, write_stream(d, "b", 1));
    assert_int_equal(
        ask(d, "DescribeLogStreams",
            "{" GROUP ",\"orderBy\":\"LastEventTime\",\"descending\":true,\"limit\":1}"),
        200);
    assert_string_equal(member(d, "logStreamName"), second);
    assert_string_equal(member(d, "nextToken"), first);
    snprintf(body, sizeof body,
        "{" GROUP ",\"orderBy\":\"LastEventTime\",\"descending\":true,\"nextToken\":\"%s\"}",
        first);
    assert_int_equal(ask(d, "DescribeLogStreams", body), 200);
    assert_string_equal(member(d, "logStreamName"), first);
    assert_string_equal(member(d, "nextToken"), "");
    snprintf(body, sizeof body, "{" GROUP ",\"logStreamNamePrefix\":\"%s\"}", second);
    assert_int_equal(ask(d, "DescribeLogStreams", body), 200);
    assert_null(strstr(d->said, first));
    assert_int_equal(ask(d, "DescribeLogStreams",
                         "{" GROUP ",\"logStreamNamePrefix\":\"a\",\"orderBy\":\"LastEventTime\"}"),
        400);
    assert_int_equal(ask(d, "DescribeLogStreams", "{" GROUP ",\"limit\":51}"), 400);
}

static void events_are_read_from_both_ends(void **state)
{
    struct desk *d = *state;
    char stream[128], token[128], more[256];
    desk_create(d, "f");
    strcpy(stream, write_stream(d, "m", 5));
    get(d, stream, ",\"startFromHead\":true,\"limit\":2");
    assert_string_equal(messages(d), "m0 m1 ");
    strcpy(token, member(d, "nextForwardToken"));
    assert_int_equal(strncmp(token, "f/", 2), 0);
    snprintf(more, sizeof more, ",\"nextToken\":\"%s\",\"limit\":10", token);
    get(d, stream, more);
    assert_string_equal(messages(d), "m2 m3 m4 ");
    strcpy(token, member(d, "nextForwardToken"));
    snprintf(more, sizeof more, ",\"nextToken\":\"%s\"", token);
    get(d, stream, more);
    assert_string_equal(messages(d), "");
    assert_string_equal(member(d, "nextForwardToken"), token); /* so that readers stop */
    get(d, stream, ",\"limit\":2");
    assert_string_equal(messages(d), "m3 m4 ");
    strcpy(token, member(d, "nextBackwardToken"));
    snprintf(more, sizeof more, ",\"nextToken\":\"%s\",\"limit\":2", token);
    get(d, stream, more);
    assert_string_equal(messages(d), "m1 m2 ");
    snprintf(
        more, sizeof more, ",\"nextToken\":\"%s\",\"limit\":2", member(d, "nextBackwardToken"));
    get(d, stream, more);
    assert_string_equal(messages(d), "m0 ");
    strcpy(token, member(d, "nextBackwardToken"));
    snprintf(more, sizeof more, ",\"nextToken\":\"%s\"", token);
    get(d, stream, more);
    assert_string_equal(messages(d), "");
    assert_string_equal(member(d, "nextBackwardToken"), token);
}

static void events_are_read_between_times(void **state)
{
    struct desk *d = *state;
    char stream[128];
    desk_create(d, "f");
    strcpy(stream, write_stream(d, "m", 5));
    get(d, stream, ",\"startTime\":1795176001000,\"endTime\":1795176003000");
    assert_string_equal(messages(d), "m1 m2 ");
    assert_true(
        desk_says(d, "\"timestamp\":1795176001000,\"message\":\"m1\\n\",\"ingestionTime\":"));
    get(d, stream, ",\"startTime\":1795177000000");
    assert_string_equal(messages(d), "");
}

static void what_is_asked_wrongly_is_refused(void **state)
{
    struct desk *d = *state;
    static const char *const bodies[] = {"{}", "{" GROUP "}",
        "{" GROUP ",\"logStreamName\":\"none\"}", "{" GROUP ",\"logStreamName\":1}",
        "{" GROUP ",\"logStreamName\":\"../x\"}",
        "{" GROUP ",\"logStreamName\":\"x\",\"nextToken\":\"f/x\"}",
        "{" GROUP ",\"logStreamName\":\"x\",\"limit\":0}", "{\"logGroupName\":\"\"}", "[]", "{"};
    desk_create(d, "f");
    write_stream(d, "m", 1);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(ask(d, "GetLogEvents", bodies[i]), 400);
    assert_int_equal(ask(d, "PutLogEvents", "{}"), 400);
    assert_true(desk_says(d, "UnknownOperationException"));
}

static void events_are_filtered_over_all_streams_by_time(void **state)
{
    struct desk *d = *state;
    char body[512];
    desk_create(d, "f");
    write_stream(d, "a", 3);
    d->clock.ms -= 2500;
    write_stream(d, "b", 3);
    assert_int_equal(ask(d, "FilterLogEvents", "{" GROUP "}"), 200);
    assert_string_equal(messages(d), "a0 b0 a1 b1 a2 b2 ");
    assert_int_equal(ask(d, "FilterLogEvents", "{" GROUP ",\"limit\":4}"), 200);
    assert_string_equal(messages(d), "a0 b0 a1 b1 ");
    snprintf(body, sizeof body, "{" GROUP ",\"nextToken\":\"%s\"}", member(d, "nextToken"));
    assert_int_equal(ask(d, "FilterLogEvents", body), 200);
    assert_string_equal(messages(d), "a2 b2 ");
    assert_string_equal(member(d, "nextToken"), "");
    assert_int_equal(strlen(member(d, "eventId")), 56);
    assert_int_equal(ask(d, "FilterLogEvents", "{" GROUP ",\"filterPattern\":\"?a1 ?b2\"}"), 200);
    assert_string_equal(messages(d), "a1 b2 ");
    snprintf(body, sizeof body, "{" GROUP ",\"startTime\":%lld}", (long long)1795176002000);
    assert_int_equal(ask(d, "FilterLogEvents", body), 200);
    assert_string_equal(messages(d), "a2 b2 ");
    assert_int_equal(
        ask(d, "FilterLogEvents", "{" GROUP ",\"filterPattern\":\"{ $.x = 1 }\"}"), 400);
    assert_true(desk_says(d, "patterns of JSON"));
    assert_int_equal(ask(d, "FilterLogEvents", "{" GROUP ",\"nextToken\":\"x\"}"), 400);
}

static void groups_are_created_kept_and_deleted(void **state)
{
    struct desk *d = *state;
    assert_int_equal(ask(d, "CreateLogGroup", "{\"logGroupName\":\"/my/group\"}"), 200);
    assert_string_equal(d->said, "");
    assert_int_equal(ask(d, "CreateLogGroup", "{\"logGroupName\":\"/my/group\"}"), 400);
    assert_true(desk_says(d, "#ResourceAlreadyExistsException"));
    assert_int_equal(
        ask(d, "PutRetentionPolicy", "{\"logGroupName\":\"/my/group\",\"retentionInDays\":7}"),
        200);
    assert_int_equal(
        ask(d, "PutRetentionPolicy", "{\"logGroupName\":\"/my/group\",\"retentionInDays\":8}"),
        400);
    assert_int_equal(ask(d, "DescribeLogGroups", "{}"), 200);
    assert_true(desk_says(d, "\"logGroupName\":\"/my/group\""));
    assert_true(desk_says(d, "\"retentionInDays\":7"));
    assert_int_equal(ask(d, "DescribeLogStreams", "{\"logGroupName\":\"/my/group\"}"), 200);
    assert_string_equal(d->said, "{\"logStreams\":[]}");
    assert_int_equal(ask(d, "DeleteLogGroup", "{\"logGroupName\":\"/my/group\"}"), 200);
    assert_int_equal(ask(d, "DeleteLogGroup", "{\"logGroupName\":\"/my/group\"}"), 400);
    desk_create(d, "f");
    write_stream(d, "m", 2);
    assert_int_equal(ask(d, "DeleteLogGroup", "{" GROUP "}"), 200);
    assert_int_equal(ask(d, "DescribeLogStreams", "{" GROUP "}"), 200);
    assert_string_equal(d->said, "{\"logStreams\":[]}");
}

/* ---- patterns ---- */

static bool matches(const char *pattern, const char *message)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct logs_filter filter;
    assert_true(logs_filter_read(&arena, str_from(pattern), &filter, &err));
    bool found = logs_filter_matches(&filter, str_from(message));
    arena_fini(&arena);
    return found;
}

static void words_are_looked_for_as_the_pattern_says(void **state)
{
    (void)state;
    assert_true(matches("", "anything"));
    assert_true(matches("ERROR", "an ERROR"));
    assert_false(matches("ERROR", "an error"));
    assert_true(matches("a b", "b then a"));
    assert_false(matches("a b", "b then c"));
    assert_true(matches("\"two words\" a", "a: two words"));
    assert_false(matches("\"two words\"", "words two"));
    assert_true(matches("\"say \\\"x\\\"\"", "say \"x\""));
    assert_true(matches("?a ?b", "b"));
    assert_false(matches("?a ?b", "c"));
    assert_true(matches("a -b", "a"));
    assert_false(matches("a -b", "a b"));
    assert_false(matches("-\"a b\"", "a b"));
}

static void patterns_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {
        "\"open", "{ $.a = 1 }", "[a, b]", "%regex%", "?", "a -", "\"\""};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct arena arena = {0};
        struct err err = ERR_INIT;
        struct logs_filter filter;
        assert_false(logs_filter_read(&arena, str_from(wrong[i]), &filter, &err));
        assert_string_equal(err.name, "InvalidParameterException");
        arena_fini(&arena);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_group_is_a_function_that_has_run),
        TEST(streams_are_listed_by_name_and_by_time),
        TEST(events_are_read_from_both_ends),
        TEST(events_are_read_between_times),
        TEST(what_is_asked_wrongly_is_refused),
        TEST(events_are_filtered_over_all_streams_by_time),
        TEST(groups_are_created_kept_and_deleted),
        cmocka_unit_test(words_are_looked_for_as_the_pattern_says),
        cmocka_unit_test(patterns_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
