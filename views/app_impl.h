/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_APP_IMPL_H
#define VIEWS_APP_IMPL_H

#include "views/app.h"

/* What the app's files say to each other. */

/* Handles keys that were held, as far as they can be now. */
void app_replay(struct app *app);
/* The keymap and the theme that were asked for at the start. */
bool app_load_settings(struct app *app, struct err *err);

#endif
