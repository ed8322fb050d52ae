/* SPDX-License-Identifier: MIT */
/* Batches over threads, against a backend that keeps a map and can be made to refuse. */
#include "backend/backend_impl.h"
#include "backend/json_in.h"
#include "base/mem.h"
#include "tests/test.h"
#include "views/cli/loader.h"

#include <pthread.h>

enum { KEYS = 50 };

/* Remembers the last value of each key k0 … k49, refuses items with "bad", fails after
 * `fail_after`. */
struct memory {
    struct backend backend;
    pthread_mutex_t lock;
    int64_t last[KEYS];
    int calls, fail_after, largest;
};

static bool is_bad(const struct json *item)
{
    return json_get(item, STR("bad")) != NULL;
}

static void keep(struct memory *m, const struct json *item)
{
    int64_t value = 0;
    uint64_t key = 0;
    const struct json *k = json_get(json_get(item, STR("k")), STR("S"));
    const struct json *v = json_get(json_get(item, STR("v")), STR("N"));
    assert_true(str_to_u64(str_skip(k->text, 1), &key));
    assert_true(str_to_i64(v->text, &value));
    m->last[key] = value;
}

static bool refuse(struct ddb_reply *reply)
{
    struct err err = ERR_INIT;
    err_invalid(&err, "bad item");
    ddb_reply_refuse(reply, &err);
    return true;
}

static bool memory_write(struct memory *m, const struct json *body, struct ddb_reply *reply)
{
    const struct json *one = json_get(body, STR("Item"));
    const struct json *list = json_get(json_get(body, STR("RequestItems")), STR("T"));
    if (one) {
        if (is_bad(one))
            return refuse(reply);
        keep(m, one);
        return true;
    }
    m->largest = (int)list->count > m->largest ? (int)list->count : m->largest;
    for (const struct json *a = list->first; a; a = a->next) {
        const struct json *item = json_get(json_get(a, STR("PutRequest")), STR("Item"));
        if (is_bad(item))
            return refuse(reply);
        for (const struct json *b = a->next; b; b = b->next) {
            const struct json *other = json_get(json_get(b, STR("PutRequest")), STR("Item"));
            struct str x = json_get(json_get(item, STR("k")), STR("S"))->text;
            struct str y = json_get(json_get(other, STR("k")), STR("S"))->text;
            assert_false(str_equal(x, y)); /* the service would refuse the batch */
        }
    }
    for (const struct json *a = list->first; a; a = a->next)
        keep(m, json_get(json_get(a, STR("PutRequest")), STR("Item")));
    return true;
}

static bool memory_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct memory *m = (struct memory *)backend;
    struct arena arena = {0};
    const struct json *body = json_parse(&arena, call->body, err);
    assert_non_null(body);
    pthread_mutex_lock(&m->lock);
    bool ok = !m->fail_after || ++m->calls < m->fail_after;
    reply->status = 200;
    buf_add(&reply->body, STR("{}"));
    if (ok)
        memory_write(m, body, reply);
    pthread_mutex_unlock(&m->lock);
    arena_fini(&arena);
    return ok || err_set(err, ERR_FILE, "the disk is full");
}

static bool memory_close(struct backend *backend, struct err *err)
{
    (void)err;
    free(backend);
    return true;
}

static const struct backend_ops memory_ops = {
    .name = "memory", .call = memory_call, .close = memory_close};

static struct memory *memory_open(void)
{
    struct memory *m = mem_new(struct memory);
    m->backend.ops = &memory_ops;
    pthread_mutex_init(&m->lock, NULL);
    for (int i = 0; i < KEYS; i++)
        m->last[i] = -1;
    return m;
}

/* ---- */

static const struct client_table table = {
    .name = {"T", 1}, .key_count = 1, .keys = {{.name = {"k", 1}, .type = VALUE_S}}};

struct seen {
    uint64_t count, sum;
    bool go_on;
    char text[32];
};

static bool see_refused(void *context, const struct record *record, const struct err *err)
{
    struct seen *seen = context;
    assert_string_equal(err->name, "ValidationException");
    seen->count++;
    seen->sum += record->place.index;
    snprintf(seen->text, sizeof seen->text, "%.*s", STR_ARG(record->text));
    return seen->go_on;
}

static struct loader *start(struct memory *m, unsigned threads, struct seen *seen)
{
    struct loader_options options = {.backend = &m->backend,
        .table = &table,
        .threads = threads,
        .keep_text = true,
        .refused = see_refused,
        .context = seen};
    return loader_new(&options);
}

static bool put(struct loader *l, unsigned key, uint64_t index, bool bad, struct err *err)
{
    struct arena arena = {0};
    struct buf item = {0};
    struct err ignored = ERR_INIT;
    struct str text = arena_printf(&arena, "{\"k\":\"k%u\",\"v\":%llu%s}", key,
        (unsigned long long)index, bad ? ",\"bad\":1" : "");
    assert_true(json_in_plain(&item, json_parse(&arena, text, &ignored), &ignored));
    struct record record = {.place = {.index = index, .offset = index * 10}, .text = STR("text")};
    bool ok = loader_put(l, value_of(buf_str(&item)), &record, NULL, NULL, err);
    buf_fini(&item);
    arena_fini(&arena);
    return ok;
}

