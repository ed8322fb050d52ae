/* SPDX-License-Identifier: MIT */
/* Counts of tables and indexes. Knows their record only, not what is counted. */
#include "backend/embedded/count.h"

#include <endian.h>

enum { PREFIX = 6 };

struct count_key {
    char bytes[PREFIX + 4];
};

static struct count_key key_of(uint32_t id)
{
    struct count_key key = {.bytes = "count."};
    uint32_t big = htobe32(id);
    memcpy(key.bytes + PREFIX, &big, sizeof big);
    return key;
}

static struct str key_str(const struct count_key *key)
{
    return (struct str){key->bytes, sizeof key->bytes};
}

bool count_get(struct store_txn *txn, uint32_t id, struct count *out, struct err *err)
{
    struct count_key key = key_of(id);
    struct str value;
    bool found;
    uint64_t numbers[2];
    *out = (struct count){0};
    if (!store_get(txn, STORE_META, key_str(&key), &value, &found, err))
        return false;
    if (!found || value.len != sizeof numbers)
        return true;
    memcpy(numbers, value.at, sizeof numbers);
    *out = (struct count){(int64_t)le64toh(numbers[0]), (int64_t)le64toh(numbers[1])};
    return true;
}

bool count_add(struct store_txn *txn, uint32_t id, struct count change, struct err *err)
{
    struct count_key key = key_of(id);
    struct count now;
    if (change.items == 0 && change.bytes == 0)
        return true;
    if (!count_get(txn, id, &now, err))
        return false;
    uint64_t numbers[2] = {htole64((uint64_t)(now.items + change.items)),
        htole64((uint64_t)(now.bytes + change.bytes))};
    return store_put(
        txn, STORE_META, key_str(&key), (struct str){(const char *)numbers, sizeof numbers}, err);
}

bool count_drop(struct store_txn *txn, uint32_t id, struct err *err)
{
    struct count_key key = key_of(id);
    return store_delete(txn, STORE_META, key_str(&key), NULL, err);
}
