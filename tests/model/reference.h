/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_REFERENCE_H
#define TESTS_MODEL_REFERENCE_H

#include "world.h"

/*
 * DynamoDB as naively as it can be said: a table is a list of items, everything is a loop over it.
 */
enum { INDEXES = 6, ITEMS_MAX = 256 };

struct index {
    bool there, global;
    char name[16];
    int hash, sort;  /* attributes; sort = -1 for none */
    char projection; /* A all, K keys only, I include */
    int include;     /* one attribute, with I */
};

struct table {
    char name[24];
    bool sorted;            /* has a sort key */
    char types[ATTRIBUTES]; /* of key attributes; 0 = not a key */
    struct index indexes[INDEXES];
    struct item items[ITEMS_MAX];
    int count;
};

/* The place of the item with this key, or -1. */
int table_find(const struct table *t, const struct item *key);
/* Whether the attributes fit the key types of the table and its indexes. */
bool table_accepts(const struct table *t, const struct item *item);
void table_put(struct table *t, const struct item *item);
void table_delete(struct table *t, const struct item *key);

/* The attributes by which a view of the table (an index, or the table: NULL) is read. */
int view_hash(const struct index *index);
int view_sort(const struct table *t, const struct index *index);
bool view_has(const struct table *t, const struct index *index, const struct item *item);
/* What a view holds of an item. */
struct item view_project(const struct table *t, const struct index *index, const struct item *item);

#endif
