/* SPDX-License-Identifier: MIT */
/*
 * dynascope serve: the store behind the DynamoDB HTTP API, and its triggers, until a signal asks
 * for the end.
 */
#include "views/cli/cli.h"
#include "views/cli/host.h"
#include "views/cli/report.h"

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

/* ---- triggers ---- */

/* What came with the store and waits for its user's word. */
static bool tell_untrusted(struct registry *registry, struct err *err)
{
    struct arena arena = {0};
    struct registry_functions functions;
    bool ok = registry_functions(registry, &arena, &functions, NULL, err);
    for (size_t i = 0; ok && i < functions.count; i++)
        if (functions.items[i].untrusted)
            cli_report_note("dynascope: the function '%.*s' came with the store and does not run "
                            "before you agree: dynascope trigger trust %.*s",
                STR_ARG(functions.items[i].name), STR_ARG(functions.items[i].name));
    arena_fini(&arena);
    return ok;
}

/* Functions come back through the server's own port, with a key of theirs where it asks for one.
 * Nothing where the store is read-only: functions are files in it, and they write. */
static bool open_host(struct cli *cli, struct serve *serve, const struct host_key *key,
    struct host **host, struct err *err)
{
    struct host_options options = {.region = cli_value(cli, CLI_REGION),
        .run = !cli_has(cli, CLI_NO_TRIGGERS),
        .serve = serve,
        .key = cli_has(cli, CLI_KEYS) ? key : NULL};
    if (backend_read_only_remedy(cli->backend))
        return true;
    *host = host_new(cli->backend, &options, err);
    struct triggers *triggers = *host ? host_start(*host, err) : NULL;
    if (!triggers)
        return err_context(err, "triggers cannot be offered");
    serve_offer(serve, triggers);
    return tell_untrusted(host_registry(*host), err);
}

bool cli_serve_run(struct cli *cli, struct err *err)
{
    struct host *host = NULL;
    struct host_key key;
    struct serve_options options = {.host = cli->value[CLI_HOST],
        .keys = cli->value[CLI_KEYS],
        .quick_writes = cli_has(cli, CLI_NO_SYNC),
        .trace = cli_has(cli, CLI_TRACE)};
    /* the memory of a large request goes back to the system when it is answered: left alone, the
     * allocator would learn to keep it */
    bool made;
    mallopt(M_MMAP_THRESHOLD, LARGE);
    if (!host_key_make(&key, err) || !read_port(cli, &options.port, err) ||
        !open_store(cli, &made, err))
        return false;
    if (options.keys) {
        options.key_id = str_from(key.id);
        options.key_secret = str_from(key.secret);
    }
    struct serve *serve = serve_open(cli->backend, &options, err);
    bool ok = serve && open_host(cli, serve, &key, &host, err) && announce(cli, serve, made, err) &&
              serve_run(serve, cli_cancel(), err);
    host_free(host);
    serve_close(serve);
    explicit_bzero(&key, sizeof key);
    return ok;
}
