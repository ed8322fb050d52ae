/* SPDX-License-Identifier: MIT */
/*
 * The tables pane: one row a table, indexes underneath where they are unfolded. Narrow, it shows
 * names and counts and, below, the facts of the table under the cursor; zoomed, all facts in
 * columns.
 *
 *     Customers      1,024
 *   ▾ Orders         1.2 M
 *       GSI1  status
 *   ▸ Sessions   ttl   311
 *   ──────────────────────
 *   Orders
 *   customerId S · orderId S
 *   1,204,113 items · 480 MB
 */
#include "views/tables/pane_tables.h"

#include "base/mem.h"
#include "tui/grid.h"
#include "tui/text.h"
#include "views/app.h"
#include "views/contexts.h"
#include "views/match.h"
#include "views/stream/pane_stream.h"
#include "views/tables/pane_indexes.h"
#include "views/tables/pane_table.h"
#include "views/tables/table_facts.h"
#include "views/tables/table_form.h"
#include "views/tables/table_work.h"
#include "views/tables/tables_admin.h"
#include "views/words.h"

#include <stdlib.h>

enum tables_column {
    TABLES_NAME,
    TABLES_COUNT,
    TABLES_SIZE,
    TABLES_KEYS,
    TABLES_STREAM,
    TABLES_TTL,
    TABLES_COLUMNS
};

enum { TABLES_WIDE = 64, TABLES_FACTS_ROWS = 7, TABLES_LOOK_MS = 2000, TABLES_LOOKS = 200 };

struct tables_row {
    size_t entry;
    int index; /* -1 = the table itself */
};

struct pane_tables {
    struct view view;
    struct grid grid;
    struct grid_column columns[TABLES_COLUMNS];
    struct tables_row *rows;
    size_t row_count;
    struct buf open; /* names of unfolded tables, each followed by a NUL */
    struct buf filter, cell, facts;
    struct buf awaited; /* a table that was made: the cursor goes there when it is listed */
    int timer;          /* looks again while a table is on its way, at most so often: */
    int looks;
    int facts_rows, cols;
    int name_cols, count_cols; /* what names and counts need */
};

/* ---- rows ---- */

static bool tables_is_open(const struct pane_tables *p, struct str name)
{
    struct str rest = buf_str(&p->open), one;
    while (str_cut(&rest, '\0', &one))
        if (str_equal(one, name))
            return true;
    return false;
}

static void tables_toggle(struct pane_tables *p, struct str name)
{
    struct buf left = {0};
    struct str rest = buf_str(&p->open), one;
    bool was = tables_is_open(p, name);
    while (str_cut(&rest, '\0', &one))
        if (one.len && !str_equal(one, name))
            buf_printf(&left, "%.*s%c", STR_ARG(one), 0);
    if (!was)
        buf_printf(&left, "%.*s%c", STR_ARG(name), 0);
    buf_fini(&p->open);
    p->open = left;
}

static const struct listing_entry *tables_entry(const struct pane_tables *p, int64_t row)
{
    const struct listing *c = &p->view.app->listing;
    if (row < 0 || (size_t)row >= p->row_count || p->rows[row].entry >= c->count)
        return NULL;
    return c->entries[p->rows[row].entry];
}

static const struct client_index *tables_index(const struct pane_tables *p, int64_t row)
{
    const struct listing_entry *e = tables_entry(p, row);
    return e && p->rows[row].index >= 0 ? &e->table.indexes[p->rows[row].index] : NULL;
}

static void tables_add_row(struct pane_tables *p, size_t entry, int index)
{
    if (p->row_count % 64 == 0)
        p->rows = mem_grow(p->rows, (p->row_count + 64) * sizeof *p->rows);
    p->rows[p->row_count++] = (struct tables_row){entry, index};
}

static void tables_build(struct pane_tables *p)
{
    const struct listing *c = &p->view.app->listing;
    struct str filter = buf_str(&p->filter);
    p->row_count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct listing_entry *e = c->entries[i];
        if (filter.len && !match_text(e->name, filter))
            continue;
        tables_add_row(p, i, -1);
        if (e->described && tables_is_open(p, e->name))
            for (uint32_t k = 0; k < e->table.index_count; k++)
                tables_add_row(p, i, (int)k);
    }
}

