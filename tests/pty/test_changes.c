/* SPDX-License-Identifier: MIT */
/* Changes that are staged, taken back, in conflict: with the real program, across its runs, and
 * against what another explorer or the command line writes meanwhile. */
#include "tests/pty/endpoint.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <signal.h>
#include <sys/stat.h>

static const char *program;

#define CLEAR_LINE "\025"
#define CTRL_S "\023"

static void start(struct sample *s, struct term *t, const char *editor)
{
    static const char *const arguments[] = {"Orders", NULL};
    const char *env[] = {editor, NULL};
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .env = editor ? env : NULL});
    term_expect(t, "PENDING");
}

static void begin(struct sample *s, struct term *t, int orders)
{
    sample_init(s, program);
    sample_orders(s, orders);
    start(s, t, NULL);
}

static void change(struct term *t, const char *attribute, const char *value)
{
    char keys[200];
    snprintf(keys, sizeof keys, ":edit-attribute %s\r", attribute);
    term_send(t, keys);
    snprintf(keys, sizeof keys, "%s = ", attribute);
    term_expect(t, keys);
    snprintf(keys, sizeof keys, CLEAR_LINE "%s\r", value);
    term_send(t, keys);
}

static bool read_text(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    out->len += fread(buf_reserve(out, 65536), 1, 65536, file);
    fclose(file);
    return true;
}

/* ---- undo across runs ---- */

static void the_next_explorer_takes_back_what_this_one_wrote(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 1);
    change(&t, "amount", "42");
    term_expect(&t, "changed amount");
    sample_quit(&t);
    start(&s, &t, NULL);
    term_send(&t, "u");
    term_expect(&t, "in an earlier session");
    term_expect(&t, "0.5");
    sample_assert_stored(&s, "O0000", "\"amount\":42"); /* not by one key */
    term_send(&t, "y");
    term_expect(&t, "took back");
    sample_assert_stored(&s, "O0000", "\"amount\":0.5");
    sample_quit(&t);
    start(&s, &t, NULL);
    term_send(&t, "U");
    term_expect(&t, "Make again");
    term_send(&t, "y");
    term_expect(&t, "changed again");
    sample_assert_stored(&s, "O0000", "\"amount\":42");
    sample_quit(&t);
    sample_fini(&s);
}

static void a_delete_is_taken_back_by_the_next_explorer(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 2);
    term_send(&t, "D");
    term_expect(&t, "Delete from");
    term_send(&t, "y");
    term_expect(&t, "deleted");
    sample_quit(&t);
    char *gone = sample_stored(&s, "O0000");
    assert_string_equal(gone, "");
    free(gone);
    start(&s, &t, NULL);
    term_send(&t, ":undo-list\r");
    term_expect(&t, "deleted C000");
    term_send(&t, "u");
    term_expect(&t, "Take back");
    term_send(&t, "y");
    term_expect(&t, "taken back");
    sample_assert_stored(&s, "O0000", "\"note\":\"first\"");
    sample_quit(&t);
    sample_fini(&s);
}

static void what_others_wrote_since_is_not_taken_back(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 1);
    change(&t, "amount", "42");
    term_expect(&t, "changed amount");
    sample_quit(&t);
    free(sample_call(&s, "UpdateItem",
        "{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{\"S\":"
        "\"O0000\"}},\"UpdateExpression\":\"SET amount = :n\",\"ExpressionAttributeValues\":{"
        "\":n\":{\"N\":\"77\"}}}"));
    start(&s, &t, NULL);
    term_send(&t, "u");
    term_expect(&t, "in an earlier session");
    term_send(&t, "y");
    term_expect(&t, "not taken back");
    sample_assert_stored(&s, "O0000", "\"amount\":77");
    sample_quit(&t);
    sample_fini(&s);
}

/* ---- staging ---- */

static void what_is_staged_survives_a_crash_and_is_written_then(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 2);
    term_send(&t, ":stage on\r");
    term_expect(&t, "edits are staged");
    change(&t, "amount", "42");
    term_expect(&t, "1 staged");
    sample_assert_stored(&s, "O0000", "\"amount\":0.5");
    struct term other; /* it is nobody else's while this one runs */
    start(&s, &other, NULL);
    assert_false(term_shows(&other, "1 staged"));
    sample_quit(&other);
    kill(t.pid, SIGKILL);
    term_wait_exit(&t, TERM_DEADLINE_MS);
    term_close(&t);
    start(&s, &t, NULL);
    term_expect(&t, "42"); /* in the grid, in place of what is stored */
    term_send(&t, "S");
    term_expect(&t, "SET #0 = :n0");
    term_send(&t, CTRL_S); /* no terminal stops at it */
    term_expect(&t, "nothing is staged");
    sample_assert_stored(&s, "O0000", "\"amount\":42");
    sample_quit(&t);
    sample_fini(&s);
}

