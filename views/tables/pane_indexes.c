/* SPDX-License-Identifier: MIT */
/*
 * The index selector: the table first, then its indexes; below, what would become of the query and
 * of the item that are on the screen. What is not ACTIVE yet is asked for again, so that a backfill
 * is seen as it goes.
 *
 *   index       kind    keys                 projection  status        items    size
 *   base table          customerId · orderId             ACTIVE        1.2 M  480 MB
 *   ByStatus    global  status · orderId     ALL         CREATING 45%  540 k  210 MB
 *   ────────────────────────────────────────────────────────────────────────────────
 *   Enter: a Query of ByStatus, status = "PENDING"
 */
#include "views/tables/pane_indexes.h"

#include "base/mem.h"
#include "tui/grid.h"
#include "tui/text.h"
#include "views/confirm.h"
#include "views/contexts.h"
#include "views/items/pane_items.h"
#include "views/query/pane_query.h"
#include "views/tables/index_query.h"
#include "views/tables/pane_table.h"
#include "views/tables/table_facts.h"
#include "views/tables/table_form.h"
#include "views/tables/tables_admin.h"
#include "views/words.h"

#include <stdlib.h>

enum indexes_column {
    INDEXES_NAME,
    INDEXES_KIND,
    INDEXES_KEYS,
    INDEXES_PROJECTION,
    INDEXES_STATUS,
    INDEXES_ITEMS,
    INDEXES_SIZE,
    INDEXES_COLUMNS
};

enum {
    INDEXES_NARROW = 70,
    INDEXES_TICK_MS = 400,
    INDEXES_REMOTE_TICK_MS = 3000,
    INDEXES_FACTS = 5, /* rows, with the line above */
    INDEXES_ROWS_MIN = 10
};

struct pane_indexes {
    struct view view;
    struct grid grid;
    struct grid_column columns[INDEXES_COLUMNS];
    struct buf table, cell, facts, kept; /* kept: the name under the cursor */
    int facts_rows;
    int timer;
};

static struct pane_indexes *indexes_pane(struct view *view)
{
    return (struct pane_indexes *)view;
}

/* ---- rows ---- */

static const struct client_table *indexes_table(const struct pane_indexes *p)
{
    const struct listing_entry *e = listing_find(&p->view.app->listing, buf_str(&p->table));
    return e && e->described ? &e->table : NULL;
}

static int64_t count_rows(void *data)
{
    const struct client_table *table = indexes_table(data);
    return table ? (int64_t)table->index_count + 1 : 0;
}

/* NULL: the table itself, or nothing. */
static const struct client_index *index_of(const struct pane_indexes *p, int64_t row)
{
    const struct client_table *table = indexes_table(p);
    return table && row > 0 && row <= (int64_t)table->index_count ? &table->indexes[row - 1] : NULL;
}

static const struct client_index *current(const struct pane_indexes *p)
{
    return index_of(p, p->grid.cursor);
}

static struct str status_of(const struct client_table *table, const struct client_index *index)
{
    return index && index->global ? index->status : table->status;
}

/* How much of a backfill is done, where the service counts entries as they come. */
static void put_status(
    struct buf *out, const struct client_table *table, const struct client_index *index)
{
    buf_add(out, status_of(table, index));
    if (!index || !index->backfilling)
        return;
    if (index->items > 0 && table->items >= index->items)
        buf_printf(out, " %d%%", (int)(index->items * 100 / table->items));
    else
        buf_add(out, STR(", backfilling"));
}

static void put_projection(struct buf *out, const struct client_index *index)
{
    buf_add(out, index->projection);
    for (uint32_t i = 0; i < index->include_count; i++)
        buf_printf(out, "%s%.*s", i ? ", " : " ", STR_ARG(index->include[i]));
}

static void put_text(struct pane_indexes *p, const struct client_table *table,
    const struct client_index *index, int column)
{
    struct buf *out = &p->cell;
    if (column == INDEXES_NAME)
        buf_add(out, index ? index->name : STR("base table"));
    else if (column == INDEXES_KIND && index)
        buf_add(out, index->global ? STR("global") : STR("local"));
    else if (column == INDEXES_KEYS)
        table_facts_keys(out, table, index);
    else if (column == INDEXES_PROJECTION && index)
        put_projection(out, index);
    else if (column == INDEXES_STATUS)
        put_status(out, table, index);
    else if (column == INDEXES_ITEMS)
        words_count_short(out, index ? index->items : table->items);
    else if (column == INDEXES_SIZE)
        words_bytes(out, index ? index->bytes : table->bytes);
}

