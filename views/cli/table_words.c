/* SPDX-License-Identifier: MIT */
/*
 * The words of create-table and update-table. What may be said of a table is judged where forms
 * have it judged (table_spec.h), or by the service.
 */
#include "views/cli/table_words.h"

#include "views/cli/report.h"
#include "views/cli/table.h"

#include <stdio.h>
#include <unistd.h>

/* ---- keys ---- */

/* A key without a type has the one that it has elsewhere, or S. */
static bool take_key(
    const struct table_spec *spec, struct str word, struct client_key *out, struct err *err)
{
    if (!cli_table_key(word, out, err))
        return false;
    if (out->type == VALUE_NONE)
        out->type = table_spec_type(spec, out->name);
    if (out->type == VALUE_NONE)
        out->type = VALUE_S;
    return true;
}

/* units = READ "/" WRITE */
static bool take_units(struct str text, struct spec_units *out)
{
    size_t slash = str_find_byte(text, '/');
    return slash < text.len && str_to_i64(str_take(text, slash), &out->read) &&
           str_to_i64(str_skip(text, slash + 1), &out->write) && out->read > 0 && out->write > 0;
}

static bool take_projection(struct str word, struct spec_index *out)
{
    static const struct str include = STR("INCLUDE=");
    if (str_equal(word, STR("ALL")))
        out->projection = SPEC_ALL;
    else if (str_equal(word, STR("KEYS_ONLY")))
        out->projection = SPEC_KEYS_ONLY;
    else if (str_starts(word, include))
        out->projection = SPEC_INCLUDE;
    else
        return false;
    out->include = str_starts(word, include) ? str_skip(word, include.len) : STR_NONE;
    return true;
}

static bool bad_index(struct str text, bool local, struct err *err)
{
    return err_set(err, ERR_USAGE, "%.*s: an index is '%s'", STR_ARG(text),
        local ? "NAME SORT-KEY[:TYPE] [ALL|KEYS_ONLY|INCLUDE=a,b]"
              : "NAME KEY[:TYPE] [SORT-KEY[:TYPE]] [ALL|KEYS_ONLY|INCLUDE=a,b] [READ/WRITE]");
}

bool table_words_index(const struct table_spec *spec, struct str text, bool local,
    struct spec_index *out, struct err *err)
{
    struct str rest = str_trim(text), word;
    int keys = local ? 1 : 0; /* the first one is the table's */
    *out = (struct spec_index){.units = spec->provisioned ? spec->units : (struct spec_units){0}};
    if (local)
        out->hash = spec->hash;
    if (!str_cut(&rest, ' ', &out->name))
        return bad_index(text, local, err);
    while (str_cut(&rest, ' ', &word)) {
        struct spec_units units;
        if (!word.len || take_projection(word, out))
            continue;
        if (!local && take_units(word, &units))
            out->units = units;
        else if (keys == 2)
            return bad_index(text, local, err);
        else if (!take_key(spec, word, keys++ ? &out->range : &out->hash, err))
            return false;
    }
    return (local ? out->range.name.len : out->hash.name.len) || bad_index(text, local, err);
}

static bool take_indexes(struct cli *cli, struct table_spec *spec, struct err *err)
{
    for (size_t i = 0; i < cli->given_count; i++) {
        bool local = cli->given[i].id == CLI_LOCAL_INDEX;
        uint32_t *count = local ? &spec->local_count : &spec->global_count;
        struct spec_index index;
        if (!local && cli->given[i].id != CLI_GLOBAL_INDEX)
            continue;
        if (*count == (local ? SPEC_LOCALS_MAX : SPEC_GLOBALS_MAX))
            return err_set(err, ERR_USAGE, "a table has at most %u %s indexes", *count,
                local ? "local" : "global");
        if (!table_words_index(spec, str_from(cli->given[i].value), local, &index, err))
            return false;
        (local ? spec->locals : spec->globals)[(*count)++] = index;
    }
    return true;
}

bool table_words_keys(struct cli *cli, struct table_spec *spec, struct err *err)
{
    if (!cli_has(cli, CLI_KEY))
        return err_set(err, ERR_USAGE, "--key names the partition key: --key id, --key n:N");
    return take_key(spec, cli_value(cli, CLI_KEY), &spec->hash, err) &&
           (!cli_has(cli, CLI_SORT_KEY) ||
               take_key(spec, cli_value(cli, CLI_SORT_KEY), &spec->range, err)) &&
           take_indexes(cli, spec, err);
}

/* ---- settings ---- */

static bool is_off(struct str text)
{
    return str_equal(text, STR("off"));
}

static void drop_tag(struct table_spec *spec, struct str key)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < spec->tag_count; i++)
        if (!str_equal(spec->tags[i].key, key))
            spec->tags[kept++] = spec->tags[i];
    spec->tag_count = kept;
}

