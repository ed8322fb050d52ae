/* SPDX-License-Identifier: MIT */
/* Consumed capacity: how much an access costs and how answers say so. */
#include "backend/embedded/capacity.h"

#include "backend/embedded/shape.h"

enum capacity_mode capacity_mode(const struct json *request)
{
    struct str word = shape_text(request, STR("ReturnConsumedCapacity"));
    if (str_equal(word, STR("TOTAL")))
        return CAPACITY_TOTAL;
    return str_equal(word, STR("INDEXES")) ? CAPACITY_INDEXES : CAPACITY_NONE;
}

int64_t capacity_of_write(size_t bytes)
{
    size_t units = (bytes + 1023) / 1024;
    return 2 * (int64_t)(units ? units : 1);
}

int64_t capacity_of_read(size_t bytes, bool consistent)
{
    size_t units = (bytes + 4095) / 4096;
    return (consistent ? 2 : 1) * (int64_t)(units ? units : 1);
}

static void put_number(struct buf *out, struct str name, int64_t halves)
{
    json_put_name(out, name);
    buf_add_u64(out, (uint64_t)halves / 2);
    buf_add(out, halves % 2 ? STR(".5") : STR(".0"));
}

static void put_units(struct buf *out, int64_t halves, const char *detail)
{
    put_number(out, STR("CapacityUnits"), halves);
    if (detail)
        put_number(out, str_from(detail), halves);
}

static void put_group(struct buf *out, const struct capacity *used, bool global)
{
    bool any = false;
    for (uint32_t i = 0; i < used->table->index_count; i++) {
        if (!used->touched[i] || used->table->indexes[i].global != global)
            continue;
        if (!any) {
            json_put_name(
                out, global ? STR("GlobalSecondaryIndexes") : STR("LocalSecondaryIndexes"));
            buf_add_byte(out, '{');
            any = true;
        }
        json_put_name(out, used->table->indexes[i].name);
        buf_add_byte(out, '{');
        put_units(out, used->index_halves[i], used->detail);
        buf_add_byte(out, '}');
    }
    if (any)
        buf_add_byte(out, '}');
}

void capacity_put_object(struct buf *out, const struct capacity *used, enum capacity_mode mode)
{
    int64_t total = used->halves;
    for (uint32_t i = 0; i < used->table->index_count; i++)
        total += used->index_halves[i];
    buf_add_byte(out, '{');
    json_put_name(out, STR("TableName"));
    json_put_string(out, used->table->name);
    put_units(out, total, used->detail);
    if (mode == CAPACITY_INDEXES) {
        json_put_name(out, STR("Table"));
        buf_add_byte(out, '{');
        put_units(out, used->halves, used->detail);
        buf_add_byte(out, '}');
        put_group(out, used, false);
        put_group(out, used, true);
    }
    buf_add_byte(out, '}');
}

void capacity_put(struct buf *out, const struct capacity *used, enum capacity_mode mode)
{
    if (mode == CAPACITY_NONE || used->table == NULL)
        return;
    json_put_name(out, STR("ConsumedCapacity"));
    capacity_put_object(out, used, mode);
}
