/* SPDX-License-Identifier: MIT */
/* dynascope call: one operation by its name, JSON in and out. */
#include "backend/ops.h"
#include "views/cli/cli.h"
#include "views/cli/source.h"

enum { CALL_BODY_MAX = 16 << 20 };

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* PutItem, putitem and put-item are the same. */
static bool same_name(struct str a, struct str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && a.at[i] == '-')
            i++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (fold(a.at[i++]) != fold(b.at[j++]))
            return false;
    }
}

static const struct op *find_operation(const char *word, struct err *err)
{
    size_t count;
    const struct op *all = op_all(&count);
    for (size_t i = 0; i < count; i++)
        if (same_name(str_from(word), all[i].name))
            return &all[i];
    err_set(err, ERR_USAGE,
        "DynamoDB has no operation %s: names are PutItem, Query, ListTables and the like", word);
    return NULL;
}

/* The expressions of a request, so that errors can point into them. */
static void point_at_expressions(struct cli *cli, const struct json *body)
{
    static const char *const kinds[] = {"KeyConditionExpression", "FilterExpression",
        "ConditionExpression", "ProjectionExpression", "UpdateExpression"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct json *text = json_get(body, str_from(kinds[i]));
        if (json_is(text, JSON_STRING))
            cli_point_at(cli, kinds[i], text->text);
    }
}

static bool refused(
    struct cli *cli, const struct ddb_reply *reply, struct str body, struct err *err)
{
    struct err ignored = ERR_INIT;
    if (cli_has(cli, CLI_RAW))
        cli_out_line(&cli->out, buf_str(&reply->body));
    if (err->at != ERR_NOWHERE)
        point_at_expressions(cli, json_parse(&cli->arena, body, &ignored));
    return false;
}

bool cli_call_run(struct cli *cli, struct err *err)
{
    struct buf text = {0};
    struct ddb_reply reply = {0};
    const struct op *op = find_operation(cli->args[0], err);
    const char *argument = cli->arg_count > 1 ? cli->args[1] : "{}";
    bool ok = op && cli_source_read(argument, CALL_BODY_MAX, &text, err);
    ok = ok && cli_open(cli, op->writes ? CLI_WRITES : CLI_READS, err);
    if (ok) {
        struct str body = arena_dup(&cli->arena, buf_str(&text));
        ok = client_call(&cli->client, op->name, body, &reply, err) ||
             refused(cli, &reply, body, err);
    }
    if (ok && reply.body.len) /* some operations answer with nothing */
        cli_out_line(&cli->out, buf_str(&reply.body));
    ddb_reply_fini(&reply);
    buf_fini(&text);
    return ok;
}
