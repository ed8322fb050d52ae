/* SPDX-License-Identifier: MIT */
/*
 * Identifiers that begin with the time. Must not know items.
 *
 *   ULID      01JD42DJ00 + 16 more      48 bits of ms, in Crockford's base 32
 *   UUID v7   01934a82-9800-7…          48 bits of ms
 *   UUID v1   low-mid-1hi-…             60 bits of 100 ns since 1582-10-15; v6: hi-mid-6low
 */
#include "views/id_time.h"

enum { ULID_LEN = 26, ULID_TIME = 10, UUID_LEN = 36 };

static const int64_t YEAR_1990 = INT64_C(631152000000), YEAR_2100 = INT64_C(4102444800000);
static const uint64_t SINCE_1582 = UINT64_C(0x01B21DD213814000); /* 1970 in 100 ns */

/* ---- ULID ---- */

static int base32(char c)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const char *at = c ? strchr(digits, c >= 'a' && c <= 'z' ? c - 32 : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool read_ulid(struct str text, int64_t *ms)
{
    uint64_t time = 0;
    if (text.len != ULID_LEN || text.at[0] > '7')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base32(text.at[i]);
        if (digit < 0)
            return false;
        if (i < ULID_TIME)
            time = time << 5 | (uint64_t)digit;
    }
    *ms = (int64_t)time;
    return true;
}

/* ---- UUID ---- */

static int hex(char c)
{
    char low = c >= 'A' && c <= 'F' ? (char)(c + 32) : c;
    return low >= '0' && low <= '9' ? low - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The first 64 bits: time and version. */
static bool read_uuid(struct str text, uint64_t *front)
{
    size_t digits = 0;
    *front = 0;
    if (text.len != UUID_LEN)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        int digit = hex(text.at[i]);
        if (dash ? text.at[i] != '-' : digit < 0)
            return false;
        if (!dash && digits++ < 16)
            *front = *front << 4 | (uint64_t)digit;
    }
    return true;
}

static int64_t ms_of_ticks(uint64_t ticks)
{
    return ticks < SINCE_1582 ? -1 : (int64_t)((ticks - SINCE_1582) / 10000);
}

static const char *uuid_time(uint64_t front, int64_t *ms)
{
    switch (front >> 12 & 15) {
    case 1:
        *ms = ms_of_ticks((front & 0xFFF) << 48 | (front >> 16 & 0xFFFF) << 32 | front >> 32);
        return "UUID v1";
    case 6:
        *ms = ms_of_ticks(front >> 16 << 12 | (front & 0xFFF));
        return "UUID v6";
    case 7:
        *ms = (int64_t)(front >> 16);
        return "UUID v7";
    default:
        return NULL;
    }
}

/* ---- both ---- */

/* What stands behind the last of the signs that people join prefixes with. */
static struct str without_prefix(struct str text)
{
    for (size_t i = text.len; i-- > 0;)
        if (strchr("#_:/", text.at[i]) && text.at[i])
            return str_skip(text, i + 1);
    return text;
}

const char *id_time(struct str text, int64_t *ms)
{
    uint64_t front;
    const char *kind = NULL;
    if (text.len < ULID_LEN || text.len > 128)
        return NULL;
    text = without_prefix(text);
    if (read_ulid(text, ms))
        kind = "ULID";
    else if (read_uuid(text, &front))
        kind = uuid_time(front, ms);
    return kind && *ms >= YEAR_1990 && *ms < YEAR_2100 ? kind : NULL;
}
