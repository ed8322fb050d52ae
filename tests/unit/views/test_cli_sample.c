/* SPDX-License-Identifier: MIT */
/* Made-up items. */
#include "tests/test.h"
#include "views/cli/sample.h"

static const char *const names[] = {"orders", "users", "events", "wide"};
enum { NAMES = sizeof names / sizeof *names };

static void make(const char *name, const struct sample *sample, uint64_t index, struct buf *out)
{
    struct err err = ERR_INIT;
    buf_clear(out);
    assert_true(sample_item(sample_find(str_from(name)), sample, index, out, &err));
}

static void items_are_valid_and_have_their_keys(void **state)
{
    (void)state;
    struct buf item = {0};
    for (size_t n = 0; n < NAMES; n++)
        for (uint64_t i = 0; i < 500; i++) {
            struct sample sample = {.seed = i % 7, .partitions = 1 + i % 20, .bytes = i % 3 * 300};
            struct err err = ERR_INIT;
            struct value key;
            const struct sample_schema *schema = sample_find(str_from(names[n]));
            make(names[n], &sample, i * 1000003, &item);
            assert_true(value_check(buf_str(&item), &err));
            for (uint32_t k = 0; k < schema->key_count; k++) {
                assert_true(value_find(value_of(buf_str(&item)), schema->keys[k].name, &key));
                assert_int_equal(key.type, schema->keys[k].type);
            }
        }
    buf_fini(&item);
}

static void the_same_seed_and_number_make_the_same_item(void **state)
{
    (void)state;
    struct buf a = {0}, b = {0};
    for (size_t n = 0; n < NAMES; n++) {
        struct sample sample = {.seed = 5, .partitions = 10, .bytes = 400}, other = sample;
        other.seed = 6;
        make(names[n], &sample, 77, &a);
        make(names[n], &sample, 77, &b);
        assert_true(str_equal(buf_str(&a), buf_str(&b)));
        make(names[n], &sample, 78, &b);
        assert_false(str_equal(buf_str(&a), buf_str(&b)));
        make(names[n], &other, 77, &b);
        assert_false(str_equal(buf_str(&a), buf_str(&b)));
    }
    buf_fini(&a);
    buf_fini(&b);
}

static void items_are_about_as_big_as_asked(void **state)
{
    (void)state;
    static const size_t sizes[] = {700, 1000, 5000, 100000, 400000};
    struct buf item = {0};
    for (size_t n = 0; n < NAMES; n++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            struct sample sample = {.seed = 1, .partitions = 10, .bytes = sizes[s]};
            make(names[n], &sample, 3, &item);
            size_t size = value_item_size(value_of(buf_str(&item)));
            assert_true(size <= VALUE_ITEM_MAX);
            assert_true(size > sizes[s] * 3 / 4 && size <= sizes[s] + sizes[s] / 10);
        }
    buf_fini(&item);
}

static void items_spread_over_the_partitions_that_were_asked_for(void **state)
{
    (void)state;
    struct sample sample = {.seed = 9, .partitions = 5};
    struct buf item = {0};
    bool seen[5] = {false};
    for (uint64_t i = 0; i < 200; i++) {
        struct value key;
        make("orders", &sample, i, &item);
        assert_true(value_find(value_of(buf_str(&item)), STR("customerId"), &key));
        uint64_t number;
        assert_true(str_to_u64(str_skip(key.data, 1), &number));
        assert_in_range(number, 0, 4);
        seen[number] = true;
    }
    for (int i = 0; i < 5; i++)
        assert_true(seen[i]);
    buf_fini(&item);
}

static void there_is_no_schema_of_another_name(void **state)
{
    (void)state;
    assert_null(sample_find(STR("")));
    assert_null(sample_find(STR("order")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_valid_and_have_their_keys),
        cmocka_unit_test(the_same_seed_and_number_make_the_same_item),
        cmocka_unit_test(items_are_about_as_big_as_asked),
        cmocka_unit_test(items_spread_over_the_partitions_that_were_asked_for),
        cmocka_unit_test(there_is_no_schema_of_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
