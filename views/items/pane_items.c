/* SPDX-License-Identifier: MIT */
/*
 * The items pane. Rows come from the feed, through the order (filter, sort) to the grid; columns
 * are found from what the feed brings.
 *
 *   feed (window over the table) ─▶ order (rows shown) ─▶ grid ─▶ cell(row, column)
 *                        └─▶ columns
 *
 * While a filter or a sort is on, the window stands still: what is shown is what was loaded, and
 * the title says so.
 */
#include "views/items/pane_items.h"

#include "base/mem.h"
#include "tui/grid.h"
#include "views/app.h"
#include "views/cells.h"
#include "views/changes/pane_staged.h"
#include "views/confirm.h"
#include "views/contexts.h"
#include "views/items/columns.h"
#include "views/items/items_order.h"
#include "views/items/pane_items_impl.h"
#include "views/query/pane_query.h"
#include "views/tables/table_facts.h"
#include "views/words.h"

#include <stdlib.h>

/* ---- rows ---- */

static struct value items_item(const struct pane_items *p, int64_t row)
{
    if (row < 0 || (size_t)row >= items_order_rows(&p->order, &p->feed))
        return (struct value){0};
    return pane_items_live_item(p, feed_item(&p->feed, items_order_at(&p->order, (size_t)row)));
}

static void items_remember(struct pane_items *p)
{
    struct value item = items_item(p, p->grid.cursor);
    p->identity = item.type == VALUE_M ? browse_identity(p->feed.browse, item) : 0;
    pane_items_marks_follow(p);
}

/* Puts the cursor back on the remembered item, the screen scrolled as it was. */
static void items_restore(struct pane_items *p)
{
    int64_t offset = p->grid.cursor - p->grid.top;
    size_t rows = items_order_rows(&p->order, &p->feed);
    for (size_t i = 0; i < rows && p->identity; i++)
        if (browse_identity(p->feed.browse, items_item(p, (int64_t)i)) == p->identity) {
            grid_go(&p->grid, (int64_t)i);
            p->grid.top = (int64_t)i > offset ? (int64_t)i - offset : 0;
            return;
        }
    grid_go(&p->grid, p->grid.cursor);
}

/* Once, when one comes back. */
static void items_seek(struct pane_items *p)
{
    if (p->sought) {
        int64_t rows = p->grid.rows;
        p->identity = p->sought;
        items_restore(p);
        p->grid.top = p->grid.cursor < rows ? 0 : p->grid.cursor - rows / 2;
    }
    p->sought = 0;
}

/* Goes on with a movement that had come to the edge of what was loaded. */
static void items_pay(struct pane_items *p)
{
    int64_t last = (int64_t)p->feed.rows - 1;
    int64_t target = p->grid.cursor + p->owed;
    int64_t to = target < 0 ? 0 : target > last ? last : target;
    p->owed = target - to;
    grid_go(&p->grid, to);
    bool below = p->owed > 0;
    if (p->owed && (below ? feed_at_end(&p->feed) : feed_at_home(&p->feed)))
        p->owed = 0;
    if (p->owed)
        feed_reach(&p->feed, (size_t)to, (size_t)p->grid.rows, below);
}

static void items_feed_moved(struct pane_items *p, int64_t moved)
{
    if (items_order_on(&p->order)) {
        items_order_update(&p->order, &p->feed);
        items_restore(p);
        return;
    }
    if (moved)
        grid_rows_moved(&p->grid, 0, moved);
    if (p->owed && p->feed.rows)
        items_pay(p);
}

/* "budget of 10 units spent: PageDown reads on" */
static void items_add_spent(struct pane_items *p, struct buf *out)
{
    struct buf key = {0};
    const char *command = p->order.filter.len ? "find-next" : "page-down";
    app_key_of(p->view.app, &p->view, command, &key);
    buf_add(out, STR("budget of "));
    budget_put(out, backend_budget(worker_backend(p->feed.worker)));
    buf_printf(out, " units spent: %.*s reads on", STR_ARG(buf_str(&key)));
    buf_fini(&key);
}

static void items_say_spent(struct pane_items *p)
{
    struct buf text = {0};
    items_add_spent(p, &text);
    app_say(p->view.app, ROLE_STATUS_WARNING, "%s", buf_cstr(&text));
    buf_fini(&text);
}