void pane_tables_select(struct view *view, struct str table)
{
    struct pane_tables *p = (struct pane_tables *)view;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct listing_entry *e = tables_entry(p, (int64_t)i);
        if (e && p->rows[i].index < 0 && str_equal(e->name, table))
            grid_go(&p->grid, (int64_t)i);
    }
}

static void tables_measure(struct pane_tables *p);

/* ---- tables that come and go ---- */

static const struct listing_entry *tables_under_way(const struct pane_tables *p)
{
    const struct listing *c = &p->view.app->listing;
    for (size_t i = 0; i < c->count; i++)
        if (c->entries[i]->described && !str_equal(c->entries[i]->table.status, STR("ACTIVE")))
            return c->entries[i];
    return NULL;
}

static void tables_look(void *data)
{
    struct pane_tables *p = data;
    const struct listing_entry *e = tables_under_way(p);
    p->timer = 0;
    if (e && str_equal(e->table.status, STR("DELETING")))
        listing_refresh(&p->view.app->listing);
    else if (e)
        listing_refresh_table(&p->view.app->listing, e->name);
}

static void tables_watch(struct pane_tables *p)
{
    struct loop *loop = p->view.app->loop;
    if (!tables_under_way(p))
        p->looks = 0;
    else if (loop && !p->timer && p->looks++ < TABLES_LOOKS)
        p->timer = loop_after(loop, TABLES_LOOK_MS, tables_look, p);
}

void pane_tables_update(struct view *view)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *at = tables_entry(p, p->grid.cursor);
    struct buf name = {0};
    int index = at ? p->rows[p->grid.cursor].index : -1;
    if (at)
        buf_add(&name, at->name);
    tables_build(p);
    tables_measure(p);
    pane_tables_select(view, buf_str(&name));
    const struct listing_entry *now = tables_entry(p, p->grid.cursor);
    if (index >= 0 && now && str_equal(now->name, buf_str(&name)))
        grid_go(&p->grid, p->grid.cursor + 1 + index);
    buf_fini(&name);
    if (p->awaited.len && listing_find(&view->app->listing, buf_str(&p->awaited))) {
        pane_tables_select(view, buf_str(&p->awaited));
        buf_clear(&p->awaited);
    }
    tables_watch(p);
}

void pane_tables_await(struct view *view, struct str table)
{
    struct pane_tables *p = (struct pane_tables *)view;
    buf_clear(&p->awaited);
    buf_add(&p->awaited, table);
}

/* ---- cells ---- */

static int64_t tables_rows(void *data)
{
    return (int64_t)((struct pane_tables *)data)->row_count;
}

static void tables_name_cell(struct pane_tables *p, const struct listing_entry *e,
    const struct client_index *index, struct grid_cell *cell)
{
    if (index) {
        buf_printf(&p->cell, "    %.*s", STR_ARG(index->name));
        cell->role = ROLE_DIM;
        return;
    }
    const char *fold = !e->described || !e->table.index_count ? "  "
                       : tables_is_open(p, e->name)           ? "▾ "
                                                              : "▸ ";
    buf_printf(&p->cell, "%s%.*s", fold, STR_ARG(e->name));
    bool active = e->described && !str_equal(e->table.status, STR("ACTIVE"));
    cell->role = active ? ROLE_WARNING : ROLE_TEXT;
}

/* Marks for what a table has beside its items stand before the count. */
static void tables_count_cell(struct pane_tables *p, const struct listing_entry *e,
    const struct client_index *index, struct grid_cell *cell)
{
    bool narrow = p->cols < TABLES_WIDE;
    if (narrow && !index && e->table.stream_view.len)
        buf_add(&p->cell, STR("~ "));
    if (narrow && !index && e->table.ttl_attribute.len)
        buf_add(&p->cell, STR("ttl "));
    words_count_short(&p->cell, index ? index->items : e->table.items);
    cell->flags = CANVAS_RIGHT;
    cell->role = ROLE_DIM;
}

