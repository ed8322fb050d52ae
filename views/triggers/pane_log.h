/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_PANE_LOG_H
#define VIEWS_TRIGGERS_PANE_LOG_H

#include "views/view.h"

/* Opens the log of a function over the panes; `only` = of one invocation alone, or empty. */
void pane_log_open(
    struct app *app, struct str function, struct str function_folder, struct str only);

#endif