static void items_found(struct pane_items *p, int64_t row)
{
    items_order_update(&p->order, &p->feed);
    size_t at = items_order_find(&p->order, &p->feed, (size_t)row);
    grid_go(&p->grid, at == SIZE_MAX ? 0 : (int64_t)at);
    buf_clear(&p->view.app->message);
}

/* What was asked is wrong in the service's eyes: to be mended where it was typed. */
static bool items_mend(const struct pane_items *p)
{
    struct err err = p->feed.err;
    bool refused = err.code == ERR_REFUSED && strcmp(err.name, "ValidationException") == 0;
    return refused && p->asked.len && !p->feed.page_count && p->view.app->focus == APP_MAIN &&
           pane_query_mend(p->view.app, p->feed.browse, buf_str(&p->asked), &err);
}

static void items_changed(void *context, enum feed_event event, int64_t moved)
{
    struct pane_items *p = context;
    if (event == FEED_REFRESHED)
        app_paint_soon(p->view.app);
    else
        p->view.app->dirty = true;
    items_columns_see(p);
    p->cached_row = -1;
    if (event == FEED_OPENED || event == FEED_ENDED || event == FEED_REFRESHED)
        items_live_read(&p->live);
    switch (event) {
    case FEED_OPENED:
        p->owed = 0;
        items_columns_sort(p);
        items_order_update(&p->order, &p->feed);
        grid_go(&p->grid, 0);
        items_seek(p);
        break;
    case FEED_ENDED:
        items_order_update(&p->order, &p->feed);
        grid_go(&p->grid, INT64_MAX);
        break;
    case FEED_MOVED:
        items_feed_moved(p, moved);
        break;
    case FEED_REFRESHED:
        items_order_update(&p->order, &p->feed);
        grid_rows_moved(&p->grid, 0, 0); /* columns may have to be wider */
        items_restore(p);
        items_seek(p);
        if (!p->feed.rows && !feed_at_home(&p->feed)) /* all that was behind the place is gone */
            feed_home(&p->feed);
        break;
    case FEED_FOUND:
        items_found(p, moved);
        break;
    case FEED_NOT_FOUND:
        app_say(p->view.app, ROLE_STATUS_WARNING, "not found from here to the end");
        break;
    case FEED_FAILED:
        if (p->feed.err.code != ERR_BUDGET && !items_mend(p))
            app_fail(p->view.app, &p->feed.err);
        break;
    }
    pane_items_marks_moved(p, event, moved);
    if (feed_spent(&p->feed) && !(feed_at_home(&p->feed) && feed_at_end(&p->feed)))
        items_say_spent(p);
    items_remember(p);
}

/* ---- the grid's source ---- */

static int64_t items_rows(void *data)
{
    struct pane_items *p = data;
    return (int64_t)items_order_rows(&p->order, &p->feed);
}

static enum role items_cell_role(const struct pane_items *p, int column, enum value_type type)
{
    enum role role = p->columns.states[column].role;
    return role == ROLE_TEXT ? cells_role(type) : role;
}

/* The date that a number means; of the TTL attribute, the time left. A slow line is spared dates.
 */
static void items_cell_note(
    struct pane_items *p, struct str name, struct value v, struct grid_cell *cell)
{
    const struct app *app = p->view.app;
    bool ttl = str_equal(name, p->feed.browse->table.ttl_attribute);
    int64_t ms;
    if (app->dates == EPOCH_OFF || (app->screen->slow && !ttl) ||
        !(ttl ? epoch_of_ttl(v, &ms) : epoch_of(name, v.data, &ms)))
        return;
    buf_clear(&p->note);
    if (ttl)
        epoch_add_left(&p->note, ms, clock_now_ms(app->options.clock));
    else
        epoch_add_brief(&p->note, ms, app->dates);
    cell->note = buf_str(&p->note);
    cell->note_role = ROLE_NOTE;
}

