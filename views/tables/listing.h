/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_LISTING_H
#define VIEWS_TABLES_LISTING_H

#include "views/task.h"

/*
 * The tables of a connection, as far as they are known: names first, descriptions as they come.
 * Descriptions that were there stay until newer ones arrive.
 */
struct listing_entry {
    struct arena arena; /* owns all below */
    struct str name;
    bool described;
    struct client_table table;
};

struct listing {
    struct worker *worker;
    void *context;
    void (*changed)(void *context); /* names or descriptions came, or reading failed: see err */
    struct listing_entry **entries;
    size_t count;
    bool listed;      /* names have come at least once */
    struct str first; /* describe this table before the others; borrowed */
    struct task *task;
    bool hasty;   /* `first` is described before the names come: on a slow line */
    bool stale;   /* a refresh was asked for while it ran */
    bool *wanted; /* entries to describe, by number */
    struct err err;
};

void listing_init(struct listing *c, struct worker *worker, void *context, void (*changed)(void *));
void listing_fini(struct listing *c);
/* Lists and describes again. */
void listing_refresh(struct listing *c);
/* Describes one table again: after a change, for its counts. */
void listing_refresh_table(struct listing *c, struct str name);
/* NULL where there is no such table (or it is not listed yet). */
const struct listing_entry *listing_find(const struct listing *c, struct str name);

#endif
