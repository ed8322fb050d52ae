/* SPDX-License-Identifier: MIT */
/* Attributes of rows, written and read by name. Knows no row in particular. */
#include "backend/embedded/row.h"

#include "backend/number.h"

struct row row_open(struct buf *out)
{
    return (struct row){.out = out, .map = value_open(out, VALUE_M)};
}

void row_close(struct row *row)
{
    struct err err = ERR_INIT;
    value_close(&row->map, row->out, &err);
}

void row_put_text(struct row *row, const char *name, struct str text)
{
    if (text.len == 0)
        return;
    value_member(&row->map, row->out, str_from(name));
    value_put_string(row->out, text);
}

void row_put_bytes(struct row *row, const char *name, struct str bytes)
{
    if (bytes.len == 0)
        return;
    value_member(&row->map, row->out, str_from(name));
    value_put_binary(row->out, bytes);
}

void row_put_number(struct row *row, const char *name, int64_t number)
{
    struct number n;
    if (number == 0)
        return;
    number_from_i64(&n, number);
    value_member(&row->map, row->out, str_from(name));
    value_put_number(row->out, number_str(&n));
}

void row_put_truth(struct row *row, const char *name, bool truth)
{
    if (!truth)
        return;
    value_member(&row->map, row->out, str_from(name));
    value_put_bool(row->out, true);
}

static struct str get(struct arena *arena, struct value row, const char *name, enum value_type type)
{
    struct value v;
    if (!value_find(row, str_from(name), &v) || v.type != type)
        return STR_NONE;
    return arena_dup(arena, v.data);
}

struct str row_get_text(struct arena *arena, struct value row, const char *name)
{
    return get(arena, row, name, VALUE_S);
}

struct str row_get_bytes(struct arena *arena, struct value row, const char *name)
{
    return get(arena, row, name, VALUE_B);
}

int64_t row_get_number(struct value row, const char *name)
{
    struct value v;
    int64_t number = 0;
    if (value_find(row, str_from(name), &v) && v.type == VALUE_N)
        number_to_i64(v.data, &number);
    return number;
}

bool row_get_truth(struct value row, const char *name)
{
    struct value v;
    return value_find(row, str_from(name), &v) && v.type == VALUE_TRUE;
}
