/* SPDX-License-Identifier: MIT */
/* Settings and keys of one's own, live, previewed, kept and read again; what is wrong with them. */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <sys/stat.h>

static const char *program;

static const char *const orders[] = {"Orders", NULL};

static void open_orders(struct sample *s, struct term *t)
{
    sample_open(s, t, &(struct sample_start){.arguments = orders, .cols = 120});
    term_expect(t, "O0003");
}

static void begin(struct sample *s, struct term *t)
{
    sample_init(s, program);
    sample_orders(s, 6);
    open_orders(s, t);
}

static void write_config(struct sample *s, const char *name, const char *text)
{
    char path[200];
    const char *parts[] = {"/.config", "/dynascope"};
    snprintf(path, sizeof path, "%s", s->folder);
    for (int i = 0; i < 2; i++) {
        strcat(path, parts[i]);
        mkdir(path, 0700);
    }
    strcat(path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_key_of_ones_own_works_at_once_and_after_a_restart(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    term_send(&t, ":map F6 open\r");
    term_expect(&t, "F6 is open in items");
    term_send(&t, "\033[17~");
    term_expect(&t, "\"PENDING\"");
    term_send(&t, "q");
    term_send(&t, ":map global g x set mouse\r");
    term_expect(&t, "g x is set mouse in global");
    term_send(&t, ":set row-mark gutter\r");
    term_send(&t, ":theme ember\r");
    term_send(&t, ":write-settings\r");
    term_expect(&t, "settings written to");
    sample_quit(&t);
    open_orders(&s, &t);
    term_send(&t, "\033[17~");
    term_expect(&t, "\"PENDING\"");
    term_send(&t, "q");
    term_send(&t, "gx");
    term_expect(&t, "mouse off");
    term_send(&t, ":set\r");
    term_expect(&t, "row-mark gutter");
    term_expect(&t, "theme ember");
    term_send(&t, ":unmap F6\r");
    term_expect(&t, "again what the keymap says");
    term_send(&t, "\033[17~");
    term_expect(&t, "F6 does nothing here");
    sample_quit(&t);
    sample_fini(&s);
}

static void keys_of_ones_own_stay_when_the_keymap_changes(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    term_send(&t, ":map F6 open\r");
    term_expect(&t, "F6 is open");
    term_send(&t, ":keymap vim\r");
    term_settle(&t, 60);
    term_send(&t, "2j\033[17~");
    term_expect(&t, "\"PENDING\"");
    sample_quit(&t);
    sample_fini(&s);
}

static void what_cannot_be_bound_is_refused_with_a_word(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    term_send(&t, ":map F6 nonsense\r");
    term_expect(&t, "no command nonsense");
    term_send(&t, ":map Hyper open\r");
    term_expect(&t, "is no key");
    term_send(&t, ":set nonsense 1\r");
    term_expect(&t, "no setting nonsense");
    term_send(&t, ":set mouse perhaps\r");
    term_expect(&t, "mouse is on or off");
    term_send(&t, ":theme nonsense\r");
    term_expect(&t, "there is no theme");
    sample_quit(&t);
    sample_fini(&s);
}

static bool has_colour(struct term *t, void *colour)
{
    return str_find(buf_str(&t->sent), str_from(colour)) != SIZE_MAX;
}

static bool waits_for(struct term *t, const char *colour)
{
    term_expect_that(t, has_colour, (void *)colour, colour);
    term_settle(t, 60);
    term_forget(t);
    return true;
}

/* 215 is the accent of "ember" on 256 colours, 80 that of "dusk"; 39;49 the terminal's own. */
static void a_theme_is_seen_before_it_is_taken(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t);
    term_settle(&t, 60);
    term_forget(&t);
    term_send(&t, ":theme ember");
    waits_for(&t, "38;5;215");
    term_send(&t, "\033");
    term_settle(&t, 100);
    assert_int_equal(str_find(buf_str(&t.sent), STR("38;5;215")), SIZE_MAX);
    term_send(&t, ":set theme\r");
    term_expect(&t, "theme auto");
    term_forget(&t);
    /* the menu, from one to the next */
    term_send(&t, ":theme\r");
    term_expect(&t, "Themes");
    term_settle(&t, 60);
    term_forget(&t);
    term_send(&t, "dusk");
    waits_for(&t, "38;5;80");
    term_send(&t, "\033");
    term_expect_gone(&t, "Themes");
    term_send(&t, ":set theme\r");
    term_expect(&t, "theme auto");
    term_send(&t, ":theme\r");
    term_expect(&t, "Themes");
    term_send(&t, "dusk\r");
    term_expect_gone(&t, "Themes");
    term_send(&t, ":set theme\r");
    term_expect(&t, "theme dusk");
    sample_quit(&t);
    sample_fini(&s);
}

static void wrong_lines_are_told_and_the_rest_is_taken(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 6);
    write_config(&s, "/settings",
        "theme = pink\nmouse = perhaps\nrow-mark = gutter\njust words\n[map items]\nF6 = open\n"
        "F7 = nonsense\n[map nowhere]\nF8 = open\n[elsewhere]\n");
    open_orders(&s, &t);
    term_expect(&t, "settings:1: ");
    term_expect(&t, "more: :problems");
    term_send(&t, ":problems\r");
    term_expect(&t, "settings:2: ");
    term_expect(&t, "settings:4: ");
    term_expect(&t, "settings:7: ");
    term_expect(&t, "settings:9: ");
    term_expect(&t, "settings:10: ");
    term_send(&t, "q");
    term_send(&t, ":set\r");
    term_expect(&t, "row-mark gutter");
    term_send(&t, "\033[17~");
    term_expect(&t, "\"PENDING\"");
    sample_quit(&t);
    sample_fini(&s);
}

