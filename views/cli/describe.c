/* SPDX-License-Identifier: MIT */
/*
 * dynascope describe: what DescribeTable knows, as a page to read or as its JSON.
 */
#include "backend/json.h"
#include "views/cli/cli.h"
#include "views/cli/key.h"
#include "views/tables/table_facts.h"
#include "views/words.h"

static void add_line(struct cli *cli, const char *name, struct str text)
{
    struct buf line = {0};
    if (text.len) {
        buf_printf(&line, "%-12s %.*s", name, STR_ARG(text));
        cli_out_line(&cli->out, buf_str(&line));
    }
    buf_fini(&line);
}

static void add_keys(
    struct cli *cli, const struct client_table *t, const struct client_index *index)
{
    struct buf text = {0};
    table_facts_keys(&text, t, index);
    add_line(cli, index ? "  keys" : "keys", buf_str(&text));
    buf_fini(&text);
}

static void add_size(struct cli *cli, const char *name, int64_t items, int64_t bytes)
{
    struct buf text = {0};
    words_plural(&text, items, "item");
    buf_add(&text, STR(", "));
    words_bytes(&text, bytes);
    add_line(cli, name, buf_str(&text));
    buf_fini(&text);
}

static void add_billing(struct cli *cli, const struct client_table *t)
{
    struct buf text = {0};
    buf_add(&text, t->billing);
    if (t->read_units || t->write_units)
        buf_printf(&text, "%s%lld read and %lld write capacity units", text.len ? ", " : "",
            (long long)t->read_units, (long long)t->write_units);
    add_line(cli, "billing", buf_str(&text));
    buf_fini(&text);
}

static void add_index(
    struct cli *cli, const struct client_table *t, const struct client_index *index)
{
    struct buf text = {0};
    buf_printf(&text, "%.*s (%s%s%.*s)", STR_ARG(index->name), index->global ? "global" : "local",
        index->status.len ? ", " : "", STR_ARG(index->status));
    add_line(cli, "index", buf_str(&text));
    add_keys(cli, t, index);
    buf_clear(&text);
    buf_add(&text, index->projection);
    for (uint32_t i = 0; i < index->include_count; i++)
        buf_printf(&text, "%s %.*s", i ? "," : ":", STR_ARG(index->include[i]));
    add_line(cli, "  projection", buf_str(&text));
    add_size(cli, "  size", index->items, index->bytes);
    buf_fini(&text);
}

static void print_page(struct cli *cli, const struct client_table *t)
{
    struct buf created = {0};
    if (t->created_ms)
        words_utc(&created, t->created_ms);
    add_line(cli, "table", t->name);
    add_line(cli, "status", t->status);
    add_keys(cli, t, NULL);
    add_size(cli, "size", t->items, t->bytes);
    add_billing(cli, t);
    add_line(cli, "stream", t->stream_view);
    add_line(cli, "stream ARN", t->stream_arn);
    add_line(cli, "TTL", t->ttl_attribute);
    add_line(cli, "protected", t->deletion_protection ? STR("from deletion") : STR_NONE);
    add_line(cli, "created", buf_str(&created));
    add_line(cli, "ARN", t->arn);
    for (uint32_t i = 0; i < t->index_count; i++)
        add_index(cli, t, &t->indexes[i]);
    buf_fini(&created);
}

/* DescribeTable's own words. */
static bool print_json(struct cli *cli, const char *name, struct err *err)
{
    struct buf body = {0}, line = {0};
    struct ddb_reply reply = {0};
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, str_from(name));
    buf_add_byte(&body, '}');
    bool ok = client_call(&cli->client, STR("DescribeTable"), buf_str(&body), &reply, err);
    const struct json *json = ok ? json_parse(&cli->arena, buf_str(&reply.body), err) : NULL;
    const struct json *table = json_get(json, STR("Table"));
    if (table) {
        json_put(&line, table);
        cli_out_line(&cli->out, buf_str(&line));
    }
    ddb_reply_fini(&reply);
    buf_fini(&body);
    buf_fini(&line);
    return json != NULL;
}

static bool describe(
    struct cli *cli, enum cli_form form, const char *name, bool first, struct err *err)
{
    struct client_table t;
    if (!cli_key_schema(cli, name, &t, err))
        return false;
    if (form == CLI_FORM_JSON)
        return print_json(cli, name, err);
    if (!first)
        cli_out_line(&cli->out, STR_NONE);
    print_page(cli, &t);
    return true;
}

bool cli_describe_run(struct cli *cli, struct err *err)
{
    enum cli_form form;
    bool ok = cli_form(cli, &form, err);
    if (ok && form == CLI_FORM_NAMES)
        return err_set(err, ERR_USAGE, "--output names: a description is a table or json");
    ok = ok && cli_open(cli, CLI_READS, err);
    for (int i = 0; ok && i < cli->arg_count; i++)
        ok = describe(cli, form, cli->args[i], i == 0, err);
    return ok;
}
