/* SPDX-License-Identifier: MIT */
/*
 * The view of a conflict. What is yours stays staged until it is written, so nothing that is done
 * here, and no way out of it, loses it.
 *
 *   attribute   loaded      theirs      yours       write
 *   amount      199         199         189         yours
 *   status      "PENDING"   "SHIPPED"   "PENDING"   theirs
 *   note        -           "a"         "b"         ?
 */
#include "views/changes/pane_conflict.h"

#include "base/mem.h"
#include "tui/grid.h"
#include "views/cells.h"
#include "views/changes/three_way.h"
#include "views/contexts.h"
#include "views/item/literal.h"
#include "views/items/browse.h"
#include "views/pane_text.h"

#include <stdlib.h>

enum conflict_column {
    CONFLICT_NAME,
    CONFLICT_LOADED,
    CONFLICT_THEIRS,
    CONFLICT_YOURS,
    CONFLICT_CHOICE,
    CONFLICT_COLUMNS
};

enum { CONFLICT_NARROW = 60 };

struct pane_conflict {
    struct view view;
    struct arena arena; /* the table and the key */
    struct client_table table;
    struct value key;
    struct str what;
    bool read;
    struct three_way merge;
    struct grid grid;
    struct grid_column columns[CONFLICT_COLUMNS];
    struct buf cell;
    struct task *task;
};

static struct pane_conflict *conflict_pane(struct view *view)
{
    return (struct pane_conflict *)view;
}

static struct staged_item *conflict_staged(const struct pane_conflict *p)
{
    return staged_find(&p->view.app->staged, &p->table, p->key);
}

/* ---- reading theirs ---- */

struct conflict_task {
    struct task task;
    struct str table;
    struct value key, item;
};

static bool conflict_work(struct task *task, struct client *client, struct err *err)
{
    struct conflict_task *t = (struct conflict_task *)task;
    return client_get(client, &task->arena, t->table, t->key, &t->item, err);
}

static void conflict_close(struct app *app, struct view *view)
{
    if (app_main(app) == view)
        app_back(app);
}

/* Whether all that is yours is theirs as well: after a crash perhaps you were that somebody. */
static bool conflict_is_nothing(const struct pane_conflict *p)
{
    struct buf merged = {0};
    bool there;
    three_way_merge(&p->merge, &merged, &there);
    bool same = there && value_equal(value_of(buf_str(&merged)), p->merge.theirs);
    buf_fini(&merged);
    if (p->merge.whole)
        return p->merge.theirs.type == p->merge.yours.type;
    return same && three_way_open(&p->merge) == 0;
}

/* Nothing to write: theirs it is. */
static void conflict_give_up(
    struct app *app, struct view *view, struct staged_item *item, const char *how)
{
    struct buf what = {0};
    buf_add(&what, item->what);
    staged_remove(&app->staged, item);
    conflict_close(app, view);
    pane_conflict_open(app, staged_conflict(&app->staged)); /* the next one */
    app_say(app, ROLE_STATUS_OK, "%.*s %s: nothing was written", STR_ARG(buf_str(&what)), how);
    buf_fini(&what);
    app_data_changed(app);
}

static void conflict_ended(struct task *task)
{
    struct conflict_task *t = (struct conflict_task *)task;
    struct pane_conflict *p = task->owner;
    struct staged_item *item = conflict_staged(p);
    p->task = NULL;
    p->view.app->dirty = true;
    if (!task->ok) {
        app_fail(p->view.app, &task->err);
        return;
    }
    p->read = true;
    three_way_fini(&p->merge);
    if (item)
        three_way_init(&p->merge, item->before, t->item, item->after);
    grid_refit(&p->grid);
    grid_go(&p->grid, 0);
    if (item && !item->writing && conflict_is_nothing(p))
        conflict_give_up(p->view.app, &p->view, item,
            p->merge.whole ? "is deleted already" : "is as you made it already");
}

static void conflict_load(struct view *view)
{
    struct pane_conflict *p = conflict_pane(view);
    if (p->task)
        return;
    struct conflict_task *t = task_new(sizeof *t, p, conflict_work, conflict_ended);
    t->table = arena_dup(&t->task.arena, p->table.name);
    t->key = value_of(arena_dup(&t->task.arena, p->key.encoded));
    p->task = &t->task;
    task_submit(&t->task, view->app->worker);
}

/* ---- commands ---- */

