/* SPDX-License-Identifier: MIT */
/* Inputs as records: every format, in pieces of every size, good and bad. */
#include "backend/json_out.h"
#include "tests/test.h"
#include "views/cli/records.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

struct feeder {
    int fd;
    struct str text;
    size_t piece;
};

static void *feed(void *context)
{
    struct feeder *f = context;
    for (size_t at = 0; at < f->text.len;) {
        size_t n = f->text.len - at < f->piece ? f->text.len - at : f->piece;
        ssize_t written = write(f->fd, f->text.at + at, n);
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    close(f->fd);
    return NULL;
}

/* All records as text: items as typed JSON, bad ones as "bad LINE", the end as "end" or "failed".
 */
static void read_all(struct str text, const struct records_options *options,
    const struct client_table *schema, size_t piece, struct buf *out)
{
    int ends[2];
    pthread_t thread;
    struct input in = {.name = "t", .line = 1};
    struct records r;
    struct record record;
    struct buf item = {0};
    struct err err = ERR_INIT;
    assert_int_equal(pipe(ends), 0);
    struct feeder feeder = {ends[1], text, piece};
    assert_int_equal(pthread_create(&thread, NULL, feed, &feeder), 0);
    in.fd = ends[0];
    if (!records_open(&r, &in, options, schema, &err)) {
        buf_printf(out, "refused: %s", err.text);
    } else {
        for (bool more = true; more;) {
            err = ERR_INIT;
            switch (records_next(&r, &record, &item, &err)) {
            case RECORDS_ITEM:
                json_out_typed_item(out, value_of(buf_str(&item)));
                break;
            case RECORDS_BAD:
                buf_printf(out, "bad %d", (int)record.place.line);
                break;
            case RECORDS_END:
                buf_add(out, STR("end"));
                more = false;
                break;
            case RECORDS_FAILED:
                buf_add(out, STR("failed"));
                more = false;
            }
            buf_add_byte(out, ' ');
        }
    }
    /* the feeder may still be writing what nobody wants */
    input_close(&in);
    pthread_join(thread, NULL);
    records_close(&r);
    buf_fini(&item);
}

static void assert_records(struct str text, const struct records_options *options,
    const struct client_table *schema, const char *expected)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 100000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf out = {0};
        read_all(text, options, schema, pieces[i], &out);
        assert_string_equal(buf_cstr(&out), expected);
        buf_fini(&out);
    }
}

static const struct records_options automatic = {0};

static void lines_of_json_are_records(void **state)
{
    (void)state;
    assert_records(STR("{\"a\":1}\n\n  {\"a\":\"x\\ny\"}  \r\n{\"Item\":{\"a\":{\"N\":\"3\"}}}"),
        &automatic, NULL,
        "{\"a\":{\"N\":\"1\"}} {\"a\":{\"S\":\"x\\ny\"}} {\"a\":{\"N\":\"3\"}} end ");
    assert_records(STR(""), &automatic, NULL, "end ");
    assert_records(STR("\n \n"), &automatic, NULL, "end ");
}

static void a_bad_line_does_not_disturb_the_next(void **state)
{
    (void)state;
    assert_records(STR("{\"a\":1}\n{\"a\":\n{\"a\":2}}\n[1]\n\"x\n{\"b\":3}\n"), &automatic, NULL,
        "{\"a\":{\"N\":\"1\"}} bad 2 bad 3 bad 4 bad 5 {\"b\":{\"N\":\"3\"}} end ");
}

static void members_of_an_array_are_records(void **state)
{
    (void)state;
    assert_records(STR("[{\"a\":\"]}\\\"\"},\n{\"a\":[[1],{}]} , 5, [\"x\"], {\"b\":nul},{}]\n"),
        &automatic, NULL,
        "{\"a\":{\"S\":\"]}\\\"\"}} {\"a\":{\"L\":[{\"L\":[{\"N\":\"1\"}]},{\"M\":{}}]}} bad 2 bad "
        "2 "
        "bad 2 {} end ");
    assert_records(STR("[]"), &automatic, NULL, "end ");
    assert_records(STR("[{\"a\":1}][{\"a\":2}]"), &automatic, NULL,
        "{\"a\":{\"N\":\"1\"}} {\"a\":{\"N\":\"2\"}} end ");
}

static void an_array_that_is_cut_off_is_told(void **state)
{
    (void)state;
    assert_records(STR("[{\"a\":1},"), &automatic, NULL, "{\"a\":{\"N\":\"1\"}} failed ");
    assert_records(STR("[{\"a\":1},{\"a\":"), &automatic, NULL, "{\"a\":{\"N\":\"1\"}} failed ");
    assert_records(STR("[{\"a\":1}}"), &automatic, NULL, "{\"a\":{\"N\":\"1\"}} failed ");
}

