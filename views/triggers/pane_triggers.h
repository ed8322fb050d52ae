/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_PANE_TRIGGERS_H
#define VIEWS_TRIGGERS_PANE_TRIGGERS_H

#include "views/view.h"

/* Opens the triggers of the connection over the panes; says why not where there can be none. */
void pane_triggers_open(struct app *app);

#endif
