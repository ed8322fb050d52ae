/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_FIND_H
#define VIEWS_FIND_H

#include "views/app.h"

/* Global rows: "/" narrows what is shown, or goes to the rows that have a text in panes that do not
 * narrow; the next and the one before. */
void find_run_filter(struct app *app, struct view *view, struct str args);
bool find_can_filter(struct app *app, struct view *view, struct buf *why);
void find_run_next(struct app *app, struct view *view, struct str args);
void find_run_previous(struct app *app, struct view *view, struct str args);
bool find_can_next(struct app *app, struct view *view, struct buf *why);
/* Before each frame: what was looked for is marked where it stands. */
void find_mark(struct app *app);

#endif