static bool conflict_is_read(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (conflict_pane(view)->read)
        return true;
    buf_add(why, STR("their version is still being read"));
    return false;
}

static bool conflict_by_row(struct app *app, struct view *view, struct buf *why)
{
    if (!conflict_is_read(app, view, why))
        return false;
    if (!conflict_pane(view)->merge.whole)
        return true;
    buf_add(why, STR("the item was deleted: it is theirs or yours as a whole"));
    return false;
}

static void conflict_run_theirs(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    three_way_choose_all(&conflict_pane(view)->merge, THREE_WAY_THEIRS);
}

static void conflict_run_yours(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    three_way_choose_all(&conflict_pane(view)->merge, THREE_WAY_YOURS);
}

static void conflict_run_toggle(struct app *app, struct view *view, struct str args)
{
    struct pane_conflict *p = conflict_pane(view);
    (void)app;
    (void)args;
    three_way_toggle(&p->merge, (size_t)p->grid.cursor);
}

struct conflict_edit {
    struct app *app;
    size_t row;
    enum value_type was;
};

static bool conflict_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct conflict_edit *edit = context;
    struct buf value = {0};
    struct view *main = app_main(app);
    bool ok = literal_parse(&value, text, edit->was, err);
    if (ok && strcmp(main->ops->context, "conflict") == 0)
        three_way_set(&conflict_pane(main)->merge, edit->row, value_of(buf_str(&value)));
    buf_fini(&value);
    return ok;
}

static void conflict_run_edit(struct app *app, struct view *view, struct str args)
{
    struct pane_conflict *p = conflict_pane(view);
    size_t row = (size_t)p->grid.cursor;
    struct buf label = {0}, text = {0};
    (void)args;
    if (row >= p->merge.count)
        return;
    const struct three_way_row *r = &p->merge.rows[row];
    struct value from = r->own.type ? r->own : r->yours.type ? r->yours : r->theirs;
    struct conflict_edit *edit = mem_new(struct conflict_edit);
    *edit = (struct conflict_edit){.app = app, .row = row, .was = from.type};
    buf_printf(&label, "%.*s = ", STR_ARG(r->name));
    if (from.type)
        literal_add(&text, from);
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .text = buf_str(&text),
                         .data = true,
                         .context = edit,
                         .history = &app->value_history,
                         .accept = conflict_accept,
                         .free = free});
    buf_fini(&label);
    buf_fini(&text);
}

static void conflict_run_write(struct app *app, struct view *view, struct str args)
{
    struct pane_conflict *p = conflict_pane(view);
    struct staged_item *item = conflict_staged(p);
    struct buf merged = {0};
    bool there;
    (void)args;
    size_t open = three_way_open(&p->merge);
    if (!item || item->writing) {
        app_say(app, ROLE_STATUS_WARNING, "%s",
            item ? "it is being written" : "it is not staged any more");
        return;
    }
    if (open) {
        app_say(app, ROLE_STATUS_WARNING,
            p->merge.whole ? "choose first: theirs, or yours"
                           : "both of you changed what stands with a ?: choose theirs or yours");
        return;
    }
    three_way_merge(&p->merge, &merged, &there);
    struct value after = there ? value_of(buf_str(&merged)) : (struct value){0};
    bool same =
        after.type == p->merge.theirs.type && (!there || value_equal(after, p->merge.theirs));
    if (same) {
        conflict_give_up(app, view, item, "stays as they made it");
    } else {
        staged_rebase(&app->staged, item, p->merge.theirs, after);
        item->verb = p->merge.theirs.type == VALUE_NONE ? "put again"
                     : after.type == VALUE_NONE         ? "deleted"
                                                        : "changed";
        conflict_close(app, view);
        journal_write(&app->journal, staged_entry(&app->staged, item, false));
    }
    buf_fini(&merged);
}

static void conflict_add_side(struct buf *out, const char *side, struct value v)
{
    buf_printf(out, "%s\n\n", side);
    if (v.type)
        literal_add_lines(out, v);
    else
        buf_add(out, STR("there is none"));
    buf_add(out, STR("\n\n"));
}

/* A row holds no more of a value than fits. */
static void conflict_run_view(struct app *app, struct view *view, struct str args)
{
    struct pane_conflict *p = conflict_pane(view);
    size_t row = (size_t)p->grid.cursor;
    struct buf text = {0};
    (void)args;
    if (row >= p->merge.count)
        return;
    const struct three_way_row *r = &p->merge.rows[row];
    conflict_add_side(&text, "LOADED", r->loaded);
    conflict_add_side(&text, "THEIRS", r->theirs);
    conflict_add_side(&text, "YOURS", r->yours);
    pane_text_open(app, r->name, buf_str(&text));
    buf_fini(&text);
}

