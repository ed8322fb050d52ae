/* SPDX-License-Identifier: MIT */
/*
 * The sample store's tables, as rows: keys, an index, a stream, billing. Turned into CreateTable
 * bodies here; what is in the tables is made in demo_tables.c.
 */
#include "views/cli/demo_shapes.h"
#include "backend/json.h"
#include "views/cli/table.h"

struct shape_index {
    const char *name;
    const char *keys;       /* "status:S orderId:S" */
    const char *projection; /* ALL, KEYS_ONLY, or the attribute that is included */
    bool local;
};

struct shape {
    const char *name;
    const char *keys;
    struct shape_index index; /* name NULL = none */
    const char *stream;       /* view type, or NULL */
    int units;                /* provisioned; 0 = on demand */
    bool is_protected;
};

static const struct shape shapes[] = {
    {.name = "Users",
        .keys = "userId:S",
        .index = {"EmailIndex", "email:S", "ALL", false},
        .units = 5},
    {.name = "Orders",
        .keys = "customerId:S orderId:S",
        .index = {"GSI1", "status:S orderId:S", "ALL", false},
        .stream = "NEW_AND_OLD_IMAGES"},
    {.name = "OrderAmounts", .keys = "Id:N Amount:N", .stream = "KEYS_ONLY", .units = 1},
    {.name = "CustomerOrdersTable", .keys = "id:S", .stream = "NEW_IMAGE"},
    {.name = "EcommerceTable", .keys = "PK:S SK:S"},
    {.name = "TasksTable",
        .keys = "PK:S SK:S",
        .index = {"ByPriority", "PK:S priority:S", "title", true},
        .stream = "NEW_AND_OLD_IMAGES"},
    {.name = "Accounts", .keys = "accountId:S", .is_protected = true},
    {.name = "Sessions",
        .keys = "sessionId:S",
        .index = {"ByUser", "userId:S", "KEYS_ONLY", false}},
    {.name = "Events", .keys = "deviceId:S at:N", .stream = "NEW_IMAGE"},
    {.name = "AllTypes", .keys = "id:N"},
};

/* Takes "name:T" off the front of a key list. */
static bool next_key(struct str *rest, struct str *name, struct str *type)
{
    struct str key;
    if (!str_cut(rest, ' ', &key))
        return false;
    *type = key;
    return str_cut(type, ':', name);
}

static void put_key_schema(struct buf *body, const char *keys)
{
    struct str rest = str_from(keys), name, type;
    const char *kind = "HASH";
    json_put_name(body, STR("KeySchema"));
    buf_add_byte(body, '[');
    for (; next_key(&rest, &name, &type); kind = "RANGE") {
        json_put_comma(body);
        buf_printf(body, "{\"AttributeName\":\"%.*s\",\"KeyType\":\"%s\"}", STR_ARG(name), kind);
    }
    buf_add_byte(body, ']');
}

static bool has_key(const char *keys, struct str wanted)
{
    struct str rest = str_from(keys), name, type;
    while (next_key(&rest, &name, &type))
        if (str_equal(name, wanted))
            return true;
    return false;
}

static void put_definitions(struct buf *body, const struct shape *shape)
{
    const char *lists[] = {shape->keys, shape->index.keys};
    json_put_name(body, STR("AttributeDefinitions"));
    buf_add_byte(body, '[');
    for (int i = 0; i < 2; i++) {
        struct str rest = str_from(lists[i]), name, type;
        while (next_key(&rest, &name, &type)) {
            if (i == 1 && has_key(shape->keys, name))
                continue;
            json_put_comma(body);
            buf_printf(body, "{\"AttributeName\":\"%.*s\",\"AttributeType\":\"%.*s\"}",
                STR_ARG(name), STR_ARG(type));
        }
    }
    buf_add_byte(body, ']');
}

static void put_units(struct buf *body, const struct shape *shape)
{
    if (shape->units)
        buf_printf(body,
            ",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":%d,\"WriteCapacityUnits\":%d}",
            shape->units, shape->units);
}

static void put_index(struct buf *body, const struct shape *shape)
{
    const struct shape_index *index = &shape->index;
    bool whole = strcmp(index->projection, "ALL") == 0,
         keys = strcmp(index->projection, "KEYS_ONLY") == 0;
    json_put_name(
        body, index->local ? STR("LocalSecondaryIndexes") : STR("GlobalSecondaryIndexes"));
    buf_printf(body, "[{\"IndexName\":\"%s\"", index->name);
    put_key_schema(body, index->keys);
    if (whole || keys)
        buf_printf(body, ",\"Projection\":{\"ProjectionType\":\"%s\"}", index->projection);
    else
        buf_printf(body,
            ",\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"%s\"]}",
            index->projection);
    if (!index->local)
        put_units(body, shape);
    buf_add(body, STR("}]"));
}

static bool make_table(struct client *client, const struct shape *shape, struct err *err)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"%s\"", shape->name);
    put_key_schema(&body, shape->keys);
    put_definitions(&body, shape);
    if (shape->index.name)
        put_index(&body, shape);
    if (shape->stream)
        buf_printf(&body,
            ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"%s\"}",
            shape->stream);
    if (shape->units)
        put_units(&body, shape);
    else
        buf_add(&body, STR(",\"BillingMode\":\"PAY_PER_REQUEST\""));
    if (shape->is_protected)
        buf_add(&body, STR(",\"DeletionProtectionEnabled\":true"));
    buf_add_byte(&body, '}');
    bool ok = cli_table_create_json(client, buf_str(&body), err);
    buf_fini(&body);
    return ok;
}

bool demo_shapes_make(struct client *client, struct err *err)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (!make_table(client, &shapes[i], err))
            return false;
    return true;
}
