/* SPDX-License-Identifier: MIT */
/*
 * A dialog around the list widget. Must not know what is chosen from it.
 */
#include "views/menu.h"

#include "base/mem.h"
#include "tui/list.h"
#include "views/app.h"
#include "views/contexts.h"

#include <stdlib.h>

struct menu {
    struct view view;
    struct arena arena;
    struct menu_row *rows;
    int count, room;
    struct list list;
    struct buf heading, filter;
    struct str title;
    void (*accept)(struct app *app, struct str value);
    void (*moved)(struct app *app, struct str value);                     /* or NULL */
    void (*edit)(struct app *app, struct str value, enum menu_edit what); /* likewise */
};

struct arena *menu_arena(struct menu *menu)
{
    return &menu->arena;
}

void menu_add(struct menu *menu, const struct menu_row *row)
{
    if (menu->count == menu->room) {
        menu->room = menu->room ? 2 * menu->room : 64;
        menu->rows = mem_grow(menu->rows, (size_t)menu->room * sizeof *menu->rows);
    }
    struct menu_row *copy = &menu->rows[menu->count++];
    *copy = *row;
    copy->text = arena_dup(&menu->arena, row->text);
    copy->right = arena_dup(&menu->arena, row->right);
    copy->value = arena_dup(&menu->arena, row->value);
}

/* ---- the view ---- */

static int menu_count(void *data)
{
    return ((struct menu *)data)->count;
}

static void menu_entry(void *data, int index, struct list_entry *entry)
{
    const struct menu_row *row = &((struct menu *)data)->rows[index];
    entry->text = row->text;
    entry->right = row->right;
    entry->right_role = ROLE_MENU_KEY;
    entry->heading = row->heading;
    entry->disabled = row->disabled;
    entry->name = row->name;
    entry->lift = row->lift;
    entry->role = row->disabled ? ROLE_MENU_DISABLED : ROLE_MENU;
}

static int menu_rows(const struct menu *menu, int rows)
{
    int wanted = menu->count + 2, most = rows > 8 ? rows - 2 : rows;
    return wanted < most ? wanted : most;
}

static int menu_cols(int cols)
{
    return cols > 100 ? 96 : cols > 44 ? cols - 4 : cols;
}

static void menu_arrange(struct view *view, int rows, int cols)
{
    struct menu *menu = (struct menu *)view;
    buf_clear(&menu->heading);
    buf_add(&menu->heading, menu->title);
    if (menu->filter.len)
        buf_printf(&menu->heading, ": %.*s", STR_ARG(buf_str(&menu->filter)));
    menu->list.focused = true;
    menu->list.gutter = view->app->gutter;
    list_arrange(&menu->list, menu_rows(menu, rows) - 2, menu_cols(cols) - 4);
}

static void menu_draw(const struct view *view, const struct canvas *c)
{
    const struct menu *menu = (const struct menu *)view;
    struct canvas inside = canvas_dialog(c, menu_rows(menu, c->rows), menu_cols(c->cols),
        buf_str(&menu->heading), ROLE_DIALOG_TITLE);
    list_draw(&menu->list, &inside);
}

static void menu_drop_last(struct buf *text)
{
    if (text->len)
        text->len--;
    while (text->len && ((unsigned char)text->at[text->len] & 0xc0) == 0x80)
        text->len--;
}

static void menu_tell(struct menu *menu)
{
    int selected = list_selected(&menu->list);
    if (menu->moved)
        menu->moved(menu->view.app, selected < 0 ? STR_NONE : menu->rows[selected].value);
}

static bool menu_move(struct menu *menu, enum action action)
{
    bool done = list_handle(&menu->list, action);
    menu_tell(menu);
    return done;
}

static bool menu_action(struct view *view, enum action action)
{
    struct menu *menu = (struct menu *)view;
    if (action != ACTION_DELETE_LEFT && action != ACTION_CLEAR)
        return menu_move(menu, action);
    if (action == ACTION_CLEAR)
        buf_clear(&menu->filter);
    else
        menu_drop_last(&menu->filter);
    list_filter(&menu->list, buf_str(&menu->filter));
    menu_tell(menu);
    return true;
}

