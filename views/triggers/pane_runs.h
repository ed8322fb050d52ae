/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_PANE_RUNS_H
#define VIEWS_TRIGGERS_PANE_RUNS_H

#include "views/view.h"

/* Opens the invocations of a function over the panes. */
void pane_runs_open(struct app *app, struct str function, struct str function_folder);
/* One of them as a text: event in, result out, its lines of the log. */
void pane_runs_show(struct app *app, struct str function_folder, struct str request_id);

#endif
