/* SPDX-License-Identifier: MIT */
/* What goes wrong in the middle of a dialog: a paste of a megabyte, and a terminal that shrinks to
 * almost nothing and grows again. Nothing freezes, nothing typed is lost. */
#include "tests/pty/sample.h"

#include "tests/test.h"

enum { MEGABYTE = 1 << 20 };

static const char *program;

struct dialog {
    const char *name;
    const char *keys[4]; /* how it is opened, from the grid of items */
    const char *shows;   /* once it is there */
    const char *typed;   /* what is typed into it; NULL = it takes no text */
    const char *word;    /* what is said about a megabyte */
};

static const struct dialog dialogs[] = {
    {"command line", {":"}, ":", "refr", "nothing was inserted"},
    {"filter", {"/"}, "/", "PEND", "nothing was inserted"},
    {"value", {"$", "c"}, " = ", "x", "nothing was inserted"},
    {"name of an attribute", {"\r", "a"}, "new attribute", "colour", "nothing was inserted"},
    {"query", {"A"}, "Enter run", "a", "nothing was inserted"},
    {"help", {"?"}, "Help", "que", "nothing was inserted"},
    {"jump to a table", {"'"}, "Jump", "Ord", "nothing was inserted"},
    {"new table", {"\t", "a"}, "Enter", "Tab", "nothing was inserted"},
    {"question", {"D"}, "with", NULL, "nothing to paste"},
    {"grid", {""}, "customerId", NULL, "nothing to paste"},
};

static void open_dialog(struct sample *s, struct term *t, const struct dialog *dialog)
{
    static const char *const arguments[] = {"Orders", NULL};
    sample_init(s, program);
    sample_orders(s, 6);
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .cols = 100, .rows = 30});
    term_expect(t, "O0003");
    for (int i = 0; i < 4 && dialog->keys[i]; i++) {
        term_send(t, dialog->keys[i]);
        term_settle(t, 60);
    }
    term_expect(t, dialog->shows);
}

static void leave(struct sample *s, struct term *t)
{
    for (int i = 0; i < 4; i++) {
        term_send(t, "\033");
        term_settle(t, 40);
    }
    sample_quit(t);
    sample_fini(s);
}

/* The program reads while we write: neither waits for the other for ever. */
static void paste(struct term *t, size_t bytes)
{
    char piece[2049];
    memset(piece, 'x', sizeof piece - 1);
    piece[sizeof piece - 1] = 0;
    term_send(t, "\033[200~");
    for (size_t sent = 0; sent < bytes; sent += sizeof piece - 1) {
        term_send(t, piece);
        term_settle(t, 0);
    }
    term_send(t, "\033[201~");
}

static void paste_into_all(size_t bytes)
{
    for (size_t i = 0; i < sizeof dialogs / sizeof *dialogs; i++) {
        struct sample s;
        struct term t;
        print_message("%s\n", dialogs[i].name);
        open_dialog(&s, &t, &dialogs[i]);
        paste(&t, bytes);
        term_expect(&t, bytes > MEGABYTE ? "nothing was inserted" : dialogs[i].word);
        leave(&s, &t);
    }
}

static void a_paste_of_a_megabyte_is_refused_with_a_word(void **state)
{
    (void)state;
    paste_into_all(MEGABYTE - 4096);
}

static void a_paste_of_more_is_refused_with_a_word_too(void **state)
{
    (void)state;
    paste_into_all(MEGABYTE + 4096);
}

static bool looks_like(struct term *t, void *before)
{
    char *now = term_text(t);
    bool same = strcmp(now, before) == 0;
    free(now);
    return same;
}

static void a_terminal_of_20_by_5_in_the_middle_of_a_dialog_loses_nothing(void **state)
{
    (void)state;
    static const int sizes[][2] = {{20, 5}, {1, 1}, {40, 12}};
    for (size_t i = 0; i < sizeof dialogs / sizeof *dialogs; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct sample s;
            struct term t;
            open_dialog(&s, &t, &dialogs[i]);
            if (dialogs[i].typed)
                term_send(&t, dialogs[i].typed);
            term_settle(&t, 100);
            char *before = term_text(&t);
            term_resize(&t, sizes[k][0], sizes[k][1]);
            term_settle(&t, 100);
            term_resize(&t, 100, 30);
            term_expect_that(&t, looks_like, before, dialogs[i].name);
            free(before);
            leave(&s, &t);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paste_of_a_megabyte_is_refused_with_a_word),
        cmocka_unit_test(a_paste_of_more_is_refused_with_a_word_too),
        cmocka_unit_test(a_terminal_of_20_by_5_in_the_middle_of_a_dialog_loses_nothing),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("paste", tests, NULL, NULL);
}
