/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_OWN_KEYS_H
#define VIEWS_OWN_KEYS_H

#include "views/command.h"

/*
 * Keys of the user's own, by `:map` and by the settings file: they stand over whatever keymap is
 * chosen, and stay when it changes.
 */

/* Rows of global commands. */
void own_keys_run_map(struct app *app, struct view *view, struct str args);
bool own_keys_complete_map(struct app *app, struct view *view, int nth, struct buf *out);
void own_keys_run_unmap(struct app *app, struct view *view, struct str args);
bool own_keys_complete_unmap(struct app *app, struct view *view, int nth, struct buf *out);

/* Binds, now and in every keymap that is loaded later. False with what is wrong. */
bool own_keys_bind(
    struct app *app, struct str context, struct str keys, struct str command, struct err *err);
/* Adds them as lines of the settings file, each context under its heading. */
void own_keys_list(const struct app *app, struct buf *out);

#endif
