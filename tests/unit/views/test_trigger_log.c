/* SPDX-License-Identifier: MIT */
/* Lines of a function's log, and those of one invocation. test: threads */
#include "views/triggers/trigger_log.h"

#include "tests/unit/backend/fake_backend.h"
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

/* ---- followed and held ---- */

struct following {
    struct folder_test folder;
    struct err err;
    struct worker *worker;
    struct log_writer *writer;
    struct trigger_log log;
    size_t changes;
};

static void changed(void *context, size_t dropped, size_t added)
{
    struct following *f = context;
    (void)dropped;
    (void)added;
    f->changes++;
}

static void begin(struct following *f)
{
    struct fake_backend *fake = mem_new(struct fake_backend);
    *f = (struct following){.err = ERR_INIT};
    fake->backend.ops = &fake_ops;
    folder_test_begin(&f->folder);
    f->worker = worker_new(&fake->backend);
    f->writer = log_writer_open(f->folder.path, NULL, &f->err);
    trigger_log_init(&f->log, f->worker, f, changed);
}

static void end(struct following *f)
{
    trigger_log_fini(&f->log);
    worker_free(f->worker);
    log_writer_close(f->writer);
    folder_test_end(&f->folder);
}

static void print(struct following *f, int from, int count)
{
    for (int i = from; i < from + count; i++) {
        char line[16];
        snprintf(line, sizeof line, "%d\n", i);
        log_add(f->writer, str_from(line));
    }
    log_flush(f->writer);
}

static void rest(struct following *f)
{
    while (worker_busy(f->worker))
        worker_wait(f->worker, 1000);
    worker_collect(f->worker);
    if (f->log.task)
        rest(f);
}

static void assert_line(const struct following *f, size_t at, int number)
{
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    assert_true(str_equal(f->log.lines[at].text, str_from(text)));
}

static void a_log_that_is_held_keeps_its_lines_and_then_goes_on_with_the_newest(void **state)
{
    (void)state;
    struct following f;
    begin(&f);
    print(&f, 0, 100);
    trigger_log_of(&f.log, str_from(f.folder.path));
    rest(&f);
    assert_int_equal(f.log.count, 100);
    trigger_log_hold(&f.log, true);
    for (int round = 0; round < 5; round++) {
        print(&f, 100 + 3000 * round, 3000);
        trigger_log_poll(&f.log);
        rest(&f);
    }
    assert_line(&f, 0, 0);
    assert_true(f.log.behind);
    assert_true(f.log.count < TRIGGER_LOG_LINES * 2);
    trigger_log_hold(&f.log, false);
    rest(&f);
    assert_false(f.log.behind);
    assert_line(&f, f.log.count - 1, 100 + 5 * 3000 - 1);
    assert_int_equal(f.log.count, TRIGGER_LOG_FIRST);
    end(&f);
}

static void a_log_that_is_followed_is_bounded_and_misses_nothing(void **state)
{
    (void)state;
    struct following f;
    begin(&f);
    trigger_log_of(&f.log, str_from(f.folder.path));
    rest(&f);
    for (int round = 0; round < 5; round++) {
        print(&f, 3000 * round, 3000);
        trigger_log_poll(&f.log);
        rest(&f);
        assert_line(&f, f.log.count - 1, 3000 * (round + 1) - 1);
    }
    assert_int_equal(f.log.next_number, 5 * 3000);
    assert_true(f.log.count <= TRIGGER_LOG_LINES * 2);
    for (size_t i = 0; i < f.log.count; i++)
        assert_line(&f, i, (int)f.log.lines[i].number);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_say_what_they_are),
        cmocka_unit_test(an_invocation_is_what_stands_between_its_start_and_its_report),
        cmocka_unit_test(a_log_that_is_held_keeps_its_lines_and_then_goes_on_with_the_newest),
        cmocka_unit_test(a_log_that_is_followed_is_bounded_and_misses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
