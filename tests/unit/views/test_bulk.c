/* SPDX-License-Identifier: MIT */
/* Runs over many items of an embedded store: what is done, what is kept, and that it adds up. */
#include "views/items/bulk.h"

#include "tests/unit/views/things.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct store {
    struct things things;
    struct marks marks;
};

static struct value parse(struct store *s, const char *text)
{
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    const struct json *json =
        json_parse(&s->things.arena, arena_dup(&s->things.arena, str_from(text)), &err);
    assert_true(json && json_in_item(&bytes, json, false, &err));
    struct value v = value_of(arena_dup(&s->things.arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static struct value item_of(struct store *s, int n, int amount)
{
    char text[100];
    snprintf(text, sizeof text, "{\"id\":\"i%04d\",\"amount\":%d,\"kind\":\"%s\"}", n, amount,
        n % 2 ? "odd" : "even");
    return parse(s, text);
}

static void put(struct store *s, struct value item)
{
    struct err err = ERR_INIT;
    assert_true(client_put(&s->things.client, STR("Things"), item, NULL, &err));
}

static void open_store(struct store *s, int items)
{
    *s = (struct store){0};
    things_open(&s->things);
    for (int i = 0; i < items; i++)
        put(s, item_of(s, i, i));
}

static void close_store(struct store *s)
{
    marks_fini(&s->marks);
    things_close(&s->things);
}

static void mark(struct store *s, struct value item)
{
    struct buf key = {0};
    assert_true(marks_key_put(&s->things.table, item, &key));
    assert_true(marks_add(&s->marks,
        &(struct mark){.key = buf_str(&key), .print = marks_print(&s->things.table, 0, item)}));
    buf_fini(&key);
}

static int64_t left(struct store *s)
{
    struct client_read read = {.table = STR("Things"), .count_only = true};
    struct client_page page;
    struct err err = ERR_INIT;
    assert_true(client_read(&s->things.client, &s->things.arena, &read, &page, &err));
    assert_int_equal(page.last.type, VALUE_NONE);
    return page.count;
}

static struct value now(struct store *s, int n)
{
    char key[40];
    struct value out;
    struct err err = ERR_INIT;
    snprintf(key, sizeof key, "{\"id\":\"i%04d\"}", n);
    assert_true(
        client_get(&s->things.client, &s->things.arena, STR("Things"), parse(s, key), &out, &err));
    return out;
}

static struct bulk *begin(struct store *s, enum bulk_kind kind)
{
    return bulk_new(&(struct bulk_spec){
        .kind = kind, .table = &s->things.table, .marks = &s->marks, .threads = 4});
}

static void run(struct store *s, struct bulk *b)
{
    while (bulk_step(b, &s->things.client))
        ;
}

static void marked_items_are_deleted_and_no_others(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 300);
    for (int i = 0; i < 300; i += 3)
        mark(&s, item_of(&s, i, i));
    struct bulk *b = begin(&s, BULK_DELETE);
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_NONE);
    assert_int_equal(bulk_count(b, BULK_DONE), 100);
    assert_int_equal(bulk_count(b, BULK_LEFT), 0);
    assert_int_equal(left(&s), 200);
    assert_int_equal(now(&s, 3).type, VALUE_NONE);
    assert_int_equal(now(&s, 4).type, VALUE_M);
    bulk_free(b);
    close_store(&s);
}

static void what_changed_since_it_was_seen_is_kept_and_told(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 60);
    for (int i = 0; i < 60; i++)
        mark(&s, item_of(&s, i, i));
    put(&s, item_of(&s, 7, 700));
    struct err err = ERR_INIT;
    assert_true(client_delete(
        &s.things.client, STR("Things"), parse(&s, "{\"id\":\"i0009\"}"), NULL, &err));
    struct bulk *b = begin(&s, BULK_DELETE);
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 58);
    assert_int_equal(bulk_count(b, BULK_CHANGED), 1);
    assert_int_equal(bulk_count(b, BULK_GONE), 1);
    assert_int_equal(left(&s), 1);
    assert_true(str_find(bulk_failures(b), STR("i0007")) != SIZE_MAX);
    bulk_free(b);
    close_store(&s);
}

