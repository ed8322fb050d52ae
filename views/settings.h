/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_SETTINGS_H
#define VIEWS_SETTINGS_H

#include "views/command.h"

/*
 * What `:set` changes, one row a setting, and the file that keeps it:
 *
 *   $XDG_CONFIG_HOME/dynascope/settings      theme = dusk
 *                                            [map items]
 *                                            F7 = open
 *
 * A wrong line of it is told with its place, the rest counts.
 */
struct app;

/* Rows of global commands. */
void settings_run_set(struct app *app, struct view *view, struct str args);
bool settings_complete_set(struct app *app, struct view *view, int nth, struct buf *out);
void settings_run_theme(struct app *app, struct view *view, struct str args);
bool settings_complete_theme(struct app *app, struct view *view, int nth, struct buf *out);
void settings_run_keymap(struct app *app, struct view *view, struct str args);
bool settings_complete_keymap(struct app *app, struct view *view, int nth, struct buf *out);
void settings_run_write(struct app *app, struct view *view, struct str args);
void settings_run_problems(struct app *app, struct view *view, struct str args);
bool settings_has_problems(struct app *app, struct view *view, struct buf *why);

/* Adds what a setting is now, for a candidate "NAME VALUE" of the ":" line. */
void settings_note(struct app *app, struct str candidate, struct buf *note);
/* While a command line is typed: shows what it would look like. Empty = as it was. */
void settings_preview(struct app *app, struct str line);

/* One line of the file; what the command line said stays. */
void settings_apply(struct app *app, struct str name, struct str value, struct err *err);
/* Adds those that are kept, as lines of it. */
void settings_list(struct app *app, struct buf *out);
/* Reads the user's file; what options say on the command line stays. */
void settings_load(struct app *app);
/* Remembers what is wrong with a file of the user's, and says it. */
void settings_problem(struct app *app, struct str message);

#endif
