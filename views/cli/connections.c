/* SPDX-License-Identifier: MIT */
/* dynascope connections: the names that the configuration file gives. Opens none of them. */
#include "views/cli/cli.h"

bool cli_connections_run(struct cli *cli, struct err *err)
{
    struct buf name = {0};
    for (int i = 0; backend_nth_name(i, &name); i++) {
        cli_out_line(&cli->out, buf_str(&name));
        buf_clear(&name);
    }
    buf_fini(&name);
    return cli_out_flush(&cli->out, err);
}
