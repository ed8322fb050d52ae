/* SPDX-License-Identifier: MIT */
/*
 * Numbers from hostile text and hostile bytes.
 * uses: ds_value
 */
#include "backend/number.h"
#include "tests/fuzz/fuzz.h"

static void check_text(struct str text)
{
    char shown[NUMBER_TEXT_MAX];
    struct number n, again;
    struct err err;
    if (!number_parse(&n, text, &err)) {
        FUZZ_CHECK(err.code == ERR_REFUSED);
        return;
    }
    FUZZ_CHECK(number_check(number_str(&n)));
    size_t len = number_format(number_str(&n), shown);
    FUZZ_CHECK(len > 0 && len <= NUMBER_TEXT_MAX);
    FUZZ_CHECK(number_parse(&again, (struct str){shown, len}, &err));
    FUZZ_CHECK(str_equal(number_str(&n), number_str(&again)));
}

static void check_bytes(struct str bytes)
{
    char shown[NUMBER_TEXT_MAX];
    struct number n;
    struct err err;
    size_t len = number_format(bytes, shown);
    FUZZ_CHECK(number_check(bytes) == (len > 0));
    if (len == 0)
        return;
    FUZZ_CHECK(number_parse(&n, (struct str){shown, len}, &err));
    FUZZ_CHECK(str_equal(number_str(&n), bytes));
}

/* (a + b) - b = a, where nothing of it is refused */
static void check_sums(struct str a, struct str b)
{
    struct number left, right, sum, back;
    struct err err;
    if (!number_parse(&left, a, &err) || !number_parse(&right, b, &err))
        return;
    if (!number_add(&sum, number_str(&left), number_str(&right), &err))
        return;
    FUZZ_CHECK(number_check(number_str(&sum)));
    if (number_subtract(&back, number_str(&sum), number_str(&right), &err))
        FUZZ_CHECK(str_equal(number_str(&back), number_str(&left)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str all = {(const char *)bytes, len}, first;
    check_text(all);
    check_bytes(all);
    if (str_cut(&all, ' ', &first))
        check_sums(first, all);
    return 0;
}
