/* SPDX-License-Identifier: MIT */
/*
 * Entries of secondary indexes. An entry's key is the index's key attributes and then the table's,
 * so that items with equal index keys stand apart; its value is the projection of the item in the
 * same envelope as an item. Knows neither requests nor the item's own record.
 */
#include "backend/embedded/index.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/count.h"

/* ---- which items have an entry ---- */

static bool refuse_type(
    const struct catalog_index *index, size_t i, struct value v, struct err *err)
{
    const struct key_attribute *key = &index->schema.at[i];
    return err_invalid(err,
        "One or more parameter values were invalid: Type mismatch for Index Key %.*s Expected: %s "
        "Actual: %s IndexName: %.*s",
        STR_ARG(key->name), value_type_name(key->type), value_type_name(v.type),
        STR_ARG(index->name));
}

static bool refuse_empty(const struct catalog_index *index, size_t i, struct err *err)
{
    const struct key_attribute *key = &index->schema.at[i];
    return err_invalid(err,
        "One or more parameter values are not valid. A value specified for a secondary index key "
        "is not supported. The AttributeValue for a key attribute cannot contain an empty %s "
        "value. IndexName: %.*s, IndexKey: %.*s",
        key->type == VALUE_B ? "binary" : "string", STR_ARG(index->name), STR_ARG(key->name));
}

static bool refuse_length(bool sort, struct err *err)
{
    return sort ? err_invalid(err,
                      "One or more parameter values were invalid: Aggregated size of all range "
                      "keys has exceeded the size limit of 1024 bytes")
                : err_invalid(err, "One or more parameter values were invalid: Size of hashkey "
                                   "has exceeded the maximum size limit of2048 bytes");
}

static bool check_index(const struct catalog_index *index, struct value item, struct err *err)
{
    size_t bytes[2] = {0};
    for (size_t i = 0; i < catalog_own_keys(&index->schema); i++) {
        bool sort = i >= index->schema.partition;
        struct value v;
        if (!value_find(item, index->schema.at[i].name, &v))
            continue;
        if (v.type != index->schema.at[i].type)
            return refuse_type(index, i, v, err);
        if (v.data.len == 0)
            return refuse_empty(index, i, err);
        bytes[sort] += v.data.len;
        if (bytes[sort] > (sort ? VALUE_SORT_KEY_MAX : VALUE_PARTITION_KEY_MAX))
            return refuse_length(sort, err);
    }
    return true;
}

/* Of several the service names the one whose name comes first. */
static bool refuse_first(const struct catalog_table *table, struct value item, struct err *err)
{
    const struct catalog_index *first = NULL;
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct catalog_index *index = &table->indexes[i];
        if ((!first || str_compare(index->name, first->name) < 0) && !check_index(index, item, err))
            first = index;
    }
    return check_index(first, item, err);
}

bool index_check(const struct catalog_table *table, struct value item, struct err *err)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        if (!check_index(&table->indexes[i], item, err))
            return refuse_first(table, item, err);
    return true;
}

bool index_has(const struct catalog_index *index, struct value item)
{
    size_t bytes[2] = {0};
    if (item.type == VALUE_NONE)
        return false;
    for (size_t i = 0; i < catalog_own_keys(&index->schema); i++) {
        bool sort = i >= index->schema.partition;
        struct value v;
        if (!value_find(item, index->schema.at[i].name, &v) || v.type != index->schema.at[i].type ||
            v.data.len == 0)
            return false;
        bytes[sort] += v.data.len;
    }
    return bytes[0] <= VALUE_PARTITION_KEY_MAX && bytes[1] <= VALUE_SORT_KEY_MAX;
}

/* ---- what an entry holds ---- */

struct value index_project(const struct catalog_index *index, struct value item, struct buf *out)
{
    struct err err = ERR_INIT;
    if (index->projection == CATALOG_ALL)
        return item;
    buf_clear(out);
    struct value_open open = value_open(out, VALUE_M);
    struct value_walk walk = value_walk(item);
    struct str name;
    struct value v;
    uint32_t next = 0;
    while (next < index->projected_count && value_next(&walk, &name, &v)) {
        while (next < index->projected_count && str_compare(index->projected[next], name) < 0)
            next++;
        if (next < index->projected_count && str_equal(index->projected[next], name)) {
            value_member(&open, out, name);
            value_put(out, v);
        }
    }
    value_close(&open, out, &err);
    return value_of(buf_str(out));
}

/* ---- an item and its local entries share one limit ---- */

