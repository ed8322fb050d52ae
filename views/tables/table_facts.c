/* SPDX-License-Identifier: MIT */
/* A table's description in words. */
#include "views/tables/table_facts.h"

#include "views/words.h"

void table_facts_keys(
    struct buf *out, const struct client_table *table, const struct client_index *index)
{
    const struct client_key *keys = index ? index->keys : table->keys;
    uint32_t count = index ? index->hash_count + index->range_count : table->key_count;
    for (uint32_t i = 0; i < count; i++)
        buf_printf(
            out, "%s%.*s %s", i ? " · " : "", STR_ARG(keys[i].name), value_type_name(keys[i].type));
}

static void table_facts_size(
    struct buf *out, const struct client_table *table, const struct client_index *index)
{
    words_plural(out, index ? index->items : table->items, "item");
    buf_add(out, STR(" · "));
    words_bytes(out, index ? index->bytes : table->bytes);
}

static void table_facts_extras(
    struct buf *out, const struct client_table *table, const char *between)
{
    if (table->stream_view.len)
        buf_printf(out, "%sstream %.*s", between, STR_ARG(table->stream_view));
    if (table->ttl_attribute.len)
        buf_printf(out, "%sTTL %.*s", between, STR_ARG(table->ttl_attribute));
    if (!str_equal(table->status, STR("ACTIVE")))
        buf_printf(out, "%s%.*s", between, STR_ARG(table->status));
    if (table->deletion_protection)
        buf_printf(out, "%sprotected", between);
}

void table_facts_line(
    struct buf *out, const struct client_table *table, const struct client_index *index)
{
    buf_add(out, index ? index->name : table->name);
    buf_add(out, STR(": "));
    table_facts_keys(out, table, index);
    buf_add(out, STR(" · "));
    words_bytes(out, index ? index->bytes : table->bytes);
    if (index)
        buf_printf(
            out, " · %s · %.*s", index->global ? "global" : "local", STR_ARG(index->projection));
    else
        table_facts_extras(out, table, " · ");
}

void table_facts_block(
    struct buf *out, const struct client_table *table, const struct client_index *index)
{
    const struct client_key *keys = index ? index->keys : table->keys;
    uint32_t count = index ? index->hash_count + index->range_count : table->key_count;
    buf_printf(out, "%.*s\n", STR_ARG(index ? index->name : table->name));
    for (uint32_t i = 0; i < count; i++)
        buf_printf(out, "%.*s %s\n", STR_ARG(keys[i].name), value_type_name(keys[i].type));
    table_facts_size(out, table, index);
    if (index) {
        buf_printf(out, "\n%s index", index->global ? "global" : "local");
        buf_printf(out, "\nprojection %.*s", STR_ARG(index->projection));
        return;
    }
    if (table->stream_view.len)
        buf_printf(out, "\n~ %.*s", STR_ARG(table->stream_view));
    if (table->ttl_attribute.len)
        buf_printf(out, "\nttl %.*s", STR_ARG(table->ttl_attribute));
    if (!str_equal(table->status, STR("ACTIVE")))
        buf_printf(out, "\n%.*s", STR_ARG(table->status));
    if (table->deletion_protection)
        buf_add(out, STR("\ndeletion protected"));
}
