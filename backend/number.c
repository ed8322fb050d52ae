/* SPDX-License-Identifier: MIT */
/*
 * DynamoDB's decimal numbers: text to ordered bytes and back, exact sums. Knows nothing of values,
 * keys or JSON, only of bytes.
 *
 *   -12.5  =  digits 1 2 5, exponent 1 (of the first digit)
 *          =  base-100 digits 12 50, exponent 0
 *          =  3e   59   33   66
 *             3e-0 65-12 65-50 end of a negative number
 *
 * Between the two forms stands `struct decimal`, significant decimal digits without zeros at either
 * end, or an unsigned __int128 coefficient where there is arithmetic (10^38 < 2^127).
 */
#include "backend/number.h"

#include <stdlib.h>

typedef unsigned __int128 u128;

enum {
    EXPONENT_MAX = 125,
    EXPONENT_MIN = -130,
    PAIRS_MAX = 20,
    ZERO = 0x80,
    POSITIVE = 0xc1,
    NEGATIVE = 0x3e,
    NEGATIVE_END = 0x66,
};

/* Sign, digits d[0].d[1]d[2]… times 10^exponent; count 0 is zero. One digit more than may be stored
 * is kept, as a witness that there were too many. */
struct decimal {
    bool negative;
    uint8_t count;
    uint8_t digits[NUMBER_DIGITS_MAX + 2];
    int64_t exponent;
};

static const char overflow_text[] =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
static const char underflow_text[] =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";
static const char digits_text[] = "Attempting to store more than 38 significant digits in a Number";

/* ---- decimal digits to bytes ---- */

static bool check_range(const struct decimal *d, struct err *err)
{
    if (d->count == 0)
        return true;
    if (d->exponent > EXPONENT_MAX)
        return err_invalid(err, "%s", overflow_text);
    if (d->exponent < EXPONENT_MIN)
        return err_invalid(err, "%s", underflow_text);
    if (d->count > NUMBER_DIGITS_MAX)
        return err_invalid(err, "%s", digits_text);
    return true;
}

/* The digits pair up so that the exponent of each pair is even; a lone last digit gets a zero. */
static void encode(struct number *out, const struct decimal *d)
{
    if (d->count == 0) {
        out->len = 1;
        out->bytes[0] = ZERO;
        return;
    }
    int exponent = (int)(d->exponent >> 1); /* rounds down, also below zero */
    uint8_t *at = out->bytes;
    *at++ = (uint8_t)(d->negative ? NEGATIVE - exponent : POSITIVE + exponent);
    size_t i = 0;
    uint8_t lone = (uint8_t)(d->exponent & 1 ? 0 : d->digits[i++]);
    if (i == 1)
        *at++ = (uint8_t)(d->negative ? 101 - lone : lone + 1);
    for (; i < d->count; i += 2) {
        unsigned pair = d->digits[i] * 10u + (i + 1 < d->count ? d->digits[i + 1] : 0u);
        *at++ = (uint8_t)(d->negative ? 101 - pair : pair + 1);
    }
    if (d->negative)
        *at++ = NEGATIVE_END;
    out->len = (uint8_t)(at - out->bytes);
}

static bool encode_checked(struct number *out, const struct decimal *d, struct err *err)
{
    if (!check_range(d, err))
        return false;
    encode(out, d);
    return true;
}

/* ---- text to decimal digits ---- */

/* The two runs of digits of a number's text, and where it ends. */
struct scan {
    const char *at, *end;
    struct str whole, fraction;
    int64_t exponent; /* as written */
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* digits = { '0'…'9' } */
static inline struct str scan_digits(struct scan *s)
{
    const char *start = s->at, *at = start;
    while (at < s->end && is_digit(*at))
        at++;
    s->at = at;
    return (struct str){start, (size_t)(at - start)};
}

/* sign = [ '+' | '-' ] : true for '-'. */
static inline bool scan_sign(struct scan *s)
{
    bool negative = s->at < s->end && *s->at == '-';
    s->at += s->at < s->end && (*s->at == '-' || *s->at == '+');
    return negative;
}

/* exponent = ( 'e' | 'E' ) sign digit { digit } : fits 64 bits, beyond them it is no number */
static bool scan_exponent(struct scan *s)
{
    enum { BOUND = 1 << 30 }; /* far outside the range, whatever the digits before were */
    s->at++;
    bool negative = scan_sign(s);
    struct str digits = scan_digits(s);
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digits.at[i] - '0', &value))
            return false;
    value = value < BOUND ? value : BOUND;
    s->exponent = negative ? -value : value;
    return digits.len > 0;
}

