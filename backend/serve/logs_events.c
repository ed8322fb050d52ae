/* SPDX-License-Identifier: MIT */
/*
 * Events of log streams, page by page. The places of all events that are asked for are gathered
 * first (a function's logs have at most some tens of megabytes), then a page of them is read:
 *
 *   GetLogEvents:     one stream, in its order;   tokens f/PLACE (from there on), b/PLACE (before
 * it) FilterLogEvents:  several, by time;           token TIME:PLACE:STREAM (behind that event)
 */
#include "backend/serve/logs_face.h"
#include "backend/serve/logs_filter.h"
#include "backend/triggers/logs.h"

#include <inttypes.h>
#include <stdlib.h>

enum { EVENTS_MAX = 10000, PAGE_BYTES = 1 << 20, EVENT_COST = 26 };

/* An event that is asked for. */
struct place {
    int64_t time_ms;
    const struct log_stream *stream;
    uint64_t at, from; /* from: the token behind the event before it, to read it again */
    size_t cost;
};

struct search {
    int64_t from_ms, to_ms; /* to_ms is not among them */
    const struct logs_filter *filter;
    const struct log_stream *stream; /* that is being read */
    uint64_t behind;                 /* the token behind the last event that was seen */
    struct buf places;               /* of struct place */
};

static bool see_event(void *context, const struct log_event *event)
{
    struct search *s = context;
    uint64_t from = s->behind;
    s->behind = event->at + 1;
    if (event->time_ms < s->from_ms || event->time_ms >= s->to_ms ||
        (s->filter && !logs_filter_matches(s->filter, event->message)))
        return true;
    struct place place = {.time_ms = event->time_ms,
        .stream = s->stream,
        .at = event->at,
        .from = from,
        .cost = event->message.len + EVENT_COST};
    buf_add_bytes(&s->places, &place, sizeof place);
    return true;
}

static bool search_stream(
    struct search *s, const char *folder, const struct log_stream *stream, struct err *err)
{
    uint64_t at = 0;
    if (stream->last_ms && (stream->last_ms < s->from_ms || stream->first_ms >= s->to_ms))
        return true;
    s->stream = stream;
    s->behind = 0;
    return log_read(folder, stream->name, &at, SIZE_MAX, see_event, s, err);
}

static bool read_times(struct face_call *call, struct search *s, struct err *err)
{
    s->from_ms = 0;
    s->to_ms = INT64_MAX;
    return logs_number(call, "startTime", 0, INT64_MAX, &s->from_ms, err) &&
           logs_number(call, "endTime", 0, INT64_MAX, &s->to_ms, err);
}

static struct place *places_of(const struct search *s, size_t *count)
{
    *count = s->places.len / sizeof(struct place);
    return (struct place *)(void *)s->places.at;
}

/* ---- a page ---- */

struct page {
    struct face_call *call;
    const struct place *place;
    bool named; /* with the stream's name and an id */
};

/* 56 digits as the service has them: the time, the place, and what tells streams apart. */
static void put_id(struct buf *out, const struct place *place)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < place->stream->name.len; i++)
        hash = (hash ^ (unsigned char)place->stream->name.at[i]) * 16777619u;
    json_put_name(out, STR("eventId"));
    buf_printf(out, "\"%020" PRIu64 "%026" PRIu64 "%010" PRIu32 "\"", (uint64_t)place->time_ms,
        place->at, hash);
}

static bool put_event(void *context, const struct log_event *event)
{
    struct page *page = context;
    struct buf *out = &page->call->reply->body;
    json_put_comma(out);
    buf_add_byte(out, '{');
    if (page->named)
        face_put_text(out, "logStreamName", page->place->stream->name);
    face_put_number(out, "timestamp", event->time_ms);
    face_put_text(out, "message", event->message);
    face_put_number(out, "ingestionTime", event->ingestion_ms);
    if (page->named)
        put_id(out, page->place);
    buf_add_byte(out, '}');
    return false;
}

