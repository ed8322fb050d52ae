/* SPDX-License-Identifier: MIT */
/* Dead letters: read from a file that others share, crossed out where they were dealt with. */
#include "views/triggers/trigger_letters.h"

#include "tests/unit/triggers/folder_test.h"

#define SOURCE "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/1"
#define LETTER(function, source, first)                                                            \
    "{\"requestContext\":{\"requestId\":\"r\",\"functionArn\":\"arn:aws:lambda:us-east-1:"         \
    "000000000000:function:" function "\",\"condition\":\"RetryAttemptsExhausted\","               \
    "\"approximateInvokeCount\":3},\"timestamp\":\"2026-01-01T00:00:00.000Z\","                    \
    "\"DDBStreamBatchInfo\":{\"shardId\":\"s\",\"startSequenceNumber\":\"" first                   \
    "\",\"endSequenceNumber\":\"" first "\",\"batchSize\":2,\"streamArn\":\"" source               \
    "\"},\"payload\":\"{}\"}"

struct fixture {
    struct folder_test folder;
    struct arena arena;
    struct err err;
    struct mapping mapping;
    struct trigger_letters_limits limits;
    struct trigger_letters letters;
};

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT, .limits = {100, 1 << 20}};
    folder_test_begin(&x->folder);
    mapping_init(&x->mapping);
    x->mapping.function = STR("f");
    x->mapping.source = STR(SOURCE);
}

static void end(struct fixture *x)
{
    arena_fini(&x->arena);
    folder_test_end(&x->folder);
}

static void look(struct fixture *x)
{
    if (!trigger_letters_read(&x->arena, "letters", &x->mapping, &x->limits, &x->letters, &x->err))
        fail_msg("%s", x->err.text);
}

static void letters_of_others_and_torn_lines_are_passed_over(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    look(&x);
    assert_int_equal(x.letters.count, 0);
    folder_test_write("letters",
        LETTER("f", SOURCE, "1") "\n" LETTER("other-f", SOURCE, "2") "\n" LETTER(
            "f", "arn:aws:dynamodb:r:0:table/U/stream/1", "3") "\n    \nnot JSON\n[]\n" LETTER("f",
            SOURCE, "4") "\n{\"requestContext\":{\"functionArn\":\"a");
    look(&x);
    assert_int_equal(x.letters.count, 2);
    assert_true(str_equal(x.letters.items[0].first, STR("1")));
    assert_true(str_equal(x.letters.items[1].first, STR("4")));
    assert_int_equal(x.letters.items[0].calls, 3);
    assert_int_equal(x.letters.items[0].records, 2);
    assert_true(str_equal(x.letters.items[0].payload, STR("{}")));
    end(&x);
}

static void what_was_dealt_with_is_crossed_out_and_nothing_else(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    folder_test_write("letters", LETTER("f", SOURCE, "1") "\n" LETTER("f", SOURCE, "2") "\n");
    look(&x);
    struct trigger_letter first = x.letters.items[0];
    assert_true(trigger_letters_blank("letters", first.at, first.line, &x.err));
    look(&x);
    assert_int_equal(x.letters.count, 1);
    assert_true(str_equal(x.letters.items[0].first, STR("2")));
    char *before = folder_test_read("letters");
    assert_true(trigger_letters_blank("letters", first.at, first.line, &x.err)); /* again */
    assert_true(trigger_letters_blank("letters", first.at + 7, x.letters.items[0].line, &x.err));
    char *after = folder_test_read("letters");
    assert_string_equal(before, after);
    free(before);
    free(after);
    end(&x);
}

static void the_newest_letters_within_the_limits_are_read(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    folder_test_write("letters",
        LETTER("f", SOURCE, "1") "\n" LETTER("f", SOURCE, "2") "\n" LETTER("f", SOURCE, "3") "\n");
    look(&x);
    assert_int_equal(x.letters.count, 3);
    assert_false(x.letters.more);
    x.limits.count = 2;
    look(&x);
    assert_int_equal(x.letters.count, 2);
    assert_true(x.letters.more);
    assert_true(str_equal(x.letters.items[0].first, STR("2")));
    assert_true(str_equal(x.letters.items[1].first, STR("3")));
    x.limits = (struct trigger_letters_limits){100, sizeof LETTER("f", SOURCE, "1") + 10};
    look(&x);
    assert_int_equal(x.letters.count, 1); /* the one before it is cut off */
    assert_true(x.letters.more);
    assert_true(str_equal(x.letters.items[0].first, STR("3")));
    end(&x);
}

static void a_file_of_crossed_out_letters_is_emptied(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    folder_test_write("letters", LETTER("f", SOURCE, "1") "\n" LETTER("f", SOURCE, "2") "\n");
    look(&x);
    for (size_t i = 0; i < 2; i++) {
        assert_true(trigger_letters_blank(
            "letters", x.letters.items[i].at, x.letters.items[i].line, &x.err));
        trigger_letters_tidy("letters");
        char *text = folder_test_read("letters");
        assert_int_equal(strlen(text) > 0, i == 0);
        free(text);
    }
    trigger_letters_tidy("gone");
    end(&x);
}

static void a_file_that_is_none_is_told(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(mkfifo("letters", 0600) == 0);
    assert_false(
        trigger_letters_read(&x.arena, "letters", &x.mapping, &x.limits, &x.letters, &x.err));
    assert_false(trigger_letters_blank("gone", 0, STR("x"), &x.err));
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_others_and_torn_lines_are_passed_over),
        cmocka_unit_test(what_was_dealt_with_is_crossed_out_and_nothing_else),
        cmocka_unit_test(the_newest_letters_within_the_limits_are_read),
        cmocka_unit_test(a_file_of_crossed_out_letters_is_emptied),
        cmocka_unit_test(a_file_that_is_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
