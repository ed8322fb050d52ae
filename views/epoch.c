/* SPDX-License-Identifier: MIT */
/*
 * Which numbers are moments, and how they read. Must not know tables or screens. Called for every
 * cell with a number in it: most of them end at the first comparison, and UTC needs no library.
 */
#include "views/epoch.h"

#include "backend/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const int64_t YEAR_2001 = 978307200, YEAR_2038 = 2145916800, YEAR_2100 = 4102444800,
                     YEAR_9999 = 253402300799;

/* ---- names ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has_word(struct str name, struct str word)
{
    for (size_t i = 0; i + word.len <= name.len; i++)
        if (str_equal_nocase((struct str){name.at + i, word.len}, word))
            return true;
    return false;
}

/* Whether the name ends in a short word of its own: createdAt, created_at, but not "flat". */
static bool ends_in(struct str name, struct str word)
{
    if (name.len < word.len || !str_equal_nocase(str_skip(name, name.len - word.len), word))
        return false;
    if (name.len == word.len)
        return true;
    char first = name.at[name.len - word.len], before = name.at[name.len - word.len - 1];
    bool letter = lower(before) >= 'a' && lower(before) <= 'z';
    return !letter || (first != lower(first) && before == lower(before));
}

bool epoch_name_like(struct str name)
{
    static const char *const words[] = {"time", "date", "epoch", "expir", "created", "updated",
        "modified", "deleted", "timestamp", "since", "until", "deadline"};
    static const char *const ends[] = {"at", "ts", "on", "ttl", "ms", "us", "ns"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(name, str_from(words[i])))
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(name, str_from(ends[i])))
            return true;
    return false;
}

/* ---- numbers ---- */

/* The integer part of a number with a fraction: 1732089600.25 */
static bool whole_part(struct str encoded, int64_t *out)
{
    char text[NUMBER_TEXT_MAX];
    struct str digits = {text, number_format(encoded, text)};
    return str_to_i64(str_take(digits, str_find_byte(digits, '.')), out);
}

static bool within(int64_t number, int64_t unit, int64_t least, int64_t end)
{
    return number >= least * unit && number / unit < end;
}

bool epoch_of(struct str name, struct str encoded, int64_t *ms)
{
    int64_t n;
    /* amounts of money have fractions, too */
    if (!number_to_i64(encoded, &n) && !(epoch_name_like(name) && whole_part(encoded, &n)))
        return false;
    if (n < YEAR_2001)
        return false;
    if (within(n, 1, YEAR_2001, YEAR_2038) ||
        (within(n, 1, YEAR_2038, YEAR_2100) && epoch_name_like(name)))
        *ms = n * 1000;
    else if (within(n, 1000, YEAR_2001, YEAR_2100))
        *ms = n;
    else if (within(n, 1000000, YEAR_2001, YEAR_2100) && epoch_name_like(name))
        *ms = n / 1000;
    else if (within(n, 1000000000, YEAR_2001, YEAR_2100) && epoch_name_like(name))
        *ms = n / 1000000;
    else
        return false;
    return true;
}

bool epoch_of_ttl(struct value v, int64_t *ms)
{
    int64_t n;
    if (v.type != VALUE_N || (!number_to_i64(v.data, &n) && !whole_part(v.data, &n)))
        return false;
    if (n < 0 || n > YEAR_9999)
        return false;
    *ms = n * 1000;
    return true;
}

/* ---- words ---- */

/* Days since 1970 into a date of the Gregorian calendar; eras of 400 years begin in March. */
static void civil(int64_t days, struct tm *tm)
{
    int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100),
            month = (5 * of_year + 2) / 153;
    tm->tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1);
    tm->tm_mon = (int)(month < 10 ? month + 2 : month - 10);
    tm->tm_year = (int)(year + era * 400 + (tm->tm_mon <= 1) - 1900);
}

static void two_digits(char *at, int n)
{
    at[0] = (char)('0' + n / 10);
    at[1] = (char)('0' + n % 10);
}

/* "2024-11-20 08:00"; years of five digits do not come. */
static void add_tm(struct buf *out, const struct tm *tm)
{
    char text[] = "0000-00-00 00:00";
    int year = tm->tm_year + 1900;
    two_digits(text, year / 100 % 100);
    two_digits(text + 2, year % 100);
    two_digits(text + 5, tm->tm_mon + 1);
    two_digits(text + 8, tm->tm_mday);
    two_digits(text + 11, tm->tm_hour);
    two_digits(text + 14, tm->tm_min);
    buf_add_bytes(out, text, sizeof text - 1);
}

static void add_local(struct buf *out, time_t seconds)
{
    struct tm tm;
    char zone[16];
    if (!localtime_r(&seconds, &tm))
        return;
    add_tm(out, &tm);
    buf_add_byte(out, ' ');
    buf_add_bytes(out, zone, strftime(zone, sizeof zone, "%Z", &tm));
}

static void add_date(struct buf *out, int64_t ms, enum epoch_dates dates, struct str zone)
{
    int64_t seconds = ms / 1000;
    struct tm tm;
    if (dates == EPOCH_OFF || seconds < 0 || seconds > YEAR_9999)
        return;
    if (dates == EPOCH_LOCAL) {
        add_local(out, (time_t)seconds);
        return;
    }
    civil(seconds / 86400, &tm);
    tm.tm_hour = (int)(seconds % 86400 / 3600);
    tm.tm_min = (int)(seconds % 3600 / 60);
    add_tm(out, &tm);
    buf_add(out, zone);
}

void epoch_add(struct buf *out, int64_t ms, enum epoch_dates dates)
{
    add_date(out, ms, dates, STR(" UTC"));
}

void epoch_add_brief(struct buf *out, int64_t ms, enum epoch_dates dates)
{
    add_date(out, ms, dates, STR("Z"));
}

/* The two largest units, the second one left out where it is none. */
static void add_span(struct buf *out, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } steps[] = {{31536000, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0, last = sizeof steps / sizeof *steps - 1;
    while (i < last && steps[i].seconds > seconds)
        i++;
    buf_printf(out, "%" PRId64 "%s", seconds / steps[i].seconds, steps[i].unit);
    int64_t rest = seconds % steps[i].seconds;
    if (i < last && rest >= steps[i + 1].seconds)
        buf_printf(out, " %" PRId64 "%s", rest / steps[i + 1].seconds, steps[i + 1].unit);
}

void epoch_add_left(struct buf *out, int64_t ms, int64_t now_ms)
{
    int64_t seconds = ms / 1000 - now_ms / 1000;
    if (seconds == 0) {
        buf_add(out, STR("expires now"));
        return;
    }
    buf_add(out, seconds > 0 ? STR("in ") : STR("expired "));
    add_span(out, seconds > 0 ? seconds : -seconds);
    if (seconds < 0)
        buf_add(out, STR(" ago"));
}
