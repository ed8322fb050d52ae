/* SPDX-License-Identifier: MIT */
/* From two versions of an item to a guarded request; tried on an embedded store, and
 * on a line to it that loses answers. */
#include "tests/unit/views/things.h"
#include "views/changes/change.h"

static bool write_change(struct things *s, struct value before, struct value after, struct err *err)
{
    struct change change;
    *err = ERR_INIT;
    return change_build(&s->arena, &s->table, before, after, &change, err) &&
           change_send(&s->client, STR("Things"), &change, err);
}

static struct value now(struct things *s)
{
    struct value out;
    struct err err = ERR_INIT;
    assert_true(client_get(
        &s->client, &s->arena, STR("Things"), things_item(s, "{\"id\":\"a\"}"), &out, &err));
    return out;
}

static const struct value none;

static void an_item_is_created_changed_and_deleted(void **state)
{
    (void)state;
    struct things s;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1,\"old\":true}");
    struct value two = things_item(&s, "{\"id\":\"a\",\"n\":2,\"new\":[1]}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(value_equal(now(&s), one));
    assert_true(write_change(&s, one, two, &err));
    assert_true(value_equal(now(&s), two));
    assert_true(write_change(&s, two, none, &err));
    assert_int_equal(now(&s).type, VALUE_NONE);
    things_close(&s);
}

static void what_others_changed_is_never_lost(void **state)
{
    (void)state;
    struct things s;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}");
    struct value theirs = things_item(&s, "{\"id\":\"a\",\"n\":5}");
    assert_true(write_change(&s, none, one, &err));
    assert_false(write_change(&s, none, one, &err)); /* created twice */
    assert_true(change_conflict(&err));
    assert_true(client_put(&s.client, STR("Things"), theirs, NULL, &err));
    assert_false(write_change(&s, one, things_item(&s, "{\"id\":\"a\",\"n\":2}"), &err));
    assert_true(change_conflict(&err));
    assert_false(write_change(&s, one, none, &err));
    assert_true(change_conflict(&err));
    assert_true(value_equal(now(&s), theirs));
    things_close(&s);
}

static void different_attributes_of_one_item_do_not_conflict(void **state)
{
    (void)state;
    struct things s;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"mine\":1,\"theirs\":1}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(
        write_change(&s, one, things_item(&s, "{\"id\":\"a\",\"mine\":1,\"theirs\":2}"), &err));
    assert_true(
        write_change(&s, one, things_item(&s, "{\"id\":\"a\",\"mine\":2,\"theirs\":1}"), &err));
    assert_true(value_equal(now(&s), things_item(&s, "{\"id\":\"a\",\"mine\":2,\"theirs\":2}")));
    things_close(&s);
}

static void a_deleted_item_does_not_come_back_as_its_new_attribute(void **state)
{
    (void)state;
    struct things s;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}");
    struct value more = things_item(&s, "{\"id\":\"a\",\"n\":1,\"new\":2}");
    assert_true(write_change(&s, none, one, &err));
    assert_true(write_change(&s, one, none, &err));
    assert_false(write_change(&s, one, more, &err));
    assert_true(change_conflict(&err));
    assert_int_equal(now(&s).type, VALUE_NONE);
    assert_true(write_change(&s, none, one, &err));
    assert_true(write_change(&s, one, more, &err));
    assert_true(value_equal(now(&s), more));
    things_close(&s);
}

