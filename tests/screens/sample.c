/* SPDX-License-Identifier: MIT */
/*
 * Tables with a bit of everything: an index of each kind, a stream, expiring items, all ten types,
 * names and values that want to break out of their cells, one table with more items than are loaded
 * at once, one with none.
 */
#include "tests/screens/sample.h"

#include "backend/client.h"
#include "backend/json_in.h"

static bool sample_call(struct client *c, const char *operation, const char *body, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_call(c, str_from(operation), str_from(body), &reply, err) &&
              !ddb_reply_error(&reply, err);
    ddb_reply_fini(&reply);
    return ok;
}

static const char *const sample_tables[] = {
    "{\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"customerId\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"orderId\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"status\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"amount\",\"AttributeType\":\"N\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"customerId\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"orderId\",\"KeyType\":\"RANGE\"}],"
    "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ByStatus\",\"KeySchema\":["
    "{\"AttributeName\":\"status\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"orderId\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":"
    "\"ALL\"}}],"
    "\"LocalSecondaryIndexes\":[{\"IndexName\":\"ByAmount\",\"KeySchema\":["
    "{\"AttributeName\":\"customerId\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"amount\",\"KeyType\":\"RANGE\"}],"
    "\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}],"
    "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}",

    "{\"TableName\":\"Sessions\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"sessionId\",\"AttributeType\":\"S\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"sessionId\",\"KeyType\":\"HASH\"}]}",

    "{\"TableName\":\"AllTypes\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"N\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}",

    "{\"TableName\":\"Readings\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"sensor\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"at\",\"AttributeType\":\"N\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"sensor\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"at\",\"KeyType\":\"RANGE\"}]}",

    "{\"TableName\":\"Empty\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"B\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}]}",
};

static const struct {
    const char *table, *item;
} sample_items[] = {
    {"Orders",
        "{\"customerId\":\"C101\",\"orderId\":\"O5001\",\"amount\":199,\"status\":\"PENDING\","
        "\"items\":[{\"productId\":\"P100\",\"quantity\":2,\"price\":49.99},"
        "{\"productId\":\"P200\",\"quantity\":1,\"price\":99.02}],\"placedAt\":1732089600}"},
    {"Orders",
        "{\"customerId\":\"C101\",\"orderId\":\"O5002\",\"amount\":450.5,\"status\":\"SHIPPED\","
        "\"items\":[],\"note\":\"gift\",\"placedAt\":1732003200}"},
    {"Orders",
        "{\"customerId\":\"C101\",\"orderId\":\"O5003\",\"amount\":12,\"status\":\"PENDING\","
        "\"placedAt\":1732003999}"},
    {"Orders",
        "{\"customerId\":\"C102\",\"orderId\":\"O9001\",\"amount\":80,\"status\":\"PENDING\","
        "\"address\":{\"city\":\"東京\",\"zip\":\"100-0001\"}}"},
    {"Orders",
        "{\"customerId\":\"C103\",\"orderId\":\"O9002\",\"amount\":-3.25,\"status\":\"RETURNED\","
        "\"urgent\":true}"},
    {"Sessions", "{\"sessionId\":\"s-1\",\"user\":\"ada\",\"expiresAt\":1732176000}"},
    {"Sessions", "{\"sessionId\":\"s-2\",\"user\":\"grace\",\"expiresAt\":1732080000}"},
    {"AllTypes",
        "{\"id\":{\"N\":\"1\"},\"string\":{\"S\":\"text\"},\"digits\":{\"S\":\"42\"},"
        "\"empty\":{\"S\":\"\"},\"number\":{\"N\":\"-12345678901234567890.123456789\"},"
        "\"binary\":{\"B\":\"3q2+7wABAgMEBQ==\"},\"yes\":{\"BOOL\":true},\"no\":{\"BOOL\":false},"
        "\"nothing\":{\"NULL\":true},\"list\":{\"L\":[{\"N\":\"1\"},{\"S\":\"two\"},{\"L\":[]}]},"
        "\"map\":{\"M\":{\"a\":{\"N\":\"1\"},\"with space\":{\"S\":\"b\"}}},"
        "\"strings\":{\"SS\":[\"red\",\"green\"]},\"numbers\":{\"NS\":[\"3\",\"1\",\"2\"]},"
        "\"binaries\":{\"BS\":[\"AQ==\",\"Ag==\"]}}"},
    {"AllTypes", "{\"id\":2,\"string\":\"\\u001b[31mred\\u0007\",\"bidi\":\"a\\u202eb\","
                 "\"wide\":\"中文字漢字\",\"long\":\"The quick brown fox jumps over the lazy dog, "
                 "and the dog, who was not lazy at all, did not mind\"}"},
};

static bool sample_put(struct client *c, struct str table, struct str text, struct err *err)
{
    struct arena arena = {0};
    struct buf item = {0};
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json && json_in_item(&item, json, false, err) &&
              client_put(c, table, value_of(buf_str(&item)), NULL, err);
    arena_fini(&arena);
    buf_fini(&item);
    return ok;
}

static bool sample_put_readings(struct client *c, struct err *err)
{
    bool ok = true;
    struct buf text = {0};
    for (int i = 0; ok && i < 600; i++) {
        buf_clear(&text);
        buf_printf(&text, "{\"sensor\":\"sensor-%d\",\"at\":%d,\"celsius\":%d.%d}", i % 3, 1000 + i,
            10 + i % 17, i % 10);
        ok = sample_put(c, STR("Readings"), buf_str(&text), err);
    }
    buf_fini(&text);
    return ok;
}

bool sample_fill(struct backend *backend, struct err *err)
{
    struct client c = {.backend = backend};
    for (size_t i = 0; i < sizeof sample_tables / sizeof *sample_tables; i++)
        if (!sample_call(&c, "CreateTable", sample_tables[i], err))
            return false;
    for (size_t i = 0; i < sizeof sample_items / sizeof *sample_items; i++)
        if (!sample_put(&c, str_from(sample_items[i].table), str_from(sample_items[i].item), err))
            return false;
    return sample_call(&c, "UpdateTimeToLive",
               "{\"TableName\":\"Sessions\",\"TimeToLiveSpecification\":"
               "{\"Enabled\":true,\"AttributeName\":\"expiresAt\"}}",
               err) &&
           sample_put_readings(&c, err);
}
