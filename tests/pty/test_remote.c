/* SPDX-License-Identifier: MIT */
/* The explorer on an endpoint: the program's own server, which may go and come back. */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "base/clock.h"
#include "tests/remote/proxy.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static void explore(struct sample *s, struct term *t, const char *const *words)
{
    const char *env[] = {s->home, s->temporary, NULL};
    term_open(t, &(struct term_options){.argv = words, .env = env, .cols = 100});
}

static void an_endpoint_is_browsed_and_says_where_one_is(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 30);
    endpoint_start(&e, program, s.store, 0);
    explore(&s, &t, (const char *[]){program, e.url, "Orders", NULL});
    term_expect(&t, "C000");
    term_expect(&t, e.url);
    term_send(&t, "z"); /* all panes */
    term_expect(&t, "dynascope");
    term_expect(&t, e.url);
    term_expect(&t, "read-only");
    term_send(&t, "D");
    term_expect(&t, "or after");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

static void what_is_edited_through_an_endpoint_is_in_the_store(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 1);
    endpoint_start(&e, program, s.store, 0);
    explore(&s, &t, (const char *[]){program, "--read-write", e.url, "Orders", NULL});
    term_expect(&t, "C000");
    term_send(&t, "D");
    term_expect(&t, "Delete from Orders");
    term_send(&t, "y");
    term_expect(&t, "deleted");
    sample_quit(&t);
    endpoint_stop(&e);
    char *answer = sample_call(&s, "Scan", "{\"TableName\":\"Orders\",\"Select\":\"COUNT\"}");
    assert_non_null(strstr(answer, "\"Count\":0"));
    free(answer);
    sample_fini(&s);
}

