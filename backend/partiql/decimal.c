/* SPDX-License-Identifier: MIT */
/*
 * Numbers of statements and their parameters. The service reads them into digits and a scale of 32
 * bits and compares digits less scale in 32 bits, which wraps around: 1e2147483647 is too small.
 */
#include "backend/partiql/partiql.h"

/* digits "." digits "e" exponent, as number_parse() took it apart before. */
struct shape {
    int64_t digits, fraction, exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int64_t read_exponent(struct str text)
{
    enum { FAR = INT32_MAX };
    int64_t value = 0;
    bool negative = text.len && text.at[0] == '-';
    for (size_t i = 0; i < text.len && value <= (int64_t)FAR + 1; i++)
        if (is_digit(text.at[i]))
            value = value * 10 + (text.at[i] - '0');
    return negative ? -value : value;
}

static struct shape shape_of(struct str text)
{
    struct shape shape = {0};
    bool point = false;
    for (size_t i = 0; i < text.len; i++) {
        if ((text.at[i] | 0x20) == 'e') {
            shape.exponent = read_exponent(str_skip(text, i + 1));
            break;
        }
        point = point || text.at[i] == '.';
        shape.fraction += point && is_digit(text.at[i]);
        shape.digits += is_digit(text.at[i]) && (shape.digits || text.at[i] != '0');
    }
    return shape;
}

static bool is_in_32_bits(int64_t number)
{
    return number >= INT32_MIN && number <= INT32_MAX;
}

bool partiql_decimal(struct number *out, struct str text, struct err *err)
{
    enum { MAGNITUDE_MAX = 126 };
    if (number_parse(out, text, err))
        return true;
    struct shape shape = shape_of(text);
    if (err->code != ERR_REFUSED || !str_starts(str_from(err->text), STR("Number ")))
        return false;
    if (!is_in_32_bits(shape.exponent) || !is_in_32_bits(shape.fraction - shape.exponent))
        return err_invalid(
            err, "The parameter cannot be converted to a numeric value: %.*s", STR_ARG(text));
    uint32_t magnitude = (uint32_t)(shape.digits - (shape.fraction - shape.exponent));
    bool large = magnitude <= INT32_MAX && magnitude > MAGNITUDE_MAX;
    return err_invalid(err,
        "Number %s. Attempting to store a number with magnitude %s than supported range",
        large ? "overflow" : "underflow", large ? "larger" : "smaller");
}