static void items_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_items *p = data;
    struct value v;
    (void)room;
    if (row != p->cached_row || p->cached_version != p->feed.version) {
        p->cached_item = items_item(p, row);
        p->cached_row = row;
        p->cached_version = p->feed.version;
        p->cached_mark =
            p->live.mark_count && p->cached_item.type == VALUE_M
                ? items_live_mark(&p->live, browse_identity(p->feed.browse, p->cached_item))
                : NULL;
    }
    if (p->cached_item.type != VALUE_M ||
        !value_find(p->cached_item, p->columns.list[column].name, &v))
        return;
    buf_clear(&p->cell);
    cells_add(&p->cell, v, false);
    cell->text = buf_str(&p->cell);
    if (v.type == VALUE_N)
        items_cell_note(p, p->columns.list[column].name, v, cell);
    cell->role = items_cell_role(p, column, v.type);
    cell->flags = v.type == VALUE_N ? CANVAS_RIGHT : 0;
    if (p->cached_mark)
        pane_items_live_cell(p, p->columns.list[column].name, v, cell);
    if (pane_staged_attribute(
            p->view.app, &p->feed.browse->table, p->cached_item, p->columns.list[column].name, v))
        cell->role = ROLE_CHANGED;
}

static unsigned items_flags(void *data, int64_t row)
{
    return pane_items_live_flags(data, row) | pane_items_marks_flags(data, row);
}

/* ---- browsing ---- */

void pane_items_browse(struct view *view, struct browse *browse)
{
    struct pane_items *p = (struct pane_items *)view;
    items_columns_keep(p);
    pane_items_marks_browse(p, browse);
    items_order_clear(&p->order);
    buf_clear(&p->asked);
    p->agreed = false;
    items_columns_open(p, browse);
    grid_columns_set(&p->grid, p->columns.list, p->columns.count);
    grid_refit(&p->grid);
    grid_go_column(&p->grid, 0);
    p->grid.left = 0;
    int rows, cols;
    screen_size(view->app->screen, &rows, &cols);
    /* first, so that nothing can happen unseen between the two; what lies over it follows itself */
    items_live_browse(&p->live, view->app->stream ? NULL : browse);
    p->cached_row = -1;
    size_t view_rows = (size_t)(rows > 0 ? rows : 1);
    if (!items_arrive(p, browse, view_rows))
        feed_open(&p->feed, browse, view_rows);
    view->app->dirty = true;
}

void pane_items_ask(struct view *view, struct browse *browse, struct str about)
{
    struct pane_items *p = (struct pane_items *)view;
    buf_clear(&p->about);
    buf_add(&p->about, about);
    pane_items_browse(view, browse);
    buf_clear(&p->asked);
    buf_add(&p->asked, about);
}

struct str pane_items_asked(const struct view *view)
{
    const struct pane_items *p = (const struct pane_items *)view;
    bool here = p->feed.browse && browse_narrowed(p->feed.browse);
    return here ? buf_str(&p->asked) : STR_NONE;
}

void pane_items_agree(struct view *view)
{
    ((struct pane_items *)view)->agreed = true;
}

static void items_agreed(struct app *app, void *context)
{
    pane_items_agree(app->items);
    app_run(app, str_from(context));
}

bool pane_items_may_read_on(struct pane_items *p, const char *command)
{
    struct buf text = {0};
    struct app *app = p->view.app;
    bool dear = !p->agreed && !p->feed.browse->query && !feed_at_end(&p->feed) &&
                pane_query_is_dear(app, p->feed.browse, &text);
    if (dear)
        confirm_open(app, &(struct confirm_spec){.title = STR("Scan"),
                              .text = buf_str(&text),
                              .context = (void *)(uintptr_t)command,
                              .yes = items_agreed});
    buf_fini(&text);
    return !dear;
}

void pane_items_close(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    items_columns_keep(p);
    pane_items_marks_browse(p, NULL);
    items_order_clear(&p->order);
    items_live_browse(&p->live, NULL);
    p->cached_row = -1;
    feed_close(&p->feed);
    p->columns.count = 0;
    grid_columns_set(&p->grid, p->columns.list, 0);
    grid_go(&p->grid, 0);
}

const struct browse *pane_items_browsed(const struct view *view)
{
    return ((const struct pane_items *)view)->feed.browse;
}

bool pane_items_waiting(const struct view *view)
{
    const struct pane_items *p = (const struct pane_items *)view;
    return feed_jumping(&p->feed);
}

struct value pane_items_current(const struct view *view)
{
    const struct pane_items *p = (const struct pane_items *)view;
    return items_item(p, p->grid.cursor);
}