static bool is_browsed(const struct pane_indexes *p, const struct client_index *index)
{
    const struct browse *b = pane_items_browsed(p->view.app->items);
    struct str name = index ? index->name : STR_NONE;
    return b && str_equal(b->table.name, buf_str(&p->table)) &&
           str_equal(b->index ? b->index->name : STR_NONE, name);
}

static struct value item_here(const struct pane_indexes *p)
{
    const struct browse *b = pane_items_browsed(p->view.app->items);
    if (!b || !str_equal(b->table.name, buf_str(&p->table)))
        return (struct value){0};
    return pane_items_current(p->view.app->items);
}

/* Whether there is an item, and no entry of it in the index. */
static bool lacks_item(const struct pane_indexes *p, const struct client_table *table,
    const struct client_index *index)
{
    struct buf line = {0}, why = {0};
    struct value item = item_here(p);
    bool lacks = item.type == VALUE_M && !index_query_entry(table, index, item, &line, &why);
    buf_fini(&line);
    buf_fini(&why);
    return lacks;
}

static void put_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_indexes *p = data;
    const struct client_table *table = indexes_table(p);
    const struct client_index *index = index_of(p, row);
    (void)room;
    if (!table)
        return;
    buf_clear(&p->cell);
    put_text(p, table, index, column);
    bool active = str_equal(status_of(table, index), STR("ACTIVE"));
    bool lacks = column == INDEXES_NAME && lacks_item(p, table, index);
    cell->text = buf_str(&p->cell);
    cell->role = column == INDEXES_NAME && is_browsed(p, index) ? ROLE_KEY
                 : column == INDEXES_STATUS                     ? (active ? ROLE_OK : ROLE_WARNING)
                 : column == INDEXES_NAME && !lacks             ? ROLE_TEXT
                                                                : ROLE_DIM;
    cell->flags = column >= INDEXES_ITEMS ? CANVAS_RIGHT : 0;
}

static void set_columns(struct pane_indexes *p)
{
    static const struct str names[INDEXES_COLUMNS] = {STR("index"), STR("kind"), STR("keys"),
        STR("projection"), STR("status"), STR("items"), STR("size")};
    for (int i = 0; i < INDEXES_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .frozen = i == INDEXES_NAME,
            .flags = i >= INDEXES_ITEMS ? CANVAS_RIGHT : 0};
    grid_columns_set(&p->grid, p->columns, INDEXES_COLUMNS);
}

/* ---- switching, and going to entries ---- */

/* What is asked for now as a line; empty: all, or it is another table's. */
static void present_line(struct app *app, struct str table, struct buf *line)
{
    const struct browse *b = pane_items_browsed(app->items);
    if (!b || !str_equal(b->table.name, table))
        return;
    buf_add(line, pane_items_asked(app->items));
    if (!line->len)
        index_query_line(b, line);
}

static bool is_statement(struct app *app)
{
    const struct browse *b = pane_items_browsed(app->items);
    return b && b->statement.len > 0;
}

void pane_indexes_switch(struct app *app, struct str table, struct str index)
{
    const struct listing_entry *e = listing_find(&app->listing, table);
    struct buf line = {0}, text = {0}, why = {0}, name = {0}, wanted = {0};
    struct browse *kept = NULL;
    buf_add(&name, table); /* both may belong to what is closed */
    buf_add(&wanted, index);
    present_line(app, table, &line);
    if (line.len && is_statement(app))
        buf_add(&why, STR("a statement names its index itself"));
    else if (line.len && e && e->described)
        kept = index_query_replan(&e->table, buf_str(&line), index, &text, &why);
    if (kept)
        pane_query_begin(app, kept, buf_str(&text));
    else
        app_open_table(app, buf_str(&name), buf_str(&wanted));
    if (!kept && why.len)
        app_say(
            app, ROLE_STATUS_WARNING, "the query was left behind: %.*s", STR_ARG(buf_str(&why)));
    struct buf *texts[] = {&line, &text, &why, &name, &wanted};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
}

static const struct client_index *index_named(const struct client_table *table, struct str name)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        if (str_equal(table->indexes[i].name, name))
            return &table->indexes[i];
    return NULL;
}

