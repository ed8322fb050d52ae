/* SPDX-License-Identifier: MIT */
/* Keys on the command line: JSON objects, or bare words that the table's schema gives their types.
 */
#include "views/cli/key.h"
#include "backend/json_in.h"
#include "backend/number.h"
#include "base/utf8.h"

static bool put_number(struct buf *out, struct str text, struct err *err)
{
    struct number number;
    if (!number_parse(&number, text, err))
        return false;
    value_put_number(out, number_str(&number));
    return true;
}

static bool put_binary(struct buf *out, struct str text, struct err *err)
{
    struct buf bytes = {0};
    bool ok = json_in_base64(&bytes, text);
    if (ok)
        value_put_binary(out, buf_str(&bytes));
    else
        err_set(err, ERR_USAGE, "binary is written in base64");
    buf_fini(&bytes);
    return ok;
}

bool cli_key_put(struct buf *out, const struct client_key *key, const char *word, struct err *err)
{
    struct str text = str_from(word);
    bool ok = true;
    if (key->type == VALUE_N)
        ok = put_number(out, text, err);
    else if (key->type == VALUE_B)
        ok = put_binary(out, text, err);
    else if (!utf8_valid(text))
        ok = err_set(err, ERR_USAGE, "the text is no UTF-8");
    else
        value_put_string(out, text);
    return ok || err_context(err, "key attribute %.*s (type %s)", STR_ARG(key->name),
                     value_type_name(key->type));
}

bool cli_key_schema(struct cli *cli, const char *table, struct client_table *out, struct err *err)
{
    if (client_describe(&cli->client, &cli->arena, str_from(table), out, err))
        return true;
    if (strcmp(err->name, "ResourceNotFoundException") == 0)
        err_refuse(
            err, err->name, "there is no table %s here; 'dynascope tables' lists them", table);
    return false;
}

/* "customerId orderId" for messages. */
static struct str key_names(struct cli *cli, const struct client_table *table)
{
    if (table->key_count < 2)
        return table->keys[0].name;
    return arena_printf(
        &cli->arena, "%.*s %.*s", STR_ARG(table->keys[0].name), STR_ARG(table->keys[1].name));
}

static bool put_words(struct cli *cli, const struct client_table *table, const char **words,
    int count, struct buf *out, struct err *err)
{
    if ((uint32_t)count != table->key_count)
        return err_set(err, ERR_USAGE, "the key of %.*s is %.*s: %u value%s needed, not %d",
            STR_ARG(table->name), STR_ARG(key_names(cli, table)), table->key_count,
            table->key_count == 1 ? " is" : "s are", count);
    struct value_open key = value_open(out, VALUE_M);
    for (int i = 0; i < count; i++) {
        value_member(&key, out, table->keys[i].name);
        if (!cli_key_put(out, &table->keys[i], words[i], err))
            return false;
    }
    return value_close(&key, out, err);
}

static bool put_json(struct cli *cli, const char *word, struct buf *out, struct err *err)
{
    struct str text = str_from(word);
    const struct json *json = json_parse(&cli->arena, text, err);
    if (json && json_in_item(out, json, false, err))
        return true;
    cli_point_at(cli, "key", text);
    return err_context(err, "the key");
}

bool cli_key_each(struct cli *cli, const struct client_table *table, const char **words, int count,
    bool (*see)(void *context, struct value key, struct err *err), void *context, struct err *err)
{
    struct buf key = {0};
    bool json = words[0][0] == '{', ok = true;
    for (int i = 0; ok && i < (json ? count : 1); i++) {
        buf_clear(&key);
        ok = json ? put_json(cli, words[i], &key, err)
                  : put_words(cli, table, words, count, &key, err);
        ok = ok && see(context, value_of(buf_str(&key)), err);
    }
    buf_fini(&key);
    return ok;
}