static void tables_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_tables *p = data;
    const struct listing_entry *e = tables_entry(p, row);
    const struct client_index *index = tables_index(p, row);
    (void)room;
    buf_clear(&p->cell);
    cell->role = index ? ROLE_DIM : ROLE_TEXT;
    if (!e)
        return;
    if (column == TABLES_NAME)
        tables_name_cell(p, e, index, cell);
    else if (!e->described)
        return;
    else if (column == TABLES_COUNT)
        tables_count_cell(p, e, index, cell);
    else if (column == TABLES_SIZE)
        words_bytes(&p->cell, index ? index->bytes : e->table.bytes);
    else if (column == TABLES_KEYS)
        table_facts_keys(&p->cell, &e->table, index);
    else if (column == TABLES_STREAM && !index)
        buf_add(&p->cell, e->table.stream_view);
    else if (column == TABLES_STREAM)
        buf_add(&p->cell, index->projection);
    else if (column == TABLES_TTL && !index)
        buf_add(&p->cell, e->table.ttl_attribute);
    if (column == TABLES_SIZE)
        cell->flags = CANVAS_RIGHT;
    cell->text = buf_str(&p->cell);
}

/* Measured when the rows change, not for each frame: there may be thousands. */
static void tables_measure(struct pane_tables *p)
{
    int cols = p->cols;
    p->cols = 0; /* as narrow as it gets: that is where it matters */
    p->name_cols = 0;
    p->count_cols = 3;
    for (size_t i = 0; i < p->row_count; i++) {
        struct grid_cell cell = {0};
        tables_cell(p, (int64_t)i, TABLES_COUNT, 16, &cell);
        int count = text_columns(cell.text, 16, false);
        int name = 2 + text_columns(tables_entry(p, (int64_t)i)->name, 40, false);
        p->count_cols = count > p->count_cols ? count : p->count_cols;
        p->name_cols = name > p->name_cols ? name : p->name_cols;
    }
    p->cols = cols;
}

int pane_tables_cols(const struct view *view)
{
    const struct pane_tables *p = (const struct pane_tables *)view;
    return p->name_cols + p->count_cols + GRID_GAP + 2;
}

static void tables_columns(struct pane_tables *p)
{
    static const struct {
        struct str name;
        unsigned char flags;
    } names[TABLES_COLUMNS] = {
        [TABLES_NAME] = {STR("table"), 0},
        [TABLES_COUNT] = {STR("items"), CANVAS_RIGHT},
        [TABLES_SIZE] = {STR("size"), CANVAS_RIGHT},
        [TABLES_KEYS] = {STR("keys"), 0},
        [TABLES_STREAM] = {STR("stream"), 0},
        [TABLES_TTL] = {STR("ttl"), 0},
    };
    for (int i = 0; i < TABLES_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i].name,
            .header = i == TABLES_NAME ? ROLE_HEADER_KEY : ROLE_HEADER,
            .flags = names[i].flags,
            .frozen = i == TABLES_NAME};
    grid_columns_set(&p->grid, p->columns, TABLES_COLUMNS);
}

/* ---- the view ---- */

static void tables_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_tables *p = (struct pane_tables *)view;
    buf_add(left, STR("Tables"));
    if (p->filter.len)
        buf_printf(left, "  /%.*s", STR_ARG(buf_str(&p->filter)));
    if (view->app->layout.single)
        words_count(right, (int64_t)view->app->listing.count);
}

static void tables_facts(struct view *view, struct buf *out)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *e = tables_entry(p, p->grid.cursor);
    if (e && e->described)
        table_facts_line(out, &e->table, tables_index(p, p->grid.cursor));
}

static void tables_arrange(struct view *view, int rows, int cols)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *e = tables_entry(p, p->grid.cursor);
    bool wide = cols >= TABLES_WIDE;
    p->cols = cols;
    p->facts_rows = !wide && rows >= 16 && e && e->described ? TABLES_FACTS_ROWS : 0;
    buf_clear(&p->facts);
    if (p->facts_rows)
        table_facts_block(&p->facts, &e->table, tables_index(p, p->grid.cursor));
    for (int i = TABLES_SIZE; i < TABLES_COLUMNS; i++)
        p->columns[i].hidden = !wide;
    /* narrow: the count stands at the pane's right edge */
    p->columns[TABLES_NAME].frozen = wide; /* what is frozen leaves a third to the others */
    int count_cols = p->count_cols;
    p->columns[TABLES_NAME].width = wide ? 0 : cols - count_cols - GRID_GAP - 2;
    if (p->columns[TABLES_NAME].width < 6 && !wide)
        p->columns[TABLES_NAME].width = 6;
    p->columns[TABLES_COUNT].width = wide ? 0 : count_cols;
    p->grid.flags = (wide ? 0 : GRID_NO_HEADER) | (view->app->gutter ? GRID_GUTTER : 0) |
                    (view->app->layout.single ? 0 : GRID_JUMP);
    p->grid.focused = view->focused;
    p->grid.search = buf_str(&p->filter);
    p->grid.empty = !view->app->listing.listed ? STR("")
                    : p->filter.len            ? STR("no table matches")
                                               : STR("no tables yet");
    grid_arrange(&p->grid, rows - p->facts_rows, cols);
}

