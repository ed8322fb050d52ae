/* SPDX-License-Identifier: MIT */
/*
 * Keys of any length: a store beside a sorted array. Keys share prefixes of up to 3000 bytes, are
 * full of 00 and FF bytes, and their lengths lie around every border of the layers.
 */
#include "backend/embedded/store.h"
#include "base/buf.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the array ---- */

enum { KEYS_MAX = 600 };

struct entry {
    struct str key;
    uint64_t value;
};

struct model {
    struct entry at[KEYS_MAX];
    size_t count;
};

/* The first place whose key is >= `key`. */
static size_t model_place(const struct model *m, struct str key)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(m->at[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool model_has(const struct model *m, size_t place, struct str key)
{
    return place < m->count && str_equal(m->at[place].key, key);
}

static void model_put(struct model *m, struct str key, uint64_t value)
{
    size_t place = model_place(m, key);
    if (!model_has(m, place, key)) {
        memmove(m->at + place + 1, m->at + place, (m->count - place) * sizeof *m->at);
        m->count++;
        m->at[place].key = (struct str){mem_dup(key.at, key.len), key.len};
    }
    m->at[place].value = value;
}

static bool model_delete(struct model *m, struct str key)
{
    size_t place = model_place(m, key);
    if (!model_has(m, place, key))
        return false;
    free((void *)m->at[place].key.at);
    m->count--;
    memmove(m->at + place, m->at + place + 1, (m->count - place) * sizeof *m->at);
    return true;
}

/* ---- keys that look for trouble ---- */

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

static void make_key(uint64_t *seed, const struct model *m, struct buf *key)
{
    static const size_t borders[] = {1, 2, 510, 511, 512, 1012, 1013, 1014, 1514, 1515, 2016, 3000};
    static const char fills[] = {0, 1, 'a', (char)0xFE, (char)0xFF};
    size_t len = borders[draw(seed) % (sizeof borders / sizeof *borders)];
    buf_clear(key);
    if (m->count && draw(seed) % 2) { /* goes on from, or is the beginning of, one that is there */
        struct str old = m->at[draw(seed) % m->count].key;
        buf_add(key, str_take(old, draw(seed) % 2 ? old.len : draw(seed) % (old.len + 1)));
        len = key->len + draw(seed) % 4;
    } else {
        len += draw(seed) % 5;
        len = len > 2 ? len - 2 : 1;
    }
    while (key->len < len)
        buf_add_byte(key, draw(seed) % 16 ? fills[0] : fills[draw(seed) % sizeof fills]);
    for (size_t i = draw(seed) % 3; i > 0 && key->len; i--)
        key->at[key->len - 1 - draw(seed) % (key->len > 3 ? 3 : key->len)] =
            fills[draw(seed) % sizeof fills];
    if (key->len == 0)
        buf_add_byte(key, fills[draw(seed) % sizeof fills]);
}

/* ---- comparing ---- */

static void same_place(const struct model *m, struct store_cursor *c, bool found, size_t place)
{
    assert_int_equal(found, place < m->count);
    if (!found)
        return;
    assert_true(str_equal(store_key(c), m->at[place].key));
    struct str value = store_value(c);
    assert_int_equal(value.len, sizeof m->at[place].value);
    assert_memory_equal(value.at, &m->at[place].value, value.len);
}

/* Place -1 wraps to SIZE_MAX: past the end, either end. */
static void same_seek(
    const struct model *m, struct store_cursor *c, struct str key, uint64_t *seed, struct err *err)
{
    bool found, backward = draw(seed) % 2;
    size_t place = model_place(m, key);
    if (backward && !model_has(m, place, key))
        place--;
    assert_true(store_seek(c, key, backward, &found, err));
    same_place(m, c, found, place);
    for (int i = 0; i < 6 && found; i++) {
        bool back = draw(seed) % 2;
        place += back ? SIZE_MAX : 1;
        assert_true(store_step(c, back, &found, err));
        same_place(m, c, found, place);
    }
}

static void same_walks(const struct model *m, struct store_cursor *c, struct err *err)
{
    bool found;
    assert_true(store_seek(c, STR_NONE, false, &found, err));
    for (size_t i = 0; i <= m->count; i++) {
        same_place(m, c, found, i);
        assert_true(store_step(c, false, &found, err));
    }
    if (m->count == 0)
        return;
    assert_true(store_seek(c, m->at[m->count - 1].key, true, &found, err));
    for (size_t i = m->count; i-- > 0;) {
        same_place(m, c, found, i);
        assert_true(store_step(c, true, &found, err));
    }
    assert_false(found);
}

/* ---- the runs ---- */

struct run {
    struct model model;
    uint64_t seed;
    struct buf key;
    unsigned steps;
    enum store_space space;
};

static void same_get(struct store_txn *txn, struct run *run, struct str key, struct err *err)
{
    struct str value;
    bool found;
    size_t place = model_place(&run->model, key);
    assert_true(store_get(txn, run->space, key, &value, &found, err));
    assert_int_equal(found, model_has(&run->model, place, key));
    if (found)
        assert_memory_equal(value.at, &run->model.at[place].value, sizeof(uint64_t));
}

static bool change(struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    for (unsigned i = 0; i < run->steps; i++) {
        uint64_t value = draw(&run->seed);
        bool found;
        make_key(&run->seed, &run->model, &run->key);
        struct str key = buf_str(&run->key);
        same_get(txn, run, key, err);
        if (run->model.count < KEYS_MAX && draw(&run->seed) % 5 > 1) {
            assert_true(
                store_put(txn, run->space, key, (struct str){(char *)&value, sizeof value}, err));
            model_put(&run->model, key, value);
        } else {
            if (run->model.count && draw(&run->seed) % 3)
                key = run->model.at[draw(&run->seed) % run->model.count].key;
            assert_true(store_delete(txn, run->space, key, &found, err));
            assert_int_equal(found, model_delete(&run->model, key));
        }
    }
    return true;
}

static bool compare(struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    struct store_cursor *c = store_cursor_open(txn, run->space, err);
    for (int i = 0; i < 150; i++) {
        make_key(&run->seed, &run->model, &run->key);
        same_get(txn, run, buf_str(&run->key), err);
        same_seek(&run->model, c, buf_str(&run->key), &run->seed, err);
    }
    same_walks(&run->model, c, err);
    store_cursor_close(c);
    return true;
}

static bool empty_out(struct store_txn *txn, void *context, struct err *err)
{
    struct run *run = context;
    bool found;
    while (run->model.count) {
        struct str key = run->model.at[draw(&run->seed) % run->model.count].key;
        assert_true(store_delete(txn, run->space, key, &found, err));
        assert_true(found);
        model_delete(&run->model, key);
    }
    return true;
}

static void no_findings(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

static void play(struct store *store, uint64_t seed)
{
    struct run run = {.seed = seed, .steps = 60, .space = STORE_ITEMS + seed % 2};
    struct err err = ERR_INIT;
    for (int i = 0; i < 8; i++) {
        if (!store_write(store, change, &run, &err) || !store_read(store, compare, &run, &err) ||
            !store_check(store, no_findings, NULL, &err))
            fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
    }
    assert_true(store_write(store, empty_out, &run, &err));
    assert_true(store_check(store, no_findings, NULL, &err));
    buf_fini(&run.key);
}

static void a_store_is_a_sorted_array_whatever_its_keys(void **state)
{
    struct err err = ERR_INIT;
    char folder[] = "/tmp/dynascope-layers-XXXXXX", command[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct store *store = store_open(folder, &(struct store_options){.no_sync = true}, &err);
    assert_non_null(store);
    for (uint64_t seed = 1; seed <= 12; seed++)
        play(store, seed * UINT64_C(0x9E3779B97F4A7C15));
    struct store_stat stat;
    assert_true(store_stat(store, &stat, &err));
    assert_int_equal(stat.entries[STORE_ITEMS] + stat.entries[STORE_INDEX], 0);
    store_close(store, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_is_a_sorted_array_whatever_its_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
