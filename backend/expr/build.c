/* SPDX-License-Identifier: MIT */
/*
 * Containers from runs of members. The head's width is known only at the end, so there is room for
 * the widest one in front, and the members move up to it:
 *
 *   | room for tag, length, count | members …        while it is open
 *   | tag | length | count | members …               when it is closed
 *
 * Knows the layout of value.h, no expressions.
 */
#include "backend/expr/build.h"

enum { HEAD_MAX = 1 + 10 + 5 };

struct expr_build expr_build_open(struct buf *out, enum value_type type)
{
    struct expr_build build = {.start = out->len, .type = type};
    buf_reserve(out, HEAD_MAX);
    out->len += HEAD_MAX;
    return build;
}

void expr_build_run(struct expr_build *build, struct buf *out, struct str members, uint32_t count)
{
    buf_add(out, members);
    build->count += count;
}

void expr_build_bytes(struct expr_build *build, struct buf *out, struct str bytes)
{
    value_put_varint(out, bytes.len);
    buf_add(out, bytes);
    build->count++;
}

void expr_build_name(struct expr_build *build, struct buf *out, struct str name)
{
    if (build->type == VALUE_M)
        expr_build_bytes(build, out, name);
    else
        build->count++;
}

/* LEB128 of minimal width, as value_put_varint() writes it. */
static size_t put_varint(char *at, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        at[n++] = (char)(v | 0x80);
    at[n++] = (char)v;
    return n;
}

void expr_build_close(struct expr_build *build, struct buf *out)
{
    char head[HEAD_MAX], count[5];
    size_t members = out->len - build->start - HEAD_MAX;
    size_t count_width = put_varint(count, build->count);
    head[0] = (char)build->type;
    size_t head_width = 1 + put_varint(head + 1, count_width + members);
    memcpy(head + head_width, count, count_width);
    head_width += count_width;
    char *at = out->at + build->start;
    memmove(at + head_width, at + HEAD_MAX, members);
    memcpy(at, head, head_width);
    out->len = build->start + head_width + members;
}
