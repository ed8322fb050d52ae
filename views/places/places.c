/* SPDX-License-Identifier: MIT */
/*
 * The places where one has been, and their file: one JSON object a line, written when a place is
 * left. Must not know how to go anywhere.
 *
 *   {"table":"Orders","index":"GSI1","query":"status = \"NEW\"","open":"item",
 *    "key":{"id":{"S":"a"}},"start":{…},"segment":[0,4]}
 */
#include "views/places/places.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "base/mem.h"
#include "views/places/history.h"

#include <stdlib.h>

enum {
    PLACE_TEXT_MAX = HISTORY_LINE_MAX,
    PLACE_LINE_MAX = 32 * 1024,
    PLACE_SEGMENTS_MAX = 1000000, /* the service's limit */
};

void place_fini(struct place *place)
{
    struct buf *texts[] = {&place->table, &place->index, &place->asked, &place->key, &place->start};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    *place = (struct place){0};
}

bool place_equal(const struct place *a, const struct place *b)
{
    return a->open == b->open && str_equal(buf_str(&a->table), buf_str(&b->table)) &&
           str_equal(buf_str(&a->index), buf_str(&b->index)) &&
           str_equal(buf_str(&a->asked), buf_str(&b->asked));
}

/* ---- as text ---- */

static const char *const opens[] = {"", "item", "stream"};

static void write_member(struct buf *out, const char *name, const struct buf *text)
{
    if (!text->len)
        return;
    json_put_name(out, str_from(name));
    json_put_string(out, buf_str(text));
}

static void write_key(struct buf *out, const char *name, const struct buf *key)
{
    if (!key->len)
        return;
    json_put_name(out, str_from(name));
    json_out_typed_item(out, value_of(buf_str(key)));
}

void place_write(struct buf *out, const struct place *place)
{
    buf_add_byte(out, '{');
    write_member(out, "table", &place->table);
    write_member(out, "index", &place->index);
    write_member(out, "query", &place->asked);
    if (place->open) {
        json_put_name(out, STR("open"));
        json_put_string(out, str_from(opens[place->open]));
    }
    write_key(out, "key", &place->key);
    write_key(out, "start", &place->start);
    if (place->segments) {
        json_put_name(out, STR("segment"));
        buf_printf(out, "[%lld,%lld]", (long long)place->segment, (long long)place->segments);
    }
    buf_add_byte(out, '}');
}

static bool read_member(const struct json *object, const char *name, struct buf *out)
{
    const struct json *text = json_get(object, str_from(name));
    if (!text)
        return true;
    if (!json_is(text, JSON_STRING) || text->text.len > PLACE_TEXT_MAX)
        return false;
    buf_add(out, text->text);
    return true;
}

static bool read_key(const struct json *object, const char *name, struct buf *out)
{
    struct err ignored = ERR_INIT;
    const struct json *key = json_get(object, str_from(name));
    return !key || (json_is(key, JSON_OBJECT) && json_in_typed_item(out, key, &ignored));
}

/* segment = "[" number "," number "]" */
static bool read_segment(const struct json *object, struct place *place)
{
    const struct json *pair = json_get(object, STR("segment"));
    if (!pair)
        return true;
    return json_is(pair, JSON_ARRAY) && pair->count == 2 &&
           json_to_i64(pair->first, &place->segment) &&
           json_to_i64(pair->first->next, &place->segments) && place->segment >= 0 &&
           place->segment < place->segments && place->segments <= PLACE_SEGMENTS_MAX;
}

static bool read_open(const struct json *object, struct place *place)
{
    const struct json *open = json_get(object, STR("open"));
    if (!open)
        return true;
    for (int i = PLACE_ITEM; i <= PLACE_STREAM; i++)
        if (json_is(open, JSON_STRING) && str_equal(open->text, str_from(opens[i]))) {
            place->open = (enum place_open)i;
            return true;
        }
    return false;
}

