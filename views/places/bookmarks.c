/* SPDX-License-Identifier: MIT */
/*
 * Saved queries and bookmarks as one sees them: asked for a name, shown in a menu. Must not know
 * how they are kept.
 *
 *   Bookmarks: Enter opens, Ctrl-R renames, Ctrl-D removes
 *     Orders
 *     late       status = "PENDING" if age > 3            query
 *     first      C101 O5001                                item
 *     other tables
 */
#include "views/places/bookmarks.h"

#include "base/mem.h"
#include "views/cells.h"
#include "views/confirm.h"
#include "views/items/pane_items.h"
#include "views/menu.h"
#include "views/places/places_go.h"
#include "views/prompt.h"

#include <stdlib.h>

/* The table that names are looked for in: of what is shown. */
static struct str shown_table(const struct app *app)
{
    const struct places *p = &app->places;
    const struct browse *browse = pane_items_browsed(app->items);
    if (app->arriving.on || p->at >= p->count || !browse)
        return browse ? browse->table.name : STR_NONE;
    return buf_str(&p->list[p->at].table);
}

/* ---- words ---- */

static const char *kind_of(const struct place *place)
{
    return place->open == PLACE_ITEM     ? "item"
           : place->open == PLACE_STREAM ? "stream"
           : place->asked.len            ? "query"
           : place->index.len            ? "index"
                                         : "table";
}

static void add_key(const struct place *place, struct buf *out)
{
    struct value_walk walk = value_walk(value_of(buf_str(&place->key)));
    struct value v;
    struct str name;
    for (const char *blank = ""; place->key.len && value_next(&walk, &name, &v); blank = " ") {
        buf_add(out, str_from(blank));
        cells_add(out, v, false);
    }
}

/* What it shows beyond its table. */
static void describe(const struct place *place, struct buf *out)
{
    bool rows = place->open == PLACE_GRID;
    if (rows)
        buf_add(out, buf_str(place->asked.len ? &place->asked : &place->index));
    if (place->open == PLACE_STREAM || !place->key.len)
        return;
    buf_add(out, rows && (place->asked.len || place->index.len) ? STR(" · ") : STR_NONE);
    add_key(place, out);
}

/* ---- saving ---- */

/* A query is kept without where in it one is: it begins at its first item. */
static void forget_cursor(struct place *place)
{
    buf_clear(&place->key);
    buf_clear(&place->start);
    place->segment = place->segments = 0;
}

static bool save(struct app *app, struct str name, struct err *err)
{
    struct place place;
    if (!places_go_here(app, &place))
        return err_set(err, ERR_DATA, "nothing is shown that could be saved");
    if (place.open == PLACE_GRID && place.asked.len)
        forget_cursor(&place);
    bool known = saved_find(&app->saved, buf_str(&place.table), name) != NULL;
    bool ok = saved_put(&app->saved, name, &place, err);
    if (ok)
        app_say(app, ROLE_STATUS_OK, "%s %s %.*s%s", known ? "replaced the" : "saved the",
            kind_of(&place), STR_ARG(name),
            app->memory ? "" : ", for this run only: nothing is kept here");
    place_fini(&place);
    return ok;
}

static bool name_accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    return save(app, str_trim(text), err);
}

static void name_changed(struct app *app, void *context, struct str text, struct buf *note)
{
    const struct saved_one *one = saved_find(&app->saved, shown_table(app), str_trim(text));
    (void)context;
    if (one)
        buf_printf(note, "replaces the %s of this name", kind_of(&one->place));
}

static void ask_name(struct app *app, const char *what)
{
    struct place place;
    struct buf label = {0}, text = {0};
    if (!places_go_here(app, &place))
        return;
    buf_printf(&label, "%s as: ", what);
    if (place.open == PLACE_GRID && place.asked.len)
        forget_cursor(&place);
    describe(&place, &text);
    struct str name = buf_str(&text);
    struct err ignored = ERR_INIT;
    if (!saved_name_check(name, &ignored))
        name = STR_NONE;
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .text = name,
                         .changed = name_changed,
                         .accept = name_accept});
    place_fini(&place);
    buf_fini(&label);
    buf_fini(&text);
}

