/* SPDX-License-Identifier: MIT */
/*
 * Records of the past as texts. Must not know where they come from, nor who is called with them.
 */
#include "views/triggers/trigger_events.h"

#include "backend/triggers/batch_result.h"
#include "base/mem.h"

#include <stdlib.h>

/* ---- texts of them ---- */

/* records = record | "{" "Records" ":" "[" records … "]" "}" | "[" records … "]" */
static bool take(const struct json *json, trigger_events_see *see, void *context, struct err *err)
{
    const struct json *records = json_get(json, STR("Records"));
    const struct json *list = json_is(records, JSON_ARRAY) ? records : json;
    if (list->type != JSON_ARRAY)
        return json_is(json_get(json, STR("dynamodb")), JSON_OBJECT)
                   ? see(context, json, err)
                   : err_set(err, ERR_DATA,
                         "there is something that is no stream record: it has no 'dynamodb'");
    for (const struct json *one = list->first; one; one = one->next)
        if (!take(one, see, context, err))
            return false;
    return true;
}

/* text = { records } */
bool trigger_events_each(
    struct arena *arena, struct str text, trigger_events_see *see, void *context, struct err *err)
{
    struct arena own = {0};
    const struct json *json;
    bool ok = true;
    while (ok && (json = json_parse_next(arena ? arena : &own, &text, err))) {
        ok = take(json, see, context, err);
        arena_reset(&own);
    }
    arena_fini(&own);
    return ok && err->code == ERR_NONE;
}

/* ---- what they say ---- */

struct str trigger_event_sequence(const struct json *event)
{
    const struct json *found = json_get(json_get(event, STR("dynamodb")), STR("SequenceNumber"));
    return json_is(found, JSON_STRING) ? found->text : STR_NONE;
}

int64_t trigger_event_time_ms(const struct json *event)
{
    char text[40] = "";
    const struct json *time =
        json_get(json_get(event, STR("dynamodb")), STR("ApproximateCreationDateTime"));
    if (!json_is(time, JSON_NUMBER) || time->text.len >= sizeof text)
        return 0;
    memcpy(text, time->text.at, time->text.len);
    double seconds = strtod(text, NULL);
    return seconds > 0 && seconds < 1e12 ? (int64_t)(seconds * 1000) : 0;
}

size_t trigger_events_good(struct str event, struct str answer, bool report, size_t *count)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    struct batch_result result;
    size_t at = 0;
    const struct json *list = json_get(json_parse(&arena, event, &ignored), STR("Records"));
    *count = json_is(list, JSON_ARRAY) ? list->count : 0;
    struct delivery_record *records = arena_zero(&arena, (*count + 1) * sizeof *records);
    for (const struct json *one = *count ? list->first : NULL; one; one = one->next)
        records[at++].sequence = trigger_event_sequence(one);
    batch_result_read(&arena, answer, report, records, *count, &result);
    arena_fini(&arena);
    return result.good;
}

/* ---- the last ones ---- */

bool trigger_ring_put(struct trigger_ring *r, struct str text, size_t most)
{
    if (!r->texts)
        r->texts = mem_zero(r->room, sizeof *r->texts);
    struct buf *slot = &r->texts[r->seen % r->room];
    if (r->bytes - slot->len + text.len > most)
        return false;
    r->bytes += text.len - slot->len;
    buf_clear(slot);
    buf_add(slot, text);
    r->seen++;
    return true;
}

size_t trigger_ring_count(const struct trigger_ring *r)
{
    return r->seen < r->room ? (size_t)r->seen : r->room;
}

struct str trigger_ring_at(const struct trigger_ring *r, size_t nth)
{
    uint64_t first = r->seen - trigger_ring_count(r);
    return buf_str(&r->texts[(first + nth) % r->room]);
}

void trigger_ring_fini(struct trigger_ring *r)
{
    for (size_t i = 0; r->texts && i < r->room; i++)
        buf_fini(&r->texts[i]);
    free(r->texts);
    r->texts = NULL;
}
