/* SPDX-License-Identifier: MIT */
/* dynascope serve: the store behind the DynamoDB HTTP API, until a signal asks for the end. */
#include "backend/serve/serve.h"
#include "views/cli/cli.h"

#include <malloc.h>

enum { SERVE_PORT = 8000, PORT_MAX = 65535, LARGE = 4 << 20 };

static bool read_port(const struct cli *cli, unsigned *out, struct err *err)
{
    int64_t port;
    if (!cli_number(cli, CLI_PORT, 0, SERVE_PORT, &port, err))
        return false;
    if (port > PORT_MAX)
        return err_set(
            err, ERR_USAGE, "--port %s: ports end at %d", cli->value[CLI_PORT], PORT_MAX);
    *out = (unsigned)port;
    return true;
}

/* `made`: there was no store. */
static bool open_store(struct cli *cli, bool *made, struct err *err)
{
    struct backend_options options = {.read_only = cli_has(cli, CLI_READ_ONLY),
        .must_exist = true,
        .no_sync = cli_has(cli, CLI_NO_SYNC),
        .upkeep = true,
        .buckets = cli->value[CLI_BUCKETS],
        .region = cli_value(cli, CLI_REGION)};
    const char *store = cli->arg_count ? cli->args[0] : cli_connection(cli);
    cli->backend = backend_open(store, &options, err);
    *made = !cli->backend && err->code == ERR_NO_INPUT && !options.read_only;
    if (*made) {
        *err = (struct err)ERR_INIT;
        options.must_exist = false;
        cli->backend = backend_open(store, &options, err);
    }
    if (cli->backend && backend_is_remote(cli->backend))
        return err_set(err, ERR_USAGE,
            "%s: serve puts a store in a folder behind HTTP, and this is behind HTTP already",
            backend_label(cli->backend));
    return cli->backend != NULL;
}

/* The first line says where it is: tests and scripts wait for it. A mistyped folder shows by its
 * being new. */
static bool announce(struct cli *cli, const struct serve *serve, bool made, struct err *err)
{
    struct str label = str_from(backend_label(cli->backend));
    if (str_starts(label, STR("local · ")))
        label = str_skip(label, sizeof "local · " - 1);
    struct buf line = {0};
    buf_printf(&line, "dynascope serve: %s · %.*s%s (Ctrl-C stops)", serve_url(serve),
        STR_ARG(label), made ? " (new store)" : "");
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
    return cli_out_flush(&cli->out, err);
}

bool cli_serve_run(struct cli *cli, struct err *err)
{
    struct serve_options options = {.host = cli->value[CLI_HOST],
        .keys = cli->value[CLI_KEYS],
        .quick_writes = cli_has(cli, CLI_NO_SYNC),
        .trace = cli_has(cli, CLI_TRACE)};
    /* the memory of a large request goes back to the system when it is answered: left alone, the
     * allocator would learn to keep it */
    bool made;
    mallopt(M_MMAP_THRESHOLD, LARGE);
    if (!read_port(cli, &options.port, err) || !open_store(cli, &made, err))
        return false;
    struct serve *serve = serve_open(cli->backend, &options, err);
    bool ok = serve && announce(cli, serve, made, err) && serve_run(serve, cli_cancel(), err);
    serve_close(serve);
    return ok;
}
