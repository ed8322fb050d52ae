/* SPDX-License-Identifier: MIT */
/* The check finds what has been broken behind the engine's back. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/count.h"
#include "backend/embedded/store.h"

#define TABLE                                                                                      \
    "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"                  \
    "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"                   \
    "\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":" \
    "\"S\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"byg\",\"KeySchema\":[{"                  \
    "\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}]" \
    ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"}}"

/* A sound store with three items, an index and a stream; closed. */
static void make(struct bench *b)
{
    bench_init(b);
    bench_ok(b, "CreateTable", TABLE);
    for (int i = 0; i < 3; i++) {
        buf_clear(&b->body);
        buf_printf(&b->body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"item%d\"},\"g\":{\"S\":\"group\"}}}",
            i);
        assert_true(bench_send(b, "PutItem", NULL));
    }
    bench_close(b);
    assert_int_equal(bench_check(b), 0);
}

struct damage {
    enum store_space space;
    bool (*harm)(struct store_txn *txn, struct str key, struct str value, struct err *err);
    const char *prefix;
};

static bool harm_first(struct store_txn *txn, void *context, struct err *err)
{
    const struct damage *d = context;
    bool found;
    struct buf key = {0}, value = {0};
    struct store_cursor *c = store_cursor_open(txn, d->space, err);
    bool done = c && store_seek(c, str_from(d->prefix), false, &found, err) && found;
    if (done) {
        buf_add(&key, store_key(c));
        buf_add(&value, store_value(c));
    }
    store_cursor_close(c);
    done = done && d->harm(txn, buf_str(&key), buf_str(&value), err);
    buf_fini(&key);
    buf_fini(&value);
    return done;
}

/* The findings after one act of damage, all lines in `lines`. */
static void collect(void *context, const char *finding)
{
    struct buf *lines = context;
    buf_add(lines, str_from(finding));
    buf_add_byte(lines, '\n');
}

static void expect(const struct damage *damage, const char *finding)
{
    struct bench b;
    struct err err = ERR_INIT;
    struct store_options options = {.no_sync = true};
    struct buf lines = {0};
    uint64_t findings = 0;
    make(&b);
    struct store *store = store_open(b.folder, &options, &err);
    assert_non_null(store);
    assert_true(store_write(store, harm_first, (void *)(uintptr_t)damage, &err));
    store_close(store, NULL);
    assert_true(embedded_check(b.folder, collect, &lines, &findings, &err));
    if (findings == 0 || !strstr(buf_cstr(&lines), finding))
        fail_msg("%d findings, none of them \"%s\":\n%s", (int)findings, finding, buf_cstr(&lines));
    buf_fini(&lines);
    nftw(b.folder, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
    buf_fini(&b.body);
    ddb_reply_fini(&b.reply);
    arena_fini(&b.arena);
}

static bool delete_in(
    struct store_txn *txn, enum store_space space, struct str key, struct err *err)
{
    return store_delete(txn, space, key, NULL, err);
}

static bool delete_item(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    (void)value;
    return delete_in(txn, STORE_ITEMS, key, err);
}

static bool delete_entry(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    (void)value;
    return delete_in(txn, STORE_INDEX, key, err);
}

static bool shorten_item(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    return store_put(txn, STORE_ITEMS, key, str_take(value, value.len - 1), err);
}

static bool resize_item(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    struct buf copy = {0};
    buf_add(&copy, value);
    copy.at[0]++;
    bool done = store_put(txn, STORE_ITEMS, key, buf_str(&copy), err);
    buf_fini(&copy);
    return done;
}

static bool move_item(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    struct buf other = {0};
    buf_add(&other, key);
    other.at[1] ^= 1; /* another hash */
    bool done = store_put(txn, STORE_ITEMS, buf_str(&other), value, err);
    buf_fini(&other);
    return done;
}

static bool add_orphan(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    struct buf other = {0};
    buf_add(&other, key);
    other.at[0] = 0x3E; /* an id of nobody */
    bool done = store_put(txn, STORE_ITEMS, buf_str(&other), value, err);
    buf_fini(&other);
    return done;
}

static bool change_count(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    (void)key, (void)value;
    return count_add(txn, 1, (struct count){1, 0}, err);
}

static bool orphan_count(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    (void)key, (void)value;
    return count_add(txn, 99, (struct count){1, 0}, err);
}

static bool break_row(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    return store_put(txn, STORE_CATALOG, key, str_take(value, value.len / 2), err);
}

static bool break_record(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    return store_put(txn, STORE_STREAM, key, str_take(value, 5), err);
}

static bool future_record(struct store_txn *txn, struct str key, struct str value, struct err *err)
{
    struct buf other = {0};
    buf_add(&other, key);
    other.at[other.len - 1] = 0x7F;
    bool done = store_put(txn, STORE_STREAM, buf_str(&other), value, err);
    buf_fini(&other);
    return done;
}

static void a_missing_index_entry_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_INDEX, delete_entry, ""}, "an item is missing in index byg");
}

static void an_entry_without_its_item_is_found(void **state)
{
    (void)state;
    expect(
        &(struct damage){STORE_ITEMS, delete_item, ""}, "index byg has an entry without an item");
}

static void an_item_that_cannot_be_read_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_ITEMS, shorten_item, ""}, "cannot be read");
}

static void an_item_with_the_wrong_size_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_ITEMS, resize_item, ""}, "has the wrong size");
}

static void an_item_under_another_key_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_ITEMS, move_item, ""}, "does not stand under its own key");
}

static void an_item_of_no_table_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_ITEMS, add_orphan, ""}, "belongs to no table");
}

static void wrong_counts_are_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_META, change_count, ""}, "tab: counted 4 items");
    expect(&(struct damage){STORE_META, orphan_count, ""}, "the number 99 belongs to no table");
}

static void a_broken_row_of_the_catalog_is_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_CATALOG, break_row, "t"}, "the row of tab cannot be read");
    expect(&(struct damage){STORE_CATALOG, break_row, "s"}, "a stream's row cannot be read");
}

static void broken_stream_records_are_found(void **state)
{
    (void)state;
    expect(&(struct damage){STORE_STREAM, break_record, ""}, "cannot be read");
    expect(&(struct damage){STORE_STREAM, future_record, ""}, "a number that was never given");
}

static void a_store_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    uint64_t findings;
    assert_false(embedded_check("/tmp/dynascope-no-such-store", bench_see, NULL, &findings, &err));
    assert_true(err.code != ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_index_entry_is_found),
        cmocka_unit_test(an_entry_without_its_item_is_found),
        cmocka_unit_test(an_item_that_cannot_be_read_is_found),
        cmocka_unit_test(an_item_with_the_wrong_size_is_found),
        cmocka_unit_test(an_item_under_another_key_is_found),
        cmocka_unit_test(an_item_of_no_table_is_found),
        cmocka_unit_test(wrong_counts_are_found),
        cmocka_unit_test(a_broken_row_of_the_catalog_is_found),
        cmocka_unit_test(broken_stream_records_are_found),
        cmocka_unit_test(a_store_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