static void one_edit_is_staged_by_its_own_key(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 1);
    term_send(&t, ":edit-attribute amount\r");
    term_expect(&t, "amount = 0.5");
    term_send(&t, CLEAR_LINE "42\033\r");
    term_expect(&t, "1 staged");
    sample_assert_stored(&s, "O0000", "\"amount\":0.5");
    change(&t, "note", "\"mine\""); /* more of the same item goes with it */
    term_expect(&t, "staged: changed note");
    term_send(&t, CTRL_S);
    term_expect(&t, "changed C000");
    sample_assert_stored(&s, "O0000", "\"amount\":42");
    sample_assert_stored(&s, "O0000", "\"note\":\"mine\"");
    change(&t, "amount", "43");
    term_expect(&t, "changed amount");
    sample_assert_stored(&s, "O0000", "\"amount\":43");
    sample_quit(&t);
    sample_fini(&s);
}

static void leaving_asks_where_something_is_staged(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 1);
    term_send(&t, ":stage on\r");
    term_expect(&t, "edits are staged");
    change(&t, "amount", "42");
    term_expect(&t, "1 staged");
    term_send(&t, ":quit\r");
    term_expect(&t, "staged and not written");
    term_send(&t, "n");
    term_expect_gone(&t, "staged and not written");
    term_send(&t, ":quit\r");
    term_expect(&t, "kept for the next time");
    term_send(&t, "y");
    term_expect_exit(&t, 0);
    term_close(&t);
    sample_assert_stored(&s, "O0000", "\"amount\":0.5");
    sample_fini(&s);
}

static void several_items_are_written_in_one_transaction_on_an_endpoint(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 2);
    endpoint_start(&e, program, s.store, 0);
    const char *words[] = {program, "--read-write", e.url, "Orders", NULL};
    const char *env[] = {s.home, s.temporary, NULL};
    term_open(&t, &(struct term_options){.argv = words, .env = env, .cols = 100});
    term_expect(&t, "PENDING");
    term_send(&t, ":stage on\r");
    term_expect(&t, "edits are staged");
    change(&t, "amount", "42");
    term_expect(&t, "1 staged");
    term_send(&t, "j");
    change(&t, "amount", "43");
    term_expect(&t, "2 staged");
    free(sample_call(&s, "UpdateItem",
        "{\"TableName\":\"Orders\",\"Key\":{\"customerId\":{\"S\":\"C000\"},\"orderId\":{\"S\":"
        "\"O0001\"}},\"UpdateExpression\":\"SET amount = :n\",\"ExpressionAttributeValues\":{"
        "\":n\":{\"N\":\"77\"}}}"));
    term_send(&t, ":commit together\r");
    term_expect(&t, "Changed by someone else");
    sample_assert_stored(&s, "O0000", "\"amount\":0.5"); /* none, as one was refused */
    term_expect(&t, "77");
    term_send(&t, "2\r");
    term_expect(&t, "changed C000 · O0001");
    sample_assert_stored(&s, "O0001", "\"amount\":43");
    term_send(&t, CTRL_S);
    term_expect(&t, "changed C000 · O0000");
    sample_assert_stored(&s, "O0000", "\"amount\":42");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

/* ---- histories ---- */

