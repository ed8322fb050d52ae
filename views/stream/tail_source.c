/* SPDX-License-Identifier: MIT */
/*
 * Jobs that read a table's stream: which stream the table has, what came, what became of it. Must
 * not know how records are kept.
 *
 * A stream that ends is looked at once more by the table's name: the table may have another one by
 * now, of another view type, which is then read from its beginning, since it began while somebody
 * watched.
 */
#include "views/stream/tail_source.h"

#include "base/mem.h"
#include "views/items/browse.h"

#include <stdlib.h>

/* A look is short, so that others get their turn on the worker. */
enum { LOOK_RECORDS_MAX = 1000 };

struct tail_source {
    int refs; /* the tail and its running job */
    struct client client;
    struct follow *follow; /* NULL while there is none to follow */
    enum follow_start start;
    int64_t time_ms;
    struct str table; /* in `arena` */
    struct buf arn,
        done;      /* the stream that is or was followed; the last that was read to its end */
    uint64_t gaps; /* of this stream so far */
    bool looked;
    struct tail_maker maker; /* names of keys in `arena` */
    struct arena arena;
};

static void set_keys(struct tail_source *s, const struct client_table *table)
{
    s->maker.key_count = table->key_count;
    for (uint32_t i = 0; i < table->key_count; i++)
        s->maker.keys[i] =
            (struct client_key){arena_dup(&s->arena, table->keys[i].name), table->keys[i].type};
}

struct tail_source *tail_source_new(
    const struct client_table *table, enum follow_start start, int64_t time_ms, bool images)
{
    struct tail_source *s = mem_new(struct tail_source);
    s->refs = 1;
    s->start = start;
    s->time_ms = time_ms;
    s->maker.images = images;
    s->table = arena_dup(&s->arena, table->name);
    buf_add(&s->arn, table->stream_arn);
    set_keys(s, table);
    return s;
}

void tail_source_unref(struct tail_source *s)
{
    if (!s || --s->refs)
        return;
    follow_free(s->follow);
    tail_maker_fini(&s->maker);
    buf_fini(&s->arn);
    buf_fini(&s->done);
    arena_fini(&s->arena);
    free(s);
}

/* ---- on the worker's thread ---- */

static bool not_found(const struct err *err)
{
    return err->code == ERR_REFUSED && strcmp(err->name, "ResourceNotFoundException") == 0;
}

static void follow_it(struct tail_look *look, struct str arn)
{
    struct tail_source *s = look->source;
    struct buf copy = {0};
    buf_add(&copy, arn); /* may be s->arn itself */
    follow_free(s->follow);
    s->follow = follow_new(&s->client, buf_str(&copy), s->start, s->time_ms);
    buf_fini(&s->arn);
    s->arn = copy;
    look->state = TAIL_FOLLOWING;
}

/* The table's stream of now. Where the table has gone, the one that it had can be read for a day.
 * What comes to life while one watches is watched from its beginning. */
static bool find_stream(struct tail_look *look, struct err *err)
{
    struct tail_source *s = look->source;
    bool described = client_describe(&s->client, &look->task.arena, s->table, &look->now, err);
    if (!described && !not_found(err))
        return false;
    *err = ERR_INIT;
    bool on = described && look->now.stream_arn.len && look->now.stream_view.len;
    struct str arn = on ? look->now.stream_arn : s->looked ? STR_NONE : buf_str(&s->arn);
    look->found = described;
    if (described)
        set_keys(s, &look->now);
    look->state = !described ? TAIL_GONE : s->done.len ? TAIL_OFF : TAIL_NO_STREAM;
    if (arn.len && !str_equal(arn, buf_str(&s->done)))
        follow_it(look, arn);
    else if (s->start == FOLLOW_LATEST)
        s->start = FOLLOW_TRIM_HORIZON;
    s->looked = true;
    return true;
}

/* Where there is another stream by now. */
static bool look_again(struct tail_look *look, struct err *err)
{
    struct tail_source *s = look->source;
    buf_clear(&s->done);
    buf_add(&s->done, buf_str(&s->arn));
    follow_free(s->follow);
    s->follow = NULL;
    if (s->start == FOLLOW_LATEST)
        s->start = FOLLOW_TRIM_HORIZON;
    s->gaps = 0;
    if (!find_stream(look, err))
        return false;
    look->more = s->follow != NULL;
    return true;
}

static bool take_record(void *context, const struct follow_record *from)
{
    struct tail_look *look = context;
    if (look->count == LOOK_RECORDS_MAX || atomic_load(&look->task.job.cancel))
        return false;
    struct tail_record *record = tail_record_make(&look->source->maker, from);
    record->table = (uint32_t)look->table;
    *look->end = &record->order;
    look->end = &record->order.next;
    look->count++;
    return true;
}

/* The stream may have been forgotten with its table; or the endpoint has not heard of it yet. */
static bool is_lost(struct tail_look *look, const struct err *why)
{
    struct tail_source *s = look->source;
    struct client_table now;
    struct err err = ERR_INIT;
    if (!not_found(why))
        return false;
    if (client_describe_keys(&s->client, &look->task.arena, s->table, &now, &err))
        return !str_equal(now.stream_arn, buf_str(&s->arn));
    return not_found(&err);
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct tail_look *look = (struct tail_look *)task;
    struct tail_source *s = look->source;
    struct follow_round round = {0};
    s->client = *client;
    if (!s->follow && !find_stream(look, err))
        return false;
    if (!s->follow)
        return true;
    look->state = TAIL_FOLLOWING;
    bool ok = follow_poll(s->follow, take_record, look, &round, err);
    look->more = round.more;
    look->gaps = round.gaps - s->gaps;
    s->gaps = round.gaps;
    if (ok ? !round.ended : !is_lost(look, err))
        return ok;
    *err = ERR_INIT;
    return look_again(look, err);
}

/* ---- looks ---- */

void tail_look_fini(struct tail_look *look)
{
    while (look->first) {
        struct merge_node *node = look->first;
        look->first = node->next;
        free(node);
    }
    tail_source_unref(look->source);
}

static void dropped(struct task *task)
{
    tail_look_fini((struct tail_look *)task);
}

struct task *tail_source_look(struct tail_source *source, struct worker *worker, size_t table,
    void *owner, void (*ended)(struct task *task))
{
    struct tail_look *look = task_new(sizeof *look, owner, work, ended);
    look->task.dropped = dropped;
    look->task.job.quiet = true;
    look->table = table;
    look->source = source;
    look->end = &look->first;
    source->refs++;
    task_submit(&look->task, worker);
    return &look->task;
}
