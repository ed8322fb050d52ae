/* SPDX-License-Identifier: MIT */
/*
 * dynascope partiql: one statement, its pages to the end. What it says is the service's to judge;
 * here only its first word counts, which tells reading from writing.
 *
 *   ExecuteStatement ─▶ Items: a line each ─▶ NextToken ─▶ ExecuteStatement …
 */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "views/cli/cli.h"
#include "views/cli/source.h"

enum { STATEMENT_MAX = 64 << 10 };

struct statement {
    struct cli *cli;
    struct str text, parameters; /* the array in DynamoDB JSON, or empty */
    struct buf token;
    int64_t left; /* < 0 = no limit */
};

/* parameters := '[' value { ',' value } ']', each plain or typed */
static bool take_parameters(struct statement *s, struct err *err)
{
    struct cli *cli = s->cli;
    struct buf out = {0}, value = {0};
    if (!cli_has(cli, CLI_PARAMETERS))
        return true;
    struct str text = cli_value(cli, CLI_PARAMETERS);
    const struct json *array = json_parse(&cli->arena, text, err);
    bool ok = json_is(array, JSON_ARRAY) ||
              (array && err_set(err, ERR_DATA, "an array is needed: [\"PENDING\", 100]"));
    buf_add_byte(&out, '[');
    for (const struct json *j = ok ? array->first : NULL; ok && j; j = j->next) {
        bool typed = j->type == JSON_OBJECT && j->count == 1 &&
                     value_type_from_name(j->first->name) != VALUE_NONE;
        buf_clear(&value);
        ok = typed ? json_in_typed(&value, j, err) : json_in_plain(&value, j, err);
        json_put_comma(&out);
        if (ok)
            json_out_typed(&out, value_of(buf_str(&value)));
    }
    buf_add_byte(&out, ']');
    s->parameters = arena_dup(&cli->arena, buf_str(&out));
    buf_fini(&out);
    buf_fini(&value);
    if (!ok)
        cli_point_at(cli, "--parameters", text);
    return ok || err_context(err, "--parameters");
}

static void put_request(const struct statement *s, struct buf *body)
{
    buf_add_byte(body, '{');
    json_put_name(body, STR("Statement"));
    json_put_string(body, s->text);
    if (s->parameters.len) {
        json_put_name(body, STR("Parameters"));
        buf_add(body, s->parameters);
    }
    if (cli_has(s->cli, CLI_CONSISTENT)) {
        json_put_name(body, STR("ConsistentRead"));
        buf_add(body, STR("true"));
    }
    if (s->cli->client.limits.budget) {
        json_put_name(body, STR("ReturnConsumedCapacity"));
        json_put_string(body, STR("TOTAL"));
    }
    if (s->token.len) {
        json_put_name(body, STR("NextToken"));
        json_put_string(body, buf_str(&s->token));
    }
    buf_add_byte(body, '}');
}

static bool print_page(struct statement *s, const struct json *reply, struct err *err)
{
    const struct json *items = json_get(reply, STR("Items"));
    struct buf item = {0}, line = {0};
    bool ok = true;
    for (const struct json *j = items ? items->first : NULL; ok && j && s->left; j = j->next) {
        buf_clear(&item);
        buf_clear(&line);
        ok = json_in_typed_item(&item, j, err);
        if (!ok)
            break;
        json_out_line(&line, value_of(buf_str(&item)), cli_has(s->cli, CLI_TYPED));
        cli_out_line(&s->cli->out, buf_str(&line));
        s->left -= s->left > 0;
    }
    buf_fini(&item);
    buf_fini(&line);
    return ok && cli_out_flush(&s->cli->out, err);
}

/* One page; what follows it is in s->token. */
static bool ask_page(struct statement *s, struct err *err)
{
    struct arena arena = {0};
    struct buf body = {0};
    struct ddb_reply reply = {0};
    put_request(s, &body);
    bool ok = client_call(&s->cli->client, STR("ExecuteStatement"), buf_str(&body), &reply, err);
    const struct json *json = ok ? json_parse(&arena, buf_str(&reply.body), err) : NULL;
    ok = json && print_page(s, json, err);
    const struct json *token = json_get(json, STR("NextToken"));
    buf_clear(&s->token);
    if (json_is(token, JSON_STRING))
        buf_add(&s->token, token->text);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    arena_fini(&arena);
    return ok;
}

static bool only_reads(struct str statement)
{
    return str_equal_nocase(str_take(statement, 6), STR("select"));
}

static bool take_statement(struct statement *s, struct err *err)
{
    struct buf text = {0};
    bool ok = cli_source_read(s->cli->args[0], STATEMENT_MAX, &text, err);
    s->text = arena_dup(&s->cli->arena, str_trim(buf_str(&text)));
    buf_fini(&text);
    if (ok && !s->text.len)
        return err_set(err, ERR_USAGE, "the statement is empty");
    return ok && cli_number(s->cli, CLI_LIMIT, 1, -1, &s->left, err) && take_parameters(s, err);
}

bool cli_partiql_run(struct cli *cli, struct err *err)
{
    struct statement s = {.cli = cli};
    bool ok = take_statement(&s, err) &&
              cli_open(cli, only_reads(s.text) ? CLI_READS : CLI_WRITES, err) && ask_page(&s, err);
    while (ok && s.token.len && s.left)
        ok = !cli_cancelled(err) && ask_page(&s, err);
    buf_fini(&s.token);
    return ok;
}
