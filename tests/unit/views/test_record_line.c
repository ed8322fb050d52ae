/* SPDX-License-Identifier: MIT */
/* The language of recorded sessions: what is written is read back the same, and nothing else is
 * read. */
#include "tests/test.h"
#include "views/sessions/record_line.h"

#include "base/utf8.h"
#include "views/app.h"
#include "views/contexts.h"

static bool parse(struct arena *arena, const char *line, struct record_line *out)
{
    struct err err = ERR_INIT;
    return record_line_parse(arena, str_from(line), out, &err);
}

static void expect(const char *line, enum record_kind kind, const char *text)
{
    struct arena arena = {0};
    struct record_line out;
    if (!parse(&arena, line, &out))
        fail_msg("%s is not read", line);
    assert_int_equal(out.kind, kind);
    if (text && !str_equal(out.text, str_from(text)))
        fail_msg("%s: «%.*s» instead of «%s»", line, STR_ARG(out.text), text);
    arena_fini(&arena);
}

static void refuse(const char *line, const char *why)
{
    struct arena arena = {0};
    struct record_line out;
    struct err err = ERR_INIT;
    if (record_line_parse(&arena, str_from(line), &out, &err))
        fail_msg("%s is read", line);
    if (!strstr(err.text, why))
        fail_msg("%s: «%s» instead of «%s»", line, err.text, why);
    assert_int_equal(err.code, ERR_DATA);
    arena_fini(&arena);
}

static void each_kind_of_line_is_read(void **state)
{
    (void)state;
    expect("", RECORD_NOTHING, NULL);
    expect("   ", RECORD_NOTHING, NULL);
    expect("# down 3", RECORD_NOTHING, NULL);
    expect("  down 3 ", RECORD_COMMAND, "down 3");
    expect("typed", RECORD_COMMAND, "typed");
    expect("type \"a \\\"b\\\" \\u00e9\"", RECORD_TYPE, "a \"b\" \xC3\xA9");
    expect("paste \"a\\nb\\u001b\"", RECORD_PASTE, "a\nb\033");
    expect("press Ctrl-X g Enter", RECORD_PRESS, "Ctrl-X g Enter");
    expect("wait 250", RECORD_WAIT, NULL);
}

static void what_is_no_line_says_why(void **state)
{
    (void)state;
    refuse("type", "");
    refuse("type abc", "");
    refuse("type 3", "double quotes");
    refuse("type \"a\\u001b\"", "control character");
    refuse("type \"a\" \"b\"", "");
    refuse("press", "names a key");
    refuse("press Nokey", "no key Nokey");
    refuse("wait", "milliseconds");
    refuse("wait -1", "milliseconds");
    refuse("wait 99999999", "milliseconds");
    refuse("down\0333", "control character");
    refuse("down \xFF", "UTF-8");
}

static uint64_t test_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static uint32_t random_point(uint64_t *seed, bool controls)
{
    static const uint32_t limits[] = {0x80, 0x800, 0x3000, 0x110000};
    for (;;) {
        uint32_t point = (uint32_t)(test_random(seed) % limits[test_random(seed) % 4]);
        bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
        if ((point < 0xD800 || point > 0xDFFF) && (controls || !control))
            return point;
    }
}

static void random_text(uint64_t *seed, bool controls, struct buf *out)
{
    size_t count = test_random(seed) % 20 + 1;
    buf_clear(out);
    while (count--) {
        char bytes[4];
        buf_add_bytes(out, bytes, utf8_encode(bytes, random_point(seed, controls)));
    }
}

/* Whatever is typed or pasted. */
static void what_is_written_is_read_back_the_same(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct buf text = {0}, out = {0};
    struct arena arena = {0};
    for (int i = 0; i < 20000; i++) {
        enum record_kind kind = i % 2 ? RECORD_TYPE : RECORD_PASTE;
        struct err err = ERR_INIT;
        struct record_line back;
        random_text(&seed, kind == RECORD_PASTE, &text);
        buf_clear(&out);
        arena_reset(&arena);
        assert_true(
            record_line_format(&out, &(struct record_line){.kind = kind, .text = buf_str(&text)}));
        struct str line = str_take(buf_str(&out), out.len - 1);
        assert_int_equal(str_find_byte(line, '\n'), SIZE_MAX);
        if (!record_line_parse(&arena, line, &back, &err))
            fail_msg("round %d: %.*s: %s", i, STR_ARG(line), err.text);
        assert_int_equal(back.kind, kind);
        assert_true(str_equal(back.text, buf_str(&text)));
    }
    arena_fini(&arena);
    buf_fini(&text);
    buf_fini(&out);
}

static bool written(const char *command)
{
    struct buf out = {0};
    bool ok = record_line_format(
        &out, &(struct record_line){.kind = RECORD_COMMAND, .text = str_from(command)});
    assert_true(ok || out.len == 0);
    buf_fini(&out);
    return ok;
}

static void a_command_that_would_read_as_something_else_is_not_written(void **state)
{
    (void)state;
    assert_true(written("down 3"));
    assert_true(written("table Orders"));
    assert_false(written(""));
    assert_false(written("# table"));
    assert_false(written("type x"));
    assert_false(written("table a\nquit"));
    assert_false(written(" table"));
}

/* A name that the language has for itself could never be replayed. */
static void no_command_has_a_name_of_the_language(void **state)
{
    (void)state;
    for (int i = 0; contexts_nth(i); i++)
        for (const struct command *row = contexts_nth(i)->commands; row->name; row++)
            if (!written(row->name))
                fail_msg("%s in [%s]", row->name, contexts_nth(i)->name);
    for (const struct command *row = app_global_commands(); row->name; row++)
        if (!written(row->name))
            fail_msg("%s", row->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_line_is_read),
        cmocka_unit_test(what_is_no_line_says_why),
        cmocka_unit_test(what_is_written_is_read_back_the_same),
        cmocka_unit_test(a_command_that_would_read_as_something_else_is_not_written),
        cmocka_unit_test(no_command_has_a_name_of_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
