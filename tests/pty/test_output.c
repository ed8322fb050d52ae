/* SPDX-License-Identifier: MIT */
/* What reaches the terminal: no byte of the data as a command, no colour or letter unasked, and
 * nothing at all while nothing changes. */
#include "tests/pty/bytes.h"
#include "tests/pty/sample.h"

#include "base/utf8.h"
#include "tests/test.h"

#include <dirent.h>

static const char *program;

static void close_both(struct sample *s, struct term *t)
{
    term_close(t);
    sample_fini(s);
}

/* ---- hostile data ---- */

/* The JSON escapes of all C0 and C1 controls, of what turns or hides text, and of whole sequences.
 */
static void add_hostile(struct buf *out)
{
    static const uint32_t points[] = {0x7F, 0xAD, 0x61C, 0x200B, 0x200D, 0x200E, 0x200F, 0x2028,
        0x2029, 0x202A, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2069, 0xFE0F, 0xFEFF, 0xFFF9,
        0xE001, 0x0301, 0x0301, 0x0301, 0x0301, 0x0301, 0x0301};
    for (unsigned c = 0; c < 0x20; c++)
        buf_printf(out, "\\u%04x", c);
    for (unsigned c = 0x80; c < 0xA0; c++)
        buf_printf(out, "\\u%04x", c);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        buf_printf(out, "\\u%04x", (unsigned)points[i]);
    buf_add(
        out, STR("\\udb40\\udc41\\u001b]0;owned\\u0007\\u001b[6n\\u001b[21t\\u001bP+q\\u001b\\\\"
                 "\\u009b6n\\u001b[?1049l\\u001bc\\u001b[2J"));
}

static void make_hostile_store(struct sample *s)
{
    struct buf body = {0};
    sample_orders(s, 3);
    buf_add(&body, STR("{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\""));
    add_hostile(&body);
    buf_add(&body, STR("\"},\"orderId\":{\"S\":\"hostile\"},\""));
    add_hostile(&body);
    buf_add(&body, STR("\":{\"S\":\""));
    add_hostile(&body);
    buf_add(&body, STR("\"},\"map\":{\"M\":{\""));
    add_hostile(&body);
    buf_add(&body, STR("\":{\"SS\":[\""));
    add_hostile(&body);
    buf_add(&body, STR("\"]}}}}}"));
    free(sample_call(s, "PutItem", buf_cstr(&body)));
    buf_fini(&body);
}

static void assert_clean(struct term *t)
{
    struct bytes_count count;
    struct buf what = {0};
    if (!bytes_check(buf_str(&t->sent), &count, &what))
        fail_msg("%s", buf_cstr(&what));
    buf_fini(&what);
}

static void hostile_values_never_reach_the_terminal_as_commands(void **state)
{
    (void)state;
    static const char *const arguments[] = {"Orders", NULL}, *const env[] = {"EDITOR=true", NULL};
    struct sample s;
    struct term t;
    sample_init(&s, program);
    make_hostile_store(&s);
    sample_open(&s, &t,
        &(struct sample_start){.arguments = arguments, .env = env, .cols = 200, .rows = 50});
    term_expect(&t, "hostile");
    /* every row, every pane that shows a value, the prompt that offers one, messages about it */
    static const char *const keys[] = {TERM_HOME, TERM_ENTER, "q", TERM_DOWN, TERM_ENTER, "q",
        TERM_DOWN, TERM_ENTER, "q", TERM_DOWN, TERM_ENTER, "q", TERM_END, TERM_RIGHT, TERM_RIGHT,
        "c", TERM_ESCAPE, "e", "p", "y", "/hostile\r", TERM_ESCAPE, "D", TERM_ESCAPE};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        term_send(&t, keys[i]);
        term_settle(&t, 60);
        assert_clean(&t);
    }
    assert_true(t.alternate);
    close_both(&s, &t);
}

/* ---- colours, letters ---- */

static struct bytes_count browse(const char *const *env, const char *const *arguments)
{
    struct sample s;
    struct term t;
    struct bytes_count count;
    struct buf what = {0};
    sample_init(&s, program);
    sample_orders(&s, 30);
    free(sample_call(&s, "PutItem",
        "{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{\"S\":"
        "\"O0000\"},\"name\":{\"S\":\"Z\\u00fcrich \\u6771\\u4eac\"},\"ok\":{\"BOOL\":true}}}"));
    sample_open(&s, &t, &(struct sample_start){.env = env, .arguments = arguments});
    term_expect(&t, "O0003");
    static const char *const keys[] = {
        TERM_DOWN, TERM_PAGE_DOWN, TERM_HOME, TERM_ENTER, "q", "?", TERM_ESCAPE, ":", TERM_ESCAPE};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        term_send(&t, keys[i]);
        term_settle(&t, 60);
    }
    if (!bytes_check(buf_str(&t.sent), &count, &what))
        fail_msg("%s", buf_cstr(&what));
    buf_fini(&what);
    close_both(&s, &t);
    return count;
}

static const char *const orders[] = {"Orders", NULL};

static void colours_and_lines_are_there_where_they_can_be(void **state)
{
    (void)state;
    struct bytes_count count = browse(NULL, orders);
    assert_true(count.colours > 0);
    assert_true(count.wide > 0);
}

static void no_color_is_obeyed(void **state)
{
    (void)state;
    struct bytes_count count = browse((const char *const[]){"NO_COLOR=1", NULL}, orders);
    assert_int_equal(count.colours, 0);
    assert_true(count.sequences > 0);
}

static void ascii_means_ascii(void **state)
{
    (void)state;
    struct bytes_count count = browse(NULL, (const char *const[]){"Orders", "--ascii", NULL});
    assert_int_equal(count.wide, 0);
}

static void a_locale_without_unicode_gets_ascii(void **state)
{
    (void)state;
    struct bytes_count count = browse((const char *const[]){"LC_ALL=C", "LANG=C", NULL}, orders);
    assert_int_equal(count.wide, 0);
}

/* ---- silence ---- */

static long wake_ups(pid_t pid)
{
    char path[300], line[200];
    long sum = 0, n;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    assert_non_null(threads);
    for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%d/task/%.100s/status", (int)pid, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
                sum += n;
        if (file)
            fclose(file);
    }
    closedir(threads);
    return sum;
}

static void nothing_is_sent_and_nothing_wakes_while_nothing_changes(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 30);
    sample_open(&s, &t, &(struct sample_start){.arguments = orders});
    term_expect(&t, "O0003");
    term_settle(&t, 1000);
    long before = wake_ups(t.pid);
    assert_int_equal(term_settle(&t, 1000), 0);
    assert_int_equal(wake_ups(t.pid), before);
    close_both(&s, &t);
}

static void changes_by_another_process_appear(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 3);
    sample_open(&s, &t, &(struct sample_start){.arguments = orders});
    term_expect(&t, "O0002");
    free(sample_call(&s, "PutItem",
        "{\"TableName\":\"Orders\",\"Item\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{\"S\":"
        "\"O7777\"}}}"));
    term_expect(&t, "O7777");
    close_both(&s, &t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_values_never_reach_the_terminal_as_commands),
        cmocka_unit_test(colours_and_lines_are_there_where_they_can_be),
        cmocka_unit_test(no_color_is_obeyed),
        cmocka_unit_test(ascii_means_ascii),
        cmocka_unit_test(a_locale_without_unicode_gets_ascii),
        cmocka_unit_test(nothing_is_sent_and_nothing_wakes_while_nothing_changes),
        cmocka_unit_test(changes_by_another_process_appear),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
