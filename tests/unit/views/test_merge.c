/* SPDX-License-Identifier: MIT */
/* Several streams in one order. */
#include "views/stream/merge.h"

#include "base/buf.h"
#include "tests/test.h"

#include <stdlib.h>

static void push(struct merge *m, size_t queue, int64_t time_ms, const char *sequence)
{
    struct merge_node *node = calloc(1, sizeof *node);
    node->time_ms = time_ms;
    node->sequence = str_from(sequence);
    merge_push(m, queue, node);
}

/* "1a 2b": times and sequence numbers of all that come now. */
static void expect(struct merge *m, const char *wanted)
{
    struct buf got = {0};
    for (struct merge_node *node; (node = merge_next(m)); free(node))
        buf_printf(&got, "%s%lld:%.*s", got.len ? " " : "", (long long)node->time_ms,
            STR_ARG(node->sequence));
    assert_string_equal(buf_cstr(&got), wanted);
    buf_fini(&got);
}

static void the_oldest_comes_first(void **state)
{
    struct merge m = {0};
    (void)state;
    merge_add(&m);
    merge_add(&m);
    push(&m, 0, 1, "5");
    push(&m, 0, 4, "8");
    push(&m, 1, 2, "6");
    push(&m, 1, 3, "7");
    expect(&m, "1:5 2:6 3:7 4:8");
    merge_fini(&m);
}

static void one_time_is_ordered_by_numbers_not_by_texts(void **state)
{
    struct merge m = {0};
    (void)state;
    merge_add(&m);
    merge_add(&m);
    push(&m, 0, 1, "10");
    push(&m, 1, 1, "9");
    expect(&m, "1:9 1:10");
    merge_fini(&m);
}

static void a_stream_keeps_its_own_order_whatever_its_clock_says(void **state)
{
    struct merge m = {0};
    (void)state;
    merge_add(&m);
    push(&m, 0, 9, "1");
    push(&m, 0, 2, "2");
    expect(&m, "9:1 2:2");
    merge_fini(&m);
}

static void who_is_behind_is_waited_for(void **state)
{
    struct merge m = {0};
    (void)state;
    merge_add(&m);
    merge_add(&m);
    m.queues[1].behind = true;
    push(&m, 0, 5, "1");
    expect(&m, "");
    push(&m, 1, 3, "2");
    expect(&m, "3:2"); /* and it is empty again */
    m.queues[1].behind = false;
    expect(&m, "5:1");
    merge_fini(&m);
}

static void queues_may_be_added_while_others_wait(void **state)
{
    struct merge m = {0};
    (void)state;
    merge_add(&m);
    push(&m, 0, 1, "1");
    for (int i = 0; i < 40; i++)
        merge_add(&m);
    push(&m, 0, 2, "2");
    push(&m, 40, 1, "0");
    expect(&m, "1:0 1:1 2:2");
    push(&m, 40, 7, "7");
    free(merge_take(&m, 40));
    assert_null(merge_take(&m, 40));
    merge_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_comes_first),
        cmocka_unit_test(one_time_is_ordered_by_numbers_not_by_texts),
        cmocka_unit_test(a_stream_keeps_its_own_order_whatever_its_clock_says),
        cmocka_unit_test(who_is_behind_is_waited_for),
        cmocka_unit_test(queues_may_be_added_while_others_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
