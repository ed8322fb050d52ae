/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_MENU_H
#define VIEWS_MENU_H

#include "views/view.h"

/*
 * A list to choose from, over the panes; typing narrows it. Made row by row, then opened:
 *
 *   struct menu *menu = menu_new(app, STR("Indexes of Orders"));
 *   menu_add(menu, &(struct menu_row){.text = …, .value = …});
 *   menu_open(menu, accept);
 */
struct menu;
struct menu_row {
    struct str text, right; /* copied */
    struct str value;       /* handed to accept(); copied */
    bool heading, disabled;
    size_t name; /* see list.h */
    int lift;
};

struct menu *menu_new(struct app *app, struct str title);
void menu_add(struct menu *menu, const struct menu_row *row);
/* For building texts that live as long as the menu. */
struct arena *menu_arena(struct menu *menu);
void menu_select(struct menu *menu, int row);
/* Is told the value under the cursor whenever it may have changed, and the empty one when the menu
 * is closed or before accept(): for a preview. */
void menu_on_move(struct menu *menu, void (*moved)(struct app *app, struct str value));
/* Its rows can be renamed and removed: called after the menu has closed, as accept() is. */
enum menu_edit { MENU_RENAME, MENU_REMOVE };
void menu_on_edit(
    struct menu *menu, void (*edit)(struct app *app, struct str value, enum menu_edit what));
/* Puts it on top. `accept` is called after the menu has closed; `value` lives until it returns. */
void menu_open(struct menu *menu, void (*accept)(struct app *app, struct str value));

#endif
