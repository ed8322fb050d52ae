/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_DEMO_SHAPES_H
#define VIEWS_CLI_DEMO_SHAPES_H

#include "backend/client.h"

/* Makes the sample store's tables, empty. */
bool demo_shapes_make(struct client *client, struct err *err);

#endif
