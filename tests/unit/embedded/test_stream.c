/* SPDX-License-Identifier: MIT */
/* Stream records: their numbers, their keys, what each view keeps. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/names.h"
#include "backend/embedded/stream.h"

static void a_number_has_one_spelling_of_fixed_width(void **state)
{
    (void)state;
    const uint64_t numbers[] = {0, 1, 9, 10, UINT64_C(1) << 40, UINT64_MAX};
    struct buf text = {0}, last = {0};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint64_t back = 77;
        buf_clear(&text);
        stream_put_sequence(&text, numbers[i]);
        assert_int_equal(text.len, STREAM_SEQUENCE_DIGITS);
        assert_true(stream_parse_sequence(buf_str(&text), &back));
        assert_true(back == numbers[i]);
        assert_true(str_compare(buf_str(&last), buf_str(&text)) < 0); /* order of texts */
        buf_clear(&last);
        buf_add(&last, buf_str(&text));
    }
    const char *bad[] = {"", "1", "00000000000000000001", "000000000000000000001",
        "1000000000000000000001", "10000000000000000000x", "199999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t back;
        assert_false(stream_parse_sequence(str_from(bad[i]), &back));
    }
    buf_fini(&text);
    buf_fini(&last);
}

static void keys_stand_in_order_of_stream_and_number(void **state)
{
    (void)state;
    struct buf last = {0}, key = {0};
    const uint32_t ids[] = {1, 2, 0x3F, 0x40, 0x4000};
    const uint64_t numbers[] = {1, 255, 256, UINT64_MAX};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            buf_clear(&key);
            stream_key(&key, ids[i], numbers[k]);
            assert_true(str_compare(buf_str(&last), buf_str(&key)) < 0);
            buf_clear(&last);
            buf_add(&last, buf_str(&key));
        }
    buf_fini(&last);
    buf_fini(&key);
}

struct taking {
    struct buf *record, *names;
};

static bool take(struct store_txn *txn, void *context, struct err *err)
{
    struct taking *t = context;
    bool found;
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    bool done = c && store_seek(c, STR("\xff"), true, &found, err) && found;
    if (done)
        buf_add(t->record, store_value(c));
    store_cursor_close(c);
    struct str dictionary;
    done = done && names_load(txn, 1, &dictionary, err);
    if (done)
        buf_add(t->names, dictionary);
    return done;
}

/* The last record as the store holds it, and the dictionary that it needs. */
static void take_record(struct bench *b, struct buf *record, struct buf *names)
{
    struct taking t = {record, names};
    struct err err = ERR_INIT;
    assert_true(store_read(((struct engine *)b->backend)->store, take, &t, &err));
}

static void damaged_records_are_refused_not_believed(void **state)
{
    (void)state;
    struct bench b;
    struct buf record = {0}, names = {0};
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    bench_ok(&b, "UpdateTable",
        "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"
        "\"NEW_AND_OLD_IMAGES\"}}");
    bench_ok(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"},\"l\":{\"L\":[]}}"
        "}");
    bench_ok(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"},\"m\":{\"M\":{}}}"
        "}");
    take_record(&b, &record, &names);
    struct stream_record out;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    assert_true(stream_read(&out, &arena, buf_str(&names), buf_str(&record), &err));
    assert_int_equal(out.event, STREAM_MODIFY);
    assert_int_equal(out.time_ms, b.clock.ms);
    assert_int_equal(out.old.count, 3);
    assert_int_equal(out.new.count, 3);
    for (size_t len = 0; len < record.len; len++) {
        err = ERR_INIT;
        assert_false(
            stream_read(&out, &arena, buf_str(&names), str_take(buf_str(&record), len), &err));
        assert_int_equal(err.code, ERR_FILE);
    }
    for (size_t i = 0; i < record.len * 8; i++) {
        record.at[i / 8] = (char)(record.at[i / 8] ^ 1 << i % 8);
        err = ERR_INIT;
        stream_read(&out, &arena, buf_str(&names), buf_str(&record), &err);
        record.at[i / 8] = (char)(record.at[i / 8] ^ 1 << i % 8);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    buf_fini(&record);
    buf_fini(&names);
    bench_fini(&b);
}

static void each_view_keeps_what_it_says(void **state)
{
    (void)state;
    const struct {
        const char *view;
        int old, new;
    } views[] = {{"KEYS_ONLY", 0, 0}, {"NEW_IMAGE", 0, 1}, {"OLD_IMAGE", 1, 0},
        {"NEW_AND_OLD_IMAGES", 1, 1}};
    for (size_t i = 0; i < 4; i++) {
        struct bench b;
        struct buf record = {0}, names = {0};
        char body[200];
        bench_init(&b);
        bench_ok(&b, "CreateTable", BENCH_TABLE);
        snprintf(body, sizeof body,
            "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":true,"
            "\"StreamViewType\":\"%s\"}}",
            views[i].view);
        bench_ok(&b, "UpdateTable", body);
        bench_ok(&b, "PutItem",
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}");
        bench_ok(&b, "UpdateItem",
            "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}},"
            "\"UpdateExpression\":\"ADD n "
            ":n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":\"1\"}}}");
        take_record(&b, &record, &names);
        struct stream_record out;
        struct arena arena = {0};
        struct err err = ERR_INIT;
        assert_true(stream_read(&out, &arena, buf_str(&names), buf_str(&record), &err));
        assert_int_equal(out.old.type == VALUE_M, views[i].old);
        assert_int_equal(out.new.type == VALUE_M, views[i].new);
        assert_int_equal(out.keys.type == VALUE_M, !views[i].old && !views[i].new);
        arena_fini(&arena);
        buf_fini(&record);
        buf_fini(&names);
        bench_fini(&b);
    }
}

static void a_refused_write_leaves_no_record(void **state)
{
    (void)state;
    struct bench b;
    struct err err = ERR_INIT;
    struct store_stat stat;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    bench_ok(&b, "UpdateTable",
        "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"
        "\"KEYS_ONLY\"}}");
    bench_call(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}},"
        "\"ConditionExpression\":\"attribute_exists(p)\"}");
    assert_int_equal(b.reply.status, 400);
    assert_true(store_stat(((struct engine *)b.backend)->store, &stat, &err));
    assert_int_equal(stat.entries[STORE_STREAM], 0);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_one_spelling_of_fixed_width),
        cmocka_unit_test(keys_stand_in_order_of_stream_and_number),
        cmocka_unit_test(damaged_records_are_refused_not_believed),
        cmocka_unit_test(each_view_keeps_what_it_says),
        cmocka_unit_test(a_refused_write_leaves_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
