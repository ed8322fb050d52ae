/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_SOURCE_H
#define VIEWS_CLI_SOURCE_H

#include "backend/json.h"
#include "views/cli/cli.h"

/* Where an argument's text comes from: "-" or "@-" is the standard input, "@name" a file, all else
 * itself. */

/* Adds the text; at most `most` bytes. */
bool cli_source_read(const char *argument, size_t most, struct buf *out, struct err *err);

/* Reads an option's JSON object of expression placeholders into the run's arena: names as an M of
 * S, values (plain or typed) as an M. VALUE_NONE where the option is not given. */
bool cli_source_names(struct cli *cli, struct value *out, struct err *err);
bool cli_source_values(struct cli *cli, struct value *out, struct err *err);
/* Any option that holds an item or a key, plain or typed. */
bool cli_source_item(struct cli *cli, enum cli_option_id id, struct value *out, struct err *err);

#endif
