/* SPDX-License-Identifier: MIT */
/* The live stream and rows that flash, with other processes that write. */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BURSTS = 7, BURST = 1424, SINGLES = 32, ALL = BURSTS * BURST + SINGLES };

static const char *program;

/* ---- a table with a stream ---- */

static void make_table(struct sample *s, const char *view_type)
{
    struct buf body = {0};
    sample_init(s, program);
    buf_printf(&body,
        "{\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"%s\"}}",
        view_type);
    free(sample_call(s, "CreateTable", buf_cstr(&body)));
    buf_fini(&body);
}

static void put_burst(struct sample *s, int from, int count)
{
    struct buf items = {0}, errors = {0};
    for (int i = from; i < from + count; i++)
        buf_printf(&items, "{\"id\":\"i%05d\",\"n\":%d}\n", i, i);
    if (sample_run(s, buf_cstr(&items), NULL, &errors, "-c", s->store, "import", "Orders", "-",
            "--format", "jsonl", "--no-sync", "--quiet", NULL))
        fail_msg("import: %s", buf_cstr(&errors));
    buf_fini(&items);
    buf_fini(&errors);
}

static void put_one(struct sample *s, int number)
{
    char body[128];
    snprintf(body, sizeof body,
        "{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"i%05d\"},\"n\":{\"N\":\"%d\"}}}",
        number, number);
    free(sample_call(s, "PutItem", body));
}

static void change_one(struct sample *s, int n)
{
    char body[256];
    snprintf(body, sizeof body,
        "{\"TableName\":\"Orders\",\"Key\":{\"id\":{\"S\":\"i00001\"}},\"UpdateExpression\":\"SET "
        "n = :n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":\"%d\"}}}",
        n);
    free(sample_call(s, "UpdateItem", body));
}

/* ---- the explorer ---- */

static void open_stream(
    struct sample *s, struct term *t, const char *connection, int rows, int cols)
{
    const char *env[] = {s->home, s->temporary, NULL};
    const char *words[] = {program, connection, "Orders", NULL};
    term_open(t, &(struct term_options){.argv = words, .env = env, .rows = rows, .cols = cols});
    term_expect(t, "Orders");
    term_send(t, "s");
    term_expect(t, "LIVE");
}

static void close_both(struct sample *s, struct term *t)
{
    sample_quit(t);
    sample_fini(s);
}

/* ---- nothing is missing, nothing is there twice ---- */

/* Bursts and single writes in turns, each by a process of its own. */
static void write_all(struct sample *s)
{
    int number = 0;
    for (int burst = 0; burst < BURSTS; burst++) {
        put_burst(s, number, BURST);
        number += BURST;
        for (int i = 0; i < SINGLES / BURSTS; i++)
            put_one(s, number++);
    }
    while (number < ALL)
        put_one(s, number++);
}

static void count_saved(const char *path)
{
    static char seen[ALL];
    char line[4096];
    int lines = 0;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    memset(seen, 0, sizeof seen);
    for (; fgets(line, sizeof line, f); lines++) {
        const char *key = strstr(line, "\"Keys\":{\"id\":{\"S\":\"i");
        int number = key ? atoi(key + strlen("\"Keys\":{\"id\":{\"S\":\"i")) : -1;
        assert_true(number >= 0 && number < ALL);
        if (seen[number]++)
            fail_msg("item %d is there twice", number);
    }
    fclose(f);
    assert_int_equal(lines, ALL);
}

static void watch_all(const char *(*connection)(struct sample *s, struct endpoint *e))
{
    struct sample s;
    struct endpoint e = {0};
    struct term t;
    char path[128], keys[160];
    make_table(&s, "NEW_AND_OLD_IMAGES");
    open_stream(&s, &t, connection(&s, &e), 24, 100);
    write_all(&s);
    term_expect(&t, "10,000 from now on");
    assert_false(term_shows(&t, "dropped"));
    snprintf(path, sizeof path, "%s/saved", s.folder);
    snprintf(keys, sizeof keys, "w%s\r", path);
    term_send(&t, keys);
    term_expect(&t, "10,000 records written");
    count_saved(path);
    if (e.pid)
        endpoint_stop(&e);
    close_both(&s, &t);
}

static const char *in_the_store(struct sample *s, struct endpoint *e)
{
    (void)e;
    return s->store;
}

static const char *through_an_endpoint(struct sample *s, struct endpoint *e)
{
    endpoint_start(e, program, s->store, 0);
    return e->url;
}

static void ten_thousand_writes_are_shown_once_each(void **state)
{
    (void)state;
    watch_all(in_the_store);
}

static void ten_thousand_writes_are_shown_once_each_through_an_endpoint(void **state)
{
    (void)state;
    watch_all(through_an_endpoint);
}

