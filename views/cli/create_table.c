/* SPDX-License-Identifier: MIT */
/* dynascope create-table, update-table: tables by options; the requests that come of them. */
#include "views/cli/table_words.h"

#include "views/cli/report.h"
#include "views/tables/table_look.h"

bool cli_create_table_run(struct cli *cli, struct err *err)
{
    struct table_spec spec = {.name = str_from(cli->args[0])};
    struct table_requests requests;
    if (!table_words_settings(cli, &spec, err) || !table_words_keys(cli, &spec, err) ||
        !table_spec_check(&spec, err) || !cli_open(cli, CLI_WRITES, err))
        return false;
    table_requests_create(&cli->arena, &spec, &requests);
    return table_words_send(cli, spec.name, &requests, err) &&
           (cli_has(cli, CLI_REQUESTS) || client_wait_active(&cli->client, spec.name, err));
}

/* ---- update-table ---- */

static bool add_index(
    struct cli *cli, const struct table_spec *table, struct str text, struct err *err)
{
    struct spec_index index;
    struct table_requests requests;
    struct table_spec alone = *table;
    if (!table_words_index(table, text, false, &index, err))
        return false;
    alone.globals[0] = index; /* judged by itself, with the table's own keys */
    alone.global_count = 1;
    alone.local_count = alone.tag_count = 0;
    if (!table_spec_check(&alone, err))
        return false;
    table_requests_add_index(&cli->arena, table, &index, &requests);
    return table_words_send(cli, table->name, &requests, err);
}

static bool drop_index(struct cli *cli, struct str table, struct str name, struct err *err)
{
    struct table_requests requests;
    table_requests_remove_index(&cli->arena, table, name, &requests);
    return table_words_send(cli, table, &requests, err);
}

static bool change_indexes(
    struct cli *cli, const struct table_spec *table, bool *any, struct err *err)
{
    for (size_t i = 0; i < cli->given_count; i++) {
        enum cli_option_id id = cli->given[i].id;
        struct str value = str_from(cli->given[i].value);
        if (id != CLI_GLOBAL_INDEX && id != CLI_DROP_INDEX)
            continue;
        /* UpdateTable takes one index at a time */
        if (*any && !cli_has(cli, CLI_REQUESTS) &&
            !client_wait_active(&cli->client, table->name, err))
            return false;
        *any = true;
        if (!(id == CLI_GLOBAL_INDEX ? add_index(cli, table, value, err)
                                     : drop_index(cli, table->name, value, err)))
            return false;
    }
    return true;
}

static bool knows_tags(struct cli *cli, const struct table_look *look, struct err *err)
{
    if (look->asides[ASIDE_TAGS] || !(cli_has(cli, CLI_TAG) || cli_has(cli, CLI_UNTAG)))
        return true;
    return err_set(err, ERR_REFUSED, "the table's tags are not known here: %.*s",
        STR_ARG(look->why[ASIDE_TAGS]));
}

bool cli_update_table_run(struct cli *cli, struct err *err)
{
    struct table_look look;
    struct table_spec before, after;
    struct table_requests requests;
    if (!cli_open(cli, CLI_WRITES, err) ||
        !table_look_read(&cli->client, &cli->arena, str_from(cli->args[0]), &look, err) ||
        !knows_tags(cli, &look, err))
        return false;
    table_spec_read(
        &cli->arena, look.table, look.asides[ASIDE_TTL], look.asides[ASIDE_TAGS], &before);
    after = before;
    if (!table_words_settings(cli, &after, err))
        return false;
    table_requests_change(
        &cli->arena, &before, &after, table_look_text(look.table, STR("TableArn")), &requests);
    bool any = requests.count > 0;
    if (!table_words_send(cli, before.name, &requests, err) ||
        (any && !cli_has(cli, CLI_REQUESTS) &&
            !client_wait_active(&cli->client, before.name, err)) ||
        !change_indexes(cli, &after, &any, err))
        return false;
    if (!any)
        cli_report_note("dynascope: nothing differs: nothing was sent");
    return true;
}
