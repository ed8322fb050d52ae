/* SPDX-License-Identifier: MIT */
/* The audit itself. */
#include "tests/pty/bytes.h"

#include "tests/test.h"

static void assert_passes(const char *text, size_t colours, size_t wide)
{
    struct bytes_count count;
    struct buf what = {0};
    if (!bytes_check(str_from(text), &count, &what))
        fail_msg("%s", buf_cstr(&what));
    assert_int_equal(count.colours, colours);
    assert_int_equal(count.wide, wide);
    buf_fini(&what);
}

static void assert_stops(const char *text, const char *kind)
{
    struct bytes_count count;
    struct buf what = {0};
    assert_false(bytes_check(str_from(text), &count, &what));
    if (strncmp(buf_cstr(&what), kind, strlen(kind)) != 0)
        fail_msg("\"%s\" is not a %s", buf_cstr(&what), kind);
    buf_fini(&what);
}

static void painting_passes(void **state)
{
    (void)state;
    assert_passes(
        "plain\r\n\033[H\033[2J\033[?1049h\033[?25l\033(B\033[12;3Hx\033[1;7mk\033[0m", 0, 0);
    assert_passes("\033[31mred\033[39;49m\033[1;38;5;208mx\033[48;2;1;2;3m", 3, 0);
    assert_passes("\033[22;0;0t\033]104\007\033]52;c;aGVsbG8=\007", 0, 0);
    assert_passes("caf\303\251 \342\224\200", 0, 2);
}

static void everything_else_is_stopped(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"\033]0;title\007", "escape"}, {"\007", "control"},
        {"\033[6n", "control sequence"}, {"\033[c", "control sequence"},
        {"\033[21t", "control sequence"}, {"\033[>c", "control sequence"}, {"\033[>4m", "private"},
        {"\033P+q\033\\", "escape"}, {"\033]52;c;?\007", "escape"}, {"\033]52;c;YQ==", "escape"},
        {"\033c", "escape"}, {"\x9b", "invalid"},
        {"\302\233"
         "31m",
            "unseen"},
        {"\342\200\256", "unseen"}, {"\342\200\213", "unseen"}, {"\357\273\277", "unseen"},
        {"\177", "unseen"}, {"\033", "escape"}, {"\001", "control"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_stops(cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(painting_passes),
        cmocka_unit_test(everything_else_is_stopped),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
