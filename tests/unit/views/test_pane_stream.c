/* SPDX-License-Identifier: MIT */
/* What the live stream asks before it takes a change back. */
#include "tests/test.h"
#include "views/stream/pane_stream_impl.h"

static bool warns(struct tail_record record)
{
    struct arena arena = {0};
    record.key = STR("C101");
    struct str question = pane_stream_question(&arena, &record);
    assert_true(str_find(question, STR("C101")) != SIZE_MAX);
    bool found = str_find(question, STR("will remove it again")) != SIZE_MAX;
    arena_fini(&arena);
    return found;
}

static void who_puts_an_expired_item_back_is_warned(void **state)
{
    (void)state;
    assert_true(warns((struct tail_record){.event = TAIL_REMOVE, .by_service = true}));
    assert_false(warns((struct tail_record){.event = TAIL_REMOVE}));
    assert_false(warns((struct tail_record){.event = TAIL_INSERT}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_puts_an_expired_item_back_is_warned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
