/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_CAPACITY_H
#define BACKEND_EMBEDDED_CAPACITY_H

#include "backend/embedded/catalog.h"
#include "backend/json.h"

/*
 * Consumed capacity of one table in one call, in half units, since an eventually consistent read
 * costs half of one.
 */
enum capacity_mode { CAPACITY_NONE, CAPACITY_TOTAL, CAPACITY_INDEXES };

struct capacity {
    const struct catalog_table *table;
    int64_t halves; /* of the table */
    int64_t index_halves[CATALOG_LOCAL_MAX + CATALOG_GLOBAL_MAX];
    const char *detail; /* the units' other name, which transactions show besides, or NULL */
    bool touched[CATALOG_LOCAL_MAX + CATALOG_GLOBAL_MAX];
};

/* The request's ReturnConsumedCapacity. */
enum capacity_mode capacity_mode(const struct json *request);

/* Half units: 1 a started KB written, 1 a started 4 KB read strongly, half of it otherwise. */
int64_t capacity_of_write(size_t bytes);
int64_t capacity_of_read(size_t bytes, bool consistent);

/* ,"ConsumedCapacity":{…} where the mode asks for it. */
void capacity_put(struct buf *out, const struct capacity *used, enum capacity_mode mode);
/* The object alone, for lists. */
void capacity_put_object(struct buf *out, const struct capacity *used, enum capacity_mode mode);

#endif