static void conflict_run_leave(struct app *app, struct view *view, struct str args)
{
    struct pane_conflict *p = conflict_pane(view);
    struct buf what = {0};
    (void)args;
    buf_add(&what, p->what);
    conflict_close(app, view);
    app_say(app, ROLE_STATUS, "%.*s is left staged", STR_ARG(buf_str(&what)));
    buf_fini(&what);
}

const struct command pane_conflict_commands[] = {
    {.name = "write",
        .help = "write what is chosen, guarded by their version",
        .hint = "write this",
        .priority = 9,
        .flags = COMMAND_WRITES,
        .run = conflict_run_write,
        .enabled = conflict_is_read},
    {.name = "all-theirs",
        .help = "choose theirs in every row",
        .hint = "all theirs",
        .priority = 8,
        .run = conflict_run_theirs,
        .enabled = conflict_is_read},
    {.name = "all-yours",
        .help = "choose yours in every row",
        .hint = "all yours",
        .priority = 8,
        .run = conflict_run_yours,
        .enabled = conflict_is_read},
    {.name = "toggle",
        .help = "theirs or yours, in this row",
        .hint = "theirs/yours",
        .priority = 7,
        .run = conflict_run_toggle,
        .enabled = conflict_by_row},
    {.name = "edit",
        .help = "write another value in this row",
        .hint = "edit",
        .priority = 6,
        .run = conflict_run_edit,
        .enabled = conflict_by_row},
    {.name = "view",
        .help = "read the three values of this row in full",
        .hint = "read",
        .priority = 3,
        .run = conflict_run_view,
        .enabled = conflict_is_read},
    {.name = "leave",
        .help = "leave it staged, to be written or taken back later",
        .hint = "leave it staged",
        .priority = 9,
        .run = conflict_run_leave},
    {0},
};

/* ---- the view ---- */

static int64_t conflict_rows(void *data)
{
    return (int64_t)((struct pane_conflict *)data)->merge.count;
}

static void conflict_put(struct pane_conflict *p, struct value v)
{
    if (v.type)
        cells_add(&p->cell, v, true);
    else
        buf_add(&p->cell, STR("-"));
}

static const char *conflict_choice(const struct pane_conflict *p, const struct three_way_row *row)
{
    static const char *const words[] = {
        [THREE_WAY_OPEN] = "?", [THREE_WAY_THEIRS] = "theirs", [THREE_WAY_YOURS] = "yours"};
    return row->same && !p->merge.whole && row->choice != THREE_WAY_OWN ? "the same"
                                                                        : words[row->choice];
}

static void conflict_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_conflict *p = data;
    (void)room;
    if (row < 0 || (size_t)row >= p->merge.count)
        return;
    const struct three_way_row *r = &p->merge.rows[row];
    const struct value sides[] = {r->loaded, r->theirs, r->yours};
    buf_clear(&p->cell);
    cell->role = ROLE_TEXT;
    if (column == CONFLICT_NAME) {
        buf_add(&p->cell, r->name);
        cell->role = ROLE_LABEL;
    } else if (column < CONFLICT_CHOICE) {
        bool taken = (column == CONFLICT_THEIRS && r->choice == THREE_WAY_THEIRS) ||
                     (column == CONFLICT_YOURS && r->choice == THREE_WAY_YOURS);
        conflict_put(p, sides[column - CONFLICT_LOADED]);
        cell->role = taken ? ROLE_ADDED : column == CONFLICT_LOADED ? ROLE_DIM : ROLE_TEXT;
    } else if (r->choice == THREE_WAY_OWN) {
        conflict_put(p, r->own);
        cell->role = ROLE_ADDED;
    } else {
        buf_add(&p->cell, str_from(conflict_choice(p, r)));
        cell->role = r->choice == THREE_WAY_OPEN ? ROLE_WARNING : ROLE_ADDED;
    }
    cell->text = buf_str(&p->cell);
}

static void conflict_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_conflict *p = conflict_pane(view);
    bool deleted = p->read && p->merge.theirs.type == VALUE_NONE;
    buf_add(left, deleted ? STR("Deleted by someone else while you edited")
                          : STR("Changed by someone else while you edited"));
    buf_add(right, p->what);
}