/* number = sign ( digits [ '.' digits ] | '.' digits ) [ exponent ] : at least one digit before it
 */
static bool scan_number(struct scan *s, bool *negative)
{
    *negative = scan_sign(s);
    s->whole = scan_digits(s);
    s->fraction = STR_NONE;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        s->fraction = scan_digits(s);
    }
    if (s->whole.len + s->fraction.len == 0)
        return false;
    if (s->at < s->end && (*s->at | 0x20) == 'e' && !scan_exponent(s))
        return false;
    return s->at == s->end;
}

static inline size_t leading_zeros(struct str digits)
{
    size_t count = 0;
    while (count < digits.len && digits.at[count] == '0')
        count++;
    return count;
}

static inline struct str without_trailing_zeros(struct str digits)
{
    while (digits.len && digits.at[digits.len - 1] == '0')
        digits.len--;
    return digits;
}

static inline void take_digits(struct decimal *d, struct str digits)
{
    size_t room = sizeof d->digits - d->count, count = digits.len < room ? digits.len : room;
    for (size_t i = 0; i < count; i++)
        d->digits[d->count + i] = (uint8_t)(digits.at[i] - '0');
    d->count = (uint8_t)(d->count + count);
}

/* Zeros at both ends go, the exponent becomes that of the first digit left. */
static void normalise(struct decimal *d, const struct scan *s)
{
    struct str whole = str_skip(s->whole, leading_zeros(s->whole)), fraction = s->fraction;
    d->count = 0;
    d->exponent = s->exponent + (int64_t)whole.len - 1;
    if (whole.len == 0) {
        size_t zeros = leading_zeros(fraction);
        fraction = str_skip(fraction, zeros);
        d->exponent -= (int64_t)zeros;
    }
    fraction = without_trailing_zeros(fraction);
    take_digits(d, fraction.len ? whole : without_trailing_zeros(whole));
    take_digits(d, fraction);
}

/* A zero has the exponent that it is written with: 0e126 is out of range. */
static bool check_zero(const struct scan *s, struct err *err)
{
    if (s->exponent > EXPONENT_MAX)
        return err_invalid(err, "%s", overflow_text);
    return s->exponent >= EXPONENT_MIN || err_invalid(err, "%s", underflow_text);
}

static bool refuse_text(struct str text, struct err *err)
{
    return err_invalid(err, "The parameter cannot be converted to a numeric value: %.*s",
        STR_ARG(str_take(text, 1024)));
}

bool number_parse(struct number *out, struct str text, struct err *err)
{
    struct decimal d;
    if (text.len == 0)
        return refuse_text(text, err);
    struct scan s = {.at = text.at, .end = text.at + text.len};
    if (!scan_number(&s, &d.negative))
        return refuse_text(text, err);
    normalise(&d, &s);
    return (d.count || check_zero(&s, err)) && encode_checked(out, &d, err);
}

/* ---- bytes to base-100 digits ---- */

struct pairs {
    bool negative;
    uint8_t count; /* 0: zero */
    int exponent;  /* to base 100, of the first pair */
    uint8_t digits[PAIRS_MAX];
};

/* Every byte that is no digit becomes 255 and is found by the check of the range. */
static bool read_digits(struct pairs *p, const uint8_t *at, size_t count)
{
    if (count == 0 || count > PAIRS_MAX)
        return false;
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++) {
        p->digits[i] = (uint8_t)(p->negative ? 101 - at[i] : at[i] - 1);
        bad |= p->digits[i] > 99;
    }
    p->count = (uint8_t)count;
    return !bad && p->digits[0] != 0 && p->digits[count - 1] != 0;
}

