/* SPDX-License-Identifier: MIT */
/* The dictionary of attribute names: numbers stay, the order is found, it fills up and is kept. */
#include "backend/embedded/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct str name_of(char name[32], unsigned i)
{
    return (struct str){name, (size_t)snprintf(name, 32, "%u name", i * 7919 % 1000)};
}

static void numbers_are_given_once_and_stay(void **state)
{
    struct buf names = {0};
    char name[32];
    (void)state;
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        bool grown = false;
        assert_int_equal(names_find(buf_str(&names), name_of(name, i)), 0);
        assert_int_equal(names_add(&names, name_of(name, i), &grown), i + 1);
        assert_true(grown);
        assert_true(names_check(buf_str(&names)));
        for (unsigned j = 0; j <= i; j += 1 + i / 8) {
            assert_int_equal(names_find(buf_str(&names), name_of(name, j)), j + 1);
            struct str got = names_get(buf_str(&names), j + 1);
            assert_int_equal(got.at[0], name_of(name, j).len);
            assert_true(str_equal(str_skip(got, 1), name_of(name, j)));
        }
    }
    bool grown = false;
    assert_int_equal(names_add(&names, STR("one too many"), &grown), 0);
    assert_int_equal(names_add(&names, name_of(name, 5), &grown), 6);
    assert_false(grown);
    buf_fini(&names);
}

static void a_name_too_long_stays_without_a_number(void **state)
{
    struct buf names = {0};
    char name[NAMES_LENGTH_MAX + 1];
    bool grown = false;
    (void)state;
    memset(name, 'n', sizeof name);
    assert_int_equal(names_add(&names, (struct str){name, sizeof name}, &grown), 0);
    assert_false(grown);
    assert_int_equal(names_add(&names, (struct str){name, sizeof name - 1}, &grown), 1);
    assert_int_equal(names_add(&names, STR(""), &grown), 2);
    assert_true(names_check(buf_str(&names)));
    buf_fini(&names);
}

static void there_is_no_name_without_a_number(void **state)
{
    struct buf names = {0};
    bool grown;
    (void)state;
    names_add(&names, STR("a"), &grown);
    assert_int_equal(names_get(buf_str(&names), 0).len, 0);
    assert_int_equal(names_get(buf_str(&names), 2).len, 0);
    assert_int_equal(names_get(STR_NONE, 1).len, 0);
    buf_fini(&names);
}

static void malformed_dictionaries_are_told(void **state)
{
    static const struct str wrong[] = {STR("\x01"), STR("\x02\0"), STR("\x01\0x"),
        STR("\x01\x01\x02\0\x01"), STR("\x01\x01\x02\0\x01\x01"),
        STR("\x01\x01\x02\0\x01\x02"
            "a"),
        STR("\x01\x02\x02\0\x04\0\x01\x01\x01"
            "a\x01"
            "b"),
        STR("\x01\x02\x02\0\x04\0\x02\x01\x01"
            "a\x01"
            "b"),
        STR("\x01\x02\x04\0\x02\0\x01\x02\x01"
            "a\x01"
            "b"),
        STR("\x01\x02\x02\0\x04\0\x01\x03\x01"
            "a\x01"
            "b"),
        STR("\x01\x02\x02\0\x04\0\x03\x01\x01"
            "a\x01"
            "b"),
        STR("\x01\x02\x02\0\x04\0\0\x02\x01"
            "a\x01"
            "b")};
    (void)state;
    assert_true(names_check(STR_NONE));
    assert_true(names_check(STR("\x01\x02\x02\0\x04\0\x01\x02\x01"
                                "a\x01"
                                "b")));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(names_check(wrong[i]));
}

/* ---- kept in a store ---- */

static bool save(struct store_txn *txn, void *context, struct err *err)
{
    struct buf *names = context;
    bool grown = false;
    if (!names_copy(txn, 7, names, err))
        return false;
    names_add(names, STR("colour"), &grown);
    return names_save(txn, 7, buf_str(names), err);
}

static bool load(struct store_txn *txn, void *context, struct err *err)
{
    struct str names;
    unsigned *number = context;
    if (!names_load(txn, *number, &names, err))
        return false;
    *number = names_find(names, STR("colour"));
    return true;
}

static bool drop(struct store_txn *txn, void *context, struct err *err)
{
    (void)context;
    return names_drop(txn, 7, err);
}

static void a_dictionary_belongs_to_its_table(void **state)
{
    char folder[] = "/tmp/dynascope-names-XXXXXX", command[64];
    struct err err = ERR_INIT;
    struct buf names = {0};
    unsigned seven = 7, eight = 8, dropped = 7;
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct store *store = store_open(folder, NULL, &err);
    assert_non_null(store);
    assert_true(store_write(store, save, &names, &err));
    assert_true(store_read(store, load, &seven, &err) && store_read(store, load, &eight, &err));
    assert_int_equal(seven, 1);
    assert_int_equal(eight, 0);
    assert_true(store_write(store, drop, NULL, &err) && store_read(store, load, &dropped, &err));
    assert_int_equal(dropped, 0);
    store_close(store, NULL);
    buf_fini(&names);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_given_once_and_stay),
        cmocka_unit_test(a_name_too_long_stays_without_a_number),
        cmocka_unit_test(there_is_no_name_without_a_number),
        cmocka_unit_test(malformed_dictionaries_are_told),
        cmocka_unit_test(a_dictionary_belongs_to_its_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
