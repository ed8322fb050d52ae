/* SPDX-License-Identifier: MIT */
/*
 * Following a stream in the background.
 *
 *   tail_poll() ─▶ worker: follow_poll() ─▶ records with their words ─▶ ring ─▶ changed()
 *                    ╰───────── more there: again ─────────╯
 *
 * What follows the stream outlives the tail while a job runs, so it is counted. Must not draw.
 */
#include "views/tail.h"

#include "backend/json_in.h"
#include "base/mem.h"
#include "views/browse.h"
#include "views/cells.h"
#include "views/diff.h"

#include <stdlib.h>

enum { TAIL_CHANGE_MAX = 600, TAIL_PATHS_MAX = 2000, TAIL_POLL_MAX = 2000, TAIL_RING_MIN = 256 };

struct tail_source {
    int refs; /* the tail and its running job: counted on the UI's thread */
    struct client client;
    struct follow *follow; /* made by the first job that finds the stream */
    enum follow_start start;
    int64_t time_ms;
    struct str table, arn; /* in `arena` */
    uint32_t key_count;
    struct client_key keys[2]; /* names in `arena` */
    struct arena arena;
};

struct tail_task {
    struct task task;
    struct tail_source *source;
    struct tail_record **records; /* one allocation each */
    size_t count, room;
    struct follow_round round;
    bool found; /* `now` is the table as it is: another stream may have been turned on */
    struct client_table now;
};

/* ---- records ---- */

static const struct json *event_of(const struct tail_record *record, struct arena *arena)
{
    struct err err = ERR_INIT;
    return json_parse(arena, record->json, &err);
}

/* An image of the event; true with VALUE_NONE where there is none. */
static bool take_image(
    struct arena *arena, const struct json *event, struct str name, struct value *out)
{
    const struct json *image = json_get(json_get(event, STR("dynamodb")), name);
    struct buf encoded = {0};
    struct err err = ERR_INIT;
    *out = (struct value){0};
    bool good = !image || json_in_typed_item(&encoded, image, &err);
    if (image && good)
        *out = value_of(arena_dup(arena, buf_str(&encoded)));
    buf_fini(&encoded);
    return good;
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

/* ---- their words, on the worker's thread ---- */

struct wording {
    const struct tail_source *source;
    struct buf change, paths;
    bool whole; /* a version of the item is not in the record: all attributes are told */
};

static bool is_key(const struct tail_source *source, const struct patch_path *path)
{
    for (uint32_t i = 0; i < source->key_count && path->count == 1; i++)
        if (path->steps[0].name.at && str_equal(path->steps[0].name, source->keys[i].name))
            return true;
    return false;
}

static bool add_words(void *context, const struct diff *diff)
{
    struct wording *w = context;
    if (w->paths.len < TAIL_PATHS_MAX) {
        patch_path_add(&w->paths, diff->path);
        buf_add_byte(&w->paths, '\n');
    }
    if (w->change.len < TAIL_CHANGE_MAX && !is_key(w->source, diff->path)) {
        if (w->change.len)
            buf_add(&w->change, STR("   "));
        if (w->whole)
            diff_add_plain(&w->change, diff);
        else
            diff_add(&w->change, diff, TAIL_SIDE_MAX);
    }
    return w->change.len < TAIL_CHANGE_MAX || w->paths.len < TAIL_PATHS_MAX;
}

static void word_change(struct wording *w, const struct tail_record *record, struct arena *arena)
{
    struct value old, new;
    if (!tail_images(record, arena, &old, &new))
        return;
    if (record->by_service)
        buf_add(&w->change, STR("(expired)"));
    if (old.type == VALUE_NONE && new.type == VALUE_NONE && record->event == TAIL_MODIFY)
        buf_add(&w->change, STR("(the stream keeps keys only)"));
    w->whole = old.type == VALUE_NONE || new.type == VALUE_NONE;
    diff_walk(old, new, add_words, w);
}

static enum tail_event event_kind(const struct json *event)
{
    const struct json *name = json_get(event, STR("eventName"));
    struct str text = json_is(name, JSON_STRING) ? name->text : STR_NONE;
    return str_equal(text, STR("INSERT"))   ? TAIL_INSERT
           : str_equal(text, STR("REMOVE")) ? TAIL_REMOVE
                                            : TAIL_MODIFY;
}

static struct str keep(char **at, struct buf *text)
{
    struct str kept = {*at, text->len};
    if (text->len)
        memcpy(*at, text->at, text->len);
    *at += text->len;
    return kept;
}

/* One allocation holds the record and its texts. */
static struct tail_record *pack(
    const struct tail_record *record, struct buf *json, struct buf *key, struct wording *w)
{
    size_t size = json->len + key->len + w->change.len + w->paths.len;
    struct tail_record *packed = mem_zero(1, sizeof *packed + size);
    char *at = (char *)(packed + 1);
    *packed = *record;
    packed->json = keep(&at, json);
    packed->key = keep(&at, key);
    packed->change = keep(&at, &w->change);
    packed->paths = keep(&at, &w->paths);
    return packed;
}

static size_t packed_size(const struct tail_record *r)
{
    return sizeof *r + r->json.len + r->key.len + r->change.len + r->paths.len;
}

static bool take_record(void *context, const struct follow_record *from)
{
    struct tail_task *t = context;
    struct arena arena = {0};
    struct buf json = {0}, key_text = {0};
    struct wording w = {.source = t->source};
    struct value key;
    if (t->count == TAIL_POLL_MAX || atomic_load(&t->task.job.cancel))
        return false;
    json_put(&json, from->event);
    struct tail_record record = {.time_ms = from->time_ms,
        .event = event_kind(from->event),
        .by_service = json_get(from->event, STR("userIdentity")) != NULL,
        .json = buf_str(&json)};
    word_change(&w, &record, &arena);
    if (tail_key(&record, &arena, &key))
        cells_add_key(&key_text, key, t->source->keys, t->source->key_count);
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        t->records = mem_grow(t->records, t->room * sizeof *t->records);
    }
    t->records[t->count++] = pack(&record, &json, &key_text, &w);
    arena_fini(&arena);
    buf_fini(&json);
    buf_fini(&key_text);
    buf_fini(&w.change);
    buf_fini(&w.paths);
    return true;
}

