/* SPDX-License-Identifier: MIT */
/* What is staged: edits of an item are one change, and become exactly these requests. */
#include "tests/unit/views/random_value.h"
#include "tests/unit/views/things.h"
#include "views/changes/staged.h"

struct stage {
    struct things things;
    struct staged staged;
    struct journal journal;
    size_t written;
};

static void ended(void *context, const struct journal_entry *entry, const struct err *err)
{
    struct stage *s = context;
    (void)err;
    s->written = journal_entry_count(entry, JOURNAL_WRITTEN);
    staged_settle(&s->staged, entry);
}

static void open_stage(struct stage *s)
{
    *s = (struct stage){0};
    things_open(&s->things);
    staged_init(&s->staged, s->things.memory, NULL);
}

static void close_stage(struct stage *s)
{
    staged_fini(&s->staged);
    if (s->things.worker) {
        journal_fini(&s->journal);
        worker_free(s->things.worker); /* and the store with it */
        s->things.worker = NULL;
        s->things.backend = NULL;
    }
    things_close(&s->things);
}

static struct value thing(struct stage *s, const char *plain)
{
    return plain ? things_item(&s->things, plain) : (struct value){0};
}

static void put(struct stage *s, const char *before, const char *after)
{
    struct err err = ERR_INIT;
    assert_true(staged_put(
        &s->staged, &s->things.table, thing(s, before), thing(s, after), "changed", &err));
}

static struct staged_item *find(struct stage *s, const char *id)
{
    char key[64];
    snprintf(key, sizeof key, "{\"id\":\"%s\"}", id);
    return staged_find(&s->staged, &s->things.table, thing(s, key));
}

static void write_all(struct stage *s, bool together)
{
    if (!s->things.worker) {
        things_work(&s->things, s->things.backend);
        journal_init(&s->journal, s->things.worker, s, ended);
    }
    struct journal_entry *entry = staged_entry(&s->staged, NULL, together);
    assert_non_null(entry);
    assert_null(staged_entry(&s->staged, NULL, together)); /* it is being written */
    journal_write(&s->journal, entry);
    things_wait(&s->things);
}

#define ONE "{\"id\":\"a\",\"n\":1,\"m\":1}"

static void several_edits_of_an_item_are_one_change(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s);
    put(&s, ONE, "{\"id\":\"a\",\"n\":2,\"m\":1}");
    put(&s, "{\"id\":\"a\",\"n\":2,\"m\":1}", "{\"id\":\"a\",\"n\":2,\"m\":2}");
    assert_int_equal(s.staged.count, 1);
    struct staged_item *item = find(&s, "a");
    assert_true(value_equal(item->before, thing(&s, ONE))); /* as it was loaded at first */
    assert_int_equal(change_count(item->before, item->after), 2);
    put(&s, "{\"id\":\"a\",\"n\":2,\"m\":2}", "{\"id\":\"a\",\"n\":2,\"m\":3}");
    staged_back(&s.staged, item); /* one step, not all */
    assert_true(value_equal(item->after, thing(&s, "{\"id\":\"a\",\"n\":2,\"m\":2}")));
    staged_back(&s.staged, item);
    assert_int_equal(change_count(item->before, item->after), 1);
    put(&s, NULL, ONE); /* edited back to what it was: nothing is left */
    assert_int_equal(s.staged.count, 0);
    close_stage(&s);
}

static void expect_request(struct stage *s, const char *id, const char *text)
{
    struct buf out = {0};
    staged_add_request(&out, find(s, id));
    if (!strstr(buf_cstr(&out), text))
        fail_msg("%s is not in\n%s", text, out.at);
    buf_fini(&out);
}

