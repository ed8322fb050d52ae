/* SPDX-License-Identifier: MIT */
/*
 * The triggers of a connection: runners come and go with what the registry says; functions are
 * real programs, of a line each.
 * test: threads
 */
#include "backend/triggers/triggers.h"

#include "tests/unit/triggers/runner_lab.h"

/* A program that adds a line to the file "out" for each record it gets. */
static void write_program(struct runner_lab *lab)
{
    char text[256];
    snprintf(text, sizeof text, "#!/bin/sh\ngrep -o '\"eventID\"' >> '%s/out'\nexit 0\n",
        lab->folder.path);
    folder_test_write("f.sh", text);
}

static struct triggers *open_triggers(struct runner_lab *lab, const char *only)
{
    struct err err = ERR_INIT;
    struct triggers_options options = {.folder = "store/triggers",
        .trusted = lab->trusted,
        .region = STR("us-east-1"),
        .watch_path = lab->watch,
        .run = true,
        .only = only};
    struct triggers *t = triggers_open(lab->backend, &options, &err);
    if (!t)
        fail_msg("%s", err.text);
    return t;
}

static size_t count_out(void)
{
    char *text = folder_test_read("out");
    size_t count = 0;
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        count++;
    free(text);
    return count;
}

/* The function is another process: its file is what can be looked at. */
static void wait_out(size_t count)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int tries = 0; count_out() < count; tries++) {
        if (tries > 6000)
            fail_msg("waited a minute for %zu lines, there are %zu", count, count_out());
        nanosleep(&pause, NULL);
    }
    assert_int_equal(count_out(), count);
}

static void a_mapping_that_is_added_runs_until_it_is_disabled_or_removed(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    struct err err = ERR_INIT;
    bool found;
    lab_make(&lab);
    write_program(&lab);
    struct triggers *t = open_triggers(&lab, NULL);
    lab_add(&lab);
    lab_put_many(&lab, 3);
    wait_out(3);
    lab.mapping.enabled = false;
    lab_change(&lab);
    LAB_WAIT_STATUS(&lab, &status, status.state == STATUS_DISABLED);
    lab_put_many(&lab, 2);
    lab.mapping.enabled = true;
    lab_change(&lab);
    wait_out(5);
    assert_true(registry_remove_mapping(lab.registry, lab.mapping.uuid, &found, &err));
    assert_true(found);
    triggers_close(t, 1000);
    assert_int_equal(count_out(), 5);
    lab_free(&lab);
}

static void the_registry_may_come_after_the_triggers(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct err err = ERR_INIT;
    bool found;
    lab_make(&lab);
    write_program(&lab);
    assert_true(registry_remove_function(lab.registry, STR("f"), &found, &err));
    assert_int_equal(system("rm -r store/triggers"), 0);
    struct triggers *t = open_triggers(&lab, NULL);
    struct function function;
    assert_true(
        function_of_script(&lab.arena, STR("f"), "f.sh", STR_NONE, STR("exec"), &function, &err));
    assert_true(registry_put_function(lab.registry, &lab.arena, &function, true, &err));
    lab_add(&lab);
    lab_put_many(&lab, 1);
    wait_out(1);
    triggers_close(t, 1000);
    lab_free(&lab);
}

static void only_those_that_are_named_run(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    write_program(&lab);
    lab_add(&lab);
    lab_put_many(&lab, 1);
    struct triggers *t = open_triggers(&lab, "another");
    triggers_close(t, 0);
    assert_int_equal(count_out(), 0);
    t = open_triggers(&lab, "f");
    wait_out(1);
    triggers_close(t, 0);
    t = open_triggers(&lab, lab.mapping.uuid.at);
    lab_put_many(&lab, 1);
    wait_out(2);
    triggers_close(t, 0);
    lab_free(&lab);
}

static void another_connection_of_the_store_takes_over(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    write_program(&lab);
    lab_add(&lab);
    struct triggers *first = open_triggers(&lab, NULL);
    lab_put_many(&lab, 1);
    wait_out(1);
    struct triggers *second = open_triggers(&lab, NULL);
    lab_put_many(&lab, 1);
    wait_out(2);
    triggers_close(first, 1000);
    lab_put_many(&lab, 1);
    wait_out(3);
    triggers_close(second, 1000);
    lab_free(&lab);
}

static void a_function_that_hangs_does_not_hold_up_the_end(void **state)
{
    (void)state;
    struct runner_lab lab;
    lab_make(&lab);
    folder_test_write("f.sh", "#!/bin/sh\necho >> out\nexec sleep 600\n");
    lab_add(&lab);
    lab_put_many(&lab, 1);
    struct triggers *t = open_triggers(&lab, NULL);
    wait_out(1);
    triggers_close(t, 10); /* ends at all */
    lab_free(&lab);
}

static void triggers_lie_in_the_store(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct buf path = {0};
    struct err err = ERR_INIT;
    lab_make(&lab);
    assert_true(triggers_folder(lab.backend, &path, &err));
    assert_true(str_ends(buf_str(&path), STR("store/triggers")));
    struct backend *remote = backend_open("http://127.0.0.1:1", &(struct backend_options){0}, &err);
    assert_non_null(remote);
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_true(triggers_folder(remote, &path, &err));
    assert_true(str_starts(buf_str(&path), STR("/state/dynascope/triggers/http_127.0.0.1_1-")));
    backend_close(remote, NULL);
    buf_fini(&path);
    lab_free(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapping_that_is_added_runs_until_it_is_disabled_or_removed),
        cmocka_unit_test(the_registry_may_come_after_the_triggers),
        cmocka_unit_test(only_those_that_are_named_run),
        cmocka_unit_test(another_connection_of_the_store_takes_over),
        cmocka_unit_test(a_function_that_hangs_does_not_hold_up_the_end),
        cmocka_unit_test(triggers_lie_in_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
