/* SPDX-License-Identifier: MIT */
/*
 * Numbers against an independent reference: schoolbook arithmetic on arrays of decimal digits,
 * which shares nothing with the code under test but the rules.
 */
#include "backend/number.h"
#include "tests/test.h"
#include "tests/unit/backend/random_value.h"

/* ---- the reference: fixed point, one digit a byte ---- */

enum { WHOLE = 300, PLACES = 700, PAIRS = 100000 };

/* digits[WHOLE - 1] is the ones' place. */
struct ref {
    bool negative;
    long written; /* exponent */
    uint8_t digits[PLACES];
};

static bool ref_is_zero(const struct ref *r)
{
    static const uint8_t none[PLACES];
    return memcmp(r->digits, none, PLACES) == 0;
}

static void ref_parse(struct ref *r, const char *text)
{
    const char *e = strpbrk(text, "eE");
    long exponent = e ? strtol(e + 1, NULL, 10) : 0;
    size_t end = e ? (size_t)(e - text) : strlen(text);
    const char *point = memchr(text, '.', end);
    long place = exponent; /* power of ten of the digit at hand */
    for (const char *c = text; c < (point ? point : text + end); c++)
        place += *c >= '0' && *c <= '9';
    *r = (struct ref){.negative = text[0] == '-', .written = exponent};
    for (const char *c = text; c < text + end; c++) {
        if (*c >= '1' && *c <= '9') { /* zeros may lie outside of the array */
            assert_in_range(WHOLE - place, 0, PLACES - 1);
            r->digits[WHOLE - place] = (uint8_t)(*c - '0');
        }
        place -= *c >= '0' && *c <= '9';
    }
    if (ref_is_zero(r))
        r->negative = false;
}

static int ref_compare(const struct ref *a, const struct ref *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int order = memcmp(a->digits, b->digits, PLACES);
    return a->negative ? -order : order;
}

static void ref_add_magnitudes(struct ref *out, const struct ref *a, const struct ref *b)
{
    int carry = 0;
    for (int i = PLACES - 1; i >= 0; i--) {
        int sum = a->digits[i] + b->digits[i] + carry;
        out->digits[i] = (uint8_t)(sum % 10);
        carry = sum / 10;
    }
}

static void ref_subtract_magnitudes(struct ref *out, const struct ref *a, const struct ref *b)
{
    int borrow = 0;
    for (int i = PLACES - 1; i >= 0; i--) {
        int rest = a->digits[i] - b->digits[i] - borrow;
        out->digits[i] = (uint8_t)(rest < 0 ? rest + 10 : rest);
        borrow = rest < 0;
    }
}

static void ref_add(struct ref *out, const struct ref *a, const struct ref *b)
{
    *out = (struct ref){.negative = a->negative};
    if (a->negative == b->negative) {
        ref_add_magnitudes(out, a, b);
    } else if (memcmp(a->digits, b->digits, PLACES) >= 0) {
        ref_subtract_magnitudes(out, a, b);
    } else {
        out->negative = b->negative;
        ref_subtract_magnitudes(out, b, a);
    }
    if (ref_is_zero(out))
        out->negative = false;
}

enum verdict { FINE, OVERFLOW, UNDERFLOW, TOO_LONG };

static void ref_ends(const struct ref *r, int *first, int *last)
{
    for (*first = 0; r->digits[*first] == 0;)
        (*first)++;
    for (*last = PLACES - 1; r->digits[*last] == 0;)
        (*last)--;
}

static enum verdict ref_judge(const struct ref *r)
{
    int first, last;
    if (ref_is_zero(r))
        return r->written > 125 ? OVERFLOW : r->written < -130 ? UNDERFLOW : FINE;
    ref_ends(r, &first, &last);
    if (WHOLE - 1 - first > 125)
        return OVERFLOW;
    if (WHOLE - 1 - first < -130)
        return UNDERFLOW;
    return last - first + 1 > 38 ? TOO_LONG : FINE;
}

static void ref_format(const struct ref *r, char *out)
{
    int first, last;
    if (ref_is_zero(r)) {
        strcpy(out, "0");
        return;
    }
    ref_ends(r, &first, &last);
    if (r->negative)
        *out++ = '-';
    for (int i = first < WHOLE ? first : WHOLE - 1; i <= last || i < WHOLE; i++) {
        if (i == WHOLE)
            *out++ = '.';
        *out++ = (char)('0' + r->digits[i]);
    }
    *out = '\0';
}

/* ---- helpers ---- */

