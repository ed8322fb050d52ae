/* SPDX-License-Identifier: MIT */
/* Looking around in a table, at every size of the terminal. */
#include "tests/pty/sample.h"

#include "tests/test.h"

static const char *program;

static void open_orders(struct sample *s, struct term *t, int cols, int rows)
{
    static const char *const arguments[] = {"Orders", NULL};
    sample_init(s, program);
    sample_orders(s, 200);
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .cols = cols, .rows = rows});
}

static void close_both(struct sample *s, struct term *t)
{
    sample_quit(t);
    sample_fini(s);
}

/* All rows of a table hold this partition key: the first or last ten items that Scan gives. */
static char *edge_key(struct sample *s, bool last)
{
    struct buf out = {0};
    assert_int_equal(sample_run(s, NULL, &out, NULL, "-c", s->store, "scan", "Orders", NULL), 0);
    struct str text = buf_str(&out);
    size_t at = str_find(text, STR("\"orderId\":\""));
    for (size_t next;
         last && (next = str_find(str_skip(text, at + 1), STR("\"orderId\":\""))) != SIZE_MAX;)
        at += 1 + next;
    char *key = strndup(text.at + at + 11, 5);
    buf_fini(&out);
    return key;
}

static void the_first_and_the_last_item_are_one_key_away(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t, 80, 24);
    char *first = edge_key(&s, false), *last = edge_key(&s, true);
    term_expect(&t, first);
    term_send(&t, "G");
    term_expect(&t, last);
    assert_false(term_shows(&t, first));
    term_send(&t, "gg");
    term_expect(&t, first);
    term_send(&t, TERM_END);
    term_expect(&t, last);
    term_send(&t, TERM_HOME);
    term_expect(&t, first);
    term_send(&t, TERM_PAGE_DOWN TERM_PAGE_DOWN);
    term_expect_gone(&t, first);
    free(first);
    free(last);
    close_both(&s, &t);
}

static bool looks_like(struct term *t, void *before)
{
    char *now = term_text(t);
    bool same = strcmp(now, before) == 0;
    free(now);
    return same;
}

static void every_size_works_and_the_old_one_looks_as_before(void **state)
{
    (void)state;
    static const int sizes[][2] = {
        {200, 50}, {40, 12}, {1, 1}, {2, 1}, {1, 2}, {3, 3}, {500, 4}, {5, 200}, {80, 24}};
    struct sample s;
    struct term t;
    open_orders(&s, &t, 80, 24);
    char *first = edge_key(&s, false);
    term_expect(&t, first);
    /* a tall screen reads more of the table, and the title says how much has been read */
    term_resize(&t, 80, 210);
    term_expect(&t, "all 200");
    term_resize(&t, 80, 24);
    term_settle(&t, 100);
    char *before = term_text(&t);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        term_resize(&t, sizes[i][0], sizes[i][1]);
        /* as much as fits says that the new size arrived */
        if (sizes[i][0] >= 40 && sizes[i][1] >= 12)
            term_expect(&t, first);
        term_settle(&t, 30);
    }
    term_expect_that(&t, looks_like, before, "the screen as it was before");
    free(before);
    free(first);
    close_both(&s, &t);
}

/* The two come together: mostly the program never sees the small size. */
static void a_size_that_comes_back_at_once_is_drawn_again(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t, 80, 24);
    char *first = edge_key(&s, false);
    term_expect(&t, first);
    term_settle(&t, 100);
    char *before = term_text(&t);
    term_resize(&t, 20, 5);
    term_resize(&t, 80, 24);
    term_expect_that(&t, looks_like, before, "the screen as it was before");
    free(before);
    free(first);
    close_both(&s, &t);
}

static void it_starts_at_every_size(void **state)
{
    (void)state;
    static const int sizes[][2] = {{200, 50}, {40, 12}, {1, 1}, {10, 3}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sample s;
        struct term t;
        open_orders(&s, &t, sizes[i][0], sizes[i][1]);
        term_settle(&t, 300);
        assert_true(t.alternate);
        close_both(&s, &t);
    }
}

static void an_item_opens_and_closes(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t, 80, 24);
    char *first = edge_key(&s, false);
    term_expect(&t, first);
    term_send(&t, TERM_ENTER);
    term_expect(&t, "amount");
    term_expect(&t, "PENDING");
    term_expect_gone(&t, "O0123");
    term_send(&t, "q");
    term_expect(&t, first);
    free(first);
    close_both(&s, &t);
}

static void help_lists_the_keys_and_goes_away(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t, 80, 24);
    term_expect(&t, "PENDING");
    term_send(&t, "?");
    term_expect_gone(&t, "PENDING");
    term_send(&t, TERM_ESCAPE);
    term_expect(&t, "PENDING");
    close_both(&s, &t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_the_last_item_are_one_key_away),
        cmocka_unit_test(every_size_works_and_the_old_one_looks_as_before),
        cmocka_unit_test(a_size_that_comes_back_at_once_is_drawn_again),
        cmocka_unit_test(it_starts_at_every_size),
        cmocka_unit_test(an_item_opens_and_closes),
        cmocka_unit_test(help_lists_the_keys_and_goes_away),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("look", tests, NULL, NULL);
}