static void a_run_that_is_stopped_adds_up(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 400);
    for (int i = 0; i < 400; i++)
        mark(&s, item_of(&s, i, i));
    struct bulk *b = begin(&s, BULK_DELETE);
    assert_true(bulk_step(b, &s.things.client));
    assert_true(bulk_step(b, &s.things.client));
    bulk_stop(b);
    assert_false(bulk_step(b, &s.things.client));
    int64_t done = bulk_count(b, BULK_DONE);
    assert_in_range(done, 1, 399);
    assert_int_equal(done + bulk_count(b, BULK_LEFT), 400);
    assert_int_equal(left(&s), 400 - done);
    bulk_free(b);
    close_store(&s);
}

struct settled {
    struct marks *marks;
    const struct client_table *table;
};

static void see_settled(void *context, const struct mark *m, enum bulk_outcome outcome)
{
    struct settled *settled = context;
    if (outcome == BULK_DONE || outcome == BULK_GONE)
        assert_true(marks_remove(settled->marks, m->key));
}

static void the_marks_that_are_left_are_those_of_items_that_are_left(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 100);
    for (int i = 0; i < 100; i++)
        mark(&s, item_of(&s, i, i));
    put(&s, item_of(&s, 50, -1));
    struct bulk *b = begin(&s, BULK_DELETE);
    struct settled settled = {&s.marks, &s.things.table};
    run(&s, b);
    bulk_settled(b, see_settled, &settled);
    assert_int_equal(s.marks.count, 1);
    bulk_free(b);
    close_store(&s);
}

static void an_update_is_made_of_every_item_as_it_is_now(void **state)
{
    (void)state;
    struct store s;
    struct bulk_update update = {0};
    struct err err = ERR_INIT;
    open_store(&s, 80);
    for (int i = 0; i < 80; i++)
        mark(&s, item_of(&s, i, i));
    put(&s, item_of(&s, 5, 500));
    assert_true(bulk_update_parse(&update, &s.things.table,
        STR("SET amount = amount + 1, status = \"done\" REMOVE kind"), &err));
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_UPDATE,
        .table = &s.things.table,
        .marks = &s.marks,
        .update = &update,
        .threads = 4});
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 80);
    assert_true(value_equal(
        now(&s, 5), parse(&s, "{\"id\":\"i0005\",\"amount\":501,\"status\":\"done\"}")));
    bulk_free(b);
    bulk_update_fini(&update);
    close_store(&s);
}

static void an_update_does_not_bring_back_what_is_gone(void **state)
{
    (void)state;
    struct store s;
    struct bulk_update update = {0};
    struct err err = ERR_INIT;
    open_store(&s, 1);
    mark(&s, item_of(&s, 0, 0));
    mark(&s, item_of(&s, 1, 1));
    assert_true(bulk_update_parse(&update, &s.things.table, STR("SET amount = 5"), &err));
    struct bulk *b = bulk_new(&(struct bulk_spec){
        .kind = BULK_UPDATE, .table = &s.things.table, .marks = &s.marks, .update = &update});
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 1);
    assert_int_equal(bulk_count(b, BULK_GONE), 1);
    assert_int_equal(left(&s), 1);
    bulk_free(b);
    bulk_update_fini(&update);
    close_store(&s);
}

static void everything_that_matches_but_what_is_left_out(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 500);
    struct client_read read = {.table = STR("Things"),
        .filter = STR("kind = :k"),
        .values = parse(&s, "{\":k\":\"odd\"}")};
    struct browse *all = browse_read(&s.things.table, &read);
    mark(&s, item_of(&s, 11, 11)); /* left out */
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_DELETE,
        .table = &s.things.table,
        .marks = &s.marks,
        .all = all,
        .threads = 4});
    browse_unref(all);
    assert_int_equal(bulk_total(b), -1);
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_NONE);
    assert_int_equal(bulk_count(b, BULK_DONE), 249);
    assert_int_equal(left(&s), 251);
    assert_int_equal(now(&s, 11).type, VALUE_M);
    bulk_free(b);
    close_store(&s);
}

static void a_statement_is_not_taken_for_a_scan(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 20);
    struct browse *all =
        browse_statement(&s.things.table, STR_NONE, STR("SELECT * FROM Things WHERE kind = 'odd'"));
    struct bulk *b = bulk_new(&(struct bulk_spec){
        .kind = BULK_DELETE, .table = &s.things.table, .all = all, .threads = 4});
    browse_unref(all);
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_INTERNAL);
    assert_int_equal(left(&s), 20);
    bulk_free(b);
    close_store(&s);
}

