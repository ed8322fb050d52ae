/* SPDX-License-Identifier: MIT */
/* Which coding a client likes best, from well-formed lists and from others. */
#include "backend/http/accept.h"
#include "tests/test.h"

static void gives(const char *value, enum coding wanted)
{
    if (accept_choose(str_from(value)) != wanted)
        fail_msg("\"%s\" gives %s", value, coding_name(accept_choose(str_from(value))).at);
}

static void the_highest_weight_wins_then_what_comes_first(void **state)
{
    (void)state;
    gives("gzip", CODING_GZIP);
    gives("br, identity, deflate, gzip", CODING_DEFLATE);
    gives("deflate;q=0.5,gzip;q=0.6", CODING_GZIP);
    gives("gzip;q=0.0001", CODING_GZIP);
    gives("DEFLATE ; Q = 0.2 , GZip;q=0.1", CODING_DEFLATE);
    gives("gzip;q=0, gzip;q=1, gzip;q=0", CODING_GZIP);
    gives(",,gzip,", CODING_GZIP);
}

static void a_star_stands_for_what_has_no_name(void **state)
{
    (void)state;
    gives("*", CODING_GZIP);
    gives("*, identity", CODING_GZIP);
    gives("*, deflate", CODING_DEFLATE);
    gives("*, deflate;q=0.5", CODING_GZIP);
    gives("*, gzip;q=0.5", CODING_DEFLATE);
    gives("*;q=0", CODING_NONE);
    gives("*;q=0, gzip;q=0.1", CODING_GZIP);
    gives("*;q=0.3, gzip;q=0", CODING_DEFLATE);
}

static void weights_out_of_range_are_brought_into_it(void **state)
{
    (void)state;
    gives("gzip;q=31,deflate;q=51", CODING_GZIP);
    gives("deflate;q=0.5, gzip;q=31", CODING_GZIP);
    gives("deflate;q=-0.5,gzip;q=0.2", CODING_GZIP);
    gives("gzip;q=-1", CODING_NONE);
    gives("deflate;q=0.5,gzip;q=0.x", CODING_GZIP);
    gives("gzip;q=0.", CODING_NONE);
    gives("gzip;q=00000000000000000000000000000000000000000", CODING_NONE);
    gives("gzip;q=99999999999999999999999999999999999999999", CODING_GZIP);
}

static void the_first_q_of_an_entry_counts(void **state)
{
    (void)state;
    gives("deflate;q=0.5, gzip;q=1;q=0.2", CODING_GZIP);
    gives("gzip;nq=1;q=0", CODING_NONE);
}

static void other_words_are_nothing(void **state)
{
    (void)state;
    static const char *const values[] = {"", " ", ";", "=", "identity", "br", "x-gzip", "\"gzip\"",
        "gzip br", "gzip:q=1", "q=1", "*gzip", "gzi", "gzipp", ";q=1;gzip"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        gives(values[i], CODING_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_weight_wins_then_what_comes_first),
        cmocka_unit_test(a_star_stands_for_what_has_no_name),
        cmocka_unit_test(weights_out_of_range_are_brought_into_it),
        cmocka_unit_test(the_first_q_of_an_entry_counts),
        cmocka_unit_test(other_words_are_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
