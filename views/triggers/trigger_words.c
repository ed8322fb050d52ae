/* SPDX-License-Identifier: MIT */
/* Figures of triggers. Knows no trigger. */
#include "views/triggers/trigger_words.h"

#include <inttypes.h>
#include <time.h>

enum { DIGITS = 8 };

void trigger_words_us(struct buf *out, int64_t us)
{
    if (us < 10000)
        buf_printf(out, "%.1f ms", (double)us / 1000);
    else if (us < 1000000)
        buf_printf(out, "%" PRId64 " ms", us / 1000);
    else if (us < 100000000)
        buf_printf(out, "%.1f s", (double)us / 1000000);
    else
        buf_printf(out, "%" PRId64 " min", us / 60000000);
}

void trigger_words_clock(struct buf *out, int64_t ms, bool millis)
{
    struct tm utc;
    time_t seconds = (time_t)(ms / 1000);
    if (gmtime_r(&seconds, &utc))
        buf_printf(out, "%02d:%02d:%02d", utc.tm_hour, utc.tm_min, utc.tm_sec);
    if (millis)
        buf_printf(out, ".%03d", (int)(ms % 1000));
}

void trigger_words_sequence(struct buf *out, struct str sequence)
{
    if (sequence.len > DIGITS)
        buf_add(out, STR("…"));
    buf_add(out, str_skip(sequence, sequence.len > DIGITS ? sequence.len - DIGITS : 0));
}
