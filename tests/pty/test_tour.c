/* SPDX-License-Identifier: MIT */
/* The sample store offers its tour once, and the tour goes on as one does what it says. */
#include "tests/pty/sample.h"

#include "tests/test.h"

static const char *program;

static void open_demo(struct sample *s, struct term *t, const char *option)
{
    const char *argv[] = {s->program, "demo", option, NULL};
    const char *env[] = {s->home, s->temporary, NULL};
    term_open(t, &(struct term_options){.argv = argv, .env = env});
    term_expect(t, "Accounts");
}

static void the_tour_is_offered_once(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    open_demo(&s, &t, NULL);
    term_expect(&t, "New here? :tour shows you around");
    sample_quit(&t);
    open_demo(&s, &t, NULL);
    term_expect(&t, "Accounts: accountId");
    assert_false(term_shows(&t, "New here?"));
    sample_quit(&t);
    sample_fini(&s);
}

static void it_goes_on_as_one_does_what_it_says(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    open_demo(&s, &t, "--tour");
    term_expect(&t, "Tour 1 of 12");
    term_send(&t, ":table Orders\r");
    term_expect(&t, "Tour 2 of 12");
    term_send(&t, "G");
    term_expect(&t, "Tour 3 of 12");
    term_send(&t, TERM_ENTER);
    term_expect(&t, "Tour 4 of 12");
    term_send(&t, "\033[18~"); /* F7: back */
    term_expect(&t, "Tour 3 of 12");
    term_send(&t, "\033[19~\033[19~"); /* F8: skip */
    term_expect(&t, "Tour 5 of 12");
    term_resize(&t, 40, 12);
    term_expect(&t, "shows only what contains");
    term_send(&t, "\033[20~"); /* F9: end */
    term_expect_gone(&t, "Tour");
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tour_is_offered_once),
        cmocka_unit_test(it_goes_on_as_one_does_what_it_says),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