static void tables_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_tables *p = (const struct pane_tables *)view;
    struct canvas top = canvas_sub(c, 0, 0, c->rows - p->facts_rows, c->cols);
    grid_draw(&p->grid, &top);
    if (!p->facts_rows)
        return;
    int row = c->rows - p->facts_rows;
    canvas_hline(c, row++, 0, c->cols, ROLE_BORDER);
    struct str rest = buf_str(&p->facts), line;
    for (bool first = true; row < c->rows && str_cut(&rest, '\n', &line); row++, first = false)
        canvas_text(c, row, 1, c->cols - 2, line, first ? ROLE_LABEL : ROLE_DIM, 0);
}

static bool tables_action(struct view *view, enum action action)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *e = tables_entry(p, p->grid.cursor);
    bool fold = action == ACTION_FOLD, unfold = action == ACTION_UNFOLD;
    if (e && (fold || unfold || action == ACTION_FOLD_TOGGLE)) {
        if (action == ACTION_FOLD_TOGGLE || fold == tables_is_open(p, e->name))
            tables_toggle(p, e->name);
        if (fold)
            p->grid.cursor -= p->rows[p->grid.cursor].index + 1;
        pane_tables_update(view);
        return true;
    }
    return grid_handle(&p->grid, action);
}

static void tables_filter(struct view *view, struct str text)
{
    struct pane_tables *p = (struct pane_tables *)view;
    buf_clear(&p->filter);
    buf_add(&p->filter, text);
    pane_tables_update(view);
}

static bool tables_back(struct view *view)
{
    struct pane_tables *p = (struct pane_tables *)view;
    if (!p->filter.len)
        return false;
    tables_filter(view, STR_NONE);
    return true;
}

static void tables_refresh(struct view *view)
{
    listing_refresh(&view->app->listing);
}

static void tables_free(struct view *view)
{
    struct pane_tables *p = (struct pane_tables *)view;
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    free(p->rows);
    buf_fini(&p->open);
    buf_fini(&p->filter);
    buf_fini(&p->cell);
    buf_fini(&p->facts);
    buf_fini(&p->awaited);
    free(p);
}

/* ---- commands ---- */

static void tables_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *e = tables_entry(p, p->grid.cursor);
    const struct client_index *index = tables_index(p, p->grid.cursor);
    (void)args;
    if (e)
        app_open_table(app, e->name, index ? index->name : STR_NONE);
}

static bool tables_has_row(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    struct pane_tables *p = (struct pane_tables *)view;
    if (tables_entry(p, p->grid.cursor))
        return true;
    buf_add(why, STR("there is no table here"));
    return false;
}

static void tables_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct listing_entry *e = tables_entry(p, p->grid.cursor);
    (void)args;
    if (e)
        app_copy(app, e->name, STR("the table's name"));
}

static void tables_run_stream(struct app *app, struct view *view, struct str args)
{
    struct pane_tables *p = (struct pane_tables *)view;
    pane_stream_run(app, &tables_entry(p, p->grid.cursor)->table, args);
}

static bool tables_is_described(struct app *app, struct view *view, struct buf *why)
{
    struct pane_tables *p = (struct pane_tables *)view;
    if (!tables_has_row(app, view, why))
        return false;
    if (tables_entry(p, p->grid.cursor)->described)
        return true;
    buf_add(why, STR("the table is not described yet"));
    return false;
}

static const struct client_table *tables_current(struct view *view)
{
    struct pane_tables *p = (struct pane_tables *)view;
    return &tables_entry(p, p->grid.cursor)->table;
}

static void tables_run_indexes(struct app *app, struct view *view, struct str args)
{
    struct pane_tables *p = (struct pane_tables *)view;
    const struct client_index *index = tables_index(p, p->grid.cursor);
    (void)args;
    pane_indexes_open(app, tables_current(view));
    if (index)
        pane_indexes_select(app, index->name);
}

