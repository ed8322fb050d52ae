/* SPDX-License-Identifier: MIT */
/* The operation table. */
#include "backend/ops.h"
#include "tests/test.h"

static void names_are_in_order_and_each_is_found(void **state)
{
    (void)state;
    size_t count;
    const struct op *all = op_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(op_find(all[i].name), &all[i]);
        if (i)
            assert_true(str_compare(all[i - 1].name, all[i].name) < 0);
    }
}

static void there_are_58_operations_of_the_database_and_4_of_streams(void **state)
{
    (void)state;
    size_t count, streams = 0;
    const struct op *all = op_all(&count);
    for (size_t i = 0; i < count; i++)
        streams += all[i].service == OP_STREAMS;
    assert_int_equal(count, 62);
    assert_int_equal(streams, 4);
}

static void what_is_not_an_operation_is_not_found(void **state)
{
    (void)state;
    assert_null(op_find(STR_NONE));
    assert_null(op_find(STR("")));
    assert_null(op_find(STR("putItem")));
    assert_null(op_find(STR("PutItems")));
    assert_null(op_find(STR("PutIte")));
    assert_null(op_find(STR("Zzz")));
}

static void only_reads_and_unconditional_writes_may_be_sent_again(void **state)
{
    (void)state;
    assert_true(op_find(STR("Query"))->idempotent);
    assert_true(op_find(STR("BatchWriteItem"))->idempotent);
    assert_false(op_find(STR("UpdateItem"))->idempotent);
    assert_false(op_find(STR("PutItem"))->idempotent);
    size_t count;
    const struct op *all = op_all(&count);
    for (size_t i = 0; i < count; i++)
        assert_true(all[i].writes || all[i].idempotent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_in_order_and_each_is_found),
        cmocka_unit_test(there_are_58_operations_of_the_database_and_4_of_streams),
        cmocka_unit_test(what_is_not_an_operation_is_not_found),
        cmocka_unit_test(only_reads_and_unconditional_writes_may_be_sent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