static void values_may_span_lines(void **state)
{
    (void)state;
    assert_records(STR("{\n \"a\": 1\n}\n{\n \"a\": 2\n}"), &automatic, NULL,
        "{\"a\":{\"N\":\"1\"}} {\"a\":{\"N\":\"2\"}} end ");
}

static void an_array_is_found_inside_a_document(void **state)
{
    (void)state;
    struct records_options options = {.path = STR("x.rows")};
    assert_records(
        STR("{\"y\":{\"rows\":[{\"n\":0}]},\"s\":\"\\\"rows\\\":[\",\"x\":{\"a\":[],\"rows\":"
            "[{\"a\":1},{\"a\":2}]},\"then\":nonsense"),
        &options, NULL, "{\"a\":{\"N\":\"1\"}} {\"a\":{\"N\":\"2\"}} end ");
    assert_records(
        STR("{\"x\":{}}"), &options, NULL, "refused: t:1: --path x.rows: rows is not there");
    assert_records(STR("{\"x\":{\"rows\":{}}}"), &options, NULL,
        "refused: t:1: --path x.rows: x.rows is no array");
    assert_records(STR("[1]"), &options, NULL,
        "refused: t:1: --path x.rows: x is looked for in what is no object");
    assert_records(STR("{\"x\" 1}"), &options, NULL,
        "refused: t:1: the JSON around the items is malformed here");
}

static void members_of_an_object_are_records(void **state)
{
    (void)state;
    struct records_options options = {.members = true};
    assert_records(STR("{\"a\":{\"x\":1}, \"b\":{},\n\"c\":7}"), &options, NULL,
        "{\"x\":{\"N\":\"1\"}} {} bad 2 end ");
    assert_records(STR("{\"a\":{}"), &options, NULL, "{} failed ");
    assert_records(STR("{\"a\":{},5:{}}"), &options, NULL, "{} failed ");
}

static void csv_is_read_as_the_standard_says(void **state)
{
    (void)state;
    assert_records(STR("a,b\r\n\"x\ny\",\"\"\"q\"\"\"\r\n\r\n\"c,d\",e\"f\r\nlast,"), &automatic,
        NULL,
        "{\"a\":{\"S\":\"x\\ny\"},\"b\":{\"S\":\"\\\"q\\\"\"}} {\"a\":{\"S\":\"c,d\"},\"b\":{\"S\":"
        "\"e\\\"f\"}} {\"a\":{\"S\":\"last\"}} end ");
}

static void csv_records_that_do_not_fit_are_bad(void **state)
{
    (void)state;
    assert_records(STR("a,b\n1,2,3\n1\n\"x\"y,2\n1,2\n"), &automatic, NULL,
        "bad 2 bad 3 bad 4 {\"a\":{\"N\":\"1\"},\"b\":{\"N\":\"2\"}} end ");
    assert_records(STR("a,b\n1,\"2\n3,4\n"), &automatic, NULL, "failed ");
}

static void a_column_holds_numbers_only_where_nothing_is_lost(void **state)
{
    (void)state;
    assert_records(STR("n,zip,v\n1,04109,1e5\n-2.5,10115,+1\n0,1,1.10\n"), &automatic, NULL,
        "{\"n\":{\"N\":\"1\"},\"v\":{\"S\":\"1e5\"},\"zip\":{\"S\":\"04109\"}} "
        "{\"n\":{\"N\":\"-2.5\"},\"v\":{\"S\":\"+1\"},\"zip\":{\"S\":\"10115\"}} "
        "{\"n\":{\"N\":\"0\"},\"v\":{\"S\":\"1.10\"},\"zip\":{\"S\":\"1\"}} end ");
}

static void types_come_from_the_options_and_the_schema(void **state)
{
    (void)state;
    struct records_options options = {
        .types = STR("b=BOOL, j=JSON"), .empty = RECORDS_NULL, .format = RECORDS_CSV};
    struct client_table schema = {.key_count = 1, .keys = {{.name = STR("id"), .type = VALUE_S}}};
    assert_records(STR("id,b,j\n7,TRUE,[1]\n8,0,\n9,?,1\n"), &options, &schema,
        "{\"b\":{\"BOOL\":true},\"id\":{\"S\":\"7\"},\"j\":{\"L\":[{\"N\":\"1\"}]}} "
        "{\"b\":{\"BOOL\":false},\"id\":{\"S\":\"8\"},\"j\":{\"NULL\":true}} bad 4 end ");
    options.types = STR("x=S");
    assert_records(STR("id\n1\n"), &options, NULL, "refused: --types: there is no column x");
    options.types = STR("id");
    assert_records(STR("id\n1\n"), &options, NULL,
        "refused: --types id: write COLUMN=TYPE with S, N, B, BOOL or JSON");
}