static void conflict_facts(struct view *view, struct buf *out)
{
    struct pane_conflict *p = conflict_pane(view);
    const struct three_way *t = &p->merge;
    size_t open = three_way_open(t);
    if (!p->read)
        buf_add(out, STR("reading their version …"));
    else if (t->theirs.type == VALUE_NONE && t->yours.type == VALUE_NONE)
        buf_add(out, STR("both of you deleted it: nothing is left to do"));
    else if (t->theirs.type == VALUE_NONE)
        buf_add(out, STR("theirs: it stays deleted · yours: it is put again, as you made it"));
    else if (t->yours.type == VALUE_NONE)
        buf_add(out, STR("theirs: it stays, as they made it · yours: it is deleted all the same"));
    else if (open)
        buf_printf(out, "%zu to choose: both of you changed what stands with a ?", open);
    else
        buf_add(out, STR("what is nested goes as a whole: an attribute is theirs or yours"));
}

static void conflict_arrange(struct view *view, int rows, int cols)
{
    struct pane_conflict *p = conflict_pane(view);
    bool narrow = cols < CONFLICT_NARROW; /* what was loaded goes first */
    p->columns[CONFLICT_LOADED].hidden = narrow;
    for (int i = CONFLICT_LOADED; i <= CONFLICT_YOURS; i++)
        p->columns[i].max = (cols - 24) / (narrow ? 2 : 3) > 6 ? (cols - 24) / (narrow ? 2 : 3) : 6;
    p->grid.focused = view->focused;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.empty = p->read ? STR("the same on both sides: nothing is left to choose") : STR("");
    grid_arrange(&p->grid, rows, cols);
}

static void conflict_draw(const struct view *view, const struct canvas *c)
{
    grid_draw(&((const struct pane_conflict *)view)->grid, c);
}

static bool conflict_action(struct view *view, enum action action)
{
    return grid_handle(&conflict_pane(view)->grid, action);
}

static void conflict_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_conflict *p = conflict_pane(view);
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        conflict_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    else if (at >= 0)
        grid_go(&p->grid, at);
}

static bool conflict_cancel(struct view *view)
{
    struct pane_conflict *p = conflict_pane(view);
    bool running = p->task != NULL;
    task_forget(p->task);
    p->task = NULL;
    return running;
}

static void conflict_free(struct view *view)
{
    struct pane_conflict *p = conflict_pane(view);
    task_forget(p->task);
    three_way_fini(&p->merge);
    buf_fini(&p->cell);
    arena_fini(&p->arena);
    free(p);
}

static void conflict_columns(struct pane_conflict *p)
{
    static const struct str names[] = {
        STR("attribute"), STR("loaded"), STR("theirs"), STR("yours"), STR("write")};
    for (int i = 0; i < CONFLICT_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i], .frozen = i == CONFLICT_NAME};
    grid_columns_set(&p->grid, p->columns, CONFLICT_COLUMNS);
}

bool pane_conflict_open(struct app *app, struct staged_item *item)
{
    static const struct view_ops ops = {
        .context = "conflict",
        .commands = pane_conflict_commands,
        .title = conflict_title,
        .facts = conflict_facts,
        .arrange = conflict_arrange,
        .draw = conflict_draw,
        .action = conflict_action,
        .mouse = conflict_mouse,
        .refresh = conflict_load,
        .cancel = conflict_cancel,
        .free = conflict_free,
    };
    struct buf key = {0};
    struct value any = item && item->after.type ? item->after
                       : item                   ? item->before
                                                : (struct value){0};
    bool can = item && !app->overlay_count &&
               strcmp(app_main(app)->ops->context, "conflict") != 0 &&
               client_key_of(&item->table, any, &key);
    if (!can) {
        buf_fini(&key);
        return false;
    }
    struct pane_conflict *p = mem_new(struct pane_conflict);
    p->view = (struct view){.ops = &ops, .app = app};
    browse_copy_table(&p->arena, &item->table, &p->table);
    p->key = value_of(arena_dup(&p->arena, buf_str(&key)));
    p->what = arena_dup(&p->arena, item->what);
    buf_fini(&key);
    grid_init(
        &p->grid, &(struct grid_source){.data = p, .rows = conflict_rows, .cell = conflict_cell});
    conflict_columns(p);
    if (!app_show_over(app, &p->view))
        return false;
    item->conflict = false; /* it is looked at */
    conflict_load(&p->view);
    return true;
}
