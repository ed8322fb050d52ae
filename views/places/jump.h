/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_JUMP_H
#define VIEWS_PLACES_JUMP_H

#include "views/app.h"

/* A global row: all tables and indexes in a menu that is narrowed by their letters, those where one
 * has been lately first. */
void jump_open(struct app *app, struct view *view, struct str args);

#endif
