/* SPDX-License-Identifier: MIT */
/* Lines typed before, in this run and in others. */
#include "tests/test.h"
#include "views/places/history.h"

static int begin(void **state)
{
    static char base[64];
    snprintf(base, sizeof base, "/tmp/dynascope-history.XXXXXX");
    *state = mkdtemp(base);
    return setenv("XDG_STATE_HOME", base, 1);
}

static int end(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return system(command);
}

static void assert_lines(const struct history *h, const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < h->count; i++)
        buf_printf(&out, "%s%.*s%s%.*s", i ? "|" : "", STR_ARG(buf_str(&h->lines[i].of)),
            h->lines[i].of.len ? ":" : "", STR_ARG(buf_str(&h->lines[i].text)));
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void add(struct history *h, const char *line)
{
    history_add(h, STR_NONE, str_from(line));
}

static void assert_recalled(const struct history *h, const char *of, int age, const char *expected)
{
    struct buf out = {0};
    bool found = history_recall(h, str_from(of), age, STR_NONE, &out);
    assert_int_equal(found, expected != NULL);
    assert_string_equal(buf_cstr(&out), expected ? expected : "");
    buf_fini(&out);
}

static void lines_of_the_last_run_are_there_in_the_next(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct history h, next, other;
    history_open(&h, memory, "commands");
    add(&h, "table Orders");
    add(&h, "set mouse on \x1b[31m \"quoted\" \xe2\x80\xae");
    history_add(&h, STR("Orders"), STR("status = \"NEW\"\nand more"));
    add(&h, "table Orders");
    history_open(&next, memory, "commands");
    assert_lines(&next, "set mouse on \x1b[31m \"quoted\" \xe2\x80\xae|"
                        "Orders:status = \"NEW\"\nand more|table Orders");
    history_open(&other, memory, "filters");
    assert_lines(&other, "");
    history_fini(&h);
    history_fini(&next);
    memory_free(memory);
}

static void a_line_that_comes_again_is_the_newest_once(void **state)
{
    (void)state;
    struct history h = {0};
    add(&h, "a");
    add(&h, "b");
    add(&h, "a");
    add(&h, "a");
    add(&h, "");
    assert_lines(&h, "b|a");
    history_fini(&h);
}

static void lines_are_recalled_by_what_they_are_about(void **state)
{
    (void)state;
    struct history h = {0};
    struct buf out = {0};
    history_add(&h, STR("Orders"), STR("amount > 1"));
    history_add(&h, STR("Users"), STR("age > 1"));
    history_add(&h, STR("Orders"), STR("Status = 2"));
    assert_recalled(&h, "Orders", 1, "Status = 2");
    assert_recalled(&h, "Orders", 2, "amount > 1");
    assert_recalled(&h, "Orders", 3, NULL);
    assert_recalled(&h, "", 1, NULL);
    assert_true(history_recall(&h, STR("Orders"), 1, STR("am"), &out));
    assert_string_equal(buf_cstr(&out), "amount > 1");
    assert_int_equal(history_find(&h, STR("Orders"), 0, STR(">")), 2);
    assert_int_equal(history_find(&h, STR("Orders"), 0, STR("STATUS")), 1);
    assert_int_equal(history_find(&h, STR("Orders"), 1, STR("STATUS")), 0);
    assert_int_equal(history_find(&h, STR("Users"), 0, STR("amount")), 0);
    buf_fini(&out);
    history_fini(&h);
}

