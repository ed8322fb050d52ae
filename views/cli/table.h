/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TABLE_H
#define VIEWS_CLI_TABLE_H

#include "views/cli/cli.h"

/* Tables for import, generate and the sample store. */

/* "NAME[:TYPE]"; type VALUE_NONE where none is written. */
bool cli_table_key(struct str word, struct client_key *out, struct err *err);

/* Makes a table (on demand) with one or two key attributes and waits until it is there. */
bool cli_table_create(struct client *client, struct str name, const struct client_key *keys,
    uint32_t key_count, struct err *err);
/* CreateTable with a body of the caller's. A table that is there already is no error. */
bool cli_table_create_json(struct client *client, struct str body, struct err *err);

/* *found false where there is no such table. */
bool cli_table_find(struct client *client, struct arena *arena, struct str name,
    struct client_table *out, bool *found, struct err *err);

#endif
