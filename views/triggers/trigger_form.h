/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_FORM_H
#define VIEWS_TRIGGERS_TRIGGER_FORM_H

#include "views/app.h"
#include "views/triggers/triggers_look.h"

/* Asks for a new trigger's script, table and fields, and makes it. `table` = what to begin with. */
void trigger_form_add(struct app *app, struct str table);
/* Changes the fields of one that is there; all is copied. */
void trigger_form_edit(struct app *app, const struct triggers_row *row);

#endif
