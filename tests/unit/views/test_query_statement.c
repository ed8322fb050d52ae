/* SPDX-License-Identifier: MIT */
/* PartiQL statements, typed where a query is. */
#include "tests/test.h"
#include "views/query/query_statement.h"

static void a_statement_is_told_from_a_condition(void **state)
{
    (void)state;
    static const char *const statements[] = {"SELECT * FROM \"T\"", "  select a from T where b = 1",
        "insert into T value {'a': 1}", "DELETE FROM T WHERE a = 1", "update T set a = 1",
        "select ,"};
    static const char *const lines[] = {"select = 1", "update in (1, 2)", "delete between 1 and 2",
        "selected > 3", "", "select", "insert.a = 1", "update[0] = 1",
        "begins_with(a, \"select \")"};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        assert_true(query_statement_is(str_from(statements[i])));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(query_statement_is(str_from(lines[i])));
}

static void assert_verdict(const char *line, bool reads, const char *verdict)
{
    struct arena arena = {0};
    struct query_statement s;
    struct buf out = {0};
    query_statement_read(&arena, str_from(line), &s);
    assert_true(s.good);
    assert_int_equal(s.reads, reads);
    query_statement_verdict(&s, &out);
    assert_string_equal(buf_cstr(&out), verdict);
    buf_fini(&out);
    arena_fini(&arena);
}

static void the_verdict_says_what_it_does(void **state)
{
    (void)state;
    assert_verdict("select * from \"Orders\".\"ByStatus\" where a = 1", true,
        "PartiQL SELECT: reads Orders by ByStatus");
    assert_verdict(
        "SELECT a FROM Orders", true, "PartiQL SELECT: reads Orders · all of it, page by page");
    assert_verdict(
        "DELETE FROM Orders WHERE id = 'x'", false, "PartiQL DELETE: writes one item of Orders");
    assert_verdict(
        "INSERT INTO Orders VALUE {'id': 'x'}", false, "PartiQL INSERT: writes one item of Orders");
}

static void mistakes_have_their_place(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct query_statement s;
    query_statement_read(&arena, STR("SELECT * FROM Orders WHERE ="), &s);
    assert_false(s.good);
    assert_int_equal(s.err.at, 27);
    query_statement_read(&arena, STR("SELECT * FROM"), &s);
    assert_false(s.good);
    assert_true(s.err.text[0]);
    arena_fini(&arena);
}

static void an_endpoints_words_name_a_place(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    err_invalid(&err, "Statement wasn't well formed, can't be processed: Unexpected at 1:8:3");
    query_statement_place(STR("SELECT foo bar"), &err);
    assert_int_equal(err.at, 7);
    assert_int_equal(err.len, 3);
    err = ERR_INIT;
    err_invalid(&err, "at 2:2:2 things went wrong");
    query_statement_place(STR("é\néé bar"), &err);
    assert_int_equal(err.at, 5);
    assert_int_equal(err.len, 3);
    err = ERR_INIT;
    err_invalid(&err, "at 99:99:99999999999999999999, at 0:0:0, at noon, at 9:9:9");
    query_statement_place(STR("a"), &err);
    assert_int_equal(err.at, 1);
    assert_int_equal(err.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_told_from_a_condition),
        cmocka_unit_test(the_verdict_says_what_it_does),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(an_endpoints_words_name_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
