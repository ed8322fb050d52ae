/* SPDX-License-Identifier: MIT */
/*
 * What a copy does with the pages of a scan in segments: writes them, sums them up, and notes the
 * place behind each. Knows the waist, not what is behind it.
 */
#include "backend/copy.h"

enum { BATCH_ITEMS = 25 };

struct copying {
    struct copy *copy;
    struct segments segments;
    struct copy_sum read[COPY_SEGMENTS_MAX]; /* of the page that was written last */
    atomic_bool writing_failed;
};

/* ---- sums ---- */

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 32);
}

static uint64_t digest(struct str bytes, uint64_t seed)
{
    uint64_t h = mix(seed, bytes.len), word;
    size_t i = 0;
    for (; i + sizeof word <= bytes.len; i += sizeof word) {
        memcpy(&word, bytes.at + i, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    if (i < bytes.len)
        memcpy(&word, bytes.at + i, bytes.len - i);
    return mix(mix(h, word), seed);
}

/* Equal items have equal bytes, so equal tables have equal sums. */
static void sum_item(struct copy_sum *sum, struct value item)
{
    sum->items++;
    sum->bytes += item.encoded.len;
    sum->digest[0] += digest(item.encoded, 0xD6E8FEB86659FD93u);
    sum->digest[1] += digest(item.encoded, 0xCBF29CE484222325u);
}

static void sum_join(struct copy_sum *sum, const struct copy_sum *more)
{
    sum->items += more->items;
    sum->bytes += more->bytes;
    sum->digest[0] += more->digest[0];
    sum->digest[1] += more->digest[1];
}

struct copy_sum copy_total(const struct copy_segment *segments, unsigned count)
{
    struct copy_sum total = {0};
    for (unsigned i = 0; i < count; i++)
        sum_join(&total, &segments[i].sum);
    return total;
}

bool copy_sum_equal(const struct copy_sum *a, const struct copy_sum *b)
{
    return a->items == b->items && a->bytes == b->bytes && a->digest[0] == b->digest[0] &&
           a->digest[1] == b->digest[1];
}

/* ---- pages ---- */

static bool write_page(
    struct client *to, struct str table, const struct client_page *page, struct err *err)
{
    for (uint32_t i = 0; i < page->count; i += BATCH_ITEMS) {
        uint32_t count = page->count - i < BATCH_ITEMS ? page->count - i : BATCH_ITEMS;
        if (!client_put_batch(to, table, page->items + i, count, err))
            return false;
    }
    return true;
}

/* Which of the two ends it was, where it was one of them. */
static bool name_end(struct err *err, const char *doing, struct str table)
{
    bool ours = err->code == ERR_CANCELLED || err->code == ERR_BUDGET;
    return !ours && err_context(err, "%s %.*s", doing, STR_ARG(table));
}

static bool copy_page(
    void *context, unsigned segment, const struct client_page *page, struct err *err)
{
    struct copying *c = context;
    struct client to = {
        c->copy->to, {.cancel = &c->segments.give_up, .budget = c->copy->to_budget}};
    struct copy_sum *sum = &c->read[segment];
    *sum = (struct copy_sum){0};
    for (uint32_t i = 0; i < page->count; i++)
        sum_item(sum, page->items[i]);
    if (!c->copy->to || write_page(&to, c->copy->to_table, page, err))
        return true;
    atomic_store(&c->writing_failed, true);
    return name_end(err, "writing", c->copy->to_table);
}

/* Place and sum move on together, and in the thread that notes them down. */
static bool note_page(
    void *context, unsigned segment, struct str next, bool *enough, struct err *err)
{
    struct copying *c = context;
    struct copy_segment *at = &c->copy->at[segment];
    (void)enough;
    (void)err;
    sum_join(&at->sum, &c->read[segment]);
    buf_clear(&at->start);
    buf_add(&at->start, next);
    at->done = !next.len;
    return true;
}

static void tick(void *context)
{
    struct copying *c = context;
    if (c->copy->tick)
        c->copy->tick(c->copy->context, c->copy->at, c->copy->segments);
}

bool copy_run(struct copy *copy, struct err *err)
{
    struct copying c = {.copy = copy};
    struct client_read read = {.table = copy->table, .consistent = copy->consistent};
    struct segments_place at[COPY_SEGMENTS_MAX] = {0};
    for (unsigned i = 0; i < COPY_SEGMENTS_MAX; i++)
        at[i] = (struct segments_place){buf_str(&copy->at[i].start), copy->at[i].done};
    c.segments = (struct segments){
        .client = {copy->from, {.cancel = copy->cancel, .budget = copy->from_budget}},
        .read = &read,
        .count = copy->segments,
        .rate = copy->rate,
        .at = at,
        .context = &c,
        .work = copy_page,
        .take = note_page,
        .tick = tick};
    return segments_run(&c.segments, err) ||
           (!atomic_load(&c.writing_failed) && name_end(err, "reading", copy->table));
}

void copy_fini(struct copy *copy)
{
    for (unsigned i = 0; i < COPY_SEGMENTS_MAX; i++)
        buf_fini(&copy->at[i].start);
}
