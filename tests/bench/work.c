/* SPDX-License-Identifier: MIT */
/*
 * Requests whose digits change in place:
 *
 *   {"pk":{"S":"customer#00000042"},"sk":{"S":"order#2026-11-20#0000007"},…,"v":{"S":"00000815"}}
 *                        ^^^^^^^^ item / 100                      ^^^^^^^ item % 100       ^^^^^^^^
 * version
 *
 * All have a fixed width, so a request stays as long as it is, and its place is found by what
 * stands in front of it. Every write has another version: what changes nothing would leave no
 * stream record.
 */
#include "tests/bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PK_DIGITS = 8, SK_DIGITS = 7, VERSION_DIGITS = 8, GROUPS = 1000, FILLER = 179 };

static const struct {
    const char *operation;
    unsigned items;
} kinds[WORK_KINDS] = {
    [WORK_PUT] = {"PutItem", 1},
    [WORK_GET] = {"GetItem", 1},
    [WORK_QUERY] = {"Query", 0},
    [WORK_SCAN] = {"Scan", 0},
    [WORK_UPDATE] = {"UpdateItem", 1},
    [WORK_BATCH_WRITE] = {"BatchWriteItem", WORK_BATCH},
    [WORK_BATCH_GET] = {"BatchGetItem", WORK_BATCH},
    [WORK_LOAD] = {"BatchWriteItem", WORK_BATCH},
};

const char *work_operation(enum work_kind kind)
{
    return kinds[kind].operation;
}

unsigned work_items(enum work_kind kind)
{
    return kinds[kind].items;
}

/* ---- templates ---- */

#define PK_FRONT "\"pk\":{\"S\":\"customer#"
#define SK_FRONT "\"sk\":{\"S\":\"order#2026-11-20#"
#define VERSION_FRONT "\"v\":{\"S\":\""

static void add_key(struct buf *out)
{
    buf_add(out, STR(PK_FRONT "00000000\"}," SK_FRONT "0000000\"}"));
}

/* Strings, numbers, a list, a map, a boolean: an order as the documents show one. */
static void add_item(struct buf *out)
{
    static const char filler[] = "Please ring twice and leave it with the neighbours on the ground "
                                 "floor where nobody is in; they know about it, and they have been "
                                 "told to expect it soon, or else on the day after";
    buf_add_byte(out, '{');
    add_key(out);
    buf_printf(out,
        ",\"gpk\":{\"S\":\"group#000\"}," VERSION_FRONT "00000000\"},\"amount\":{\"N\":\"149.95\"},"
        "\"quantity\":{\"N\":\"3\"},\"name\":{\"S\":\"A name of somebody\"},"
        "\"email\":{\"S\":\"somebody@example.com\"},\"active\":{\"BOOL\":true},\"tags\":{\"L\":["
        "{\"S\":\"red\"},{\"S\":\"blue\"},{\"S\":\"large\"}]},\"address\":{\"M\":{\"street\":"
        "{\"S\":\"17 Main Street\"},\"town\":{\"S\":\"Springfield\"},\"code\":{\"S\":\"04711\"}}},"
        "\"note\":{\"S\":\"%.*s\"}}",
        FILLER, filler);
}

/* A batch: `open` table's list, 25 times what `add` writes between `before` and `after`, `close`.
 */
struct batch_text {
    const char *open, *before, *after, *close;
    void (*add)(struct buf *out);
};
static const struct batch_text batch_puts = {
    "[", "{\"PutRequest\":{\"Item\":", "}}", "]", add_item};
static const struct batch_text batch_gets = {"{\"Keys\":[", "{", "}", "]}", add_key};

static void add_batch(struct buf *out, const char *table, const struct batch_text *text)
{
    buf_printf(out, "{\"RequestItems\":{\"%s\":%s", table, text->open);
    for (int i = 0; i < WORK_BATCH; i++) {
        buf_add(out, str_from(i ? "," : ""));
        buf_add(out, str_from(text->before));
        text->add(out);
        buf_add(out, str_from(text->after));
    }
    buf_printf(out, "%s}", text->close);
}

static void add_body(struct buf *out, const struct work *work)
{
    const char *table = work->table;
    switch (work->kind) {
    case WORK_PUT:
        buf_printf(out, "{\"TableName\":\"%s\",\"Item\":", table);
        add_item(out);
        break;
    case WORK_GET:
        buf_printf(out, "{\"TableName\":\"%s\",\"Key\":{", table);
        add_key(out);
        buf_add_byte(out, '}');
        break;
    case WORK_QUERY:
        buf_printf(out,
            "{\"TableName\":\"%s\",\"KeyConditionExpression\":\"pk = :p\","
            "\"ExpressionAttributeValues\":{\":p\":{\"S\":\"customer#00000000\"}}",
            table);
        break;
    case WORK_SCAN:
        buf_printf(out, "{\"TableName\":\"%s\",\"ExclusiveStartKey\":{", table);
        add_key(out);
        buf_add_byte(out, '}');
        break;
    case WORK_UPDATE:
        buf_printf(out, "{\"TableName\":\"%s\",\"Key\":{", table);
        add_key(out);
        buf_printf(out, "},\"UpdateExpression\":\"SET v = :v ADD quantity :one\","
                        "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"},"
                        "\":v\":{\"S\":\"00000000\"}}");
        break;
    case WORK_BATCH_WRITE:
    case WORK_LOAD:
        add_batch(out, table, &batch_puts);
        break;
    case WORK_BATCH_GET:
        add_batch(out, table, &batch_gets);
        break;
    case WORK_KINDS:
        break;
    }
    buf_add_byte(out, '}');
}

