/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_REQUESTS_H
#define VIEWS_TABLES_TABLE_REQUESTS_H

#include "views/tables/table_spec.h"

/*
 * The requests that make a table, or turn one into another: one concern a request, because
 * UpdateTable takes no more. They are sent in their order, the table being ACTIVE before each.
 */
enum table_part { PART_TABLE, PART_BILLING, PART_STREAM, PART_TTL, PART_PROTECTION, PART_TAGS };

struct table_request {
    enum table_part part;
    struct str operation, body;
};

enum { TABLE_REQUESTS_MAX = 10 };
struct table_requests {
    struct arena *arena; /* of the bodies */
    size_t count;
    struct table_request at[TABLE_REQUESTS_MAX];
};

/* CreateTable, and what it does not take. */
void table_requests_create(
    struct arena *arena, const struct table_spec *spec, struct table_requests *out);
/* What differs, and nothing else; keys and indexes are not looked at, but for indexes' units.
 * `arn`: the table's, for its tags. */
void table_requests_change(struct arena *arena, const struct table_spec *before,
    const struct table_spec *after, struct str arn, struct table_requests *out);
/* One global index more: UpdateTable. */
void table_requests_add_index(struct arena *arena, const struct table_spec *table,
    const struct spec_index *index, struct table_requests *out);
void table_requests_delete(struct arena *arena, struct str table, struct table_requests *out);
void table_requests_remove_index(
    struct arena *arena, struct str table, struct str index, struct table_requests *out);

/* Sends them; *done says how many were. What failed is in `err`. */
bool table_requests_send(struct client *client, const struct table_requests *requests,
    struct str table, size_t *done, struct err *err);
/* To be read: each with its name, a line for each member of its body. */
void table_requests_show(const struct table_requests *requests, struct buf *out);
/* After `part` was changed: `before` becomes as `after` there; texts are copied into the arena. */
void table_requests_take(struct arena *arena, enum table_part part, const struct table_spec *after,
    struct table_spec *before);

#endif
