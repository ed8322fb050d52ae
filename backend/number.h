/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_NUMBER_H
#define BACKEND_NUMBER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * DynamoDB's decimal: at most 38 significant digits, zero or a magnitude of
 * 1E-130 .. 9.9999999999999999999999999999999999999E+125.
 *
 * The encoded form is canonical (equal numbers have equal bytes) and its unsigned byte order is the
 * numbers' order, so it serves in values, in keys and in sets alike:
 *
 *   zero      80
 *   positive  c1+e  d d d ...          e = exponent to base 100, -65..62, of the first base-100
 * digit negative  3e-e  D D D ... 66       d = digit + 1 (01..64 hex), D = 65 hex - digit
 *
 * The digits are base 100, first and last one not zero; the byte 66 hex ends a negative number, so
 * that a longer one sorts before its prefix. No byte is 00 but the first one of numbers from -1E124
 * down.
 */
enum {
    NUMBER_DIGITS_MAX = 38,
    NUMBER_BYTES_MAX = 1 + 20 + 1, /* 38 digits at an odd place touch 20 base-100 digits */
    NUMBER_TEXT_MAX = 176,         /* longest canonical text: sign, "0.", 130 + 38 digits */
};

struct number {
    uint8_t len;
    uint8_t bytes[NUMBER_BYTES_MAX];
};

static inline struct str number_str(const struct number *n)
{
    return (struct str){(const char *)n->bytes, n->len};
}

/* Reads sign, digits, fraction, exponent. The error is the ValidationException of the service:
 * not numeric, overflow, underflow, more than 38 significant digits. */
bool number_parse(struct number *out, struct str text, struct err *err);
bool number_from_i64(struct number *out, int64_t value);
/* False where the bytes are no canonical encoding: for input that is not trusted. */
bool number_check(struct str encoded);
/* Plain decimal digits, no exponent, no '+', no needless zeros. Writes to `out`, returns the
 * length; 0 where the bytes are no canonical encoding. Not terminated. */
size_t number_format(struct str encoded, char out[NUMBER_TEXT_MAX]);
/* Sum and difference, exact or refused: the service rejects what would need rounding, overflow and
 * underflow (ValidationException). Damaged bytes are ERR_DATA. */
bool number_add(struct number *out, struct str a, struct str b, struct err *err);
bool number_subtract(struct number *out, struct str a, struct str b, struct err *err);
/* The integer, or false where it is none or does not fit. For epoch seconds, list counts. */
bool number_to_i64(struct str encoded, int64_t *out);
/* Nearest double, for pictures only. */
double number_to_double(struct str encoded);

#endif
