/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_PANE_CONFLICT_H
#define VIEWS_CHANGES_PANE_CONFLICT_H

#include "views/app.h"

/* Somebody else has changed an item that is staged: what was loaded, theirs and yours side by side,
 * to choose from. False where it cannot be shown now; what is staged stays. */
bool pane_conflict_open(struct app *app, struct staged_item *item);

#endif
