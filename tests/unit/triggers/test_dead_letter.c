/* SPDX-License-Identifier: MIT */
/*
 * What was given up, in Lambda's shape: whole lines, or none.
 */
#include "backend/triggers/dead_letter.h"

#include "backend/json.h"
#include "tests/unit/triggers/folder_test.h"

#include <signal.h>
#include <sys/resource.h>

static const struct delivery_record records[] = {
    {.sequence = {"100", 3}, .event = {"{\"eventID\":\"a\"}", 15}, .time_ms = 1573690459123},
    {.sequence = {"101", 3}, .event = {"{\"eventID\":\"b\"}", 15}, .time_ms = 1573690460000},
};

struct letter {
    struct mapping mapping;
    struct delivery_order order;
    struct dead_letter letter;
};

static void begin(struct letter *l)
{
    *l = (struct letter){.mapping = {.function = STR("f"), .source = STR("arn:stream")},
        .order = {.kind = DELIVERY_GIVE_UP, .attempt = 3, .records = records, .count = 2}};
    l->letter = (struct dead_letter){.mapping = &l->mapping,
        .region = STR("eu-west-1"),
        .shard = STR("shardId-1"),
        .request_id = STR("c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5"),
        .order = &l->order,
        .now_ms = 1573690461007};
}

static void the_document_is_the_services(void **state)
{
    (void)state;
    struct letter l;
    struct buf out = {0};
    begin(&l);
    dead_letter_put(&out, &l.letter);
    assert_string_equal(buf_cstr(&out),
        "{\"requestContext\":{\"requestId\":\"c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5\","
        "\"functionArn\":\"arn:aws:lambda:eu-west-1:000000000000:function:f\","
        "\"condition\":\"RetryAttemptsExhausted\",\"approximateInvokeCount\":3},"
        "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\","
        "\"functionError\":\"Unhandled\"},\"version\":\"1.0\","
        "\"timestamp\":\"2019-11-14T00:14:21.007Z\",\"DDBStreamBatchInfo\":{"
        "\"shardId\":\"shardId-1\",\"startSequenceNumber\":\"100\","
        "\"endSequenceNumber\":\"101\","
        "\"approximateArrivalOfFirstRecord\":\"2019-11-14T00:14:19Z\","
        "\"approximateArrivalOfLastRecord\":\"2019-11-14T00:14:20Z\",\"batchSize\":2,"
        "\"streamArn\":\"arn:stream\"},"
        "\"payload\":\"{\\\"Records\\\":[{\\\"eventID\\\":\\\"a\\\"},{\\\"eventID\\\":\\\"b\\\"}]}"
        "\"}");
    buf_fini(&out);
}

static void what_was_never_sent_has_no_response(void **state)
{
    (void)state;
    struct letter l;
    struct buf out = {0};
    begin(&l);
    l.letter.request_id = STR_NONE;
    l.order.attempt = 0;
    l.order.expired = true;
    dead_letter_put(&out, &l.letter);
    assert_null(strstr(buf_cstr(&out), "responseContext"));
    assert_non_null(strstr(buf_cstr(&out), "\"condition\":\"RecordAgeExceeded\""));
    buf_fini(&out);
}

static void assert_path(const char *destination, const char *expected)
{
    struct mapping mapping = {.destination = str_from(destination)};
    struct buf path = {0};
    dead_letter_path("/folder", &mapping, &path);
    assert_string_equal(path.at, expected);
    buf_fini(&path);
}

static void the_file_is_the_destination_or_lies_with_the_mapping(void **state)
{
    (void)state;
    assert_path("", "/folder/dead-letters.jsonl");
    assert_path("/else/where.jsonl", "/else/where.jsonl");
    assert_path("arn:aws:sqs:us-east-1:000000000000:failed", "/folder/sqs-failed.jsonl");
    assert_path("arn:aws:sns:us-east-1:000000000000:t", "/folder/sns-t.jsonl");
    assert_path("arn:aws:s3:::bucket/../../x", "/folder/s3-bucket-..-..-x.jsonl");
}

static size_t count_lines(const char *path)
{
    char *text = folder_test_read(path);
    struct str rest = str_from(text), line;
    size_t count = 0;
    while (str_cut(&rest, '\n', &line)) {
        struct arena arena = {0};
        struct err err = ERR_INIT;
        if (line.len && json_parse(&arena, line, &err))
            count++;
        arena_fini(&arena);
    }
    free(text);
    return count;
}

static void lines_are_appended_behind_whatever_a_crash_left(void **state)
{
    (void)state;
    struct folder_test t;
    struct letter l;
    struct err err = ERR_INIT;
    folder_test_begin(&t);
    begin(&l);
    assert_true(dead_letter_write(".", &l.letter, &err));
    assert_int_equal(folder_test_mode("dead-letters.jsonl"), 0600);
    FILE *file = fopen("dead-letters.jsonl", "ae");
    fputs("{\"requestContext\":{\"requ", file);
    fclose(file);
    assert_true(dead_letter_write(".", &l.letter, &err));
    assert_true(dead_letter_write(".", &l.letter, &err));
    assert_int_equal(count_lines("dead-letters.jsonl"), 3);
    folder_test_end(&t);
}

static void a_full_disk_leaves_no_piece_of_a_line(void **state)
{
    (void)state;
    struct folder_test t;
    struct letter l;
    struct err err = ERR_INIT;
    struct rlimit before, little;
    struct stat s, after;
    folder_test_begin(&t);
    begin(&l);
    assert_true(dead_letter_write(".", &l.letter, &err));
    assert_int_equal(stat("dead-letters.jsonl", &s), 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    little = before;
    little.rlim_cur = (rlim_t)s.st_size + 100;
    setrlimit(RLIMIT_FSIZE, &little);
    bool written = dead_letter_write(".", &l.letter, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_int_equal(err.code, ERR_FILE);
    assert_int_equal(stat("dead-letters.jsonl", &after), 0);
    assert_int_equal(after.st_size, s.st_size);
    assert_true(dead_letter_write(".", &l.letter, &err));
    assert_int_equal(count_lines("dead-letters.jsonl"), 2);
    folder_test_end(&t);
}

static void what_is_no_file_takes_nothing(void **state)
{
    (void)state;
    struct folder_test t;
    struct letter l;
    struct err err = ERR_INIT;
    folder_test_begin(&t);
    begin(&l);
    assert_int_equal(mkfifo("dead-letters.jsonl", 0600), 0);
    assert_false(dead_letter_write(".", &l.letter, &err));
    l.mapping.destination = STR("/not/there/at.all");
    assert_false(dead_letter_write(".", &l.letter, &err));
    l.mapping.destination = STR("/dev/full");
    assert_false(dead_letter_write(".", &l.letter, &err));
    folder_test_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_is_the_services),
        cmocka_unit_test(what_was_never_sent_has_no_response),
        cmocka_unit_test(the_file_is_the_destination_or_lies_with_the_mapping),
        cmocka_unit_test(lines_are_appended_behind_whatever_a_crash_left),
        cmocka_unit_test(a_full_disk_leaves_no_piece_of_a_line),
        cmocka_unit_test(what_is_no_file_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
