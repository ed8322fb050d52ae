/* SPDX-License-Identifier: MIT */
/*
 * What is in the sample store: the tables that introductions to DynamoDB and Lambda use, each with
 * a feature to look at (indexes, streams, TTL, numeric keys, single-table design), and one whose
 * items try every type and every way to upset a terminal.
 */
#include "views/cli/demo_tables.h"
#include "backend/json_in.h"
#include "backend/number.h"
#include "base/clock.h"
#include "views/cli/demo_shapes.h"
#include "views/cli/sample.h"

enum { SEED = 20260314 };

/* The sample store is complete without it, so a backend that has no TTL yet does no harm. */
static void enable_ttl(struct client *client)
{
    struct ddb_reply reply = {0};
    struct err ignored = ERR_INIT;
    client_call(client, STR("UpdateTimeToLive"),
        STR("{\"TableName\":\"Sessions\",\"TimeToLiveSpecification\":"
            "{\"Enabled\":true,\"AttributeName\":\"expiresAt\"}}"),
        &reply, &ignored);
    ddb_reply_fini(&reply);
}

/* ---- items by number ---- */

typedef void add_item(uint64_t i, struct value_open *item, struct buf *out);

static const char *const titles[] = {"Review the order form", "Write release notes",
    "Rotate the keys", "Answer support mail", "Clean up old sessions", "Plan capacity", NULL};
static const char *const priorities[] = {"LOW", "MEDIUM", "HIGH", NULL};
static const char *const states[] = {"PENDING", "IN_PROGRESS", "DONE", NULL};
static const char *const agents[] = {"Firefox/144", "curl/8.11", "dynascope", "okhttp/5.1", NULL};

static void add_amount(uint64_t i, struct value_open *item, struct buf *out)
{
    sample_number(item, out, "Id", "%d", (int)(i / 4) + 1);
    sample_number(
        item, out, "Amount", "%d.%02d", (int)(i * 7919 % 2000) - 250, (int)(i * 31 % 100));
}

static void add_customer_order(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 1000000 + i);
    sample_string(item, out, "id", "order-%04d", (int)i + 1);
    sample_string(item, out, "Message", i ? "Order %d has been taken" : "New item!", (int)i + 1);
    sample_number(
        item, out, "total", "%d.%02d", (int)sample_below(&rng, 500), (int)sample_below(&rng, 100));
}

/* USER#…, its ORDER#… and the PRODUCT#… of these, in one table. */
static void add_entity(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 2000000 + i);
    int user = (int)(i / 10) + 100, part = (int)(i % 10);
    if (part == 0) {
        sample_string(item, out, "PK", "USER#user%d", user);
        sample_string(item, out, "SK", "#METADATA");
        sample_string(item, out, "email", "user%d@example.com", user);
        sample_time(item, out, "since", sample_below(&rng, 10000000));
    } else if (part < 6) {
        sample_string(item, out, "PK", "USER#user%d", user);
        sample_string(item, out, "SK", "ORDER#2026-%02d-%02d-%03d", part, user % 28 + 1, user);
        sample_number(item, out, "total", "%d.%02d", (int)sample_below(&rng, 400), part);
        sample_string(item, out, "status", "%s", sample_word(&rng, states));
    } else {
        sample_string(item, out, "PK", "ORDER#2026-%02d-%02d-%03d", part - 5, user % 28 + 1, user);
        sample_string(item, out, "SK", "PRODUCT#prod%03d", (int)sample_below(&rng, 1000));
        sample_number(item, out, "quantity", "%d", (int)sample_below(&rng, 9) + 1);
        sample_number(item, out, "price", "%d.99", (int)sample_below(&rng, 90) + 1);
    }
}

static void add_task(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 3000000 + i);
    sample_string(item, out, "PK", "USER#user%d", (int)(i / 12) + 100);
    sample_string(item, out, "SK", "TASK#%06d", (int)i);
    sample_string(item, out, "taskId", "%06d", (int)i);
    sample_string(item, out, "title", "%s", sample_word(&rng, titles));
    sample_string(item, out, "status", "%s", sample_word(&rng, states));
    sample_string(item, out, "priority", "%s", sample_word(&rng, priorities));
    sample_time(item, out, "createdAt", sample_below(&rng, 20000000));
}