static const char *const verdict_texts[] = {
    [OVERFLOW] =
        "Number overflow. Attempting to store a number with magnitude larger than supported "
        "range",
    [UNDERFLOW] = "Number underflow. Attempting to store a number with magnitude smaller than "
                  "supported range",
    [TOO_LONG] = "Attempting to store more than 38 significant digits in a Number",
};

static void assert_verdict(bool good, const struct err *err, enum verdict verdict, const char *text)
{
    if (good != (verdict == FINE))
        fail_msg("%s: accepted %d, reference says %d", text, good, (int)verdict);
    if (!good) {
        assert_int_equal(err->code, ERR_REFUSED);
        assert_string_equal(err->name, "ValidationException");
        assert_string_equal(err->text, verdict_texts[verdict]);
    }
}

static struct number parsed(const char *text)
{
    struct number n;
    struct err err = ERR_INIT;
    if (!number_parse(&n, str_from(text), &err))
        fail_msg("%s: %s", text, err.text);
    return n;
}

static void assert_formats(const struct number *n, const char *expected)
{
    char text[NUMBER_TEXT_MAX + 1];
    text[number_format(number_str(n), text)] = '\0';
    assert_string_equal(text, expected);
}

static void random_text_z(struct rng *r, char *text)
{
    static const int exponents[] = {0, 4, 60, 140};
    unsigned digits = rng_below(r, 3) ? 12 : 42;
    text[random_number_text(r, text, digits, exponents[rng_below(r, 4)])] = '\0';
}

/* ---- tests ---- */

