/* SPDX-License-Identifier: MIT */
/* dynascope scan: all items of a table or an index. */
#include "views/cli/read.h"

bool cli_scan_run(struct cli *cli, struct err *err)
{
    struct client_read read;
    return cli_read_options(cli, &read, err) && cli_open(cli, CLI_READS, err) &&
           cli_read_print(cli, &read, &cli->out, err);
}