static void tabs_and_missing_headers(void **state)
{
    (void)state;
    struct records_options options = {.no_header = true};
    assert_records(STR("a\tb\nc\td\n"), &options, NULL,
        "{\"c1\":{\"S\":\"a\"},\"c2\":{\"S\":\"b\"}} {\"c1\":{\"S\":\"c\"},\"c2\":{\"S\":\"d\"}} "
        "end ");
    assert_records(STR("a,a\n1,2\n"), &automatic, NULL, "refused: t: two columns are called a");
}

static void what_is_packed_or_encoded_otherwise_is_named(void **state)
{
    (void)state;
    struct buf out = {0};
    read_all(STR("\x1f\x8b\x08"), &automatic, NULL, 3, &out);
    assert_non_null(strstr(buf_cstr(&out), "zcat"));
    buf_clear(&out);
    read_all(STR("\xff\xfe{"), &automatic, NULL, 3, &out);
    assert_non_null(strstr(buf_cstr(&out), "iconv"));
    buf_fini(&out);
    assert_records(STR("\xef\xbb\xbf{\"a\":1}"), &automatic, NULL, "{\"a\":{\"N\":\"1\"}} end ");
}

/* The records of a file from a place on; their places, and the place behind each. */
struct places {
    int count;
    struct records_place at[16], behind[16];
};

static void read_places(const char *name, const struct records_options *options,
    const struct records_place *from, struct places *out)
{
    struct input in;
    struct records r;
    struct record record;
    struct buf item = {0};
    struct err err = ERR_INIT;
    out->count = 0;
    assert_true(input_open(&in, name, NULL, &err));
    assert_true(records_open(&r, &in, options, NULL, &err));
    if (from)
        assert_true(records_resume(&r, from, &err));
    while (records_next(&r, &record, &item, &err) != RECORDS_END) {
        assert_in_range(out->count, 0, 15);
        out->at[out->count] = record.place;
        out->behind[out->count++] = r.place;
    }
    input_close(&in);
    records_close(&r);
    buf_fini(&item);
}

static void assert_rest(const struct places *all, int skip, const struct places *rest)
{
    assert_int_equal(rest->count, all->count - skip);
    for (int i = 0; i < rest->count; i++) {
        assert_int_equal(rest->at[i].offset, all->at[i + skip].offset);
        assert_int_equal(rest->at[i].line, all->at[i + skip].line);
        assert_int_equal(rest->at[i].index, all->at[i + skip].index);
    }
}

/* Going on at or behind any record gives the same rest as reading through. */
static void check_every_place(const char *text, const struct records_options *options)
{
    char name[] = "/tmp/dynascope-records-XXXXXX";
    struct places all, rest;
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    read_places(name, options, NULL, &all);
    assert_true(all.count > 2);
    for (int i = 0; i < all.count; i++) {
        assert_int_equal(all.at[i].index, i);
        read_places(name, options, &all.at[i], &rest);
        assert_rest(&all, i, &rest);
        read_places(name, options, &all.behind[i], &rest);
        assert_rest(&all, i + 1, &rest);
    }
    unlink(name);
}

static void reading_can_go_on_at_every_record(void **state)
{
    (void)state;
    check_every_place("{\"a\":1}\n\n{\"a\":2}\nbad\n{\"a\":3}\n", &automatic);
    check_every_place("[ {\"a\":1},\n{\"a\":2} , 7,{\"a\":3} ]", &automatic);
    check_every_place("a,b\n1,2\n\"x\ny\",3\n\n4,5\n", &automatic);
    struct records_options path = {.path = STR("r")};
    check_every_place("{\"q\":[],\"r\":[{\"a\":1},{\"a\":2},{}]}", &path);
    struct records_options members = {.members = true};
    check_every_place("{\"q\":{}, \"r\":{},\n \"s\" : {}}", &members);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_json_are_records),
        cmocka_unit_test(a_bad_line_does_not_disturb_the_next),
        cmocka_unit_test(members_of_an_array_are_records),
        cmocka_unit_test(an_array_that_is_cut_off_is_told),
        cmocka_unit_test(values_may_span_lines),
        cmocka_unit_test(an_array_is_found_inside_a_document),
        cmocka_unit_test(members_of_an_object_are_records),
        cmocka_unit_test(csv_is_read_as_the_standard_says),
        cmocka_unit_test(csv_records_that_do_not_fit_are_bad),
        cmocka_unit_test(a_column_holds_numbers_only_where_nothing_is_lost),
        cmocka_unit_test(types_come_from_the_options_and_the_schema),
        cmocka_unit_test(tabs_and_missing_headers),
        cmocka_unit_test(what_is_packed_or_encoded_otherwise_is_named),
        cmocka_unit_test(reading_can_go_on_at_every_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
