/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_WRITE_H
#define VIEWS_CLI_WRITE_H

#include "views/cli/cli.h"

/* The condition that --condition-expression and its placeholders make; all empty without them. */
bool cli_write_condition(struct cli *cli, struct client_condition *out, struct err *err);

#endif