static unsigned count_decimal_digits(const struct pairs *p)
{
    return 2u * p->count - (p->digits[0] < 10) - (p->digits[p->count - 1] % 10 == 0);
}

/* False where the bytes are no canonical number. */
static bool decode(struct pairs *p, struct str encoded)
{
    const uint8_t *at = (const uint8_t *)encoded.at;
    size_t len = encoded.len;
    if (len == 0 || len > NUMBER_BYTES_MAX)
        return false;
    p->count = 0;
    p->negative = at[0] < ZERO;
    p->exponent = p->negative ? NEGATIVE - at[0] : at[0] - POSITIVE;
    if (len == 1)
        return at[0] == ZERO;
    if (p->negative && at[--len] != NEGATIVE_END)
        return false;
    return read_digits(p, at + 1, len - 1) && count_decimal_digits(p) <= NUMBER_DIGITS_MAX;
}

bool number_check(struct str encoded)
{
    struct pairs p;
    return decode(&p, encoded);
}

/* ---- base-100 digits to text ---- */

static inline char *put_pair(char *to, unsigned pair)
{
    to[0] = (char)('0' + pair / 10);
    to[1] = (char)('0' + pair % 10);
    return to + 2;
}

static char *put_zeros(char *to, int count)
{
    if (count <= 0)
        return to;
    memset(to, '0', (size_t)count);
    return to + count;
}

/* Pairs from `from` on after the point; a zero at the very end goes. */
static char *put_fraction(char *to, const struct pairs *p, unsigned from)
{
    for (unsigned i = from; i < p->count; i++)
        to = put_pair(to, p->digits[i]);
    return to - (to[-1] == '0');
}

static char *put_whole(char *to, const struct pairs *p)
{
    unsigned places = (unsigned)p->exponent + 1, have = places < p->count ? places : p->count;
    if (p->digits[0] < 10)
        *to++ = (char)('0' + p->digits[0]);
    else
        to = put_pair(to, p->digits[0]);
    for (unsigned i = 1; i < have; i++)
        to = put_pair(to, p->digits[i]);
    to = put_zeros(to, 2 * (int)(places - have));
    if (p->count <= places)
        return to;
    *to++ = '.';
    return put_fraction(to, p, places);
}

size_t number_format(struct str encoded, char out[NUMBER_TEXT_MAX])
{
    struct pairs p;
    char *to = out;
    if (!decode(&p, encoded))
        return 0;
    if (p.count == 0)
        *to++ = '0';
    if (p.count && p.negative)
        *to++ = '-';
    if (p.count && p.exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        to = put_fraction(put_zeros(to, 2 * (-p.exponent - 1)), &p, 0);
    } else if (p.count) {
        to = put_whole(to, &p);
    }
    return (size_t)(to - out);
}

/* ---- arithmetic ---- */

/* coefficient * 10^exponent; the coefficient below 10^38 and no multiple of ten, or 0. */
struct wide {
    bool negative;
    u128 coefficient;
    int exponent;
};

static bool to_wide(struct wide *w, struct str encoded)
{
    struct pairs p;
    if (!decode(&p, encoded))
        return false;
    *w = (struct wide){.negative = p.count && p.negative};
    if (p.count == 0)
        return true;
    for (unsigned i = 0; i + 1u < p.count; i++)
        w->coefficient = w->coefficient * 100 + p.digits[i];
    unsigned last = p.digits[p.count - 1];
    bool tens = last % 10 == 0;
    w->coefficient = w->coefficient * (tens ? 10 : 100) + (tens ? last / 10 : last);
    w->exponent = 2 * (p.exponent - (int)p.count + 1) + tens;
    return true;
}

