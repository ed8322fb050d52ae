/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_GUARD_H
#define VIEWS_GUARD_H

#include "base/err.h"
#include "base/str.h"

/*
 * What stands between a hand that slips and data that matters: the word of a connection, to be
 * typed before something is lost, and the read-only mode.
 */
struct app;

/* The word of the configuration file for a connection that asks for care; empty for others. */
struct str guard_word(const struct app *app);
/* `:set read-only`. Off asks first; false where it cannot be. */
bool guard_read_only(struct app *app, bool on, struct err *err);

#endif
