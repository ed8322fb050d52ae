/* SPDX-License-Identifier: MIT */
/* dynascope check: the store's own consistency checker. */
#include "views/cli/cli.h"

static void print_finding(void *context, const char *finding)
{
    struct cli *cli = context;
    cli_out_line(&cli->out, str_from(finding));
}

bool cli_check_run(struct cli *cli, struct err *err)
{
    uint64_t findings = 0;
    const char *store = cli->arg_count ? cli->args[0] : cli_connection(cli);
    if (!backend_check(store, print_finding, cli, &findings, err))
        return false;
    if (!findings) {
        cli_out_line(&cli->out, STR("no findings"));
        return true;
    }
    return err_set(err, ERR_DATA,
        "%llu finding%s: export what can be read ('dynascope export') and import it into a new "
        "store",
        (unsigned long long)findings, findings == 1 ? "" : "s");
}
