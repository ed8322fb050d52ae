/* SPDX-License-Identifier: MIT */
/*
 * A planned query as a request, in three dresses. Runs nothing.
 */
#include "views/query/query_request.h"

struct client_read query_request_read(
    const struct client_table *table, const struct query_line *line, const struct query_plan *plan)
{
    return (struct client_read){.table = table->name,
        .index = plan->index ? plan->index->name : STR_NONE,
        .key_condition = plan->key_condition,
        .filter = plan->filter,
        .projection = line->projection,
        .names = line->names,
        .values = line->values,
        .backward = line->backward && plan->query,
        .consistent = line->consistent,
        .limit = line->limit,
        .segments = plan->query ? 0 : line->segments};
}

struct browse *query_request_browse(
    const struct client_table *table, const struct query_line *line, const struct query_plan *plan)
{
    struct client_read read = query_request_read(table, line, plan);
    return browse_read(table, &read);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_-./:=@%+,", c));
}

void query_request_quote(struct buf *out, struct str word)
{
    size_t plain = 0;
    while (plain < word.len && is_plain(word.at[plain]))
        plain++;
    if (word.len && plain == word.len) {
        buf_add(out, word);
        return;
    }
    buf_add_byte(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_byte(out, word.at[i]);
    }
    buf_add_byte(out, '\'');
}

static void add_option(struct buf *out, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    buf_printf(out, " --%s ", name);
    query_request_quote(out, value);
}

static void add_number(struct buf *out, const char *name, int64_t number)
{
    if (number)
        buf_printf(out, " --%s %lld", name, (long long)number);
}

struct query_target query_request_target(struct str connection)
{
    struct query_target target = {.endpoint = STR_NONE};
    if (str_starts(connection, STR("http://")) || str_starts(connection, STR("https://"))) {
        target.endpoint = connection;
        return target;
    }
    size_t at = str_find_byte(connection, '@'), colon = str_find_byte(connection, ':');
    if (!str_equal(str_take(connection, 3), STR("aws")) ||
        (connection.len > 3 && connection.at[3] != ':' && connection.at[3] != '@'))
        return target;
    if (at != SIZE_MAX)
        target.region = str_skip(connection, at + 1);
    if (colon == 3)
        target.profile = str_skip(str_take(connection, at), 4);
    return target;
}

static void add_target(struct buf *out, const struct query_target *target)
{
    add_option(out, "endpoint-url", target->endpoint);
    add_option(out, "region", target->region);
    add_option(out, "profile", target->profile);
}

void query_request_command(const struct client_read *read, const struct query_line *line,
    const struct query_target *target, struct buf *out)
{
    bool query = read->key_condition.len > 0;
    buf_printf(out, "aws dynamodb %s", query ? "query" : "scan");
    add_option(out, "table-name", read->table);
    add_option(out, "index-name", read->index);
    add_option(out, "key-condition-expression", read->key_condition);
    add_option(out, "filter-expression", read->filter);
    add_option(out, "projection-expression", read->projection);
    add_option(out, "expression-attribute-names", line->names_json);
    add_option(out, "expression-attribute-values", line->values_json);
    if (read->backward)
        buf_add(out, STR(" --no-scan-index-forward"));
    if (read->consistent)
        buf_add(out, STR(" --consistent-read"));
    add_number(out, "page-size", line->limit);
    if (read->segments)
        buf_printf(out, " --segment 0 --total-segments %lld", (long long)read->segments);
    add_target(out, target);
}

void query_request_statement(
    struct str statement, const struct query_target *target, struct buf *out)
{
    buf_add(out, STR("aws dynamodb execute-statement"));
    add_option(out, "statement", statement);
    add_target(out, target);
}
