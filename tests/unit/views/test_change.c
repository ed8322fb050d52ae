/* SPDX-License-Identifier: MIT */
/* From two versions of an item to a guarded request; tried on an embedded store. */
#include "backend/embedded/embedded.h"
#include "backend/json_in.h"
#include "tests/test.h"
#include "views/change.h"

#include <unistd.h>

struct store {
    char folder[64];
    struct backend *backend;
    struct client client;
    struct client_table table;
    struct arena arena;
};

static void open_store(struct store *s)
{
    struct err err = ERR_INIT;
    struct backend_options options = {.no_sync = true};
    struct ddb_reply reply = {0};
    *s = (struct store){.folder = "/tmp/dynascope-change-XXXXXX"};
    assert_non_null(mkdtemp(s->folder));
    s->backend = embedded_open(s->folder, &options, &err);
    assert_non_null(s->backend);
    s->client = (struct client){.backend = s->backend};
    assert_true(client_call(&s->client, STR("CreateTable"),
        STR("{\"TableName\":\"Things\",\"BillingMode\":\"PAY_PER_REQUEST\","
            "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
            "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}"),
        &reply, &err));
    ddb_reply_fini(&reply);
    assert_true(client_describe(&s->client, &s->arena, STR("Things"), &s->table, &err));
}

static void close_store(struct store *s)
{
    char path[96];
    backend_close(s->backend, NULL);
    arena_fini(&s->arena);
    snprintf(path, sizeof path, "%s/data.mdb", s->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", s->folder);
    unlink(path);
    rmdir(s->folder);
}

static struct value item(struct store *s, const char *plain)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    assert_true(json_in_plain(&bytes, json_parse(&s->arena, str_from(plain), &err), &err));
    struct value v = value_of(arena_dup(&s->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static bool write_change(struct store *s, struct value before, struct value after, struct err *err)
{
    struct change change;
    *err = ERR_INIT;
    return change_build(&s->arena, &s->table, before, after, &change, err) &&
           change_send(&s->client, &s->arena, STR("Things"), &change, err);
}

static struct value now(struct store *s)
{
    struct value out;
    struct err err = ERR_INIT;
    assert_true(
        client_get(&s->client, &s->arena, STR("Things"), item(s, "{\"id\":\"a\"}"), &out, &err));
    return out;
}

static const struct value none;

static void an_item_is_created_changed_and_deleted(void **state)
{
    (void)state;
    struct store s;
    struct err err;
    open_store(&s);
    struct value one = item(&s, "{\"id\":\"a\",\"n\":1,\"old\":true}");
    struct value two = item(&s, "{\"id\":\"a\",\"n\":2,\"new\":[1]}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(value_equal(now(&s), one));
    assert_true(write_change(&s, one, two, &err));
    assert_true(value_equal(now(&s), two));
    assert_true(write_change(&s, two, none, &err));
    assert_int_equal(now(&s).type, VALUE_NONE);
    close_store(&s);
}

static void what_others_changed_is_never_lost(void **state)
{
    (void)state;
    struct store s;
    struct err err;
    open_store(&s);
    struct value one = item(&s, "{\"id\":\"a\",\"n\":1}");
    struct value theirs = item(&s, "{\"id\":\"a\",\"n\":5}");
    assert_true(write_change(&s, none, one, &err));
    assert_false(write_change(&s, none, one, &err)); /* created twice */
    assert_true(change_conflict(&err));
    assert_true(client_put(&s.client, STR("Things"), theirs, NULL, &err));
    assert_false(write_change(&s, one, item(&s, "{\"id\":\"a\",\"n\":2}"), &err));
    assert_true(change_conflict(&err));
    assert_false(write_change(&s, one, none, &err));
    assert_true(change_conflict(&err));
    assert_true(value_equal(now(&s), theirs));
    close_store(&s);
}

static void different_attributes_of_one_item_do_not_conflict(void **state)
{
    (void)state;
    struct store s;
    struct err err;
    open_store(&s);
    struct value one = item(&s, "{\"id\":\"a\",\"mine\":1,\"theirs\":1}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(write_change(&s, one, item(&s, "{\"id\":\"a\",\"mine\":1,\"theirs\":2}"), &err));
    assert_true(write_change(&s, one, item(&s, "{\"id\":\"a\",\"mine\":2,\"theirs\":1}"), &err));
    assert_true(value_equal(now(&s), item(&s, "{\"id\":\"a\",\"mine\":2,\"theirs\":2}")));
    close_store(&s);
}

static void a_deleted_item_does_not_come_back_as_its_new_attribute(void **state)
{
    (void)state;
    struct store s;
    struct err err;
    open_store(&s);
    struct value one = item(&s, "{\"id\":\"a\",\"n\":1}");
    struct value more = item(&s, "{\"id\":\"a\",\"n\":1,\"new\":2}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(write_change(&s, one, none, &err));
    assert_false(write_change(&s, one, more, &err));
    assert_true(change_conflict(&err));
    assert_int_equal(now(&s).type, VALUE_NONE);
    assert_true(write_change(&s, none, one, &err));
    assert_true(write_change(&s, one, more, &err));
    assert_true(value_equal(now(&s), more));
    close_store(&s);
}

static void no_difference_is_no_request_and_keys_stay(void **state)
{
    (void)state;
    struct store s;
    struct err err = ERR_INIT;
    struct change change;
    open_store(&s);
    struct value one = item(&s, "{\"id\":\"a\",\"n\":1}");
    assert_true(change_build(&s.arena, &s.table, one, one, &change, &err));
    assert_int_equal(change.kind, CHANGE_NOTHING);
    assert_false(write_change(&s, one, item(&s, "{\"id\":\"b\",\"n\":1}"), &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_false(write_change(&s, none, item(&s, "{\"n\":1}"), &err));
    assert_false(write_change(&s, none, item(&s, "{\"id\":7}"), &err));
    close_store(&s);
}

static void hundreds_of_changed_attributes_are_written_whole(void **state)
{
    (void)state;
    struct store s;
    struct err err;
    struct buf one = {0}, two = {0};
    open_store(&s);
    buf_add(&one, STR("{\"id\":\"a\""));
    buf_add(&two, STR("{\"id\":\"a\""));
    for (int i = 0; i < 500; i++) {
        buf_printf(&one, ",\"attribute %d\":1", i);
        buf_printf(&two, ",\"attribute %d\":2", i);
    }
    buf_add_byte(&one, '}');
    buf_add_byte(&two, '}');
    struct value a = item(&s, buf_cstr(&one)), b = item(&s, buf_cstr(&two));
    assert_true(write_change(&s, none, a, &err));
    assert_true(write_change(&s, a, b, &err));
    assert_true(value_equal(now(&s), b));
    assert_false(write_change(&s, a, none, &err));
    assert_true(change_conflict(&err));
    assert_true(write_change(&s, b, none, &err));
    buf_fini(&one);
    buf_fini(&two);
    close_store(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_created_changed_and_deleted),
        cmocka_unit_test(what_others_changed_is_never_lost),
        cmocka_unit_test(different_attributes_of_one_item_do_not_conflict),
        cmocka_unit_test(a_deleted_item_does_not_come_back_as_its_new_attribute),
        cmocka_unit_test(no_difference_is_no_request_and_keys_stay),
        cmocka_unit_test(hundreds_of_changed_attributes_are_written_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