static void set_keys(struct tail_source *s, const struct client_table *table)
{
    s->key_count = table->key_count;
    for (uint32_t i = 0; i < table->key_count; i++)
        s->keys[i] =
            (struct client_key){arena_dup(&s->arena, table->keys[i].name), table->keys[i].type};
}

/* The table's stream of now. Where the table has gone, the one that it had can be read for a day.
 */
static bool find_stream(struct tail_task *t, struct err *err)
{
    struct tail_source *s = t->source;
    bool described = client_describe(&s->client, &t->task.arena, s->table, &t->now, err);
    if (!described && err->code != ERR_REFUSED)
        return false;
    *err = ERR_INIT;
    t->found = described && t->now.stream_arn.len && t->now.stream_view.len;
    if (t->found)
        set_keys(s, &t->now);
    s->follow = follow_new(&s->client, t->found ? t->now.stream_arn : s->arn, s->start, s->time_ms);
    return true;
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct tail_task *t = (struct tail_task *)task;
    t->source->client = *client;
    return (t->source->follow || find_stream(t, err)) &&
           follow_poll(t->source->follow, take_record, t, &t->round, err);
}

/* ---- the source ---- */

static struct tail_source *source_new(
    const struct client_table *table, enum follow_start start, int64_t time_ms)
{
    struct tail_source *s = mem_new(struct tail_source);
    s->refs = 1;
    s->start = start;
    s->time_ms = time_ms;
    s->table = arena_dup(&s->arena, table->name);
    s->arn = arena_dup(&s->arena, table->stream_arn);
    set_keys(s, table);
    return s;
}

static void source_unref(struct tail_source *s)
{
    if (!s || --s->refs)
        return;
    follow_free(s->follow);
    arena_fini(&s->arena);
    free(s);
}

/* ---- the ring ---- */

const struct tail_record *tail_at(const struct tail *t, size_t nth)
{
    return nth < t->count ? t->records[(t->first + nth) % t->room] : NULL;
}

static void drop_oldest(struct tail *t)
{
    struct tail_record *oldest = t->records[t->first];
    t->bytes -= packed_size(oldest);
    t->first = (t->first + 1) % t->room;
    t->count--;
    t->dropped++;
    free(oldest);
}

