/* SPDX-License-Identifier: MIT */
/* dynascope delete: items by their keys. */
#include "views/cli/cli.h"
#include "views/cli/key.h"
#include "views/cli/write.h"

struct deleting {
    struct cli *cli;
    struct client_condition guard;
};

static bool delete_one(void *context, struct value key, struct err *err)
{
    struct deleting *d = context;
    return client_delete(&d->cli->client, str_from(d->cli->args[0]), key, &d->guard, err);
}

bool cli_delete_run(struct cli *cli, struct err *err)
{
    struct client_table table;
    struct deleting d = {.cli = cli};
    return cli_write_condition(cli, &d.guard, err) && cli_open(cli, CLI_WRITES, err) &&
           cli_key_schema(cli, cli->args[0], &table, err) &&
           cli_key_each(cli, &table, cli->args + 1, cli->arg_count - 1, delete_one, &d, err);
}