static void tables_run_describe(struct app *app, struct view *view, struct str args)
{
    struct pane_tables *p = (struct pane_tables *)view;
    (void)args;
    pane_table_open(app, tables_entry(p, p->grid.cursor)->name);
}

static void tables_run_create(struct app *app, struct view *view, struct str args)
{
    (void)view;
    if (args.len)
        tables_admin_create(app, args);
    else
        table_form_create(app, STR_NONE);
}

static void tables_run_change(struct app *app, struct view *view, struct str args)
{
    (void)args;
    table_form_change(app, tables_current(view)->name);
}

static void tables_run_duplicate(struct app *app, struct view *view, struct str args)
{
    table_work_duplicate(app, tables_current(view), args);
}

static void tables_run_purge(struct app *app, struct view *view, struct str args)
{
    (void)args;
    table_work_purge(app, tables_current(view));
}

static void tables_run_delete(struct app *app, struct view *view, struct str args)
{
    (void)args;
    tables_admin_delete(app, tables_current(view));
}

const struct command pane_tables_commands[] = {
    {.name = "open",
        .help = "browse the items of the table or index",
        .hint = "open",
        .priority = 9,
        .run = tables_run_open,
        .enabled = tables_has_row},
    {.name = "indexes",
        .help = "the table's indexes: their state, create, delete",
        .hint = "indexes",
        .priority = 5,
        .run = tables_run_indexes,
        .enabled = tables_is_described},
    {.name = "describe",
        .help = "all that is known of the table",
        .hint = "table",
        .priority = 3,
        .run = tables_run_describe,
        .enabled = tables_has_row},
    {.name = "stream",
        .args = "[VIEW-TYPE|TABLE…|*]",
        .help = "watch the table's changes as they come",
        .hint = "stream",
        .priority = 4,
        .run = tables_run_stream,
        .enabled = tables_is_described,
        .complete = pane_stream_complete},
    {.name = "create-table",
        .args = "[NAME]",
        .help = "create a table: in a form, or with a name in the editor",
        .hint = "create",
        .priority = 5,
        .flags = COMMAND_WRITES,
        .run = tables_run_create},
    {.name = "change-table",
        .help = "change throughput, stream, time to live, protection, tags",
        .hint = "change",
        .priority = 2,
        .flags = COMMAND_WRITES,
        .run = tables_run_change,
        .enabled = tables_is_described},
    {.name = "duplicate-table",
        .args = "[NAME]",
        .help = "make a table like it, with its items",
        .hint = "duplicate",
        .priority = 1,
        .flags = COMMAND_WRITES,
        .run = tables_run_duplicate,
        .enabled = tables_is_described},
    {.name = "purge-table",
        .help = "delete all its items, by typing its name",
        .hint = "purge",
        .priority = 1,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = tables_run_purge,
        .enabled = tables_is_described},
    {.name = "delete-table",
        .help = "delete the table, by typing its name",
        .hint = "delete",
        .priority = 2,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = tables_run_delete,
        .enabled = tables_is_described},
    {.name = "copy",
        .help = "copy the table's name",
        .run = tables_run_copy,
        .enabled = tables_has_row},
    {0},
};

static void tables_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_tables *p = (struct pane_tables *)view;
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        grid_handle(&p->grid, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    } else if (at >= 0) {
        grid_go(&p->grid, at);
        if (kind == INPUT_MOUSE_DOUBLE)
            tables_run_open(view->app, view, STR_NONE);
    }
}

static const struct view_ops tables_ops = {
    .context = "tables",
    .commands = pane_tables_commands,
    .title = tables_title,
    .facts = tables_facts,
    .arrange = tables_arrange,
    .draw = tables_draw,
    .action = tables_action,
    .mouse = tables_mouse,
    .filter = tables_filter,
    .back = tables_back,
    .refresh = tables_refresh,
    .free = tables_free,
};

struct view *pane_tables_new(struct app *app)
{
    struct pane_tables *p = mem_new(struct pane_tables);
    p->view = (struct view){.ops = &tables_ops, .app = app};
    struct grid_source source = {.data = p, .rows = tables_rows, .cell = tables_cell};
    grid_init(&p->grid, &source);
    tables_columns(p);
    return &p->view;
}
