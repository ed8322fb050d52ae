/* SPDX-License-Identifier: MIT */
/* A query in one line: its terms, its expressions, the places of its mistakes. */
#include "tests/test.h"
#include "views/query/query_line.h"

#include <stdlib.h>

struct fixture {
    struct arena arena;
    struct query_line line;
    struct err err;
    bool good;
};

static struct fixture parsed(const char *text)
{
    struct fixture f = {.err = ERR_INIT};
    f.good = query_line_parse(&f.arena, str_from(text), &f.line, &f.err);
    return f;
}

static void assert_term(const struct fixture *f, uint32_t i, const char *expression)
{
    assert_true(i < f->line.term_count);
    assert_string_equal(f->line.terms[i].expression.at, expression);
}

static void assert_span(const struct fixture *f, struct query_span span, const char *text)
{
    struct str part = str_take(str_skip(f->line.text, span.at), span.len);
    assert_int_equal(part.len, strlen(text));
    assert_memory_equal(part.at, text, part.len);
}

static void names_and_values_become_placeholders(void **state)
{
    (void)state;
    struct fixture f =
        parsed("status = \"PENDING\" and begins_with(orderId, \"O5\") if amount > 100");
    assert_true(f.good);
    assert_int_equal(f.line.term_count, 3);
    assert_term(&f, 0, "#n0 = :v0");
    assert_term(&f, 1, "begins_with(#n1, :v1)");
    assert_term(&f, 2, "#n2 > :v2");
    assert_false(f.line.terms[0].filter_only);
    assert_true(f.line.terms[2].filter_only);
    assert_string_equal(
        f.line.names_json.at, "{\"#n0\":\"status\",\"#n1\":\"orderId\",\"#n2\":\"amount\"}");
    assert_string_equal(f.line.values_json.at,
        "{\":v0\":{\"S\":\"PENDING\"},\":v1\":{\"S\":\"O5\"},\":v2\":{\"N\":\"100\"}}");
    arena_fini(&f.arena);
}

static void terms_are_cut_at_the_right_and(void **state)
{
    (void)state;
    struct fixture f = parsed("a between 1 and 2 and (b = 1 and c = 2 or d = 3) and e in (1, 2)");
    assert_true(f.good);
    assert_int_equal(f.line.term_count, 3);
    assert_term(&f, 0, "#n0 BETWEEN :v0 AND :v1");
    assert_term(&f, 1, "(#n1 = :v2 AND #n2 = :v3 OR #n3 = :v4)");
    assert_term(&f, 2, "#n4 IN (:v5, :v6)");
    arena_fini(&f.arena);
    f = parsed("a = 1 and b = 2 or c = 3");
    assert_true(f.good);
    assert_int_equal(f.line.term_count, 1);
    arena_fini(&f.arena);
}

static void all_kinds_of_literals_are_read(void **state)
{
    (void)state;
    struct fixture f =
        parsed("a = 'it''s' and b = -1.50e3 and c = true and d = null and e = [1, \"x]\"] "
               "and f = {\"B\": \"AQ==\"} and g = <<\"x\" \"y\">> and h = ⟨1 2⟩");
    assert_true(f.good);
    assert_string_equal(f.line.values_json.at,
        "{\":v0\":{\"S\":\"it's\"},\":v1\":{\"N\":\"-1500\"},\":v2\":{\"BOOL\":true},"
        "\":v3\":{\"NULL\":true},\":v4\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x]\"}]},"
        "\":v5\":{\"B\":\"AQ==\"},\":v6\":{\"SS\":[\"x\",\"y\"]},\":v7\":{\"NS\":[\"1\",\"2\"]}}");
    arena_fini(&f.arena);
}

static void paths_and_odd_names_are_kept(void **state)
{
    (void)state;
    struct fixture f =
        parsed("a.b[2].c = 1 and `two words` = 2 and order-date = 3 and limit = 4 and in = 5");
    assert_true(f.good);
    assert_int_equal(f.line.term_count, 5);
    assert_term(&f, 0, "#n0.#n1[2].#n2 = :v0");
    assert_string_equal(f.line.names_json.at,
        "{\"#n0\":\"a\",\"#n1\":\"b\",\"#n2\":\"c\",\"#n3\":\"two words\",\"#n4\":\"order-date\","
        "\"#n5\":\"limit\",\"#n6\":\"in\"}");
    assert_int_equal(f.line.terms[0].name.len, 0);
    assert_span(&f, f.line.terms[0].name_span, "a.b[2].c");
    assert_true(str_equal(f.line.terms[1].name, STR("two words")));
    arena_fini(&f.arena);
}

static void clauses_say_how_it_is_asked(void **state)
{
    (void)state;
    struct fixture f =
        parsed("a = 1 show b, c.d on GSI1 limit 50 descending consistent segments 4");
    assert_true(f.good);
    assert_string_equal(f.line.projection.at, "#n1, #n2.#n3");
    assert_int_equal(f.line.show_count, 2);
    assert_true(str_equal(f.line.show[1], STR("c")));
    assert_true(str_equal(f.line.index, STR("GSI1")));
    assert_true(f.line.backward && f.line.consistent);
    assert_int_equal(f.line.limit, 50);
    assert_int_equal(f.line.segments, 4);
    arena_fini(&f.arena);
    f = parsed("limit 10");
    assert_true(f.good && f.line.term_count == 0 && f.line.limit == 10);
    arena_fini(&f.arena);
    f = parsed("  ");
    assert_true(f.good && f.line.term_count == 0 && f.line.names_json.len == 0);
    arena_fini(&f.arena);
}

