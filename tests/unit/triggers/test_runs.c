/* SPDX-License-Identifier: MIT */
/* Invocations that were. */
#include "backend/triggers/runs.h"

#include "tests/unit/triggers/folder_test.h"

#include <sys/wait.h>

struct fixture {
    struct folder_test folder;
    struct arena arena;
    struct err err;
    struct run *runs;
    size_t count;
};

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT};
    folder_test_begin(&x->folder);
}

static void end(struct fixture *x)
{
    arena_fini(&x->arena);
    folder_test_end(&x->folder);
}

static void add(struct fixture *x, int number, struct str event)
{
    char id[16];
    snprintf(id, sizeof id, "id-%d", number);
    struct run run = {
        .request_id = str_from(id),
        .mapping = STR("m"),
        .outcome = STR("error"),
        .time_ms = 1767225600000 + number,
        .duration_us = 2110,
        .init_us = 45000,
        .memory_kb = 51200,
        .attempt = 2,
        .records = 100,
        .shard = STR("shardId-1"),
        .first = STR("100"),
        .last = STR("199"),
        .event = event,
        .result = STR("{\"errorMessage\":\"a\\nb\"}"),
        .log_stream = STR("2026/01/01/[$LATEST]0"),
    };
    if (!run_add(x->folder.path, &run, &x->err))
        fail_msg("%s", x->err.text);
}

static void look(struct fixture *x, size_t most)
{
    arena_reset(&x->arena);
    if (!runs_read(x->folder.path, &x->arena, most, &x->runs, &x->count, &x->err))
        fail_msg("%s", x->err.text);
}

static void the_newest_come_first_with_all_that_was_said(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    look(&x, 5);
    assert_int_equal(x.count, 0);
    for (int i = 0; i < 9; i++)
        add(&x, i, STR("{\"Records\":[]}"));
    look(&x, 5);
    assert_int_equal(x.count, 5);
    const struct run *run = x.runs;
    assert_true(str_equal(run->request_id, STR("id-8")));
    assert_true(str_equal(x.runs[4].request_id, STR("id-4")));
    assert_true(run->time_ms == 1767225600008 && run->duration_us == 2110 && run->init_us == 45000);
    assert_true(run->memory_kb == 51200 && run->attempt == 2 && run->records == 100);
    assert_true(str_equal(run->first, STR("100")) && str_equal(run->last, STR("199")));
    assert_true(str_equal(run->event, STR("{\"Records\":[]}")));
    assert_true(str_equal(run->result, STR("{\"errorMessage\":\"a\\nb\"}")));
    look(&x, 500);
    assert_int_equal(x.count, 9);
    assert_int_equal(folder_test_mode("runs"), 0600);
    end(&x);
}

static void an_event_that_is_large_is_left_out_whole(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    static char large[(16 << 10) + 1];
    memset(large, 'x', sizeof large);
    add(&x, 0, (struct str){large, sizeof large});
    add(&x, 1, (struct str){large, sizeof large - 1});
    look(&x, 5);
    assert_int_equal(x.runs[0].event.len, sizeof large - 1);
    assert_int_equal(x.runs[1].event.len, 0);
    end(&x);
}

static void torn_and_foreign_lines_are_passed_over(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, 0, STR_NONE);
    FILE *file = fopen("runs", "ae");
    assert_true(fputs("not JSON\n[]\n\n{\"id\":7,\"attempt\":\"x\"}\n", file) > 0);
    fclose(file);
    add(&x, 1, STR_NONE);
    file = fopen("runs", "ae");
    assert_true(fputs("{\"id\":\"torn\"}", file) > 0);
    fclose(file);
    look(&x, 9);
    assert_int_equal(x.count, 3);
    assert_true(str_equal(x.runs[0].request_id, STR("id-1")));
    assert_int_equal(x.runs[1].request_id.len, 0);
    assert_true(str_equal(x.runs[2].request_id, STR("id-0")));
    end(&x);
}

static void a_link_in_the_place_of_the_file_is_not_followed(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct run run = {.request_id = STR("id")};
    folder_test_write("mine", "{\"id\":\"mine\"}\n");
    assert_true(symlink("mine", "runs") == 0);
    assert_false(run_add(x.folder.path, &run, &x.err));
    look(&x, 9);
    assert_int_equal(x.count, 0);
    end(&x);
}

static void two_files_bound_what_is_kept(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    static char event[16 << 10];
    struct stat s;
    memset(event, 'x', sizeof event);
    enum { MANY = 1700 };
    for (int i = 0; i < MANY; i++)
        add(&x, i, (struct str){event, sizeof event});
    assert_true(stat("runs.1", &s) == 0 && s.st_size < (8 << 20) + (40 << 10));
    assert_true(stat("runs", &s) == 0 && s.st_size < (8 << 20) + (40 << 10));
    look(&x, 600); /* into the older file */
    assert_int_equal(x.count, 600);
    for (int i = 0; i < 600; i++)
        assert_true(x.runs[i].time_ms == 1767225600000 + MANY - 1 - i);
    end(&x);
}

static void several_processes_add_at_once(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    enum { CHILDREN = 4, EACH = 300 };
    static char event[16 << 10];
    memset(event, 'x', sizeof event);
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            for (int i = 0; i < EACH; i++)
                add(&x, child * EACH + i, (struct str){event, sizeof event});
            _exit(0);
        }
    }
    for (int child = 0; child < CHILDREN; child++) {
        int status;
        assert_true(wait(&status) > 0 && status == 0);
    }
    look(&x, 10000);
    /* 1,200 runs of 16 KB fill two files and begin a third: the oldest file went */
    assert_true(x.count > 500 && x.count <= CHILDREN * EACH);
    for (size_t i = 0; i < x.count; i++)
        assert_int_equal(x.runs[i].event.len, sizeof event);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_come_first_with_all_that_was_said),
        cmocka_unit_test(an_event_that_is_large_is_left_out_whole),
        cmocka_unit_test(torn_and_foreign_lines_are_passed_over),
        cmocka_unit_test(a_link_in_the_place_of_the_file_is_not_followed),
        cmocka_unit_test(two_files_bound_what_is_kept),
        cmocka_unit_test(several_processes_add_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