static void a_scan_in_segments_is_read_as_a_whole(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 200);
    struct client_read read = {.table = STR("Things"), .segments = 4};
    struct browse *all = browse_read(&s.things.table, &read);
    struct bulk *b = bulk_new(&(struct bulk_spec){
        .kind = BULK_DELETE, .table = &s.things.table, .all = all, .threads = 4});
    browse_unref(all);
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 200);
    assert_int_equal(left(&s), 0);
    bulk_free(b);
    close_store(&s);
}

static void what_would_be_done_is_counted_without_being_done(void **state)
{
    (void)state;
    struct store s;
    open_store(&s, 20);
    mark(&s, item_of(&s, 3, 3));
    struct bulk *b = bulk_new(&(struct bulk_spec){
        .kind = BULK_DELETE, .table = &s.things.table, .marks = &s.marks, .dry = true});
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 1);
    assert_int_equal(left(&s), 20);
    bulk_free(b);
    close_store(&s);
}

/* ---- what was before ---- */

static void a_run_is_taken_back_from_its_undo_file(void **state)
{
    (void)state;
    struct store s;
    struct undo_file undo;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", path[300];
    open_store(&s, 50);
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    for (int i = 0; i < 40; i++)
        mark(&s, item_of(&s, i, i));
    assert_true(undo_file_open(&undo, s.things.table.name, 1732089600000, &err));
    snprintf(path, sizeof path, "%s", undo.path.at);
    assert_non_null(strstr(path, "/dynascope/undo/Things-20241120T080000Z-"));
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_DELETE,
        .table = &s.things.table,
        .marks = &s.marks,
        .undo = &undo,
        .threads = 2});
    run(&s, b);
    assert_int_equal(left(&s), 10);
    assert_int_equal(undo.lines, 40);
    undo_file_close(&undo);
    bulk_free(b);

    put(&s, item_of(&s, 8, 800)); /* somebody has made one of them anew */
    assert_true(undo_reader_open(&reader, path, &err));
    b = bulk_new(&(struct bulk_spec){
        .kind = BULK_RESTORE, .table = &s.things.table, .past = &reader, .threads = 2});
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_NONE);
    assert_int_equal(bulk_count(b, BULK_DONE), 39);
    assert_int_equal(bulk_count(b, BULK_CHANGED), 1);
    assert_int_equal(left(&s), 50);
    assert_true(value_equal(now(&s, 7), item_of(&s, 7, 7)));
    assert_true(value_equal(now(&s, 8), item_of(&s, 8, 800)));
    bulk_free(b);
    undo_reader_close(&reader);
    unlink(path);
    close_store(&s);
}

/* Somebody else is faster with one item, once. */
struct rival {
    struct backend base;
    struct backend *inner;
    const char *key, *operation, *body;
    bool done;
};

static bool rival_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct rival *r = (struct rival *)backend;
    struct err ignored = ERR_INIT;
    struct ddb_reply other = {0};
    if (!r->done && !str_equal(call->operation, STR("GetItem")) &&
        str_find(call->body, str_from(r->key)) != SIZE_MAX) {
        struct client c = {.backend = r->inner};
        r->done = true;
        assert_true(client_call(&c, str_from(r->operation), str_from(r->body), &other, &ignored));
        ddb_reply_fini(&other);
    }
    return backend_call(r->inner, call, reply, err);
}

static void what_somebody_else_did_meanwhile_is_not_taken_back(void **state)
{
    (void)state;
    static const struct backend_ops ops = {.name = "rival", .call = rival_call};
    struct store s;
    struct undo_file undo;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", path[300];
    open_store(&s, 20);
    struct rival rival = {.base = backend_wrap(&ops, s.things.backend),
        .inner = s.things.backend,
        .key = "i0003",
        .operation = "DeleteItem",
        .body = "{\"TableName\":\"Things\",\"Key\":{\"id\":{\"S\":\"i0003\"}}}"};
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    for (int i = 0; i < 10; i++)
        mark(&s, item_of(&s, i, i));
    assert_true(undo_file_open(&undo, s.things.table.name, 1732089600000, &err));
    snprintf(path, sizeof path, "%s", undo.path.at);
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_DELETE,
        .table = &s.things.table,
        .marks = &s.marks,
        .undo = &undo,
        .threads = 1});
    s.things.client.backend = &rival.base;
    run(&s, b);
    s.things.client.backend = s.things.backend;
    free(rival.base.label);
    assert_true(rival.done);
    assert_int_equal(bulk_count(b, BULK_DONE), 9);
    assert_int_equal(undo.lines, 9);
    undo_file_close(&undo);
    bulk_free(b);

    assert_true(undo_reader_open(&reader, path, &err));
    b = bulk_new(&(struct bulk_spec){
        .kind = BULK_RESTORE, .table = &s.things.table, .past = &reader, .threads = 2});
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_NONE);
    assert_int_equal(bulk_count(b, BULK_DONE), 9);
    assert_int_equal(left(&s), 19);
    assert_int_equal(now(&s, 3).type, VALUE_NONE);
    bulk_free(b);
    undo_reader_close(&reader);
    unlink(path);
    close_store(&s);
}

