/* SPDX-License-Identifier: MIT */
/*
 * Keys: checked on their way in, wiped on their way out. What is in them goes into the head of a
 * request, so nothing passes that would end a line there. Errors name the source, never the text.
 */
#include "backend/remote/keys.h"

#include "backend/json.h"
#include "base/mem.h"

#include <stdlib.h>
#include <time.h>

enum { ID_MAX = 256, SECRET_MAX = 1024, TOKEN_MAX = 64 << 10 };

/* Visible ASCII: what a header's value may hold. */
static bool is_visible(struct str text, size_t max)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    return text.len <= max;
}

struct keys *keys_new(
    struct str id, struct str secret, struct str token, const char *from, struct err *err)
{
    const char *wrong = !id.len || !is_visible(id, ID_MAX) || str_find_byte(id, '/') != SIZE_MAX
                            ? "access key id"
                        : !secret.len || !is_visible(secret, SECRET_MAX) ? "secret access key"
                        : !is_visible(token, TOKEN_MAX)                  ? "session token"
                                                                         : NULL;
    if (wrong) {
        err_set(err, ERR_CONFIG, "%s: the %s is missing or malformed", from, wrong);
        return NULL;
    }
    struct keys *keys = mem_new(struct keys);
    atomic_init(&keys->owners, 1);
    secret_set(&keys->id, id);
    secret_set(&keys->secret, secret);
    secret_set(&keys->token, token);
    return keys;
}

struct keys *keys_share(struct keys *keys)
{
    atomic_fetch_add(&keys->owners, 1);
    return keys;
}

void keys_drop(struct keys *keys)
{
    if (!keys || atomic_fetch_sub(&keys->owners, 1) != 1)
        return;
    secret_fini(&keys->id);
    secret_fini(&keys->secret);
    secret_fini(&keys->token);
    free(keys);
}

/* ---- documents ---- */

static struct str text_of(const struct json *document, struct str name)
{
    const struct json *member = json_get(document, name);
    return json_is(member, JSON_STRING) ? member->text : STR_NONE;
}

static bool number_at(struct str text, size_t at, size_t len, int *out)
{
    uint64_t number;
    if (text.len < at + len || !str_to_u64((struct str){text.at + at, len}, &number))
        return false;
    *out = (int)number;
    return true;
}

/* zone = "Z" | ("+" | "-") hh ":" mm, in minutes */
static bool take_zone(struct str zone, int *minutes)
{
    int hours, rest;
    *minutes = 0;
    if (str_equal(zone, STR("Z")))
        return true;
    if (zone.len != 6 || (zone.at[0] != '+' && zone.at[0] != '-') || zone.at[3] != ':' ||
        !number_at(zone, 1, 2, &hours) || !number_at(zone, 4, 2, &rest))
        return false;
    *minutes = (hours * 60 + rest) * (zone.at[0] == '-' ? -1 : 1);
    return true;
}

bool keys_time(struct str text, int64_t *ms)
{
    struct tm tm = {0};
    int minutes;
    if (!number_at(text, 0, 4, &tm.tm_year) || !number_at(text, 5, 2, &tm.tm_mon) ||
        !number_at(text, 8, 2, &tm.tm_mday) || !number_at(text, 11, 2, &tm.tm_hour) ||
        !number_at(text, 14, 2, &tm.tm_min) || !number_at(text, 17, 2, &tm.tm_sec) ||
        text.at[4] != '-' || text.at[7] != '-' || text.at[10] != 'T' || text.at[13] != ':' ||
        text.at[16] != ':')
        return false;
    struct str zone = str_skip(text, 19);
    if (zone.len && zone.at[0] == '.') {
        size_t digits = 1;
        while (digits < zone.len && zone.at[digits] >= '0' && zone.at[digits] <= '9')
            digits++;
        zone = str_skip(zone, digits);
    }
    if (!take_zone(zone, &minutes))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    *ms = ((int64_t)timegm(&tm) - minutes * 60) * 1000;
    return true;
}

static struct keys *take(const struct json *document, const char *from, struct err *err)
{
    struct str token = text_of(document, STR("SessionToken"));
    struct str expires = text_of(document, STR("Expiration"));
    int64_t version = 1, expires_ms = 0;
    if (!token.len)
        token = text_of(document, STR("Token"));
    json_to_i64(json_get(document, STR("Version")), &version);
    if (version != 1) {
        err_set(err, ERR_CONFIG, "%s: Version is not 1", from);
        return NULL;
    }
    if (expires.len && !keys_time(expires, &expires_ms)) {
        err_set(err, ERR_CONFIG, "%s: Expiration is no time like 2026-11-20T13:00:00Z", from);
        return NULL;
    }
    struct keys *keys = keys_new(text_of(document, STR("AccessKeyId")),
        text_of(document, STR("SecretAccessKey")), token, from, err);
    if (keys)
        keys->expires_ms = expires_ms;
    return keys;
}

struct keys *keys_parse(struct str json, const char *from, struct err *err)
{
    struct arena arena = {0};
    struct err unreadable = ERR_INIT;
    struct keys *keys = NULL;
    const struct json *document = json_parse(&arena, json, &unreadable);
    if (json_is(document, JSON_OBJECT))
        keys = take(document, from, err);
    else
        err_set(err, ERR_CONFIG, "%s: what came is no JSON document with keys", from);
    arena_wipe(&arena);
    return keys;
}
