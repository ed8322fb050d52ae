/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_NAMES_H
#define VIEWS_CLI_NAMES_H

#include "views/cli/cli.h"

/* The names that completion asks for: args[0] is their kind, the others are the command line with
 * the program's own name in front. *known false where there is no such kind. */
bool cli_names_print(struct cli *cli, bool *known, struct err *err);

#endif