static void add_account(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 4000000 + i);
    sample_string(item, out, "accountId", "ACC-%03d", (int)i + 1);
    sample_number(item, out, "balance", "%llu.%010llu",
        (unsigned long long)sample_next(&rng) >> (i % 40 + 4),
        (unsigned long long)sample_below(&rng, 10000000000ull));
    sample_number(item, out, "version", "%d", (int)sample_below(&rng, 50));
}

/* Some have expired already, some will while one looks. */
static void add_session(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 5000000 + i);
    int64_t now = clock_now_ms(NULL) / 1000;
    sample_string(item, out, "sessionId", "%016llx", (unsigned long long)sample_next(&rng));
    sample_string(item, out, "userId", "user-%03d", (int)sample_below(&rng, 200) + 1);
    sample_string(item, out, "agent", "%s", sample_word(&rng, agents));
    sample_number(item, out, "expiresAt", "%lld",
        (long long)(now - 3600 + (int64_t)sample_below(&rng, 4 * 3600)));
}

/* Puts items 0 … count - 1 that `add` makes. */
static bool fill(
    struct client *client, const char *table, uint64_t count, add_item *add, struct err *err)
{
    enum { BATCH = 25 };
    struct buf encoded = {0};
    bool ok = true;
    for (uint64_t i = 0; ok && i < count; i += BATCH) {
        size_t ends[BATCH], n = 0;
        struct value items[BATCH];
        buf_clear(&encoded);
        for (; ok && n < BATCH && i + n < count; n++) {
            struct value_open item = value_open(&encoded, VALUE_M);
            add(i + n, &item, &encoded);
            ok = value_close(&item, &encoded, err);
            ends[n] = encoded.len;
        }
        for (size_t k = 0, from = 0; k < n; from = ends[k++])
            items[k] = value_of((struct str){encoded.at + from, ends[k] - from});
        ok = ok && client_put_batch(client, str_from(table), items, n, err);
    }
    buf_fini(&encoded);
    return ok;
}

/* ---- items of the general kinds ---- */

static void add_sample(const char *schema, const struct sample *sample, uint64_t i,
    struct value_open *item, struct buf *out)
{
    sample_find(str_from(schema))->add(sample, i, item, out);
}

static void add_order(uint64_t i, struct value_open *item, struct buf *out)
{
    add_sample("orders", &(struct sample){.seed = SEED, .partitions = 120}, i, item, out);
}

static void add_event(uint64_t i, struct value_open *item, struct buf *out)
{
    add_sample("events", &(struct sample){.seed = SEED, .partitions = 25}, i, item, out);
}

static void add_user(uint64_t i, struct value_open *item, struct buf *out)
{
    struct sample_rng rng = sample_rng(SEED, 6000000 + i);
    static const char *const names[] = {"Alice Johnson", "Bob Smith", "Carol Williams"};
    static const char *const roles[] = {"developer", "manager", "architect", NULL};
    static const char *const mails[] = {"alice", "bob", "carol"};
    sample_string(item, out, "userId", "user-%03d", (int)i + 1);
    if (i < 3) {
        sample_string(item, out, "name", "%s", names[i]);
        sample_string(item, out, "email", "%s@example.com", mails[i]);
    } else {
        sample_string(item, out, "name", "User %d", (int)i + 1);
        sample_string(item, out, "email", "user%d@example.com", (int)i + 1);
    }
    sample_number(item, out, "age", "%d", 18 + (int)sample_below(&rng, 60));
    sample_string(item, out, "role", "%s", i < 3 ? roles[i] : sample_word(&rng, roles));
    sample_bool(item, out, "active", sample_below(&rng, 6) != 0);
}

static void add_wide(uint64_t i, struct value_open *item, struct buf *out)
{
    add_sample("wide", &(struct sample){.seed = SEED}, i + 100, item, out);
}