static void a_version_is_put_back_through_an_endpoint(void **state)
{
    (void)state;
    struct sample s;
    struct endpoint e;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 2);
    free(sample_call(&s, "UpdateTable",
        "{\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    endpoint_start(&e, program, s.store, 0);
    const char *words[] = {program, "--read-write", e.url, "Orders", NULL};
    const char *env[] = {s.home, s.temporary, NULL};
    term_open(&t, &(struct term_options){.argv = words, .env = env, .cols = 100});
    term_expect(&t, "PENDING");
    change(&t, "amount", "42");
    term_expect(&t, "changed amount");
    term_send(&t, "H");
    term_expect(&t, "0.5 → 42");
    term_expect(&t, "before");
    term_send(&t, "jV");
    term_expect(&t, "Put back this version");
    term_send(&t, "y");
    term_expect(&t, "reverted C000");
    term_expect(&t, "42 → 0.5"); /* its record is in the list */
    sample_assert_stored(&s, "O0000", "\"amount\":0.5");
    sample_quit(&t);
    endpoint_stop(&e);
    sample_fini(&s);
}

/* ---- conflicts ---- */

static void two_explorers_change_the_same_attribute(void **state)
{
    (void)state;
    struct sample s;
    struct term one, other;
    begin(&s, &one, 1);
    start(&s, &other, NULL);
    term_send(&one, ":edit-attribute amount\r");
    term_expect(&one, "amount = 0.5");
    change(&other, "amount", "7");
    term_expect(&other, "changed amount");
    term_send(&one, CLEAR_LINE "8\r");
    term_expect(&one, "Changed by someone else");
    term_expect(&one, "1 to choose"); /* theirs was read */
    term_send(&one, "\r");
    term_expect(&one, "choose theirs or yours");
    term_send(&one, "2");
    term_expect(&one, "an attribute is theirs or yours");
    term_send(&one, "\r");
    term_expect(&one, "changed C000 · O0000");
    sample_assert_stored(&s, "O0000", "\"amount\":8");
    term_expect(&other, "8");
    sample_quit(&one);
    sample_quit(&other);
    sample_fini(&s);
}

static void theirs_may_stay(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    begin(&s, &t, 1);
    term_send(&t, ":edit-attribute note\r");
    term_expect(&t, "note = ");
    assert_int_equal(
        sample_run(&s, NULL, NULL, NULL, "-c", s.store, "put", "Orders",
            "{\"customerId\":\"C000\",\"orderId\":\"O0000\",\"note\":\"other\"}", NULL),
        0);
    term_send(&t, CLEAR_LINE "\"mine\"\r");
    term_expect(&t, "Changed by someone else");
    term_expect(&t, "\"other\"");
    term_send(&t, "1\r");
    term_expect(&t, "stays as they made it");
    sample_assert_stored(&s, "O0000", "\"note\":\"other\"");
    sample_quit(&t);
    sample_fini(&s);
}

static void an_item_that_was_deleted_while_it_was_edited_is_not_lost(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200], script[400];
    sample_init(&s, program);
    sample_orders(&s, 2);
    snprintf(script, sizeof script,
        "sed -i 's/\"first\"/\"mine\"/' \"$1\"\n'%s' -c '%s' delete Orders C000 O0000 "
        ">/dev/null 2>&1",
        program, s.store);
    start(&s, &t, sample_editor(&s, script, editor));
    term_send(&t, "e");
    term_expect(&t, "Deleted by someone else");
    term_send(&t, "2\r");
    term_expect(&t, "put again C000");
    sample_assert_stored(&s, "O0000", "\"note\":\"mine\"");
    sample_quit(&t);
    sample_fini(&s);
}

/* ---- editors ---- */

static void a_wrong_text_comes_back_with_the_place_marked(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200], path[120];
    struct buf seen = {0};
    sample_init(&s, program);
    sample_orders(&s, 1);
    start(&s, &t,
        sample_editor(&s,
            "if grep -q '^#' \"$1\"; then cp \"$1\" \"${0%/*}/seen\"; sed -i 's/oops//' \"$1\";\n"
            "else sed -i 's/0.5/42 oops/' \"$1\"; fi",
            editor));
    term_send(&t, "e");
    term_expect(&t, "changed C000");
    sample_assert_stored(&s, "O0000", "\"amount\":42");
    snprintf(path, sizeof path, "%s/seen", s.folder);
    assert_true(read_text(path, &seen));
    const char *text = buf_cstr(&seen), *caret = strstr(text, "^ here: line ");
    assert_non_null(caret);
    /* the line that it names has it, and the caret stands below it */
    int number = atoi(caret + strlen("^ here: line ")), column = 0;
    for (const char *at = caret; at > text && at[-1] != '\n'; at--)
        column++;
    struct str rest = buf_str(&seen), line = STR_NONE;
    for (int i = 0; i < number; i++)
        assert_true(str_cut(&rest, '\n', &line));
    size_t oops = str_find(line, STR("oops"));
    assert_int_not_equal(oops, SIZE_MAX);
    assert_int_equal(column - (int)strlen("#   "), (int)oops);
    buf_fini(&seen);
    sample_quit(&t);
    sample_fini(&s);
}