static void fields_of_a_form_know_their_place(void **state)
{
    (void)state;
    struct fixture f =
        parsed("a >= 5 and b between 'x' and 'y' and begins_with(c, \"p\") and 3 < d");
    assert_true(f.good);
    assert_span(&f, f.line.terms[0].op_span, ">=");
    assert_span(&f, f.line.terms[0].low_span, "5");
    assert_span(&f, f.line.terms[1].high_span, "'y'");
    assert_span(&f, f.line.terms[2].op_span, "begins_with");
    assert_span(&f, f.line.terms[2].name_span, "c");
    assert_true(f.line.terms[3].op == EXPR_GT && str_equal(f.line.terms[3].name, STR("d")));
    assert_int_equal(f.line.terms[3].op_span.len, 0);
    arena_fini(&f.arena);
}

static void assert_wrong(const char *text, const char *place)
{
    struct fixture f = parsed(text);
    if (f.good)
        print_message("taken: %s\n", text);
    assert_false(f.good);
    assert_true(f.err.text[0] != '\0');
    assert_true(f.err.at <= strlen(text));
    assert_true(f.err.at + f.err.len <= strlen(text));
    if (strlen(place) != f.err.len || strncmp(text + f.err.at, place, f.err.len) != 0)
        print_message("%s: %.*s instead of %s (%s)\n", text, (int)f.err.len, text + f.err.at, place,
            f.err.text);
    assert_int_equal(f.err.len, strlen(place));
    assert_memory_equal(text + f.err.at, place, f.err.len);
    arena_fini(&f.arena);
}

static void mistakes_are_shown_where_they_are(void **state)
{
    (void)state;
    assert_wrong("a = ", "=");
    assert_wrong("a = \"x", "\"x");
    assert_wrong("a = 1 and", "");
    assert_wrong("a = 1 and ; b = 2", ";");
    assert_wrong("a = 1 nonsense b", "nonsense");
    assert_wrong("a = 1 limit x", "x");
    assert_wrong("a = 1 limit 0", "0");
    assert_wrong("a = 1 show", "");
    assert_wrong("! a = 1", "!");
    assert_wrong("a = 1e999", "1e999");
    assert_wrong("a[x] = 1", "[");
    assert_wrong("`a = 1", "`a = 1");
}

static void the_parser_of_expressions_has_the_last_word(void **state)
{
    (void)state;
    struct fixture f = parsed("a = 1 and foo(b, 2)");
    assert_false(f.good);
    assert_non_null(strstr(f.err.text, "Invalid function name"));
    assert_true(f.err.at >= 10);
    arena_fini(&f.arena);
    f = parsed("a = 1 and b and c = 2");
    assert_false(f.good);
    arena_fini(&f.arena);
}

static void assert_says(const char *text, const char *words)
{
    struct fixture f = parsed(text);
    assert_false(f.good);
    assert_string_equal(f.err.text, words);
    arena_fini(&f.arena);
}

static void its_complaints_are_in_the_words_of_the_line(void **state)
{
    (void)state;
    assert_says("amount", "not finished: an operator, a value or a bracket is missing");
    assert_says(
        "a = 1 and contains(b", "not finished: an operator, a value or a bracket is missing");
    assert_says("amount size", "size does not belong here");
    assert_says(")))", ") does not belong here");
    assert_says("a = 1 desc", "is descending meant?");
    assert_wrong("a = 1 desc", "desc");
}

/* Whatever is typed: an answer, and places inside of the line. */
static void nonsense_of_any_length_is_answered(void **state)
{
    (void)state;
    static const char words[] =
        "ab \"'`[]{}()<>=!.,01-and or not between in if show on limit ⟨⟩\\:#";
    char text[300];
    srand(7);
    for (int round = 0; round < 20000; round++) {
        size_t len = (size_t)rand() % (sizeof text - 1);
        for (size_t i = 0; i < len; i++)
            text[i] = words[(size_t)rand() % (sizeof words - 1)];
        text[len] = '\0';
        struct fixture f = parsed(text);
        if (!f.good && f.err.at != ERR_NOWHERE)
            assert_true(f.err.at + f.err.len <= len);
        arena_fini(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_values_become_placeholders),
        cmocka_unit_test(terms_are_cut_at_the_right_and),
        cmocka_unit_test(all_kinds_of_literals_are_read),
        cmocka_unit_test(paths_and_odd_names_are_kept),
        cmocka_unit_test(clauses_say_how_it_is_asked),
        cmocka_unit_test(fields_of_a_form_know_their_place),
        cmocka_unit_test(mistakes_are_shown_where_they_are),
        cmocka_unit_test(the_parser_of_expressions_has_the_last_word),
        cmocka_unit_test(its_complaints_are_in_the_words_of_the_line),
        cmocka_unit_test(nonsense_of_any_length_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