void pane_indexes_entry(
    struct app *app, const struct client_table *table, struct str index, struct value item)
{
    struct buf line = {0}, text = {0}, why = {0};
    struct browse *browse = NULL;
    const struct client_index *in = index.len ? index_named(table, index) : NULL;
    if (index.len && !in)
        buf_printf(&why, "%.*s has no index %.*s", STR_ARG(table->name), STR_ARG(index));
    else if (index_query_entry(table, in, item, &line, &why))
        browse = index_query_replan(table, buf_str(&line), index, &text, &why);
    if (browse)
        pane_query_begin(app, browse, buf_str(&text));
    else
        app_say(app, ROLE_STATUS_WARNING, "%.*s", STR_ARG(buf_str(&why)));
    buf_fini(&line);
    buf_fini(&text);
    buf_fini(&why);
}

/* ---- commands ---- */

static bool has_row(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (indexes_table(indexes_pane(view)))
        return true;
    buf_printf(why, "%.*s is not there any more", STR_ARG(buf_str(&indexes_pane(view)->table)));
    return false;
}

static void run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_indexes *p = indexes_pane(view);
    const struct client_index *index = current(p);
    (void)args;
    if (index && index->backfilling)
        app_say(app, ROLE_STATUS_WARNING, "%.*s cannot be read before its backfill is done",
            STR_ARG(index->name));
    else
        pane_indexes_switch(app, buf_str(&p->table), index ? index->name : STR_NONE);
}

static bool has_entry(struct app *app, struct view *view, struct buf *why)
{
    struct pane_indexes *p = indexes_pane(view);
    struct buf line = {0};
    if (!has_row(app, view, why))
        return false;
    if (current(p) && current(p)->backfilling) {
        buf_add(why, STR("its backfill is not done"));
        return false;
    }
    bool has = index_query_entry(indexes_table(p), current(p), item_here(p), &line, why);
    buf_fini(&line);
    return has;
}

static void run_entry(struct app *app, struct view *view, struct str args)
{
    struct pane_indexes *p = indexes_pane(view);
    const struct client_index *index = current(p);
    (void)args;
    pane_indexes_entry(app, indexes_table(p), index ? index->name : STR_NONE, item_here(p));
}

static bool can_create(struct app *app, struct view *view, struct buf *why)
{
    const struct client_table *table = indexes_table(indexes_pane(view));
    if (!has_row(app, view, why))
        return false;
    uint32_t globals = 0;
    for (uint32_t i = 0; i < table->index_count; i++)
        globals += table->indexes[i].global;
    if (globals >= 20)
        buf_add(why, STR("a table has 20 global indexes at most"));
    return globals < 20;
}

static void run_create(struct app *app, struct view *view, struct str args)
{
    (void)args;
    table_form_index(app, buf_str(&indexes_pane(view)->table));
}

static bool can_delete(struct app *app, struct view *view, struct buf *why)
{
    const struct client_index *index = current(indexes_pane(view));
    if (!has_row(app, view, why))
        return false;
    if (!index)
        buf_add(why, STR("this is the table: the list of tables deletes it"));
    else if (!index->global)
        buf_add(why, STR("a local index lives as long as its table; none can be added later"));
    else if (str_equal(index->status, STR("DELETING")))
        buf_add(why, STR("it is being deleted"));
    else
        return true;
    return false;
}

static void run_delete(struct app *app, struct view *view, struct str args)
{
    struct pane_indexes *p = indexes_pane(view);
    (void)args;
    tables_admin_delete_index(app, indexes_table(p), current(p));
}

static void run_describe(struct app *app, struct view *view, struct str args)
{
    (void)args;
    pane_table_open(app, buf_str(&indexes_pane(view)->table));
}

static void run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_indexes *p = indexes_pane(view);
    const struct client_index *index = current(p);
    (void)args;
    app_copy(app, index ? index->name : buf_str(&p->table),
        index ? STR("the index's name") : STR("the table's name"));
}

