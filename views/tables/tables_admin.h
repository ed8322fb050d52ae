/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLES_ADMIN_H
#define VIEWS_TABLES_TABLES_ADMIN_H

#include "views/app.h"

/* A CreateTable request in the editor, from a template; `name` may be empty. */
void tables_admin_create(struct app *app, struct str name);
/* Deletes a table after its name has been typed. */
void tables_admin_delete(struct app *app, const struct client_table *table);

/* Deletes a global index, or stops its backfill, after its name has been typed. */
void tables_admin_delete_index(
    struct app *app, const struct client_table *table, const struct client_index *index);

#endif