/* What breaks explorers, as DynamoDB JSON. */
static const char *const specials[] = {
    "{\"id\":{\"N\":\"1\"},\"what\":{\"S\":\"38 digits\"},\"n\":{\"N\":"
    "\"12345678901234567890123456789012345678\"},\"small\":{\"N\":\"1E-130\"},"
    "\"large\":{\"N\":\"9.9999999999999999999999999999999999999E+125\"}}",
    "{\"id\":{\"N\":\"2\"},\"what\":{\"S\":\"sets\"},\"ss\":{\"SS\":[\"a\",\"b\",\"\"]},"
    "\"ns\":{\"NS\":[\"-1\",\"0\",\"3.14\"]},\"bs\":{\"BS\":[\"AAEC\",\"/w==\"]}}",
    "{\"id\":{\"N\":\"3\"},\"what\":{\"S\":\"binary\"},\"png\":{\"B\":"
    "\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ\"},"
    "\"none\":{\"B\":\"\"}}",
    "{\"id\":{\"N\":\"4\"},\"what\":{\"S\":\"control characters\"},\"esc\":{\"S\":"
    "\"\\u001b[31mred?\\u001b[0m\\u0007 "
    "\\u009b2J\"},\"lines\":{\"S\":\"one\\ntwo\\r\\nthree\\ttab\"},"
    "\"nul\":{\"S\":\"a\\u0000b\"}}",
    "{\"id\":{\"N\":\"5\"},\"what\":{\"S\":\"directions and invisible ones\"},\"rtl\":{\"S\":"
    "\"\\u202etxt.exe\\u202c\"},\"zero\":{\"S\":\"a\\u200bb\\ufeffc\"},\"hebrew\":{\"S\":\"שלום\"}"
    "}",
    "{\"id\":{\"N\":\"6\"},\"what\":{\"S\":\"wide and "
    "joined\"},\"cjk\":{\"S\":\"日本語のテキスト\"},"
    "\"emoji\":{\"S\":\"👩‍👩‍👧‍👦 👍🏽 🇨🇭 "
    "❤️\"},\"combining\":{\"S\":\"e\\u0301 "
    "n\\u0303 "
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢\"}}",
    "{\"id\":{\"N\":\"7\"},\"what\":{\"S\":\"names\"},\"\\u001b]0;title\\u0007\":{\"S\":\"escape\"}"
    ","
    "\"with.dot\":{\"N\":\"1\"},\"size\":{\"S\":\"reserved\"},\" blank \":{\"BOOL\":true},"
    "\"名前\":{\"S\":\"wide\"},\"#\":{\"NULL\":true}}",
    "{\"id\":{\"N\":\"8\"},\"what\":{\"S\":\"nesting\"},\"list\":{\"L\":[{\"N\":\"1\"},{\"S\":"
    "\"b\"}]},"
    "\"m\":{\"M\":{\"l\":{\"L\":[{\"M\":{\"m\":{"
    "\"M\":"
    "{\"l\":{\"L\":[{\"L\":[{\"L\":[]}]},{\"M\":{}}]}}}}},{\"NULL\":true},{\"BOOL\":false}]}}}}",
    "{\"id\":{\"N\":\"-9\"},\"what\":{\"S\":\"looks typed\"},\"plain\":{\"M\":{\"S\":{\"S\":\"not "
    "a type\"}}}}",
    "{\"id\":{\"N\":\"0.5\"}}",
};

static bool put_special(struct client *client, struct str text, struct err *err)
{
    struct arena arena = {0};
    struct buf item = {0};
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json && json_in_typed_item(&item, json, err) &&
              client_put(client, STR("AllTypes"), value_of(buf_str(&item)), NULL, err);
    buf_fini(&item);
    arena_fini(&arena);
    return ok;
}

/* A text of 100 KB, to scroll in. */
static bool put_long(struct client *client, struct err *err)
{
    struct buf item = {0}, text = {0};
    for (int i = 1; text.len < 100 * 1024; i++)
        buf_printf(&text, "line %d of a long text\n", i);
    struct value_open open = value_open(&item, VALUE_M);
    sample_number(&open, &item, "id", "10");
    sample_string(&open, &item, "what", "long");
    value_member(&open, &item, STR("text"));
    value_put_string(&item, buf_str(&text));
    bool ok = value_close(&open, &item, err) &&
              client_put(client, STR("AllTypes"), value_of(buf_str(&item)), NULL, err);
    buf_fini(&text);
    buf_fini(&item);
    return ok;
}