static void grow_ring(struct tail *t)
{
    size_t room = t->room ? 2 * t->room : TAIL_RING_MIN;
    struct tail_record **records = mem_zero(room, sizeof(struct tail_record *));
    for (size_t i = 0; i < t->count; i++)
        records[i] = t->records[(t->first + i) % t->room];
    free(t->records);
    t->records = records;
    t->first = 0;
    t->room = room;
}

/* How many were dropped for it. */
static size_t add_record(struct tail *t, struct tail_record *record)
{
    uint64_t before = t->dropped;
    record->number = (int64_t)t->seen++;
    t->bytes += packed_size(record);
    while (t->count && (t->count == TAIL_RECORDS_MAX || t->bytes > TAIL_BYTES_MAX))
        drop_oldest(t);
    if (t->count == t->room)
        grow_ring(t);
    t->records[(t->first + t->count++) % t->room] = record;
    return (size_t)(t->dropped - before);
}

/* ---- rates ---- */

/* Seconds that have passed since the last look count nothing. */
static void turn_rates(struct tail *t)
{
    int64_t second = clock_now_ms(t->clock) / 1000;
    if (second - t->rate_second > TAIL_SECONDS || second < t->rate_second)
        t->rate_second = second - TAIL_SECONDS;
    while (t->rate_second < second)
        t->rate[++t->rate_second % TAIL_SECONDS] = 0;
}

double tail_rate(struct tail *t)
{
    enum { OVER = 10 };
    uint32_t counts[OVER], sum = 0;
    tail_rates(t, counts, OVER);
    for (size_t i = 0; i < OVER; i++)
        sum += counts[i];
    return (double)sum / OVER;
}

void tail_rates(struct tail *t, uint32_t *out, size_t count)
{
    turn_rates(t);
    for (size_t i = 0; i < count; i++)
        out[i] = t->rate[(t->rate_second - (int64_t)(count - i)) % TAIL_SECONDS];
}

/* ---- polling ---- */

static void free_records(struct tail_task *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->records[i]);
    free(t->records);
}

static void dropped(struct task *task)
{
    struct tail_task *t = (struct tail_task *)task;
    free_records(t);
    source_unref(t->source);
}

static void ended(struct task *task)
{
    struct tail *tail = task->owner;
    struct tail_task *t = (struct tail_task *)task;
    size_t gone = 0, had = tail->count;
    tail->task = NULL;
    tail->err = task->err;
    if (task->ok)
        tail->err = ERR_INIT;
    if (t->found)
        browse_copy_table(&tail->arena, &t->now, &tail->table);
    turn_rates(tail);
    tail->rate[tail->rate_second % TAIL_SECONDS] += (uint32_t)t->count;
    for (size_t i = 0; i < t->count; i++)
        gone += add_record(tail, t->records[i]);
    tail->gaps = t->round.gaps > tail->gaps ? t->round.gaps : tail->gaps;
    tail->ended = task->ok && t->round.ended;
    bool more = task->ok && (t->round.more || tail->again);
    free(t->records);
    source_unref(t->source);
    if (more)
        tail_poll(tail);
    /* of what came, the oldest may have gone again at once */
    tail->changed(tail->context, gone < had ? gone : had, gone < had ? t->count : tail->count);
}

void tail_poll(struct tail *t)
{
    t->again = t->task != NULL;
    if (t->task || t->ended)
        return;
    struct tail_task *task = task_new(sizeof *task, t, work, ended);
    task->task.dropped = dropped;
    task->source = t->source;
    t->source->refs++;
    t->task = &task->task;
    task_submit(t->task, t->worker);
}

void tail_init(struct tail *t, struct worker *worker, const struct clock *clock,
    const struct client_table *table, enum follow_start start, int64_t time_ms, void *context,
    void (*changed)(void *context, size_t dropped, size_t added))
{
    *t = (struct tail){
        .worker = worker, .clock = clock, .context = context, .changed = changed, .err = ERR_INIT};
    browse_copy_table(&t->arena, table, &t->table);
    t->source = source_new(&t->table, start, time_ms);
    tail_poll(t);
}

void tail_fini(struct tail *t)
{
    task_forget(t->task);
    source_unref(t->source);
    for (size_t i = 0; i < t->count; i++)
        free(t->records[(t->first + i) % t->room]);
    free(t->records);
    arena_fini(&t->arena);
    *t = (struct tail){0};
}
