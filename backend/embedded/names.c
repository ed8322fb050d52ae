/* SPDX-License-Identifier: MIT */
/*
 * The dictionary of a table's attribute names: its bytes (drawn in names.h) and where they are
 * kept. It is read in place, so that a read transaction has it at the cost of one lookup. Its bytes
 * come from a file: every offset is checked. Knows nothing of items.
 */
#include "backend/embedded/names.h"

#include "backend/value.h"

enum { VERSION = 1, HEAD = 2, PER_NAME = 3 /* an end offset and a place in the order */ };

static unsigned count_of(struct str names)
{
    return names.len < HEAD ? 0 : (unsigned char)names.at[1];
}

static size_t end_of(struct str names, unsigned number)
{
    const unsigned char *at = (const unsigned char *)names.at + HEAD + 2 * (number - 1);
    return (size_t)at[0] | (size_t)at[1] << 8;
}

struct names_view names_view(struct str names)
{
    size_t count = count_of(names), base = HEAD + PER_NAME * count;
    if (base > names.len)
        return (struct names_view){0};
    return (struct names_view){
        .ends = (const unsigned char *)names.at + HEAD,
        .first = names.at + base,
        .len = names.len - base,
        .count = (unsigned)count,
    };
}

struct str names_get(struct str names, unsigned number)
{
    struct names_view view = names_view(names);
    return names_view_get(&view, number);
}

/* Names of the dictionary are short, so their varint is one byte. */
static struct str name_at(struct str names, unsigned number)
{
    return str_skip(names_get(names, number), 1);
}

static unsigned number_in_order(struct str names, unsigned place)
{
    return (unsigned char)names.at[HEAD + 2 * (size_t)count_of(names) + place];
}

/* The place in the order of names where `name` is or belongs; *number is 0 where it is not there.
 */
static unsigned find_place(struct str names, struct str name, unsigned *number)
{
    unsigned low = 0, high = count_of(names);
    *number = 0;
    if (names.len < HEAD + PER_NAME * (size_t)high)
        return 0;
    while (low < high) {
        unsigned middle = (low + high) / 2, candidate = number_in_order(names, middle);
        int order = str_compare(name, name_at(names, candidate));
        if (order == 0) {
            *number = candidate;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

unsigned names_find(struct str names, struct str name)
{
    unsigned number;
    find_place(names, name, &number);
    return number;
}

/* Every part of the dictionary moves by what is put in front of it: backwards, so that nothing is
 * found twice. */
static void insert_name(struct buf *names, struct str name, unsigned place)
{
    unsigned count = count_of(buf_str(names));
    size_t ends = HEAD + 2 * (size_t)count, end;
    end = (count ? end_of(buf_str(names), count) : 0) + 1 + name.len;
    buf_add_byte(names, (char)name.len);
    buf_add(names, name);
    buf_insert_gap(names, ends + place, 1);
    names->at[ends + place] = (char)(count + 1);
    buf_insert_gap(names, ends, 2);
    names->at[ends] = (char)end;
    names->at[ends + 1] = (char)(end >> 8);
    names->at[1] = (char)(count + 1);
}

unsigned names_add(struct buf *names, struct str name, bool *grown)
{
    unsigned number, place;
    if (names->len == 0)
        buf_add_bytes(names, (const char[]){VERSION, 0}, HEAD);
    place = find_place(buf_str(names), name, &number);
    if (number || name.len > NAMES_LENGTH_MAX || count_of(buf_str(names)) >= NAMES_MAX)
        return number;
    insert_name(names, name, place);
    *grown = true;
    return count_of(buf_str(names));
}

/* Exact ends, names of allowed length, an order that rises strictly (so that it names each once).
 */
bool names_check(struct str names)
{
    unsigned count = count_of(names);
    if (names.len == 0)
        return true;
    if (names.len < HEAD + PER_NAME * (size_t)count || names.at[0] != VERSION || count > NAMES_MAX)
        return false;
    size_t base = HEAD + PER_NAME * (size_t)count;
    for (unsigned i = 1; i <= count; i++) {
        struct str name = names_get(names, i);
        if (name.len == 0 || (unsigned char)name.at[0] != name.len - 1 ||
            name.len - 1 > NAMES_LENGTH_MAX)
            return false;
        if (number_in_order(names, i - 1) == 0 || number_in_order(names, i - 1) > count)
            return false;
    }
    for (unsigned i = 1; i < count; i++)
        if (str_compare(name_at(names, number_in_order(names, i - 1)),
                name_at(names, number_in_order(names, i))) >= 0)
            return false;
    return count == 0 ? names.len == base : end_of(names, count) == names.len - base;
}

/* ---- where it is kept ---- */

struct names_key {
    char bytes[sizeof STORE_META_NAMES - 1 + 4];
};

static struct str key_of(uint32_t table, struct names_key *key)
{
    size_t len = sizeof STORE_META_NAMES - 1;
    memcpy(key->bytes, STORE_META_NAMES, len);
    for (size_t i = 0; i < 4; i++)
        key->bytes[len + i] = (char)(table >> (24 - 8 * i));
    return (struct str){key->bytes, sizeof key->bytes};
}

bool names_load(struct store_txn *txn, uint32_t table, struct str *names, struct err *err)
{
    struct names_key key;
    bool found;
    *names = STR_NONE;
    return store_get(txn, STORE_META, key_of(table, &key), names, &found, err);
}

bool names_copy(struct store_txn *txn, uint32_t table, struct buf *names, struct err *err)
{
    struct str stored;
    buf_clear(names);
    if (!names_load(txn, table, &stored, err))
        return false;
    if (!names_check(stored))
        return err_set(err, ERR_FILE,
            "the store is damaged: the dictionary of attribute names of table %u is malformed; run "
            "`dynascope check`",
            table);
    buf_add(names, stored);
    return true;
}

bool names_save(struct store_txn *txn, uint32_t table, struct str names, struct err *err)
{
    struct names_key key;
    return store_put(txn, STORE_META, key_of(table, &key), names, err);
}

bool names_drop(struct store_txn *txn, uint32_t table, struct err *err)
{
    struct names_key key;
    return store_delete(txn, STORE_META, key_of(table, &key), NULL, err);
}
