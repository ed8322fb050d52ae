/* SPDX-License-Identifier: MIT */
/*
 * Counts, sizes and times in the shortest form that a person reads without thinking. Knows nothing
 * of tables or terminals.
 */
#include "views/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

void words_count(struct buf *out, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);
    int first = digits[0] == '-';
    for (int i = 0; i < len; i++) {
        buf_add_byte(out, digits[i]);
        int left = len - 1 - i;
        if (left && left % 3 == 0 && i >= first)
            buf_add_byte(out, ',');
    }
}

/* One decimal below ten units, none above; rounds down, so that 9,999,999 is not "10 M". */
static void words_unit(struct buf *out, int64_t n, int64_t unit, const char *name)
{
    int64_t whole = n / unit;
    if (whole < 10)
        buf_printf(out, "%" PRId64 ".%" PRId64 " %s", whole, n % unit * 10 / unit, name);
    else
        buf_printf(out, "%" PRId64 " %s", whole, name);
}

void words_count_short(struct buf *out, int64_t n)
{
    if (n < 10000)
        words_count(out, n);
    else if (n < 1000000)
        words_unit(out, n, 1000, "k");
    else if (n < 1000000000)
        words_unit(out, n, 1000000, "M");
    else
        words_unit(out, n, 1000000000, "G");
}

void words_bytes(struct buf *out, int64_t bytes)
{
    static const char *const names[] = {"KB", "MB", "GB", "TB"};
    if (bytes < 1024) {
        buf_printf(out, "%" PRId64 " B", bytes);
        return;
    }
    int64_t unit = 1024;
    size_t i = 0;
    while (bytes / unit >= 1024 && i + 1 < sizeof names / sizeof *names) {
        unit *= 1024;
        i++;
    }
    words_unit(out, bytes, unit, names[i]);
}

void words_plural(struct buf *out, int64_t n, const char *noun)
{
    words_count(out, n);
    buf_printf(out, " %s%s", noun, n == 1 ? "" : "s");
}

void words_utc(struct buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[40];
    if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm))
        buf_add(out, str_from(text));
}

void words_distance(struct buf *out, int64_t ms, int64_t now_ms)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } steps[] = {{31536000, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {0, "s"}};
    int64_t s = (ms - now_ms) / 1000;
    bool future = s >= 0;
    if (!future)
        s = -s;
    size_t i = 0;
    if (!s) {
        buf_add(out, STR("now"));
        return;
    }
    while (steps[i].seconds > s)
        i++;
    int64_t n = steps[i].seconds ? s / steps[i].seconds : s;
    buf_printf(out, future ? "in %" PRId64 "%s" : "%" PRId64 "%s ago", n, steps[i].unit);
}

static void words_silence(struct buf *out, const struct backend_wait *wait)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    buf_printf(out, "%s for %lld s: try %u of %u", wait->why, (long long)(wait->silent_ms / 1000),
        wait->attempt, wait->attempts);
    if (wait->left_ms <= DAY_MS)
        buf_printf(out, " ends in %lld s", (long long)(wait->left_ms + 999) / 1000);
}

void words_wait(struct buf *out, const struct backend_wait *wait)
{
    if (wait->silent_ms) {
        words_silence(out, wait);
        return;
    }
    buf_printf(out, "%s: try %u of %u in %lld.%lld s", wait->why, wait->attempt, wait->attempts,
        (long long)(wait->left_ms / 1000), (long long)(wait->left_ms % 1000 / 100));
}
