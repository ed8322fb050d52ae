/* SPDX-License-Identifier: MIT */
/*
 * Random operations on random tables, on the embedded store and on a naive reference; every answer
 * is compared. At the end each stream is replayed and must rebuild its table, and the store's own
 * check must find nothing.
 *
 *   model_test [OPERATIONS [SEED]]
 *
 * The seed is printed first, so that a failure can be played again.
 */
#include "reference.h"

#include "backend/embedded/embedded.h"
#include "backend/json.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TABLES = 3 };

struct play {
    struct backend *backend;
    char folder[64];
    uint64_t random, seed;
    long step;
    struct table tables[TABLES];
    struct buf body, expected;
    struct ddb_reply reply;
    struct arena arena;
    const char *operation;
    int created;
};

/* ---- failing ---- */

static void fail(struct play *p, const char *why)
{
    fprintf(stderr, "model: seed %llu step %ld: %s\n  %s %.*s\n  answer %d %.*s\n  expected %.*s\n",
        (unsigned long long)p->seed, p->step, why, p->operation, STR_ARG(buf_str(&p->body)),
        p->reply.status, STR_ARG(buf_str(&p->reply.body)), STR_ARG(buf_str(&p->expected)));
    exit(1);
}

static void call(struct play *p, const char *operation)
{
    struct err err = ERR_INIT;
    struct ddb_call request = {.operation = str_from(operation), .body = buf_str(&p->body)};
    p->operation = operation;
    if (!backend_call(p->backend, &request, &p->reply, &err)) {
        fprintf(stderr, "model: %s\n", err.text);
        fail(p, "no answer");
    }
}

static const struct json *answer(struct play *p)
{
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&p->arena, buf_str(&p->reply.body), &err);
    if (!json)
        fail(p, "the answer is no JSON");
    return json;
}

static void expect_status(struct play *p, int status)
{
    if (p->reply.status != status)
        fail(p, status == 200 ? "refused" : "accepted");
}

static void expect_error(struct play *p, const char *name)
{
    expect_status(p, 400);
    if (str_find(buf_str(&p->reply.body), str_from(name)) == SIZE_MAX)
        fail(p, name);
}

/* Answers write names in byte order and numbers canonically: the text is the value. */
static void expect_text(struct play *p, const struct json *json, const char *what)
{
    struct buf text = {0};
    if (json)
        json_put(&text, json);
    if (!str_equal(buf_str(&text), buf_str(&p->expected)))
        fail(p, what);
    buf_fini(&text);
}

static int pick(struct play *p, int bound)
{
    return world_below(&p->random, bound);
}

/* ---- tables ---- */

static const char *type_text(char type)
{
    return type == 'S' ? "S" : type == 'N' ? "N" : "B";
}

static void put_definitions(struct play *p, const struct table *t)
{
    bool any = false;
    buf_add(&p->body, STR("\"AttributeDefinitions\":["));
    for (int i = 0; i < ATTRIBUTES; i++) {
        bool used = i == PK || (i == SK && t->sorted);
        for (int k = 0; k < INDEXES; k++)
            used = used ||
                   (t->indexes[k].there && (t->indexes[k].hash == i || t->indexes[k].sort == i));
        if (!used)
            continue;
        buf_printf(&p->body, "%s{\"AttributeName\":\"%s\",\"AttributeType\":\"%s\"}",
            any ? "," : "", attribute_names[i], type_text(t->types[i]));
        any = true;
    }
    buf_add_byte(&p->body, ']');
}

static void put_schema(struct buf *out, int hash, int sort)
{
    buf_printf(out, "\"KeySchema\":[{\"AttributeName\":\"%s\",\"KeyType\":\"HASH\"}",
        attribute_names[hash]);
    if (sort >= 0)
        buf_printf(out, ",{\"AttributeName\":\"%s\",\"KeyType\":\"RANGE\"}", attribute_names[sort]);
    buf_add_byte(out, ']');
}

static void put_index(struct buf *out, const struct index *index)
{
    buf_printf(out, "{\"IndexName\":\"%s\",", index->name);
    put_schema(out, index->hash, index->sort);
    if (index->projection == 'I')
        buf_printf(out,
            ",\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"%s\"]}}",
            attribute_names[index->include]);
    else
        buf_printf(out, ",\"Projection\":{\"ProjectionType\":\"%s\"}}",
            index->projection == 'A' ? "ALL" : "KEYS_ONLY");
}

static void put_indexes(struct play *p, const struct table *t, bool global)
{
    bool any = false;
    for (int i = 0; i < INDEXES; i++) {
        if (!t->indexes[i].there || t->indexes[i].global != global)
            continue;
        buf_printf(&p->body, any ? "," : ",\"%sSecondaryIndexes\":[", global ? "Global" : "Local");
        put_index(&p->body, &t->indexes[i]);
        any = true;
    }
    if (any)
        buf_add_byte(&p->body, ']');
}

