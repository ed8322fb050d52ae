/* SPDX-License-Identifier: MIT */
/* Reading comfort with the real binary: columns outlive the run, values unfold, long ones open. */
#include "tests/pty/sample.h"

#include "tests/test.h"

static const char *program;

static void open_orders(struct sample *s, struct term *t)
{
    static const char *const arguments[] = {"Orders", NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .cols = 100, .rows = 24});
    term_expect(t, "PENDING");
}

/* Whether the header's row has the names in this order, and nothing between them. */
static bool header_is(struct term *t, void *context)
{
    const char *const *names = context;
    char *row = term_row(t, 1), words[256] = "";
    for (char *rest = row, *word; (word = strtok_r(rest, " ", &rest));) {
        strncat(words, word, sizeof words - strlen(words) - 2);
        strcat(words, " ");
    }
    free(row);
    return strcmp(words, *names) == 0;
}

static void expect_header(struct term *t, const char *names)
{
    term_expect_that(t, header_is, &names, names);
}

static void columns_are_as_they_were_left(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 30);
    open_orders(&s, &t);
    expect_header(&t, "customerId orderId amount note status ");
    term_send(&t, TERM_RIGHT TERM_RIGHT);
    term_send(&t, "}x"); /* amount behind note, then hidden; the cursor is on status */
    expect_header(&t, "customerId orderId note status ");
    term_send(&t, "f"); /* pinned */
    term_send(&t, "{");
    expect_header(&t, "customerId status orderId note ");
    sample_quit(&t);

    open_orders(&s, &t);
    expect_header(&t, "customerId status orderId note ");
    term_send(&t, ":columns reset\r");
    expect_header(&t, "customerId orderId amount note status ");
    sample_quit(&t);

    open_orders(&s, &t);
    expect_header(&t, "customerId orderId amount note status ");
    sample_quit(&t);
    sample_fini(&s);
}

static void a_sorted_table_is_sorted_again(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 20);
    open_orders(&s, &t);
    term_send(&t, ":sort amount\r:sort amount\r");
    term_expect(&t, "sorted");
    sample_quit(&t);
    open_orders(&s, &t);
    term_expect(&t, "sorted");
    term_send(&t, TERM_ESCAPE);
    term_expect_gone(&t, "sorted");
    sample_quit(&t);
    open_orders(&s, &t);
    assert_false(term_shows(&t, "sorted"));
    sample_quit(&t);
    sample_fini(&s);
}

/* 300,000 bytes and a word at their end, and JSON in a string; in place of all orders. */
static void put_long(struct sample *s)
{
    struct buf body = {0};
    buf_add(&body, STR("{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"C000\"},"
                       "\"orderId\":{\"S\":\"O0000\"},\"status\":{\"S\":\"PENDING\"},"
                       "\"payload\":{\"S\":\"{\\\"inner\\\":{\\\"deep\\\":4711}}\"},"
                       "\"text\":{\"S\":\""));
    for (int i = 0; i < 30000; i++)
        buf_add(&body, STR("some words"));
    buf_add(&body, STR(" theveryend\"}}}"));
    free(sample_call(s, "PutItem", buf_cstr(&body)));
    buf_fini(&body);
}

static void values_unfold_and_long_ones_are_read(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 1);
    put_long(&s);
    open_orders(&s, &t);
    term_send(&t, TERM_ENTER);
    term_expect(&t, "73 % of 400 KB");
    term_send(&t, TERM_DOWN TERM_DOWN);
    term_expect(&t, "payload · S");
    term_send(&t, "o");
    term_expect(&t, "inside a string");
    term_expect(&t, "4711");
    term_send(&t, "G");
    term_expect(&t, "text · S");
    term_send(&t, "v");
    term_expect(&t, "wrapped behind words");
    assert_false(term_shows(&t, "theveryend"));
    term_send(&t, "/theveryend\r");
    term_expect(&t, " theveryend");
    term_send(&t, "gg");
    term_expect_gone(&t, " theveryend");
    term_send(&t, "x");
    term_expect(&t, "00000010  ");
    term_send(&t, "qq"); /* the search, then the text */
    term_expect(&t, "text · S");
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_they_were_left),
        cmocka_unit_test(a_sorted_table_is_sorted_again),
        cmocka_unit_test(values_unfold_and_long_ones_are_read),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
