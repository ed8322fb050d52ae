/* SPDX-License-Identifier: MIT */
/* Tables and indexes made, changed, emptied, copied and deleted: on a store and on an endpoint. */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <signal.h>
#include <stdio.h>

static const char *program;

struct fixture {
    struct sample sample;
    struct endpoint endpoint;
    struct term term;
    bool remote;
};

static void start(struct fixture *x, int items, const char *mode, int cols, int rows)
{
    struct sample *s = &x->sample;
    const char *env[] = {s->home, s->temporary, NULL};
    sample_init(s, program);
    sample_orders(s, items);
    if (x->remote)
        endpoint_start(&x->endpoint, program, s->store, 0);
    const char *const words[] = {
        program, x->remote ? x->endpoint.url : s->store, "Orders", mode, NULL};
    term_open(
        &x->term, &(struct term_options){.argv = words, .env = env, .cols = cols, .rows = rows});
    term_expect(&x->term, "PENDING");
}

static void end(struct fixture *x)
{
    sample_quit(&x->term);
    if (x->remote)
        endpoint_stop(&x->endpoint);
    sample_fini(&x->sample);
}

struct together {
    const char *one, *other;
    bool apart;
};

static bool stand_together(struct term *t, void *context)
{
    struct together *w = context;
    bool found = false;
    for (int i = 0; i < t->rows; i++) {
        char *row = term_row(t, i);
        found = found || (strstr(row, w->one) && strstr(row, w->other));
        free(row);
    }
    return found != w->apart;
}

static void expect_row(struct term *t, const char *one, const char *other)
{
    struct together w = {one, other, false};
    term_expect_that(t, stand_together, &w, one);
}

static void expect_no_row(struct term *t, const char *one, const char *other)
{
    struct together w = {one, other, true};
    term_expect_that(t, stand_together, &w, one);
}

static void make_and_drop_an_index(struct fixture *x)
{
    struct term *t = &x->term;
    term_send(t, "i");
    term_expect(t, "▸ indexes");
    term_send(t, "a");
    term_expect(t, "A global index of Orders");
    term_send(t, "ByStatus\tstatus\t\tamount\t" TERM_RIGHT "\r");
    expect_row(t, "ByStatus", "global");
    term_send(t, TERM_DOWN "\r");
    term_expect(t, "Orders ▸ ByStatus");
    term_send(t, "i");
    term_expect(t, "▸ indexes");
    term_send(t, "D");
    term_expect(t, "type ByStatus");
    term_send(t, "ByStatu\r");
    term_expect(t, "that is not the index's name");
    term_send(t, "s\r");
    expect_no_row(t, "ByStatus", "global");
    term_send(t, "\033");
    term_expect_gone(t, "▸ indexes");
}

static void change_empty_copy_and_delete(struct fixture *x)
{
    struct term *t = &x->term;
    term_send(t, "d");
    term_expect(t, "Orders is ACTIVE");
    term_send(t, "e");
    term_expect(t, "Change Orders");
    term_send(t, TERM_DOWN TERM_DOWN "until" TERM_DOWN TERM_DOWN "team=x\r");
    term_expect(t, "UpdateTimeToLive");
    term_expect(t, "TagResource");
    term_send(t, "y");
    term_expect(t, "changed Orders");
    expect_row(t, "attribute", "until");
    expect_row(t, "team", "x");
    term_send(t, "C");
    term_expect(t, "Orders-copy");
    term_send(t, "\r");
    term_expect(t, "30 items copied to Orders-copy");
    term_send(t, "P");
    term_expect(t, "type Orders");
    if (x->remote)
        term_expect(t, "write units");
    term_send(t, "Orders\r");
    term_expect(t, "Orders: 30 items deleted");
    expect_row(t, "items", " 0");
    term_send(t, "D");
    term_expect(t, "type Orders");
    term_send(t, "Orders\r");
    term_expect(t, "deleted Orders");
}

static void create(struct fixture *x)
{
    struct term *t = &x->term;
    term_send(t, "a");
    term_expect(t, "Create a table");
    term_send(t, "Fresh\tpk\t\tsk\r");
    term_expect(t, "created Fresh");
}

static void expect_done(struct fixture *x)
{
    char *answer = sample_call(&x->sample, "ListTables", "{}");
    assert_non_null(strstr(answer, "[\"Fresh\",\"Orders-copy\"]"));
    free(answer);
    answer =
        sample_call(&x->sample, "Scan", "{\"TableName\":\"Orders-copy\",\"Select\":\"COUNT\"}");
    assert_non_null(strstr(answer, "\"Count\":30"));
    free(answer);
    answer = sample_call(&x->sample, "DescribeTimeToLive", "{\"TableName\":\"Orders-copy\"}");
    assert_non_null(strstr(answer, "\"until\""));
    free(answer);
    answer = sample_call(&x->sample, "ListTagsOfResource",
        "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/Orders-copy\"}");
    assert_non_null(strstr(answer, "\"team\""));
    free(answer);
}

