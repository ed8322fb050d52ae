/* SPDX-License-Identifier: MIT */
/*
 * Reading the versions of an item out of streams. Must not know how they are shown.
 */
#include "views/changes/versions.h"

#include "backend/follow.h"
#include "backend/json_in.h"
#include "base/mem.h"
#include "views/changes/change.h"

#include <stdlib.h>

enum { VERSIONS_STREAMS = 16, VERSIONS_MOST = 1000, VERSIONS_BYTES = 32 << 20 };

static void version_fini(struct version *v)
{
    buf_fini(&v->event);
    buf_fini(&v->old);
    buf_fini(&v->new);
}

void versions_fini(struct versions *v)
{
    for (size_t i = 0; i < v->count; i++)
        version_fini(&v->list[i]);
    free(v->list);
    *v = (struct versions){0};
}

static size_t version_bytes(const struct version *v)
{
    return sizeof *v + v->old.len + v->new.len;
}

static struct version *versions_add(struct versions *v)
{
    while (v->count == VERSIONS_MOST || (v->bytes > VERSIONS_BYTES && v->count > 1)) {
        v->bytes -= version_bytes(&v->list[0]);
        version_fini(&v->list[0]);
        memmove(v->list, v->list + 1, --v->count * sizeof *v->list);
        v->left_out++;
    }
    if (v->count == v->room) {
        v->room = v->room ? 2 * v->room : 16;
        v->list = mem_grow(v->list, v->room * sizeof *v->list);
    }
    v->list[v->count] = (struct version){0};
    return &v->list[v->count++];
}

/* Whether the image could be read. */
static bool take_image(struct buf *out, const struct json *image)
{
    struct err ignored = ERR_INIT;
    return json_is(image, JSON_OBJECT) && json_in_typed_item(out, image, &ignored);
}

/* Of a view type that keeps an image, its absence says that there was no item. */
static void take_versions(struct version *v, const struct json *record, struct str event)
{
    const struct json *type = json_get(record, STR("StreamViewType"));
    struct str view = json_is(type, JSON_STRING) ? type->text : STR_NONE;
    bool both = str_equal(view, STR("NEW_AND_OLD_IMAGES"));
    v->has_old = take_image(&v->old, json_get(record, STR("OldImage"))) ||
                 ((both || str_equal(view, STR("OLD_IMAGE"))) && str_equal(event, STR("INSERT")));
    v->has_new =
        take_image(&v->new, json_get(record, STR("NewImage"))) || str_equal(event, STR("REMOVE"));
}

/* What is looked for. */
struct versions_search {
    const struct client_table *table;
    struct value key;
    struct versions *versions;
    struct buf seen; /* the key of a record */
};

static bool versions_see(void *context, const struct follow_record *record)
{
    struct versions_search *t = context;
    const struct json *body = json_get(record->event, STR("dynamodb"));
    const struct json *name = json_get(record->event, STR("eventName"));
    struct err ignored = ERR_INIT;
    buf_clear(&t->seen);
    t->versions->records++;
    const struct json *keys = json_get(body, STR("Keys"));
    if (!json_is(keys, JSON_OBJECT) || !json_is(name, JSON_STRING) ||
        !json_in_typed_item(&t->seen, keys, &ignored) ||
        !change_same_key(t->table, t->key, value_of(buf_str(&t->seen))))
        return true;
    struct version *v = versions_add(t->versions);
    v->time_ms = record->time_ms;
    v->by_service = json_is(json_get(record->event, STR("userIdentity")), JSON_OBJECT);
    buf_add(&v->event, name->text);
    take_versions(v, body, name->text);
    t->versions->bytes += version_bytes(v);
    return true;
}

static bool follow_all(
    struct versions_search *t, struct client *client, struct str arn, struct err *err)
{
    struct follow *follow = follow_new(client, arn, FOLLOW_TRIM_HORIZON, clock_now_ms(NULL));
    struct follow_round round = {.more = true};
    bool ok = true;
    while (ok && round.more)
        ok = client->limits.cancel && atomic_load(client->limits.cancel)
                 ? err_set(err, ERR_CANCELLED, "stopped")
                 : follow_poll(follow, versions_see, t, &round, err);
    follow_free(follow);
    return ok;
}

struct streams {
    struct str arns[VERSIONS_STREAMS]; /* each ends with its label, the time that it began at */
    size_t count;
};

static void add_stream(struct arena *arena, struct streams *s, struct str arn)
{
    size_t at = s->count;
    for (size_t i = 0; i < s->count; i++)
        if (str_equal(s->arns[i], arn))
            return;
    if (s->count == VERSIONS_STREAMS)
        return;
    for (; at > 0 && str_compare(s->arns[at - 1], arn) > 0; at--)
        s->arns[at] = s->arns[at - 1];
    s->arns[at] = arena_dup(arena, arn);
    s->count++;
}

/* Also those that were turned off: what is in them can be read for a day. An endpoint that does not
 * list them has the one that the table names. */
static void find_streams(
    struct client *client, struct arena *arena, const struct client_table *table, struct streams *s)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    struct err ignored = ERR_INIT;
    if (table->stream_arn.len)
        add_stream(arena, s, table->stream_arn);
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, table->name);
    buf_add_byte(&body, '}');
    if (client_call(client, STR("ListStreams"), buf_str(&body), &reply, &ignored)) {
        const struct json *answer = json_parse(arena, buf_str(&reply.body), &ignored);
        const struct json *list = json_get(answer, STR("Streams"));
        const struct json *m = json_is(list, JSON_ARRAY) ? list->first : NULL;
        for (; m; m = m->next) {
            const struct json *arn = json_get(m, STR("StreamArn"));
            if (json_is(arn, JSON_STRING) && arn->text.len)
                add_stream(arena, s, arn->text);
        }
    }
    ddb_reply_fini(&reply);
    buf_fini(&body);
}

bool versions_recoverable(struct client *client, struct str table)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    struct err ignored = ERR_INIT;
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, table);
    buf_add_byte(&body, '}');
    bool on =
        client_call(client, STR("DescribeContinuousBackups"), buf_str(&body), &reply, &ignored) &&
        str_find(buf_str(&reply.body), STR("\"PointInTimeRecoveryStatus\":\"ENABLED\"")) !=
            SIZE_MAX;
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return on;
}

/* What was before the oldest record is a version, too, where it is known. */
static void add_oldest(struct versions *v)
{
    if (!v->count || !v->list[0].has_old || !v->list[0].old.len || v->count == VERSIONS_MOST)
        return;
    versions_add(v);
    memmove(v->list + 1, v->list, (v->count - 1) * sizeof *v->list);
    v->list[0] = (struct version){.before = true, .time_ms = v->list[1].time_ms, .has_new = true};
    buf_add(&v->list[0].new, buf_str(&v->list[1].old));
}

bool versions_read(struct client *client, const struct client_table *table, struct value key,
    struct versions *out, bool *stream, struct err *err)
{
    struct versions_search search = {.table = table, .key = key, .versions = out};
    struct streams streams = {0};
    struct arena arena = {0};
    bool ok = true;
    *out = (struct versions){0};
    find_streams(client, &arena, table, &streams);
    *stream = streams.count > 0;
    for (size_t i = 0; ok && i < streams.count; i++)
        ok = follow_all(&search, client, streams.arns[i], err);
    add_oldest(out);
    buf_fini(&search.seen);
    arena_fini(&arena);
    return ok;
}
