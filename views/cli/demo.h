/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_DEMO_H
#define VIEWS_CLI_DEMO_H

#include "backend/backend.h"

/*
 * The sample store: a new folder under $TMPDIR with tables of orders, users, products, sessions and
 * the like, and a thread that keeps changing them a little. Closing the backend stops the thread
 * and removes the folder. `quiet` leaves the changes out.
 */
struct backend *demo_open(bool quiet, struct err *err);
/* The folder; lives with the backend. */
const char *demo_path(const struct backend *demo);

#endif
