/* SPDX-License-Identifier: MIT */
/* Whose records a live stream shows: one table's, several, or all; and which ones leave it. */
#include "views/stream/pane_stream_impl.h"

/* Tables that come, or get a stream, join; of those not described yet it is found out. */
void pane_stream_join_all(struct pane_stream *p, bool fresh)
{
    const struct listing *l = &p->view.app->listing;
    for (size_t i = 0; i < l->count; i++) {
        const struct listing_entry *e = l->entries[i];
        if (e->described ? e->table.stream_view.len > 0 : !fresh)
            p->too_many |= tail_add(&p->tail,
                               e->described ? &e->table : &(struct client_table){.name = e->name},
                               fresh) == SIZE_MAX;
    }
}

void pane_stream_open(struct app *app, const struct client_table *table)
{
    struct pane_stream *p = pane_stream_new(app);
    tail_add(&p->tail, table, false);
    app_show_stream(app, &p->view);
}

void pane_stream_open_tables(struct app *app, struct str names)
{
    struct pane_stream *p = pane_stream_new(app);
    struct str rest = names, name;
    p->all = str_equal(names, STR("*"));
    if (p->all)
        pane_stream_join_all(p, false);
    while (!p->all && str_cut(&rest, ' ', &name)) {
        const struct listing_entry *e = listing_find(&app->listing, name);
        struct client_table unknown = {.name = name};
        if (name.len)
            p->too_many |=
                tail_add(&p->tail, e && e->described ? &e->table : &unknown, false) == SIZE_MAX;
    }
    app_show_stream(app, &p->view);
}

void pane_stream_names(const struct view *view, struct buf *out)
{
    const struct pane_stream *p = (const struct pane_stream *)view;
    if (p->all)
        buf_add_byte(out, '*');
    for (size_t i = 0; !p->all && i < p->tail.table_count; i++)
        buf_printf(out, "%s%.*s", i ? " " : "", STR_ARG(p->tail.tables[i]->table.name));
}

void pane_stream_turned_on(struct app *app, const struct client_table *table)
{
    struct pane_stream *p = (struct pane_stream *)app->stream;
    for (size_t i = 0; p && i < p->tail.table_count; i++)
        if (str_equal(p->tail.tables[i]->table.name, table->name)) {
            tail_check(&p->tail);
            return;
        }
    pane_stream_open(app, table);
}
