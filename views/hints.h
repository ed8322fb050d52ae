/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_HINTS_H
#define VIEWS_HINTS_H

#include "views/app.h"

/*
 * What can be done here, now, with which keys: "Enter open  e edit  …". Only commands that are
 * enabled and bound; what does not fit into `cols` goes, lowest priority first. The text holds keys
 * and words between marks that hints_draw() understands.
 */
void hints_add(struct app *app, struct view *view, int cols, struct buf *out);
/* After another keymap was loaded, and at the end. */
void hints_forget(struct app *app);
void hints_draw(const struct canvas *c, int row, int col, int cols, struct str hints);

#endif
