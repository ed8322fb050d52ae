/* SPDX-License-Identifier: MIT */
/* A file appears when it is complete, replaces nothing unasked, and holds what was given to it. */
#include "views/items/export_file.h"

#include "backend/json_in.h"
#include "tests/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
    char folder[64], name[96];
    struct arena arena;
};

static void place_init(struct place *p)
{
    *p = (struct place){.folder = "/tmp/dynascope-export-XXXXXX"};
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->name, sizeof p->name, "%s/out", p->folder);
}

/* Nothing but the file itself may be left. */
static void place_fini(struct place *p)
{
    unlink(p->name);
    arena_fini(&p->arena);
    if (rmdir(p->folder) != 0)
        fail_msg("something is left in %s", p->folder);
}

static struct value item(struct place *p, const char *text)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&p->arena, str_from(text), &err);
    assert_true(json && json_in_item(&bytes, json, false, &err));
    struct value v = value_of(arena_dup(&p->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static void assert_file(struct place *p, const char *wanted)
{
    struct buf text = {0};
    FILE *file = fopen(p->name, "r");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        buf_add_byte(&text, (char)c);
    fclose(file);
    assert_string_equal(buf_cstr(&text), wanted);
    buf_fini(&text);
}

static const struct client_table table = {
    .name = {"T", 1}, .key_count = 1, .keys = {{.name = {"id", 2}, .type = VALUE_S}}};

static void write_items(
    struct place *p, enum export_format format, const char *const *items, const char *wanted)
{
    struct err err = ERR_INIT;
    struct export_file *f = export_file_open(p->name, format, false, &table, &err);
    assert_non_null(f);
    for (; *items; items++)
        assert_true(export_file_add(f, item(p, *items), &err));
    assert_int_equal(access(p->name, F_OK), -1);
    assert_true(export_file_finish(f, &err));
    assert_int_equal(export_file_bytes(f), strlen(wanted));
    export_file_free(f);
    assert_file(p, wanted);
}

static void lines_are_plain_where_that_loses_nothing(void **state)
{
    (void)state;
    struct place p;
    place_init(&p);
    write_items(&p, EXPORT_LINES,
        (const char *[]){
            "{\"id\":\"a\",\"n\":1}", "{\"id\":{\"S\":\"b\"},\"s\":{\"SS\":[\"x\"]}}", NULL},
        "{\"id\":\"a\",\"n\":1}\n{\"id\":{\"S\":\"b\"},\"s\":{\"SS\":[\"x\"]}}\n");
    place_fini(&p);
}

static void typed_lines_are_always_typed(void **state)
{
    (void)state;
    struct place p;
    place_init(&p);
    write_items(&p, EXPORT_TYPED, (const char *[]){"{\"id\":\"a\",\"n\":1}", NULL},
        "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}\n");
    place_fini(&p);
}

static void csv_has_the_key_first_and_quotes_what_needs_it(void **state)
{
    (void)state;
    struct place p;
    place_init(&p);
    write_items(&p, EXPORT_CSV,
        (const char *[]){"{\"a\":\"x,y\",\"id\":\"1\"}",
            "{\"b\":\"say \\\"hi\\\"\",\"id\":\"2\",\"n\":-1.50}",
            "{\"id\":\"two\\nlines\",\"list\":[1,\"z\"],\"yes\":true}",
            "{\"id\":{\"S\":\"\"},\"set\":{\"NS\":[\"1\"]},\"bin\":{\"B\":\"AQI=\"}}", NULL},
        "id,a,b,n,list,yes,bin,set\r\n"
        "1,\"x,y\",,,,,,\r\n"
        "2,,\"say \"\"hi\"\"\",-1.5,,,,\r\n"
        "\"two\nlines\",,,,\"[1,\"\"z\"\"]\",true,,\r\n"
        "\"\",,,,,,AQI=,\"{\"\"NS\"\":[\"\"1\"\"]}\"\r\n");
    place_fini(&p);
}

static void a_file_that_is_there_is_not_replaced_unasked(void **state)
{
    (void)state;
    struct place p;
    struct err err = ERR_INIT;
    place_init(&p);
    assert_true(export_text(p.name, STR("mine"), false, &err));
    assert_null(export_file_open(p.name, EXPORT_LINES, false, &table, &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_file(&p, "mine");
    err = ERR_INIT;
    assert_true(export_text(p.name, STR("new"), true, &err));
    assert_file(&p, "new");
    place_fini(&p);
}

static void one_that_comes_meanwhile_is_not_replaced_either(void **state)
{
    (void)state;
    struct place p;
    struct err err = ERR_INIT;
    place_init(&p);
    struct export_file *f = export_file_open(p.name, EXPORT_LINES, false, &table, &err);
    assert_non_null(f);
    assert_true(export_file_add(f, item(&p, "{\"id\":\"a\"}"), &err));
    FILE *theirs = fopen(p.name, "w");
    fputs("theirs", theirs);
    fclose(theirs);
    assert_false(export_file_finish(f, &err));
    export_file_free(f);
    assert_file(&p, "theirs");
    place_fini(&p);
}

static void what_is_not_finished_leaves_nothing(void **state)
{
    (void)state;
    struct place p;
    struct err err = ERR_INIT;
    place_init(&p);
    for (int format = EXPORT_LINES; format <= EXPORT_CSV; format++) {
        struct export_file *f =
            export_file_open(p.name, (enum export_format)format, false, &table, &err);
        assert_non_null(f);
        assert_true(export_file_add(f, item(&p, "{\"id\":\"a\"}"), &err));
        export_file_free(f);
        assert_int_equal(access(p.name, F_OK), -1);
    }
    place_fini(&p);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_false(export_text("/nowhere/at all", STR("x"), false, &err));
    assert_int_equal(err.code, ERR_FILE);
    err = ERR_INIT;
    assert_false(export_text("", STR("x"), false, &err));
    assert_int_equal(err.code, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_plain_where_that_loses_nothing),
        cmocka_unit_test(typed_lines_are_always_typed),
        cmocka_unit_test(csv_has_the_key_first_and_quotes_what_needs_it),
        cmocka_unit_test(a_file_that_is_there_is_not_replaced_unasked),
        cmocka_unit_test(one_that_comes_meanwhile_is_not_replaced_either),
        cmocka_unit_test(what_is_not_finished_leaves_nothing),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