static bool put_events(struct face_call *call, const char *folder, const struct place *places,
    size_t count, bool named, struct err *err)
{
    struct page page = {.call = call, .named = named};
    buf_add(&call->reply->body, STR("{\"events\":["));
    for (size_t i = 0; i < count; i++) {
        uint64_t at = places[i].from;
        page.place = &places[i];
        if (!log_read(folder, places[i].stream->name, &at, 1, put_event, &page, err))
            return false;
    }
    buf_add_byte(&call->reply->body, ']');
    return true;
}

/* How many from the front of these fit on a page; from their end, where `back`. */
static size_t page_of(const struct place *places, size_t count, size_t most, bool back)
{
    size_t n = 0, bytes = 0;
    while (n < count && n < most) {
        bytes += places[back ? count - 1 - n : n].cost;
        if (n && bytes > PAGE_BYTES)
            break;
        n++;
    }
    return n;
}

/* ---- GetLogEvents ---- */

struct reading {
    struct str stream, token;
    uint64_t place; /* of the token */
    bool back, head;
    int64_t most;
};

/* token = ( "f" | "b" ) "/" digits [ "/s" ] */
static bool read_token(struct reading *r, struct err *err)
{
    struct str rest = r->token, kind, digits;
    if (!rest.at)
        return true;
    bool fine = str_cut(&rest, '/', &kind) && str_cut(&rest, '/', &digits) && digits.len &&
                (str_equal(kind, STR("f")) || str_equal(kind, STR("b")));
    while (fine && digits.len > 1 && *digits.at == '0')
        digits = str_skip(digits, 1);
    if (!fine || !str_to_u64(digits, &r->place))
        return logs_invalid(err, "The specified nextToken is invalid.");
    r->back = str_equal(kind, STR("b"));
    return true;
}

static bool read_reading(struct face_call *call, struct reading *r, struct err *err)
{
    const struct json *head = json_get(call->body, STR("startFromHead"));
    *r = (struct reading){.most = EVENTS_MAX, .head = json_is(head, JSON_TRUE)};
    if (!logs_text(call, "logStreamName", &r->stream, err) ||
        !logs_text(call, "nextToken", &r->token, err) ||
        !logs_number(call, "limit", 1, EVENTS_MAX, &r->most, err) || !read_token(r, err))
        return false;
    if (!r->token.at)
        r->back = !r->head;
    return r->stream.len > 0 ||
           logs_invalid(err, "1 validation error detected: Value at 'logStreamName' failed to "
                             "satisfy constraint: Member must have at least 1 character");
}

static bool find_stream(struct face_call *call, const char *folder, struct str name,
    const struct log_stream **out, struct err *err)
{
    struct log_streams all = {0};
    if (!log_streams(folder, &call->arena, &all, err))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        *out = &all.items[i];
        if (str_equal(all.items[i].name, name))
            return true;
    }
    return err_refuse(err, "ResourceNotFoundException", "The specified log stream does not exist.");
}

/* Those from the token's place on, or before it. */
static struct place *cut(const struct reading *r, struct place *places, size_t *count)
{
    size_t i = 0;
    if (!r->token.at)
        return places;
    while (i < *count && places[i].at < r->place)
        i++;
    if (r->back) {
        *count = i;
        return places;
    }
    *count -= i;
    return places + i;
}

static void put_token(struct buf *out, const char *name, char kind, uint64_t place)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "\"%c/%056" PRIu64 "/s\"", kind, place);
}

static bool answer_reading(struct face_call *call, const char *folder, const struct reading *r,
    const struct search *s, struct err *err)
{
    size_t count;
    struct place *places = places_of(s, &count);
    uint64_t end = count ? places[count - 1].at + 1 : 0;
    places = cut(r, places, &count);
    size_t n = page_of(places, count, (size_t)r->most, r->back);
    if (n && r->back)
        places += count - n;
    if (!put_events(call, folder, places, n, false, err))
        return false;
    uint64_t here = r->token.at ? r->place : r->head ? 0 : end;
    put_token(&call->reply->body, "nextForwardToken", 'f', n ? places[n - 1].at + 1 : here);
    put_token(&call->reply->body, "nextBackwardToken", 'b', n ? places[0].at : here);
    buf_add_byte(&call->reply->body, '}');
    return true;
}