struct str pane_items_column(const struct view *view, int nth)
{
    const struct pane_items *p = (const struct pane_items *)view;
    return nth >= 0 && nth < p->columns.count ? p->columns.list[nth].name : STR_NONE;
}

static struct value items_sampled(const void *data, size_t row)
{
    return feed_item(&((const struct pane_items *)data)->feed, row);
}

void pane_items_sample(const struct view *view, struct query_rows *out)
{
    const struct pane_items *p = (const struct pane_items *)view;
    bool fair = p->feed.browse && !browse_narrowed(p->feed.browse) && !p->feed.browse->index;
    *out = (struct query_rows){.data = p,
        .item = items_sampled,
        .count = p->feed.rows,
        .fair = fair,
        .all = fair && feed_at_home(&p->feed) && feed_at_end(&p->feed)};
}

/* ---- moving ---- */

/* Has `more` rows beyond what is shown, as far as a few milliseconds go: what is held down should
 * not stop short at the edge of what is loaded. */
static void items_reach(struct pane_items *p, int64_t more)
{
    struct app *app = p->view.app;
    for (bool asked = true; !items_order_on(&p->order); asked = false) {
        /* between two frames the cursor runs ahead of what the grid has scrolled to */
        int64_t bottom = p->grid.top + p->grid.rows, top = p->grid.top;
        bottom = bottom > p->grid.cursor ? bottom : p->grid.cursor + 1;
        top = top < p->grid.cursor ? top : p->grid.cursor;
        bool below = more > 0 && bottom + more > (int64_t)p->feed.rows && !feed_at_end(&p->feed);
        bool above = more < 0 && top + more < 0 && !feed_at_home(&p->feed);
        if (!below && !above)
            return;
        if (asked) /* by a key: what is spent then ends another action */
            feed_allow(&p->feed);
        feed_reach(&p->feed, below ? (size_t)(bottom + more - p->grid.rows) : 0,
            (size_t)p->grid.rows, below);
        if (!feed_reading(&p->feed) || !app_may_wait(app))
            return;
        app_wait(app);
    }
}

static int64_t items_distance(const struct pane_items *p, enum action action)
{
    switch (action) {
    case ACTION_DOWN:
    case ACTION_SCROLL_DOWN:
        return 1;
    case ACTION_UP:
    case ACTION_SCROLL_UP:
        return -1;
    case ACTION_PAGE_DOWN:
    case ACTION_HALF_DOWN:
        return p->grid.rows;
    case ACTION_PAGE_UP:
    case ACTION_HALF_UP:
        return -p->grid.rows;
    default:
        return 0;
    }
}

/* What a movement cannot do because the rows are still on their way is done when they come. */
static void items_owe(struct pane_items *p, enum action action)
{
    int64_t distance = items_distance(p, action), last = (int64_t)p->feed.rows - 1;
    if (action == ACTION_HALF_DOWN || action == ACTION_HALF_UP)
        distance /= 2;
    int64_t target = p->grid.cursor + distance;
    if ((distance > 0) != (p->owed > 0))
        p->owed = 0;
    if (!feed_reading(&p->feed))
        return;
    if (target > last && !feed_at_end(&p->feed))
        p->owed += target - last;
    else if (target < 0 && !feed_at_home(&p->feed))
        p->owed += target;
}

static bool items_action(struct view *view, enum action action)
{
    struct pane_items *p = (struct pane_items *)view;
    bool plain = !items_order_on(&p->order) && p->feed.browse;
    if (action == ACTION_TOP || action == ACTION_BOTTOM)
        p->owed = 0;
    bool far = (action == ACTION_TOP && !feed_at_home(&p->feed)) ||
               (action == ACTION_BOTTOM && !feed_at_end(&p->feed));
    plain = plain && !(far && pane_items_marks_stay(p));
    if (action == ACTION_TOP && plain && !feed_at_home(&p->feed)) {
        feed_home(&p->feed);
        return true;
    }
    if (action == ACTION_BOTTOM && plain && !feed_at_end(&p->feed)) {
        if (browse_narrowed(p->feed.browse) && !pane_items_may_read_on(p, "last"))
            return true;
        feed_end(&p->feed);
        return true;
    }
    if (p->feed.err.code == ERR_CANCELLED || p->feed.err.code == ERR_BUDGET)
        p->feed.err.code = ERR_NONE; /* moving on is asking for more */
    int64_t distance = items_distance(p, action);
    if (distance && plain)
        items_reach(p, distance);
    if (distance && plain)
        items_owe(p, action);
    else
        p->owed = 0;
    bool handled = grid_handle(&p->grid, action);
    p->columns.changed |= items_columns_action(action);
    items_remember(p);
    return handled;
}

