/* SPDX-License-Identifier: MIT */
/* The query builder and PartiQL on a store and on an endpoint: what is typed, run, asked, stopped.
 */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <stdlib.h>

static const char *program;

struct world {
    struct sample s;
    struct endpoint e;
    struct term t;
    bool remote;
};

/* Two hundred orders, in a store or behind `serve`. */
static void world_open(struct world *w, bool remote, int count)
{
    *w = (struct world){.remote = remote};
    sample_init(&w->s, program);
    sample_orders(&w->s, count);
    const char *argv[] = {program, w->s.store, "Orders", "--read-write", NULL};
    const char *env[] = {w->s.home, w->s.temporary, NULL};
    if (remote) {
        endpoint_start(&w->e, program, w->s.store, 0);
        argv[1] = w->e.url;
    } else {
        argv[3] = NULL;
    }
    term_open(&w->t, &(struct term_options){.argv = argv, .env = env, .cols = 110, .rows = 30});
    term_expect(&w->t, "customerId");
}

static void world_close(struct world *w)
{
    sample_quit(&w->t);
    if (w->remote)
        endpoint_stop(&w->e);
    sample_fini(&w->s);
}

#define CTRL_U "\025"

/* The line, its verdict, a condition in the form, and what the run has read. */
static void a_query_is_typed_judged_and_run(struct world *w)
{
    struct term *t = &w->t;
    term_send(t, "A");
    term_expect(t, "Query Orders");
    term_send(t, CTRL_U "customerId = \"C003\" and (amount > 34 or note = \"none\")");
    term_expect(t, "QUERY on Orders");
    term_expect(t, "filter only");
    if (w->remote)
        term_expect(t, "--endpoint-u");
    term_send(t, TERM_ENTER);
    term_expect_gone(t, "Query Orders");
    term_expect(t, "O0034");
    term_expect(t, "6 matched of 10 scanned");
    term_expect(t, "RCU");
    /* the same again, its value changed in the form */
    term_send(t, "A" TERM_TAB TERM_TAB TERM_TAB);
    term_send(t, CTRL_U "C004" TERM_ENTER);
    term_expect(t, "O0049");
    term_expect_gone(t, "O0034");
    term_send(t, TERM_ESCAPE);
    term_expect(t, "Scan");
}

/* A click goes to the field: SGR reports, rows and columns from 1. */
static void a_field_is_clicked(struct world *w)
{
    struct term *t = &w->t;
    int row = 0;
    term_send(t, ":set mouse on\r");
    term_send(t, "A");
    term_expect(t, "Query Orders");
    term_send(t, CTRL_U "customerId = \"C001\"");
    term_expect(t, "QUERY on Orders");
    term_expect(t, "limit");
    for (char *line; row < t->rows; row++) {
        line = term_row(t, row);
        bool found = strstr(line, "limit       none") != NULL;
        free(line);
        if (found)
            break;
    }
    char click[64];
    snprintf(click, sizeof click, "\033[<0;%d;%dM\033[<0;%d;%dm", 72, row + 1, 72, row + 1);
    term_send(t, click);
    term_send(t, "4");
    term_expect(t, "limit 4");
    term_expect(t, "--page-size 4");
    term_send(t, "\003");
    term_expect_gone(t, "Query Orders");
    term_send(t, ":set mouse off\r");
}

static void paste(struct term *t, size_t bytes)
{
    struct buf text = {0};
    term_send(t, CTRL_U);
    buf_add(&text, STR("\033[200~"));
    memset(buf_reserve(&text, bytes), 'x', bytes);
    text.len += bytes;
    buf_add(&text, STR("\033[201~"));
    term_send(t, buf_cstr(&text));
    buf_fini(&text);
}

