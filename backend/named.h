/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_NAMED_H
#define BACKEND_NAMED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Connections by name, from the configuration file ($XDG_CONFIG_HOME/dynascope/config):
 *
 *     [connection prod]
 *     profile = prod               as in the AWS files; or store = FOLDER
 *     region = eu-west-1
 *     endpoint-url = https://…
 *     read-only = yes              nothing opens it for writing; no: it needs no --read-write
 *     word = PROD                  shown in front of everything
 *     colour = red                 red, yellow, green or blue
 *     budget = 100                 capacity units that one action may consume
 *     connect-timeout = 5          seconds to a connection; 0 = no limit
 *     read-timeout = 60            seconds without a byte of an answer; 0 = no limit
 */
enum named_colour { NAMED_PLAIN, NAMED_RED, NAMED_YELLOW, NAMED_GREEN, NAMED_BLUE };
enum named_access { NAMED_ASK, NAMED_READ_ONLY, NAMED_READ_WRITE };

struct named {
    struct str name, store, profile, region, endpoint_url, word;
    enum named_colour colour;
    enum named_access access;
    int64_t budget;              /* thousandths of capacity units; 0 = none */
    int64_t connect_ms, read_ms; /* 0 = nothing was said */
};

/* Whole seconds, at most a day, or 0 for no limit; *ms is never 0. */
bool named_timeout(struct str seconds, int64_t *ms, struct err *err);

/* *found: whether the file has such a connection. Slices live in the arena. */
bool named_find(
    struct named *out, bool *found, struct arena *arena, struct str name, struct err *err);
/* Adds the name of the file's nth connection; false behind the last. */
bool named_nth(int nth, struct buf *out);
/* Adds the configuration file's path. */
void named_path(struct arena *arena, struct str *path);

#endif