bool pane_items_step(struct view *view, int step)
{
    struct pane_items *p = (struct pane_items *)view;
    int64_t was = p->grid.cursor;
    uint64_t identity = p->identity;
    items_action(view, step > 0 ? ACTION_DOWN : ACTION_UP);
    return p->grid.cursor != was || p->identity != identity;
}

/* ---- the view ---- */

static void items_filter_facts(struct pane_items *p, struct buf *out)
{
    struct buf next = {0}, back = {0};
    app_key_of(p->view.app, &p->view, "find-next", &next);
    app_key_of(p->view.app, &p->view, "back", &back);
    buf_printf(out, "%zu of the %zu loaded items contain %.*s · %.*s reads on · %.*s shows all",
        p->order.count, p->feed.rows, STR_ARG(buf_str(&p->order.filter)), STR_ARG(buf_str(&next)),
        STR_ARG(buf_str(&back)));
    buf_fini(&next);
    buf_fini(&back);
}

static void items_facts(struct view *view, struct buf *out)
{
    struct pane_items *p = (struct pane_items *)view;
    if (p->order.filter.len)
        items_filter_facts(p, out);
    else if (p->feed.browse && feed_spent(&p->feed) && !feed_at_end(&p->feed))
        items_add_spent(p, out);
    else if (p->feed.browse) {
        items_columns_facts(p, out);
        pane_items_reads(p, out);
        table_facts_line(out, &p->feed.browse->table, p->feed.browse->index);
    }
}

static bool items_no_tables(const struct app *app)
{
    return app->listing.listed && app->listing.count == 0;
}

static struct str items_no_table(const struct app *app)
{
    return items_no_tables(app) ? STR("") : STR("choose a table on the left");
}

/* Where there is nothing at all: how there comes to be something. */
static void items_draw_beginning(struct app *app, const struct canvas *c)
{
    struct buf key = {0};
    app_key_of(app, app->tables, "create-table", &key);
    canvas_printf(
        c, 1, 1, ROLE_TEXT, "%.*s in the list of tables makes one", STR_ARG(buf_str(&key)));
    canvas_put(c, 2, 1, ROLE_TEXT, "dynascope import TABLE FILE loads one");
    canvas_put(c, 3, 1, ROLE_TEXT, "dynascope demo has sample tables");
    canvas_put(c, 4, 1, ROLE_TEXT, ":connect goes to another connection");
    buf_fini(&key);
}

static void items_arrange(struct view *view, int rows, int cols)
{
    struct pane_items *p = (struct pane_items *)view;
    p->rows = rows;
    if (p->dates != view->app->dates)
        grid_refit(&p->grid); /* other notes */
    p->dates = view->app->dates;
    p->cached_row = -1; /* something may be staged by now */
    p->grid.focused = view->focused;
    /* beside another pane the terminal cannot scroll: fewer, longer steps send less */
    p->grid.flags = (view->app->gutter ? GRID_GUTTER : 0) |
                    (view->app->layout.single ? 0 : GRID_JUMP) |
                    (view->app->frame.ascii ? GRID_ASCII : 0);
    p->grid.search = buf_str(&p->order.filter);
    p->grid.empty = app_waiting(view->app) ? STR("")
                    : !p->feed.browse      ? items_no_table(view->app)
                    : p->feed.err.code     ? STR("could not be read")
                    : !p->feed.page_count  ? STR("")
                    : p->order.filter.len  ? STR("nothing that is loaded contains it")
                                           : STR("no items here");
    grid_arrange(&p->grid, rows, cols);
}

static void items_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_items *p = (const struct pane_items *)view;
    grid_draw(&p->grid, c);
    if (!p->feed.browse && items_no_tables(view->app) && !app_waiting(view->app))
        items_draw_beginning(view->app, c);
}

