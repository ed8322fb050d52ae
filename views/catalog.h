/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CATALOG_H
#define VIEWS_CATALOG_H

#include "views/task.h"

/*
 * The tables of a connection, as far as they are known: names first, descriptions as they come.
 * Descriptions that were there stay until newer ones arrive.
 */
struct catalog_entry {
    struct arena arena; /* owns all below */
    struct str name;
    bool described;
    struct client_table table;
};

struct catalog {
    struct worker *worker;
    void *context;
    void (*changed)(void *context); /* names or descriptions came, or reading failed: see err */
    struct catalog_entry **entries;
    size_t count;
    bool listed; /* names have come at least once */
    struct str first; /* describe this table before the others; borrowed */
    struct task *task;
    bool *wanted; /* entries to describe, by number */
    struct err err;
};

void catalog_init(struct catalog *c, struct worker *worker, void *context, void (*changed)(void *));
void catalog_fini(struct catalog *c);
/* Lists and describes again. */
void catalog_refresh(struct catalog *c);
/* Describes one table again: after a change, for its counts. */
void catalog_refresh_table(struct catalog *c, struct str name);
/* NULL where there is no such table (or it is not listed yet). */
const struct catalog_entry *catalog_find(const struct catalog *c, struct str name);

#endif