static void make_index(struct play *p, struct table *t, int i, bool global)
{
    static const int hashes[] = {G1, G2, SK, PK}, sorts[] = {-1, L1, G2, SK};
    struct index *index = &t->indexes[i];
    *index = (struct index){.there = true, .global = global, .projection = "AKI"[pick(p, 3)]};
    snprintf(index->name, sizeof index->name, "ix%d", i);
    index->include = pick(p, 2) ? A : N;
    index->hash = global ? hashes[pick(p, 4)] : PK;
    index->sort = global ? sorts[pick(p, 4)] : L1;
    if (index->sort == index->hash)
        index->sort = L1;
}

static void make_table(struct play *p, struct table *t)
{
    *t = (struct table){.sorted = pick(p, 4) != 0};
    snprintf(t->name, sizeof t->name, "table-%d", ++p->created);
    for (int i = 0; i < ATTRIBUTES; i++)
        t->types[i] = "SNB"[pick(p, 3)];
    t->types[A] = t->types[B] = t->types[N] = 0;
    if (t->sorted && pick(p, 2))
        make_index(p, t, 0, false);
    for (int i = 1; i < 4; i++)
        if (pick(p, 2))
            make_index(p, t, i, true);
}

static void create_table(struct play *p, struct table *t)
{
    make_table(p, t);
    buf_clear(&p->body);
    buf_printf(&p->body, "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",", t->name);
    put_definitions(p, t);
    buf_add_byte(&p->body, ',');
    put_schema(&p->body, PK, t->sorted ? SK : -1);
    put_indexes(p, t, false);
    put_indexes(p, t, true);
    buf_add(&p->body, STR(",\"StreamSpecification\":{\"StreamEnabled\":true,"
                          "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    call(p, "CreateTable");
    expect_status(p, 200);
}

/* ---- items ---- */

static struct item random_key(struct play *p, const struct table *t)
{
    struct item key = {0};
    key.v[PK] = things_pick(&p->random, t->types[PK]);
    if (t->sorted)
        key.v[SK] = things_pick(&p->random, t->types[SK]);
    return key;
}

static struct item random_item(struct play *p, const struct table *t)
{
    struct item item = random_key(p, t);
    for (int i = 0; i < ATTRIBUTES; i++) {
        if (i == PK || (i == SK && t->sorted) || pick(p, 3) == 0)
            continue;
        /* now and then a type that an index forbids */
        if (i == N) {
            item.has_n = true;
            item.n = pick(p, 100);
        } else {
            item.v[i] = things_pick(&p->random, t->types[i] && pick(p, 12) ? t->types[i] : 0);
        }
    }
    return item;
}

static void put_key(
    struct buf *out, const struct table *t, const struct item *key, uint64_t *random)
{
    buf_add_byte(out, '{');
    item_put_attribute(out, key, PK, random);
    if (t->sorted) {
        buf_add_byte(out, ',');
        item_put_attribute(out, key, SK, random);
    }
    buf_add_byte(out, '}');
}

static void open_body(struct play *p, const struct table *t)
{
    buf_clear(&p->body);
    buf_clear(&p->expected);
    buf_printf(&p->body, "{\"TableName\":\"%s\"", t->name);
}

static void play_put(struct play *p, struct table *t)
{
    struct item item = random_item(p, t);
    int at = table_find(t, &item), condition = pick(p, 4);
    bool holds = condition == 0 ? at < 0 : condition == 1 ? at >= 0 : true;
    open_body(p, t);
    buf_add(&p->body, STR(",\"ReturnValues\":\"ALL_OLD\",\"Item\":"));
    item_put_json(&p->body, &item, &p->random);
    if (condition < 2)
        buf_printf(&p->body, ",\"ConditionExpression\":\"attribute_%sexists(pk)\"",
            condition ? "" : "not_");
    buf_add_byte(&p->body, '}');
    call(p, "PutItem");
    if (!table_accepts(t, &item)) {
        expect_error(p, "ValidationException");
        return;
    }
    if (!holds) {
        expect_error(p, "ConditionalCheckFailedException");
        return;
    }
    expect_status(p, 200);
    if (at >= 0)
        item_put_json(&p->expected, &t->items[at], NULL);
    expect_text(p, json_get(answer(p), STR("Attributes")), "the old item");
    table_put(t, &item);
}

static void play_delete(struct play *p, struct table *t)
{
    struct item key = random_key(p, t);
    int at = table_find(t, &key);
    open_body(p, t);
    buf_add(&p->body, STR(",\"ReturnValues\":\"ALL_OLD\",\"Key\":"));
    put_key(&p->body, t, &key, &p->random);
    buf_add_byte(&p->body, '}');
    call(p, "DeleteItem");
    expect_status(p, 200);
    if (at >= 0)
        item_put_json(&p->expected, &t->items[at], NULL);
    expect_text(p, json_get(answer(p), STR("Attributes")), "the deleted item");
    table_delete(t, &key);
}

/* SET of one attribute, REMOVE of another, ADD to the counter, any of them. */
static void play_update(struct play *p, struct table *t)
{
    static const int settable[] = {A, B, G1, G2, L1};
    struct item key = random_key(p, t), item = key;
    int at = table_find(t, &key), parts = 1 + pick(p, 7);
    int set = settable[pick(p, 5)], removed = settable[pick(p, 5)];
    long added = pick(p, 20) - 10;
    if (at >= 0)
        item = t->items[at];
    if (set == removed)
        parts &= ~2;
    if (parts == 0)
        parts = 4;
    open_body(p, t);
    buf_add(&p->body, STR(",\"ReturnValues\":\"ALL_NEW\",\"Key\":"));
    put_key(&p->body, t, &key, &p->random);
    buf_add(&p->body, STR(",\"UpdateExpression\":\""));
    struct item given = {0};
    if (parts & 1) {
        given.v[set] = things_pick(&p->random, t->types[set] && pick(p, 12) ? t->types[set] : 0);
        item.v[set] = given.v[set];
        buf_printf(&p->body, "SET #s = :s ");
    }
    if (parts & 2) {
        item.v[removed] = 0;
        buf_printf(&p->body, "REMOVE #r ");
    }
    if (parts & 4) {
        item.n = (item.has_n ? item.n : 0) + added;
        item.has_n = true;
        buf_printf(&p->body, "ADD n :n");
    }
    buf_add_byte(&p->body, '"');
    if (parts & 3) {
        buf_printf(&p->body, ",\"ExpressionAttributeNames\":{%s%s%s%s%s}",
            parts & 1 ? "\"#s\":\"" : "", parts & 1 ? attribute_names[set] : "",
            parts & 1 ? (parts & 2 ? "\"," : "\"") : "", parts & 2 ? "\"#r\":\"" : "",
            parts & 2 ? attribute_names[removed] : "");
        if (parts & 2) { /* close the last name */
            p->body.len--;
            buf_add(&p->body, STR("\"}"));
        }
    }
    if (parts & 5) {
        buf_add(&p->body, STR(",\"ExpressionAttributeValues\":{"));
        if (parts & 1)
            buf_printf(&p->body, "\":s\":%s%s", things[given.v[set]].json, parts & 4 ? "," : "");
        if (parts & 4)
            buf_printf(&p->body, "\":n\":{\"N\":\"%ld\"}", added);
        buf_add_byte(&p->body, '}');
    }
    buf_add_byte(&p->body, '}');
    call(p, "UpdateItem");
    if (at < 0 && !(parts & 5)) { /* REMOVE alone creates nothing */
        expect_status(p, 200);
        expect_text(p, json_get(answer(p), STR("Attributes")), "nothing");
        return;
    }
    if (!table_accepts(t, &item)) {
        expect_error(p, "ValidationException");
        return;
    }
    expect_status(p, 200);
    item_put_json(&p->expected, &item, NULL);
    expect_text(p, json_get(answer(p), STR("Attributes")), "the new item");
    table_put(t, &item);
}

static void play_get(struct play *p, struct table *t)
{
    struct item key = random_key(p, t);
    int at = table_find(t, &key);
    open_body(p, t);
    buf_add(&p->body, STR(",\"Key\":"));
    put_key(&p->body, t, &key, &p->random);
    buf_add_byte(&p->body, '}');
    call(p, "GetItem");
    expect_status(p, 200);
    if (at >= 0)
        item_put_json(&p->expected, &t->items[at], NULL);
    expect_text(p, json_get(answer(p), STR("Item")), "the item");
}

static void play_batch_write(struct play *p, struct table *t)
{
    struct table after = *t, keys = {.sorted = t->sorted};
    bool twice = false, accepted = true;
    buf_clear(&p->body);
    buf_clear(&p->expected);
    buf_printf(&p->body, "{\"RequestItems\":{\"%s\":[", t->name);
    for (int i = 0, count = 1 + pick(p, 8); i < count; i++) {
        struct item item = random_item(p, t);
        bool put = pick(p, 3) != 0;
        twice = twice || table_find(&keys, &item) >= 0;
        table_put(&keys, &item);
        buf_printf(&p->body, i ? ",{" : "{");
        buf_printf(&p->body, put ? "\"PutRequest\":{\"Item\":" : "\"DeleteRequest\":{\"Key\":");
        if (put) {
            item_put_json(&p->body, &item, &p->random);
            accepted = accepted && table_accepts(t, &item);
            table_put(&after, &item);
        } else {
            put_key(&p->body, t, &item, &p->random);
            table_delete(&after, &item);
        }
        buf_add(&p->body, STR("}}"));
    }
    buf_add(&p->body, STR("]}}"));
    call(p, "BatchWriteItem");
    if (twice || !accepted) {
        expect_error(p, "ValidationException");
        return;
    }
    expect_status(p, 200);
    *t = after;
}

static void play_batch_get(struct play *p, struct table *t)
{
    struct table keys = {.sorted = t->sorted};
    int found = 0;
    buf_clear(&p->body);
    buf_clear(&p->expected);
    buf_printf(&p->body, "{\"RequestItems\":{\"%s\":{\"Keys\":[", t->name);
    for (int i = 0; i < 10; i++) {
        struct item key = random_key(p, t);
        if (table_find(&keys, &key) >= 0)
            continue;
        if (keys.count)
            buf_add_byte(&p->body, ',');
        table_put(&keys, &key);
        put_key(&p->body, t, &key, &p->random);
        found += table_find(t, &key) >= 0;
    }
    buf_add(&p->body, STR("]}}}"));
    call(p, "BatchGetItem");
    expect_status(p, 200);
    const struct json *list = json_get(json_get(answer(p), STR("Responses")), str_from(t->name));
    if (!list || (int)list->count != found)
        fail(p, "number of items");
}

/* ---- transactions: over all tables, half of them with conditions that may fail ---- */

struct action {
    struct table *t;
    struct item item; /* what a put writes; the key of the others */
    char kind;        /* Put, Update, Delete, Check */
    int condition;    /* 0 there must be none, 1 there must be one, else no condition */
    long added;
};

static struct action random_action(struct play *p)
{
    struct action a = {.t = &p->tables[pick(p, TABLES)], .kind = "PPUDC"[pick(p, 5)]};
    a.item = a.kind == 'P' ? random_item(p, a.t) : random_key(p, a.t);
    a.condition = pick(p, a.kind == 'C' ? 2 : 4);
    a.added = pick(p, 20) - 10;
    if (pick(p, 3)) /* mostly one that holds */
        a.condition = a.kind == 'C' ? table_find(a.t, &a.item) >= 0 : 2;
    return a;
}

static void put_action(struct play *p, const struct action *a)
{
    const char *name = a->kind == 'P'   ? "Put"
                       : a->kind == 'U' ? "Update"
                       : a->kind == 'D' ? "Delete"
                                        : "ConditionCheck";
    buf_printf(&p->body, "{\"%s\":{\"TableName\":\"%s\",", name, a->t->name);
    if (a->kind == 'P') {
        buf_add(&p->body, STR("\"Item\":"));
        item_put_json(&p->body, &a->item, &p->random);
    } else {
        buf_add(&p->body, STR("\"Key\":"));
        put_key(&p->body, a->t, &a->item, &p->random);
    }
    if (a->kind == 'U')
        buf_printf(&p->body,
            ",\"UpdateExpression\":\"ADD n :n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":"
            "\"%ld\"}}",
            a->added);
    if (a->condition < 2)
        buf_printf(&p->body, ",\"ConditionExpression\":\"attribute_%sexists(pk)\"",
            a->condition ? "" : "not_");
    buf_add(&p->body, STR("}}"));
}

static bool is_twice(const struct action *actions, int count)
{
    for (int i = 0; i < count; i++) {
        struct table one = {.sorted = actions[i].t->sorted};
        table_put(&one, &actions[i].item);
        for (int k = 0; k < i; k++)
            if (actions[k].t == actions[i].t && table_find(&one, &actions[k].item) >= 0)
                return true;
    }
    return false;
}

static struct item updated(const struct action *a)
{
    int at = table_find(a->t, &a->item);
    struct item item = at >= 0 ? a->t->items[at] : a->item;
    item.n = (item.has_n ? item.n : 0) + a->added;
    item.has_n = true;
    return item;
}

/* An item from before an index may not fit it: then it cannot be updated. */
static const char *code_of(const struct action *a, bool schema)
{
    bool there = table_find(a->t, &a->item) >= 0;
    struct item item = a->kind == 'U' ? updated(a) : a->item;
    if (!schema && a->condition < 2 && there != (a->condition == 1))
        return "ConditionalCheckFailed";
    return a->kind == (schema ? 'P' : 'U') && !table_accepts(a->t, &item) ? "ValidationError"
                                                                          : "None";
}

/* The codes as the refusal lists them into p->expected; whether there is one but None. `schema`:
 * of what does not fit the table before anything is looked at. */
static bool put_codes(struct play *p, const struct action *actions, int count, bool schema)
{
    bool any = false, stop = false;
    buf_add_byte(&p->expected, '[');
    for (int i = 0; i < count; i++) {
        const char *code = stop ? "None" : code_of(&actions[i], schema);
        any = any || strcmp(code, "None") != 0;
        stop = stop || strcmp(code, "ValidationError") == 0;
        buf_printf(&p->expected, "%s%s", i ? ", " : "", code);
    }
    buf_add_byte(&p->expected, ']');
    return any;
}

static bool expect_cancelled(struct play *p, const struct action *actions, int count, bool schema)
{
    buf_clear(&p->expected);
    if (!put_codes(p, actions, count, schema))
        return false;
    expect_error(p, "TransactionCanceledException");
    if (str_find(buf_str(&p->reply.body), buf_str(&p->expected)) == SIZE_MAX)
        fail(p, "other reasons");
    return true;
}

static void apply_action(const struct action *a)
{
    struct item item = a->kind == 'U' ? updated(a) : a->item;
    if (a->kind == 'D')
        table_delete(a->t, &item);
    else if (a->kind != 'C')
        table_put(a->t, &item);
}

static void play_transact_write(struct play *p)
{
    struct action actions[6];
    int count = 1 + pick(p, 6);
    bool token = pick(p, 4) == 0;
    buf_clear(&p->body);
    buf_add(&p->body, STR("{\"TransactItems\":["));
    for (int i = 0; i < count; i++) {
        actions[i] = random_action(p);
        buf_add(&p->body, i ? STR(",") : STR(""));
        put_action(p, &actions[i]);
    }
    buf_add_byte(&p->body, ']');
    if (token)
        buf_printf(&p->body, ",\"ClientRequestToken\":\"step %ld\"", p->step);
    buf_add_byte(&p->body, '}');
    call(p, "TransactWriteItems");
    if (expect_cancelled(p, actions, count, true))
        return;
    buf_clear(&p->expected);
    if (is_twice(actions, count)) {
        expect_error(p, "ValidationException");
        return;
    }
    if (expect_cancelled(p, actions, count, false))
        return;
    expect_status(p, 200);
    for (int i = 0; i < count; i++)
        apply_action(&actions[i]);
    if (token) { /* once more does nothing */
        call(p, "TransactWriteItems");
        expect_status(p, 200);
    }
}

static void play_transact_get(struct play *p)
{
    struct table *t = &p->tables[pick(p, TABLES)];
    struct table keys = {.sorted = t->sorted};
    buf_clear(&p->body);
    buf_clear(&p->expected);
    buf_add(&p->body, STR("{\"TransactItems\":["));
    buf_add_byte(&p->expected, '[');
    for (int i = 0; i < 6; i++) {
        struct item key = random_key(p, t);
        int at = table_find(t, &key);
        if (table_find(&keys, &key) >= 0)
            continue;
        buf_printf(
            &p->body, "%s{\"Get\":{\"TableName\":\"%s\",\"Key\":", keys.count ? "," : "", t->name);
        put_key(&p->body, t, &key, &p->random);
        buf_add(&p->body, STR("}}"));
        buf_add(&p->expected, keys.count ? STR(",{") : STR("{"));
        if (at >= 0) {
            buf_add(&p->expected, STR("\"Item\":"));
            item_put_json(&p->expected, &t->items[at], NULL);
        }
        buf_add_byte(&p->expected, '}');
        table_put(&keys, &key);
    }
    buf_add(&p->body, STR("]}"));
    buf_add_byte(&p->expected, ']');
    call(p, "TransactGetItems");
    expect_status(p, 200);
    expect_text(p, json_get(answer(p), STR("Responses")), "the items");
}

/* ---- pages ---- */

/* The item that an answer shows; names are known, values are found by their text. */
static struct item read_item(struct play *p, const struct json *json)
{
    struct item item = {0};
    struct buf text = {0};
    for (const struct json *m = json->first; m; m = m->next) {
        int a = 0;
        while (a < ATTRIBUTES && !str_equal(m->name, str_from(attribute_names[a])))
            a++;
        if (a == ATTRIBUTES)
            fail(p, "an attribute that nobody put");
        if (a == N) {
            item.has_n = true;
            item.n = strtol(m->first->text.at, NULL, 10);
            continue;
        }
        buf_clear(&text);
        json_put(&text, m);
        for (int i = 1; i < things_count(); i++)
            if (str_equal(buf_str(&text), str_from(things[i].json)))
                item.v[a] = i;
        if (!item.v[a])
            fail(p, "a value that nobody put");
    }
    buf_fini(&text);
    return item;
}

struct view {
    const struct table *table;
    const struct index *index;
    int op;              /* of the sort key: 0 none, then = < <= > >= between begins_with */
    int hash, low, high; /* things */
    bool query, backward, filter, count_only;
    int segment, segments;
};

static bool in_view(const struct view *v, const struct item *item)
{
    int sort = view_sort(v->table, v->index);
    if (!view_has(v->table, v->index, item))
        return false;
    if (!v->query)
        return true;
    if (item->v[view_hash(v->index)] != v->hash)
        return false;
    int s = sort < 0 ? 0 : item->v[sort];
    switch (v->op) {
    case 1:
        return s == v->low;
    case 2:
        return s < v->low;
    case 3:
        return s <= v->low;
    case 4:
        return s > v->low;
    case 5:
        return s >= v->low;
    case 6:
        return s >= v->low && s <= v->high;
    default:
        return true;
    }
}

static void put_condition(struct play *p, const struct view *v)
{
    static const char *const ops[] = {"", "=", "<", "<=", ">", ">="};
    int sort = view_sort(v->table, v->index);
    buf_printf(
        &p->body, ",\"KeyConditionExpression\":\"%s = :h", attribute_names[view_hash(v->index)]);
    if (v->op == 6)
        buf_printf(&p->body, " AND %s BETWEEN :l AND :u", attribute_names[sort]);
    else if (v->op)
        buf_printf(&p->body, " AND %s %s :l", attribute_names[sort], ops[v->op]);
    buf_printf(&p->body, "\",\"ExpressionAttributeValues\":{\":h\":%s", things[v->hash].json);
    if (v->op)
        buf_printf(&p->body, ",\":l\":%s", things[v->low].json);
    if (v->op == 6)
        buf_printf(&p->body, ",\":u\":%s", things[v->high].json);
    if (v->filter)
        buf_add(&p->body, STR(",\":f\":{\"N\":\"50\"}"));
    buf_add_byte(&p->body, '}');
    if (v->backward)
        buf_add(&p->body, STR(",\"ScanIndexForward\":false"));
}

static void put_read(struct play *p, const struct view *v, int limit, const struct json *start)
{
    open_body(p, v->table);
    if (v->index)
        buf_printf(&p->body, ",\"IndexName\":\"%s\"", v->index->name);
    if (v->query)
        put_condition(p, v);
    else if (v->filter)
        buf_add(&p->body, STR(",\"ExpressionAttributeValues\":{\":f\":{\"N\":\"50\"}}"));
    if (v->filter)
        buf_add(&p->body, STR(",\"FilterExpression\":\"n < :f\""));
    if (v->count_only)
        buf_add(&p->body, STR(",\"Select\":\"COUNT\""));
    if (v->segments)
        buf_printf(&p->body, ",\"Segment\":%d,\"TotalSegments\":%d", v->segment, v->segments);
    if (limit)
        buf_printf(&p->body, ",\"Limit\":%d", limit);
    if (start) {
        buf_add(&p->body, STR(",\"ExclusiveStartKey\":"));
        json_put(&p->body, start);
    }
    buf_add_byte(&p->body, '}');
}

static void check_order(
    struct play *p, const struct view *v, const struct item *last, const struct item *item)
{
    int sort = view_sort(v->table, v->index);
    if (!v->query || sort < 0)
        return;
    if (v->backward ? item->v[sort] > last->v[sort] : item->v[sort] < last->v[sort])
        fail(p, "order of a query");
}

/* One page's items into `seen`; the count of what passed. */
static void take_items(struct play *p, const struct view *v, const struct json *list,
    struct table *seen, struct item *last)
{
    for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
        struct item item = read_item(p, m);
        if (last->v[PK])
            check_order(p, v, last, &item);
        if (table_find(seen, &item) >= 0)
            fail(p, "an item twice");
        table_put(seen, &item);
        *last = item;
    }
}

static bool passes(const struct view *v, const struct item *item)
{
    if (!v->filter)
        return true;
    struct item held = view_project(v->table, v->index, item);
    return held.has_n && held.n < 50;
}

static void compare_view(
    struct play *p, const struct view *v, const struct table *seen, long count, long scanned)
{
    long want = 0, evaluated = 0;
    for (int i = 0; i < v->table->count; i++) {
        const struct item *item = &v->table->items[i];
        if (!in_view(v, item))
            continue;
        evaluated++;
        if (!passes(v, item))
            continue;
        want++;
        if (v->count_only)
            continue;
        struct item held = view_project(v->table, v->index, item);
        int at = table_find(seen, item);
        if (at < 0) {
            item_put_json(&p->expected, item, NULL);
            fail(p, "an item is missing");
        }
        if (!item_equal(&seen->items[at], &held)) {
            item_put_json(&p->expected, &held, NULL);
            fail(p, "an item differs");
        }
    }
    if (count != want || scanned != evaluated) {
        buf_printf(&p->expected, "Count %ld ScannedCount %ld over all pages", want, evaluated);
        fail(p, "counts");
    }
}

/* All pages of one segment (or of all there is). */
static void read_pages(
    struct play *p, const struct view *v, struct table *seen, long *count, long *scanned)
{
    const struct json *start = NULL;
    struct item last = {0};
    int limit = pick(p, 2) ? 1 + pick(p, 6) : 0;
    do {
        int64_t n = 0;
        put_read(p, v, limit, start);
        call(p, v->query ? "Query" : "Scan");
        expect_status(p, 200);
        const struct json *json = answer(p);
        /* slices of the answer must outlive the next call */
        struct str copy = arena_dup(&p->arena, buf_str(&p->reply.body));
        struct err err = ERR_INIT;
        json = json_parse(&p->arena, copy, &err);
        take_items(p, v, json_get(json, STR("Items")), seen, &last);
        json_to_i64(json_get(json, STR("Count")), &n);
        *count += n;
        json_to_i64(json_get(json, STR("ScannedCount")), &n);
        *scanned += n;
        start = json_get(json, STR("LastEvaluatedKey"));
        if (limit && n > limit)
            fail(p, "more than the limit");
    } while (start);
}

static struct view random_view(struct play *p, const struct table *t, bool query)
{
    struct view v = {.table = t,
        .query = query,
        .filter = pick(p, 3) == 0,
        .count_only = pick(p, 5) == 0,
        .backward = query && pick(p, 2)};
    int i = pick(p, INDEXES + 2);
    if (i < INDEXES && t->indexes[i].there)
        v.index = &t->indexes[i];
    int sort = view_sort(t, v.index);
    v.hash = things_pick(&p->random, t->types[view_hash(v.index)]);
    v.op = query && sort >= 0 ? pick(p, 7) : 0;
    if (v.op) {
        v.low = things_pick(&p->random, t->types[sort]);
        v.high = things_pick(&p->random, t->types[sort]);
        if (v.high < v.low)
            v.high = v.low;
    }
    return v;
}

static void play_query(struct play *p, struct table *t)
{
    struct view v = random_view(p, t, true);
    struct table seen = {.sorted = t->sorted};
    long count = 0, scanned = 0;
    read_pages(p, &v, &seen, &count, &scanned);
    compare_view(p, &v, &seen, count, scanned);
}

static void play_scan(struct play *p, struct table *t)
{
    struct view v = random_view(p, t, false);
    struct table seen = {.sorted = t->sorted};
    long count = 0, scanned = 0;
    v.segments = pick(p, 2) ? 1 + pick(p, 5) : 0;
    do
        read_pages(p, &v, &seen, &count, &scanned);
    while (++v.segment < v.segments);
    compare_view(p, &v, &seen, count, scanned);
}

/* ---- tables change ---- */

static void play_describe(struct play *p, struct table *t)
{
    open_body(p, t);
    buf_add_byte(&p->body, '}');
    call(p, "DescribeTable");
    expect_status(p, 200);
    int64_t n = -1;
    const struct json *table = json_get(answer(p), STR("Table"));
    json_to_i64(json_get(table, STR("ItemCount")), &n);
    if (n != t->count)
        fail(p, "ItemCount");
}

static void play_index(struct play *p, struct table *t)
{
    int i = 4 + pick(p, 2);
    struct index *index = &t->indexes[i];
    bool create = !index->there;
    open_body(p, t);
    if (create) {
        make_index(p, t, i, true);
        buf_add_byte(&p->body, ',');
        put_definitions(p, t);
    }
    buf_printf(
        &p->body, ",\"GlobalSecondaryIndexUpdates\":[{\"%s\":", create ? "Create" : "Delete");
    if (create)
        put_index(&p->body, index);
    else
        buf_printf(&p->body, "{\"IndexName\":\"%s\"}", index->name);
    buf_add(&p->body, STR("}]}"));
    index->there = true;
    call(p, "UpdateTable");
    expect_status(p, 200);
    index->there = create;
}

static void reopen(struct play *p)
{
    struct backend_options options = {.no_sync = true};
    struct err err = ERR_INIT;
    backend_close(p->backend, NULL);
    p->backend = embedded_open(p->folder, &options, &err);
    if (!p->backend) {
        fprintf(stderr, "model: %s\n", err.text);
        exit(1);
    }
}

static void play_table(struct play *p, struct table *t)
{
    int what = pick(p, 12);
    if (what == 0) {
        open_body(p, t);
        buf_add_byte(&p->body, '}');
        call(p, "DeleteTable");
        expect_status(p, 200);
        create_table(p, t);
    } else if (what == 1) {
        reopen(p);
    } else if (what < 6) {
        play_index(p, t);
    } else {
        play_describe(p, t);
    }
}

/* ---- streams ---- */

static struct str text_of(struct play *p, const struct json *json, struct str name)
{
    const struct json *member = json_get(json, name);
    if (!member)
        fail(p, "a member is missing");
    return arena_dup(&p->arena, member->text);
}

static void replay_record(
    struct play *p, const struct json *record, struct table *copy, struct str *last)
{
    const struct json *change = json_get(record, STR("dynamodb"));
    const struct json *old = json_get(change, STR("OldImage")),
                      *new = json_get(change, STR("NewImage"));
    struct str number = text_of(p, change, STR("SequenceNumber"));
    if (last->len && str_compare(*last, number) >= 0)
        fail(p, "sequence numbers do not increase");
    *last = number;
    struct item before = old ? read_item(p, old) : (struct item){0};
    struct item after = new ? read_item(p, new) : (struct item){0};
    int at = table_find(copy, old ? &before : &after);
    if ((at >= 0) != (old != NULL) || (old && !item_equal(&copy->items[at], &before)))
        fail(p, "an old image is not what was there");
    if (old && new &&item_equal(&before, &after))
        fail(p, "a record without a change");
    if (new)
        table_put(copy, &after);
    else
        table_delete(copy, &before);
}

static struct str iterator_of(struct play *p, const struct table *t)
{
    buf_clear(&p->body);
    buf_printf(&p->body, "{\"TableName\":\"%s\"}", t->name);
    call(p, "ListStreams");
    const struct json *streams = json_get(answer(p), STR("Streams"));
    struct str arn = text_of(p, streams->first, STR("StreamArn"));
    buf_clear(&p->body);
    buf_printf(&p->body, "{\"StreamArn\":\"%.*s\"}", STR_ARG(arn));
    call(p, "DescribeStream");
    const struct json *shards =
        json_get(json_get(answer(p), STR("StreamDescription")), STR("Shards"));
    struct str shard = text_of(p, shards->first, STR("ShardId"));
    buf_clear(&p->body);
    buf_printf(&p->body,
        "{\"StreamArn\":\"%.*s\",\"ShardId\":\"%.*s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}",
        STR_ARG(arn), STR_ARG(shard));
    call(p, "GetShardIterator");
    expect_status(p, 200);
    return text_of(p, answer(p), STR("ShardIterator"));
}

static void check_stream(struct play *p, const struct table *t)
{
    struct table *copy = calloc(1, sizeof *copy);
    struct str iterator = iterator_of(p, t), last = STR_NONE;
    copy->sorted = t->sorted;
    for (bool any = true; any;) {
        buf_clear(&p->body);
        buf_printf(&p->body, "{\"ShardIterator\":\"%.*s\",\"Limit\":%d}", STR_ARG(iterator),
            1 + pick(p, 1000));
        call(p, "GetRecords");
        expect_status(p, 200);
        const struct json *json = answer(p), *records = json_get(json, STR("Records"));
        any = records->first != NULL;
        for (const struct json *r = records->first; r; r = r->next)
            replay_record(p, r, copy, &last);
        iterator = text_of(p, json, STR("NextShardIterator"));
    }
    if (copy->count != t->count)
        fail(p, "the stream rebuilds another number of items");
    for (int i = 0; i < t->count; i++) {
        int at = table_find(copy, &t->items[i]);
        if (at < 0 || !item_equal(&copy->items[at], &t->items[i]))
            fail(p, "the stream rebuilds another item");
    }
    free(copy);
}

/* ---- all ---- */

static void play_one(struct play *p)
{
    struct table *t = &p->tables[pick(p, TABLES)];
    int what = pick(p, 100);
    arena_reset(&p->arena);
    if (what < 30)
        play_put(p, t);
    else if (what < 40)
        play_delete(p, t);
    else if (what < 55)
        play_update(p, t);
    else if (what < 65)
        play_get(p, t);
    else if (what < 70)
        play_batch_write(p, t);
    else if (what < 74)
        play_batch_get(p, t);
    else if (what < 79)
        play_transact_write(p);
    else if (what < 82)
        play_transact_get(p);
    else if (what < 91)
        play_query(p, t);
    else if (what < 98)
        play_scan(p, t);
    else
        play_table(p, t);
}

static void see(void *context, const char *finding)
{
    (void)context;
    fprintf(stderr, "check: %s\n", finding);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void finish(struct play *p)
{
    struct err err = ERR_INIT;
    uint64_t findings = 0;
    for (int i = 0; i < TABLES; i++) {
        arena_reset(&p->arena);
        check_stream(p, &p->tables[i]);
    }
    backend_close(p->backend, NULL);
    p->backend = NULL;
    if (!embedded_check(p->folder, see, NULL, &findings, &err)) {
        fprintf(stderr, "model: seed %llu: check: %s\n", (unsigned long long)p->seed, err.text);
        exit(1);
    }
    if (findings) {
        fprintf(stderr, "model: seed %llu: %llu findings\n", (unsigned long long)p->seed,
            (unsigned long long)findings);
        exit(1);
    }
    nftw(p->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    buf_fini(&p->body);
    buf_fini(&p->expected);
    ddb_reply_fini(&p->reply);
    arena_fini(&p->arena);
}

int main(int argc, char **argv)
{
    long operations = argc > 1 ? strtol(argv[1], NULL, 10) : 4000;
    struct play *p = calloc(1, sizeof *p);
    struct err err = ERR_INIT;
    struct backend_options options = {.no_sync = true};
    p->seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    p->random = p->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    printf("model: seed %llu\n", (unsigned long long)p->seed);
    fflush(stdout);
    snprintf(p->folder, sizeof p->folder, "/tmp/dynascope-model-XXXXXX");
    if (!mkdtemp(p->folder))
        return 1;
    p->backend = embedded_open(p->folder, &options, &err);
    if (!p->backend) {
        fprintf(stderr, "model: %s\n", err.text);
        return 1;
    }
    for (int i = 0; i < TABLES; i++)
        create_table(p, &p->tables[i]);
    for (p->step = 1; p->step <= operations; p->step++)
        play_one(p);
    finish(p);
    free(p);
    return 0;
}