static void items_shown(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    if (!p->feed.browse)
        return;
    if (!items_order_on(&p->order))
        feed_look(&p->feed, (size_t)p->grid.top, (size_t)p->grid.rows);
    else if (view->app->options.watch_path && p->order.count < (size_t)p->grid.rows)
        feed_fill(&p->feed); /* a local store: reading costs nothing */
}

static void items_filter(struct view *view, struct str text)
{
    struct pane_items *p = (struct pane_items *)view;
    pane_items_marks_keep_range(p);
    buf_clear(&p->order.filter);
    buf_add(&p->order.filter, text);
    items_order_update(&p->order, &p->feed);
    items_restore(p);
}

static bool items_back(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    if (pane_items_marks_back(p, false))
        return true;
    if (items_order_on(&p->order)) {
        p->columns.changed |= p->order.direction != 0;
        items_order_clear(&p->order);
        pane_items_unsort(p);
        items_restore(p);
        return true;
    }
    if (pane_items_marks_back(p, true))
        return true;
    if (p->feed.browse && browse_narrowed(p->feed.browse)) {
        struct browse *scan = browse_scan(
            &p->feed.browse->table, p->feed.browse->index ? p->feed.browse->index->name : STR_NONE);
        buf_clear(&p->about);
        pane_items_browse(view, scan);
        browse_unref(scan);
        return true;
    }
    return false;
}

void pane_items_unsort(struct pane_items *p)
{
    for (int i = 0; i < p->columns.count; i++)
        p->columns.list[i].sorted = 0;
}

void pane_items_go_top(struct pane_items *p)
{
    grid_go(&p->grid, 0);
    items_remember(p);
}

static void items_refresh(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    p->feed.err.code = ERR_NONE;
    feed_refresh(&p->feed);
}

static void items_elsewhere(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    if (!items_live_knows(&p->live))
        items_refresh(view);
    else if (!view->app->loop) {
        items_live_settle(&p->live);
        items_live_written(&p->live);
    }
}

static void items_written(struct view *view)
{
    items_live_written(&((struct pane_items *)view)->live);
}

static bool items_cancel(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    return items_marked_cancel(p) || feed_cancel(&p->feed);
}

static void items_free(struct view *view)
{
    struct pane_items *p = (struct pane_items *)view;
    items_columns_keep(p);
    pane_items_live_fini(p);
    items_marked_fini(p);
    marking_fini(&p->marking);
    buf_fini(&p->report);
    buf_fini(&p->undo_file);
    buf_fini(&p->undone);
    buf_fini(&p->undo_table);
    feed_fini(&p->feed);
    columns_fini(&p->columns);
    items_order_fini(&p->order);
    buf_fini(&p->cell);
    buf_fini(&p->note);
    buf_fini(&p->columns_text);
    buf_fini(&p->about);
    items_arrival_fini(&p->arrival);
    buf_fini(&p->asked);
    free(p);
}

static void items_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_items *p = (struct pane_items *)view;
    int column = -1;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        items_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_SCROLL_UP : ACTION_SCROLL_DOWN);
        return;
    }
    if (column >= 0)
        grid_go_column(&p->grid, column);
    if (at >= 0) {
        grid_go(&p->grid, at);
        items_remember(p);
        if (kind == INPUT_MOUSE_DOUBLE)
            app_run(view->app, STR("open"));
    }
}

struct view *pane_items_new(struct app *app)
{
    static const struct view_ops ops = {
        .context = "items",
        .commands = items_commands,
        .title = pane_items_title,
        .facts = items_facts,
        .arrange = items_arrange,
        .draw = items_draw,
        .action = items_action,
        .mouse = items_mouse,
        .filter = items_filter,
        .back = items_back,
        .refresh = items_refresh,
        .written = items_written,
        .elsewhere = items_elsewhere,
        .cancel = items_cancel,
        .shown = items_shown,
        .free = items_free,
    };
    struct pane_items *p = mem_new(struct pane_items);
    p->view = (struct view){.ops = &ops, .app = app};
    struct grid_source source = {
        .data = p, .rows = items_rows, .cell = items_cell, .row_flags = items_flags};
    grid_init(&p->grid, &source);
    pane_items_live_init(p);
    feed_init(&p->feed, app->worker, p, items_changed);
    return &p->view;
}