/* ---- a connection with a word ---- */

static void a_connection_with_a_word_asks_for_it(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char config[200];
    sample_init(&s, program);
    sample_orders(&s, 6);
    snprintf(config, sizeof config, "[connection shop]\nstore = %s\nword = PROD\ncolour = red\n",
        s.store);
    write_config(&s, "/config", config);
    const char *const arguments[] = {program, "shop", "Orders", NULL};
    const char *const env[] = {s.home, s.temporary, NULL};
    term_open(&t, &(struct term_options){.argv = arguments, .env = env, .cols = 120});
    term_expect(&t, "PROD");
    term_expect(&t, "O0003");
    term_send(&t, "D");
    term_expect(&t, "type PROD to do it");
    term_send(&t, "y\r");
    term_expect(&t, "that is not PROD");
    term_send(&t, "\033");
    term_expect_gone(&t, "type PROD");
    term_expect(&t, "nothing was changed");
    term_send(&t, "D");
    term_expect(&t, "type PROD to do it");
    term_send(&t, "PROD\r");
    term_expect(&t, "deleted");
    /* read-only, and back by the word */
    term_send(&t, ":set read-only on\r");
    term_expect(&t, "read-only: nothing is written");
    term_send(&t, "D");
    term_expect(&t, ":set read-only off lifts that");
    term_send(&t, ":set read-only off\r");
    term_expect(&t, "type PROD to do it");
    term_send(&t, "PROD\r");
    term_expect(&t, "writes go through from now on");
    sample_quit(&t);
    sample_fini(&s);
}

static void what_was_opened_read_only_says_how_to_open_it(void **state)
{
    (void)state;
    static const char *const arguments[] = {"Orders", "--read-only", NULL};
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 6);
    sample_open(&s, &t, &(struct sample_start){.arguments = arguments, .cols = 120});
    term_expect(&t, "O0003");
    term_send(&t, "D");
    term_expect(&t, "open it without --read-only");
    term_send(&t, ":set read-only off\r");
    term_expect(&t, "start again without --read-only");
    sample_quit(&t);
    sample_fini(&s);
}

static void a_remote_connection_is_opened_anew_for_writing(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    struct endpoint e;
    sample_init(&s, program);
    sample_orders(&s, 6);
    endpoint_start(&e, program, s.store, 0);
    const char *const arguments[] = {program, e.url, "Orders", NULL};
    const char *const env[] = {s.home, s.temporary, "AWS_ACCESS_KEY_ID=x",
        "AWS_SECRET_ACCESS_KEY=y", "AWS_REGION=us-east-1", NULL};
    term_open(&t, &(struct term_options){.argv = arguments, .env = env, .cols = 120});
    term_expect(&t, "O0003");
    term_send(&t, "D");
    term_expect(&t, "or after :set read-only off");
    term_send(&t, ":set read-only off\r");
    term_expect(&t, "Let writes through");
    term_send(&t, "n");
    term_expect(&t, "read-only");
    term_send(&t, ":set read-only off\r");
    term_expect(&t, "Let writes through");
    term_send(&t, "y");
    term_expect_gone(&t, "read-only");
    term_expect(&t, "1 table"); /* as they come from the new connection */
    term_expect(&t, "O0003");
    term_send(&t, ":table Orders\r");
    term_expect(&t, "c change");
    term_send(&t, "D");
    term_expect(&t, "Delete from Orders");
    term_send(&t, "n");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_of_ones_own_works_at_once_and_after_a_restart),
        cmocka_unit_test(keys_of_ones_own_stay_when_the_keymap_changes),
        cmocka_unit_test(what_cannot_be_bound_is_refused_with_a_word),
        cmocka_unit_test(a_theme_is_seen_before_it_is_taken),
        cmocka_unit_test(wrong_lines_are_told_and_the_rest_is_taken),
        cmocka_unit_test(a_connection_with_a_word_asks_for_it),
        cmocka_unit_test(what_was_opened_read_only_says_how_to_open_it),
        cmocka_unit_test(a_remote_connection_is_opened_anew_for_writing),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
