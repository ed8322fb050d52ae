/* SPDX-License-Identifier: MIT */
/* Finding and making tables. */
#include "views/cli/table.h"
#include "backend/json.h"

bool cli_table_key(struct str word, struct client_key *out, struct err *err)
{
    size_t colon = SIZE_MAX;
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] == ':')
            colon = i;
    *out = (struct client_key){.name = word, .type = VALUE_NONE};
    if (colon != SIZE_MAX) {
        out->name = str_take(word, colon);
        out->type = value_type_from_name(str_skip(word, colon + 1));
    }
    bool typed = out->type == VALUE_S || out->type == VALUE_N || out->type == VALUE_B;
    if (out->name.len && (typed || colon == SIZE_MAX))
        return true;
    return err_set(
        err, ERR_USAGE, "%.*s: a key is NAME or NAME:TYPE with the type S, N or B", STR_ARG(word));
}

bool cli_table_find(struct client *client, struct arena *arena, struct str name,
    struct client_table *out, bool *found, struct err *err)
{
    *found = client_describe(client, arena, name, out, err);
    if (*found)
        return true;
    if (strcmp(err->name, "ResourceNotFoundException") != 0)
        return false;
    *err = ERR_INIT;
    return true;
}

static void put_pair(
    struct buf *body, struct str name, struct str value, struct str kind, const char *word)
{
    json_put_comma(body);
    buf_add_byte(body, '{');
    json_put_name(body, name);
    json_put_string(body, value);
    json_put_name(body, kind);
    json_put_string(body, str_from(word));
    buf_add_byte(body, '}');
}

static void put_schema(struct buf *body, const struct client_key *keys, uint32_t count)
{
    json_put_name(body, STR("KeySchema"));
    buf_add_byte(body, '[');
    for (uint32_t i = 0; i < count; i++)
        put_pair(body, STR("AttributeName"), keys[i].name, STR("KeyType"), i ? "RANGE" : "HASH");
    buf_add_byte(body, ']');
    json_put_name(body, STR("AttributeDefinitions"));
    buf_add_byte(body, '[');
    for (uint32_t i = 0; i < count; i++)
        put_pair(body, STR("AttributeName"), keys[i].name, STR("AttributeType"),
            value_type_name(keys[i].type ? keys[i].type : VALUE_S));
    buf_add_byte(body, ']');
}

bool cli_table_create_json(struct client *client, struct str body, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_call(client, STR("CreateTable"), body, &reply, err);
    if (!ok && strcmp(err->name, "ResourceInUseException") == 0) {
        *err = ERR_INIT;
        ok = true;
    }
    ddb_reply_fini(&reply);
    return ok;
}

bool cli_table_create(struct client *client, struct str name, const struct client_key *keys,
    uint32_t key_count, struct err *err)
{
    struct buf body = {0};
    buf_add_byte(&body, '{');
    json_put_name(&body, STR("TableName"));
    json_put_string(&body, name);
    put_schema(&body, keys, key_count);
    json_put_name(&body, STR("BillingMode"));
    json_put_string(&body, STR("PAY_PER_REQUEST"));
    buf_add_byte(&body, '}');
    bool ok =
        cli_table_create_json(client, buf_str(&body), err) && client_wait_active(client, name, err);
    buf_fini(&body);
    return ok;
}
