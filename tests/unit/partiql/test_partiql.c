/* SPDX-License-Identifier: MIT */
/* Statements: what they become, where refusals point, what hostile text does. */
#include "tests/test.h"

#include "backend/partiql/partiql.h"

struct parsed {
    struct arena arena;
    struct err err;
    struct partiql_statement statement;
    bool ok;
};

static void parse(struct parsed *p, struct str text)
{
    *p = (struct parsed){.err = ERR_INIT};
    p->ok = partiql_parse(&p->arena, text, NULL, 0, &p->statement, &p->err);
}

static void good(struct parsed *p, const char *text)
{
    parse(p, str_from(text));
    if (!p->ok)
        fail_msg("%s: %s", text, p->err.text);
}

/* Refused at the marked part of the text: »…«. */
static void refused_at(const char *marked)
{
    struct buf text = {0};
    struct parsed p;
    const char *open = strstr(marked, "»"), *close = strstr(marked, "«");
    buf_add_bytes(&text, marked, (size_t)(open - marked));
    buf_add_bytes(&text, open + 2, (size_t)(close - open - 2));
    buf_add(&text, str_from(close + 2));
    parse(&p, buf_str(&text));
    assert_false(p.ok);
    assert_int_equal(p.err.code, ERR_REFUSED);
    if (p.err.at != (size_t)(open - marked) || p.err.len != (size_t)(close - open - 2))
        fail_msg("%s: at %zu, %zu bytes: %s", marked, p.err.at, p.err.len, p.err.text);
    buf_fini(&text);
    arena_fini(&p.arena);
}

static void a_select_names_table_index_columns_and_order(void **state)
{
    (void)state;
    struct parsed p;
    good(&p,
        "SELECT a, m.b, l[0][1], \"x y\".z FROM \"tab\".\"idx\" WHERE a = 1 ORDER BY a DESC, b");
    const struct partiql_statement *s = &p.statement;
    assert_int_equal(s->kind, PARTIQL_SELECT);
    assert_true(str_equal(s->table, STR("tab")) && str_equal(s->index, STR("idx")));
    assert_int_equal(s->column_count, 4);
    assert_true(str_equal(s->columns[1].name, STR("b")));
    assert_true(str_equal(s->columns[2].name, STR("l[0][1]")));
    assert_true(str_equal(s->columns[3].name, STR("z")));
    assert_int_equal(s->sort_count, 2);
    assert_true(s->sorts[0].descending && !s->sorts[1].descending);
    assert_null(s->flaw);
    arena_fini(&p.arena);
    good(&p, "SELECT * FROM tab");
    assert_true(p.statement.all && !p.statement.where && !p.statement.index.at);
    arena_fini(&p.arena);
}

static void what_is_wrong_with_columns_is_kept_for_later(void **state)
{
    (void)state;
    struct parsed p;
    good(&p, "SELECT COUNT(*) FROM tab");
    assert_non_null(p.statement.flaw);
    assert_string_equal(p.statement.flaw->text, "Unexpected path component at 1:8:5");
    arena_fini(&p.arena);
}

static void a_chain_of_conditions_is_one_node(void **state)
{
    (void)state;
    struct parsed p;
    good(&p, "SELECT * FROM tab WHERE a = 1 AND b = 2 AND c = 3 OR d = 4");
    const struct expr_node *root = p.statement.where;
    assert_int_equal(root->kind, EXPR_NODE_OR);
    assert_int_equal(root->count, 2);
    assert_int_equal(root->first->kind, EXPR_NODE_AND);
    assert_int_equal(root->first->count, 3);
    arena_fini(&p.arena);
}

static void both_orders_of_an_update_are_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "UPDATE tab SET a = 1 REMOVE b SET c = set_add(c, <<1>>) WHERE k = 'x'",
        "FROM tab WHERE k = 'x' SET a = 1 REMOVE b SET c = SET_ADD(c, <<1>>)"};
    for (int i = 0; i < 2; i++) {
        struct parsed p;
        good(&p, texts[i]);
        assert_int_equal(p.statement.kind, PARTIQL_UPDATE);
        assert_int_equal(p.statement.update->count, 3);
        assert_int_equal(p.statement.update->actions[0].clause, EXPR_SET);
        assert_int_equal(p.statement.update->actions[1].clause, EXPR_REMOVE);
        assert_int_equal(p.statement.update->actions[2].clause, EXPR_ADD);
        arena_fini(&p.arena);
    }
}

static void exists_is_a_statement_of_its_own(void **state)
{
    (void)state;
    struct parsed p;
    good(&p, "EXISTS(SELECT * FROM tab WHERE k = 1 AND a IS MISSING)");
    assert_int_equal(p.statement.kind, PARTIQL_EXISTS);
    assert_non_null(p.statement.where);
    arena_fini(&p.arena);
}

static void refusals_point_at_the_word(void **state)
{
    (void)state;
    refused_at("SELECT * FROM tab WHERE »«");
    refused_at("SELECT * FROM tab WHERE a = 1 »foo«");
    refused_at("SELECT * FROM tab WHERE »user« = 1");
    refused_at("SELECT * FROM tab WHERE a = 1 »# note«");
    refused_at("SELECT * FROM tab WHERE a »=«");
    refused_at("SELECT * FROM tab WHERE »foo«(a)");
    refused_at("SELECT * FROM tab WHERE a < »TRUE«");
    refused_at("SELECT * FROM tab WHERE a = »1e126«");
    refused_at("SELECT * FROM »ab«");
    refused_at("UPDATE tab SET a = »set_add«(b, <<1>>) WHERE k = 1");
    refused_at("UPDATE tab SET a = 1, »a.b« = 2 WHERE k = 1");
    refused_at("UPDATE tab REMOVE l[»2147483648«] WHERE k = 1");
    refused_at("INSERT INTO tab VALUE {'a': <<1, »'x'«>>}");
    refused_at("SELECT * FROM tab LIMIT »5«");
}

