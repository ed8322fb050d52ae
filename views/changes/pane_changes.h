/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_PANE_CHANGES_H
#define VIEWS_CHANGES_PANE_CHANGES_H

#include "views/app.h"

/*
 * A list of changes, and below it what the one under the cursor is in full: what is staged
 * (changes_staged.c), what was made here (changes_journal.c), the versions of an item
 * (changes_history.c).
 */
void changes_staged_open(struct app *app);
void changes_journal_open(struct app *app);
/* `key` holds at least the key attributes. */
void changes_history_open(struct app *app, const struct client_table *table, struct value key);

/* Writes all that is staged; `together`: as one transaction. */
void changes_commit(struct app *app, bool together);
/* Takes an entry back, or makes it again: asks first where it is of another session or of several
 * items. */
void changes_turn(struct app *app, struct journal_entry *entry);
/* Leaves, after asking where something is staged. */
void changes_quit(struct app *app);

/* Rows of global commands. */
void changes_run_undo(struct app *app, struct view *view, struct str args);
bool changes_can_undo(struct app *app, struct view *view, struct buf *why);
void changes_run_redo(struct app *app, struct view *view, struct str args);
bool changes_can_redo(struct app *app, struct view *view, struct buf *why);
void changes_run_undo_list(struct app *app, struct view *view, struct str args);
bool changes_can_list(struct app *app, struct view *view, struct buf *why);
void changes_run_staged(struct app *app, struct view *view, struct str args);
bool changes_has_staged(struct app *app, struct view *view, struct buf *why);
void changes_run_commit(struct app *app, struct view *view, struct str args);
void changes_run_stage(struct app *app, struct view *view, struct str args);

#endif
