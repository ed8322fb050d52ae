/* SPDX-License-Identifier: MIT */
/*
 * Going to a place, and noticing where one is: once a frame, so that no pane has to tell. What a
 * place takes comes in steps, each of which may have to wait for an answer:
 *
 *   table described ─▶ its rows, or those of the place's query ─▶ cursor ─▶ the item over them
 *
 * The explorer starts with no table as it always does, and does not go to the last place by itself:
 * the same command shows the same thing, and no query runs, or costs, unasked. It says which key
 * goes there.
 */
#include "views/places/places_go.h"

#include "views/cells.h"
#include "views/item/pane_item.h"
#include "views/items/pane_items.h"
#include "views/query/pane_query.h"
#include "views/stream/pane_stream.h"
#include "views/tables/pane_tables.h"

/* ---- where one is ---- */

static void here_is_item(const struct app *app, struct place *place)
{
    const struct client_table *table = pane_item_table(app->item);
    const struct browse *browse = pane_items_browsed(app->items);
    if (browse && str_equal(browse->table.name, table->name)) {
        pane_items_place(app->items, place);
        buf_clear(&place->key);
    } else {
        buf_add(&place->table, table->name);
    }
    place->open = PLACE_ITEM;
    client_key_of(table, pane_item_current(app->item), &place->key);
}

bool places_go_here(struct app *app, struct place *place)
{
    *place = (struct place){0};
    if (!app->started || app->opening.len || app->over_count || !pane_items_browsed(app->items) ||
        (!app->item && !app->stream && pane_items_waiting(app->items)))
        return false;
    if (app->item) {
        here_is_item(app, place);
    } else if (app->stream) {
        place->open = PLACE_STREAM;
        pane_stream_names(app->stream, &place->table);
    } else {
        pane_items_place(app->items, place);
    }
    if (place->table.len && (place->open != PLACE_ITEM || place->key.len))
        return true;
    place_fini(place);
    return false;
}

void places_go_words(const struct place *place, struct buf *out)
{
    struct value key = value_of(buf_str(&place->key)), v;
    struct value_walk walk = value_walk(key);
    struct str name;
    buf_add(out, buf_str(&place->table));
    if (place->open == PLACE_STREAM)
        buf_add(out, STR(" ▸ stream"));
    if (place->index.len)
        buf_printf(out, " ▸ %.*s", STR_ARG(buf_str(&place->index)));
    if (place->asked.len)
        buf_printf(out, " · %.*s", STR_ARG(buf_str(&place->asked)));
    if (place->open != PLACE_ITEM || key.type != VALUE_M)
        return;
    buf_add(out, STR(" ·"));
    while (value_next(&walk, &name, &v)) {
        buf_add_byte(out, ' ');
        cells_add(out, v, false);
    }
}

/* ---- on the way ---- */

static bool is_shown(const struct app *app, const struct place *place)
{
    const struct browse *browse = pane_items_browsed(app->items);
    struct str index = browse && browse->index ? browse->index->name : STR_NONE;
    return browse && str_equal(browse->table.name, buf_str(&place->table)) &&
           str_equal(index, buf_str(&place->index)) &&
           str_equal(pane_items_asked(app->items), buf_str(&place->asked));
}

static void uncover(struct app *app, bool stream)
{
    app_close_over(app);
    if (app->item)
        app_show_item(app, NULL);
    if (stream && app->stream)
        app_show_stream(app, NULL);
    app_focus(app, APP_MAIN);
}

static void open_item(struct app *app, const struct place *place)
{
    const struct browse *browse = pane_items_browsed(app->items);
    struct value key = value_of(buf_str(&place->key));
    if (place->open == PLACE_ITEM && key.type == VALUE_M)
        app_show_item(app, pane_item_new(app, &browse->table, key, STR_NONE));
}

static void arrive(struct app *app)
{
    if (app->arriving.at != SIZE_MAX)
        places_arrive(&app->places, app->arriving.at);
    app->arriving.on = false;
    place_fini(&app->arriving.to);
}

static bool run_query(struct app *app, const struct client_table *table, struct err *err)
{
    struct place *to = &app->arriving.to;
    app->arriving.asked = true;
    pane_items_arrive(app->items, to);
    return pane_query_show(app, table, buf_str(&to->asked), err);
}

/* Each time something may have come; ends where it did not, or the user went elsewhere. */
static void go_on(struct app *app)
{
    struct place *to = &app->arriving.to;
    const struct browse *browse = pane_items_browsed(app->items);
    struct err err = ERR_INIT;
    if (app_waiting(app) || app->overlay_count) /* a question: a query that may cost much */
        return;
    bool here =
        browse && str_equal(browse->table.name, buf_str(&to->table)) && !app->item && !app->stream;
    if (here && to->asked.len && !app->arriving.asked && run_query(app, &browse->table, &err))
        return;
    if (err.code != ERR_NONE)
        app_fail(app, &err);
    if (here && is_shown(app, to)) {
        open_item(app, to);
        arrive(app);
    } else {
        app->arriving.on = false;
        place_fini(to);
    }
}

/* ---- setting out ---- */

