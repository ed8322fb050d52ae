/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_SESSIONS_TOUR_H
#define VIEWS_SESSIONS_TOUR_H

#include "tui/canvas.h"
#include "tui/key.h"
#include "views/command.h"

/*
 * A way around the sample store: some steps, one at a time, in a few rows below the picture, which
 * is that much lower meanwhile and works as ever. A step says what to press, by the keymap that
 * counts, and goes on by itself once that was done.
 *
 *   ─ Tour 3 of 12 ──────────────────── F8 skip  F7 back  F9 end
 *   Enter opens the item under the cursor.
 */
struct tour;

void tour_begin(struct app *app);
void tour_end(struct app *app);
/* Says that there is one, once for a user. */
void tour_offer(struct app *app);
/* A command is run; called before it is. */
void tour_ran(struct app *app, struct str name);
/* Its keys count everywhere, under prompts and menus too. */
bool tour_takes(struct app *app, struct key key);
/* Goes on where the step was done; called before a frame is drawn. */
void tour_settle(struct app *app);
/* How many rows it takes of a screen of this size; 0 where there is no tour. */
int tour_rows(struct app *app, int rows, int cols);
void tour_draw(struct app *app, const struct canvas *c);

/* The row of `tour`: args = nothing | "next" | "back" | "end". */
void tour_run(struct app *app, struct view *view, struct str args);
bool tour_enabled(struct app *app, struct view *view, struct buf *why);
bool tour_complete(struct app *app, struct view *view, int nth, struct buf *out);
/* The nth step's text, its keys in braces; NULL past the last. For tests. */
const char *tour_text(int nth, bool brief);

#endif