static void menu_text(struct view *view, struct str text)
{
    enum { FILTER_MAX = 64 };
    struct menu *menu = (struct menu *)view;
    if (menu->filter.len + text.len <= FILTER_MAX)
        buf_add(&menu->filter, text);
    else
        app_say(menu->view.app, ROLE_STATUS_WARNING,
            "too long to look for in a menu: nothing was inserted");
    list_filter(&menu->list, buf_str(&menu->filter));
    menu_tell(menu);
}

static void menu_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct menu *menu = (struct menu *)view;
    (void)row;
    (void)col;
    if (kind == INPUT_MOUSE_WHEEL_UP)
        menu_move(menu, ACTION_UP);
    else if (kind == INPUT_MOUSE_WHEEL_DOWN)
        menu_move(menu, ACTION_DOWN);
}

static void menu_free(struct view *view)
{
    struct menu *menu = (struct menu *)view;
    list_fini(&menu->list);
    free(menu->rows);
    buf_fini(&menu->heading);
    buf_fini(&menu->filter);
    arena_fini(&menu->arena);
    free(menu);
}

static void menu_run_accept(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct menu *menu = (struct menu *)view;
    int selected = list_selected(&menu->list);
    if (selected < 0)
        return;
    app_overlay_detach(app, view);
    if (menu->moved)
        menu->moved(app, STR_NONE);
    menu->accept(app, menu->rows[selected].value);
    menu_free(view);
}

static void menu_run_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct menu *menu = (struct menu *)view;
    if (menu->moved)
        menu->moved(app, STR_NONE);
    app_overlay_close(app, view);
}

static void menu_run_edit(struct app *app, struct menu *menu, enum menu_edit what)
{
    int selected = list_selected(&menu->list);
    if (selected < 0)
        return;
    app_overlay_detach(app, &menu->view);
    if (menu->moved)
        menu->moved(app, STR_NONE);
    menu->edit(app, menu->rows[selected].value, what);
    menu_free(&menu->view);
}

static void menu_run_rename(struct app *app, struct view *view, struct str args)
{
    (void)args;
    menu_run_edit(app, (struct menu *)view, MENU_RENAME);
}

static void menu_run_remove(struct app *app, struct view *view, struct str args)
{
    (void)args;
    menu_run_edit(app, (struct menu *)view, MENU_REMOVE);
}

static bool menu_can_edit(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (((struct menu *)view)->edit)
        return true;
    buf_add(why, STR("this list can only be chosen from"));
    return false;
}

const struct command menu_commands[] = {
    {.name = "accept", .help = "take the chosen line", .run = menu_run_accept},
    {.name = "dismiss", .help = "close", .run = menu_run_dismiss},
    {.name = "rename",
        .help = "give the chosen line another name, where it is one's own",
        .run = menu_run_rename,
        .enabled = menu_can_edit},
    {.name = "remove",
        .help = "remove the chosen line, where it is one's own",
        .run = menu_run_remove,
        .enabled = menu_can_edit},
    {0},
};

static const struct view_ops menu_ops = {
    .context = "help",
    .closed = true,
    .commands = menu_commands,
    .arrange = menu_arrange,
    .draw = menu_draw,
    .action = menu_action,
    .text = menu_text,
    .mouse = menu_mouse,
    .free = menu_free,
};

struct menu *menu_new(struct app *app, struct str title)
{
    struct menu *menu = mem_new(struct menu);
    menu->view = (struct view){.ops = &menu_ops, .app = app};
    menu->title = arena_dup(&menu->arena, title);
    struct list_source source = {.data = menu, .count = menu_count, .entry = menu_entry};
    list_init(&menu->list, &source);
    menu->list.empty = STR("nothing has these letters");
    return menu;
}

void menu_select(struct menu *menu, int row)
{
    list_update(&menu->list);
    list_select(&menu->list, row);
}

void menu_on_move(struct menu *menu, void (*moved)(struct app *app, struct str value))
{
    menu->moved = moved;
}

void menu_on_edit(
    struct menu *menu, void (*edit)(struct app *app, struct str value, enum menu_edit what))
{
    menu->edit = edit;
}

void menu_open(struct menu *menu, void (*accept)(struct app *app, struct str value))
{
    menu->accept = accept;
    list_update(&menu->list);
    app_overlay(menu->view.app, &menu->view);
}