/* ---- bad times ---- */

static void an_endpoint_that_goes_and_comes_back_loses_nothing(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    make_table(&s, "NEW_AND_OLD_IMAGES");
    endpoint_start(&e, program, s.store, 0);
    open_stream(&s, &t, e.url, 24, 100);
    put_burst(&s, 0, 5);
    term_expect(&t, "5 from now on");
    endpoint_stop(&e);
    term_expect(&t, "cannot be read now");
    put_burst(&s, 5, 100);
    endpoint_start(&e, program, s.store, e.port);
    term_expect(&t, "105 from now on");
    term_expect_gone(&t, "cannot be read now");
    endpoint_stop(&e);
    close_both(&s, &t);
}

static void resizing_in_a_burst_counts_as_well(void **state)
{
    static const int sizes[][2] = {{20, 5}, {200, 50}, {1, 1}, {40, 12}, {79, 3}, {120, 36}};
    (void)state;
    struct sample s;
    struct term t;
    make_table(&s, "NEW_AND_OLD_IMAGES");
    open_stream(&s, &t, s.store, 24, 100);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        for (int i = 0; i < 5; i++)
            put_burst(&s, i * 500, 500);
        _exit(0);
    }
    for (int i = 0, status; waitpid(writer, &status, WNOHANG) == 0; i = (i + 1) % 6) {
        term_resize(&t, sizes[i][0], sizes[i][1]);
        term_send(&t, i % 2 ? "k" : "f");
        term_settle(&t, 1);
    }
    term_resize(&t, 100, 24);
    term_send(&t, "f");
    term_expect(&t, "2,500 from now on");
    close_both(&s, &t);
}

/* ---- flashes ---- */

static void a_row_flashes_and_then_is_still(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    make_table(&s, "NEW_AND_OLD_IMAGES");
    put_burst(&s, 0, 3);
    sample_open(&s, &t, &(struct sample_start){.arguments = (const char *const[]){"Orders", NULL}});
    term_expect(&t, "i00002");
    change_one(&s, 7777);
    term_expect(&t, "~i00001");
    assert_true(term_shows(&t, "7777"));
    term_expect(&t, " i00001");
    free(sample_call(
        &s, "DeleteItem", "{\"TableName\":\"Orders\",\"Key\":{\"id\":{\"S\":\"i00001\"}}}"));
    term_expect(&t, "-i00001");
    term_expect_gone(&t, "i00001");
    put_one(&s, 9);
    term_expect(&t, "+i00009");
    term_expect(&t, " i00009");
    term_settle(&t, 500);
    assert_int_equal(term_settle(&t, 1500), 0);
    close_both(&s, &t);
}

/* Reading a remote table costs: only the user asks for it. */
static void through_an_endpoint_rows_flash_and_new_ones_are_counted(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    make_table(&s, "NEW_AND_OLD_IMAGES");
    put_burst(&s, 0, 3);
    endpoint_start(&e, program, s.store, 0);
    const char *env[] = {s.home, s.temporary, NULL};
    term_open(&t, &(struct term_options){
                      .argv = (const char *[]){program, e.url, "Orders", NULL}, .env = env});
    term_expect(&t, "i00002");
    do { /* until its stream is followed */
        change_one(&s, (int)(random() % 10000));
        term_settle(&t, 100);
    } while (!term_shows(&t, "~i00001"));
    change_one(&s, 77777);
    term_expect(&t, "77777");
    put_one(&s, 9);
    term_expect(&t, "1 new");
    assert_false(term_shows(&t, "i00009"));
    term_send(&t, "r");
    term_expect(&t, "i00009");
    term_expect_gone(&t, "1 new");
    endpoint_stop(&e);
    close_both(&s, &t);
}

static void without_new_versions_rows_flash_when_they_were_read(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    make_table(&s, "KEYS_ONLY");
    put_burst(&s, 0, 3);
    sample_open(&s, &t, &(struct sample_start){.arguments = (const char *const[]){"Orders", NULL}});
    term_expect(&t, "i00002");
    change_one(&s, 7777);
    term_expect(&t, "~i00001");
    term_expect(&t, "7777");
    close_both(&s, &t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_writes_are_shown_once_each),
        cmocka_unit_test(ten_thousand_writes_are_shown_once_each_through_an_endpoint),
        cmocka_unit_test(an_endpoint_that_goes_and_comes_back_loses_nothing),
        cmocka_unit_test(resizing_in_a_burst_counts_as_well),
        cmocka_unit_test(a_row_flashes_and_then_is_still),
        cmocka_unit_test(through_an_endpoint_rows_flash_and_new_ones_are_counted),
        cmocka_unit_test(without_new_versions_rows_flash_when_they_were_read),
    };
    assert_int_equal(argc, 2);
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
