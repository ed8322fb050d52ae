/* SPDX-License-Identifier: MIT */
/*
 * A stream's event as a record: its texts are made once, on the worker's thread, so that neither a
 * frame nor a filter has to look into JSON. Must not know where events come from.
 */
#include "views/stream/tail_record.h"

#include "backend/json_in.h"
#include "base/mem.h"
#include "views/cells.h"
#include "views/changes/diff.h"
#include "views/items/browse.h"

#include <stdlib.h>

enum { TAIL_CHANGE_MAX = 600, TAIL_PATHS_MAX = 2000 };

/* ---- images ---- */

/* True with VALUE_NONE where there is none. The value borrows from `encoded`. */
static bool read_image(
    struct buf *encoded, const struct json *event, struct str name, struct value *out)
{
    const struct json *image = json_get(json_get(event, STR("dynamodb")), name);
    struct err err = {.at = ERR_NOWHERE};
    *out = (struct value){0};
    buf_clear(encoded);
    if (image && !json_in_typed_item(encoded, image, &err))
        return false;
    if (image)
        *out = value_of(buf_str(encoded));
    return true;
}

static bool take_image(
    struct arena *arena, const struct json *event, struct str name, struct value *out)
{
    struct buf encoded = {0};
    bool good = read_image(&encoded, event, name, out);
    if (good && out->type != VALUE_NONE)
        *out = value_of(arena_dup(arena, buf_str(&encoded)));
    buf_fini(&encoded);
    return good;
}

static const struct json *event_of(const struct tail_record *record, struct arena *arena)
{
    struct err err = ERR_INIT;
    return json_parse(arena, record->json, &err);
}

bool tail_images(
    const struct tail_record *record, struct arena *arena, struct value *old, struct value *new)
{
    const struct json *event = event_of(record, arena);
    return event && take_image(arena, event, STR("OldImage"), old) &&
           take_image(arena, event, STR("NewImage"), new);
}

bool tail_key(const struct tail_record *record, struct arena *arena, struct value *key)
{
    const struct json *event = event_of(record, arena);
    return event && take_image(arena, event, STR("Keys"), key) && key->type == VALUE_M;
}

/* ---- words ---- */

struct wording {
    struct tail_maker *maker;
    bool whole; /* a version of the item is not in the record: all attributes are told */
};

static bool is_key(const struct tail_maker *m, const struct patch_path *path)
{
    for (uint32_t i = 0; i < m->key_count && path->count == 1; i++)
        if (path->steps[0].name.at && str_equal(path->steps[0].name, m->keys[i].name))
            return true;
    return false;
}

static bool add_words(void *context, const struct diff *diff)
{
    struct wording *w = context;
    struct tail_maker *m = w->maker;
    if (m->paths.len < TAIL_PATHS_MAX) {
        patch_path_add(&m->paths, diff->path);
        buf_add_byte(&m->paths, '\n');
    }
    if (m->change.len < TAIL_CHANGE_MAX && !is_key(m, diff->path)) {
        if (m->change.len)
            buf_add(&m->change, STR("   "));
        if (w->whole)
            diff_add_plain(&m->change, diff);
        else
            diff_add(&m->change, diff, TAIL_SIDE_MAX);
    }
    return m->change.len < TAIL_CHANGE_MAX || m->paths.len < TAIL_PATHS_MAX;
}

static void word_change(
    struct tail_maker *m, const struct tail_record *record, const struct json *event)
{
    struct wording w = {.maker = m};
    struct value old, new;
    if (!read_image(&m->old, event, STR("OldImage"), &old) ||
        !read_image(&m->new, event, STR("NewImage"), &new))
        return;
    if (record->by_service)
        buf_add(&m->change, STR("(expired)"));
    if (old.type == VALUE_NONE && new.type == VALUE_NONE && record->event == TAIL_MODIFY)
        buf_add(&m->change, STR("(the stream keeps keys only)"));
    w.whole = old.type == VALUE_NONE || new.type == VALUE_NONE;
    diff_walk(old, new, add_words, &w);
}

static enum tail_event event_kind(const struct json *event)
{
    const struct json *name = json_get(event, STR("eventName"));
    struct str text = json_is(name, JSON_STRING) ? name->text : STR_NONE;
    return str_equal(text, STR("INSERT"))   ? TAIL_INSERT
           : str_equal(text, STR("REMOVE")) ? TAIL_REMOVE
                                            : TAIL_MODIFY;
}

/* ---- one allocation ---- */

static struct str keep(char **at, struct str text)
{
    struct str kept = {*at, text.len};
    if (text.len)
        memcpy(*at, text.at, text.len);
    *at += text.len;
    return kept;
}

static struct tail_record *pack(
    const struct tail_maker *m, const struct tail_record *record, struct str sequence)
{
    size_t size = m->json.len + m->key.len + m->change.len + m->paths.len + sequence.len +
                  (m->images ? m->new.len : 0);
    struct tail_record *packed = mem_alloc(sizeof *packed + size);
    char *at = (char *)(packed + 1);
    *packed = *record;
    packed->json = keep(&at, buf_str(&m->json));
    packed->key = keep(&at, buf_str(&m->key));
    packed->change = keep(&at, buf_str(&m->change));
    packed->paths = keep(&at, buf_str(&m->paths));
    packed->image = m->images ? keep(&at, buf_str(&m->new)) : STR_NONE;
    packed->order =
        (struct merge_node){.time_ms = record->time_ms, .sequence = keep(&at, sequence)};
    return packed;
}

size_t tail_record_size(const struct tail_record *r)
{
    return sizeof *r + r->json.len + r->key.len + r->change.len + r->paths.len +
           r->order.sequence.len + r->image.len;
}

/* For who keeps items on the screen up to date. */
static struct tail_record *make_image(
    struct tail_maker *m, struct tail_record *record, const struct follow_record *from)
{
    struct value key, new;
    if (read_image(&m->old, from->event, STR("Keys"), &key))
        record->identity = browse_identity_of(m->keys, m->key_count, key);
    if (!read_image(&m->new, from->event, STR("NewImage"), &new))
        buf_clear(&m->new);
    return pack(m, record, from->sequence);
}

struct tail_record *tail_record_make(struct tail_maker *m, const struct follow_record *from)
{
    struct buf *texts[] = {&m->json, &m->key, &m->change, &m->paths};
    struct tail_record record = {.time_ms = from->time_ms,
        .event = event_kind(from->event),
        .by_service = json_get(from->event, STR("userIdentity")) != NULL};
    struct value key;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_clear(texts[i]);
    if (m->images)
        return make_image(m, &record, from);
    json_put(&m->json, from->event);
    word_change(m, &record, from->event);
    if (read_image(&m->old, from->event, STR("Keys"), &key) && key.type == VALUE_M)
        cells_add_key(&m->key, key, m->keys, m->key_count);
    return pack(m, &record, from->sequence);
}

void tail_maker_fini(struct tail_maker *m)
{
    struct buf *texts[] = {&m->json, &m->key, &m->change, &m->paths, &m->old, &m->new};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
}
