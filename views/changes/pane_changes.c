/* SPDX-License-Identifier: MIT */
/*
 * A list over a text about the row under the cursor. Must not know what the rows are: that is the
 * source's.
 *
 *     time      state   what
 *   ▸ 12:01:33  done    changed amount of C101 · O5001
 *     11:58:02  undone  deleted C102 · O9001
 *   ──────────────────────────────────────────────────
 *     amount  199 → 189
 */
#include "views/changes/pane_changes_impl.h"

#include "base/mem.h"
#include "views/contexts.h"
#include "views/pane_text.h"
#include "views/words.h"

#include <stdlib.h>

enum { CHANGES_SPLIT_FROM = 9 }; /* rows from which both are shown */

static struct pane_changes *changes_pane(struct view *view)
{
    return (struct pane_changes *)view;
}

static size_t changes_row(struct pane_changes *p)
{
    return (size_t)p->grid.cursor;
}

void pane_changes_time(struct pane_changes *p, int64_t time_ms, struct buf *out)
{
    struct buf now = {0}, then = {0};
    words_utc(&then, time_ms);
    words_utc(&now, clock_now_ms(p->view.app->options.clock));
    bool today = str_equal(str_take(buf_str(&now), 10), str_take(buf_str(&then), 10));
    if (!today)
        buf_add(out, str_take(buf_str(&then), 16));
    else
        buf_printf(out, "%.*s:%02d", STR_ARG(str_take(str_skip(buf_str(&then), 11), 5)),
            (int)(time_ms / 1000 % 60));
    buf_fini(&now);
    buf_fini(&then);
}

/* ---- commands ---- */

static bool changes_has_row(struct app *app, struct view *view, struct buf *why)
{
    struct pane_changes *p = changes_pane(view);
    (void)app;
    if (changes_row(p) < p->source->count(p))
        return true;
    buf_add(why, str_from(p->source->empty));
    return false;
}

static bool changes_needs(struct app *app, struct view *view, bool there, struct buf *why)
{
    if (!there)
        buf_add(why, STR("that makes no sense in this list"));
    return there && changes_has_row(app, view, why);
}

static bool changes_can_back(struct app *app, struct view *view, struct buf *why)
{
    return changes_needs(app, view, changes_pane(view)->source->back != NULL, why);
}

static bool changes_can_again(struct app *app, struct view *view, struct buf *why)
{
    return changes_needs(app, view, changes_pane(view)->source->again != NULL, why);
}

static bool changes_can_commit(struct app *app, struct view *view, struct buf *why)
{
    return changes_needs(app, view, changes_pane(view)->source->commit != NULL, why);
}

static bool changes_can_revert(struct app *app, struct view *view, struct buf *why)
{
    return changes_needs(app, view, changes_pane(view)->source->revert != NULL, why);
}

static void changes_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    struct buf title = {0}, text = {0};
    (void)args;
    p->source->cell(p, changes_row(p), CHANGES_WHAT, &title);
    p->source->preview(p, changes_row(p), &text);
    pane_text_open(app, buf_str(&title), buf_str(&text));
    buf_fini(&title);
    buf_fini(&text);
}

static void changes_run_back(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    (void)app;
    (void)args;
    p->source->back(p, changes_row(p));
}

static void changes_run_again(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    (void)app;
    (void)args;
    p->source->again(p, changes_row(p));
}

static void changes_run_write(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    (void)app;
    p->source->commit(p, str_equal(args, STR("together")));
}

static void changes_run_revert(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    (void)app;
    (void)args;
    p->source->revert(p, changes_row(p));
}

static void changes_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_changes *p = changes_pane(view);
    (void)args;
    app_copy(app, buf_str(&p->shown), STR("what is shown below"));
}

static void changes_run_read(struct app *app, struct view *view, struct str args)
{
    (void)app;
    pager_handle(
        &changes_pane(view)->pager, str_equal(args, STR("up")) ? ACTION_HALF_UP : ACTION_HALF_DOWN);
}

const struct command pane_changes_commands[] = {
    {.name = "open",
        .help = "read it in full",
        .hint = "read",
        .priority = 6,
        .run = changes_run_open,
        .enabled = changes_has_row},
    {.name = "commit",
        .args = "[together]",
        .help = "write what is staged; together: as one transaction",
        .hint = "write",
        .priority = 9,
        .flags = COMMAND_WRITES,
        .run = changes_run_write,
        .enabled = changes_can_commit},
    {.name = "take-back",
        .help = "take this change back",
        .hint = "take back",
        .priority = 8,
        .flags = COMMAND_WRITES,
        .run = changes_run_back,
        .enabled = changes_can_back},
    {.name = "make-again",
        .help = "make a change again that was taken back",
        .hint = "again",
        .priority = 7,
        .flags = COMMAND_WRITES,
        .run = changes_run_again,
        .enabled = changes_can_again},
    {.name = "revert",
        .help = "put the item back to this version, after asking",
        .hint = "revert to this",
        .priority = 8,
        .flags = COMMAND_WRITES,
        .run = changes_run_revert,
        .enabled = changes_can_revert},
    {.name = "read", .args = "[up]", .help = "scroll the text below", .run = changes_run_read},
    {.name = "copy",
        .help = "copy the text below",
        .hint = "copy",
        .priority = 3,
        .run = changes_run_copy,
        .enabled = changes_has_row},
    {0},
};

