/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHROME_H
#define VIEWS_CHROME_H

#include "views/app.h"

/* What is around the panes: title line, pane titles, hairlines, status line, hints. */

/* Arranges and draws everything into the app's frame. */
void chrome_paint(struct app *app);
/* The frame's row where a pane's own content begins. */
int chrome_content_row(const struct app *app, int pane);

#endif
