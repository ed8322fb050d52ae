/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include "base/buf.h"

/*
 * The small world that the model test plays in: a handful of attributes and values, so that random
 * operations meet each other often. Knows nothing of the store.
 */
enum attribute { A, B, G1, G2, L1, N, PK, SK, ATTRIBUTES }; /* in byte order of their names */
extern const char *const attribute_names[ATTRIBUTES];

/* Values are numbers from 1; within a type they are in DynamoDB's order. */
struct thing {
    char type;         /* S, N, B, or another letter for what cannot be a key */
    const char *json;  /* as answers write it */
    const char *alias; /* another spelling, or NULL */
};
extern const struct thing things[];
int things_count(void);
/* A random value of a type; 0 = any type. */
int things_pick(uint64_t *random, char type);

/* N holds a counter besides: item.n, valid where has_n. */
struct item {
    int v[ATTRIBUTES]; /* 0 = not there */
    bool has_n;
    long n;
};

uint64_t world_next(uint64_t *random);
int world_below(uint64_t *random, int bound);

void item_put_json(struct buf *out, const struct item *item, uint64_t *random);
void item_put_attribute(struct buf *out, const struct item *item, int attribute, uint64_t *random);
bool item_has(const struct item *item, int attribute);
bool item_equal(const struct item *a, const struct item *b);

#endif
