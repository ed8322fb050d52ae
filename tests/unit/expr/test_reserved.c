/* SPDX-License-Identifier: MIT */
/* Reserved words: all of them, in any case, and nothing else. */
#include "expr_test.h"

static void reserved_words_are_reserved_in_any_case(void **state)
{
    (void)state;
    static const char *const words[] = {"ABORT", "abort", "Name", "status", "ZONE", "zone", "URL",
        "LOCALTIMESTAMP", "ttl", "DATE", "flattern", "Size", "SET"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!expr_is_reserved(str_from(words[i])))
            fail_msg("%s is reserved", words[i]);
}

static void other_words_are_not_reserved(void **state)
{
    (void)state;
    static const char *const words[] = {"", "a", "id", "pk", "sk", "names2", "statuses", "AB",
        "_name", "ABOR", "ABORTS", "ZONES", "LOCALTIMESTAMPS", "flatten", "é", "na me",
        "attribute_exists"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (expr_is_reserved(str_from(words[i])))
            fail_msg("%s is not reserved", words[i]);
}

/* Two- and three-letter words are few enough to try them all: the guide lists 13 and 37. */
static void count_words(char *word, size_t at, size_t len, unsigned *count)
{
    if (at == len) {
        *count += expr_is_reserved((struct str){word, len});
        return;
    }
    for (word[at] = 'A'; word[at] <= 'Z'; word[at]++)
        count_words(word, at + 1, len, count);
}

static void short_reserved_words_are_as_many_as_the_guide_lists(void **state)
{
    (void)state;
    char word[3];
    unsigned two = 0, three = 0;
    count_words(word, 0, 2, &two);
    count_words(word, 0, 3, &three);
    assert_int_equal(two, 13);
    assert_int_equal(three, 37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserved_words_are_reserved_in_any_case),
        cmocka_unit_test(other_words_are_not_reserved),
        cmocka_unit_test(short_reserved_words_are_as_many_as_the_guide_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
