/* SPDX-License-Identifier: MIT */
/* dynascope import: not written yet. */
#include "views/cli/cli.h"

bool cli_import_run(struct cli *cli, struct err *err)
{
    (void)cli;
    return err_set(err, ERR_INTERNAL, "import is not in this build");
}