static bool go_to_stream(struct app *app, const struct place *place, struct err *err)
{
    struct str names = buf_str(&place->table);
    struct buf shown = {0};
    if (app->stream)
        pane_stream_names(app->stream, &shown);
    bool open = str_equal(buf_str(&shown), names);
    buf_fini(&shown);
    const struct listing_entry *e = listing_find(&app->listing, names);
    bool several = str_equal(names, STR("*")) || str_find_byte(names, ' ') != SIZE_MAX;
    if (!open && !several && !e)
        return err_set(err, ERR_DATA, "the table %.*s is not there any more", STR_ARG(names));
    if (!open && !several && e->described && !e->table.stream_view.len)
        return err_set(err, ERR_DATA, "%.*s has no stream any more", STR_ARG(names));
    uncover(app, !open);
    if (!open)
        pane_stream_run(app, NULL, names);
    arrive(app);
    return true;
}

static bool has_index(const struct client_table *table, struct str index)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        if (str_equal(table->indexes[i].name, index))
            return true;
    return index.len == 0;
}

static bool go_to_rows(struct app *app, const struct place *place, struct err *err)
{
    const struct listing_entry *e = listing_find(&app->listing, buf_str(&place->table));
    if (!e)
        return err_set(
            err, ERR_DATA, "the table %.*s is not there any more", STR_ARG(buf_str(&place->table)));
    if (e->described && !has_index(&e->table, buf_str(&place->index)))
        return err_set(err, ERR_DATA, "%.*s has no index %.*s any more",
            STR_ARG(buf_str(&place->table)), STR_ARG(buf_str(&place->index)));
    uncover(app, true);
    struct value key = value_of(buf_str(&place->key));
    if (is_shown(app, place) && (!place->key.len || pane_items_go(app->items, key))) {
        open_item(app, place);
        arrive(app);
    } else if (e->described && place->asked.len) {
        if (!run_query(app, &e->table, err))
            return false;
        pane_tables_select(app->tables, e->name);
    } else {
        if (!place->asked.len)
            pane_items_arrive(app->items, place);
        app_open_table(app, e->name, buf_str(&place->index));
    }
    return true;
}

static void copy(struct buf *to, const struct buf *from)
{
    buf_clear(to);
    buf_add(to, buf_str(from));
}

static bool set_out(struct app *app, const struct place *place, size_t at, struct err *err)
{
    struct place *to = &app->arriving.to;
    copy(&to->table, &place->table);
    copy(&to->index, &place->index);
    copy(&to->asked, &place->asked);
    copy(&to->key, &place->key);
    copy(&to->start, &place->start);
    to->open = place->open;
    to->segment = place->segment;
    to->segments = place->segments;
    app->arriving.on = true;
    app->arriving.asked = false;
    app->arriving.at = at;
    bool ok = to->open == PLACE_STREAM ? go_to_stream(app, to, err) : go_to_rows(app, to, err);
    if (!ok) {
        app->arriving.on = false;
        place_fini(to);
    }
    return ok;
}

bool places_go_to(struct app *app, const struct place *place, struct err *err)
{
    return set_out(app, place, SIZE_MAX, err);
}

/* ---- back and forward ---- */

static void step(struct app *app, int direction)
{
    struct places *places = &app->places;
    struct err gone = ERR_INIT;
    size_t at = app->arriving.on && app->arriving.at != SIZE_MAX ? app->arriving.at : places->at;
    int skipped = 0;
    while ((at = places_next(places, at, direction)) != SIZE_MAX) {
        struct err err = ERR_INIT;
        if (set_out(app, &places->list[at], at, &err))
            break;
        gone = err;
        skipped++;
    }
    if (skipped)
        app_say(app, ROLE_STATUS_WARNING, "skipped: %s%s", gone.text,
            at == SIZE_MAX ? "; there is no further place" : "");
    else if (at == SIZE_MAX)
        app_say(app, ROLE_STATUS, "%s",
            direction < 0 ? "this is the first place that is remembered"
                          : "there is no place to go forward to");
}

void places_go_back(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    step(app, -1);
}

void places_go_forward(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    step(app, 1);
}

/* ---- noticing ---- */

/* Said once, at the start, where there is nothing else to say. */
static void offer_last(struct app *app)
{
    const struct places *places = &app->places;
    struct buf words = {0}, key = {0};
    const struct place *last = &places->list[places->count - 1];
    if (app->message.len || (last->open == PLACE_GRID && is_shown(app, last)))
        return;
    places_go_words(last, &words);
    app_key_of(app, app->items, "place-back", &key);
    app_say(app, ROLE_STATUS, "%.*s goes back to %.*s", STR_ARG(buf_str(&key)),
        STR_ARG(buf_str(&words)));
    buf_fini(&words);
    buf_fini(&key);
}

void places_go_see(struct app *app)
{
    struct place now;
    if (app->arriving.on)
        go_on(app);
    if (app->arriving.on)
        return;
    if (!app->places_offered && !app_waiting(app)) {
        app->places_offered = true;
        if (app->places.count)
            offer_last(app);
    }
    if (app->focus == APP_MAIN && places_go_here(app, &now))
        places_see(&app->places, &now);
}
