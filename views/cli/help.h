/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_HELP_H
#define VIEWS_CLI_HELP_H

#include "views/cli/cli.h"

/* What --help prints for a command; for the explorer, the overview of all. */
void cli_help_format(struct buf *out, const struct cli_command *command);

/* The same on the standard output. */
bool cli_help_print(struct cli *cli, const struct cli_command *command, struct err *err);

#endif
