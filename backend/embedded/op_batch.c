/* SPDX-License-Identifier: MIT */
/*
 * BatchGetItem and BatchWriteItem. A batch is checked as a whole first (one bad entry rejects all);
 * then its entries are independent, and here they share one transaction. What does not fit into 16
 * MB of answer is handed back as UnprocessedKeys.
 */
#include "backend/embedded/item.h"
#include "backend/embedded/legacy.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/request.h"
#include "backend/embedded/shape.h"
#include "backend/json_out.h"

enum { WRITES_MAX = 25, KEYS_MAX = 100, ANSWER_MAX = 16 << 20 };

struct entry {
    const struct json *json; /* the key of a get */
    struct value given;      /* item or key */
    bool is_put;
    struct str key; /* the store's, in the arena */
};

/* One table's part of a batch. */
struct part {
    struct str name;
    const struct json *json;
    const struct catalog_table *table;
    struct entry *entries;
    size_t count;
    struct capacity used;
    /* of gets */
    struct request_expressions expressions;
    bool consistent;
    size_t done; /* entries that were answered */
};

struct batch {
    struct part *parts;
    size_t count, entries;
    enum capacity_mode mode;
    bool metrics;
};

static struct batch *batch_new(struct call *call)
{
    struct batch *batch = arena_new(&call->arena, struct batch);
    const struct json *items = shape_get(call->body, STR("RequestItems"));
    batch->parts = arena_array(&call->arena, struct part, items->count);
    batch->mode = capacity_mode(call->body);
    batch->metrics =
        str_equal(shape_text(call->body, STR("ReturnItemCollectionMetrics")), STR("SIZE"));
    for (const struct json *m = items->first; m; m = m->next)
        batch->parts[batch->count++] = (struct part){.name = m->name, .json = m};
    return batch;
}

/* Values are kept in the arena: a batch has many. */
static bool read_item(
    struct call *call, const struct json *json, struct value *out, struct err *err)
{
    struct value item;
    if (!request_item(&call->bufs[CALL_ITEM], json, &item, err))
        return false;
    *out = value_of(arena_dup(&call->arena, item.encoded));
    return true;
}

static void put_key(struct call *call, const struct part *part, struct entry *entry)
{
    struct buf *key = engine_buf(call, CALL_KEY);
    item_key(key, part->table, entry->given);
    entry->key = arena_dup(&call->arena, buf_str(key));
}

static bool check_twice(const struct part *part, struct err *err)
{
    for (size_t i = 0; i < part->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_equal(part->entries[i].key, part->entries[k].key))
                return err_invalid(err, "Provided list of item keys contains duplicates");
    return true;
}

static void put_capacities(struct buf *out, const struct batch *batch)
{
    if (batch->mode == CAPACITY_NONE)
        return;
    json_put_name(out, STR("ConsumedCapacity"));
    buf_add_byte(out, '[');
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->parts[i].used.table)
            continue;
        json_put_comma(out);
        capacity_put_object(out, &batch->parts[i].used, batch->mode);
    }
    buf_add_byte(out, ']');
}

/* ---- BatchWriteItem ---- */

static bool read_write(
    struct call *call, struct entry *entry, const struct json *json, struct err *err)
{
    const struct json *put = shape_get(json, STR("PutRequest"));
    const struct json *delete = shape_get(json, STR("DeleteRequest"));
    if ((put != NULL) == (delete != NULL))
        return err_invalid(err, "Supplied AttributeValue has more than one datatypes set, must "
                                "contain exactly one of the supported datatypes");
    entry->is_put = put != NULL;
    const struct json *given = put ? shape_get(put, STR("Item")) : shape_get(delete, STR("Key"));
    return read_item(call, given, &entry->given, err) &&
           (!put || item_check_size(entry->given, err));
}

