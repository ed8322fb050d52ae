/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_STREAM_ADMIN_H
#define VIEWS_STREAM_STREAM_ADMIN_H

#include "views/app.h"

/* Turning a table's stream on and off. */

/* Asks, then turns one on with this view type and opens it; one of another type is turned off
 * first. */
void stream_admin_on(struct app *app, const struct client_table *table, struct str view_type);
void stream_admin_off(struct app *app, const struct client_table *table);
/* The nth view type, or NULL. */
const char *stream_admin_view_type(int nth);
/* The view type that a word means, in any case, or NULL. */
const char *stream_admin_find_type(struct str word);

#endif