const struct command pane_indexes_commands[] = {
    {.name = "open",
        .help = "browse by this index, with the query that is there",
        .hint = "browse",
        .priority = 9,
        .run = run_open,
        .enabled = has_row},
    {.name = "entry",
        .help = "to the entry of the item under the cursor in this index",
        .hint = "the item's entry",
        .priority = 8,
        .run = run_entry,
        .enabled = has_entry},
    {.name = "create-index",
        .help = "make a global secondary index",
        .hint = "create",
        .priority = 6,
        .flags = COMMAND_WRITES,
        .run = run_create,
        .enabled = can_create},
    {.name = "delete-index",
        .help = "delete the index, or stop its backfill, by typing its name",
        .hint = "delete",
        .priority = 5,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = run_delete,
        .enabled = can_delete},
    {.name = "describe",
        .help = "all that is known of the table",
        .hint = "table",
        .priority = 4,
        .run = run_describe,
        .enabled = has_row},
    {.name = "copy", .help = "copy the name", .hint = "copy", .priority = 1, .run = run_copy},
    {0},
};

/* ---- the view ---- */

static void indexes_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_indexes *p = indexes_pane(view);
    const struct client_table *table = indexes_table(p);
    buf_printf(left, "%.*s ▸ indexes", STR_ARG(buf_str(&p->table)));
    if (table)
        words_count(right, table->index_count);
}

static void put_kept(struct pane_indexes *p, const struct client_table *table, struct buf *out)
{
    const struct client_index *index = current(p);
    struct buf line = {0}, text = {0}, why = {0};
    present_line(p->view.app, table->name, &line);
    if (line.len && is_statement(p->view.app))
        buf_clear(&line);
    struct browse *b = line.len ? index_query_replan(table, buf_str(&line),
                                      index ? index->name : STR_NONE, &text, &why)
                                : NULL;
    if (!line.len)
        buf_add(out, STR("a Scan of all"));
    else if (b)
        buf_printf(
            out, "%s %.*s", b->query ? "a Query:" : "a Scan, filtered:", STR_ARG(buf_str(&text)));
    else
        buf_printf(out, "a Scan of all, without the query: %.*s", STR_ARG(buf_str(&why)));
    browse_unref(b);
    buf_fini(&line);
    buf_fini(&text);
    buf_fini(&why);
}

static void put_entry(struct pane_indexes *p, const struct client_table *table, struct buf *out)
{
    struct buf line = {0}, why = {0};
    if (index_query_entry(table, current(p), item_here(p), &line, &why))
        buf_add(out, buf_str(&line));
    else
        buf_printf(out, "none: %.*s", STR_ARG(buf_str(&why)));
    buf_fini(&line);
    buf_fini(&why);
}

static void put_facts(struct pane_indexes *p)
{
    const struct client_table *table = indexes_table(p);
    const struct client_index *index = current(p);
    struct buf *out = &p->facts;
    buf_clear(out);
    if (!table)
        return;
    buf_add(out, index ? index->name : table->name);
    buf_add(out, !index          ? STR(": the table itself")
                 : index->global ? STR(": global secondary index")
                                 : STR(": local secondary index; they cannot be added later"));
    if (index && index->include_count) {
        buf_add(out, STR("; beside the keys "));
        for (uint32_t i = 0; i < index->include_count; i++)
            buf_printf(out, "%s%.*s", i ? ", " : "", STR_ARG(index->include[i]));
    }
    buf_add(out, STR("\nbrowse  "));
    put_kept(p, table, out);
    buf_add(out, STR("\nentry   "));
    put_entry(p, table, out);
}

/* Looks again while something is on its way. */
static void tick(void *data)
{
    struct pane_indexes *p = data;
    p->timer = 0;
    listing_refresh_table(&p->view.app->listing, buf_str(&p->table));
}

static bool under_way(const struct pane_indexes *p)
{
    const struct client_table *table = indexes_table(p);
    for (uint32_t i = 0; table && i <= table->index_count; i++)
        if (!str_equal(status_of(table, index_of(p, i)), STR("ACTIVE")))
            return true;
    return false;
}

static void watch(struct pane_indexes *p)
{
    struct app *app = p->view.app;
    bool remote = backend_is_remote(worker_backend(app->worker));
    if (app->loop && !p->timer && under_way(p))
        p->timer =
            loop_after(app->loop, remote ? INDEXES_REMOTE_TICK_MS : INDEXES_TICK_MS, tick, p);
}

static void keep_cursor(struct pane_indexes *p)
{
    const struct client_table *table = indexes_table(p);
    for (uint32_t i = 1; table && p->kept.len && i <= table->index_count; i++)
        if (str_equal(index_of(p, i)->name, buf_str(&p->kept)))
            grid_go(&p->grid, i);
}