static bool take_tag(struct table_spec *spec, struct str text, struct err *err)
{
    size_t equals = str_find_byte(text, '=');
    struct spec_tag tag = {str_take(text, equals < text.len ? equals : 0),
        equals < text.len ? str_skip(text, equals + 1) : STR_NONE};
    const char *wrong = table_spec_judge_tag(tag.key, tag.value);
    if (wrong)
        return err_set(err, ERR_USAGE, "--tag %.*s: %s", STR_ARG(text), wrong);
    drop_tag(spec, tag.key);
    if (spec->tag_count == SPEC_TAGS_MAX)
        return err_set(err, ERR_USAGE, "a table has at most %d tags", SPEC_TAGS_MAX);
    spec->tags[spec->tag_count++] = tag;
    return true;
}

static bool take_tags(struct cli *cli, struct table_spec *spec, struct err *err)
{
    for (size_t i = 0; i < cli->given_count; i++) {
        struct str value = str_from(cli->given[i].value);
        if (cli->given[i].id == CLI_UNTAG)
            drop_tag(spec, value);
        else if (cli->given[i].id == CLI_TAG && !take_tag(spec, value, err))
            return false;
    }
    return true;
}

static bool take_billing(struct cli *cli, struct table_spec *spec, struct err *err)
{
    if (cli_has(cli, CLI_ON_DEMAND) && cli_has(cli, CLI_PROVISIONED))
        return err_set(err, ERR_USAGE, "--on-demand and --provisioned: one of them");
    if (cli_has(cli, CLI_ON_DEMAND))
        spec->provisioned = false;
    if (!cli_has(cli, CLI_PROVISIONED))
        return true;
    spec->provisioned = true;
    if (!take_units(cli_value(cli, CLI_PROVISIONED), &spec->units))
        return err_set(err, ERR_USAGE, "--provisioned %s: READ/WRITE units, such as 5/5",
            cli->value[CLI_PROVISIONED]);
    for (uint32_t i = 0; i < spec->global_count; i++)
        if (!spec->globals[i].units.read)
            spec->globals[i].units = spec->units;
    return true;
}

bool table_words_settings(struct cli *cli, struct table_spec *spec, struct err *err)
{
    if (cli_has(cli, CLI_STREAM_VIEW)) {
        struct str view = cli_value(cli, CLI_STREAM_VIEW);
        spec->stream_view = is_off(view) ? STR_NONE : view;
    }
    if (cli_has(cli, CLI_TTL)) {
        struct str attribute = cli_value(cli, CLI_TTL);
        spec->ttl = is_off(attribute) ? STR_NONE : attribute;
    }
    if (cli_has(cli, CLI_PROTECT) && cli_has(cli, CLI_NO_PROTECT))
        return err_set(err, ERR_USAGE, "--protect and --no-protect: one of them");
    if (cli_has(cli, CLI_PROTECT) || cli_has(cli, CLI_NO_PROTECT))
        spec->protection = cli_has(cli, CLI_PROTECT);
    return take_billing(cli, spec, err) && take_tags(cli, spec, err);
}

/* ---- sending ---- */

static void print_request(struct cli *cli, const struct table_request *request)
{
    struct buf line = {0};
    buf_add(&line, STR("{\"operation\":"));
    json_put_string(&line, request->operation);
    buf_add(&line, STR(",\"body\":"));
    buf_add(&line, request->body);
    buf_add_byte(&line, '}');
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

bool table_words_send(
    struct cli *cli, struct str table, const struct table_requests *requests, struct err *err)
{
    size_t done = 0;
    for (size_t i = 0; cli_has(cli, CLI_REQUESTS) && i < requests->count; i++)
        print_request(cli, &requests->at[i]);
    if (cli_has(cli, CLI_REQUESTS))
        return true;
    if (table_requests_send(&cli->client, requests, table, &done, err))
        return true;
    if (done)
        err_context(err, "the first %zu of %zu requests were done, then %.*s", done,
            requests->count,
            STR_ARG(done < requests->count ? requests->at[done].operation : STR("waiting")));
    return false;
}

bool table_words_confirm(
    struct cli *cli, const struct client_table *table, const char *what, struct err *err)
{
    char answer[512] = "", count[32];
    if (cli_has(cli, CLI_YES))
        return true;
    snprintf(count, sizeof count, "%lld", (long long)table->items);
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return err_set(err, ERR_USAGE,
            "this %s %.*s with %s items: without a terminal --yes says so", what,
            STR_ARG(table->name), count);
    if (!cli_out_flush(&cli->out, err))
        return false;
    cli_report_ask(
        "This %s %.*s with %s items. Type its name: ", what, STR_ARG(table->name), count);
    if (fgets(answer, sizeof answer, stdin) && str_equal(str_trim(str_from(answer)), table->name))
        return true;
    return err_set(err, ERR_USAGE, "that is not its name: nothing was done");
}
