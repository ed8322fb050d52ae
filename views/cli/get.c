/* SPDX-License-Identifier: MIT */
/* dynascope get: items by their keys. */
#include "backend/json_out.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"

static bool get_one(void *context, struct value key, struct err *err)
{
    struct cli *cli = context;
    struct arena page = {0};
    struct buf line = {0};
    struct value item;
    bool ok = client_get(&cli->client, &page, str_from(cli->args[0]), key, &item, err);
    if (ok && item.type == VALUE_NONE) {
        json_out_plain(&line, key);
        ok = err_set(
            err, ERR_REFUSED, "there is no item with the key %.*s", STR_ARG(buf_str(&line)));
    } else if (ok) {
        json_out_line(&line, item, cli_has(cli, CLI_TYPED));
        cli_out_line(&cli->out, buf_str(&line));
    }
    buf_fini(&line);
    arena_fini(&page);
    return ok;
}

bool cli_get_run(struct cli *cli, struct err *err)
{
    struct client_table table;
    return cli_open(cli, CLI_READS, err) && cli_key_schema(cli, cli->args[0], &table, err) &&
           cli_key_each(cli, &table, cli->args + 1, cli->arg_count - 1, get_one, cli, err);
}
