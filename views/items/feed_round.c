/* SPDX-License-Identifier: MIT */
/*
 * Segments read side by side, one request each, a thread each: as long as the slowest of them
 * takes, instead of all one after the other. Nothing is read ahead, so that nothing is paid for
 * that is not shown. Must not know the feed.
 */
#include "views/items/feed_round.h"

#include <pthread.h>

struct part {
    struct client client;
    struct client_read read;
    struct arena arena;
    struct client_page page;
    struct err err;
    bool ended, good, started;
    pthread_t thread;
};

static void *part_run(void *data)
{
    struct part *p = data;
    p->good = client_read(&p->client, &p->arena, &p->read, &p->page, &p->err);
    return NULL;
}

/* ---- places ---- */

static void places_add(struct buf *out, const struct part *p)
{
    bool ended = p->ended || p->page.last.type == VALUE_NONE;
    if (ended)
        buf_add_byte(out, 'x');
    else
        buf_printf(out, "%zu:", p->page.last.encoded.len);
    if (!ended)
        buf_add(out, p->page.last.encoded);
}

/* What was written by places_add(): nothing else comes here. */
static void places_take(struct str *places, struct part *p)
{
    struct str length;
    int64_t len = 0;
    if (!places->len)
        return;
    p->ended = places->at[0] == 'x';
    if (p->ended) {
        *places = str_skip(*places, 1);
        return;
    }
    if (!str_cut(places, ':', &length) || !str_to_i64(length, &len) || len < 0)
        return;
    p->read.start = value_of(str_take(*places, (size_t)len));
    *places = str_skip(*places, (size_t)len);
}

/* ---- the round ---- */

static void round_begin(struct part *p, const struct client *client, const struct client_read *read,
    int64_t segment, int64_t segments, struct str *places)
{
    *p = (struct part){.client = *client, .read = *read, .err = ERR_INIT};
    p->read.segment = segment;
    p->read.segments = segments;
    p->read.limit = (read->limit + segments - 1) / segments;
    places_take(places, p);
    if (p->ended)
        return;
    p->started = pthread_create(&p->thread, NULL, part_run, p) == 0;
    if (!p->started)
        part_run(p);
}

static bool round_end(struct part *p, struct err *err)
{
    if (p->started)
        pthread_join(p->thread, NULL);
    if (!p->ended && !p->good && err->code == ERR_NONE)
        *err = p->err;
    return p->ended || p->good;
}

/* All items in one page, copied into the caller's arena. */
static void round_join(
    struct arena *arena, const struct part *parts, int64_t segments, struct client_page *out)
{
    uint32_t count = 0;
    for (int64_t i = 0; i < segments; i++)
        count += parts[i].ended ? 0 : parts[i].page.count;
    struct value *items = arena_array(arena, struct value, count);
    *out = (struct client_page){.items = items};
    for (int64_t i = 0; i < segments; i++) {
        const struct client_page *page = &parts[i].page;
        out->scanned += parts[i].ended ? 0 : page->scanned;
        for (uint32_t k = 0; !parts[i].ended && k < page->count; k++)
            items[out->count++] = value_of(arena_dup(arena, page->items[k].encoded));
    }
}

static struct str round_next(struct arena *arena, const struct part *parts, int64_t segments)
{
    struct buf places = {0};
    bool more = false;
    for (int64_t i = 0; i < segments; i++) {
        places_add(&places, &parts[i]);
        more |= !parts[i].ended && parts[i].page.last.type != VALUE_NONE;
    }
    struct str next = more ? arena_dup(arena, buf_str(&places)) : STR_NONE;
    buf_fini(&places);
    return next;
}

bool feed_round_read(struct client *client, struct arena *arena, const struct client_read *read,
    int64_t segments, struct str start, struct client_page *out, struct str *next, struct err *err)
{
    struct part parts[FEED_SEGMENTS_AT_ONCE];
    bool good = true;
    segments = segments > FEED_SEGMENTS_AT_ONCE ? FEED_SEGMENTS_AT_ONCE : segments;
    err->code = ERR_NONE;
    for (int64_t i = 0; i < segments; i++)
        round_begin(&parts[i], client, read, i, segments, &start);
    for (int64_t i = 0; i < segments; i++)
        good = round_end(&parts[i], err) && good;
    if (good) {
        round_join(arena, parts, segments, out);
        *next = round_next(arena, parts, segments);
    }
    for (int64_t i = 0; i < segments; i++)
        arena_fini(&parts[i].arena);
    return good;
}
