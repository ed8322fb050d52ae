/* SPDX-License-Identifier: MIT */
/*
 * Coming back to a place in the grid: which page it was on, which item the cursor stood on. What is
 * remembered may be of another run and of anybody's making: it is held against the table's keys.
 */
#include "views/items/pane_items_impl.h"

#include "views/app.h"

void items_arrival_fini(struct items_arrival *a)
{
    buf_fini(&a->table);
    buf_fini(&a->key);
    buf_fini(&a->start);
    *a = (struct items_arrival){0};
}

static void set(struct buf *to, const struct buf *from)
{
    buf_clear(to);
    buf_add(to, buf_str(from));
}

void pane_items_arrive(struct view *view, const struct place *place)
{
    struct items_arrival *a = &((struct pane_items *)view)->arrival;
    a->on = true;
    set(&a->table, &place->table);
    set(&a->key, &place->key);
    set(&a->start, &place->start);
    a->segment = place->segment;
    a->segments = place->segments;
}

static bool key_fits(const struct client_key *keys, uint32_t count, struct value key)
{
    struct value v;
    for (uint32_t i = 0; i < count; i++)
        if (!value_find(key, keys[i].name, &v) || v.type != keys[i].type)
            return false;
    return true;
}

/* The start as the service wants it: these attributes and no others. */
static bool start_fits(const struct browse *browse, struct value start, struct buf *out)
{
    uint32_t count;
    const struct client_key *keys = browse_keys(browse, &count);
    return start.type == VALUE_M && key_fits(keys, count, start) &&
           key_fits(browse->table.keys, browse->table.key_count, start) &&
           browse_place_of(browse, start, out);
}

bool items_arrive(struct pane_items *p, struct browse *browse, size_t view_rows)
{
    struct items_arrival *a = &p->arrival;
    struct value key = value_of(buf_str(&a->key)), start = value_of(buf_str(&a->start));
    struct buf place = {0};
    bool here = a->on && str_equal(buf_str(&a->table), browse->table.name);
    p->sought =
        here && key.type == VALUE_M && key_fits(browse->table.keys, browse->table.key_count, key)
            ? browse_identity(browse, key)
            : 0;
    bool inside = here && start_fits(browse, start, &place);
    if (inside)
        feed_open_at(&p->feed, browse, view_rows,
            (struct feed_place){
                .segment = a->segment, .segments = a->segments, .start = buf_str(&place)});
    a->on = false;
    buf_fini(&place);
    return inside;
}

bool pane_items_go(struct view *view, struct value key)
{
    struct pane_items *p = (struct pane_items *)view;
    const struct browse *browse = p->feed.browse;
    if (!browse || key.type != VALUE_M ||
        !key_fits(browse->table.keys, browse->table.key_count, key))
        return false;
    uint64_t identity = browse_identity(browse, key);
    size_t rows = items_order_rows(&p->order, &p->feed);
    for (size_t i = 0; i < rows; i++) {
        struct value item = feed_item(&p->feed, items_order_at(&p->order, i));
        if (item.type == VALUE_M && browse_identity(browse, item) == identity) {
            grid_go(&p->grid, (int64_t)i);
            p->identity = identity;
            return true;
        }
    }
    return false;
}

void pane_items_place(const struct view *view, struct place *place)
{
    const struct pane_items *p = (const struct pane_items *)view;
    const struct browse *browse = p->feed.browse;
    struct value item = pane_items_current(view);
    buf_add(&place->table, browse->table.name);
    buf_add(&place->index, browse->index ? browse->index->name : STR_NONE);
    buf_add(&place->asked, pane_items_asked(view));
    if (item.type != VALUE_M)
        return;
    client_key_of(&browse->table, item, &place->key);
    size_t row = items_order_at(&p->order, (size_t)p->grid.cursor);
    struct feed_place page = feed_place_of(&p->feed, row);
    if (browse_opaque(browse)) /* a token is soon forgotten */
        return;
    buf_add(&place->start, page.start);
    place->segment = page.start.len ? page.segment : 0;
    place->segments = page.start.len ? page.segments : 0;
}