/* Each of these leaves the item as it is, says what happened, and leaves the explorer usable. */
static void whatever_an_editor_does_the_item_is_as_it_was(void **state)
{
    (void)state;
    static const struct {
        const char *script, *says;
    } cases[] = {
        {"exit 3", "ended with status 3"},
        {"kill -9 $$", "ended by signal 9"},
        {"echo garbage >\"$1\"; kill -9 $$", "your text is kept in"},
        {": >\"$1\"", "your text is kept in"},
        {"rm \"$1\"", "your text is kept in"},
        {"rm \"$1\"; mkdir \"$1\"", "no plain file"},
        {"head -c 100000 /dev/urandom >\"$1\"", "your text is kept in"},
        {"true", "no change"},
        {"touch \"$1\"", "no change"},
        {"printf '{\"customerId\":\"C000\",\"orderId\":\"O0000\",\"x\":\"%01000000d\"}' 1 >\"$1\"",
            "409600 at most"},
        {"head -c 20000000 /dev/zero >\"$1\"", "your text is kept in"},
    };
    struct sample s;
    sample_init(&s, program);
    sample_orders(&s, 1);
    char *before = sample_stored(&s, "O0000");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct term t;
        char editor[200];
        start(&s, &t, sample_editor(&s, cases[i].script, editor));
        term_send(&t, "e");
        term_expect(&t, cases[i].says);
        sample_quit(&t);
        char *after = sample_stored(&s, "O0000");
        assert_string_equal(after, before);
        free(after);
    }
    free(before);
    sample_fini(&s);
}

static void what_was_typed_is_in_the_file_that_is_named(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200];
    sample_init(&s, program);
    sample_orders(&s, 1);
    start(&s, &t, sample_editor(&s, "echo '{ my work' >\"$1\"; exit 3", editor));
    term_resize(&t, 200, 30);
    term_send(&t, "e");
    term_expect(&t, "your text is kept in");
    char *screen = term_text(&t), *from = strstr(screen, "kept in ");
    assert_non_null(from);
    from += strlen("kept in ");
    from[strcspn(from, ": \n")] = '\0';
    struct buf kept = {0};
    if (!read_text(from, &kept))
        fail_msg("%s is not there", from);
    assert_string_equal(buf_cstr(&kept), "{ my work\n");
    buf_fini(&kept);
    free(screen);
    sample_quit(&t);
    sample_fini(&s);
}

static void a_table_that_goes_while_it_is_edited_costs_no_text(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char editor[200], script[400];
    sample_init(&s, program);
    sample_orders(&s, 2);
    snprintf(script, sizeof script,
        "sed -i 's/\"first\"/\"mine\"/' \"$1\"\n'%s' -c '%s' call DeleteTable "
        "'{\"TableName\":\"Orders\"}' >/dev/null 2>&1",
        program, s.store);
    start(&s, &t, sample_editor(&s, script, editor));
    term_send(&t, "e");
    term_expect(&t, "your text is kept in");
    sample_quit(&t);
    sample_fini(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_explorer_takes_back_what_this_one_wrote),
        cmocka_unit_test(a_delete_is_taken_back_by_the_next_explorer),
        cmocka_unit_test(what_others_wrote_since_is_not_taken_back),
        cmocka_unit_test(what_is_staged_survives_a_crash_and_is_written_then),
        cmocka_unit_test(one_edit_is_staged_by_its_own_key),
        cmocka_unit_test(leaving_asks_where_something_is_staged),
        cmocka_unit_test(several_items_are_written_in_one_transaction_on_an_endpoint),
        cmocka_unit_test(a_version_is_put_back_through_an_endpoint),
        cmocka_unit_test(two_explorers_change_the_same_attribute),
        cmocka_unit_test(theirs_may_stay),
        cmocka_unit_test(an_item_that_was_deleted_while_it_was_edited_is_not_lost),
        cmocka_unit_test(a_wrong_text_comes_back_with_the_place_marked),
        cmocka_unit_test(whatever_an_editor_does_the_item_is_as_it_was),
        cmocka_unit_test(what_was_typed_is_in_the_file_that_is_named),
        cmocka_unit_test(a_table_that_goes_while_it_is_edited_costs_no_text),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