static bool read_writes(struct call *call, struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct part *part = &batch->parts[i];
        part->entries = arena_array(&call->arena, struct entry, part->json->count);
        for (const struct json *m = part->json->first; m; m = m->next)
            if (!read_write(call, &part->entries[part->count++], m, err))
                return false;
        batch->entries += part->count;
    }
    return batch->entries <= WRITES_MAX ||
           err_invalid(err, "Too many items requested for the BatchWriteItem call");
}

static bool check_part(struct call *call, struct store_txn *txn, struct part *part, struct err *err)
{
    if (!engine_table(call, txn, part->name, &part->table, err))
        return false;
    part->used = (struct capacity){0};
    for (size_t i = 0; i < part->count; i++) {
        struct entry *entry = &part->entries[i];
        if (!(entry->is_put ? item_check_batch_put(part->table, entry->given, err)
                            : item_check_key(part->table, entry->given, err)))
            return false;
        put_key(call, part, entry);
    }
    return check_twice(part, err);
}

static bool write_entry(struct call *call, struct store_txn *txn, struct part *part,
    const struct entry *entry, struct err *err)
{
    struct item_slot slot;
    struct value item = entry->is_put ? entry->given : (struct value){0};
    buf_add(engine_buf(call, CALL_KEY), entry->key);
    return (item_load(call, txn, part->table, &slot, err) &&
               item_store(call, txn, &slot, item, false, &part->used, err)) ||
           engine_spoil(txn);
}

static bool write_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct batch *batch = context;
    for (size_t i = 0; i < batch->count; i++)
        if (!check_part(call, txn, &batch->parts[i], err))
            return false;
    for (size_t i = 0; i < batch->count; i++)
        for (size_t k = 0; k < batch->parts[i].count; k++)
            if (!write_entry(call, txn, &batch->parts[i], &batch->parts[i].entries[k], err))
                return false;
    return true;
}

