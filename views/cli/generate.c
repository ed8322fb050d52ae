/* SPDX-License-Identifier: MIT */
/* dynascope generate: sample items by number, through the same threads as import. */
#include "views/cli/cli.h"
#include "views/cli/loader.h"
#include "views/cli/progress.h"
#include "views/cli/report.h"
#include "views/cli/sample.h"
#include "views/cli/table.h"

enum { THREADS_DURABLE = 12, THREADS_LOADING = 4, LOOK_EVERY = 1024, DEFAULT_BYTES = 400 };

struct generating {
    struct cli *cli;
    const struct sample_schema *schema;
    struct sample sample;
    int64_t count;
    struct client_table table;
    struct loader *loader;
    struct progress progress;
};

static bool take_options(struct generating *g, struct err *err)
{
    struct cli *cli = g->cli;
    int64_t bytes, seed, partitions;
    struct str schema = cli_has(cli, CLI_SCHEMA) ? cli_value(cli, CLI_SCHEMA) : STR("orders");
    g->schema = sample_find(schema);
    if (!g->schema)
        return err_set(err, ERR_USAGE, "--schema %.*s: one of %s", STR_ARG(schema),
            cli_option(CLI_SCHEMA)->list);
    if (!cli_number(cli, CLI_ITEMS, 0, 1000, &g->count, err) ||
        !cli_number(cli, CLI_BYTES, 0, DEFAULT_BYTES, &bytes, err) ||
        !cli_number(cli, CLI_SEED, INT64_MIN, 1, &seed, err) ||
        !cli_number(cli, CLI_PARTITIONS, 1, g->count / 100 + 1, &partitions, err))
        return false;
    if (bytes > VALUE_ITEM_MAX)
        return err_set(err, ERR_USAGE, "--size %lld: an item has at most %d bytes",
            (long long)bytes, VALUE_ITEM_MAX);
    g->sample = (struct sample){.seed = (uint64_t)seed,
        .partitions = (uint64_t)partitions,
        .run = (uint64_t)(g->count / partitions + 1),
        .bytes = (size_t)bytes};
    return true;
}

static bool same_keys(const struct client_table *table, const struct sample_schema *schema)
{
    if (table->key_count != schema->key_count)
        return false;
    for (uint32_t i = 0; i < table->key_count; i++)
        if (!str_equal(table->keys[i].name, schema->keys[i].name) ||
            table->keys[i].type != schema->keys[i].type)
            return false;
    return true;
}

static bool prepare_table(struct generating *g, struct err *err)
{
    struct cli *cli = g->cli;
    struct str name = str_from(cli->args[0]);
    bool found;
    if (!cli_table_find(&cli->client, &cli->arena, name, &g->table, &found, err))
        return false;
    if (!found &&
        (!cli_table_create(&cli->client, name, g->schema->keys, g->schema->key_count, err) ||
            !client_describe(&cli->client, &cli->arena, name, &g->table, err)))
        return false;
    return same_keys(&g->table, g->schema) || err_set(err, ERR_USAGE,
                                                  "%.*s exists with another key than the items of "
                                                  "--schema %s have: name another table",
                                                  STR_ARG(name), g->schema->name);
}

static void tick(void *context)
{
    struct generating *g = context;
    struct loader_state now;
    loader_look(g->loader, &now);
    progress_show(&g->progress, now.written, now.written);
}

/* Made items are good ones: a refusal is an error. */
static bool refused(void *context, const struct record *record, const struct err *err)
{
    (void)context;
    (void)record;
    (void)err;
    return false;
}

static bool make_items(struct generating *g, struct err *err)
{
    struct buf item = {0};
    bool ok = true;
    for (int64_t i = 0; ok && i < g->count; i++) {
        struct record record = {.place = {.index = (uint64_t)i}};
        buf_clear(&item);
        ok = sample_item(g->schema, &g->sample, (uint64_t)i, &item, err) &&
             loader_put(g->loader, value_of(buf_str(&item)), &record, tick, g, err);
        if (i % LOOK_EVERY == 0)
            tick(g);
        ok = ok && !cli_cancelled(err);
    }
    buf_fini(&item);
    return ok && loader_finish(g->loader, tick, g, err);
}

static void summarise(struct generating *g, double seconds)
{
    struct loader_state now;
    char count[PROGRESS_NUMBER_MAX], rate[PROGRESS_NUMBER_MAX];
    loader_look(g->loader, &now);
    progress_number(count, now.written);
    progress_number(rate, seconds > 0 ? (uint64_t)((double)now.written / seconds) : 0);
    if (!cli_has(g->cli, CLI_QUIET))
        cli_report_note(
            "%s items written to %s in %.1f s (%s/s)", count, g->cli->args[0], seconds, rate);
}

static bool run(struct generating *g, struct err *err)
{
    bool loading = cli_has(g->cli, CLI_NO_SYNC);
    struct loader_options options = {.backend = g->cli->backend,
        .table = &g->table,
        .cancel = cli_cancel(),
        .budget = g->cli->client.limits.budget,
        .threads = loading ? THREADS_LOADING : THREADS_DURABLE,
        .refused = refused,
        .context = g};
    g->loader = loader_new(&options);
    progress_init(&g->progress, "generate", (uint64_t)g->count, cli_has(g->cli, CLI_QUIET));
    progress_watch(&g->progress, g->cli->waiting);
    bool ok = make_items(g, err);
    progress_wipe(&g->progress);
    summarise(g, progress_seconds(&g->progress));
    loader_free(g->loader);
    return ok;
}

bool cli_generate_run(struct cli *cli, struct err *err)
{
    struct generating g = {.cli = cli};
    enum cli_access access = cli_has(cli, CLI_NO_SYNC) ? CLI_LOADS : CLI_WRITES;
    return take_options(&g, err) && cli_open(cli, access, err) && prepare_table(&g, err) &&
           run(&g, err);
}
