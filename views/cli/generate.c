/* SPDX-License-Identifier: MIT */
/* dynascope generate: not written yet. */
#include "views/cli/cli.h"

bool cli_generate_run(struct cli *cli, struct err *err)
{
    (void)cli;
    return err_set(err, ERR_INTERNAL, "generate is not in this build");
}
