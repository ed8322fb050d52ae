/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_OPTIONS_H
#define VIEWS_CLI_OPTIONS_H

#include "views/cli/cli.h"

/*
 * Reads the words of a command line into cli->command, ->value and ->args (allocated in
 * cli->arena).
 *
 *   --name VALUE  --name=VALUE  --na VALUE (where nothing else begins so)  -n VALUE  -nVALUE  -ab
 *   -- ends the options; "-" and "-5" are arguments; the last of a repeated option counts.
 */
bool cli_options_parse(struct cli *cli, int argc, char **argv, struct err *err);

#endif