static void an_update_is_taken_back_to_what_it_was_made_of(void **state)
{
    (void)state;
    static const struct backend_ops ops = {.name = "rival", .call = rival_call};
    struct store s;
    struct bulk_update update = {0};
    struct undo_file undo;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", path[300];
    open_store(&s, 10);
    struct rival rival = {.base = backend_wrap(&ops, s.things.backend),
        .inner = s.things.backend,
        .key = "i0003",
        .operation = "UpdateItem",
        .body = "{\"TableName\":\"Things\",\"Key\":{\"id\":{\"S\":\"i0003\"}},"
                "\"UpdateExpression\":\"SET amount = :a\","
                "\"ExpressionAttributeValues\":{\":a\":{\"N\":\"900\"}}}"};
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    for (int i = 0; i < 10; i++)
        mark(&s, item_of(&s, i, i));
    assert_true(bulk_update_parse(&update, &s.things.table, STR("SET amount = amount + 1"), &err));
    assert_true(undo_file_open(&undo, s.things.table.name, 1732089600000, &err));
    snprintf(path, sizeof path, "%s", undo.path.at);
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_UPDATE,
        .table = &s.things.table,
        .marks = &s.marks,
        .update = &update,
        .undo = &undo,
        .threads = 1});
    s.things.client.backend = &rival.base;
    run(&s, b);
    s.things.client.backend = s.things.backend;
    free(rival.base.label);
    assert_int_equal(bulk_count(b, BULK_DONE), 10);
    assert_true(value_equal(now(&s, 3), item_of(&s, 3, 901)));
    undo_file_close(&undo);
    bulk_free(b);

    assert_true(undo_reader_open(&reader, path, &err));
    b = bulk_new(&(struct bulk_spec){
        .kind = BULK_RESTORE, .table = &s.things.table, .past = &reader, .threads = 2});
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 10);
    assert_int_equal(bulk_count(b, BULK_CHANGED), 0);
    assert_true(value_equal(now(&s, 3), item_of(&s, 3, 900)));
    assert_true(value_equal(now(&s, 4), item_of(&s, 4, 4)));
    bulk_free(b);
    undo_reader_close(&reader);
    bulk_update_fini(&update);
    unlink(path);
    close_store(&s);
}

/* Makes what is asked for of one item, and from then on never answers for it. */
struct silent {
    struct backend base;
    struct backend *inner;
    const char *key;
    bool lost;
};

static bool silent_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct silent *l = (struct silent *)backend;
    bool mine = str_find(call->body, str_from(l->key)) != SIZE_MAX;
    if (mine && l->lost)
        return err_set(err, ERR_UNKNOWN, "no answer came");
    bool ok = backend_call(l->inner, call, reply, err);
    if (!ok || !mine || str_equal(call->operation, STR("GetItem")))
        return ok;
    l->lost = true;
    ddb_reply_fini(reply);
    *reply = (struct ddb_reply){0};
    return err_set(err, ERR_UNKNOWN, "no answer came");
}