static void places_count_characters_and_lines(void **state)
{
    (void)state;
    struct parsed p;
    parse(&p, STR("SELECT *\nFROM tab\nWHERE \"\xC3\xA4\" = foo(1)"));
    assert_string_equal(p.err.text, "Unrecognized function: foo at 3:13:3");
    arena_fini(&p.arena);
}

static void parameters_stand_for_question_marks_in_order(void **state)
{
    (void)state;
    struct buf bytes = {0};
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct partiql_statement s;
    value_put_string(&bytes, STR("x"));
    size_t half = bytes.len;
    value_put_bool(&bytes, true);
    struct value given[] = {
        value_of(str_take(buf_str(&bytes), half)), value_of(str_skip(buf_str(&bytes), half))};
    struct str text = STR("SELECT * FROM tab WHERE a = ? /* ? */ AND b = ? -- ?");
    assert_true(partiql_parse(&arena, text, given, 2, &s, &err));
    assert_true(value_equal(s.where->first->first->next->value, given[0]));
    assert_true(value_equal(s.where->first->next->first->next->value, given[1]));
    assert_false(partiql_parse(&arena, text, given, 1, &s, &err));
    assert_string_equal(err.text, "Number of parameters in request and statement don't match.");
    arena_fini(&arena);
    buf_fini(&bytes);
}

/* Whatever is cut off or nested: an answer, and a place within the text. */
static void survive(struct str text)
{
    struct parsed p;
    parse(&p, text);
    if (!p.ok) {
        assert_int_equal(p.err.code, ERR_REFUSED);
        assert_true(p.err.text[0]);
        if (p.err.at != ERR_NOWHERE)
            assert_true(p.err.at <= text.len && p.err.len <= text.len - p.err.at);
    }
    arena_fini(&p.arena);
}

static void every_beginning_of_a_statement_is_survived(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "SELECT a, m.b[0].\"c\" FROM \"tab\".\"idx\" WHERE k IN ['a', 'b'] AND (n BETWEEN -1 AND "
        ".5e3 OR NOT begins_with(s, 'it''s')) AND x IS NOT MISSING ORDER BY k DESC, s ASC; -- end",
        "INSERT INTO tab VALUE {'k': 'a', 'l': [1, 'x', {'y': <<1, 2.5>>}], 'n': NULL, 't': TRUE}",
        "UPDATE tab SET a = b + 1, l = list_append(l, [1]) REMOVE m.x SET s = set_add(s, <<'x'>>) "
        "WHERE k = 'a' RETURNING MODIFIED NEW *",
        "EXISTS(SELECT * FROM tab WHERE k = 'a' AND size(b) > 3)",
        "DELETE FROM tab WHERE k = 'a' AND a NOT IN (1, 2) RETURNING ALL OLD *"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str text = str_from(texts[i]);
        struct parsed p;
        good(&p, texts[i]);
        arena_fini(&p.arena);
        for (size_t len = 0; len < text.len; len++)
            survive(str_take(text, len));
        for (size_t from = 0; from < text.len; from++)
            survive(str_skip(text, from));
    }
}

static void deep_and_wide_statements_are_survived(void **state)
{
    (void)state;
    static const char *const units[] = {"(", "[", "{'a':", "<<", "NOT ", "- ", "a.", "a[", "f(",
        "a = ", "a AND ", "a IN (", "SELECT (", "EXISTS(", "a BETWEEN ", "?", "'", "\"", ",", "*"};
    static const char *const starts[] = {"", "SELECT * FROM tab WHERE ", "SELECT ",
        "INSERT INTO tab VALUE {'k': ", "UPDATE tab SET a = ", "SELECT * FROM "};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
            struct buf text = {0};
            buf_add(&text, str_from(starts[k]));
            for (int n = 0; n < 200000 / 4; n++)
                buf_add(&text, str_from(units[i]));
            survive(buf_str(&text));
            buf_fini(&text);
        }
}

static void a_number_is_as_wide_as_the_service_reads_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *refusal;
    } cases[] = {{"1e125", NULL}, {"-.5e-3", NULL}, {"1e126", "Number overflow"},
        {"1e-131", "Number underflow"}, {"1e2147483647", "Number underflow"},
        {"1e2147483648", "The parameter cannot be converted to a numeric value: 1e2147483648"},
        {"x", "The parameter cannot be converted to a numeric value: x"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number number;
        struct err err = ERR_INIT;
        bool ok = partiql_decimal(&number, str_from(cases[i].text), &err);
        assert_int_equal(ok, cases[i].refusal == NULL);
        if (!ok && !str_starts(str_from(err.text), str_from(cases[i].refusal)))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_select_names_table_index_columns_and_order),
        cmocka_unit_test(what_is_wrong_with_columns_is_kept_for_later),
        cmocka_unit_test(a_chain_of_conditions_is_one_node),
        cmocka_unit_test(both_orders_of_an_update_are_the_same),
        cmocka_unit_test(exists_is_a_statement_of_its_own),
        cmocka_unit_test(refusals_point_at_the_word),
        cmocka_unit_test(places_count_characters_and_lines),
        cmocka_unit_test(parameters_stand_for_question_marks_in_order),
        cmocka_unit_test(every_beginning_of_a_statement_is_survived),
        cmocka_unit_test(deep_and_wide_statements_are_survived),
        cmocka_unit_test(a_number_is_as_wide_as_the_service_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
