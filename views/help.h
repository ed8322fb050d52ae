/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_HELP_H
#define VIEWS_HELP_H

#include "views/view.h"

/* All that can be done in the focused pane, with keys; typing narrows the list, Enter does it. */
void help_open(struct app *app);

#endif