static void what_may_have_been_deleted_can_be_brought_back(void **state)
{
    (void)state;
    static const struct backend_ops ops = {.name = "silent", .call = silent_call};
    struct store s;
    struct undo_file undo;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", path[300];
    open_store(&s, 10);
    struct silent silent = {
        .base = backend_wrap(&ops, s.things.backend), .inner = s.things.backend, .key = "i0003"};
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    for (int i = 0; i < 10; i++)
        mark(&s, item_of(&s, i, i));
    assert_true(undo_file_open(&undo, s.things.table.name, 1732089600000, &err));
    snprintf(path, sizeof path, "%s", undo.path.at);
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_DELETE,
        .table = &s.things.table,
        .marks = &s.marks,
        .undo = &undo,
        .threads = 1});
    s.things.client.backend = &silent.base;
    run(&s, b);
    s.things.client.backend = s.things.backend;
    free(silent.base.label);
    assert_int_equal(bulk_count(b, BULK_DONE), 9);
    assert_int_equal(bulk_count(b, BULK_UNSURE), 1);
    assert_int_equal(left(&s), 0);
    undo_file_close(&undo);
    bulk_free(b);

    assert_true(undo_reader_open(&reader, path, &err));
    b = bulk_new(&(struct bulk_spec){
        .kind = BULK_RESTORE, .table = &s.things.table, .past = &reader, .threads = 2});
    run(&s, b);
    assert_int_equal(bulk_count(b, BULK_DONE), 10);
    assert_true(value_equal(now(&s, 3), item_of(&s, 3, 3)));
    bulk_free(b);
    undo_reader_close(&reader);
    unlink(path);
    close_store(&s);
}

static void nothing_is_deleted_where_what_was_cannot_be_kept(void **state)
{
    (void)state;
    struct store s;
    struct undo_file undo;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX";
    open_store(&s, 10);
    for (int i = 0; i < 10; i++)
        mark(&s, item_of(&s, i, i));
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    assert_true(undo_file_open(&undo, s.things.table.name, 1732089600000, &err));
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0 && dup2(full, undo.fd) >= 0);
    close(full);
    struct bulk *b = bulk_new(&(struct bulk_spec){.kind = BULK_DELETE,
        .table = &s.things.table,
        .marks = &s.marks,
        .undo = &undo,
        .threads = 2});
    run(&s, b);
    assert_int_not_equal(bulk_err(b)->code, ERR_NONE);
    assert_int_equal(bulk_count(b, BULK_DONE), 0);
    assert_int_equal(bulk_count(b, BULK_LEFT), 10);
    assert_int_equal(left(&s), 10);
    bulk_free(b);
    undo.lines = 0; /* it goes */
    undo_file_close(&undo);
    close_store(&s);
}

static void undo_files_of_long_ago_go(void **state)
{
    (void)state;
    struct undo_file undo, later;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", old[300];
    int64_t now = clock_now_ms(NULL);
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    assert_true(undo_file_open(&undo, STR("Old"), now, &err));
    snprintf(old, sizeof old, "%s", undo.path.at);
    undo.lines = 1; /* it stays */
    undo_file_close(&undo);
    assert_true(undo_file_open(&later, STR("New"), now + INT64_C(29) * 86400000, &err));
    undo_file_close(&later);
    assert_int_equal(access(old, F_OK), 0);
    assert_true(undo_file_open(&later, STR("New"), now + INT64_C(31) * 86400000, &err));
    undo_file_close(&later);
    assert_int_equal(access(old, F_OK), -1);
}

static void two_runs_of_one_second_have_an_undo_file_each(void **state)
{
    (void)state;
    struct undo_file one, other;
    struct err err = ERR_INIT;
    char state_home[] = "/tmp/dynascope-undo-XXXXXX", first[300];
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
    assert_true(undo_file_open(&one, STR("Things"), 1732089600000, &err));
    snprintf(first, sizeof first, "%s", one.path.at);
    one.lines = 1; /* it stays */
    undo_file_close(&one);
    assert_true(undo_file_open(&other, STR("Things"), 1732089600000, &err));
    assert_string_not_equal(other.path.at, first);
    undo_file_close(&other); /* nothing was changed: it goes */
    assert_int_equal(access(first, F_OK), 0);
    unlink(first);
}

static void an_undo_file_that_is_damaged_is_told_by_its_line(void **state)
{
    (void)state;
    struct store s;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char path[] = "/tmp/dynascope-undo-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    open_store(&s, 0);
    fputs(
        "{\"Table\":\"Things\",\"Before\":{\"id\":{\"S\":\"a\"}},\"After\":null}\n{\"Table", file);
    fclose(file);
    assert_true(undo_reader_open(&reader, path, &err));
    struct bulk *b = bulk_new(
        &(struct bulk_spec){.kind = BULK_RESTORE, .table = &s.things.table, .past = &reader});
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_DATA);
    assert_non_null(strstr(bulk_err(b)->text, "line 2 of the undo file"));
    assert_int_equal(left(&s), 1);
    bulk_free(b);
    undo_reader_close(&reader);
    unlink(path);
    close_store(&s);
}

