/* SPDX-License-Identifier: MIT */
/* Watches, timers and signals; nothing here depends on how fast the machine is. */
#include "tui/loop.h"
#include "tui/signal.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct trace {
    struct loop loop;
    struct signals signals;
    int pipe[2];
    int watch, events, settled, number;
    char order[8];
    int fired;
};

static void on_bytes(void *data, short events)
{
    struct trace *trace = data;
    char byte;
    (void)events;
    assert_int_equal(read(trace->pipe[0], &byte, 1), 1);
    if (++trace->events == 3)
        loop_quit(&trace->loop, 7);
}

static void on_settled(void *data)
{
    struct trace *trace = data;
    trace->settled++;
    if (trace->events < 3)
        assert_int_equal(write(trace->pipe[1], "x", 1), 1);
}

static void each_round_ends_with_settling(void **state)
{
    struct trace trace = {0};
    (void)state;
    assert_int_equal(pipe(trace.pipe), 0);
    loop_watch(&trace.loop, trace.pipe[0], POLLIN, on_bytes, &trace);
    assert_int_equal(loop_run(&trace.loop, on_settled, &trace), 7);
    assert_int_equal(trace.events, 3);
    assert_int_equal(trace.settled, 3);
    loop_fini(&trace.loop);
    close(trace.pipe[0]);
    close(trace.pipe[1]);
}

static void fire_a(void *data)
{
    struct trace *trace = data;
    trace->order[trace->fired++] = 'a';
}

static void fire_b(void *data)
{
    struct trace *trace = data;
    trace->order[trace->fired++] = 'b';
    loop_after(&trace->loop, 0, fire_a, trace);
}

static void fire_end(void *data)
{
    struct trace *trace = data;
    trace->order[trace->fired++] = 'e';
    loop_quit(&trace->loop, 0);
}

static void timers_fire_in_their_order_and_forgotten_ones_never(void **state)
{
    struct trace trace = {0};
    (void)state;
    loop_after(&trace.loop, 3, fire_end, &trace);
    int gone = loop_after(&trace.loop, 1, fire_a, &trace);
    loop_after(&trace.loop, 2, fire_a, &trace);
    loop_after(&trace.loop, 0, fire_b, &trace);
    loop_forget(&trace.loop, gone);
    loop_forget(&trace.loop, 0);
    loop_forget(&trace.loop, 999);
    loop_run(&trace.loop, NULL, NULL);
    assert_string_equal(trace.order, "baae");
    loop_fini(&trace.loop);
}

static void drop_both(void *data, short events)
{
    struct trace *trace = data;
    (void)events;
    trace->events++;
    loop_forget(&trace->loop, 1);
    loop_forget(&trace->loop, 2);
    loop_after(&trace->loop, 0, fire_end, trace);
}

static void a_watch_forgotten_in_a_callback_is_not_called(void **state)
{
    struct trace trace = {0};
    (void)state;
    assert_int_equal(pipe(trace.pipe), 0);
    assert_int_equal(write(trace.pipe[1], "x", 1), 1);
    loop_watch(&trace.loop, trace.pipe[0], POLLIN, drop_both, &trace);
    loop_watch(&trace.loop, trace.pipe[0], POLLIN, drop_both, &trace);
    loop_run(&trace.loop, NULL, NULL);
    assert_int_equal(trace.events, 1);
    loop_fini(&trace.loop);
    close(trace.pipe[0]);
    close(trace.pipe[1]);
}

static void on_hang_up(void *data, short events)
{
    struct trace *trace = data;
    assert_true(events & POLLHUP);
    loop_quit(&trace->loop, 129);
}

static void a_hang_up_is_told(void **state)
{
    struct trace trace = {0};
    (void)state;
    assert_int_equal(pipe(trace.pipe), 0);
    loop_watch(&trace.loop, trace.pipe[0], POLLIN, on_hang_up, &trace);
    close(trace.pipe[1]);
    assert_int_equal(loop_run(&trace.loop, NULL, NULL), 129);
    loop_fini(&trace.loop);
    close(trace.pipe[0]);
}

static void on_signal(void *data, short events)
{
    struct trace *trace = data;
    (void)events;
    while (signal_next(&trace->signals, &trace->number))
        trace->events++;
    loop_quit(&trace->loop, 128 + trace->number);
}

static void signals_are_events(void **state)
{
    struct trace trace = {0};
    struct err err = ERR_INIT;
    (void)state;
    assert_true(signal_open(&trace.signals, &err));
    loop_watch(&trace.loop, trace.signals.fd, POLLIN, on_signal, &trace);
    kill(getpid(), SIGTERM);
    assert_int_equal(loop_run(&trace.loop, NULL, NULL), 128 + SIGTERM);
    assert_int_equal(trace.events, 1);
    signal_close(&trace.signals);
    loop_fini(&trace.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_round_ends_with_settling),
        cmocka_unit_test(timers_fire_in_their_order_and_forgotten_ones_never),
        cmocka_unit_test(a_watch_forgotten_in_a_callback_is_not_called),
        cmocka_unit_test(a_hang_up_is_told),
        cmocka_unit_test(signals_are_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
