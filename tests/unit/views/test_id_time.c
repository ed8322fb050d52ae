/* SPDX-License-Identifier: MIT */
/* Identifiers that tell when they were made. */
#include "tests/test.h"
#include "views/id_time.h"

static void identifiers_tell_their_time(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kind; /* NULL = none */
        int64_t ms;
    } table[] = {
        {"01ARZ3NDEKTSV4RRFFQ69G5FAV", "ULID", 1469922850259},
        {"01arz3ndektsv4rrffq69g5fav", "ULID", 1469922850259},
        {"ORDER#01ARZ3NDEKTSV4RRFFQ69G5FAV", "ULID", 1469922850259},
        {"user_01arz3ndektsv4rrffq69g5fav", "ULID", 1469922850259},
        {"01ARZ3NDEKTSV4RRFFQ69G5FA", NULL, 0},
        {"01ARZ3NDEKTSV4RRFFQ69G5FAU", NULL, 0}, /* no U in this alphabet */
        {"7ZZZZZZZZZZZZZZZZZZZZZZZZZ", NULL, 0}, /* the year 10889 */
        {"00000000000000000000000000", NULL, 0},
        {"ABCDEFGHJKMNPQRSTVWXYZABCD", NULL, 0},
        {"017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "UUID v7", 1645557742000},
        {"017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "UUID v7", 1645557742000},
        {"C232AB00-9414-11EC-B3C8-9F6BDECED846", "UUID v1", 1645557742000},
        {"1EC9414C-232A-6B00-B3C8-9F6BDECED846", "UUID v6", 1645557742000},
        {"user:1EC9414C-232A-6B00-B3C8-9F6BDECED846", "UUID v6", 1645557742000},
        {"919108f7-52d1-4320-9bac-f847db4148a8", NULL, 0}, /* v4 is chance */
        {"00000000-0000-1000-8000-000000000000", NULL, 0},
        {"017f22e2+79b0-7cc3-98c4-dc0c0c07398f", NULL, 0},
        {"017f22e2-79b0-7cc3-98c4-dc0c0c07398g", NULL, 0},
        {"", NULL, 0},
        {"##########################", NULL, 0},
        {"a string that is no identifier at all", NULL, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = -7;
        const char *kind = id_time(str_from(table[i].text), &ms);
        bool same = kind && table[i].kind ? strcmp(kind, table[i].kind) == 0 && ms == table[i].ms
                                          : kind == table[i].kind;
        if (!same)
            fail_msg("%s: %s, %lld", table[i].text, kind ? kind : "none", (long long)ms);
    }
    int64_t ms;
    assert_null(id_time(STR("01ARZ3NDEK\0SV4RRFFQ69G5FAV"), &ms));
    assert_null(id_time(STR_NONE, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(identifiers_tell_their_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
