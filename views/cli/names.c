/* SPDX-License-Identifier: MIT */
/*
 * dynascope completions tables|indexes|triggers|connections -- WORD…: the names that a shell may
 * offer, one a line. WORD… is the command line so far; it is read as it would be run, so that names
 * come from the connection, and indexes from the table, that stand on it. Nobody waits long at a
 * Tab, and what goes wrong is no word to offer: both are silent.
 */
#include "views/cli/names.h"
#include "views/cli/key.h"
#include "views/cli/options.h"
#include "views/cli/trigger.h"

enum { CONNECT_MS = 1500, READ_MS = 3000 };

/* What there is of the line: where it is not whole, that much is known already. */
static void read_line(struct cli *cli, struct cli *line)
{
    struct err ignored = ERR_INIT;
    char **words = arena_array(&cli->arena, char *, (size_t)cli->arg_count + 1);
    int count = 0;
    for (int i = 1; i < cli->arg_count; i++)
        words[count++] = (char *)arena_dup(&cli->arena, str_from(cli->args[i])).at;
    cli_options_parse(line, count, words, &ignored);
    for (enum cli_option_id id = 0; id < CLI_BUDGET; id++)
        if (!cli->value[id] && line->value[id])
            cli->value[id] = arena_dup(&cli->arena, str_from(line->value[id])).at;
    cli->connect_ms = CONNECT_MS;
    cli->read_ms = READ_MS;
}

/* The default store by its name: a Tab makes none. */
static bool name_default(struct cli *cli, struct err *err)
{
    struct buf path = {0};
    if (cli_connection(cli) || cli_has(cli, CLI_PROFILE) || cli_has(cli, CLI_ENDPOINT_URL))
        return true;
    bool ok = backend_default_path(&path, err);
    if (ok)
        cli->value[CLI_CONNECTION] = arena_dup(&cli->arena, buf_str(&path)).at;
    buf_fini(&path);
    return ok;
}

static bool print_tables(struct cli *cli, const struct cli *line, struct err *err)
{
    const struct str *names;
    size_t count;
    (void)line;
    if (!cli_open(cli, CLI_READS, err) ||
        !client_tables(&cli->client, &cli->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        cli_out_line(&cli->out, names[i]);
    return true;
}

static bool print_indexes(struct cli *cli, const struct cli *line, struct err *err)
{
    struct client_table t;
    if (!line->arg_count || !cli_open(cli, CLI_READS, err) ||
        !cli_key_schema(cli, line->args[0], &t, err))
        return false;
    for (uint32_t i = 0; i < t.index_count; i++)
        cli_out_line(&cli->out, t.indexes[i].name);
    return true;
}

static bool print_triggers(struct cli *cli, const struct cli *line, struct err *err)
{
    struct trigger_place place;
    (void)line;
    bool ok = trigger_place_open(cli, &place, err);
    for (size_t i = 0; ok && i < place.functions.count; i++)
        cli_out_line(&cli->out, place.functions.items[i].name);
    trigger_place_close(&place);
    return ok;
}

static bool print_connections(struct cli *cli, const struct cli *line, struct err *err)
{
    (void)line;
    return cli_connections_run(cli, err);
}

bool cli_names_print(struct cli *cli, bool *known, struct err *err)
{
    static const struct {
        const char *name;
        bool (*print)(struct cli *cli, const struct cli *line, struct err *err);
    } kinds[] = {{"tables", print_tables}, {"indexes", print_indexes}, {"triggers", print_triggers},
        {"connections", print_connections}};
    struct cli line = {0};
    *known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !*known; i++) {
        *known = strcmp(cli->args[0], kinds[i].name) == 0;
        if (!*known)
            continue;
        read_line(cli, &line);
        if (!name_default(cli, err) || !kinds[i].print(cli, &line, err))
            *err = ERR_INIT;
        arena_fini(&line.arena);
    }
    return *known && cli_out_flush(&cli->out, err);
}
