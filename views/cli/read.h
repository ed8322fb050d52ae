/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_READ_H
#define VIEWS_CLI_READ_H

#include "views/cli/cli.h"

/* Fills a read from the options that scan, query and export share. */
bool cli_read_options(struct cli *cli, struct client_read *read, struct err *err);

/* Prints page after page to `out`: to the end, to --limit, until a signal or until nobody reads any
 * more. With --count one number. Memory does not depend on how many there are. */
bool cli_read_print(
    struct cli *cli, struct client_read *read, struct cli_out *out, struct err *err);

/* The first `count` of so many lines. */
struct str cli_read_first(struct str lines, int64_t count);
/* Says how a reading that ran out of its budget goes on: from read->start, of read->segment. */
void cli_read_note(const struct cli *cli, const struct client_read *read);

#endif
