/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_PANE_TRIGGERS_IMPL_H
#define VIEWS_TRIGGERS_PANE_TRIGGERS_IMPL_H

#include "views/app.h"
#include "views/cli/host.h"
#include "views/triggers/log_grid.h"
#include "views/triggers/pane_triggers.h"
#include "views/triggers/trigger_calls.h"
#include "views/triggers/triggers_look.h"

/* What the pane's files say to each other: pane_triggers.c shows, pane_triggers_commands.c does,
 * pane_triggers_change.c changes what is configured, pane_triggers_call.c calls functions. */

enum triggers_column {
    TRIGGERS_NAME,
    TRIGGERS_TABLE,
    TRIGGERS_STATE,
    TRIGGERS_LAG,
    TRIGGERS_CALLS,
    TRIGGERS_ERRORS,
    TRIGGERS_LAST,
    TRIGGERS_P50,
    TRIGGERS_SPARK,
    TRIGGERS_NOTE,
    TRIGGERS_COLUMNS
};

struct pane_triggers {
    struct view view;
    struct triggers_look look;
    struct log_grid log; /* of the row under the cursor */
    struct grid grid;
    struct grid_column columns[TRIGGERS_COLUMNS];
    struct trigger_calls *calls; /* what is called by hand, or NULL */
    struct buf cell, why;        /* why nothing runs here, or empty */
    int log_rows;                /* 0 = not shown */
    bool noted;                  /* a row has something to say */
    int timer;
    int64_t slot; /* of the sparklines that were painted */
};

/* The row under the cursor, or NULL. */
const struct triggers_row *pane_triggers_current(const struct pane_triggers *p);
/* The topmost pane of triggers, or NULL. */
struct pane_triggers *pane_triggers_of(struct app *app);
/* Something was changed by this process: look now. */
void pane_triggers_wake(struct pane_triggers *p);

/* Rows of pane_triggers_change.c and pane_triggers_call.c. */
void pane_triggers_run_enable(struct app *app, struct view *view, struct str args);
void pane_triggers_run_disable(struct app *app, struct view *view, struct str args);
void pane_triggers_run_retry(struct app *app, struct view *view, struct str args);
void pane_triggers_run_skip(struct app *app, struct view *view, struct str args);
void pane_triggers_run_remove(struct app *app, struct view *view, struct str args);
void pane_triggers_run_trust(struct app *app, struct view *view, struct str args);
void pane_triggers_run_invoke(struct app *app, struct view *view, struct str args);
void pane_triggers_run_replay(struct app *app, struct view *view, struct str args);
void pane_triggers_run_test(struct app *app, struct view *view, struct str args);

#endif
