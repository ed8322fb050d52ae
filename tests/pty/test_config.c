/* SPDX-License-Identifier: MIT */
/* Keymaps and themes of one's own: what dynascope-config(5) promises. */
#include "tests/pty/bytes.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <sys/stat.h>

static const char *program;

static void write_file(struct sample *s, const char *folder, const char *name, const char *text)
{
    char path[200];
    const char *parts[] = {"/.config", "/dynascope", folder};
    snprintf(path, sizeof path, "%s", s->folder);
    for (int i = 0; i < 3; i++) {
        strcat(path, parts[i]);
        mkdir(path, 0700);
    }
    strcat(path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void open_with(struct sample *s, struct term *t, const char *option, const char *name)
{
    const char *arguments[] = {"Orders", option, name, NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments});
}

static void init_orders(struct sample *s)
{
    sample_init(s, program);
    sample_orders(s, 20);
}

static void close_both(struct sample *s, struct term *t)
{
    term_close(t);
    sample_fini(s);
}

static void a_keymap_of_ones_own_adds_to_the_shipped_one(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init_orders(&s);
    write_file(&s, "/keymaps", "/mine.keys",
        "include = default\n[items]\nF7 = open\n[global]\nCtrl-X Ctrl-C = quit\n");
    open_with(&s, &t, "--keymap", "mine");
    term_expect(&t, "O0003");
    term_send(&t, "\033[18~");
    term_expect(&t, "\"PENDING\"");
    term_send(&t, "q");
    term_expect(&t, "O0003");
    term_send(&t, "\030\003");
    term_expect_exit(&t, 0);
    close_both(&s, &t);
}

static void a_wrong_line_is_named_and_the_rest_works(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init_orders(&s);
    write_file(&s, "/keymaps", "/mine.keys",
        "include = default\n[items]\nF99 = open\n[global]\nF8 = quit\n");
    open_with(&s, &t, "--keymap", "mine");
    term_expect(&t, "O0003");
    term_expect(&t, "mine.keys:3");
    term_send(&t, "\033[19~");
    term_expect_exit(&t, 0);
    close_both(&s, &t);
}

static void a_theme_of_ones_own_colours_the_screen(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init_orders(&s);
    write_file(&s, "/themes", "/mine.theme", "include = default\nkey = 201 on 22\n");
    open_with(&s, &t, "--theme", "mine");
    term_expect(&t, "O0003");
    assert_true(str_find(buf_str(&t.sent), STR("38;5;201")) != SIZE_MAX);
    close_both(&s, &t);
}

static void names_of_connections_are_completed(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    init_orders(&s);
    write_file(&s, "", "/config",
        "[connection prod]\nregion = xx-1\n[theme]\nname = light\n"
        "[connection workbench]\nstore = /nowhere\n");
    open_with(&s, &t, "--theme", "default");
    term_expect(&t, "O0003");
    term_send(&t, ":connect w\t");
    term_expect(&t, ":connect workbench");
    term_send(&t, "\033");
    close_both(&s, &t);
}

static void assert_refused(const char *option, const char *name)
{
    struct sample s;
    struct term t;
    init_orders(&s);
    open_with(&s, &t, option, name);
    assert_int_equal(term_wait_exit(&t, TERM_DEADLINE_MS), 78);
    assert_true(term_shows(&t, name));
    assert_false(t.alternate);
    close_both(&s, &t);
}

static void names_that_are_not_there_exit_with_78(void **state)
{
    (void)state;
    assert_refused("--keymap", "nowhere");
    assert_refused("--theme", "nowhere");
}

static void all_shipped_keymaps_and_themes_load_without_a_complaint(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"--keymap", "default"}, {"--keymap", "vim"},
        {"--keymap", "emacs"}, {"--theme", "default"}, {"--theme", "light"},
        {"--theme", "high-contrast"}, {"--theme", "mono"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sample s;
        struct term t;
        init_orders(&s);
        open_with(&s, &t, names[i][0], names[i][1]);
        term_expect(&t, "O0003");
        term_settle(&t, 50);
        assert_false(term_shows(&t, ".keys:"));
        assert_false(term_shows(&t, ".theme:"));
        close_both(&s, &t);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keymap_of_ones_own_adds_to_the_shipped_one),
        cmocka_unit_test(a_wrong_line_is_named_and_the_rest_works),
        cmocka_unit_test(a_theme_of_ones_own_colours_the_screen),
        cmocka_unit_test(names_of_connections_are_completed),
        cmocka_unit_test(names_that_are_not_there_exit_with_78),
        cmocka_unit_test(all_shipped_keymaps_and_themes_load_without_a_complaint),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
