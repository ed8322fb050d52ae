/* SPDX-License-Identifier: MIT */
/* The versions of an item, read from the streams of its table. */
#include "tests/unit/views/things.h"
#include "views/changes/versions.h"

static void call(struct things *t, const char *operation, const char *body)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    if (!client_call(&t->client, str_from(operation), str_from(body), &reply, &err))
        fail_msg("%s: %s", operation, err.text);
    ddb_reply_fini(&reply);
}

static void set_stream(struct things *t, const char *view)
{
    char body[200];
    struct err err = ERR_INIT;
    snprintf(body, sizeof body,
        "{\"TableName\":\"Things\",\"StreamSpecification\":{\"StreamEnabled\":%s%s%s%s}}",
        view ? "true" : "false", view ? ",\"StreamViewType\":\"" : "", view ? view : "",
        view ? "\"" : "");
    call(t, "UpdateTable", body);
    assert_true(client_describe_keys(&t->client, &t->arena, STR("Things"), &t->table, &err));
}

static struct versions read_versions(struct things *t, bool *stream)
{
    struct versions v;
    struct err err = ERR_INIT;
    assert_true(
        versions_read(&t->client, &t->table, things_item(t, "{\"id\":\"a\"}"), &v, stream, &err));
    return v;
}

static void expect_new(struct things *t, const struct version *v, const char *plain)
{
    assert_true(v->has_new);
    if (plain)
        assert_true(value_equal(value_of(buf_str(&v->new)), things_item(t, plain)));
    else
        assert_int_equal(v->new.len, 0);
}

static void a_table_without_a_stream_has_none(void **state)
{
    (void)state;
    struct things t;
    bool stream = true;
    things_open(&t);
    things_put(&t, "{\"id\":\"a\"}");
    struct versions v = read_versions(&t, &stream);
    assert_false(stream);
    assert_int_equal(v.count, 0);
    assert_false(versions_recoverable(&t.client, STR("Things")));
    call(&t, "UpdateContinuousBackups",
        "{\"TableName\":\"Things\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
    assert_true(versions_recoverable(&t.client, STR("Things")));
    versions_fini(&v);
    things_close(&t);
}

static void what_an_item_was_is_told_from_the_oldest_record_on(void **state)
{
    (void)state;
    struct things t;
    struct err err = ERR_INIT;
    bool stream;
    things_open(&t);
    things_put(&t, "{\"id\":\"a\",\"n\":0}");
    set_stream(&t, "NEW_AND_OLD_IMAGES");
    things_put(&t, "{\"id\":\"a\",\"n\":1}");
    things_put(&t, "{\"id\":\"b\",\"n\":1}");
    assert_true(
        client_delete(&t.client, STR("Things"), things_item(&t, "{\"id\":\"a\"}"), NULL, &err));
    struct versions v = read_versions(&t, &stream);
    assert_true(stream);
    assert_int_equal(v.records, 3);
    assert_int_equal(v.count, 3);
    assert_true(v.list[0].before);
    expect_new(&t, &v.list[0], "{\"id\":\"a\",\"n\":0}");
    expect_new(&t, &v.list[1], "{\"id\":\"a\",\"n\":1}");
    assert_string_equal(buf_cstr(&v.list[2].event), "REMOVE");
    expect_new(&t, &v.list[2], NULL);
    versions_fini(&v);
    things_close(&t);
}

static void streams_that_were_turned_off_are_read_too(void **state)
{
    (void)state;
    struct things t;
    bool stream;
    things_open(&t);
    set_stream(&t, "NEW_IMAGE");
    things_put(&t, "{\"id\":\"a\",\"n\":1}");
    set_stream(&t, NULL);
    things_put(&t, "{\"id\":\"a\",\"n\":2}");
    struct versions v = read_versions(&t, &stream);
    assert_true(stream);
    assert_int_equal(v.count, 1);
    versions_fini(&v);
    set_stream(&t, "KEYS_ONLY");
    things_put(&t, "{\"id\":\"a\",\"n\":3}");
    v = read_versions(&t, &stream);
    assert_int_equal(v.count, 2);
    expect_new(&t, &v.list[0], "{\"id\":\"a\",\"n\":1}");
    assert_false(v.list[1].has_new); /* only that it was */
    versions_fini(&v);
    things_close(&t);
}

static void of_very_many_the_newest_are_kept(void **state)
{
    (void)state;
    enum { WRITES = 1100 };
    struct things t;
    bool stream;
    char text[64];
    things_open(&t);
    set_stream(&t, "NEW_IMAGE");
    for (int i = 0; i < WRITES; i++) {
        snprintf(text, sizeof text, "{\"id\":\"a\",\"n\":%d}", i);
        things_put(&t, text);
    }
    struct versions v = read_versions(&t, &stream);
    assert_int_equal(v.count + v.left_out, WRITES);
    assert_true(v.left_out > 0);
    expect_new(&t, &v.list[v.count - 1], text);
    versions_fini(&v);
    things_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_without_a_stream_has_none),
        cmocka_unit_test(what_an_item_was_is_told_from_the_oldest_record_on),
        cmocka_unit_test(streams_that_were_turned_off_are_read_too),
        cmocka_unit_test(of_very_many_the_newest_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