static void what_looks_like_a_secret_lasts_for_this_run_only(void **state)
{
    (void)state;
    static const char *const secret[] = {"connect http://me:word@host:8000",
        "connect aws --secret-access-key abc", "set api_key x", "Password = \"x\"",
        " not for others", "key AKIAABCDEFGHIJKLMNOP", "call x Bearer y"};
    static const char *const plain[] = {"connect http://host:8000", "connect aws:prod@eu-west-1",
        "mail = \"me@host\"", "AKIA and no more", "http://host/a@b"};
    struct memory *memory = memory_open(STR("/a/store"));
    struct history h, next;
    history_open(&h, memory, "commands");
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        add(&h, secret[i]);
    assert_int_equal(h.count, sizeof secret / sizeof *secret);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        add(&h, plain[i]);
    struct buf file = {0}; /* lines that are not read again were not to be written either */
    assert_true(memory_read(memory, "commands", &file));
    static const char *const parts[] = {
        "me:word", "secret", "api_key", "Password", "not for", "AKIAABCD", "Bearer"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_null(strstr(buf_cstr(&file), parts[i]));
    buf_fini(&file);
    history_open(&next, memory, "commands");
    assert_lines(&next, "connect http://host:8000|connect aws:prod@eu-west-1|mail = \"me@host\"|"
                        "AKIA and no more|http://host/a@b");
    history_fini(&h);
    history_fini(&next);
    memory_free(memory);
}

static void the_oldest_go_in_the_run_and_in_the_file(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct history h;
    struct buf text = {0}, line = {0};
    history_open(&h, memory, "commands");
    for (int i = 0; i < 3 * HISTORY_MAX; i++) {
        buf_clear(&line);
        buf_printf(&line, "line %d", i);
        history_add(&h, STR_NONE, buf_str(&line));
    }
    assert_int_equal(h.count, HISTORY_MAX);
    history_fini(&h);
    history_open(&h, memory, "commands"); /* which makes the file anew */
    assert_int_equal(h.count, HISTORY_MAX);
    assert_recalled(&h, "", 1, "line 1499");
    assert_recalled(&h, "", HISTORY_MAX, "line 1000");
    assert_true(memory_read(memory, "commands", &text));
    assert_true(str_starts(buf_str(&text), STR("\"line 1000\"\n")));
    history_fini(&h);
    memory_free(memory);
    buf_fini(&text);
    buf_fini(&line);
}

static void of_a_hostile_file_only_lines_of_a_history_count(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct memory *memory = memory_open(STR("/a/store"));
    struct history h;
    struct buf text = {0};
    buf_add(&text, STR("\"good\"\n\n{\"line\":\"new\",\"of\":\"T\",\"since\":{\"version\":9}}\n"
                       "[1,2]\n{\"line\":7}\n{\"line\":\"x\",\"of\":[]}\n\"half\nnull\n\"\"\n"
                       "\"\xff\xfe\"\n{\"of\":\"T\"}\n\x01\x02\x1b[2J\n\"my secret\"\n\""));
    for (int i = 0; i < HISTORY_LINE_MAX + 1; i++)
        buf_add_byte(&text, 'x');
    buf_add(&text, STR("\"\n\"last\"\n"));
    assert_true(memory_replace(memory, "commands", buf_str(&text), &err));
    history_open(&h, memory, "commands");
    assert_lines(&h, "good|T:new|last");
    history_fini(&h);
    memory_free(memory);
    buf_fini(&text);
}

static void a_file_that_is_far_too_long_keeps_its_newest_lines(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct memory *memory = memory_open(STR("/a/store"));
    struct history h;
    struct buf text = {0};
    for (int i = 0; text.len < 2 * MEMORY_BYTES_MAX; i++)
        buf_printf(&text, "\"line %d\"\n", i);
    buf_add(&text, STR("\"last\"\n"));
    assert_true(memory_replace(memory, "commands", buf_str(&text), &err));
    history_open(&h, memory, "commands");
    assert_int_equal(h.count, HISTORY_MAX);
    assert_recalled(&h, "", 1, "last");
    buf_clear(&text);
    assert_true(memory_read(memory, "commands", &text));
    assert_true(text.len < 16 * HISTORY_MAX);
    add(&h, "added");
    history_fini(&h);
    history_open(&h, memory, "commands");
    assert_recalled(&h, "", 1, "added");
    history_fini(&h);
    memory_free(memory);
    buf_fini(&text);
}

static void two_explorers_keep_the_lines_of_both(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct history one, two;
    history_open(&one, memory, "commands");
    history_open(&two, memory, "commands");
    add(&one, "first");
    add(&two, "second");
    add(&one, "third");
    history_fini(&one);
    history_open(&one, memory, "commands");
    assert_lines(&one, "first|second|third");
    history_fini(&one);
    history_fini(&two);
    memory_free(memory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(lines_of_the_last_run_are_there_in_the_next),
        TEST(a_line_that_comes_again_is_the_newest_once),
        TEST(lines_are_recalled_by_what_they_are_about),
        TEST(what_looks_like_a_secret_lasts_for_this_run_only),
        TEST(the_oldest_go_in_the_run_and_in_the_file),
        TEST(of_a_hostile_file_only_lines_of_a_history_count),
        TEST(a_file_that_is_far_too_long_keeps_its_newest_lines),
        TEST(two_explorers_keep_the_lines_of_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
