/* SPDX-License-Identifier: MIT */
/*
 * What the user does with the columns of the items pane: choosing, moving, keeping them for the
 * next time. Must not draw.
 */
#include "views/app.h"
#include "views/cells.h"
#include "views/items/pane_items_impl.h"
#include "views/menu.h"
#include "views/pane_text.h"

static const char FILE_NAME[] = "columns";

/* ---- what the grid shows ---- */

/* The list was put into another order: the cursor stays with its attribute. */
static void items_columns_set(struct pane_items *p, struct str name)
{
    grid_columns_set(&p->grid, p->columns.list, p->columns.count);
    int column = columns_find(&p->columns, name);
    if (column >= 0)
        grid_go_column(&p->grid, column);
}

static void items_columns_count(struct pane_items *p)
{
    columns_forget_counts(&p->columns);
    for (size_t i = 0; i < p->feed.rows; i++)
        columns_count(&p->columns, feed_item(&p->feed, i));
}

void items_columns_see(struct pane_items *p)
{
    struct buf name = {0};
    bool added = false;
    for (size_t i = 0; i < p->feed.rows; i++)
        added |= columns_see(&p->columns, feed_item(&p->feed, i));
    if (!added && (p->columns.settled || !p->feed.rows))
        return;
    buf_add(&name, pane_items_column(&p->view, p->grid.column));
    if (!p->columns.settled)
        items_columns_count(p);
    if (p->feed.rows)
        columns_settle(&p->columns, p->view.app->frame.cols);
    items_columns_set(p, buf_str(&name));
    buf_fini(&name);
}

void items_columns_facts(const struct pane_items *p, struct buf *out)
{
    int spare = columns_spare(&p->columns);
    if (spare)
        buf_printf(out, "+%d%s more attributes: :columns · ", spare, p->columns.full ? " and" : "");
}

/* ---- kept for the next time ---- */

void items_columns_open(struct pane_items *p, const struct browse *browse)
{
    struct buf text = {0};
    memory_read(p->view.app->memory, FILE_NAME, &text);
    columns_reset(
        &p->columns, browse, p->view.app->memory ? buf_str(&text) : buf_str(&p->columns_text));
    buf_fini(&text);
}

/* Sorted again as it was left, where all there is to sort is loaded; else the order of the table
 * is worth more than that of its first items. */
void items_columns_sort(struct pane_items *p)
{
    const struct columns_kept *kept = &p->columns.kept;
    int column = kept->sort.len ? columns_find(&p->columns, kept->sort) : -1;
    if (column < 0 || items_order_on(&p->order) || browse_narrowed(p->feed.browse) ||
        !feed_at_home(&p->feed) || !feed_at_end(&p->feed))
        return;
    p->order.direction = kept->descending ? -1 : 1;
    buf_clear(&p->order.sort);
    buf_add(&p->order.sort, kept->sort);
    p->columns.list[column].sorted = (signed char)p->order.direction;
}

struct columns_line {
    const struct browse *browse;
    const struct columns_kept *kept; /* NULL: nothing any more */
};

static bool items_columns_line(void *context, struct str old, struct buf *text)
{
    const struct columns_line *line = context;
    const struct browse *b = line->browse;
    columns_file_put(text, old, b->table.name, b->index ? b->index->name : STR_NONE, line->kept,
        MEMORY_BYTES_MAX);
    return true;
}

static void items_columns_write(struct pane_items *p, const struct columns_kept *kept)
{
    struct columns_line line = {p->feed.browse, kept};
    struct err err = ERR_INIT;
    struct buf text = {0};
    if (!p->view.app->memory) {
        items_columns_line(&line, buf_str(&p->columns_text), &text);
        buf_fini(&p->columns_text);
        p->columns_text = text;
    } else if (!memory_rewrite(p->view.app->memory, FILE_NAME, items_columns_line, &line, &err))
        app_fail(p->view.app, &err);
}

void items_columns_keep(struct pane_items *p)
{
    struct columns_kept kept = {0};
    if (!p->columns.changed || !p->feed.browse)
        return;
    columns_keep(&p->columns, &kept);
    bool narrowed = browse_narrowed(p->feed.browse);
    kept.sort = narrowed             ? p->columns.kept.sort
                : p->order.direction ? buf_str(&p->order.sort)
                                     : STR_NONE;
    kept.descending = narrowed ? p->columns.kept.descending : p->order.direction < 0;
    items_columns_write(p, &kept);
    p->columns.changed = false;
}

static void items_columns_reset(struct pane_items *p)
{
    items_columns_write(p, NULL);
    columns_reset(&p->columns, p->feed.browse, STR_NONE);
    grid_columns_set(&p->grid, p->columns.list, p->columns.count);
    items_columns_see(p);
    p->cached_row = -1;
    app_say(p->view.app, ROLE_STATUS, "columns as they come");
}

/* ---- choosing ---- */

static struct pane_items *items_of(struct app *app)
{
    return (struct pane_items *)app->items;
}

