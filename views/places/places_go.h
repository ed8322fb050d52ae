/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_PLACES_GO_H
#define VIEWS_PLACES_PLACES_GO_H

#include "views/app.h"

/* Before each frame and each key: notes where one is, goes on with the way to a place. */
void places_go_see(struct app *app);
/* What is shown, into an empty place; false where nothing is, or it is still to come. */
bool places_go_here(struct app *app, struct place *place);
/* Opens a place; what it takes is read first. The error says what is not there any more. */
bool places_go_to(struct app *app, const struct place *place, struct err *err);
/* Words for one: "Orders ▸ GSI1 · C101 O5001". */
void places_go_words(const struct place *place, struct buf *out);

/* Global rows. */
void places_go_back(struct app *app, struct view *view, struct str args);
void places_go_forward(struct app *app, struct view *view, struct str args);

#endif