bool place_read(struct place *place, struct str line)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    *place = (struct place){0};
    const struct json *json =
        line.len <= PLACE_LINE_MAX ? json_parse(&arena, line, &ignored) : NULL;
    bool good = json_is(json, JSON_OBJECT) && read_member(json, "table", &place->table) &&
                read_member(json, "index", &place->index) &&
                read_member(json, "query", &place->asked) && read_open(json, place) &&
                read_key(json, "key", &place->key) && read_key(json, "start", &place->start) &&
                read_segment(json, place) && place->table.len &&
                (place->open != PLACE_ITEM || place->key.len);
    arena_fini(&arena);
    if (!good)
        place_fini(place);
    return good;
}

/* ---- the list ---- */

static void drop(struct places *p, size_t at)
{
    place_fini(&p->list[at]);
    memmove(&p->list[at], &p->list[at + 1], (p->count - at - 1) * sizeof *p->list);
    p->count--;
    p->at -= p->at > at;
}

static void add(struct places *p, struct place *place)
{
    if (p->count == PLACES_MAX)
        drop(p, 0);
    p->list = mem_grow(p->list, (p->count + 1) * sizeof *p->list);
    p->list[p->count++] = *place;
    *place = (struct place){0};
}

/* What was left without anything in between is one place. */
static size_t read_places(struct places *p, struct str rest)
{
    struct str line;
    struct place place;
    size_t lines = 0;
    for (; str_cut(&rest, '\n', &line); lines++) {
        if (!place_read(&place, line))
            continue;
        if (p->count && place_equal(&p->list[p->count - 1], &place))
            drop(p, p->count - 1);
        add(p, &place);
    }
    p->at = p->count;
    return lines;
}

static bool shorten(void *context, struct str old, struct buf *text)
{
    struct places fresh = {0};
    (void)context;
    read_places(&fresh, old);
    for (size_t i = 0; i < fresh.count; i++) {
        place_write(text, &fresh.list[i]);
        buf_add_byte(text, '\n');
    }
    places_fini(&fresh);
    return true;
}

void places_open(struct places *places, const struct memory *memory)
{
    enum { FILE_LINES = 3 * PLACES_MAX };
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    *places = (struct places){.memory = memory};
    if (!memory_read(memory, "places", &text)) {
        memory_rewrite(memory, "places", shorten, NULL, &ignored);
        memory_read(memory, "places", &text);
    }
    if (read_places(places, buf_str(&text)) > FILE_LINES)
        memory_rewrite(memory, "places", shorten, NULL, &ignored);
    buf_fini(&text);
}

/* What cannot be read again, or is nobody's business, is known in this run only. */
static void keep(struct places *p, const struct place *place)
{
    struct err ignored = ERR_INIT;
    struct buf line = {0};
    if (!p->memory || place->asked.len > PLACE_TEXT_MAX ||
        history_is_secret(buf_str(&place->asked)))
        return;
    place_write(&line, place);
    if (line.len <= PLACE_LINE_MAX)
        memory_append(p->memory, "places", buf_str(&line), &ignored);
    buf_fini(&line);
}

void places_fini(struct places *places)
{
    if (places->at < places->count)
        keep(places, &places->list[places->at]);
    for (size_t i = 0; i < places->count; i++)
        place_fini(&places->list[i]);
    free(places->list);
    *places = (struct places){0};
}

bool places_see(struct places *places, struct place *now)
{
    struct place *here = places->at < places->count ? &places->list[places->at] : NULL;
    if (here && place_equal(here, now)) {
        if (now->key.len) {
            struct place old = *here;
            *here = *now;
            *now = old;
        }
        place_fini(now);
        return false;
    }
    if (here)
        keep(places, here);
    while (places->count > places->at + 1)
        drop(places, places->count - 1);
    add(places, now);
    places->at = places->count - 1;
    return true;
}

size_t places_next(const struct places *places, size_t from, int step)
{
    if (step < 0)
        return from > 0 && from <= places->count ? from - 1 : SIZE_MAX;
    return from + 1 < places->count ? from + 1 : SIZE_MAX;
}

void places_arrive(struct places *places, size_t at)
{
    if (places->at < places->count && places->at != at)
        keep(places, &places->list[places->at]);
    places->at = at;
}