static void each_change_is_shown_as_the_request_that_is_sent(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s);
    put(&s, ONE, "{\"id\":\"a\",\"n\":2,\"new\":\"x\"}");
    put(&s, "{\"id\":\"b\",\"n\":1}", NULL);
    put(&s, NULL, "{\"id\":\"c\",\"n\":1}");
    expect_request(&s, "a", "n  1 → 2\n");
    expect_request(&s, "a", "\nUpdateItem\n{\n  \"TableName\": \"Things\",\n  \"Key\"");
    expect_request(&s, "a", "\"UpdateExpression\": \"SET #1 = :n1, #2 = :n2 REMOVE #0\"");
    expect_request(
        &s, "a", "\"ConditionExpression\": \"#0 = :o0 AND #1 = :o1 AND attribute_not_exists(#2)\"");
    expect_request(&s, "b", "\nDeleteItem\n");
    expect_request(&s, "b", "\"ConditionExpression\": \"#0 = :o0 AND #1 = :o1\"");
    expect_request(&s, "c", "\nPutItem\n");
    expect_request(&s, "c", "\"ConditionExpression\": \"attribute_not_exists(#0)\"");
    close_stage(&s);
}

static void what_is_written_is_staged_no_longer(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        struct stage s;
        open_stage(&s);
        things_put(&s.things, ONE);
        things_put(&s.things, "{\"id\":\"b\",\"n\":1}");
        put(&s, ONE, "{\"id\":\"a\",\"n\":2,\"m\":1}");
        put(&s, "{\"id\":\"b\",\"n\":1}", NULL);
        put(&s, NULL, "{\"id\":\"c\"}");
        write_all(&s, together);
        assert_int_equal(s.written, 3);
        assert_int_equal(s.staged.count, 0);
        things_expect(&s.things, "a", "{\"id\":\"a\",\"n\":2,\"m\":1}");
        things_expect(&s.things, "b", NULL);
        things_expect(&s.things, "c", "{\"id\":\"c\"}");
        close_stage(&s);
    }
}

/* One by one the others are written, together none is. */
static void what_is_refused_stays_staged(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        struct stage s;
        open_stage(&s);
        things_put(&s.things, ONE);
        put(&s, "{\"id\":\"a\",\"n\":5}", "{\"id\":\"a\",\"n\":6}");
        put(&s, NULL, "{\"id\":\"c\"}");
        write_all(&s, together);
        assert_int_equal(s.written, together ? 0 : 1);
        assert_int_equal(s.staged.count, together ? 2 : 1);
        assert_false(find(&s, "a")->writing);
        things_expect(&s.things, "a", ONE);
        things_expect(&s.things, "c", together ? NULL : "{\"id\":\"c\"}");
        staged_rebase(&s.staged, find(&s, "a"), thing(&s, ONE), thing(&s, "{\"id\":\"a\"}"));
        write_all(&s, together);
        assert_int_equal(s.staged.count, 0);
        things_expect(&s.things, "a", "{\"id\":\"a\"}");
        close_stage(&s);
    }
}

static void what_is_staged_survives_an_end_that_nobody_wanted(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s);
    put(&s, ONE, "{\"id\":\"a\",\"n\":2}");
    put(&s, "{\"id\":\"b\",\"n\":1}", NULL);
    put(&s, NULL, "{\"id\":\"c\"}");
    staged_back(&s.staged, find(&s, "c"));
    staged_fini(&s.staged);
    staged_init(&s.staged, s.things.memory, NULL);
    assert_int_equal(s.staged.count, 2);
    assert_true(value_equal(find(&s, "a")->after, thing(&s, "{\"id\":\"a\",\"n\":2}")));
    assert_int_equal(find(&s, "b")->after.type, VALUE_NONE);
    assert_string_equal(find(&s, "b")->verb, "deleted");
    close_stage(&s);
}

