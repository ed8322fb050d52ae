/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_KEY_H
#define VIEWS_CLI_KEY_H

#include "views/cli/cli.h"

/* Keys as people type them. */

/* A bare word as a value of a key's type: S as it is, N a number, B base64. Appended to `out`. */
bool cli_key_put(struct buf *out, const struct client_key *key, const char *word, struct err *err);

/* Describes the table into the run's arena. */
bool cli_key_schema(struct cli *cli, const char *table, struct client_table *out, struct err *err);

/* Calls `see` with each key that the words mean: JSON objects are a key each, bare words are the
 * partition key and the sort key of one. Stops where `see` returns false. */
bool cli_key_each(struct cli *cli, const struct client_table *table, const char **words, int count,
    bool (*see)(void *context, struct value key, struct err *err), void *context, struct err *err);

#endif