static void an_undo_file_of_another_table_is_none_of_this_one(void **state)
{
    (void)state;
    struct store s;
    struct undo_reader reader;
    struct err err = ERR_INIT;
    char path[] = "/tmp/dynascope-undo-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    open_store(&s, 0);
    fputs("{\"Table\":\"Others\",\"Before\":{\"id\":{\"S\":\"a\"}},\"After\":null}\n", file);
    fclose(file);
    assert_true(undo_reader_open(&reader, path, &err));
    struct bulk *b = bulk_new(
        &(struct bulk_spec){.kind = BULK_RESTORE, .table = &s.things.table, .past = &reader});
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_DATA);
    assert_int_equal(left(&s), 0);
    bulk_free(b);
    undo_reader_close(&reader);
    unlink(path);
    close_store(&s);
}

struct past {
    size_t count;
    bool all_deleted;
};

static void see_past(void *context, struct value before, struct value after)
{
    struct past *past = context;
    past->count++;
    past->all_deleted &= before.type == VALUE_M && after.type == VALUE_NONE;
}

static void both_versions_of_what_was_written_are_there_for_the_journal(void **state)
{
    (void)state;
    struct store s;
    struct past past = {.all_deleted = true};
    open_store(&s, 30);
    for (int i = 0; i < 30; i++)
        mark(&s, item_of(&s, i, i));
    put(&s, item_of(&s, 4, 44));
    struct bulk *b = begin(&s, BULK_DELETE);
    run(&s, b);
    assert_true(bulk_past(b, see_past, &past));
    assert_int_equal(past.count, 29);
    assert_true(past.all_deleted);
    bulk_free(b);
    close_store(&s);
}

static void items_that_all_fail_end_the_run(void **state)
{
    (void)state;
    struct store s;
    struct bulk_update update = {0};
    struct err err = ERR_INIT;
    open_store(&s, 300);
    for (int i = 0; i < 300; i++)
        mark(&s, item_of(&s, i, i));
    assert_true(bulk_update_parse(&update, &s.things.table, STR("SET kind = kind + 1"), &err));
    struct bulk *b = bulk_new(&(struct bulk_spec){
        .kind = BULK_UPDATE, .table = &s.things.table, .marks = &s.marks, .update = &update});
    run(&s, b);
    assert_int_equal(bulk_err(b)->code, ERR_DATA);
    assert_int_equal(bulk_count(b, BULK_DONE), 0);
    assert_int_equal(bulk_count(b, BULK_FAILED) + bulk_count(b, BULK_LEFT), 300);
    assert_in_range(bulk_count(b, BULK_FAILED), BULK_FUTILE, 60);
    bulk_free(b);
    bulk_update_fini(&update);
    close_store(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_items_are_deleted_and_no_others),
        cmocka_unit_test(what_changed_since_it_was_seen_is_kept_and_told),
        cmocka_unit_test(a_run_that_is_stopped_adds_up),
        cmocka_unit_test(the_marks_that_are_left_are_those_of_items_that_are_left),
        cmocka_unit_test(an_update_is_made_of_every_item_as_it_is_now),
        cmocka_unit_test(an_update_does_not_bring_back_what_is_gone),
        cmocka_unit_test(everything_that_matches_but_what_is_left_out),
        cmocka_unit_test(a_statement_is_not_taken_for_a_scan),
        cmocka_unit_test(a_scan_in_segments_is_read_as_a_whole),
        cmocka_unit_test(what_would_be_done_is_counted_without_being_done),
        cmocka_unit_test(a_run_is_taken_back_from_its_undo_file),
        cmocka_unit_test(what_somebody_else_did_meanwhile_is_not_taken_back),
        cmocka_unit_test(an_update_is_taken_back_to_what_it_was_made_of),
        cmocka_unit_test(what_may_have_been_deleted_can_be_brought_back),
        cmocka_unit_test(nothing_is_deleted_where_what_was_cannot_be_kept),
        cmocka_unit_test(undo_files_of_long_ago_go),
        cmocka_unit_test(two_runs_of_one_second_have_an_undo_file_each),
        cmocka_unit_test(an_undo_file_that_is_damaged_is_told_by_its_line),
        cmocka_unit_test(an_undo_file_of_another_table_is_none_of_this_one),
        cmocka_unit_test(both_versions_of_what_was_written_are_there_for_the_journal),
        cmocka_unit_test(items_that_all_fail_end_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