static void what_an_explorer_that_runs_has_staged_is_its_own(void **state)
{
    (void)state;
    struct stage s;
    struct err err = ERR_INIT;
    struct buf text = {0};
    open_stage(&s);
    static const char *const lines[][2] = {{"1-7", "theirs"}, {"7ffffffe-7", "orphan"}};
    for (int i = 0; i < 2; i++) /* the first process lives, the last one does not */
        buf_printf(&text,
            "{\"by\":\"%s\",\"table\":\"Things\",\"key\":[\"id\",\"S\"],"
            "\"after\":{\"id\":{\"S\":\"%s\"}}}\n",
            lines[i][0], lines[i][1]);
    assert_true(memory_replace(s.things.memory, "staged", buf_str(&text), &err));
    staged_fini(&s.staged);
    staged_init(&s.staged, s.things.memory, NULL);
    assert_int_equal(s.staged.count, 1);
    assert_non_null(find(&s, "orphan"));
    put(&s, NULL, "{\"id\":\"mine\"}");
    staged_remove(&s.staged, find(&s, "orphan"));
    buf_clear(&text);
    assert_true(memory_read(s.things.memory, "staged", &text));
    assert_non_null(strstr(buf_cstr(&text), "theirs"));
    assert_non_null(strstr(text.at, "mine"));
    assert_null(strstr(text.at, "orphan"));
    buf_fini(&text);
    close_stage(&s);
}

/* What is left of a damaged file can be written, all of it. */
static void a_damaged_file_is_no_harm(void **state)
{
    (void)state;
    struct stage s;
    struct buf good = {0};
    struct err err = ERR_INIT;
    uint64_t seed = 9;
    open_stage(&s);
    put(&s, ONE, "{\"id\":\"a\",\"n\":2}");
    put(&s, "{\"id\":\"b\",\"n\":1}", NULL);
    put(&s, NULL, "{\"id\":\"c\"}");
    assert_true(memory_read(s.things.memory, "staged", &good));
    for (int i = 0; i < 500; i++) {
        struct buf bad = {0};
        struct arena arena = {0};
        buf_add(&bad, buf_str(&good));
        for (uint64_t n = random_below(&seed, 3); n > 0; n--)
            bad.at[random_below(&seed, bad.len)] = (char)random_below(&seed, 256);
        bad.len = (size_t)random_below(&seed, bad.len);
        assert_true(memory_replace(s.things.memory, "staged", buf_str(&bad), &err));
        staged_fini(&s.staged);
        staged_init(&s.staged, s.things.memory, NULL);
        for (struct staged_item *item = s.staged.first; item; item = item->next) {
            struct change change;
            assert_true(
                change_build(&arena, &item->table, item->before, item->after, &change, &err));
        }
        arena_fini(&arena);
        buf_fini(&bad);
    }
    buf_fini(&good);
    close_stage(&s);
}

static void no_more_is_staged_than_a_transaction_takes(void **state)
{
    (void)state;
    struct stage s;
    struct err err = ERR_INIT;
    open_stage(&s);
    for (int i = 0; i < STAGED_MAX; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"id\":\"%d\"}", i);
        put(&s, NULL, text);
    }
    assert_false(staged_put(&s.staged, &s.things.table, thing(&s, NULL),
        thing(&s, "{\"id\":\"more\"}"), "added", &err));
    put(&s, NULL, "{\"id\":\"7\",\"again\":true}"); /* of one that is staged there may be more */
    write_all(&s, true);
    assert_int_equal(s.written, STAGED_MAX);
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_edits_of_an_item_are_one_change),
        cmocka_unit_test(each_change_is_shown_as_the_request_that_is_sent),
        cmocka_unit_test(what_is_written_is_staged_no_longer),
        cmocka_unit_test(what_is_refused_stays_staged),
        cmocka_unit_test(what_is_staged_survives_an_end_that_nobody_wanted),
        cmocka_unit_test(what_an_explorer_that_runs_has_staged_is_its_own),
        cmocka_unit_test(a_damaged_file_is_no_harm),
        cmocka_unit_test(no_more_is_staged_than_a_transaction_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
