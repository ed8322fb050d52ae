/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_BUILD_H
#define BACKEND_EXPR_BUILD_H

#include "backend/value.h"

/*
 * A container written from parts that are known to be in canonical order: runs of members are
 * copied as they stand, without looking into them (value_open() is for members that come one by one
 * and in any order).
 */
struct expr_build {
    size_t start;
    uint32_t count;
    enum value_type type;
};

struct expr_build expr_build_open(struct buf *out, enum value_type type);
/* `count` members as they are encoded in a container of the same kind. */
void expr_build_run(struct expr_build *build, struct buf *out, struct str members, uint32_t count);
/* The name of a member whose value follows; lists have none. */
void expr_build_name(struct expr_build *build, struct buf *out, struct str name);
/* A member of a set. */
void expr_build_bytes(struct expr_build *build, struct buf *out, struct str bytes);
void expr_build_close(struct expr_build *build, struct buf *out);

#endif
