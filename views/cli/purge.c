/* SPDX-License-Identifier: MIT */
/* dynascope purge, delete-table: a table's items, or the table, after its name was typed. */
#include "views/cli/progress.h"
#include "views/cli/report.h"
#include "views/cli/table_words.h"
#include "views/tables/table_purge.h"

enum { PURGE_SEGMENTS = 4, PURGE_SEGMENTS_MAX = 64 };

struct purging {
    struct purge purge;
    struct progress progress;
};

static void show_purge(void *data)
{
    struct purging *p = data;
    uint64_t deleted = (uint64_t)atomic_load(&p->purge.deleted);
    progress_show(&p->progress, deleted, deleted);
}

static bool purge(
    struct cli *cli, const struct client_table *table, unsigned segments, struct err *err)
{
    char count[PROGRESS_NUMBER_MAX];
    struct purging p = {.purge = {.backend = cli->backend,
                            .table = table->name,
                            .segments = segments,
                            .cancel = cli_cancel(),
                            .budget = cli->client.limits.budget,
                            .tick = show_purge}};
    p.purge.data = &p;
    progress_init(&p.progress, "purge", (uint64_t)table->items, cli_has(cli, CLI_QUIET));
    progress_watch(&p.progress, cli->waiting);
    bool ok = table_purge_run(&p.purge, err);
    progress_wipe(&p.progress);
    cli_unwatch(cli);
    progress_number(count, (uint64_t)atomic_load(&p.purge.deleted));
    if (!ok)
        return err_context(err, "after %s items", count);
    if (!cli_has(cli, CLI_QUIET))
        cli_report_note("%s items deleted in %.1f s", count, progress_seconds(&p.progress));
    return true;
}

bool cli_purge_run(struct cli *cli, struct err *err)
{
    struct client_table table;
    struct buf cost = {0};
    int64_t segments;
    if (!cli_number(cli, CLI_SEGMENTS, 1, PURGE_SEGMENTS, &segments, err))
        return false;
    if (segments > PURGE_SEGMENTS_MAX)
        return err_set(err, ERR_USAGE, "--total-segments: at most %d", PURGE_SEGMENTS_MAX);
    if (!cli_open(cli, CLI_WRITES, err) ||
        !client_describe(&cli->client, &cli->arena, str_from(cli->args[0]), &table, err))
        return false;
    if (backend_is_remote(cli->backend) && !cli_has(cli, CLI_QUIET)) {
        table_purge_cost(&cost, &table);
        cli_report_note("this takes %.*s", STR_ARG(buf_str(&cost)));
    }
    buf_fini(&cost);
    return table_words_confirm(cli, &table, "deletes all items of", err) &&
           purge(cli, &table, (unsigned)segments, err);
}

bool cli_delete_table_run(struct cli *cli, struct err *err)
{
    struct client_table table;
    struct table_requests requests;
    if (!cli_open(cli, CLI_WRITES, err) ||
        !client_describe(&cli->client, &cli->arena, str_from(cli->args[0]), &table, err))
        return false;
    if (table.deletion_protection)
        return err_set(err, ERR_REFUSED,
            "%.*s is protected against deletion: dynascope update-table %.*s --no-protect",
            STR_ARG(table.name), STR_ARG(table.name));
    table_requests_delete(&cli->arena, table.name, &requests);
    return table_words_confirm(cli, &table, "deletes the table", err) &&
           table_words_send(cli, table.name, &requests, err);
}
