/* SPDX-License-Identifier: MIT */
/* A session is written down and done again: the same is on the screen and in the store. */
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *program;

static void start(struct sample *s, struct term *t, const char *option, const char *file)
{
    const char *arguments[] = {"Orders", option, file, NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments});
}

static void begin(struct sample *s, char file[96])
{
    sample_init(s, program);
    sample_orders(s, 30);
    snprintf(file, 96, "%s/session", s->folder);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* All rows but those of a message. */
static char *picture(struct term *t)
{
    char *text = term_text(t), *at = text;
    for (int row = 0; at && row < t->rows - 3; row++)
        at = strchr(at + 1, '\n');
    if (at)
        *at = '\0';
    return text;
}

static void what_was_recorded_is_done_again(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96], text[2048];
    begin(&s, file);
    start(&s, &t, "--record", file);
    term_expect(&t, "PENDING");
    term_send(&t, "jjj");
    term_send(&t, ":edit-attribute amount\r");
    term_expect(&t, "amount = ");
    term_send(&t, "\025"
                  "77.5\r");
    term_expect(&t, "77.5");
    term_send(&t, "/77.5\r");
    term_expect(&t, "1 of");
    term_send(&t, ":record stop\r");
    term_expect(&t, "recorded");
    char *first = picture(&t);
    sample_quit(&t);
    read_file(file, text, sizeof text);
    if (!strstr(text, "\ndown\ndown\ndown\nedit-attribute amount\n"))
        fail_msg("%s", text);
    assert_non_null(strstr(text, "type \"77.5\"\naccept\nfilter\ntype \"77.5\"\naccept\n"));
    assert_null(strstr(text, "record stop"));
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    sample_fini(&s);

    char again[96];
    begin(&s, again);
    write_file(again, text);
    start(&s, &t, "--replay", again);
    term_expect(&t, "done again");
    term_expect(&t, "77.5");
    char *second = picture(&t);
    assert_string_equal(first, second);
    free(first);
    free(second);
    sample_quit(&t);
    sample_fini(&s);
}

static void a_replay_that_quits_ends_the_program(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96];
    begin(&s, file);
    write_file(file, "down 3\nwait 1\npress G g g\nquit\n");
    start(&s, &t, "--replay", file);
    term_expect_exit(&t, 0);
    term_close(&t);
    sample_fini(&s);
}

static void a_line_that_cannot_be_done_stops_it_with_its_place(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96];
    begin(&s, file);
    write_file(file, "# first a movement\ndown\n\nnonsense\nquit\n");
    start(&s, &t, "--replay", file);
    term_expect(&t, "session:4: ");
    sample_quit(&t);
    write_file(file, "prompt\ndelete\n"); /* what a prompt does not know */
    start(&s, &t, "--replay", file);
    term_expect(&t, "session:2: ");
    sample_quit(&t);
    sample_fini(&s);
}

static void a_file_that_is_no_session_is_refused_before_anything_is_done(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96];
    begin(&s, file);
    write_file(file, "delete\ntype never closed\n");
    start(&s, &t, "--replay", file);
    term_expect(&t, "session:2: ");
    term_expect_exit(&t, 65);
    term_close(&t);
    start(&s, &t, "--replay", s.folder);
    term_expect(&t, "no ordinary file");
    term_expect_exit(&t, 66);
    term_close(&t);
    start(&s, &t, "--record", file);
    term_expect(&t, "is there already");
    term_expect_exit(&t, 74);
    term_close(&t);
    sample_fini(&s);
}

static void a_question_waits_for_the_user_where_the_file_has_no_answer(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96];
    begin(&s, file);
    write_file(file, "delete\nlast\n");
    start(&s, &t, "--replay", file);
    term_expect(&t, "Delete");
    term_send(&t, "n");
    term_expect_gone(&t, "Delete");
    term_expect(&t, "all 30");
    sample_quit(&t);
    write_file(file, "delete\nyes\n");
    start(&s, &t, "--replay", file);
    term_expect(&t, "all 29");
    sample_quit(&t);
    sample_fini(&s);
}

static void a_replay_is_stopped_by_the_key_that_stops_things(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96];
    begin(&s, file);
    write_file(file, "filter\ntype \"O0012\"\naccept\nwait 600000\nquit\n");
    start(&s, &t, "--replay", file);
    term_expect(&t, "1 of");
    term_expect(&t, "Enter open"); /* the prompt is closed */
    term_send(&t, "\003");
    term_expect(&t, "was stopped before line");
    sample_quit(&t);
    sample_fini(&s);
}

static void sessions_begin_and_end_inside_too(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char file[96], line[160], text[512];
    begin(&s, file);
    start(&s, &t, NULL, NULL);
    term_expect(&t, "PENDING");
    snprintf(line, sizeof line, ":record %s\r", file);
    term_send(&t, line);
    term_expect(&t, "recording in");
    term_send(&t, ":tab\t");
    term_expect(&t, ":tab");
    term_send(&t, "\007"); /* thought better of it */
    term_expect_gone(&t, ":tab");
    term_send(&t, "/é\"x\r");
    term_expect(&t, "é\"x");
    term_send(&t, ":bookmark password=hunter2\r");
    term_expect(&t, "hunter2");
    term_send(&t, ":nonsense\r"); /* refused: it leaves no line */
    term_expect(&t, "no command nonsense");
    term_send(&t, ":unmark\r");
    term_expect_gone(&t, "no command nonsense");
    term_send(&t, ":record stop\r");
    term_expect(&t, "recorded 3 lines");
    read_file(file, text, sizeof text);
    assert_non_null(strstr(text, "\nfilter\ntype \"é\\\"x\"\naccept\n"));
    assert_null(strstr(text, "tab"));
    assert_null(strstr(text, "hunter2"));
    term_send(&t, "\033");
    term_expect_gone(&t, "é\"x");
    snprintf(line, sizeof line, ":play %s 100\r", file);
    term_send(&t, line);
    term_expect(&t, "done again");
    term_expect(&t, "é\"x");
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_recorded_is_done_again),
        cmocka_unit_test(a_replay_that_quits_ends_the_program),
        cmocka_unit_test(a_line_that_cannot_be_done_stops_it_with_its_place),
        cmocka_unit_test(a_file_that_is_no_session_is_refused_before_anything_is_done),
        cmocka_unit_test(a_question_waits_for_the_user_where_the_file_has_no_answer),
        cmocka_unit_test(a_replay_is_stopped_by_the_key_that_stops_things),
        cmocka_unit_test(sessions_begin_and_end_inside_too),
    };
    program = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
