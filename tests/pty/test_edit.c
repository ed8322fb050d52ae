/* SPDX-License-Identifier: MIT */
/* What is changed in the explorer is in the store: seen after reopening and by other programs. */
#include "tests/pty/sample.h"

#include "base/mem.h"
#include "tests/test.h"

#include <sys/stat.h>

static const char *program;

#define CLEAR_LINE "\025"

static void start(struct sample *s, struct term *t, const char *editor)
{
    static const char *const arguments[] = {"Orders", NULL};
    const char *env[] = {editor, NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .env = editor ? env : NULL});
    term_expect(t, "PENDING");
}

static void open_one_order(struct sample *s, struct term *t, const char *editor)
{
    sample_init(s, program);
    sample_orders(s, 1);
    start(s, t, editor);
}

static void assert_stored(struct sample *s, const char *part)
{
    sample_assert_stored(s, "O0000", part);
}

static void an_edited_attribute_is_there_after_reopening(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_one_order(&s, &t, NULL);
    term_send(&t, ":edit-attribute amount\r");
    term_expect(&t, "amount = 0.5");
    term_send(&t, CLEAR_LINE "42.25\r");
    term_expect(&t, "42.25");
    sample_quit(&t);
    start(&s, &t, NULL);
    term_expect(&t, "42.25");
    assert_stored(&s, "\"amount\":42.25");
    sample_quit(&t);
    sample_fini(&s);
}

static void an_attribute_edited_in_the_item_is_stored(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_one_order(&s, &t, NULL);
    term_send(&t, TERM_ENTER);
    term_expect_gone(&t, "orderId  amount"); /* the grid's header */
    /* keys come first, the others by name: amount is the third line */
    term_send(&t, TERM_DOWN TERM_DOWN);
    term_send(&t, ":edit-attribute\r");
    term_expect(&t, "amount = 0.5");
    term_send(&t, CLEAR_LINE "77\r");
    term_expect(&t, "amount      77");
    sample_quit(&t);
    assert_stored(&s, "\"amount\":77");
    sample_fini(&s);
}

static void the_whole_item_is_edited_in_the_editor(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200];
    sample_init(&s, program);
    sample_orders(&s, 1);
    start(&s, &t, sample_editor(&s, "sed -i 's/\"first\"/\"mine!\"/' \"$1\"", editor));
    term_send(&t, ":edit\r");
    term_expect(&t, "mine!");
    assert_true(t.alternate);
    sample_quit(&t);
    assert_stored(&s, "\"note\":\"mine!\"");
    sample_fini(&s);
}

static void an_editor_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200];
    sample_init(&s, program);
    sample_orders(&s, 1);
    char *before = sample_stored(&s, "O0000");
    start(&s, &t, sample_editor(&s, "echo '{' >\"$1\"; exit 3", editor));
    term_send(&t, ":edit\r");
    term_expect(&t, "your text is kept in");
    sample_quit(&t);
    char *after = sample_stored(&s, "O0000");
    assert_string_equal(after, before);
    free(before);
    free(after);
    sample_fini(&s);
}

static void what_somebody_else_wrote_meanwhile_is_not_overwritten(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200], script[800];
    sample_init(&s, program);
    sample_orders(&s, 1);
    snprintf(script, sizeof script,
        "sed -i 's/\"first\"/\"mine\"/' \"$1\"\n"
        "'%s' -c '%s' call UpdateItem '{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":"
        "\"C000\"},\"orderId\":{\"S\":\"O0000\"}},\"UpdateExpression\":\"SET note = :n\","
        "\"ExpressionAttributeValues\":{\":n\":{\"S\":\"other\"}}}' >/dev/null",
        program, s.store);
    start(&s, &t, sample_editor(&s, script, editor));
    term_send(&t, ":edit\r");
    term_expect(&t, "other");
    assert_stored(&s, "\"note\":\"other\"");
    term_close(&t);
    assert_stored(&s, "\"note\":\"other\"");
    sample_fini(&s);
}

static void deleting_asks_first(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_one_order(&s, &t, NULL);
    term_send(&t, ":delete\r");
    term_expect(&t, "elete");
    term_send(&t, "n");
    assert_stored(&s, "O0000");
    term_send(&t, ":delete\r");
    term_settle(&t, 100);
    term_send(&t, "y");
    term_expect_gone(&t, "PENDING");
    sample_quit(&t);
    char *item = sample_stored(&s, "O0000");
    assert_string_equal(item, "");
    free(item);
    sample_fini(&s);
}

static void reading_only_writes_nothing(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--read-only", "Orders", NULL};
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 1);
    char *before = sample_stored(&s, "O0000");
    sample_open(&s, &t, &(struct sample_start){.arguments = arguments});
    term_expect(&t, "PENDING");
    term_send(&t, ":delete\r");
    term_expect(&t, "read");
    term_send(&t, "y");
    term_settle(&t, 100);
    term_close(&t);
    char *after = sample_stored(&s, "O0000");
    assert_string_equal(after, before);
    free(before);
    free(after);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edited_attribute_is_there_after_reopening),
        cmocka_unit_test(an_attribute_edited_in_the_item_is_stored),
        cmocka_unit_test(the_whole_item_is_edited_in_the_editor),
        cmocka_unit_test(an_editor_that_fails_changes_nothing),
        cmocka_unit_test(what_somebody_else_wrote_meanwhile_is_not_overwritten),
        cmocka_unit_test(deleting_asks_first),
        cmocka_unit_test(reading_only_writes_nothing),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