static void mistakes_and_pastes_are_borne(struct world *w)
{
    struct term *t = &w->t;
    struct buf long_line = {0};
    term_send(t, "A" CTRL_U "amount > ");
    term_expect(t, "not finished");
    term_send(t, CTRL_U);
    buf_add(&long_line, STR("\033[200~"));
    for (int i = 0; i < 2000; i++)
        buf_add(&long_line, STR("((`x` and \"not ] 5"));
    buf_add(&long_line, STR("\033[201~"));
    term_send(t, buf_cstr(&long_line));
    term_expect(t, "not"); /* the line is kept, and something is said of it */
    paste(t, 1100000);
    term_expect(t, "nothing was inserted");
    paste(t, 300000);
    term_expect(t, "at most 64 KB");
    term_send(t, TERM_ENTER);
    term_expect(t, "Query Orders");
    term_send(t, CTRL_U "status = \"PENDING\" limit 7" TERM_ENTER);
    term_expect_gone(t, "Query Orders");
    term_expect(t, "scanned");
    term_send(t, TERM_ESCAPE);
    term_expect_gone(t, "scanned"); /* else what follows were Alt and a key */
    buf_fini(&long_line);
}

static void statements_read_and_write(struct world *w)
{
    struct term *t = &w->t;
    term_send(t, ":partiql SELECT orderId FROM Orders WHERE customerId = 'C005'\r");
    term_expect(t, "PartiQL");
    term_expect(t, "O0055");
    term_expect(t, "10 read");
    term_send(t, ":partiql UPDATE Orders SET note = 'by hand' WHERE customerId = 'C005' AND "
                 "orderId = 'O0055' RETURNING ALL NEW *\r");
    term_expect(t, "It writes to Orders");
    term_send(t, "n");
    term_expect(t, "nothing was changed");
    term_send(t, ":partiql UPDATE Orders SET note = 'by hand' WHERE customerId = 'C005' AND "
                 "orderId = 'O0055' RETURNING ALL NEW *\r");
    term_expect(t, "It writes to Orders");
    term_send(t, "y");
    term_expect(t, "UPDATE of one item of Orders done");
    term_send(t, ":partiql SELECT note FROM Orders WHERE customerId = 'C005'\r");
    term_expect(t, "by hand");
    term_send(t, ":partiql SELECT FROM\r");
    term_expect(t, "wasn't well formed");
    /* what only the service can say is said where it was typed */
    term_send(t, ":partiql SELECT * FROM Orders WHERE customerId = 5\r");
    term_expect(t, "Query Orders");
    term_expect(t, "WHERE customerId = 5");
    term_send(t, TERM_ESCAPE);
    term_expect_gone(t, "Query Orders");
    term_send(t, TERM_ESCAPE);
    term_expect_gone(t, "PartiQL");
}

static void on_a_store(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, false, 200);
    a_query_is_typed_judged_and_run(&w);
    a_field_is_clicked(&w);
    mistakes_and_pastes_are_borne(&w);
    statements_read_and_write(&w);
    world_close(&w);
}

static void on_an_endpoint(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, true, 200);
    a_query_is_typed_judged_and_run(&w);
    mistakes_and_pastes_are_borne(&w);
    statements_read_and_write(&w);
    world_close(&w);
}

static void a_large_remote_scan_asks_first(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, true, 200);
    struct term *t = &w.t;
    term_send(t, ":set scan-ask 100\r:ask amount > 150\r");
    term_expect(t, "This may read all of Orders");
    term_expect(t, "200 items");
    term_send(t, "n");
    term_expect_gone(t, "This may read all");
    term_send(t, ":ask amount > 150\r");
    term_expect(t, "This may read all of Orders");
    term_send(t, "y");
    term_expect(t, "of 200 scanned");
    term_send(t, ":ask amount > 150 segments 4\r");
    term_expect(t, "This may read all of Orders");
    term_send(t, "y");
    term_expect(t, "50 matched of 200 scanned");
    term_send(t, ":ask customerId = 'C001' if amount > 1\r"); /* a Query does not ask */
    term_expect(t, "10 matched of 10 scanned");
    term_send(t, ":set scan-ask never\r:ask amount > 150\r");
    term_expect(t, "of 200 scanned");
    world_close(&w);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_store),
        cmocka_unit_test(on_an_endpoint),
        cmocka_unit_test(a_large_remote_scan_asks_first),
    };
    if (argc < 2)
        return 64;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
