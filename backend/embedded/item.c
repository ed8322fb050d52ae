/* SPDX-License-Identifier: MIT */
/*
 * Items by key: checks against the table's schema, loading, and the write path through which every
 * change of an item goes. Does not know requests, expressions or answers.
 *
 *   item_store:  old image ─┬─▶ index entries that differ
 *                new image ─┤─▶ stream record
 *                           ├─▶ the item's own record
 *                           ├─▶ counts
 *   entry as it stands ───────▶ history             all in the caller's transaction
 */
#include "backend/embedded/item.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/count.h"
#include "backend/embedded/history.h"
#include "backend/embedded/index.h"
#include "backend/embedded/names.h"
#include "backend/embedded/stream.h"
#include "backend/json_out.h"

/* ---- checks ---- */

static bool mismatch(struct err *err)
{
    return err_invalid(err, "The provided key element does not match the schema");
}

/* Empty and too long key values. */
static bool check_value(const struct key_schema *schema, size_t i, struct value v, struct err *err)
{
    bool sort = i >= schema->partition;
    if (v.data.len == 0)
        return err_invalid(err,
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty %s value. Key: %.*s",
            v.type == VALUE_B ? "binary" : "string", STR_ARG(schema->at[i].name));
    if (!sort && v.data.len > VALUE_PARTITION_KEY_MAX)
        return err_invalid(err, "One or more parameter values were invalid: "
                                "Size of hashkey has exceeded the maximum size limit of2048 bytes");
    if (sort && v.data.len > VALUE_SORT_KEY_MAX)
        return err_invalid(err,
            "One or more parameter values were invalid: Aggregated size of all range keys has "
            "exceeded the size limit of 1024 bytes");
    return true;
}

bool item_check_key(const struct catalog_table *table, struct value key, struct err *err)
{
    const struct key_schema *schema = &table->schema;
    struct value v;
    if (key.count != schema->count)
        return mismatch(err);
    for (size_t i = 0; i < schema->count; i++)
        if (!value_find(key, schema->at[i].name, &v) || v.type != schema->at[i].type)
            return mismatch(err);
    for (size_t i = 0; i < schema->count; i++)
        if (value_find(key, schema->at[i].name, &v) && !check_value(schema, i, v, err))
            return false;
    return true;
}

static bool refuse_size(struct err *err)
{
    return err_invalid(err, "Item size has exceeded the maximum allowed size");
}

bool item_check_put(const struct catalog_table *table, struct value item, struct err *err)
{
    const struct key_schema *schema = &table->schema;
    for (size_t i = 0; i < schema->count; i++) {
        const struct key_attribute *key = &schema->at[i];
        struct value v;
        if (!value_find(item, key->name, &v))
            return err_invalid(err,
                "One or more parameter values were invalid: Missing the key %.*s in the item",
                STR_ARG(key->name));
        if (v.type != key->type)
            return err_invalid(err,
                "One or more parameter values were invalid: Type mismatch for key %.*s expected: "
                "%s actual: %s",
                STR_ARG(key->name), value_type_name(key->type), value_type_name(v.type));
        if (!check_value(schema, i, v, err))
            return false;
    }
    return index_check(table, item, err) && (index_fits(table, item) || refuse_size(err));
}

bool item_check_batch_put(const struct catalog_table *table, struct value item, struct err *err)
{
    const struct key_schema *schema = &table->schema;
    struct value v;
    for (size_t i = 0; i < schema->count; i++)
        if (!value_find(item, schema->at[i].name, &v) || v.type != schema->at[i].type)
            return mismatch(err);
    return item_check_put(table, item, err);
}

bool item_check_size(struct value item, struct err *err)
{
    /* the encoded form is never much smaller than what is counted */
    return item.encoded.len < VALUE_ITEM_MAX / 4 || value_item_size(item) <= VALUE_ITEM_MAX ||
           refuse_size(err);
}

bool item_check_updated_size(const struct catalog_table *table, struct value item, struct err *err)
{
    return index_fits(table, item) ||
           err_invalid(err, "Item size to update has exceeded the maximum allowed size");
}

/* ---- reading ---- */

void item_key(struct buf *out, const struct catalog_table *table, struct value item)
{
    key_of_item(out, table->id, &table->schema, item, NULL);
}