/* Takes connections and says nothing. */
static int quiet_port(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void one_changes_to_another_connection_without_leaving(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    char line[160];
    int port, silence;
    sample_init(&s, program);
    sample_orders(&s, 30);
    endpoint_start(&e, program, s.store, 0);
    explore(&s, &t, (const char *[]){program, s.store, NULL});
    term_expect(&t, "rw");
    snprintf(line, sizeof line, ":connect %s\r", e.url);
    term_send(&t, line);
    term_expect(&t, "read-only");
    term_expect(&t, e.url);
    term_send(&t, ":connect /nowhere/at/all\r"); /* what does not open changes nothing */
    term_expect(&t, "no store");
    term_expect(&t, e.url);
    term_send(&t, ":connect http://127.0.0.1:1\r"); /* nor what does not answer */
    term_expect(&t, "http://127.0.0.1:1: ");
    term_expect(&t, e.url);
    silence = quiet_port(&port);
    snprintf(line, sizeof line, ":connect http://127.0.0.1:%d\r", port);
    term_send(&t, line);
    term_expect(&t, "connecting to");
    term_send(&t, "\003");
    term_expect(&t, "stopped: the connection is as it was");
    close(silence);
    term_expect(&t, e.url);
    snprintf(line, sizeof line, ":connect %s read-write\r", e.url);
    term_send(&t, line);
    term_expect_gone(&t, "read-only");
    snprintf(line, sizeof line, ":connect %s\r", e.url);
    term_send(&t, line);
    term_expect(&t, "read-only");
    snprintf(line, sizeof line, ":connect %s --read-write\r", e.url); /* as on the command line */
    term_send(&t, line);
    term_expect_gone(&t, "read-only");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

/* The order in which requests come, for round trips. */
static enum proxy_fault note(void *context, struct str operation, struct str body)
{
    struct buf *log = context;
    (void)body;
    buf_add(log, operation);
    buf_add_byte(log, ' ');
    return PROXY_PASS;
}

static void the_first_page_comes_after_two_round_trips(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    struct buf log = {0};
    char url[64];
    sample_init(&s, program);
    sample_orders(&s, 3);
    endpoint_start(&e, program, s.store, 0);
    struct proxy *p = proxy_start(atoi(strrchr(e.url, ':') + 1));
    proxy_let_choose(p, note, &log);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", p->port);
    explore(&s, &t, (const char *[]){program, url, "Orders", NULL});
    term_expect(&t, "C000");
    sample_quit(&t);
    proxy_stop(p);
    if (!str_starts(buf_str(&log), STR("DescribeTable Scan ")))
        fail_msg("%s", buf_cstr(&log));
    assert_true(str_find(buf_str(&log), STR("DescribeTimeToLive")) > 20);
    buf_fini(&log);
    endpoint_stop(&e);
    sample_fini(&s);
}

/* ---- requests that wait ---- */

struct throttling {
    struct sample s;
    struct endpoint e;
    struct proxy *proxy;
    char url[64];
    atomic_bool throttle; /* each Scan */
    atomic_uint scans;
};

static enum proxy_fault throttle_scans(void *context, struct str operation, struct str body)
{
    struct throttling *t = context;
    (void)body;
    if (!str_equal(operation, STR("Scan")))
        return PROXY_PASS;
    atomic_fetch_add(&t->scans, 1);
    return atomic_load(&t->throttle) ? PROXY_THROTTLE : PROXY_PASS;
}

static void throttling_init(struct throttling *t, int items, int retry_after_ms)
{
    sample_init(&t->s, program);
    sample_orders(&t->s, items);
    endpoint_start(&t->e, program, t->s.store, 0);
    t->proxy = proxy_start(atoi(strrchr(t->e.url, ':') + 1));
    atomic_store(&t->proxy->retry_after_ms, retry_after_ms);
    atomic_init(&t->throttle, true);
    atomic_init(&t->scans, 0);
    proxy_let_choose(t->proxy, throttle_scans, t);
    snprintf(t->url, sizeof t->url, "http://127.0.0.1:%u", t->proxy->port);
}

static void throttling_fini(struct throttling *t)
{
    proxy_stop(t->proxy);
    endpoint_stop(&t->e);
    sample_fini(&t->s);
}

static void what_a_request_waits_for_is_counted_down_and_can_be_stopped(void **state)
{
    (void)state;
    struct throttling h;
    struct term t;
    throttling_init(&h, 30, 4000);
    explore(&h.s, &t, (const char *[]){program, h.url, "Orders", NULL});
    term_expect(&t, "throttled: try 2 of 4 in 3.");
    term_expect(&t, "throttled: try 2 of 4 in 2.");
    int64_t sent = clock_tick_ns();
    term_send(&t, "\003");
    term_expect(&t, "stopped");
    term_expect_gone(&t, "throttled");
    print_message("stopped after %lld ms\n", (long long)((clock_tick_ns() - sent) / 1000000));
    assert_int_equal(atomic_load(&h.scans), 1); /* the wait had seconds to go */
    atomic_store(&h.throttle, false);
    term_send(&t, ":refresh\r");
    term_expect(&t, "C000");
    sample_quit(&t);
    throttling_fini(&h);
}

static enum proxy_fault throttle_updates(void *context, struct str operation, struct str body)
{
    (void)context;
    (void)body;
    return str_equal(operation, STR("UpdateItem")) ? PROXY_THROTTLE : PROXY_PASS;
}

static void a_write_that_waits_can_be_stopped_and_was_not_written(void **state)
{
    (void)state;
    struct throttling h;
    struct term t;
    throttling_init(&h, 1, 4000);
    atomic_store(&h.throttle, false);
    proxy_let_choose(h.proxy, throttle_updates, NULL);
    explore(&h.s, &t, (const char *[]){program, "--read-write", h.url, "Orders", NULL});
    term_expect(&t, "C000");
    term_send(&t, "llc7\r"); /* a digit more in the amount */
    term_expect(&t, "throttled: try 2 of 4 in 3.");
    term_send(&t, "\003");
    term_expect(&t, "stopped: ");
    term_expect(&t, "was not written");
    assert_false(term_shows(&t, "Nothing is running"));
    sample_quit(&t);
    throttling_fini(&h);
}

static void a_subcommand_counts_down_on_the_terminal_and_wipes_the_line(void **state)
{
    (void)state;
    struct throttling h;
    struct term t;
    throttling_init(&h, 3, 2000);
    explore(&h.s, &t, (const char *[]){program, "-c", h.url, "scan", "Orders", NULL});
    term_expect(&t, "throttled: try 2 of 4 in 1.");
    atomic_store(&h.throttle, false);
    term_expect(&t, "C000");
    term_expect_exit(&t, 0);
    assert_false(term_shows(&t, "throttled"));
    assert_int_equal(atomic_load(&h.scans), 2);
    term_close(&t);
    throttling_fini(&h);
}

static void a_subcommand_that_waits_is_stopped_by_an_interrupt(void **state)
{
    (void)state;
    struct throttling h;
    struct term t;
    throttling_init(&h, 3, 4000);
    explore(&h.s, &t, (const char *[]){program, "-c", h.url, "scan", "Orders", NULL});
    term_expect(&t, "throttled: try 2 of 4 in 3.");
    int64_t sent = clock_tick_ns();
    term_send(&t, "\003");
    term_expect_exit(&t, 130);
    print_message("stopped after %lld ms\n", (long long)((clock_tick_ns() - sent) / 1000000));
    assert_false(term_shows(&t, "throttled"));
    assert_int_equal(atomic_load(&h.scans), 1);
    term_close(&t);
    throttling_fini(&h);
}

static void nothing_is_counted_down_where_nobody_looks(void **state)
{
    (void)state;
    struct throttling h;
    struct buf out = {0}, errors = {0};
    throttling_init(&h, 3, 300);
    int code = sample_run(&h.s, NULL, &out, &errors, "-c", h.url, "scan", "Orders", NULL);
    assert_int_equal(code, 75);
    assert_int_equal(atomic_load(&h.scans), 4);
    assert_null(strstr(buf_cstr(&errors), "try 2 of 4"));
    assert_null(strchr(buf_cstr(&errors), '\r'));
    buf_fini(&out);
    buf_fini(&errors);
    throttling_fini(&h);
}

static bool scanned_twice(struct term *t, void *context)
{
    (void)t;
    return atomic_load(&((struct throttling *)context)->scans) == 2;
}

static void a_budget_ends_the_reading_until_it_is_asked_to_go_on(void **state)
{
    (void)state;
    struct throttling h;
    struct term t;
    throttling_init(&h, 400, 0);
    atomic_store(&h.throttle, false);
    explore(&h.s, &t, (const char *[]){program, h.url, "Orders", "--budget", "0.5", NULL});
    term_expect(&t, "budget of 0.5 units spent: PageDown");
    term_expect(&t, "reads on");
    assert_int_equal(atomic_load(&h.scans), 1);
    for (int i = 0; i < 2; i++)
        term_send(&t, TERM_DOWN);
    term_expect(&t, "budget of 0.5 units spent: PageDown");
    assert_int_equal(atomic_load(&h.scans), 1);
    for (int i = 0; i < 3; i++)
        term_send(&t, TERM_PAGE_DOWN);
    term_expect_that(&t, scanned_twice, &h, "another page");
    term_expect(&t, "budget of 0.5 units spent: PageDown");
    assert_int_equal(atomic_load(&h.scans), 2);
    sample_quit(&t);
    throttling_fini(&h);
}

static void an_endpoint_that_is_silent_does_not_hold_the_keys(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 3);
    endpoint_start(&e, program, s.store, 0);
    kill(e.pid, SIGSTOP);
    explore(&s, &t, (const char *[]){program, e.url, NULL});
    term_expect(&t, "working");
    term_send(&t, "?");
    term_expect(&t, "Help");
    term_send(&t, "\033");
    term_expect_gone(&t, "Help");
    kill(e.pid, SIGCONT);
    term_expect(&t, "Orders");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

static void silence_is_counted_and_can_be_stopped(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 3);
    endpoint_start(&e, program, s.store, 0);
    kill(e.pid, SIGSTOP);
    explore(&s, &t, (const char *[]){program, e.url, "Orders", "--cli-read-timeout", "30", NULL});
    term_expect(&t, "no answer for 2 s: try 1 of 4 ends in 28 s");
    int64_t sent = clock_tick_ns();
    term_send(&t, "\003");
    term_expect_gone(&t, "no answer");
    print_message("stopped after %lld ms\n", (long long)((clock_tick_ns() - sent) / 1000000));
    sample_quit(&t);
    explore(&s, &t, (const char *[]){program, "-c", e.url, "scan", "Orders", NULL});
    term_expect(&t, "no answer for 2 s: try 1 of 4 ends in 58 s");
    sent = clock_tick_ns();
    term_send(&t, "\003");
    term_expect_exit(&t, 130);
    print_message("stopped after %lld ms\n", (long long)((clock_tick_ns() - sent) / 1000000));
    assert_false(term_shows(&t, "no answer"));
    term_close(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

static void an_endpoint_that_is_not_there_is_tried_and_named(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    explore(&s, &t, (const char *[]){program, "http://127.0.0.1:9", NULL});
    term_expect(&t, "no answer from http://127.0.0.1:9/");
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_is_browsed_and_says_where_one_is),
        cmocka_unit_test(what_is_edited_through_an_endpoint_is_in_the_store),
        cmocka_unit_test(one_changes_to_another_connection_without_leaving),
        cmocka_unit_test(the_first_page_comes_after_two_round_trips),
        cmocka_unit_test(what_a_request_waits_for_is_counted_down_and_can_be_stopped),
        cmocka_unit_test(a_write_that_waits_can_be_stopped_and_was_not_written),
        cmocka_unit_test(a_subcommand_counts_down_on_the_terminal_and_wipes_the_line),
        cmocka_unit_test(a_subcommand_that_waits_is_stopped_by_an_interrupt),
        cmocka_unit_test(nothing_is_counted_down_where_nobody_looks),
        cmocka_unit_test(a_budget_ends_the_reading_until_it_is_asked_to_go_on),
        cmocka_unit_test(an_endpoint_that_is_silent_does_not_hold_the_keys),
        cmocka_unit_test(silence_is_counted_and_can_be_stopped),
        cmocka_unit_test(an_endpoint_that_is_not_there_is_tried_and_named),
    };
    assert_true(argc == 2);
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
