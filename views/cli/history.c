/* SPDX-License-Identifier: MIT */
/*
 * dynascope history: what became of one item, from its table's stream: the records of `stream`,
 * with a pattern that its key makes.
 */
#include "backend/json_out.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"

/* {"dynamodb":{"Keys":{"id":{"S":["a"]}}}} */
static void add_pattern(struct value key, struct buf *out)
{
    struct str name;
    struct value v;
    struct buf typed = {0};
    buf_add(out, STR("{\"dynamodb\":{\"Keys\":{"));
    for (struct value_walk walk = value_walk(key); value_next(&walk, &name, &v);) {
        json_put_name(out, name);
        buf_clear(&typed);
        json_out_typed(&typed, v); /* {"S":"a"} */
        size_t colon = str_find_byte(buf_str(&typed), ':');
        buf_printf(out, "%.*s:[%.*s]}", (int)colon, typed.at, (int)(typed.len - colon - 2),
            typed.at + colon + 1);
    }
    buf_add(out, STR("}}}"));
    buf_fini(&typed);
}

static bool take_key(void *context, struct value key, struct err *err)
{
    struct cli *cli = context;
    struct buf pattern = {0};
    if (cli_has(cli, CLI_PATTERN))
        return err_set(err, ERR_USAGE, "one item at a time");
    add_pattern(key, &pattern);
    cli->value[CLI_PATTERN] = arena_dup(&cli->arena, buf_str(&pattern)).at;
    buf_fini(&pattern);
    return true;
}

bool cli_history_run(struct cli *cli, struct err *err)
{
    struct client_table t;
    if (!cli_open(cli, CLI_READS, err) || !cli_key_schema(cli, cli->args[0], &t, err) ||
        !cli_key_each(cli, &t, cli->args + 1, cli->arg_count - 1, take_key, cli, err))
        return false;
    cli->arg_count = 1;
    if (!cli_has(cli, CLI_FROM))
        cli->value[CLI_FROM] = "TRIM_HORIZON";
    return cli_stream_run(cli, err);
}
