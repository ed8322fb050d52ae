/* SPDX-License-Identifier: MIT */
/*
 * dynascope without a subcommand: the explorer where there is a terminal. Without one, the sample
 * store is printed as text, and anything else says which subcommand would do.
 */
#include "views/explorer.h"
#include "views/cli/cli.h"
#include "views/cli/demo.h"
#include "views/cli/demo_triggers.h"
#include "views/cli/read.h"

#include <stdlib.h>
#include <unistd.h>

static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
}

/* [CONNECTION] [TABLE], or [TABLE] alone where -c names the connection. */
static const char *connection_of(const struct cli *cli)
{
    return cli->arg_count && !cli_has(cli, CLI_CONNECTION) ? cli->args[0] : cli_connection(cli);
}

static const char *table_of(const struct cli *cli)
{
    int at = cli_has(cli, CLI_CONNECTION) ? 0 : 1;
    return cli->arg_count > at ? cli->args[at] : NULL;
}

/* The options as one run of the explorer; the store's data file wakes its live panes. */
static bool run_explorer(struct cli *cli, struct backend *demo, struct err *err)
{
    struct buf watch = {0}, triggers = {0}, trusted = {0};
    const char *connection = connection_of(cli);
    struct backend_options open = cli_backend_options(cli, CLI_WRITES);
    if (demo)
        buf_add(&watch, str_from(demo_path(demo)));
    else if (connection && connection[0])
        buf_add(&watch, str_from(connection));
    else if (!backend_default_path(&watch, err))
        return false;
    buf_add(&watch, STR("/data.mdb"));
    if (demo) {
        demo_triggers_folder(demo_path(demo), &triggers);
        demo_triggers_trusted(demo_path(demo), &trusted);
    }
    struct backend *backend = demo && cli_has(cli, CLI_READ_ONLY) ? backend_read_only(demo) : demo;
    struct explorer_options options = {.connection = connection,
        .backend = backend,
        .open = &open,
        .label = demo ? "demo" : NULL,
        .table = table_of(cli),
        .keymap = cli->value[CLI_KEYMAP],
        .theme = cli->value[CLI_THEME],
        .watch_path = buf_cstr(&watch),
        .triggers = demo ? buf_cstr(&triggers) : NULL,
        .trusted = demo ? buf_cstr(&trusted) : NULL,
        .read_only = cli_has(cli, CLI_READ_ONLY),
        .demo = demo != NULL,
        .ascii = cli_has(cli, CLI_ASCII),
        .mouse = cli_has(cli, CLI_MOUSE),
        .settings = true,
        .remember = demo == NULL,
        .gutter = cli_has(cli, CLI_GUTTER),
        .record = cli->value[CLI_RECORD],
        .replay = cli->value[CLI_REPLAY],
        .tour = cli_has(cli, CLI_TOUR)};
    if (!cli_number(cli, CLI_SPEED, 1, 0, &options.replay_rate, err))
        return false;
    cli->exit_code = explorer_run(&options, err);
    buf_fini(&watch);
    buf_fini(&triggers);
    buf_fini(&trusted);
    return cli->exit_code == 0;
}

static void print_heading(struct cli *cli, struct str table)
{
    buf_printf(&cli->out.pending, "\n%.*s\n", STR_ARG(table));
}

static bool print_some(struct cli *cli, struct str table, struct err *err)
{
    struct client_read read = {.table = table};
    const char *limit = cli->value[CLI_LIMIT];
    print_heading(cli, table);
    cli->value[CLI_LIMIT] = "3";
    bool ok = cli_read_print(cli, &read, &cli->out, err);
    cli->value[CLI_LIMIT] = limit;
    return ok;
}

/* What the explorer would show, as text: the tables, then some items of each. */
static bool print_demo(struct cli *cli, struct err *err)
{
    const struct str *names;
    size_t count;
    cli->backend = demo_open(true, err);
    if (!cli->backend)
        return false;
    cli->client = (struct client){.backend = cli->backend, .limits = {.cancel = cli_cancel()}};
    cli->value[CLI_LONG] = "";
    buf_add(&cli->out.pending,
        STR("dynascope's sample store (in a terminal, the explorer opens here)\n\n"));
    if (!cli_tables_print(cli, err) ||
        !client_tables(&cli->client, &cli->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!print_some(cli, names[i], err))
            return false;
    return cli_out_flush(&cli->out, err);
}

static bool run_demo(struct cli *cli, struct err *err)
{
    if (cli->arg_count)
        return err_set(err, ERR_USAGE, "--demo opens its own store: leave %s out", cli->args[0]);
    if (!has_terminal())
        return print_demo(cli, err);
    struct backend *demo = demo_open(false, err);
    return demo && run_explorer(cli, demo, err);
}

static bool check_session(const struct cli *cli, struct err *err)
{
    if (cli_has(cli, CLI_RECORD) && cli_has(cli, CLI_REPLAY))
        return err_set(err, ERR_USAGE, "--record and --replay: leave one out");
    return !cli_has(cli, CLI_SPEED) || cli_has(cli, CLI_REPLAY) ||
           err_set(err, ERR_USAGE, "--speed goes with --replay");
}

bool cli_demo_run(struct cli *cli, struct err *err)
{
    return check_session(cli, err) && run_demo(cli, err);
}

bool cli_explorer_run(struct cli *cli, struct err *err)
{
    if (!check_session(cli, err))
        return false;
    if (cli_has(cli, CLI_DEMO) || cli_has(cli, CLI_TOUR))
        return run_demo(cli, err);
    if (cli_has(cli, CLI_CONNECTION) && cli->arg_count > 1)
        return err_set(
            err, ERR_USAGE, "-c names the connection already: leave %s out", cli->args[0]);
    if (!has_terminal())
        return err_set(err, ERR_USAGE,
            "the explorer needs a terminal on standard input and output; without one there are "
            "'dynascope tables', 'dynascope scan TABLE' and the other subcommands");
    return run_explorer(cli, NULL, err);
}
