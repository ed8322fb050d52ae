/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_BOOKMARKS_H
#define VIEWS_PLACES_BOOKMARKS_H

#include "views/app.h"

/* Global rows: what is shown under a name; only its query; the names, or one of them. */
void bookmarks_run_add(struct app *app, struct view *view, struct str args);
bool bookmarks_can_add(struct app *app, struct view *view, struct buf *why);
void bookmarks_run_save_query(struct app *app, struct view *view, struct str args);
bool bookmarks_can_save_query(struct app *app, struct view *view, struct buf *why);
void bookmarks_run_list(struct app *app, struct view *view, struct str args);
bool bookmarks_complete(struct app *app, struct view *view, int nth, struct buf *out);

#endif