static void texts_become_the_canonical_text(void **state)
{
    static const char *const table[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"+0.000e5", "0"},
        {".5", "0.5"},
        {"5.", "5"},
        {"00042", "42"},
        {"1.5E2", "150"},
        {"-12.5", "-12.5"},
        {"1e3", "1000"},
        {"+7", "7"},
        {"1000", "1000"},
        {"0.10", "0.1"},
        {"12300e-2", "123"},
        {"1e-3", "0.001"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        {"0000000000000000000000000000000000000000000001e-0000000000000000000000000000001", "0.1"},
        {"10000000000000000000000000000000000000000000000000000000000",
            "10000000000000000000000000000000000000000000000000000000000"},
        {"0.00000000000000000000000000000000000000000000012e46", "1.2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number n = parsed(table[i][0]);
        assert_formats(&n, table[i][1]);
    }
}

static void what_is_no_number_is_refused_by_name(void **state)
{
    static const char *const table[] = {"a", "NaN", "Infinity", "-Infinity", " 1", "1 ", "1e",
        "1e+", "-", "+", ".", "-.e1", "1.2.3", "1,5", "0x10", "1_000", "--1", "+-1", "1e1.5",
        "1:", "/1", "e5", "1f"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number n;
        struct err err = ERR_INIT;
        char expected[128];
        snprintf(expected, sizeof expected,
            "The parameter cannot be converted to a numeric value: %s", table[i]);
        assert_false(number_parse(&n, str_from(table[i]), &err));
        assert_string_equal(err.name, "ValidationException");
        assert_string_equal(err.text, expected);
    }
    struct number n;
    struct err err = ERR_INIT;
    assert_false(number_parse(&n, STR_NONE, &err));
    assert_string_equal(err.text, "The parameter cannot be converted to a numeric value: ");
    assert_false(number_parse(&n, (struct str){"1\0", 2}, &err));
}

static void the_ends_of_the_range_are_in_and_the_next_are_out(void **state)
{
    static const struct {
        const char *text;
        enum verdict verdict;
    } table[] = {
        {"9.9999999999999999999999999999999999999E+125", FINE},
        {"-9.9999999999999999999999999999999999999E+125", FINE},
        {"1e126", OVERFLOW},
        {"-1e126", OVERFLOW},
        {"1e2147483648", OVERFLOW},
        {"1e9223372036854775807", OVERFLOW},
        {"0e125", FINE},
        {"0e126", OVERFLOW},
        {"1E-130", FINE},
        {"-1E-130", FINE},
        {"1.5E-130", FINE},
        {"1e-131", UNDERFLOW},
        {"-9.9e-131", UNDERFLOW},
        {"1e-9223372036854775807", UNDERFLOW},
        {"0e-130", FINE},
        {"0e-131", UNDERFLOW},
        {"123456789012345678901234567890123456789", TOO_LONG},
        {"1.23456789012345678901234567890123456789", TOO_LONG},
        {"123456789012345678901234567890123456780", FINE},
        {"0.000012345678901234567890123456789012345678", FINE},
        {"100000000000000000000000000000000000001", TOO_LONG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number n;
        struct err err = ERR_INIT;
        bool good = number_parse(&n, str_from(table[i].text), &err);
        assert_verdict(good, &err, table[i].verdict, table[i].text);
    }
}

static void a_text_of_any_length_is_judged(void **state)
{
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH);
    struct number n;
    struct err err;
    (void)state;
    memset(text, '7', LENGTH);
    assert_false(number_parse(&n, (struct str){text, LENGTH}, &err));
    assert_string_equal(err.text, verdict_texts[OVERFLOW]);
    text[60] = '.';
    assert_false(number_parse(&n, (struct str){text, LENGTH}, &err));
    assert_string_equal(err.text, verdict_texts[TOO_LONG]);
    memset(text, '0', LENGTH);
    text[LENGTH / 2] = '.';
    assert_true(number_parse(&n, (struct str){text, LENGTH}, &err));
    assert_formats(&n, "0");
    text[LENGTH - 1] = '1';
    assert_false(number_parse(&n, (struct str){text, LENGTH}, &err));
    assert_string_equal(err.text, verdict_texts[UNDERFLOW]);
    memcpy(text + LENGTH - 8, "1e+49990", 8); /* the 49,992nd behind the point */
    assert_true(number_parse(&n, (struct str){text, LENGTH}, &err));
    assert_formats(&n, "0.01");
    free(text);
}

static void the_bytes_are_those_of_the_contract(void **state)
{
    static const struct {
        const char *text;
        struct str bytes;
    } table[] = {
        {"0", {"\x80", 1}},
        {"1", {"\xc1\x02", 2}},
        {"-1", {"\x3e\x64\x66", 3}},
        {"-12.5", {"\x3e\x59\x33\x66", 4}},
        {"100", {"\xc2\x02", 2}},
        {"0.01", {"\xc0\x02", 2}},
        {"1E-130", {"\x80\x02", 2}},
        {"-1E-130", {"\x7f\x64\x66", 3}},
        {"9E125", {"\xff\x5b", 2}},
        {"-9E125", {"\x00\x0b\x66", 3}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number n = parsed(table[i].text);
        assert_int_equal(n.len, table[i].bytes.len);
        assert_memory_equal(n.bytes, table[i].bytes.at, n.len);
    }
}

static void random_texts_are_judged_and_formatted_like_the_reference(void **state)
{
    struct rng rng = {1};
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        char text[256], expected[PLACES + 8], again[NUMBER_TEXT_MAX + 1];
        struct number n, back;
        struct err err = ERR_INIT;
        struct ref ref;
        random_text_z(&rng, text);
        ref_parse(&ref, text);
        bool good = number_parse(&n, str_from(text), &err);
        assert_verdict(good, &err, ref_judge(&ref), text);
        if (!good)
            continue;
        ref_format(&ref, expected);
        assert_formats(&n, expected);
        assert_true(number_check(number_str(&n)));
        size_t len = number_format(number_str(&n), again);
        assert_true(number_parse(&back, (struct str){again, len}, &err));
        assert_true(str_equal(number_str(&n), number_str(&back)));
    }
}

/* Half of the pairs differ in one place only, where order is decided late. */
static void neighbour(struct rng *r, const char *text, char *out)
{
    strcpy(out, text);
    if (rng_below(r, 2)) {
        random_text_z(r, out);
        return;
    }
    size_t at = rng_below(r, (unsigned)strlen(out));
    if (out[at] >= '0' && out[at] <= '9')
        out[at] = (char)('0' + rng_below(r, 10));
    else if (out[at] == '-')
        out[at] = '+';
}

static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}

static void byte_order_is_the_order_of_the_numbers(void **state)
{
    struct rng rng = {2};
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        char left[256], right[256];
        struct number a, b;
        struct ref ra, rb;
        struct err err;
        random_text_z(&rng, left);
        neighbour(&rng, left, right);
        if (!number_parse(&a, str_from(left), &err) || !number_parse(&b, str_from(right), &err))
            continue;
        ref_parse(&ra, left);
        ref_parse(&rb, right);
        if (sign_of(str_compare(number_str(&a), number_str(&b))) != sign_of(ref_compare(&ra, &rb)))
            fail_msg("%s against %s", left, right);
    }
}

