/* SPDX-License-Identifier: MIT */
/*
 * Writes events out of records that are JSON already. Knows Lambda's names and nothing else.
 */
#include "backend/triggers/event.h"

#include <time.h>

void event_put_time(struct buf *out, int64_t time_ms, bool millis)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
        tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (millis)
        buf_printf(out, ".%03d", (int)(time_ms % 1000));
    buf_add_byte(out, 'Z');
}

static void put_text(struct buf *out, struct str name, struct str text)
{
    json_put_name(out, name);
    json_put_string(out, text);
}

static void put_flag(struct buf *out, struct str name, bool flag)
{
    json_put_name(out, name);
    buf_add(out, flag ? STR("true") : STR("false"));
}

static void put_window(
    struct buf *out, const struct delivery_order *order, struct str shard, struct str stream_arn)
{
    buf_add(out, STR(",\"window\":{\"start\":\""));
    event_put_time(out, order->window_start_ms, false);
    buf_add(out, STR("\",\"end\":\""));
    event_put_time(out, order->window_end_ms, false);
    buf_add(out, STR("\"},\"state\":"));
    buf_add(out, order->state);
    put_text(out, STR("shardId"), shard);
    put_text(out, STR("eventSourceARN"), stream_arn);
    put_flag(out, STR("isFinalInvokeForWindow"), order->final);
    put_flag(out, STR("isWindowTerminatedEarly"), order->early);
}

void event_put(
    struct buf *out, const struct delivery_order *order, struct str shard, struct str stream_arn)
{
    buf_add(out, STR("{\"Records\":["));
    for (size_t i = 0; i < order->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        buf_add(out, order->records[i].event);
    }
    buf_add_byte(out, ']');
    if (order->windowed)
        put_window(out, order, shard, stream_arn);
    buf_add_byte(out, '}');
}

size_t event_envelope(bool windowed, struct str shard, struct str stream_arn)
{
    struct buf event = {0};
    struct delivery_order empty = {.windowed = windowed, .state = STR("{}")};
    event_put(&event, &empty, shard, stream_arn);
    size_t len = event.len - (windowed ? empty.state.len : 0);
    buf_fini(&event);
    return len;
}

static uint64_t hash_text(uint64_t hash, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 1099511628211u;
    return hash;
}

/* Of the key's attributes in whatever order they come. */
uint64_t event_item(const struct json *event)
{
    const struct json *keys = json_get(json_get(event, STR("dynamodb")), STR("Keys"));
    uint64_t sum = 0;
    for (const struct json *key = keys ? keys->first : NULL; key; key = key->next) {
        uint64_t hash = hash_text(14695981039346656037u, key->name);
        if (key->type == JSON_OBJECT && key->first)
            hash = hash_text(hash * 31, key->first->text);
        sum += hash ^ hash >> 29;
    }
    return sum;
}