bool demo_tables_make(struct client *client, struct err *err)
{
    bool ok = demo_shapes_make(client, err) && fill(client, "Users", 250, add_user, err) &&
              fill(client, "Orders", 1500, add_order, err) &&
              fill(client, "OrderAmounts", 160, add_amount, err) &&
              fill(client, "CustomerOrdersTable", 120, add_customer_order, err) &&
              fill(client, "EcommerceTable", 300, add_entity, err) &&
              fill(client, "TasksTable", 240, add_task, err) &&
              fill(client, "Accounts", 40, add_account, err) &&
              fill(client, "Sessions", 300, add_session, err) &&
              fill(client, "Events", 800, add_event, err) &&
              fill(client, "AllTypes", 30, add_wide, err) && put_long(client, err);
    for (size_t i = 0; ok && i < sizeof specials / sizeof *specials; i++)
        ok = put_special(client, str_from(specials[i]), err);
    if (ok)
        enable_ttl(client);
    return ok;
}

/* ---- live traffic ---- */

static bool put_made(
    struct client *client, const char *table, uint64_t i, add_item *add, struct err *err)
{
    struct buf encoded = {0};
    struct value_open item = value_open(&encoded, VALUE_M);
    add(i, &item, &encoded);
    bool ok = value_close(&item, &encoded, err) &&
              client_put(client, str_from(table), value_of(buf_str(&encoded)), NULL, err);
    buf_fini(&encoded);
    return ok;
}

/* The key attributes of made item `i` of Orders. */
static bool order_key(uint64_t i, struct buf *key, struct err *err)
{
    struct buf encoded = {0};
    struct value_open item = value_open(&encoded, VALUE_M);
    static const struct client_table table = {.key_count = 2,
        .keys = {{.name = {"customerId", 10}, .type = VALUE_S},
            {.name = {"orderId", 7}, .type = VALUE_S}}};
    add_order(i, &item, &encoded);
    bool ok = value_close(&item, &encoded, err) &&
              client_key_of(&table, value_of(buf_str(&encoded)), key);
    buf_fini(&encoded);
    return ok;
}

static bool move_order(struct client *client, uint64_t i, uint64_t step, struct err *err)
{
    struct buf key = {0}, names = {0}, values = {0};
    static const char *const next[] = {"PAID", "SHIPPED", "DELIVERED", "RETURNED"};
    struct value_open n = value_open(&names, VALUE_M), v = value_open(&values, VALUE_M);
    sample_string(&n, &names, "#s", "status");
    sample_string(&v, &values, ":s", "%s", next[step / 4 % 4]);
    sample_number(&v, &values, ":one", "1");
    bool ok =
        value_close(&n, &names, err) && value_close(&v, &values, err) && order_key(i, &key, err);
    struct client_condition with = {
        .names = value_of(buf_str(&names)), .values = value_of(buf_str(&values))};
    ok = ok && client_update(client, NULL, STR("Orders"), value_of(buf_str(&key)),
                   STR("SET #s = :s ADD changes :one"), &with, NULL, err);
    buf_fini(&values);
    buf_fini(&names);
    buf_fini(&key);
    return ok;
}

static bool delete_order(struct client *client, uint64_t i, struct err *err)
{
    struct buf key = {0};
    bool ok = order_key(i, &key, err) &&
              client_delete(client, STR("Orders"), value_of(buf_str(&key)), NULL, err);
    buf_fini(&key);
    return ok;
}

bool demo_tables_change(struct client *client, uint64_t step, struct err *err)
{
    enum { ORDERS = 1500, EVENTS = 800 };
    switch (step % 8) {
    case 0:
    case 4:
        return put_made(client, "Orders", ORDERS + step / 4, add_order, err);
    case 1:
    case 3:
    case 6:
        return put_made(client, "Events", EVENTS + step, add_event, err);
    case 2:
    case 5:
        return move_order(client, step * 37 % ORDERS, step, err);
    default:
        return delete_order(client, step * 53 % ORDERS, err);
    }
}
