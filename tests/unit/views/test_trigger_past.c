/* SPDX-License-Identifier: MIT */
/* Records of the past, and batches of them. */
#include "views/triggers/trigger_past.h"

#include "tests/unit/triggers/folder_test.h"

#define RECORD(name, number)                                                                       \
    "{\"eventName\":\"" name "\",\"dynamodb\":{\"SequenceNumber\":\"" number "\"}}"

static void records_come_from_lines_events_and_lists(void **state)
{
    (void)state;
    struct folder_test t;
    struct err err = ERR_INIT;
    struct buf words = {0};
    folder_test_begin(&t);
    folder_test_write(
        "records", RECORD("INSERT", "1") "\n{\"Records\":[" RECORD("MODIFY", "2") "," RECORD(
                       "REMOVE", "3") "]}\n[" RECORD("INSERT", "4") "]\n");
    struct trigger_past past = {.file = STR("records")};
    if (!trigger_past_read(&past, NULL, &err))
        fail_msg("%s", err.text);
    assert_int_equal(past.count, 4);
    trigger_past_words(past.events[3], &words);
    assert_true(str_starts(buf_str(&words), STR("INSERT")));
    trigger_past_fini(&past);
    buf_fini(&words);
    folder_test_end(&t);
}

static void what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}", "7", "{\"Records\":[{}]}", "{\"a\":", "[[]]x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = ERR_INIT;
        struct trigger_past past = {.lines = str_from(texts[i])};
        if (trigger_past_read(&past, NULL, &err))
            fail_msg("%s was taken", texts[i]);
        trigger_past_fini(&past);
    }
    struct err err = ERR_INIT;
    struct trigger_past past = {.file = STR("/nowhere")};
    assert_false(trigger_past_read(&past, NULL, &err));
    trigger_past_fini(&past);
    past = (struct trigger_past){.file = STR("/tmp")};
    assert_false(trigger_past_read(&past, NULL, &err));
    trigger_past_fini(&past);
}

static void batches_hold_what_passes_and_no_more_than_their_size(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct buf events = {0};
    struct mapping mapping;
    struct trigger_past past = {.lines = STR(RECORD("INSERT", "1") RECORD("REMOVE", "2")
                                        RECORD("INSERT", "3") RECORD("INSERT", "4"))};
    mapping_init(&mapping);
    mapping.filter_count = 1;
    mapping.filters[0].pattern = json_parse(&arena, STR("{\"eventName\":[\"INSERT\"]}"), &err);
    assert_true(trigger_past_read(&past, NULL, &err));
    assert_int_equal(trigger_past_batches(&past, &mapping, 2, &events), 3);
    assert_string_equal(
        events.at, "{\"Records\":[" RECORD("INSERT", "1") "," RECORD("INSERT", "3") "]}");
    assert_string_equal(
        events.at + strlen(events.at) + 1, "{\"Records\":[" RECORD("INSERT", "4") "]}");
    size_t with = events.len;
    buf_clear(&events);
    assert_int_equal(trigger_past_batches(&past, NULL, 100, &events), 4);
    assert_int_equal(strlen(events.at) + 1, events.len);
    assert_true(with > 0);
    mapping.filters[0].pattern = json_parse(&arena, STR("{\"eventName\":[\"X\"]}"), &err);
    buf_clear(&events);
    assert_int_equal(trigger_past_batches(&past, &mapping, 2, &events), 0);
    assert_int_equal(events.len, 0);
    trigger_past_fini(&past);
    arena_fini(&arena);
    buf_fini(&events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_from_lines_events_and_lists),
        cmocka_unit_test(what_is_no_record_is_refused),
        cmocka_unit_test(batches_hold_what_passes_and_no_more_than_their_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
