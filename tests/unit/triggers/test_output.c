/* SPDX-License-Identifier: MIT */
/* What functions print, line by line, and bounded. */
#include "backend/triggers/output.h"
#include "tests/test.h"

#include <fcntl.h>
#include <unistd.h>

static void expect(const struct output *o, const char *text)
{
    assert_int_equal(output_tail(o).len, strlen(text));
    assert_memory_equal(output_tail(o).at, text, strlen(text));
}

static void a_line_is_kept_when_it_ends(void **state)
{
    (void)state;
    struct output o = {0};
    output_take(&o, STR("on"));
    expect(&o, "");
    output_take(&o, STR("e\ntw"));
    expect(&o, "one\n");
    output_end(&o);
    expect(&o, "one\ntw\n");
    output_fini(&o);
}

static void carriage_returns_within_a_line_are_its_lines(void **state)
{
    (void)state;
    struct output o = {0};
    output_take(&o, STR("a\rb\r\nc\r\n\r\n"));
    expect(&o, "a\nb\r\nc\r\n\r\n");
    output_fini(&o);
}

static void a_line_without_end_is_cut(void **state)
{
    (void)state;
    struct output o = {0};
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < 1000; i++)
        output_take(&o, (struct str){piece, sizeof piece});
    assert_int_equal(o.line.len, 1000000 % OUTPUT_LINE_MOST);
    assert_int_equal(o.bytes, 1000000 / OUTPUT_LINE_MOST * OUTPUT_LINE_MOST);
    assert_int_equal(output_tail(&o).len, OUTPUT_TAIL);
    output_fini(&o);
}

static void what_is_too_much_is_counted(void **state)
{
    (void)state;
    struct output o = {0};
    char line[1024];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < (OUTPUT_MOST / 1024) + 3; i++)
        output_take(&o, (struct str){line, sizeof line});
    output_say(&o, "ours\n");
    output_end(&o);
    struct str tail = output_tail(&o);
    assert_true(str_ends(tail, STR("ours\n… output dropped: 3072 bytes\n")));
    output_begin(&o);
    output_take(&o, STR("again\n"));
    expect(&o, "again\n");
    output_fini(&o);
}

static void a_pipe_is_read_until_it_is_empty(void **state)
{
    (void)state;
    struct output o = {0};
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], "a\nb", 3), 3);
    assert_true(output_drain(&o, ends[0]));
    close(ends[1]);
    assert_false(output_drain(&o, ends[0]));
    output_end(&o);
    expect(&o, "a\nb\n");
    close(ends[0]);
    output_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_kept_when_it_ends),
        cmocka_unit_test(carriage_returns_within_a_line_are_its_lines),
        cmocka_unit_test(a_line_without_end_is_cut),
        cmocka_unit_test(what_is_too_much_is_counted),
        cmocka_unit_test(a_pipe_is_read_until_it_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
