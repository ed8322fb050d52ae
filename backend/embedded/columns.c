/* SPDX-License-Identifier: MIT */
/*
 * What a SELECT shows of an item: its attributes or the values at paths, each under the name of its
 * leaf. Knows no table.
 */
#include "backend/embedded/columns.h"

#include "backend/json_out.h"

void columns_put(struct buf *out, const struct partiql_statement *select, struct value item)
{
    struct value v;
    if (select->all) {
        json_out_typed_item(out, item);
        return;
    }
    buf_add_byte(out, '{');
    for (uint32_t i = 0; i < select->column_count; i++)
        if (expr_path_find(&select->columns[i].path, item, &v)) {
            json_put_name(out, select->columns[i].name);
            json_out_typed(out, v);
        }
    buf_add_byte(out, '}');
}

bool columns_any(const struct partiql_statement *select, struct value item)
{
    struct value v;
    if (select->all)
        return item.count > 0;
    for (uint32_t i = 0; i < select->column_count; i++)
        if (expr_path_find(&select->columns[i].path, item, &v))
            return true;
    return false;
}