static void the_last_item_of_a_key_is_the_last_one_written(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct memory *m = memory_open();
    struct seen seen = {.go_on = true};
    struct loader *l = start(m, 5, &seen);
    struct err err = ERR_INIT;
    int64_t expected[KEYS];
    uint64_t chance = 1;
    for (uint64_t i = 0; i < COUNT; i++) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        unsigned key = (unsigned)(chance >> 33) % KEYS;
        expected[key] = (int64_t)i;
        assert_true(put(l, key, i, false, &err));
    }
    assert_true(loader_finish(l, NULL, NULL, &err));
    struct loader_state now;
    loader_look(l, &now);
    assert_true(now.all);
    assert_int_equal(now.written, COUNT);
    assert_int_equal(now.refused, 0);
    assert_memory_equal(m->last, expected, sizeof expected);
    assert_in_range(m->largest, 2, 25);
    loader_free(l);
    backend_close(&m->backend, NULL);
}

static void bad_items_are_told_from_good_ones(void **state)
{
    (void)state;
    struct memory *m = memory_open();
    struct seen seen = {.go_on = true};
    struct loader *l = start(m, 3, &seen);
    struct err err = ERR_INIT;
    for (unsigned i = 0; i < KEYS; i++)
        assert_true(put(l, i, i, i % 10 == 7, &err));
    assert_true(loader_finish(l, NULL, NULL, &err));
    struct loader_state now;
    loader_look(l, &now);
    assert_int_equal(now.written, 45);
    assert_int_equal(now.refused, 5);
    assert_int_equal(seen.count, 5);
    assert_int_equal(seen.sum, 7 + 17 + 27 + 37 + 47);
    assert_string_equal(seen.text, "text");
    for (unsigned i = 0; i < KEYS; i++)
        assert_int_equal(m->last[i], i % 10 == 7 ? -1 : (int64_t)i);
    loader_free(l);
    backend_close(&m->backend, NULL);
}

static void a_refusal_can_stop_the_loading(void **state)
{
    (void)state;
    struct memory *m = memory_open();
    struct seen seen = {.go_on = false};
    struct loader *l = start(m, 2, &seen);
    struct err err = ERR_INIT;
    assert_true(put(l, 1, 1, true, &err));
    assert_false(loader_finish(l, NULL, NULL, &err));
    assert_string_equal(err.name, "ValidationException");
    loader_free(l);
    backend_close(&m->backend, NULL);
}

static void after_a_failure_everything_before_the_safe_place_is_written(void **state)
{
    (void)state;
    for (int fail_after = 1; fail_after < 20; fail_after++) {
        struct memory *m = memory_open();
        struct seen seen = {.go_on = true};
        struct loader *l = start(m, 3, &seen);
        struct err err = ERR_INIT;
        bool ok = true;
        m->fail_after = fail_after;
        for (uint64_t i = 0; ok && i < 20 * KEYS; i++)
            ok = put(l, (unsigned)i % KEYS, i, false, &err);
        ok = ok && loader_finish(l, NULL, NULL, &err);
        assert_false(ok);
        assert_int_equal(err.code, ERR_FILE);
        struct loader_state now;
        loader_look(l, &now);
        assert_false(now.all);
        assert_int_equal(now.safe.offset, now.safe.index * 10);
        loader_free(l);
        for (int64_t i = 0; i < KEYS; i++) {
            /* the last item of this key before the safe place, or a later one */
            int64_t before = (int64_t)now.safe.index - 1;
            int64_t last = before < i ? -1 : before - (before - i) % KEYS;
            assert_true(m->last[i] >= last);
        }
        backend_close(&m->backend, NULL);
    }
}

static void freeing_drops_what_is_pending(void **state)
{
    (void)state;
    struct memory *m = memory_open();
    struct seen seen = {0};
    struct loader *l = start(m, 4, &seen);
    struct err err = ERR_INIT;
    for (unsigned i = 0; i < KEYS; i++)
        assert_true(put(l, i, i, false, &err));
    loader_free(l);
    loader_free(NULL);
    backend_close(&m->backend, NULL);
}

static void a_cancelled_loading_says_so(void **state)
{
    (void)state;
    struct memory *m = memory_open();
    atomic_bool cancel = true;
    struct loader_options options = {.backend = &m->backend,
        .table = &table,
        .cancel = &cancel,
        .threads = 2,
        .refused = see_refused};
    struct loader *l = loader_new(&options);
    struct err err = ERR_INIT;
    assert_true(put(l, 1, 1, false, &err));
    assert_false(loader_finish(l, NULL, NULL, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    loader_free(l);
    backend_close(&m->backend, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_item_of_a_key_is_the_last_one_written),
        cmocka_unit_test(bad_items_are_told_from_good_ones),
        cmocka_unit_test(a_refusal_can_stop_the_loading),
        cmocka_unit_test(after_a_failure_everything_before_the_safe_place_is_written),
        cmocka_unit_test(freeing_drops_what_is_pending),
        cmocka_unit_test(a_cancelled_loading_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