static void put_metrics(struct buf *out, const struct batch *batch)
{
    if (!batch->metrics)
        return;
    json_put_name(out, STR("ItemCollectionMetrics"));
    buf_add_byte(out, '{');
    for (size_t i = 0; i < batch->count; i++) {
        const struct part *part = &batch->parts[i];
        if (part->table->local_count == 0)
            continue;
        json_put_name(out, part->table->name);
        buf_add_byte(out, '[');
        for (size_t k = 0; k < part->count; k++) {
            json_put_comma(out);
            item_put_metrics(out, part->table, part->entries[k].given);
        }
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

bool op_batch_write_item(struct call *call, struct err *err)
{
    struct batch *batch = batch_new(call);
    if (!read_writes(call, batch, err) || !engine_write(call, write_in, batch, err))
        return false;
    buf_add(call->out, STR("{\"UnprocessedItems\":{}"));
    put_metrics(call->out, batch);
    put_capacities(call->out, batch);
    buf_add_byte(call->out, '}');
    return true;
}

/* ---- BatchGetItem ---- */

/* One batch is of one kind, whatever its tables. */
static bool check_kinds(const struct batch *batch, struct err *err)
{
    bool old = false, new = false;
    for (size_t i = 0; i < batch->count; i++) {
        old = old || shape_get(batch->parts[i].json, STR("AttributesToGet"));
        new = new || shape_get(batch->parts[i].json, STR("ProjectionExpression"));
    }
    return !old || !new ||
           err_invalid(err, "Can not use both expression and non-expression parameters in the same "
                            "request: Non-expression parameters: {AttributesToGet} Expression "
                            "parameters: {ProjectionExpression}");
}

static bool read_gets(struct call *call, struct batch *batch, struct err *err)
{
    if (!check_kinds(batch, err))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        struct part *part = &batch->parts[i];
        const struct json *keys = shape_get(part->json, STR("Keys"));
        if (!request_check(part->json, &request_get, err) ||
            !legacy_attributes(call, part->json, &part->expressions, err))
            return false;
        part->consistent = shape_truth(part->json, STR("ConsistentRead"), false);
        part->entries = arena_array(&call->arena, struct entry, keys->count);
        for (const struct json *m = keys->first; m; m = m->next) {
            struct entry *entry = &part->entries[part->count++];
            entry->json = m;
            if (!read_item(call, m, &entry->given, err))
                return false;
            entry->key = entry->given.encoded;
        }
        if (part->count <= KEYS_MAX && !check_twice(part, err))
            return false;
        batch->entries += part->count;
    }
    if (batch->entries > KEYS_MAX)
        return err_invalid(err, "Too many items requested for the BatchGetItem call");
    for (size_t i = 0; i < batch->count; i++)
        if (!request_expressions(
                call, batch->parts[i].json, &request_get, &batch->parts[i].expressions, err))
            return false;
    return true;
}

static bool check_gets(struct call *call, struct store_txn *txn, struct part *part, struct err *err)
{
    if (!engine_table(call, txn, part->name, &part->table, err))
        return false;
    part->used = (struct capacity){.table = part->table};
    part->done = 0;
    for (size_t i = 0; i < part->count; i++) {
        if (!item_check_key(part->table, part->entries[i].given, err))
            return false;
        put_key(call, part, &part->entries[i]);
    }
    return check_twice(part, err);
}

static void put_item(struct call *call, const struct part *part, struct value item)
{
    if (item.type != VALUE_M)
        return;
    if (part->expressions.projection) {
        struct buf *projected = engine_buf(call, CALL_RECORD);
        expr_project(part->expressions.projection, item, projected);
        item = value_of(buf_str(projected));
    }
    json_put_comma(call->out);
    json_out_typed_item(call->out, item);
}

static bool get_part(
    struct call *call, struct store_txn *txn, struct part *part, size_t *bytes, struct err *err)
{
    struct item_slot slot;
    json_put_name(call->out, part->table->name);
    buf_add_byte(call->out, '[');
    for (; part->done < part->count && *bytes < ANSWER_MAX; part->done++) {
        buf_add(engine_buf(call, CALL_KEY), part->entries[part->done].key);
        if (!item_load(call, txn, part->table, &slot, err))
            return false;
        *bytes += slot.old_size;
        if (*bytes > ANSWER_MAX)
            break;
        part->used.halves += capacity_of_read(slot.old_size, part->consistent);
        put_item(call, part, slot.old);
    }
    buf_add_byte(call->out, ']');
    return true;
}

static bool get_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct batch *batch = context;
    size_t bytes = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!check_gets(call, txn, &batch->parts[i], err))
            return false;
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Responses\":{"));
    for (size_t i = 0; i < batch->count; i++)
        if (!get_part(call, txn, &batch->parts[i], &bytes, err))
            return false;
    buf_add_byte(call->out, '}');
    return true;
}

/* The request's own part, with the keys that are left. */
static void put_left(struct buf *out, const struct part *part)
{
    json_put_name(out, part->name);
    buf_add_byte(out, '{');
    for (const struct json *m = part->json->first; m; m = m->next) {
        json_put_name(out, m->name);
        if (!str_equal(m->name, STR("Keys"))) {
            json_put(out, m);
            continue;
        }
        buf_add_byte(out, '[');
        for (size_t i = part->done; i < part->count; i++) {
            json_put_comma(out);
            json_put(out, part->entries[i].json);
        }
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

bool op_batch_get_item(struct call *call, struct err *err)
{
    struct batch *batch = batch_new(call);
    if (!read_gets(call, batch, err) || !engine_read(call, get_in, batch, err))
        return false;
    json_put_name(call->out, STR("UnprocessedKeys"));
    buf_add_byte(call->out, '{');
    for (size_t i = 0; i < batch->count; i++)
        if (batch->parts[i].done < batch->parts[i].count)
            put_left(call->out, &batch->parts[i]);
    buf_add_byte(call->out, '}');
    put_capacities(call->out, batch);
    buf_add_byte(call->out, '}');
    return true;
}
