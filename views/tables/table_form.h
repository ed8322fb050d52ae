/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_FORM_H
#define VIEWS_TABLES_TABLE_FORM_H

#include "views/app.h"

/* Asks for a new table and makes it. `name` = what to begin with, may be empty. */
void table_form_create(struct app *app, struct str name);
/* What can be changed of a table, with its present values, which are read first. */
void table_form_change(struct app *app, struct str table);
/* One global secondary index more. */
void table_form_index(struct app *app, struct str table);

#endif
