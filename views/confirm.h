/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CONFIRM_H
#define VIEWS_CONFIRM_H

#include "views/view.h"

/* A question with yes and no; nothing happens but on yes. One of danger is answered by typing the
 * connection's word, where it has one. */
struct confirm_spec {
    struct str title, text; /* copied; the text may have several lines */
    bool danger;
    void *context;
    void (*yes)(struct app *app, void *context);
    void (*free)(void *context);
};
void confirm_open(struct app *app, const struct confirm_spec *spec);

#endif