bool item_unwrap(struct str stored, size_t *size, struct str *record, struct err *err)
{
    uint64_t number;
    *record = stored;
    if (!value_read_varint(record, &number))
        return err_set(err, ERR_FILE,
            "the store holds an item that cannot be read: run `dynascope check` on it");
    *size = number;
    return true;
}

static bool join(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct str stored, struct item_slot *slot, struct err *err)
{
    struct buf *old = &call->bufs[CALL_OLD];
    struct str record, components, names;
    if (!item_unwrap(stored, &slot->old_size, &record, err) ||
        !names_load(txn, table->id, &names, err))
        return false;
    key_components(buf_str(&call->bufs[CALL_KEY]), &components);
    if (!codec_join(old, &table->schema, components, names, record, err))
        return false;
    slot->old = value_of(buf_str(old));
    return true;
}

bool item_load(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct item_slot *slot, struct err *err)
{
    struct str stored;
    bool found;
    *slot = (struct item_slot){.table = table};
    buf_clear(&call->bufs[CALL_OLD]);
    if (!store_get(txn, STORE_ITEMS, buf_str(&call->bufs[CALL_KEY]), &stored, &found, err))
        return false;
    return !found || join(call, txn, table, stored, slot, err);
}

/* ---- writing ---- */

static bool put_record(struct call *call, struct store_txn *txn, struct item_slot *slot,
    struct value item, struct buf *names, bool *grown, struct err *err)
{
    struct buf *record = engine_buf(call, CALL_RECORD);
    value_put_varint(record, slot->new_size);
    if (!codec_strip(record, &slot->table->schema, item, names, grown))
        return err_set(err, ERR_INTERNAL, "an item without its key reached the store");
    return store_put(txn, STORE_ITEMS, buf_str(&call->bufs[CALL_KEY]), buf_str(record), err);
}

static bool write_item(struct call *call, struct store_txn *txn, struct item_slot *slot,
    struct value item, struct buf *names, bool *grown, struct err *err)
{
    if (item.type != VALUE_NONE)
        return put_record(call, txn, slot, item, names, grown, err);
    return store_delete(txn, STORE_ITEMS, buf_str(&call->bufs[CALL_KEY]), NULL, err);
}

static bool write_all(struct call *call, struct store_txn *txn, struct item_slot *slot,
    struct value item, bool by_service, struct capacity *used, struct err *err)
{
    const struct catalog_table *table = slot->table;
    struct buf *names = &call->bufs[CALL_NAMES];
    struct count change = {
        .items = (item.type != VALUE_NONE) - (slot->old.type != VALUE_NONE),
        .bytes = (int64_t)slot->new_size - (int64_t)slot->old_size,
    };
    bool grown = false;
    return (!table->history || history_keep(call, txn, table, err)) &&
           names_copy(txn, table->id, names, err) &&
           write_item(call, txn, slot, item, names, &grown, err) &&
           index_change(call, txn, table, slot->old, item, &grown, used, err) &&
           stream_append(call, txn, table, slot->old, item, by_service, names, &grown, err) &&
           (!grown || names_save(txn, table->id, buf_str(names), err)) &&
           count_add(txn, table->id, change, err);
}

bool item_store(struct call *call, struct store_txn *txn, struct item_slot *slot, struct value item,
    bool by_service, struct capacity *used, struct err *err)
{
    slot->new_size = item.type == VALUE_NONE ? 0 : value_item_size(item);
    size_t larger = slot->new_size > slot->old_size ? slot->new_size : slot->old_size;
    used->table = slot->table;
    used->halves += capacity_of_write(larger);
    if (item.type == slot->old.type && value_equal(item, slot->old))
        return true; /* nothing there before or after, or the very same item */
    return write_all(call, txn, slot, item, by_service, used, err) || engine_spoil(txn);
}

void item_put_metrics(struct buf *out, const struct catalog_table *table, struct value item)
{
    struct value key;
    buf_add_byte(out, '{');
    json_put_name(out, STR("ItemCollectionKey"));
    buf_add_byte(out, '{');
    if (value_find(item, table->schema.at[0].name, &key)) {
        json_put_name(out, table->schema.at[0].name);
        json_out_typed(out, key);
    }
    buf_add_byte(out, '}');
    json_put_name(out, STR("SizeEstimateRangeGB"));
    buf_add(out, STR("[0.0,1.0]}"));
}
