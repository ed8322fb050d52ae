/* SPDX-License-Identifier: MIT */
/* The INI reader. */
#include "base/conf.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tests/test.h"

#include <unistd.h>

/* What was read, one line a call: "line section|parent|key|value". */
static bool note_entry(void *context, const struct conf_line *line, struct err *err)
{
    if (str_equal(line->value, STR("refuse me")))
        return err_set(err, ERR_CONFIG, "no such value");
    buf_printf(context, "%zu %.*s|%.*s|%.*s|%.*s\n", line->number, STR_ARG(line->section),
        STR_ARG(line->parent), STR_ARG(line->key), STR_ARG(line->value));
    return true;
}

static bool note_section(void *context, const struct conf_line *line, struct err *err)
{
    (void)err;
    buf_printf(context, "%zu [%.*s]\n", line->number, STR_ARG(line->section));
    return true;
}

static void assert_reads(struct str text, const char *want)
{
    struct buf notes = {0};
    struct err err = ERR_INIT;
    struct conf_handler handler = {note_section, note_entry, NULL, &notes};
    if (!conf_parse(text, "file", &handler, &err))
        fail_msg("%s", err.text);
    assert_string_equal(buf_cstr(&notes), want);
    buf_fini(&notes);
}

static void assert_refuses(struct str text, const char *want)
{
    struct buf notes = {0};
    struct err err = ERR_INIT;
    struct conf_handler handler = {NULL, note_entry, NULL, &notes};
    assert_false(conf_parse(text, "file", &handler, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    if (strstr(err.text, want) != err.text)
        fail_msg("\"%s\" does not start with \"%s\"", err.text, want);
    buf_fini(&notes);
}

static void entries_carry_section_line_and_trimmed_sides(void **state)
{
    (void)state;
    assert_reads(STR("top = 1\n\n[ default ]\n  \nregion=eu-west-1  \r\n[profile dev] # mine\n"
                     "output =\tjson\n"),
        "1 ||top|1\n3 [default]\n5 default||region|eu-west-1\n6 [profile dev]\n"
        "7 profile dev||output|json\n");
}

static void only_whole_lines_are_comments(void **state)
{
    (void)state;
    assert_reads(STR("# a = b\n; c = d\n  # e = f\nkey = x # y ; z\nempty =\n"),
        "4 ||key|x # y ; z\n5 ||empty|\n");
}

static void a_value_keeps_signs_quotes_and_any_length(void **state)
{
    (void)state;
    assert_reads(STR("k = a=b==\nq = \"two words\"\n"), "1 ||k|a=b==\n2 ||q|\"two words\"\n");
    struct buf text = {0}, want = {0};
    buf_add(&text, STR("aws_session_token = "));
    buf_add(&want, STR("1 ||aws_session_token|"));
    for (int i = 0; i < 100000; i++) {
        buf_add_byte(&text, (char)('A' + i % 26));
        buf_add_byte(&want, (char)('A' + i % 26));
    }
    buf_add_byte(&want, '\n');
    assert_reads(buf_str(&text), buf_cstr(&want));
    buf_fini(&text);
    buf_fini(&want);
}

static void indented_lines_belong_to_the_key_above(void **state)
{
    (void)state;
    assert_reads(STR("[services local]\ndynamodb =\n  endpoint_url = http://localhost:8000\n"
                     "# in between\n\tmax = 3\nother = 1\n"),
        "1 [services local]\n2 services local||dynamodb|\n"
        "3 services local|dynamodb|endpoint_url|http://localhost:8000\n"
        "5 services local|dynamodb|max|3\n6 services local||other|1\n");
}

static void below_a_key_with_a_value_an_indented_line_goes_on_with_it(void **state)
{
    (void)state;
    assert_reads(
        STR("process = run\n   --with a=b\n"), "1 ||process|run\n2 |process||--with a=b\n");
}

static void a_whole_section_may_be_indented(void **state)
{
    (void)state;
    assert_reads(STR("[theme]\n  accent = blue\n  key = red\n"),
        "1 [theme]\n2 theme||accent|blue\n3 theme||key|red\n");
}

static void signs_can_be_keys(void **state)
{
    (void)state;
    assert_reads(STR("= = equal\n[ = open\n] = close\n=x = y\n== = two\n"),
        "1 ||=|equal\n2 ||[|open\n3 ||]|close\n4 ||=x|y\n5 ||=|= two\n");
}

static void odd_ends_of_texts_are_read(void **state)
{
    (void)state;
    assert_reads(STR_NONE, "");
    assert_reads(STR("\n\n\n"), "");
    assert_reads(STR("\xEF\xBB\xBF[a]\nk=v"), "1 [a]\n2 a||k|v\n");
}

static void malformed_lines_are_named_with_file_and_line(void **state)
{
    (void)state;
    assert_refuses(STR("a = 1\nnonsense\n"), "file:2: expected key = value");
    assert_refuses(STR("[]\n"), "file:1: a section needs a name");
    assert_refuses(STR("[open\n"), "file:1: expected key = value");
    assert_refuses(STR("k =\n  nonsense\n"), "file:2: expected key = value below");
    assert_refuses(STR("k = a\033[2Jb\n"), "file:1: a control character");
    assert_refuses(STR("k = a\0b\n"), "file:1: a control character");
    assert_refuses(STR("=\n"), "file:1: expected key = value");
}

static void what_a_format_refuses_gets_file_and_line_too(void **state)
{
    (void)state;
    assert_refuses(STR("a = 1\n\nb = refuse me\n"), "file:3: no such value");
}

static bool note_other(void *context, const struct conf_line *line, struct err *err)
{
    buf_printf(context, "%zu? %.*s: %.8s\n", line->number, STR_ARG(line->value), err->text);
    return !str_equal(line->value, STR("stop"));
}

static void a_format_may_take_other_lines_and_go_on(void **state)
{
    (void)state;
    struct buf notes = {0};
    struct err err = ERR_INIT;
    struct conf_handler handler = {NULL, note_entry, note_other, &notes};
    assert_true(conf_parse(STR("include vim\na = 1\n[]\nb\007\n"), "file", &handler, &err));
    assert_string_equal(buf_cstr(&notes),
        "1? include vim: expected\n2 ||a|1\n3? []: a sectio\n4? b\007: a contro\n");
    assert_int_equal(err.code, ERR_NONE);
    assert_false(conf_parse(STR("stop\na = 1\n"), "file", &handler, &err));
    assert_int_equal(strncmp(err.text, "file:1: ", 8), 0);
    buf_fini(&notes);
}

static void section_names_come_without_kind_and_quotes(void **state)
{
    (void)state;
    struct str name;
    assert_true(conf_section_name(STR("profile dev"), "profile", &name));
    assert_true(str_equal(name, STR("dev")));
    assert_true(conf_section_name(STR("profile  \"two words\""), "profile", &name));
    assert_true(str_equal(name, STR("two words")));
    assert_false(conf_section_name(STR("profile"), "profile", &name));
    assert_false(conf_section_name(STR("profile \"\""), "profile", &name));
    assert_false(conf_section_name(STR("profiles x"), "profile", &name));
    assert_false(conf_section_name(STR("default"), "profile", &name));
}

static void yes_and_no_have_their_usual_spellings(void **state)
{
    (void)state;
    static const char *const yes[] = {"yes", "TRUE", "On", "1"};
    static const char *const no[] = {"no", "False", "OFF", "0"};
    struct err err = ERR_INIT;
    bool value;
    for (int i = 0; i < 4; i++) {
        assert_true(conf_to_bool(str_from(yes[i]), &value, &err) && value);
        assert_true(conf_to_bool(str_from(no[i]), &value, &err) && !value);
    }
    assert_false(conf_to_bool(STR("maybe"), &value, &err));
    assert_int_equal(err.code, ERR_CONFIG);
}

static void files_are_read_whole_or_refused_by_name(void **state)
{
    (void)state;
    char path[] = "/tmp/test_conf.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a = 1\n", 6), 6);
    struct buf notes = {0};
    struct err err = ERR_INIT;
    struct conf_handler handler = {note_section, note_entry, NULL, &notes};
    assert_true(conf_load(path, &handler, &err));
    assert_string_equal(buf_cstr(&notes), "1 ||a|1\n");
    assert_int_equal(ftruncate(fd, 5 << 20), 0);
    assert_false(conf_load(path, &handler, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    unlink(path);
    close(fd);
    assert_false(conf_load(path, &handler, &err));
    assert_int_equal(err.code, ERR_NO_INPUT);
    assert_non_null(strstr(err.text, path));
    assert_false(conf_load("/tmp", &handler, &err));
    assert_int_equal(err.code, ERR_FILE);
    buf_fini(&notes);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Whatever the bytes are: no crash, slices inside the text, lines counted right. */
static bool check_bounds(void *context, const struct conf_line *line, struct err *err)
{
    (void)err;
    const struct str *text = context;
    const struct str parts[] = {line->section, line->parent, line->key, line->value};
    for (int i = 0; i < 4; i++)
        if (parts[i].len)
            assert_true(
                parts[i].at >= text->at && parts[i].at + parts[i].len <= text->at + text->len);
    size_t lines = 1;
    const char *at = line->value.at ? line->value.at : text->at;
    for (const char *c = text->at; line->value.len && c < at; c++)
        lines += *c == '\n';
    if (line->value.len)
        assert_int_equal(lines, line->number);
    return true;
}

static void any_bytes_are_read_or_refused_within_their_bounds(void **state)
{
    (void)state;
    static const char alphabet[] = "ab =[]#;\n\n \t\r\"'\x01\xC3";
    uint64_t seed = 42;
    for (int round = 0; round < 50000; round++) {
        size_t len = next_random(&seed) % 48;
        char *bytes = mem_alloc(len); /* of its own, so that a sanitizer sees the end */
        for (size_t i = 0; i < len; i++)
            bytes[i] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        struct str text = {bytes, len};
        struct err err = ERR_INIT;
        conf_parse(
            text, "f", &(struct conf_handler){NULL, check_bounds, check_bounds, &text}, &err);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_carry_section_line_and_trimmed_sides),
        cmocka_unit_test(only_whole_lines_are_comments),
        cmocka_unit_test(a_value_keeps_signs_quotes_and_any_length),
        cmocka_unit_test(indented_lines_belong_to_the_key_above),
        cmocka_unit_test(below_a_key_with_a_value_an_indented_line_goes_on_with_it),
        cmocka_unit_test(a_whole_section_may_be_indented),
        cmocka_unit_test(signs_can_be_keys),
        cmocka_unit_test(odd_ends_of_texts_are_read),
        cmocka_unit_test(malformed_lines_are_named_with_file_and_line),
        cmocka_unit_test(what_a_format_refuses_gets_file_and_line_too),
        cmocka_unit_test(a_format_may_take_other_lines_and_go_on),
        cmocka_unit_test(section_names_come_without_kind_and_quotes),
        cmocka_unit_test(yes_and_no_have_their_usual_spellings),
        cmocka_unit_test(files_are_read_whole_or_refused_by_name),
        cmocka_unit_test(any_bytes_are_read_or_refused_within_their_bounds),
    };
    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