static void write_template(struct buf *request, const struct work *work)
{
    struct buf body = {0};
    add_body(&body, work);
    load_request(request, work_operation(work->kind), buf_str(&body));
    buf_fini(&body);
}

/* ---- digits ---- */

static void put_digits(char *at, unsigned width, uint64_t number)
{
    while (width--) {
        at[width] = (char)('0' + number % 10);
        number /= 10;
    }
}

static uint64_t next_random(struct work *work)
{
    work->random ^= work->random << 13;
    work->random ^= work->random >> 7;
    work->random ^= work->random << 17;
    return work->random;
}

/* Writes digits behind the next `front` and moves on; false where there is none. */
static bool patch(struct str *rest, struct str front, unsigned width, uint64_t number)
{
    size_t at = str_find(*rest, front);
    if (at == SIZE_MAX)
        return false;
    put_digits((char *)(uintptr_t)rest->at + at + front.len, width, number);
    *rest = str_skip(*rest, at + front.len + width);
    return true;
}

/* The items of a batch are far from each other, and never the same. */
static uint64_t pick_item(struct work *work, unsigned place, unsigned places)
{
    uint64_t stretch = work->items / places;
    if (work->kind == WORK_LOAD)
        return work->done++ % work->items;
    return place * stretch + next_random(work) % stretch;
}

static void patch_item(struct work *work, struct str *rest, uint64_t item)
{
    patch(rest, STR(PK_FRONT), PK_DIGITS, item / WORK_PARTITION);
    patch(rest, STR(SK_FRONT), SK_DIGITS, item % WORK_PARTITION);
    if (work->kind == WORK_PUT || work->kind == WORK_BATCH_WRITE || work->kind == WORK_LOAD) {
        patch(rest, STR("group#"), 3, item % GROUPS);
        patch(rest, STR(VERSION_FRONT), VERSION_DIGITS, ++work->version);
    }
}

bool work_next(void *context, unsigned connection, struct buf *request)
{
    struct work *work = context;
    unsigned items = work_items(work->kind) ? work_items(work->kind) : 1;
    (void)connection;
    if (work->kind == WORK_LOAD && work->done >= (work->most ? work->most : work->items))
        return false;
    if (request->len == 0)
        write_template(request, work);
    struct str rest = buf_str(request);
    if (work->kind == WORK_QUERY)
        return patch(
            &rest, STR("customer#"), PK_DIGITS, next_random(work) % (work->items / WORK_PARTITION));
    for (unsigned i = 0; i < items; i++)
        patch_item(work, &rest, pick_item(work, i, items));
    return work->kind != WORK_UPDATE ||
           patch(&rest, STR("\":v\":{\"S\":\""), VERSION_DIGITS, ++work->version);
}

/* ---- tables ---- */

static void wait_while(const struct load_server *server, struct str name, bool there)
{
    struct buf answer = {0};
    for (int i = 0; i < 1000; i++) {
        int status = load_call(server, "DescribeTable", name, &answer);
        if (there ? status == 200 && strstr(answer.at, "\"ACTIVE\"") : status != 200)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    buf_fini(&answer);
}

void work_create(const struct load_server *server, const char *table, bool index, bool stream)
{
    struct buf body = {0}, name = {0}, answer = {0};
    buf_printf(&name, "{\"TableName\":\"%s\"}", table);
    if (load_call(server, "DeleteTable", buf_str(&name), &answer) == 200)
        wait_while(server, buf_str(&name), false);
    buf_printf(&body,
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":["
        "{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":["
        "{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
        "{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}%s]%s%s}",
        table, index ? ",{\"AttributeName\":\"gpk\",\"AttributeType\":\"S\"}" : "",
        index ? ",\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by-group\",\"KeySchema\":["
                "{\"AttributeName\":\"gpk\",\"KeyType\":\"HASH\"},"
                "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],"
                "\"Projection\":{\"ProjectionType\":\"ALL\"}}]"
              : "",
        stream ? ",\"StreamSpecification\":{\"StreamEnabled\":true,"
                 "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}"
               : "");
    if (load_call(server, "CreateTable", buf_str(&body), &answer) != 200)
        load_give_up("%s: CreateTable: %s", server->name, answer.at);
    wait_while(server, buf_str(&name), true);
    buf_fini(&body);
    buf_fini(&name);
    buf_fini(&answer);
}

void work_fill(const struct load_server *server, const char *table, uint64_t items, uint64_t writes,
    double seconds, struct load_result *out)
{
    struct work work = {.kind = WORK_LOAD, .table = table, .items = items, .most = writes};
    struct load load = {.next = work_next, .context = &work, .connections = 4, .seconds = seconds};
    load_run(server, &load, out);
    if (out->errors)
        load_give_up("%s: %s: %s", server->name, work_operation(work.kind), out->error);
}