static void items_columns_toggle(struct pane_items *p, int column)
{
    struct grid_column *g = &p->columns.list[column];
    int shown = 0;
    for (int i = 0; i < p->columns.count; i++)
        shown += !p->columns.list[i].hidden;
    if (!g->hidden && shown == 1)
        return; /* the last one stays */
    g->hidden = !g->hidden;
    p->columns.states[column].spare = false;
    p->columns.changed = true;
    grid_columns_set(&p->grid, p->columns.list, p->columns.count);
    if (!g->hidden)
        grid_go_column(&p->grid, column); /* where it can be seen */
}

static void items_columns_types(const struct columns_state *state, struct buf *out)
{
    const char *last = "";
    for (int type = VALUE_NULL; type <= VALUE_BS; type++) {
        const char *name = value_type_name((enum value_type)type);
        if (!(state->types & 1u << type) || strcmp(name, last) == 0)
            continue;
        buf_printf(out, "%s%s", *last ? "," : "", name);
        last = name;
    }
}

static void items_columns_row(const struct pane_items *p, int i, struct menu *menu)
{
    const struct grid_column *g = &p->columns.list[i];
    const struct columns_state *state = &p->columns.states[i];
    struct buf text = {0}, right = {0};
    buf_add(&text, g->hidden ? STR("  ") : STR("✓ "));
    buf_add(&text, g->name);
    items_columns_types(state, &right);
    buf_printf(&right, "%s  %u of %zu", g->frozen ? " pinned" : "", state->seen, p->feed.rows);
    menu_add(menu,
        &(struct menu_row){.text = buf_str(&text), .right = buf_str(&right), .value = g->name});
    buf_fini(&text);
    buf_fini(&right);
}

static void items_columns_chosen(struct app *app, struct str name);

static void items_columns_menu(struct pane_items *p, int selected)
{
    struct menu *menu = menu_new(p->view.app, STR("Columns: Enter shows or hides, Esc is done"));
    items_columns_count(p);
    for (int i = 0; i < p->columns.count; i++)
        items_columns_row(p, i, menu);
    menu_add(menu, &(struct menu_row){.text = STR("  as they come: forget all of this")});
    menu_select(menu, selected);
    menu_open(menu, items_columns_chosen);
}

/* Opens again at its place: one rarely wants to change one column alone. */
static void items_columns_chosen(struct app *app, struct str name)
{
    struct pane_items *p = items_of(app);
    if (!p->feed.browse)
        return;
    int column = columns_find(&p->columns, name);
    if (!name.len) {
        items_columns_reset(p);
    } else if (column >= 0) {
        items_columns_toggle(p, column);
        items_columns_menu(p, column);
    }
}

/* args = [ "reset" | "all" | attribute ] */
void items_run_columns(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = (struct pane_items *)view;
    int column = columns_find(&p->columns, args);
    if (!args.len)
        items_columns_menu(p, p->grid.column);
    else if (column >= 0)
        items_columns_toggle(p, column);
    else if (str_equal(args, STR("reset")))
        items_columns_reset(p);
    else if (str_equal(args, STR("all")))
        app_run(app, STR("columns-show"));
    else
        app_say(app, ROLE_STATUS_ERROR, "no column %.*s", STR_ARG(args));
}

bool items_complete_columns(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    struct str name = nth == 0   ? STR("reset")
                      : nth == 1 ? STR("all")
                                 : pane_items_column(view, nth - 2);
    buf_add(out, name);
    return name.len > 0;
}

static void items_columns_move(struct view *view, int step)
{
    struct pane_items *p = (struct pane_items *)view;
    int from = p->grid.column, to = columns_move(&p->columns, from, step);
    if (to == from)
        app_say(view->app, ROLE_STATUS, "there is no column to change places with on this side");
    grid_columns_set(&p->grid, p->columns.list, p->columns.count);
    grid_go_column(&p->grid, to);
}

void items_run_column_left(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    items_columns_move(view, -1);
}

void items_run_column_right(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    items_columns_move(view, 1);
}

bool items_columns_action(enum action action)
{
    switch (action) {
    case ACTION_WIDEN:
    case ACTION_NARROW:
    case ACTION_WIDTH_AUTO:
    case ACTION_HIDE:
    case ACTION_SHOW_ALL:
    case ACTION_FREEZE:
        return true;
    default:
        return false;
    }
}

/* ---- reading one value ---- */

void items_run_view_value(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = (struct pane_items *)view;
    const struct client_table *table = &p->feed.browse->table;
    struct str name = pane_items_column(view, p->grid.column);
    struct value item = pane_items_current(view), v;
    struct buf title = {0};
    (void)args;
    if (!value_find(item, name, &v))
        return;
    cells_add_key(&title, item, table->keys, table->key_count);
    buf_printf(&title, " ▸ %.*s", STR_ARG(name));
    pane_text_open_value(app, buf_str(&title), v);
    buf_fini(&title);
}