static void save_as(struct app *app, struct str name, const char *what)
{
    struct err err = ERR_INIT;
    saved_read(&app->saved, app->memory);
    if (!name.len)
        ask_name(app, what);
    else if (!save(app, name, &err))
        app_fail(app, &err);
}

void bookmarks_run_add(struct app *app, struct view *view, struct str args)
{
    (void)view;
    save_as(app, args, "bookmark");
}

bool bookmarks_can_add(struct app *app, struct view *view, struct buf *why)
{
    struct place place;
    (void)view;
    bool can = places_go_here(app, &place);
    if (can)
        place_fini(&place);
    else
        buf_add(why, app->over_count ? STR("go back to the table, item or stream first")
                                     : STR("no table is open"));
    return can;
}

void bookmarks_run_save_query(struct app *app, struct view *view, struct str args)
{
    (void)view;
    save_as(app, args, "save the query");
}

bool bookmarks_can_save_query(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    bool can = !app->item && !app->stream && !app->over_count &&
               pane_items_asked(app->items).len > 0 && bookmarks_can_add(app, view, why);
    if (!can && !why->len)
        buf_add(why, STR("no query is shown"));
    return can;
}

/* ---- going ---- */

/* value = table NUL name */
static const struct saved_one *find_value(const struct app *app, struct str value)
{
    struct str table, name = value;
    str_cut(&name, '\0', &table);
    return saved_find(&app->saved, table, name);
}

static void go(struct app *app, const struct saved_one *one)
{
    struct err err = ERR_INIT;
    if (!places_go_to(app, &one->place, &err))
        app_fail(app, &err);
}

static void accept(struct app *app, struct str value)
{
    const struct saved_one *one = find_value(app, value);
    if (one)
        go(app, one);
}

/* ---- renaming and removing ---- */

struct pending {
    struct buf table, name;
};

static struct pending *pending_new(struct str value)
{
    struct pending *p = mem_new(struct pending);
    struct str table, name = value;
    str_cut(&name, '\0', &table);
    buf_add(&p->table, table);
    buf_add(&p->name, name);
    return p;
}

static void pending_free(void *context)
{
    struct pending *p = context;
    buf_fini(&p->table);
    buf_fini(&p->name);
    free(p);
}

static void open_list(struct app *app, struct str at);

static void remove_yes(struct app *app, void *context)
{
    struct pending *p = context;
    struct err err = ERR_INIT;
    if (!saved_remove(&app->saved, buf_str(&p->table), buf_str(&p->name), &err))
        app_fail(app, &err);
    else if (app->saved.count)
        open_list(app, STR_NONE);
    else
        app_say(app, ROLE_STATUS_OK, "removed %.*s", STR_ARG(buf_str(&p->name)));
}

static bool rename_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct pending *p = context;
    if (!saved_rename(&app->saved, buf_str(&p->table), buf_str(&p->name), str_trim(text), err))
        return false;
    open_list(app, str_trim(text));
    return true;
}

static void edit(struct app *app, struct str value, enum menu_edit what)
{
    struct pending *p = pending_new(value);
    if (what == MENU_RENAME) {
        prompt_open(app, &(struct prompt_spec){.label = STR("new name: "),
                             .text = buf_str(&p->name),
                             .context = p,
                             .accept = rename_accept,
                             .free = pending_free});
        return;
    }
    struct buf text = {0};
    buf_printf(&text, "Remove %.*s?", STR_ARG(buf_str(&p->name)));
    confirm_open(app, &(struct confirm_spec){.title = STR("Remove a bookmark"),
                          .text = buf_str(&text),
                          .context = p,
                          .yes = remove_yes,
                          .free = pending_free});
    buf_fini(&text);
}

/* ---- the list ---- */

enum { NAME_COLS = 20 };

