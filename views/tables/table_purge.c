/* SPDX-License-Identifier: MIT */
/*
 * Emptying a table. Deleting it and making another one would be quicker, but the new one would have
 * another stream, other backups and no triggers: so it is done item by item.
 *
 *   Scan segment 0, keys only ──▶ page ──BatchWriteItem──▶ gone
 *   Scan segment 1, keys only ──▶ page ──BatchWriteItem──▶ gone
 */
#include "views/tables/table_purge.h"

#include "backend/segments.h"
#include "views/words.h"

enum { PURGE_BATCH = 25 };

struct purging {
    struct purge *purge;
    struct segments segments;
};

static bool delete_page(
    void *context, unsigned segment, const struct client_page *page, struct err *err)
{
    struct purging *p = context;
    struct client client = {
        p->purge->backend, {.cancel = &p->segments.give_up, .budget = p->purge->budget}};
    (void)segment;
    for (uint32_t i = 0; i < page->count; i += PURGE_BATCH) {
        uint32_t count = page->count - i < PURGE_BATCH ? page->count - i : PURGE_BATCH;
        if (!client_delete_batch(&client, p->purge->table, page->items + i, count, err))
            return false;
        atomic_fetch_add(&p->purge->deleted, count);
    }
    return true;
}

static bool take_page(
    void *context, unsigned segment, struct str next, bool *enough, struct err *err)
{
    (void)context;
    (void)segment;
    (void)next;
    (void)enough;
    (void)err;
    return true;
}

static void tick(void *context)
{
    struct purging *p = context;
    if (p->purge->tick)
        p->purge->tick(p->purge->data);
}

/* "#k0, #k1", and what they stand for. */
static bool name_keys(
    struct buf *names, struct client_read *read, const struct client_table *table, struct err *err)
{
    static const struct str places[] = {STR("#k0"), STR("#k1")};
    struct value_open open = value_open(names, VALUE_M);
    for (uint32_t i = 0; i < table->key_count; i++) {
        value_member(&open, names, places[i]);
        value_put_string(names, table->keys[i].name);
    }
    read->projection = table->key_count > 1 ? STR("#k0, #k1") : STR("#k0");
    if (!value_close(&open, names, err))
        return false;
    read->names = value_of(buf_str(names));
    return true;
}

bool table_purge_run(struct purge *purge, struct err *err)
{
    struct arena arena = {0};
    struct buf names = {0};
    struct client_table table;
    struct client_read read = {.table = purge->table};
    struct purging p = {.purge = purge};
    p.segments = (struct segments){
        .client = {purge->backend, {.cancel = purge->cancel, .budget = purge->budget}},
        .read = &read,
        .count = purge->segments,
        .context = &p,
        .work = delete_page,
        .take = take_page,
        .tick = tick};
    bool ok = client_describe_keys(&p.segments.client, &arena, purge->table, &table, err) &&
              name_keys(&names, &read, &table, err) && segments_run(&p.segments, err);
    arena_fini(&arena);
    buf_fini(&names);
    return ok;
}

void table_purge_cost(struct buf *out, const struct client_table *table)
{
    int64_t each = table->items > 0 ? (table->bytes / table->items + 1023) / 1024 : 1;
    int64_t writes = table->items * (each > 0 ? each : 1);
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct client_index *index = &table->indexes[i];
        int64_t size = index->items > 0 ? (index->bytes / index->items + 1023) / 1024 : 1;
        writes += index->items * (size > 0 ? size : 1);
    }
    buf_add(out, STR("about "));
    words_count(out, table->bytes / 8192 + 1);
    buf_add(out, STR(" read and "));
    words_count(out, writes);
    buf_add(out, STR(" write units, by the last count"));
}