static void sums_are_exact_or_refused_like_the_reference(void **state)
{
    struct rng rng = {3};
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        char left[256], right[256], expected[PLACES + 8], both[520];
        struct number a, b, sum;
        struct ref ra, rb, rs;
        struct err err = ERR_INIT;
        random_text_z(&rng, left);
        neighbour(&rng, left, right);
        if (!number_parse(&a, str_from(left), &err) || !number_parse(&b, str_from(right), &err))
            continue;
        bool minus = rng_below(&rng, 2);
        ref_parse(&ra, left);
        ref_parse(&rb, right);
        rb.negative = !ref_is_zero(&rb) && rb.negative != minus;
        ref_add(&rs, &ra, &rb);
        bool good = minus ? number_subtract(&sum, number_str(&a), number_str(&b), &err)
                          : number_add(&sum, number_str(&a), number_str(&b), &err);
        snprintf(both, sizeof both, "%s %c %s", left, minus ? '-' : '+', right);
        assert_verdict(good, &err, ref_judge(&rs), both);
        if (!good)
            continue;
        ref_format(&rs, expected);
        assert_formats(&sum, expected);
    }
}

static void a_sum_that_needs_39_digits_is_never_rounded(void **state)
{
    static const char *const table[][3] = {
        {"1e50", "1", NULL},
        {"1e38", "1", NULL},
        {"1e37", "1", "10000000000000000000000000000000000001"},
        {"1e38", "-1", "99999999999999999999999999999999999999"},
        {"99999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000"},
        {"99999999999999999999999999999999999999", "2", NULL},
        {"1e3", "0", "1000"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999", NULL},
        {"1e125", "-1e-130", NULL},
        {"9e125", "9e125", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct number a = parsed(table[i][0]), b = parsed(table[i][1]), sum;
        struct err err = ERR_INIT;
        bool good = number_add(&sum, number_str(&a), number_str(&b), &err);
        assert_int_equal(good, table[i][2] != NULL);
        if (good)
            assert_formats(&sum, table[i][2]);
    }
}

static void damaged_bytes_are_found_and_never_read_past(void **state)
{
    struct rng rng = {4};
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        char text[NUMBER_TEXT_MAX];
        struct number n = random_number(&rng), back, sum;
        struct err err;
        size_t len = rng_below(&rng, 3) ? n.len : rng_below(&rng, sizeof n.bytes + 1);
        for (unsigned k = rng_below(&rng, 3); k > 0; k--)
            n.bytes[rng_below(&rng, sizeof n.bytes)] = (uint8_t)rng_next(&rng);
        char *exact = malloc(len + 1); /* so that a sanitizer sees one byte too many */
        memcpy(exact, n.bytes, len);
        struct str bytes = {exact, len};
        size_t written = number_format(bytes, text);
        bool sound = number_check(bytes);
        assert_int_equal(sound, written > 0);
        assert_int_equal(sound, number_add(&sum, bytes, bytes, &err) || err.code == ERR_REFUSED);
        if (sound) {
            assert_true(number_parse(&back, (struct str){text, written}, &err));
            assert_true(str_equal(number_str(&back), bytes));
        }
        free(exact);
    }
}

static void integers_go_both_ways(void **state)
{
    struct rng rng = {5};
    int64_t back;
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        int64_t value = (int64_t)(rng_next(&rng) >> rng_below(&rng, 64));
        struct number n;
        char text[32];
        value = rng_below(&rng, 2) ? value : -value;
        if (i < 3)
            value = (int64_t[]){0, INT64_MAX, INT64_MIN}[i];
        assert_true(number_from_i64(&n, value));
        snprintf(text, sizeof text, "%lld", (long long)value);
        assert_formats(&n, text);
        assert_true(number_to_i64(number_str(&n), &back));
        assert_true(back == value);
    }
    static const char *const none[] = {"0.5", "9223372036854775808", "-9223372036854775809", "1e19",
        "1e125", "1e-130", "-0.1", "99999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct number n = parsed(none[i]);
        assert_false(number_to_i64(number_str(&n), &back));
    }
    struct number n = parsed("1.7e2");
    assert_true(number_to_double(number_str(&n)) == 170.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_the_canonical_text),
        cmocka_unit_test(what_is_no_number_is_refused_by_name),
        cmocka_unit_test(the_ends_of_the_range_are_in_and_the_next_are_out),
        cmocka_unit_test(a_text_of_any_length_is_judged),
        cmocka_unit_test(the_bytes_are_those_of_the_contract),
        cmocka_unit_test(random_texts_are_judged_and_formatted_like_the_reference),
        cmocka_unit_test(byte_order_is_the_order_of_the_numbers),
        cmocka_unit_test(sums_are_exact_or_refused_like_the_reference),
        cmocka_unit_test(a_sum_that_needs_39_digits_is_never_rounded),
        cmocka_unit_test(damaged_bytes_are_found_and_never_read_past),
        cmocka_unit_test(integers_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
