/* SPDX-License-Identifier: MIT */
/*
 * dynascope ask: the query builder without its pane. The same line, the same plan; what the pane
 * says of it (--plan), shows to be copied (--print), or runs.
 */
#include "views/cli/read.h"
#include "views/cli/report.h"
#include "views/cli/source.h"
#include "views/places/saved.h"
#include "views/query/query_lex.h"
#include "views/query/query_request.h"
#include "views/query/query_verdict.h"

/* The words of the line, as they stand on the command line; or what a file holds. */
static bool take_line(struct cli *cli, struct str *out, struct err *err)
{
    struct buf text = {0};
    bool ok = true;
    if (cli->arg_count == 1)
        return err_set(err, ERR_USAGE, "a query's line is missing, or --saved NAME");
    if (cli->arg_count == 2)
        ok = cli_source_read(cli->args[1], QUERY_TEXT_MAX, &text, err);
    for (int i = 1; cli->arg_count > 2 && i < cli->arg_count; i++)
        buf_printf(&text, "%s%s", i > 1 ? " " : "", cli->args[i]);
    *out = arena_dup(&cli->arena, str_trim(buf_str(&text)));
    buf_fini(&text);
    return ok;
}

/* The line that the explorer keeps under the name. */
static bool take_saved(struct cli *cli, struct str *out, struct err *err)
{
    struct str table = str_from(cli->args[0]), name = cli_value(cli, CLI_SAVED);
    struct memory *memory =
        memory_of_connection(cli_connection(cli), backend_is_remote(cli->backend));
    struct saved saved = {0};
    saved_read(&saved, memory);
    const struct saved_one *one = saved_find(&saved, table, name);
    bool query = one && one->place.open == PLACE_GRID && one->place.asked.len;
    if (query)
        *out = arena_dup(&cli->arena, buf_str(&one->place.asked));
    else
        err_set(err, ERR_NO_INPUT, "%.*s is saved for %s as no query: in the explorer b lists them",
            STR_ARG(name), cli->args[0]);
    saved_fini(&saved);
    memory_free(memory);
    return query;
}

static bool print_plan(struct cli *cli, const struct query_form *form, struct err *err)
{
    struct buf line = {0}, place = {0}, why = {0};
    query_verdict_line(form, &line);
    cli_out_line(&cli->out, buf_str(&line));
    buf_clear(&line);
    query_verdict_cost(form, -1, &line);
    cli_out_line(&cli->out, buf_str(&line));
    for (uint32_t i = 0; query_verdict_reason(form, i, &place, &why); i++) {
        buf_clear(&line);
        buf_printf(&line, "not %.*s: %.*s", STR_ARG(buf_str(&place)), STR_ARG(buf_str(&why)));
        cli_out_line(&cli->out, buf_str(&line));
        buf_clear(&place);
        buf_clear(&why);
    }
    buf_fini(&line);
    buf_fini(&place);
    buf_fini(&why);
    return cli_out_flush(&cli->out, err);
}

/* What the AWS CLI is to be told of where to ask. */
static struct query_target target_of(const struct cli *cli)
{
    struct query_target target = query_request_target(str_from(cli_connection(cli)));
    if (cli_has(cli, CLI_ENDPOINT_URL))
        target.endpoint = cli_value(cli, CLI_ENDPOINT_URL);
    return target;
}

static bool print_as(struct cli *cli, const struct query_form *form, struct err *err)
{
    struct client_read read = query_request_read(form->table, &form->line, &form->plan);
    struct str how = cli_value(cli, CLI_PRINT);
    struct buf text = {0};
    struct query_target target = target_of(cli);
    if (str_equal_nocase(how, STR("aws")))
        query_request_command(&read, &form->line, &target, &text);
    else if (str_equal_nocase(how, STR("request")))
        client_read_body(&text, &read);
    else
        return err_set(err, ERR_USAGE, "--print %s: aws or request", cli->value[CLI_PRINT]);
    cli_out_line(&cli->out, buf_str(&text));
    buf_fini(&text);
    return cli_out_flush(&cli->out, err);
}

static bool print_items(struct cli *cli, const struct query_form *form, struct err *err)
{
    struct client_read read = query_request_read(form->table, &form->line, &form->plan);
    read.segments = 0; /* one after the other is all of them */
    read.count_only = cli_has(cli, CLI_COUNT);
    if (form->line.segments && !form->plan.query) {
        read.segments = form->line.segments;
        cli->value[CLI_SEGMENTS] = "";
    }
    return cli_read_print(cli, &read, &cli->out, err);
}

/* "status = PENDING" compares two attributes, which is seldom meant. */
static void note_words(struct cli *cli, struct str line)
{
    struct query_token *t = arena_array(&cli->arena, struct query_token, QUERY_TOKENS_MAX);
    struct err ignored = ERR_INIT;
    size_t count = 0;
    if (!query_lex(&cli->arena, line, t, &count, &ignored))
        return;
    for (size_t i = 1; i + 1 < count; i++)
        if (t[i].kind == QUERY_OPERATOR && t[i + 1].kind == QUERY_NAME &&
            t[i + 1].len == t[i + 1].name.len)
            cli_report_note("dynascope: %.*s is taken for an attribute: text stands in quotes, "
                            "as \"%.*s\"",
                STR_ARG(t[i + 1].name), STR_ARG(t[i + 1].name));
}

static bool answer(struct cli *cli, const struct query_form *form, struct err *err)
{
    if (!form->good || !form->planned) {
        *err = form->err;
        cli_point_at(cli, "line", buf_str(&form->text));
        return err_context(err, "the line");
    }
    if (cli_has(cli, CLI_PLAN))
        return print_plan(cli, form, err);
    return cli_has(cli, CLI_PRINT) ? print_as(cli, form, err) : print_items(cli, form, err);
}

bool cli_ask_run(struct cli *cli, struct err *err)
{
    struct client_table *table = arena_array(&cli->arena, struct client_table, 1);
    struct query_form *form = arena_array(&cli->arena, struct query_form, 1);
    struct str line;
    if (cli_has(cli, CLI_PLAN) && cli_has(cli, CLI_PRINT))
        return err_set(err, ERR_USAGE, "--plan and --print: leave one out");
    bool saved = cli_has(cli, CLI_SAVED);
    if (saved && cli->arg_count > 1)
        return err_set(err, ERR_USAGE, "--saved NAME has a line of its own: leave LINE out");
    if (!saved && !take_line(cli, &line, err))
        return false;
    if (!cli_open(cli, CLI_READS, err) || (saved && !take_saved(cli, &line, err)) ||
        !client_describe(&cli->client, &cli->arena, str_from(cli->args[0]), table, err))
        return false;
    query_form_init(form, table);
    query_form_set(form, line);
    note_words(cli, line);
    bool ok = answer(cli, form, err);
    if (cli->text_count) /* the error points into what goes now */
        cli->texts[0].text = line;
    query_form_fini(form);
    return ok;
}
