/* SPDX-License-Identifier: MIT */
/* Moments in time, as options and filters take them. */
#include "views/stream/moment.h"

#include <time.h>

enum { TEXT_MAX = 32 };
static const uint64_t SECONDS_MAX = 253402300799; /* the year 9999 */

/* ago = digits ( "s" | "m" | "h" | "d" ) */
static bool parse_ago(struct str text, int64_t now_ms, int64_t *out_ms)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t number;
    if (text.len < 2 || !str_to_u64(str_take(text, text.len - 1), &number))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (text.at[text.len - 1] != units[i].unit || number > SECONDS_MAX / units[i].seconds)
            continue;
        *out_ms = now_ms - (int64_t)(number * units[i].seconds) * 1000;
        return true;
    }
    return false;
}

/* date = year "-" month "-" day [ ( "T" | " " ) hour ":" minute [ ":" second ] ] [ "Z" ] */
static bool parse_date(struct str text, int64_t *out_ms)
{
    static const char *const formats[] = {
        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    char copy[TEXT_MAX];
    if (str_ends(text, STR("Z")))
        text.len--;
    if (text.len >= sizeof copy || text.len < sizeof "2026-01-31" - 1)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct tm fields = {0};
        const char *end = strptime(copy, formats[i], &fields);
        if (end && !*end) {
            *out_ms = (int64_t)timegm(&fields) * 1000;
            return true;
        }
    }
    return false;
}

/* clock = digit digit ":" digit digit [ ":" digit digit ] */
static bool parse_clock(struct str text, int64_t now_ms, int64_t *out_ms)
{
    struct tm today;
    time_t now = (time_t)(now_ms / 1000);
    int part[3] = {0}, count = 0;
    struct str piece;
    uint64_t number;
    while (count < 3 && str_cut(&text, ':', &piece)) {
        if (piece.len != 2 || !str_to_u64(piece, &number) || number > (count ? 59 : 23))
            return false;
        part[count++] = (int)number;
    }
    if (count < 2 || text.len || !gmtime_r(&now, &today))
        return false;
    today.tm_hour = part[0];
    today.tm_min = part[1];
    today.tm_sec = part[2];
    *out_ms = (int64_t)timegm(&today) * 1000;
    return true;
}

bool moment_parse(struct str text, int64_t now_ms, int64_t *out_ms)
{
    uint64_t seconds;
    if (!str_to_u64(text, &seconds))
        return parse_ago(text, now_ms, out_ms) || parse_clock(text, now_ms, out_ms) ||
               parse_date(text, out_ms);
    *out_ms = (int64_t)seconds * 1000;
    return seconds <= SECONDS_MAX;
}
