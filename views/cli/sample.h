/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_SAMPLE_H
#define VIEWS_CLI_SAMPLE_H

#include "backend/client.h"

/*
 * Made-up items, for `generate` and the sample store. An item is a function of the seed and its
 * number alone: any of them can be made again by itself.
 */
struct sample {
    uint64_t seed;
    uint64_t partitions; /* partition keys that the items spread over */
    uint64_t run;        /* so many items in a row have the same one; 0 = they come at random */
    size_t bytes;        /* about how big an item is; 0 = as it comes */
};

struct sample_schema {
    const char *name;
    uint32_t key_count;
    struct client_key keys[2];
    bool one_a_partition; /* partitions do not apply */
    void (*add)(
        const struct sample *sample, uint64_t index, struct value_open *item, struct buf *out);
};

/* NULL where there is no schema of this name. */
const struct sample_schema *sample_find(struct str name);

/* Item number `index`, an M, appended to `out`. */
bool sample_item(const struct sample_schema *schema, const struct sample *sample, uint64_t index,
    struct buf *out, struct err *err);

/* ---- parts, for those who make items of their own ---- */

struct sample_rng {
    uint64_t state;
};
struct sample_rng sample_rng(uint64_t seed, uint64_t index);
uint64_t sample_next(struct sample_rng *rng);
uint64_t sample_below(struct sample_rng *rng, uint64_t bound);
/* One of the words of a list that ends with NULL. */
const char *sample_word(struct sample_rng *rng, const char *const *words);

void sample_string(struct value_open *item, struct buf *out, const char *name, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
/* A number in any spelling. */
void sample_number(struct value_open *item, struct buf *out, const char *name, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
void sample_bool(struct value_open *item, struct buf *out, const char *name, bool truth);
/* 2026-03-14T09:26:53Z, some seconds after a fixed day. */
void sample_time(struct value_open *item, struct buf *out, const char *name, uint64_t seconds);

#endif
