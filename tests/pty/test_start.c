/* SPDX-License-Identifier: MIT */
/* Where there is no terminal, or one that cannot do it, or no store: clear words, nothing spoilt.
 */
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *program;

static void assert_has(struct buf *text, const char *part)
{
    if (!strstr(buf_cstr(text), part))
        fail_msg("\"%s\" is not in: %s", part, buf_cstr(text));
}

static void without_a_terminal_the_explorer_names_the_subcommands(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0}, errors = {0};
    sample_init(&s, program);
    assert_int_equal(sample_run(&s, NULL, &out, &errors, s.store, NULL), 64);
    assert_int_equal(out.len, 0);
    assert_has(&errors, "terminal");
    assert_has(&errors, "dynascope scan");
    buf_fini(&out);
    buf_fini(&errors);
    sample_fini(&s);
}

static void without_a_terminal_the_demo_is_printed(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0}, errors = {0};
    sample_init(&s, program);
    assert_int_equal(sample_run(&s, NULL, &out, &errors, "--demo", NULL), 0);
    assert_int_equal(errors.len, 0);
    assert_true(out.len > 500);
    /* the temporary folder is gone again */
    assert_int_equal(rmdir(s.folder), 0);
    buf_fini(&out);
    buf_fini(&errors);
}

static void assert_refuses_terminal(const char *term)
{
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 1);
    sample_open(&s, &t, &(struct sample_start){.env = (const char *[]){term, NULL}});
    assert_int_equal(term_wait_exit(&t, TERM_DEADLINE_MS), 64);
    assert_true(term_shows(&t, "dynascope"));
    assert_true(term_shows(&t, "terminal"));
    assert_false(t.alternate);
    assert_int_equal(str_find(buf_str(&t.sent), STR("\033")), SIZE_MAX);
    term_close(&t);
    sample_fini(&s);
}

static void a_terminal_that_cannot_place_the_cursor_is_refused(void **state)
{
    (void)state;
    assert_refuses_terminal("TERM=dumb");
}

static void an_unknown_terminal_is_refused(void **state)
{
    (void)state;
    assert_refuses_terminal("TERM=no-such-terminal");
}

static void a_terminal_without_a_name_is_refused(void **state)
{
    (void)state;
    assert_refuses_terminal("TERM=");
}

static void a_file_that_is_no_store_is_named(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char path[120];
    sample_init(&s, program);
    mkdir(s.store, 0700);
    snprintf(path, sizeof path, "%s/data.mdb", s.store);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no store\n", file);
    fclose(file);
    sample_open(&s, &t, &(struct sample_start){.cols = 200});
    int code = term_wait_exit(&t, TERM_DEADLINE_MS);
    assert_true(code == 65 || code == 66 || code == 74);
    assert_true(term_shows(&t, s.store));
    assert_false(t.alternate);
    assert_true(t.cursor);
    term_close(&t);
    sample_fini(&s);
}

static void mistakes_on_the_command_line_exit_with_64(void **state)
{
    (void)state;
    struct sample s;
    struct buf errors = {0};
    sample_init(&s, program);
    assert_int_equal(sample_run(&s, NULL, NULL, &errors, "--no-such-option", NULL), 64);
    assert_has(&errors, "--no-such-option");
    assert_int_equal(sample_run(&s, NULL, NULL, NULL, "call", NULL), 64);
    assert_int_equal(sample_run(&s, NULL, NULL, NULL, "--help", NULL), 0);
    assert_int_equal(sample_run(&s, NULL, NULL, NULL, "--version", NULL), 0);
    buf_fini(&errors);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal_the_explorer_names_the_subcommands),
        cmocka_unit_test(without_a_terminal_the_demo_is_printed),
        cmocka_unit_test(a_terminal_that_cannot_place_the_cursor_is_refused),
        cmocka_unit_test(an_unknown_terminal_is_refused),
        cmocka_unit_test(a_terminal_without_a_name_is_refused),
        cmocka_unit_test(a_file_that_is_no_store_is_named),
        cmocka_unit_test(mistakes_on_the_command_line_exit_with_64),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