/* Divides once or twice by 10^19, so that the digits fall out of 64-bit divisions. */
static void from_wide(struct decimal *d, const struct wide *w)
{
    static const uint64_t ten19 = 10000000000000000000u;
    uint8_t reversed[NUMBER_DIGITS_MAX + 20];
    unsigned count = 0, skip = 0;
    u128 rest = w->coefficient;
    while (rest > UINT64_MAX) {
        uint64_t part = (uint64_t)(rest % ten19);
        rest /= ten19;
        for (unsigned i = 0; i < 19; i++, part /= 10)
            reversed[count++] = (uint8_t)(part % 10);
    }
    for (uint64_t part = (uint64_t)rest; part; part /= 10)
        reversed[count++] = (uint8_t)(part % 10);
    while (skip < count && reversed[skip] == 0)
        skip++;
    *d = (struct decimal){.negative = w->negative, .exponent = w->exponent + (int)count - 1};
    while (count > skip)
        d->digits[d->count++] = reversed[--count];
}

/* 2 * 10^38: from here on a sum with anything smaller that ends in another place has 39 digits. */
static u128 aligned_bound(void)
{
    return (u128)10000000000000000000u * 10000000000000000000u * 2;
}

/* Brings `high` down to the exponent of `low`; false where the sum cannot be exact. */
static bool align(struct wide *high, const struct wide *low)
{
    for (; high->exponent > low->exponent; high->exponent--) {
        if (high->coefficient >= aligned_bound() / 10)
            return false;
        high->coefficient *= 10;
    }
    return true;
}

static struct wide sum_aligned(const struct wide *a, const struct wide *b)
{
    struct wide sum = *a;
    if (a->negative == b->negative) {
        sum.coefficient = a->coefficient + b->coefficient;
    } else if (a->coefficient >= b->coefficient) {
        sum.coefficient = a->coefficient - b->coefficient;
    } else {
        sum.negative = b->negative;
        sum.coefficient = b->coefficient - a->coefficient;
    }
    return sum;
}

static bool add_wide(struct number *out, struct wide a, struct wide b, struct err *err)
{
    if (a.coefficient == 0)
        a.exponent = b.exponent;
    if (b.coefficient == 0)
        b.exponent = a.exponent;
    struct wide *high = a.exponent > b.exponent ? &a : &b;
    if (!align(high, high == &a ? &b : &a))
        return err_invalid(err, "%s", digits_text);
    struct wide sum = sum_aligned(&a, &b);
    struct decimal d;
    from_wide(&d, &sum);
    return encode_checked(out, &d, err);
}

static bool refuse_bytes(struct err *err)
{
    return err_set(err, ERR_DATA, "a stored number is damaged");
}

bool number_add(struct number *out, struct str a, struct str b, struct err *err)
{
    struct wide left, right;
    if (!to_wide(&left, a) || !to_wide(&right, b))
        return refuse_bytes(err);
    return add_wide(out, left, right, err);
}

bool number_subtract(struct number *out, struct str a, struct str b, struct err *err)
{
    struct wide left, right;
    if (!to_wide(&left, a) || !to_wide(&right, b))
        return refuse_bytes(err);
    right.negative = !right.negative;
    return add_wide(out, left, right, err);
}

/* ---- C's own numbers ---- */

bool number_from_i64(struct number *out, int64_t value)
{
    struct decimal d;
    struct wide w = {.negative = value < 0};
    w.coefficient = w.negative ? -(uint64_t)value : (uint64_t)value;
    from_wide(&d, &w);
    encode(out, &d);
    return true;
}

bool number_to_i64(struct str encoded, int64_t *out)
{
    struct wide w;
    if (!to_wide(&w, encoded) || w.exponent < 0 || w.exponent > 18)
        return false;
    for (; w.exponent > 0; w.exponent--) {
        if (w.coefficient > INT64_MAX)
            return false;
        w.coefficient *= 10;
    }
    u128 most = (u128)INT64_MAX + w.negative;
    if (w.coefficient > most)
        return false;
    uint64_t magnitude = (uint64_t)w.coefficient;
    *out = w.negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

double number_to_double(struct str encoded)
{
    char text[NUMBER_TEXT_MAX + 1];
    text[number_format(encoded, text)] = '\0';
    return strtod(text, NULL);
}