/* ---- the view ---- */

static int64_t changes_rows(void *data)
{
    struct pane_changes *p = data;
    return (int64_t)p->source->count(p);
}

static void changes_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_changes *p = data;
    (void)room;
    buf_clear(&p->cell);
    p->source->cell(p, (size_t)row, (enum changes_column)column, &p->cell);
    cell->text = buf_str(&p->cell);
    cell->role = p->source->role(p, (size_t)row, (enum changes_column)column);
}

static void changes_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_changes *p = changes_pane(view);
    p->source->title(p, left, right);
}

static void changes_facts(struct view *view, struct buf *out)
{
    struct pane_changes *p = changes_pane(view);
    if (p->source->facts)
        p->source->facts(p, out);
}

/* The text is made anew in each frame; the pager keeps its place while it stays the same. */
static void changes_see(struct pane_changes *p)
{
    buf_clear(&p->text);
    if (changes_row(p) < p->source->count(p))
        p->source->preview(p, changes_row(p), &p->text);
    if (str_equal(buf_str(&p->text), buf_str(&p->shown)))
        return;
    buf_clear(&p->shown);
    buf_add(&p->shown, buf_str(&p->text));
    p->pager.top = 0;
    pager_set(&p->pager, buf_str(&p->shown));
}

static void changes_arrange(struct view *view, int rows, int cols)
{
    struct pane_changes *p = changes_pane(view);
    int wanted = (int)p->source->count(p) + 1;
    int most = rows / 2 > 4 ? rows / 2 : 4;
    p->list_rows = rows < CHANGES_SPLIT_FROM ? rows : wanted < most ? wanted : most;
    p->grid.focused = view->focused;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.empty = str_from(p->source->empty);
    if (p->list_rows < 2)
        p->list_rows = 2;
    grid_arrange(&p->grid, p->list_rows, cols);
    changes_see(p);
    p->pager.ascii = view->app->frame.ascii;
    pager_arrange(&p->pager, rows > p->list_rows + 1 ? rows - p->list_rows - 1 : 0, cols - 2);
}

static void changes_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_changes *p = (const struct pane_changes *)view;
    struct canvas list = canvas_sub(c, 0, 0, p->list_rows, c->cols);
    grid_draw(&p->grid, &list);
    if (c->rows <= p->list_rows + 1)
        return;
    canvas_hline(c, p->list_rows, 0, c->cols, ROLE_BORDER);
    struct canvas text =
        canvas_sub(c, p->list_rows + 1, 1, c->rows - p->list_rows - 1, c->cols - 2);
    pager_draw(&p->pager, &text);
}

static bool changes_action(struct view *view, enum action action)
{
    return grid_handle(&changes_pane(view)->grid, action);
}

static void changes_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_changes *p = changes_pane(view);
    int column;
    bool below = row > p->list_rows;
    int64_t at = below ? -1 : grid_row_at(&p->grid, row, col, &column);
    enum action action = kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN;
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        below ? (void)pager_handle(&p->pager, action) : (void)changes_action(view, action);
    else if (at >= 0)
        grid_go(&p->grid, at);
}

static void changes_refresh(struct view *view)
{
    struct pane_changes *p = changes_pane(view);
    if (p->source->refresh)
        p->source->refresh(p);
}

static void changes_elsewhere(struct view *view)
{
    (void)view; /* nothing here is of the data as it is now */
}

static bool changes_cancel(struct view *view)
{
    struct pane_changes *p = changes_pane(view);
    return p->source->cancel && p->source->cancel(p);
}

static void changes_free(struct view *view)
{
    struct pane_changes *p = changes_pane(view);
    if (p->source->free)
        p->source->free(p);
    pager_fini(&p->pager);
    buf_fini(&p->cell);
    buf_fini(&p->text);
    buf_fini(&p->shown);
    free(p);
}

static struct grid *changes_grid(struct view *view)
{
    return &((struct pane_changes *)view)->grid;
}

struct pane_changes *pane_changes_new(
    struct app *app, const struct changes_source *source, void *data)
{
    static const struct view_ops ops = {
        .context = "changes",
        .commands = pane_changes_commands,
        .title = changes_title,
        .facts = changes_facts,
        .arrange = changes_arrange,
        .draw = changes_draw,
        .action = changes_action,
        .grid = changes_grid,
        .mouse = changes_mouse,
        .refresh = changes_refresh,
        .elsewhere = changes_elsewhere,
        .cancel = changes_cancel,
        .free = changes_free,
    };
    static const struct str names[] = {STR("time"), STR("state"), STR("what")};
    struct pane_changes *p = mem_new(struct pane_changes);
    p->view = (struct view){.ops = &ops, .app = app};
    p->source = source;
    p->data = data;
    for (int i = 0; i < CHANGES_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .hidden = i == CHANGES_TIME && source->timeless,
            .min = i == CHANGES_STATE ? 10 : 0,
            .max = i == CHANGES_WHAT ? 200 : 0};
    grid_init(
        &p->grid, &(struct grid_source){.data = p, .rows = changes_rows, .cell = changes_cell});
    grid_columns_set(&p->grid, p->columns, CHANGES_COLUMNS);
    pager_init(&p->pager);
    p->pager.wrap = true;
    return p;
}
