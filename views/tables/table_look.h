/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_LOOK_H
#define VIEWS_TABLES_TABLE_LOOK_H

#include "backend/client.h"
#include "backend/json.h"

/*
 * All that a table's owner can ask of it, as the service's own answers: DescribeTable, and beside
 * it what not every endpoint knows or everybody may ask.
 */
enum table_aside { ASIDE_TTL, ASIDE_BACKUPS, ASIDE_TAGS, ASIDE_COUNT };

struct table_look {
    const struct json *table;               /* the member "Table" */
    const struct json *asides[ASIDE_COUNT]; /* the whole answers; NULL = see why */
    struct str why[ASIDE_COUNT];            /* an exception's name, or a few words */
};

/* Everything lives in the arena. False where the table itself could not be described. */
bool table_look_read(struct client *client, struct arena *arena, struct str name,
    struct table_look *out, struct err *err);
struct str table_look_text(const struct json *object, struct str name);
int64_t table_look_number(const struct json *object, struct str name);

#endif