static void remember_cursor(struct pane_indexes *p)
{
    const struct client_index *index = current(p);
    buf_clear(&p->kept);
    if (index)
        buf_add(&p->kept, index->name);
}

static void indexes_arrange(struct view *view, int rows, int cols)
{
    struct pane_indexes *p = indexes_pane(view);
    p->facts_rows = rows >= INDEXES_ROWS_MIN ? INDEXES_FACTS : 0;
    p->columns[INDEXES_KIND].hidden = cols < INDEXES_NARROW;
    p->columns[INDEXES_SIZE].hidden = cols < INDEXES_NARROW;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.empty = view->app->listing.listed ? STR("the table is not there any more") : STR_NONE;
    grid_arrange(&p->grid, rows - p->facts_rows, cols);
    if (p->facts_rows)
        put_facts(p);
    watch(p);
}

static void indexes_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_indexes *p = (const struct pane_indexes *)view;
    struct canvas top = canvas_sub(c, 0, 0, c->rows - p->facts_rows, c->cols);
    grid_draw(&p->grid, &top);
    if (!p->facts_rows)
        return;
    int row = c->rows - p->facts_rows;
    canvas_hline(c, row++, 0, c->cols, ROLE_BORDER);
    struct str rest = buf_str(&p->facts), line;
    for (bool first = true; row < c->rows && str_cut(&rest, '\n', &line); first = false)
        for (bool head = true; row < c->rows && (line.len || head); head = false) {
            struct str part = str_take(line, text_fit_words(line, c->cols - 2, c->frame->ascii));
            canvas_text(c, row++, 1, c->cols - 2, str_trim(part), first ? ROLE_LABEL : ROLE_DIM, 0);
            line = part.len ? str_skip(line, part.len) : STR_NONE;
        }
}

static bool indexes_action(struct view *view, enum action action)
{
    bool used = grid_handle(&indexes_pane(view)->grid, action);
    remember_cursor(indexes_pane(view));
    return used;
}

static void indexes_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_indexes *p = indexes_pane(view);
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        indexes_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    } else if (at >= 0) {
        grid_go(&p->grid, at);
        remember_cursor(p);
        if (kind == INPUT_MOUSE_DOUBLE)
            run_open(view->app, view, STR_NONE);
    }
}

static void indexes_refresh(struct view *view)
{
    listing_refresh_table(&view->app->listing, buf_str(&indexes_pane(view)->table));
}

static void indexes_listed(struct view *view)
{
    grid_refit(&indexes_pane(view)->grid);
    keep_cursor(indexes_pane(view));
}

static void indexes_free(struct view *view)
{
    struct pane_indexes *p = indexes_pane(view);
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    buf_fini(&p->table);
    buf_fini(&p->cell);
    buf_fini(&p->facts);
    buf_fini(&p->kept);
    free(p);
}

static struct grid *indexes_grid(struct view *view)
{
    return &((struct pane_indexes *)view)->grid;
}

static const struct view_ops indexes_ops = {
    .context = "indexes",
    .commands = pane_indexes_commands,
    .title = indexes_title,
    .arrange = indexes_arrange,
    .draw = indexes_draw,
    .action = indexes_action,
    .grid = indexes_grid,
    .mouse = indexes_mouse,
    .refresh = indexes_refresh,
    .listed = indexes_listed,
    .free = indexes_free,
};

void pane_indexes_select(struct app *app, struct str index)
{
    struct view *view = app_main(app);
    if (view->ops != &indexes_ops)
        return;
    buf_clear(&indexes_pane(view)->kept);
    buf_add(&indexes_pane(view)->kept, index);
    keep_cursor(indexes_pane(view));
}

void pane_indexes_open(struct app *app, const struct client_table *table)
{
    struct pane_indexes *p = mem_new(struct pane_indexes);
    struct grid_source source = {.data = p, .rows = count_rows, .cell = put_cell};
    p->view = (struct view){.ops = &indexes_ops, .app = app};
    buf_add(&p->table, table->name);
    grid_init(&p->grid, &source);
    set_columns(p);
    for (uint32_t i = 0; i <= table->index_count; i++)
        if (is_browsed(p, index_of(p, i)))
            grid_go(&p->grid, i);
    remember_cursor(p);
    app_show_over(app, &p->view);
}
