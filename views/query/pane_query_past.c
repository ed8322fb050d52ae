/* SPDX-License-Identifier: MIT */
/*
 * Queries that were asked before, or saved, to go on from: a menu over the builder. Must not run
 * any of them.
 */
#include "views/app.h"
#include "views/menu.h"
#include "views/query/pane_query_impl.h"

static int add_saved(struct app *app, struct menu *menu, struct str table)
{
    int count = 0;
    for (size_t i = 0; i < app->saved.count; i++) {
        const struct saved_one *one = &app->saved.list[i];
        if (one->place.open != PLACE_GRID || !one->place.asked.len ||
            !str_equal(buf_str(&one->place.table), table))
            continue;
        menu_add(menu, &(struct menu_row){.text = buf_str(&one->place.asked),
                           .right = buf_str(&one->name),
                           .value = buf_str(&one->place.asked),
                           .lift = 8});
        count++;
    }
    return count;
}

static bool is_saved(const struct app *app, struct str table, struct str line)
{
    for (size_t i = 0; i < app->saved.count; i++)
        if (str_equal(buf_str(&app->saved.list[i].place.asked), line) &&
            str_equal(buf_str(&app->saved.list[i].place.table), table))
            return true;
    return false;
}

static int add_past(struct app *app, struct menu *menu, struct str table)
{
    struct buf line = {0};
    int age = 0;
    while (history_recall(&app->query_history, table, age + 1, STR_NONE, &line)) {
        if (!is_saved(app, table, buf_str(&line)))
            menu_add(menu, &(struct menu_row){.text = buf_str(&line), .value = buf_str(&line)});
        buf_clear(&line);
        age++;
    }
    buf_fini(&line);
    return age;
}

static void accept(struct app *app, struct str value)
{
    struct view *top = app_top(app);
    if (strcmp(top->ops->context, "query") == 0)
        pane_query_set((struct pane_query *)top, value);
}

void pane_query_run_past(struct app *app, struct view *view, struct str args)
{
    struct str table = ((struct pane_query *)view)->browse->table.name;
    struct buf title = {0};
    (void)args;
    saved_read(&app->saved, app->memory);
    buf_printf(&title, "Queries of %.*s: Enter goes on from one", STR_ARG(table));
    struct menu *menu = menu_new(app, buf_str(&title));
    buf_fini(&title);
    if (add_saved(app, menu, table) + add_past(app, menu, table) == 0)
        menu_add(
            menu, &(struct menu_row){.text = STR("none was asked or saved yet"), .heading = true});
    menu_open(menu, accept);
}
