/* SPDX-License-Identifier: MIT */
/* A slow line: few bytes a key, no screen painted anew without need, and never a queue of frames
 * that are old when they arrive. */
#include "tests/pty/bytes.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <sys/stat.h>

/* A row that scrolls in brings its own text: at most a screen's width more. */
enum { ROW_BYTES_MAX = 130, ROW_TEXT_MAX = 80, QUIET_MS = 120 };

static const char *program;

struct fixture {
    struct sample sample;
    struct term term;
};

/* Orders with a stream, a trigger that has run, and enough rows to scroll. */
static void begin(struct fixture *x, const char *const *arguments)
{
    struct buf errors = {0};
    char script[120];
    sample_init(&x->sample, program);
    sample_orders(&x->sample, 200);
    free(sample_call(&x->sample, "UpdateTable",
        "{\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    snprintf(script, sizeof script, "%s/count.sh", x->sample.folder);
    FILE *file = fopen(script, "we");
    fputs("#!/bin/sh\ncat >/dev/null\nfor i in 1 2 3 4 5 6 7 8 9; do echo it says $i >&2; done\n",
        file);
    fclose(file);
    assert_int_equal(chmod(script, 0700), 0);
    if (sample_run(&x->sample, NULL, NULL, &errors, "trigger", "add", "-c", x->sample.store,
            "Orders", script, "--starting-position", "TRIM_HORIZON", NULL))
        fail_msg("trigger add: %s", buf_cstr(&errors));
    buf_fini(&errors);
    for (int i = 0; i < 3; i++) {
        char body[300];
        snprintf(body, sizeof body,
            "{\"TableName\":\"More%d\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
            "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
            "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]}",
            i);
        free(sample_call(&x->sample, "CreateTable", body));
    }
    for (int i = 0; i < 30; i++) {
        char body[200];
        snprintf(body, sizeof body,
            "{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{"
            "\"S\":\"N%04d\"},\"amount\":{\"N\":\"%d\"},\"status\":{\"S\":\"NEW\"}}}",
            i, i);
        free(sample_call(&x->sample, "PutItem", body));
    }
    sample_open(&x->sample, &x->term, &(struct sample_start){.arguments = arguments});
}

static void end(struct fixture *x)
{
    sample_quit(&x->term);
    sample_fini(&x->sample);
}

static bool clears(struct str sent)
{
    return str_find(sent, STR("\033[2J")) != SIZE_MAX ||
           str_find(sent, STR("\033[H\033[J")) != SIZE_MAX;
}

/* One key: what it sends. */
static size_t cost(struct term *t, const char *key)
{
    term_settle(t, QUIET_MS);
    term_forget(t);
    term_send(t, key);
    term_settle(t, QUIET_MS);
    if (clears(buf_str(&t->sent)))
        fail_msg("a key paints the whole screen anew");
    return t->sent.len;
}

static void expect_cheap(struct term *t, const char *pane, const char *key, int times)
{
    size_t most[2] = {0, 0}, sum = 0;
    for (int i = 0; i < times; i++) {
        size_t bytes = cost(t, key);
        bool scrolls = str_find(buf_str(&t->sent), STR("\033[r")) != SIZE_MAX;
        most[scrolls] = bytes > most[scrolls] ? bytes : most[scrolls];
        sum += bytes;
    }
    print_message("%-22s %4zu bytes a row on the average; a step at most %zu, scrolling %zu\n",
        pane, sum / (size_t)times, most[0], most[1]);
    if (most[0] > ROW_BYTES_MAX || most[1] > ROW_BYTES_MAX + ROW_TEXT_MAX)
        fail_msg("%s: %zu bytes for a row, %zu for one that scrolls", pane, most[0], most[1]);
}

static void a_row_costs_few_bytes_in_every_pane(void **state)
{
    (void)state;
    static const char *const arguments[] = {"Orders", "--gutter", NULL};
    struct fixture x;
    begin(&x, arguments);
    struct term *t = &x.term;
    term_expect(t, "customerId");
    expect_cheap(t, "items", "j", 26);
    expect_cheap(t, "items, upwards", "k", 26);
    term_send(t, "\r");
    expect_cheap(t, "item", "j", 4);
    term_send(t, "J");
    expect_cheap(t, "item as JSON", "j", 4);
    term_send(t, "q");
    term_send(t, "d");
    term_expect(t, "partition key");
    expect_cheap(t, "table", "j", 4);
    term_send(t, "q");
    term_send(t, "i");
    term_expect(t, "base table");
    expect_cheap(t, "indexes", "j", 2);
    term_send(t, "q");
    term_send(t, "s");
    term_expect(t, "stream");
    term_send(t, "b");
    term_expect(t, "N0029");
    cost(t, "k"); /* it holds from here on, and says so */
    expect_cheap(t, "stream", "k", 26);
    term_send(t, "\r");
    expect_cheap(t, "stream, opened", "j", 3);
    term_send(t, "q");
    term_send(t, "q");
    term_send(t, "t");
    term_expect(t, "Triggers");
    expect_cheap(t, "triggers", "j", 2);
    term_send(t, "l");
    term_expect(t, "log");
    expect_cheap(t, "log", "k", 26);
    term_send(t, "q");
    term_send(t, "o");
    term_expect(t, "invocation");
    expect_cheap(t, "invocations", "j", 5);
    term_send(t, "\r");
    term_expect(t, "line 1 of");
    expect_cheap(t, "text", "j", 5);
    term_send(t, "q");
    term_send(t, "q");
    term_send(t, "q");
    term_send(t, "?");
    term_expect(t, "Help");
    expect_cheap(t, "help", TERM_DOWN, 8);
    term_send(t, "\033");
    term_expect_gone(t, "Help");
    term_send(t, "\t");
    term_expect(t, "More2");
    expect_cheap(t, "tables", "k", 3);
    end(&x);
}

/* ---- a line that is behind ---- */

static void open_slow(struct sample *s, struct term *t, const char *speed)
{
    static const char *const arguments[] = {"Orders", "--gutter", NULL};
    char set[60];
    sample_init(s, program);
    sample_orders(s, 200);
    sample_open(s, t, &(struct sample_start){.arguments = arguments});
    term_expect(t, "customerId");
    snprintf(set, sizeof set, ":set line-speed %s\r", speed);
    term_send(t, set);
    term_expect_gone(t, "line-speed");
    term_settle(t, QUIET_MS);
}

/* Behind by an hour: nothing more is sent, and all that was typed is done all the same. */
static void frames_are_left_out_while_the_line_is_behind_and_no_key_is_lost(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_slow(&s, &t, "50");
    term_send(&t, "G");
    term_settle(&t, QUIET_MS); /* a screenful: minutes at this speed */
    term_forget(&t);
    for (int i = 0; i < 20; i++) {
        term_send(&t, "k");
        term_settle(&t, 10);
    }
    assert_int_equal(t.sent.len, 0);
    term_send(&t, ":set line-speed fast\r");
    term_settle(&t, QUIET_MS);
    /* one frame, with all twenty keys in it: the mark is 20 rows further up */
    char *top = term_row(&t, 2);
    if (!strstr(top, ">"))
        fail_msg("the cursor is not where twenty keys bring it: %s", top);
    free(top);
    sample_quit(&t);
    sample_fini(&s);
}

/* The sort key of the nth item that Scan gives. */
static char *nth_key(struct sample *s, int nth)
{
    struct buf out = {0};
    assert_int_equal(sample_run(s, NULL, &out, NULL, "-c", s->store, "scan", "Orders", NULL), 0);
    struct str rest = buf_str(&out);
    for (int i = 0; i <= nth; i++)
        rest = str_skip(rest, str_find(rest, STR("\"orderId\":\"")) + 11);
    char *key = strndup(rest.at, 5);
    buf_fini(&out);
    return key;
}

/* Nobody reads what is sent: keys wait in the terminal, and are all done in the end. */
static void keys_typed_while_nothing_is_read_are_all_done(void **state)
{
    (void)state;
    static const char *const arguments[] = {"Orders", "--gutter", NULL};
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 200);
    char *key = nth_key(&s, 150);
    sample_open(&s, &t, &(struct sample_start){.arguments = arguments});
    term_expect(&t, "customerId");
    for (int i = 0; i < 150; i++)
        term_send(&t, "\014j"); /* each with a whole screen: more than the terminal can hold */
    term_send(&t, "\r");
    term_expect(&t, "PENDING");
    term_expect(&t, key);
    free(key);
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_costs_few_bytes_in_every_pane),
        cmocka_unit_test(frames_are_left_out_while_the_line_is_behind_and_no_key_is_lost),
        cmocka_unit_test(keys_typed_while_nothing_is_read_are_all_done),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("slow", tests, NULL, NULL);
}