bool logs_get_events(struct face_call *call, struct err *err)
{
    struct reading r;
    struct search s = {0};
    struct str folder;
    const struct log_stream *stream = NULL;
    bool ok = logs_group(call, &folder, err) && read_reading(call, &r, err) &&
              read_times(call, &s, err) && find_stream(call, folder.at, r.stream, &stream, err) &&
              search_stream(&s, folder.at, stream, err) &&
              answer_reading(call, folder.at, &r, &s, err);
    buf_fini(&s.places);
    return ok;
}

/* ---- FilterLogEvents ---- */

static int by_time(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    int streams = str_compare(x->stream->name, y->stream->name);
    return streams ? streams : x->at < y->at ? -1 : x->at > y->at;
}

/* token = TIME ":" PLACE ":" STREAM */
static bool read_behind(
    struct str token, struct place *behind, struct log_stream *stream, struct err *err)
{
    struct str rest = token, time, at;
    *behind = (struct place){.time_ms = -1, .stream = stream};
    *stream = (struct log_stream){0};
    if (!token.at)
        return true;
    if (!str_cut(&rest, ':', &time) || !str_cut(&rest, ':', &at) ||
        !str_to_i64(time, &behind->time_ms) || !str_to_u64(at, &behind->at))
        return logs_invalid(err, "The specified nextToken is invalid.");
    stream->name = rest;
    return true;
}

static bool is_asked(struct face_call *call, struct str prefix, struct str stream)
{
    const struct json *names = json_get(call->body, STR("logStreamNames"));
    if (!json_is(names, JSON_ARRAY) || !names->count)
        return str_starts(stream, prefix);
    for (const struct json *name = names->first; name; name = name->next)
        if (str_equal(name->text, stream))
            return true;
    return false;
}

static bool search_streams(
    struct face_call *call, const char *folder, struct search *s, struct err *err)
{
    struct log_streams all = {0};
    struct str prefix = STR_NONE;
    if (!logs_text(call, "logStreamNamePrefix", &prefix, err) ||
        !log_streams(folder, &call->arena, &all, err))
        return false;
    for (size_t i = 0; i < all.count; i++)
        if (is_asked(call, prefix, all.items[i].name) &&
            !search_stream(s, folder, &all.items[i], err))
            return false;
    return true;
}

static bool answer_filter(struct face_call *call, const char *folder, const struct search *s,
    const struct place *behind, int64_t most, struct err *err)
{
    size_t count, from = 0;
    struct place *places = places_of(s, &count);
    struct buf *out = &call->reply->body;
    if (count)
        qsort(places, count, sizeof *places, by_time);
    while (from < count && by_time(&places[from], behind) <= 0)
        from++;
    size_t n = page_of(places + from, count - from, (size_t)most, false);
    if (!put_events(call, folder, places + from, n, true, err))
        return false;
    buf_add(out, STR(",\"searchedLogStreams\":[]"));
    if (from + n < count) {
        const struct place *last = &places[from + n - 1];
        face_put_text(out, "nextToken",
            arena_printf(&call->arena, "%" PRId64 ":%" PRIu64 ":%.*s", last->time_ms, last->at,
                STR_ARG(last->stream->name)));
    }
    buf_add_byte(out, '}');
    return true;
}

bool logs_filter_events(struct face_call *call, struct err *err)
{
    struct str folder, pattern = STR_NONE, token = STR_NONE;
    struct logs_filter filter;
    struct search s = {.filter = &filter};
    struct log_stream stream;
    struct place behind;
    int64_t most = EVENTS_MAX;
    bool ok = logs_group(call, &folder, err) && logs_text(call, "filterPattern", &pattern, err) &&
              logs_text(call, "nextToken", &token, err) &&
              logs_number(call, "limit", 1, EVENTS_MAX, &most, err) && read_times(call, &s, err) &&
              logs_filter_read(&call->arena, pattern, &filter, err) &&
              read_behind(token, &behind, &stream, err) &&
              search_streams(call, folder.at, &s, err) &&
              answer_filter(call, folder.at, &s, &behind, most, err);
    buf_fini(&s.places);
    return ok;
}