static void no_difference_is_no_request_and_keys_stay(void **state)
{
    (void)state;
    struct things s;
    struct err err = ERR_INIT;
    struct change change;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}");
    assert_true(change_build(&s.arena, &s.table, one, one, &change, &err));
    assert_int_equal(change.kind, CHANGE_NOTHING);
    assert_false(write_change(&s, one, things_item(&s, "{\"id\":\"b\",\"n\":1}"), &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_false(write_change(&s, none, things_item(&s, "{\"n\":1}"), &err));
    assert_false(write_change(&s, none, things_item(&s, "{\"id\":7}"), &err));
    things_close(&s);
}

/* {"id":"a","attribute 0":VALUE,…}, in which attribute `odd` is `other` */
static struct value wide(struct things *s, int count, int v, int odd, int other)
{
    struct buf text = {0};
    buf_add(&text, STR("{\"id\":\"a\""));
    for (int i = 0; i < count; i++)
        buf_printf(&text, ",\"attribute %03d\":%d", i, i == odd ? other : v);
    buf_add_byte(&text, '}');
    struct value out = things_item(s, buf_cstr(&text));
    buf_fini(&text);
    return out;
}

static void the_last_of_hundreds_of_attributes_is_guarded_too(void **state)
{
    (void)state;
    enum { COUNT = 350 };
    struct things s;
    struct err err;
    static const int places[] = {0, 99, 100, 200, COUNT - 1};
    things_open(&s);
    struct client *client = &s.client;
    struct value one = wide(&s, COUNT, 1, -1, 0), two = wide(&s, COUNT, 2, -1, 0);
    struct value few = things_item(&s, "{\"id\":\"a\"}");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct value theirs = wide(&s, COUNT, 1, places[i], 77), targets[] = {two, none, few};
        for (int t = 0; t < 3; t++) {
            err = ERR_INIT;
            assert_true(client_put(client, STR("Things"), theirs, NULL, &err));
            assert_false(change_carry_out(client, &s.arena, &s.table, one, targets[t], &err));
            assert_true(change_conflict(&err));
            assert_true(value_equal(now(&s), theirs)); /* nothing is left half done */
        }
    }
    struct value most = wide(&s, CHANGE_GUARDS - 1, 1, -1, 0); /* what one request can guard */
    struct value theirs = wide(&s, CHANGE_GUARDS - 1, 1, CHANGE_GUARDS - 2, 77);
    assert_true(client_put(client, STR("Things"), theirs, NULL, &err));
    assert_false(change_carry_out(client, &s.arena, &s.table, most, none, &err));
    err = ERR_INIT;
    assert_true(client_put(client, STR("Things"), one, NULL, &err));
    assert_true(change_carry_out(client, &s.arena, &s.table, one, two, &err));
    assert_true(value_equal(now(&s), two));
    assert_true(change_carry_out(client, &s.arena, &s.table, two, few, &err));
    assert_true(value_equal(now(&s), few));
    assert_true(change_carry_out(client, &s.arena, &s.table, few, one, &err));
    assert_true(value_equal(now(&s), one));
    assert_true(change_carry_out(client, &s.arena, &s.table, one, none, &err));
    assert_int_equal(now(&s).type, VALUE_NONE);
    things_close(&s);
}

static void a_change_is_made_from_what_differs_alone(void **state)
{
    (void)state;
    struct things s;
    struct err err = ERR_INIT;
    struct buf a = {0}, b = {0};
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"same\":1,\"n\":1,\"gone\":2}");
    struct value two = things_item(&s, "{\"id\":\"a\",\"same\":1,\"n\":2,\"new\":3}");
    change_reduce(&s.table, one, two, &a, &b);
    assert_true(
        value_equal(value_of(buf_str(&a)), things_item(&s, "{\"id\":\"a\",\"n\":1,\"gone\":2}")));
    assert_true(
        value_equal(value_of(buf_str(&b)), things_item(&s, "{\"id\":\"a\",\"n\":2,\"new\":3}")));
    assert_true(client_put(&s.client, STR("Things"), one, NULL, &err));
    assert_true(write_change(&s, value_of(buf_str(&a)), value_of(buf_str(&b)), &err));
    assert_true(value_equal(now(&s), two));
    buf_fini(&a);
    buf_fini(&b);
    things_close(&s);
}

/* ---- lost answers ---- */

/* What becomes of the next requests, a letter each; behind the last one all goes well.
 *
 *   .  answered                    b  lost before it was carried out, and nobody knows
 *   a  lost after that, likewise   u  not even sent
 *   O  somebody else changes `n` first, then as 'b'
 *   o  likewise, but it is `other` that changes, then as 'a' */
struct line {
    struct backend backend;
    struct things *store;
    const char *script;
    int reads, writes;
};

static void somebody_sets(struct things *s, const char *name)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    char body[256];
    snprintf(body, sizeof body,
        "{\"TableName\":\"Things\",\"Key\":{\"id\":{\"S\":\"a\"}},\"UpdateExpression\":\"SET #n = "
        ":v\",\"ExpressionAttributeNames\":{\"#n\":\"%s\"},"
        "\"ExpressionAttributeValues\":{\":v\":{\"N\":\"99\"}}}",
        name);
    assert_true(client_call(&s->client, STR("UpdateItem"), str_from(body), &reply, &err));
    ddb_reply_fini(&reply);
}

static bool line_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct line *line = (struct line *)backend;
    char fate = *line->script ? *line->script++ : '.';
    bool reads = str_equal(call->operation, STR("GetItem"));
    line->reads += reads;
    line->writes += !reads;
    if (fate == 'u')
        return err_set(err, ERR_UNREACHABLE, "nobody is there");
    if (fate == 'O' || fate == 'o')
        somebody_sets(line->store, fate == 'O' ? "n" : "other");
    bool carried_out = fate == '.' || fate == 'a' || fate == 'o';
    if (carried_out && !backend_call(line->store->backend, call, reply, err))
        return false;
    return fate == '.' || err_set(err, ERR_UNKNOWN, "the line broke");
}

static const struct backend_ops line_ops = {.name = "line", .call = line_call};

static bool carry_out(struct things *s, struct line *line, const char *script, struct value before,
    struct value after, struct err *err)
{
    *err = ERR_INIT;
    *line = (struct line){.backend = {.ops = &line_ops}, .store = s, .script = script};
    struct client client = {.backend = &line->backend};
    return change_carry_out(&client, &s->arena, &s->table, before, after, err);
}

