/* SPDX-License-Identifier: MIT */
/* Names that no other table has, for tables that are created, restored or imported. */
#include "backend/embedded/table_make.h"

#include <sys/random.h>

bool table_make_uuid(struct arena *arena, struct str *out, struct err *err)
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        return err_set(err, ERR_INTERNAL, "the system gives no random numbers");
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    *out = arena_printf(arena,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return true;
}

bool table_make_ids(
    struct call *call, struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    struct catalog_index *indexes =
        arena_array(&call->arena, struct catalog_index, table->index_count + 1);
    if (table->index_count)
        memcpy(indexes, table->indexes, table->index_count * sizeof *indexes);
    table->indexes = indexes;
    if (!catalog_next_id(txn, &table->id, err))
        return false;
    for (uint32_t i = 0; i < table->index_count; i++)
        if (!catalog_next_id(txn, &indexes[i].id, err))
            return false;
    return true;
}
