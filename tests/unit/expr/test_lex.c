/* SPDX-License-Identifier: MIT */
/* Words of an expression: where each one begins and ends, and what is no word. */
#include "expr_test.h"

#include "backend/expr/lex.h"

static void expect_words(
    const char *text, const enum expr_token_kind *kinds, const char *const *words)
{
    struct str s = str_from(text);
    size_t at = 0;
    for (size_t i = 0;; i++) {
        struct expr_token t = expr_lex(s, at);
        assert_int_equal(t.kind, kinds[i]);
        if (t.kind == EXPR_TOKEN_END)
            return;
        if (!str_equal((struct str){text + t.at, t.len}, str_from(words[i])))
            fail_msg("word %zu is \"%.*s\", not \"%s\"", i, (int)t.len, text + t.at, words[i]);
        at = t.at + t.len;
    }
}

static void words_are_names_aliases_values_numbers_and_signs(void **state)
{
    (void)state;
    expect_words("a_1.#b[10]<>:c",
        (enum expr_token_kind[]){EXPR_TOKEN_NAME, EXPR_TOKEN_DOT, EXPR_TOKEN_ALIAS,
            EXPR_TOKEN_OPEN_INDEX, EXPR_TOKEN_INT, EXPR_TOKEN_CLOSE_INDEX, EXPR_TOKEN_NE,
            EXPR_TOKEN_VALUE, EXPR_TOKEN_END},
        (const char *const[]){"a_1", ".", "#b", "[", "10", "]", "<>", ":c"});
    expect_words("<=<>=>==+-(),",
        (enum expr_token_kind[]){EXPR_TOKEN_LE, EXPR_TOKEN_NE, EXPR_TOKEN_EQ, EXPR_TOKEN_GE,
            EXPR_TOKEN_EQ, EXPR_TOKEN_PLUS, EXPR_TOKEN_MINUS, EXPR_TOKEN_OPEN, EXPR_TOKEN_CLOSE,
            EXPR_TOKEN_COMMA, EXPR_TOKEN_END},
        (const char *const[]){"<=", "<>", "=", ">=", "=", "+", "-", "(", ")", ","});
}

static void keywords_have_any_case_and_whole_words_only(void **state)
{
    (void)state;
    expect_words("and OR nOt between IN set REMOVE add delete ands",
        (enum expr_token_kind[]){EXPR_TOKEN_AND, EXPR_TOKEN_OR, EXPR_TOKEN_NOT, EXPR_TOKEN_BETWEEN,
            EXPR_TOKEN_IN, EXPR_TOKEN_SET, EXPR_TOKEN_REMOVE, EXPR_TOKEN_ADD, EXPR_TOKEN_DELETE,
            EXPR_TOKEN_NAME, EXPR_TOKEN_END},
        (const char *const[]){
            "and", "OR", "nOt", "between", "IN", "set", "REMOVE", "add", "delete", "ands"});
}

static void all_blanks_of_the_grammar_separate_words(void **state)
{
    (void)state;
    expect_words(" \t\r\na\n", (enum expr_token_kind[]){EXPR_TOKEN_NAME, EXPR_TOKEN_END},
        (const char *const[]){"a"});
}

static void a_number_does_not_begin_with_zero(void **state)
{
    (void)state;
    expect_words("007",
        (enum expr_token_kind[]){EXPR_TOKEN_INT, EXPR_TOKEN_INT, EXPR_TOKEN_INT, EXPR_TOKEN_END},
        (const char *const[]){"0", "0", "7"});
}

static void a_stray_character_is_one_word_however_many_bytes_it_has(void **state)
{
    (void)state;
    expect_words("é_#:\"𝄞$",
        (enum expr_token_kind[]){EXPR_TOKEN_BAD, EXPR_TOKEN_BAD, EXPR_TOKEN_BAD, EXPR_TOKEN_BAD,
            EXPR_TOKEN_BAD, EXPR_TOKEN_BAD, EXPR_TOKEN_BAD, EXPR_TOKEN_END},
        (const char *const[]){"é", "_", "#", ":", "\"", "𝄞", "$"});
}

static void any_bytes_end(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        struct str s = {bytes, sizeof bytes};
        size_t at = 0;
        for (struct expr_token t; (t = expr_lex(s, at)).kind != EXPR_TOKEN_END;) {
            assert_true(t.len > 0 && t.at >= at && t.at + t.len <= s.len);
            at = t.at + t.len;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_names_aliases_values_numbers_and_signs),
        cmocka_unit_test(keywords_have_any_case_and_whole_words_only),
        cmocka_unit_test(all_blanks_of_the_grammar_separate_words),
        cmocka_unit_test(a_number_does_not_begin_with_zero),
        cmocka_unit_test(a_stray_character_is_one_word_however_many_bytes_it_has),
        cmocka_unit_test(any_bytes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