static void walk(bool remote)
{
    struct fixture x = {.remote = remote};
    start(&x, 30, remote ? "--read-write" : NULL, 110, 60);
    make_and_drop_an_index(&x);
    change_empty_copy_and_delete(&x);
    create(&x);
    expect_done(&x);
    end(&x);
}

static void all_of_it_works_on_a_store(void **state)
{
    (void)state;
    walk(false);
}

static void all_of_it_works_on_an_endpoint(void **state)
{
    (void)state;
    walk(true);
}

static void what_an_endpoint_refuses_stays_in_the_form(void **state)
{
    (void)state;
    struct fixture x = {.remote = true};
    start(&x, 1, "--read-write", 80, 24);
    term_send(&x.term, "\t");
    term_expect(&x.term, "Tables");
    term_send(&x.term, "a");
    term_expect(&x.term, "Create a table");
    term_send(&x.term, "Fresh\tpk");
    free(sample_call(&x.sample, "CreateTable",
        "{\"TableName\":\"Fresh\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]}"));
    term_send(&x.term, "\r");
    term_expect(&x.term, "ResourceInUseException");
    expect_row(&x.term, "partition key", "pk");
    term_resize(&x.term, 20, 5);
    term_expect(&x.term, "┌ Create a table ┐");
    term_resize(&x.term, 80, 24);
    expect_row(&x.term, "partition key", "pk");
    term_send(&x.term, "\033");
    term_expect_gone(&x.term, "Create a table");
    end(&x);
}

static void a_filter_that_would_read_a_large_index_asks_first(void **state)
{
    (void)state;
    struct fixture x = {.remote = true};
    start(&x, 30, NULL, 100, 24);
    free(sample_call(&x.sample, "UpdateTable",
        "{\"TableName\":\"Orders\",\"AttributeDefinitions\":[{\"AttributeName\":\"amount\","
        "\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":"
        "\"ByAmount\",\"KeySchema\":[{\"AttributeName\":\"amount\",\"KeyType\":\"HASH\"}],"
        "\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}"));
    term_send(&x.term, ":set scan-ask 10\r:ask note = \"first\"\r");
    term_expect(&x.term, "This may read all of Orders");
    term_send(&x.term, "y");
    term_expect(&x.term, "▸ note = ");
    term_send(&x.term, "ir");
    expect_row(&x.term, "ByAmount", "global");
    term_send(&x.term, TERM_DOWN "\r");
    term_expect(&x.term, "This may read all of Orders ▸ ByAmount");
    term_send(&x.term, "n");
    term_expect_gone(&x.term, "This may read");
    term_expect(&x.term, "▸ indexes");
    term_send(&x.term, "\ry");
    term_expect(&x.term, "Orders ▸ ByAmount ▸ note = ");
    end(&x);
}

static void a_read_only_endpoint_says_why_not(void **state)
{
    (void)state;
    struct fixture x = {.remote = true};
    start(&x, 1, NULL, 100, 24);
    term_send(&x.term, "ia");
    term_expect(&x.term, "create-index: ");
    term_expect(&x.term, "read-only");
    term_send(&x.term, "T");
    term_expect(&x.term, "Orders is ACTIVE");
    term_send(&x.term, "P");
    term_expect(&x.term, "purge-table: ");
    end(&x);
}

static void what_takes_its_time_shows_how_far_it_is_and_is_stopped(void **state)
{
    (void)state;
    struct fixture x = {.remote = true};
    start(&x, 30, "--read-write", 100, 24);
    term_send(&x.term, "d");
    term_expect(&x.term, "Orders is ACTIVE");
    kill(x.endpoint.pid, SIGSTOP); /* as slow as can be */
    term_send(&x.term, "POrders\r");
    term_expect(&x.term, "0 of about 30 items deleted");
    term_send(&x.term, "j");
    term_send(&x.term, "\003");
    term_expect(&x.term, "stopped ");
    term_send(&x.term, "C\025Twin\r");
    term_expect(&x.term, "making Twin");
    term_send(&x.term, "\003");
    term_expect(&x.term, "stopped ");
    kill(x.endpoint.pid, SIGCONT);
    term_send(&x.term, "r");
    expect_row(&x.term, "items", " 30");
    end(&x);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_works_on_a_store),
        cmocka_unit_test(all_of_it_works_on_an_endpoint),
        cmocka_unit_test(what_an_endpoint_refuses_stays_in_the_form),
        cmocka_unit_test(a_filter_that_would_read_a_large_index_asks_first),
        cmocka_unit_test(a_read_only_endpoint_says_why_not),
        cmocka_unit_test(what_takes_its_time_shows_how_far_it_is_and_is_stopped),
    };
    if (argc < 2)
        return 2;
    program = argv[1];
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
