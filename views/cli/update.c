/* SPDX-License-Identifier: MIT */
/*
 * dynascope update: attributes of one item, without placeholders. The words are the query line's;
 * what they may say together is the service's to judge.
 *
 *   --set 'status = "SHIPPED"' --add 'version = 1' --if 'status = "PENDING"'
 *
 *   SET #n0 = :v0 ADD #n1 :v1                      condition: #n0 = :v2
 */
#include "backend/json_out.h"
#include "views/cli/key.h"
#include "views/cli/write.h"
#include "views/query/query_terms.h"

struct update {
    struct cli *cli;
    struct query_line line; /* gets the placeholders' maps */
    struct query_builder builder;
    struct query_token tokens[QUERY_TOKENS_MAX];
    struct buf expression;
    struct client_condition guard;
};

/* The text of an option, of which the error may name a place. */
static bool complain(struct update *u, enum cli_option_id id, struct str text, struct err *err)
{
    const char *name = cli_option(id)->name;
    cli_point_at(u->cli, name, text);
    err->code = ERR_USAGE;
    return err_context(err, "--%s", name);
}

static bool need(struct err *err, const char *what)
{
    return err_set(err, ERR_USAGE, "%s", what);
}

/* A word without quotes would be taken for an attribute. */
static bool check_operand(const struct query_token *operand, size_t count, struct err *err)
{
    if (count != 1 || operand->kind != QUERY_NAME)
        return true;
    err_set(err, ERR_USAGE, "text stands in quotes: '%.*s'", STR_ARG(operand->name));
    return err_place(err, operand->at, operand->len);
}

/* change := path '=' operand; ADD and DELETE have no sign between the two */
static bool put_change(
    struct update *u, enum cli_option_id id, size_t count, struct buf *out, struct err *err)
{
    struct query_expression e;
    size_t sign = 0;
    while (sign < count && u->tokens[sign].kind != QUERY_OPERATOR)
        sign++;
    if (sign == 0 || sign + 1 >= count || !str_equal(u->tokens[sign].name, STR("=")))
        return need(err, "PATH = VALUE is needed");
    if (!check_operand(&u->tokens[sign + 1], count - sign - 1, err) ||
        !query_build_expression(&u->builder, u->tokens, sign, &e))
        return false;
    buf_printf(out, "%.*s %s", STR_ARG(e.text), id == CLI_SET ? "= " : "");
    if (!query_build_expression(&u->builder, u->tokens + sign + 1, count - sign - 1, &e))
        return false;
    buf_add(out, e.text);
    return true;
}

static bool put_one(
    struct update *u, enum cli_option_id id, struct str text, struct buf *out, struct err *err)
{
    struct query_expression e;
    size_t count;
    if (!query_lex(&u->cli->arena, text, u->tokens, &count, err))
        return complain(u, id, text, err);
    if (count == 0)
        return need(err, "it is empty") || complain(u, id, text, err);
    if (id != CLI_REMOVE && id != CLI_IF)
        return put_change(u, id, count, out, err) || complain(u, id, text, err);
    if (!query_build_expression(&u->builder, u->tokens, count, &e))
        return complain(u, id, text, err);
    buf_add(out, e.text);
    return true;
}

/* All options of one kind: "SET a = :v0, b = :v1". */
static bool put_clause(struct update *u, enum cli_option_id id, const char *word, struct err *err)
{
    const struct cli *cli = u->cli;
    bool first = true, ok = true;
    for (size_t i = 0; ok && i < cli->given_count; i++) {
        if (cli->given[i].id != id)
            continue;
        if (!first)
            buf_add(&u->expression, STR(", "));
        else
            buf_printf(&u->expression, "%s%s ", u->expression.len ? " " : "", word);
        first = false;
        ok = put_one(u, id, str_from(cli->given[i].value), &u->expression, err);
    }
    return ok;
}

static bool put_guard(struct update *u, struct err *err)
{
    struct buf text = {0};
    if (!cli_has(u->cli, CLI_IF))
        return true;
    bool ok = put_one(u, CLI_IF, cli_value(u->cli, CLI_IF), &text, err);
    u->guard.expression = arena_dup(&u->cli->arena, buf_str(&text));
    buf_fini(&text);
    return ok;
}

/* In the line's words: placeholders are made here. */
static bool build(struct update *u, struct err *err)
{
    query_builder_init(&u->builder, &u->cli->arena, &u->line, err);
    bool ok = put_clause(u, CLI_SET, "SET", err) && put_clause(u, CLI_REMOVE, "REMOVE", err) &&
              put_clause(u, CLI_ADD, "ADD", err) && put_clause(u, CLI_DELETE_FROM, "DELETE", err) &&
              put_guard(u, err) && query_builder_end(&u->builder);
    u->guard.names = u->line.names;
    u->guard.values = u->line.values;
    query_builder_fini(&u->builder);
    return ok;
}

static bool prepare(struct update *u, struct err *err)
{
    const struct cli *cli = u->cli;
    bool own = cli_has(cli, CLI_UPDATE);
    bool words = cli_has(cli, CLI_SET) || cli_has(cli, CLI_ADD) || cli_has(cli, CLI_REMOVE) ||
                 cli_has(cli, CLI_DELETE_FROM);
    bool placed =
        cli_has(cli, CLI_CONDITION) || cli_has(cli, CLI_NAMES) || cli_has(cli, CLI_VALUES);
    if (own && (words || cli_has(cli, CLI_IF)))
        return need(err, "--update-expression goes with --condition-expression, --names and "
                         "--values: leave --set, --add, --remove, --delete-from and --if out");
    if (!own && placed)
        return need(err, "--condition-expression, --names and --values go with "
                         "--update-expression: with --set and the like, --if takes the values");
    if (!own && !words)
        return need(err, "change what? --set 'PATH = VALUE', --add, --remove, --delete-from or "
                         "--update-expression says it");
    if (!own)
        return build(u, err);
    buf_add(&u->expression, cli_value(cli, CLI_UPDATE));
    cli_point_at(u->cli, "UpdateExpression", cli_value(cli, CLI_UPDATE));
    return cli_write_condition(u->cli, &u->guard, err);
}

static bool update_one(void *context, struct value key, struct err *err)
{
    struct update *u = context;
    struct arena arena = {0};
    struct buf line = {0};
    struct value item;
    bool ok = client_update(&u->cli->client, &arena, str_from(u->cli->args[0]), key,
        buf_str(&u->expression), &u->guard, &item, err);
    if (ok && item.type == VALUE_M) {
        json_out_line(&line, item, cli_has(u->cli, CLI_TYPED));
        cli_out_line(&u->cli->out, buf_str(&line));
    }
    buf_fini(&line);
    arena_fini(&arena);
    return ok;
}

bool cli_update_run(struct cli *cli, struct err *err)
{
    struct client_table table;
    struct update *u = arena_array(&cli->arena, struct update, 1);
    *u = (struct update){.cli = cli};
    bool ok = prepare(u, err) && cli_open(cli, CLI_WRITES, err) &&
              cli_key_schema(cli, cli->args[0], &table, err) &&
              cli_key_each(cli, &table, cli->args + 1, cli->arg_count - 1, update_one, u, err);
    buf_fini(&u->expression);
    return ok;
}
