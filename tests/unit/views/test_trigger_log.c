/* SPDX-License-Identifier: MIT */
/* Lines of a function's log, and those of one invocation. */
#include "views/trigger_log.h"

#include "tests/unit/triggers/folder_test.h"

#define ID "05b1c2aa-7f4e-4f0c-9d5e-00000000000"

static void lines_say_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum trigger_log_kind kind;
        bool id;
    } all[] = {
        {"START RequestId: " ID "1 Version: $LATEST\n", TRIGGER_LOG_START, true},
        {"END RequestId: " ID "1\n", TRIGGER_LOG_END, true},
        {"REPORT RequestId: " ID "1\tDuration: 2 ms\n", TRIGGER_LOG_REPORT, true},
        {"START RequestId: short", TRIGGER_LOG_OWN, false},
        {"a START RequestId: " ID "1", TRIGGER_LOG_OWN, false},
        {"", TRIGGER_LOG_OWN, false},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct str id;
        assert_int_equal(trigger_log_kind_of(str_from(all[i].text), &id), all[i].kind);
        assert_true(str_equal(id, all[i].id ? STR(ID "1") : STR_NONE));
    }
}

static void an_invocation_is_what_stands_between_its_start_and_its_report(void **state)
{
    (void)state;
    static const char *const lines[] = {"INIT\n", "START RequestId: " ID "1 Version\n", "one\n",
        "END RequestId: " ID "1\n", "REPORT RequestId: " ID "1\t\n",
        "START RequestId: " ID "2 Version\n", "two\n", "REPORT RequestId: " ID "2\t\n", "behind\n"};
    struct folder_test t;
    struct err err = ERR_INIT;
    struct buf out = {0};
    folder_test_begin(&t);
    struct log_writer *writer = log_writer_open(t.path, NULL, &err);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        log_add(writer, str_from(lines[i]));
    log_flush(writer);
    struct str stream = str_from(log_writer_stream(writer));
    assert_true(trigger_log_invocation(t.path, stream, STR(ID "2"), &out, &err));
    assert_string_equal(
        buf_cstr(&out), "START RequestId: " ID "2 Version\ntwo\nREPORT RequestId: " ID "2\t\n");
    buf_clear(&out);
    assert_true(trigger_log_invocation(t.path, stream, STR(ID "9"), &out, &err));
    assert_true(trigger_log_invocation(t.path, STR("gone"), STR(ID "1"), &out, &err));
    assert_int_equal(out.len, 0);
    log_writer_close(writer);
    buf_fini(&out);
    folder_test_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_say_what_they_are),
        cmocka_unit_test(an_invocation_is_what_stands_between_its_start_and_its_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
