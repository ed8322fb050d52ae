/* SPDX-License-Identifier: MIT */
/* Words of statements: kinds, keywords of several words, comments, numbers, what is no word. */
#include "tests/test.h"

#include "backend/partiql/lex.h"

/* "NAME:a OPERATOR:= …": kind and text of each word. */
static void check(const char *text, const char *expected)
{
    static const char *const kinds[] = {"end", "name", "quoted", "string", "number", "ion", "?",
        "keyword", "operator", "*", ".", ",", ":", ";", "(", ")", "[", "]", "<<", ">>", "{", "}"};
    struct arena arena = {0};
    struct partiql_tokens tokens;
    struct buf out = {0};
    size_t bad;
    if (!partiql_lex(&arena, str_from(text), &tokens, &bad))
        buf_printf(&out, "bad at %zu", bad);
    else
        for (uint32_t i = 0; i + 1 < tokens.count; i++) {
            const struct partiql_token *t = &tokens.at[i];
            buf_printf(&out, "%s%s%s|%.*s", i ? " " : "", t->negated ? "not-" : "", kinds[t->kind],
                (int)t->len, text + t->at);
        }
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
    arena_fini(&arena);
}

static void words_are_names_keywords_and_signs(void **state)
{
    (void)state;
    check("SELECT a.\"b\"[0] FROM t", "keyword|SELECT name|a .|. quoted|\"b\" [|[ number|0 ]|] "
                                      "keyword|FROM name|t");
    check("a<=b>=c<>d!=e<<f>>", "name|a operator|<= name|b operator|>= name|c operator|<> name|d "
                                "operator|!= name|e <<|<< name|f >>|>>");
    check("$a_1 _b {':':?}*;", "name|$a_1 name|_b {|{ string|':' :|: ?|? }|} *|* ;|;");
    check("x||y%z/@w", "name|x operator||| name|y operator|% name|z operator|/ operator|@ name|w");
    check("", "");
}

static void keywords_are_found_in_any_case_and_names_that_begin_like_them_are_not(void **state)
{
    (void)state;
    check("sElEcT selects", "keyword|sElEcT name|selects");
    check("user users Key keys", "keyword|user name|users keyword|Key name|keys");
    assert_int_equal(partiql_word_find(STR("absolute")), WORD_OTHER);
    assert_int_equal(partiql_word_find(STR("ZONE")), WORD_OTHER);
    assert_int_equal(partiql_word_find(STR("")), WORD_NONE);
    assert_int_equal(partiql_word_find(STR("character_length_and_more")), WORD_NONE);
}

static void keywords_of_several_words_are_one(void **state)
{
    (void)state;
    check("a NOT  IN b", "name|a not-operator|NOT  IN name|b");
    check("a IS\nNOT NULL", "name|a not-operator|IS\nNOT keyword|NULL");
    check("INSERT/* */INTO t", "keyword|INSERT/* */INTO name|t");
    check("ALL OLD * MODIFIED NEW *", "keyword|ALL OLD *|* keyword|MODIFIED NEW *|*");
    check("x IS DOUBLE PRECISION", "name|x operator|IS keyword|DOUBLE PRECISION");
    check("NOT NOT IN", "operator|NOT not-operator|NOT IN");
}

static void comments_are_blanks(void **state)
{
    (void)state;
    check("a -- b\nc", "name|a name|c");
    check("a --", "name|a");
    check("a/**/b/* c */", "name|a name|b");
    check("'--' '/*'", "string|'--' string|'/*'");
    check("n--1", "name|n");
}

static void numbers_have_fractions_and_exponents(void **state)
{
    (void)state;
    check("1 1.5 .5 1e5 1.5E-3 2e+0 1.", "number|1 number|1.5 number|.5 number|1e5 number|1.5E-3 "
                                         "number|2e+0 number|1.");
    check("1 e5", "number|1 name|e5");
    check("a.5", "name|a number|.5");
    check("1e2147483647", "number|1e2147483647");
    check("1.5e-2147483646", "number|1.5e-2147483646");
}

static void what_is_no_word_is_refused_where_it_stands(void **state)
{
    (void)state;
    check("a # b", "bad at 2");
    check("a 'b", "bad at 2");
    check("\"b\"\"", "bad at 0");
    check("`ion", "bad at 0");
    check("a /* b", "bad at 2");
    check("1e", "bad at 0");
    check("12abc", "bad at 0");
    check("1e2147483648", "bad at 0");
    check("1.5e-2147483647", "bad at 0");
    check("x \xC3\xA4", "bad at 2");
    check("a '\xFF'", "bad at 2");
    check("a ! b", "bad at 2");
    check("a | b", "bad at 2");
}

static void a_statement_reads_where_its_first_word_is_select(void **state)
{
    (void)state;
    assert_true(partiql_lex_reads(STR(" /* DELETE */ -- x\n select* from t")));
    assert_false(partiql_lex_reads(STR("select")));
    assert_false(partiql_lex_reads(STR("selected x")));
    assert_false(partiql_lex_reads(STR("\"select\" x")));
    assert_false(partiql_lex_reads(STR("-- select x")));
    assert_false(partiql_lex_reads(STR("/* select x")));
    assert_false(partiql_lex_reads(STR("EXISTS(SELECT * FROM t)")));
    assert_false(partiql_lex_reads(STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_names_keywords_and_signs),
        cmocka_unit_test(keywords_are_found_in_any_case_and_names_that_begin_like_them_are_not),
        cmocka_unit_test(keywords_of_several_words_are_one),
        cmocka_unit_test(comments_are_blanks),
        cmocka_unit_test(numbers_have_fractions_and_exponents),
        cmocka_unit_test(what_is_no_word_is_refused_where_it_stands),
        cmocka_unit_test(a_statement_reads_where_its_first_word_is_select),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
