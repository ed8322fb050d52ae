/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_TEXT_H
#define VIEWS_PANE_TEXT_H

#include "backend/value.h"
#include "views/app.h"

/* A text to read over the panes' place: an invocation, a dead letter, a result. Both are copied. */
void pane_text_open(struct app *app, struct str title, struct str text);
/* A value: a string as its text, binary as a hex dump, maps and lists as JSON. */
void pane_text_open_value(struct app *app, struct str title, struct value v);
/* JSON with a line a member, two blanks a level; what is no JSON stays as it is. */
void pane_text_pretty(struct buf *out, struct str json);

#endif