static void add_row(struct menu *menu, const struct saved_one *one, bool named_table)
{
    struct buf text = {0}, right = {0}, value = {0};
    buf_printf(&text, "%-*.*s  ", NAME_COLS, STR_ARG(buf_str(&one->name)));
    describe(&one->place, &text);
    if (named_table)
        buf_printf(&right, "%.*s · ", STR_ARG(buf_str(&one->place.table)));
    buf_add(&right, str_from(kind_of(&one->place)));
    buf_add(&value, buf_str(&one->place.table));
    buf_add_byte(&value, '\0');
    buf_add(&value, buf_str(&one->name));
    menu_add(menu, &(struct menu_row){
                       .text = buf_str(&text), .right = buf_str(&right), .value = buf_str(&value)});
    buf_fini(&text);
    buf_fini(&right);
    buf_fini(&value);
}

/* Those of the table, or all others; *select: the row of the name `at`. */
static int add_rows(struct app *app, struct menu *menu, struct str table, bool others, int row,
    struct str at, int *select)
{
    bool heading = false;
    for (size_t i = 0; i < app->saved.count; i++) {
        const struct saved_one *one = &app->saved.list[i];
        if (str_equal(buf_str(&one->place.table), table) == others)
            continue;
        if (!heading) {
            menu_add(menu,
                &(struct menu_row){.text = others ? STR("Other tables") : table, .heading = true});
            row++;
        }
        heading = true;
        if (str_equal(buf_str(&one->name), at))
            *select = row;
        add_row(menu, one, others);
        row++;
    }
    return row;
}

static void add_key_help(
    const struct app *app, const char *command, const char *what, struct buf *out)
{
    struct str context = STR("help");
    struct buf key = {0};
    if (keymap_keys(&app->keymap, &context, 1, str_from(command), &key))
        buf_printf(out, ", %.*s %s", STR_ARG(buf_str(&key)), what);
    buf_fini(&key);
}

static void open_list(struct app *app, struct str at)
{
    struct buf table = {0}, title = {0};
    int select = 1;
    buf_add(&title, STR("Bookmarks: Enter opens"));
    add_key_help(app, "rename", "renames", &title);
    add_key_help(app, "remove", "removes", &title);
    struct menu *menu = menu_new(app, buf_str(&title));
    buf_fini(&title);
    buf_add(&table, shown_table(app));
    int rows = add_rows(app, menu, buf_str(&table), false, 0, at, &select);
    add_rows(app, menu, buf_str(&table), true, rows, at, &select);
    menu_select(menu, select);
    menu_on_edit(menu, edit);
    menu_open(menu, accept);
    buf_fini(&table);
}

/* By its name alone: of the table that is shown, else of any. */
static const struct saved_one *find_name(const struct app *app, struct str name)
{
    const struct saved_one *one = saved_find(&app->saved, shown_table(app), name);
    for (size_t i = 0; !one && i < app->saved.count; i++)
        if (str_equal(buf_str(&app->saved.list[i].name), name))
            one = &app->saved.list[i];
    return one;
}

void bookmarks_run_list(struct app *app, struct view *view, struct str args)
{
    (void)view;
    struct buf key = {0};
    saved_read(&app->saved, app->memory);
    const struct saved_one *one = args.len ? find_name(app, args) : NULL;
    if (one) {
        go(app, one);
    } else if (args.len) {
        app_say(app, ROLE_STATUS_ERROR, "nothing is saved under the name %.*s", STR_ARG(args));
    } else if (app->saved.count) {
        open_list(app, STR_NONE);
    } else {
        app_key_of(app, app->items, "bookmark", &key);
        app_say(app, ROLE_STATUS,
            "nothing is saved yet: %.*s keeps the query that is shown, or the place, under a name",
            STR_ARG(buf_str(&key)));
    }
    buf_fini(&key);
}

bool bookmarks_complete(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    if (nth == 0)
        saved_read(&app->saved, app->memory);
    if ((size_t)nth >= app->saved.count)
        return false;
    buf_add(out, buf_str(&app->saved.list[nth].name));
    return true;
}