bool index_fits(const struct catalog_table *table, struct value item)
{
    uint32_t parts = 1 + table->local_count;
    if (item.encoded.len < VALUE_ITEM_MAX / 4 / parts) /* never much smaller than what is counted */
        return true;
    size_t size = value_item_size(item), whole = size;
    struct buf projection = {0};
    for (uint32_t i = 0; i < table->local_count && size * parts > VALUE_ITEM_MAX; i++)
        if (index_has(&table->indexes[i], item))
            whole += value_item_size(index_project(&table->indexes[i], item, &projection));
    buf_fini(&projection);
    return whole <= VALUE_ITEM_MAX;
}

/* ---- following a change ---- */

struct entry {
    bool there;
    struct value item; /* the projection */
    struct str key;
    size_t size;
};

static struct entry entry_of(
    const struct catalog_index *index, struct value item, struct buf *projection, struct buf *key)
{
    struct entry entry = {.there = index_has(index, item)};
    buf_clear(key);
    if (!entry.there)
        return entry;
    entry.item = index_project(index, item, projection);
    entry.size = value_item_size(entry.item);
    key_of_item(key, index->id, &index->schema, entry.item, NULL);
    entry.key = buf_str(key);
    return entry;
}

static bool put_entry(struct call *call, struct store_txn *txn, const struct catalog_index *index,
    const struct entry *entry, struct buf *names, bool *grown, struct err *err)
{
    struct buf *record = engine_buf(call, CALL_RECORD);
    value_put_varint(record, entry->size);
    if (!codec_strip(record, &index->schema, entry->item, names, grown))
        return err_set(err, ERR_INTERNAL, "an index entry without its key reached the store");
    return store_put(txn, STORE_INDEX, entry->key, buf_str(record), err);
}

/* While an index is being filled, entries of older items may be missing. */
static bool was_there(struct store_txn *txn, const struct catalog_index *index,
    const struct entry *old, bool *there, struct err *err)
{
    struct str value;
    *there = old->there;
    return !old->there || !index->backfilling ||
           store_get(txn, STORE_INDEX, old->key, &value, there, err);
}

static bool same_entry(const struct entry *old, const struct entry *new)
{
    return old->there && new->there &&str_equal(old->key, new->key) &&
           value_equal(old->item, new->item);
}

static void charge(
    struct capacity *used, size_t i, const struct entry *old, const struct entry *new)
{
    bool moved = old->there && new->there && !str_equal(old->key, new->key);
    size_t larger = new->size > old->size ? new->size : old->size;
    used->touched[i] = true;
    used->index_halves[i] += moved ? capacity_of_write(old->size) + capacity_of_write(new->size)
                                   : capacity_of_write(larger);
}

static bool replace_entry(struct call *call, struct store_txn *txn,
    const struct catalog_index *index, const struct entry *old, const struct entry *new,
    bool *grown, struct err *err)
{
    struct count change = {.items = new->there, .bytes = (int64_t) new->size};
    bool there;
    if (!was_there(txn, index, old, &there, err))
        return false;
    if (there) {
        change.items--;
        change.bytes -= (int64_t)old->size;
        if ((!new->there || !str_equal(old->key, new->key)) &&
            !store_delete(txn, STORE_INDEX, old->key, NULL, err))
            return false;
    }
    if (new->there && !put_entry(call, txn, index, new, &call->bufs[CALL_NAMES], grown, err))
        return false;
    return count_add(txn, index->id, change, err);
}

bool index_change(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct value old, struct value new, bool *grown, struct capacity *used, struct err *err)
{
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct catalog_index *index = &table->indexes[i];
        struct entry before =
            entry_of(index, old, &call->bufs[CALL_ENTRY], &call->bufs[CALL_OLD_KEY]);
        struct entry after =
            entry_of(index, new, &call->bufs[CALL_ENTRY2], &call->bufs[CALL_NEW_KEY]);
        if ((!before.there && !after.there) || same_entry(&before, &after))
            continue;
        charge(used, i, &before, &after);
        if (!replace_entry(call, txn, index, &before, &after, grown, err))
            return false;
    }
    return true;
}

bool index_fill(struct call *call, struct store_txn *txn, const struct catalog_index *index,
    struct value item, struct buf *names, bool *grown, struct err *err)
{
    struct entry entry = entry_of(index, item, &call->bufs[CALL_ENTRY], &call->bufs[CALL_OLD_KEY]);
    struct str value;
    bool there;
    if (!entry.there)
        return true;
    if (!store_get(txn, STORE_INDEX, entry.key, &value, &there, err))
        return false;
    if (there)
        return true;
    return put_entry(call, txn, index, &entry, names, grown, err) &&
           count_add(txn, index->id, (struct count){1, (int64_t)entry.size}, err);
}
