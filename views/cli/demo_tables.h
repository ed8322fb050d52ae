/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_DEMO_TABLES_H
#define VIEWS_CLI_DEMO_TABLES_H

#include "backend/client.h"

/* Makes the sample store's tables and fills them; always with the same items. */
bool demo_tables_make(struct client *client, struct err *err);

/* One change of the kind that the sample store's live traffic makes; `step` counts them. */
bool demo_tables_change(struct client *client, uint64_t step, struct err *err);

#endif
