/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_PANE_LETTERS_H
#define VIEWS_TRIGGERS_PANE_LETTERS_H

#include "views/triggers/triggers_look.h"
#include "views/view.h"

/* Opens what a mapping has given up over the panes; the row has a mapping, all is copied. */
void pane_letters_open(struct app *app, const struct triggers_row *row);

#endif