static void a_lost_answer_is_read_back_before_anything_is_said(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}"),
                 two = things_item(&s, "{\"id\":\"a\",\"n\":2}");
    static const struct {
        const char *script;
        int writes, reads;
    } cases[] = {{"", 1, 0}, {"a", 1, 1}, {"b", 2, 1}, {"b.b", 3, 2}, {"b.a", 2, 2}, {"b.u", 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value steps[] = {none, one, two, none};
        for (int step = 0; step < 3; step++) {
            if (!carry_out(&s, &line, cases[i].script, steps[step], steps[step + 1], &err))
                fail_msg("%s, step %d: %s", cases[i].script, step, err.text);
            assert_int_equal(line.writes, cases[i].writes);
            assert_int_equal(line.reads, cases[i].reads);
            struct value there = now(&s);
            assert_true(there.type == steps[step + 1].type &&
                        (there.type == VALUE_NONE || value_equal(there, steps[step + 1])));
        }
    }
    things_close(&s);
}

static void what_was_never_sent_is_lost_at_once(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    assert_false(carry_out(&s, &line, "u", none, things_item(&s, "{\"id\":\"a\"}"), &err));
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_int_equal(line.reads, 0);
    things_close(&s);
}

static void a_conflict_is_told_without_reading_back(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}"),
                 two = things_item(&s, "{\"id\":\"a\",\"n\":2}");
    assert_false(carry_out(&s, &line, "", one, two, &err));
    assert_true(change_conflict(&err));
    assert_int_equal(line.reads, 0);
    things_close(&s);
}

static void what_cannot_be_read_back_is_unknown(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}");
    static const char *const scripts[] = {"au", "bu", "b.bu"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        assert_false(carry_out(&s, &line, scripts[i], none, one, &err));
        assert_int_equal(err.code, ERR_UNKNOWN);
        assert_non_null(strstr(err.text, "reading it back failed: nobody is there"));
        assert_true(now(&s).type == VALUE_NONE || carry_out(&s, &line, "", one, none, &err));
    }
    things_close(&s);
}

static void what_is_never_answered_is_given_up_as_it_was(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    assert_false(carry_out(&s, &line, "b.b.b.b.", none, things_item(&s, "{\"id\":\"a\"}"), &err));
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(err.text, "is as it was"));
    assert_int_equal(line.writes, 4);
    assert_int_equal(now(&s).type, VALUE_NONE);
    things_close(&s);
}

static void what_others_changed_meanwhile_is_neither_saved_nor_lost(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}"),
                 two = things_item(&s, "{\"id\":\"a\",\"n\":2}");
    assert_true(carry_out(&s, &line, "", none, one, &err));
    assert_false(carry_out(&s, &line, "O", one, two, &err));
    assert_int_equal(err.code, ERR_UNKNOWN);
    assert_non_null(strstr(err.text, "changed by somebody else"));
    assert_int_equal(line.writes, 1); /* theirs is not written over */
    assert_true(value_equal(now(&s), things_item(&s, "{\"id\":\"a\",\"n\":99}")));
    things_close(&s);
}

static void another_attribute_of_others_does_not_hide_what_was_saved(void **state)
{
    (void)state;
    struct things s;
    struct line line;
    struct err err;
    things_open(&s);
    struct value one = things_item(&s, "{\"id\":\"a\",\"n\":1}"),
                 two = things_item(&s, "{\"id\":\"a\",\"n\":2}");
    assert_true(carry_out(&s, &line, "", none, one, &err));
    assert_true(carry_out(&s, &line, "o", one, two, &err));
    assert_int_equal(line.writes, 1);
    assert_true(value_equal(now(&s), things_item(&s, "{\"id\":\"a\",\"n\":2,\"other\":99}")));
    things_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_created_changed_and_deleted),
        cmocka_unit_test(what_others_changed_is_never_lost),
        cmocka_unit_test(different_attributes_of_one_item_do_not_conflict),
        cmocka_unit_test(a_deleted_item_does_not_come_back_as_its_new_attribute),
        cmocka_unit_test(no_difference_is_no_request_and_keys_stay),
        cmocka_unit_test(the_last_of_hundreds_of_attributes_is_guarded_too),
        cmocka_unit_test(a_change_is_made_from_what_differs_alone),
        cmocka_unit_test(a_lost_answer_is_read_back_before_anything_is_said),
        cmocka_unit_test(what_was_never_sent_is_lost_at_once),
        cmocka_unit_test(a_conflict_is_told_without_reading_back),
        cmocka_unit_test(what_cannot_be_read_back_is_unknown),
        cmocka_unit_test(what_is_never_answered_is_given_up_as_it_was),
        cmocka_unit_test(what_others_changed_meanwhile_is_neither_saved_nor_lost),
        cmocka_unit_test(another_attribute_of_others_does_not_hide_what_was_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
