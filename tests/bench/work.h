/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_WORK_H
#define TESTS_BENCH_WORK_H

#include "tests/bench/load.h"

/*
 * What is asked of a server: items of 400 bytes (as DynamoDB counts them), 100 to a partition, and
 * requests for them. A request is written once for a connection; afterwards only its digits change.
 */
enum work_kind {
    WORK_PUT,
    WORK_GET,
    WORK_QUERY, /* a partition: 100 items */
    WORK_SCAN,  /* a page of 1 MB, from somewhere */
    WORK_UPDATE,
    WORK_BATCH_WRITE, /* of 25 */
    WORK_BATCH_GET,
    WORK_LOAD, /* WORK_BATCH_WRITE of all items once, in order */
    WORK_KINDS
};

enum { WORK_ITEM_BYTES = 400, WORK_PARTITION = 100, WORK_BATCH = 25 };

struct work {
    enum work_kind kind;
    const char *table;
    uint64_t items;  /* of the table: 100 at least */
    uint64_t random; /* its state; not 0 */
    uint64_t done;   /* WORK_LOAD: items asked for */
    uint64_t most;   /* WORK_LOAD: in all; the keys come round again behind `items`, 0 = items */
    uint64_t version;
};

const char *work_operation(enum work_kind kind);
/* How many items a request is about; 0 = the answer counts them. */
unsigned work_items(enum work_kind kind);
/* A load_next: `context` is the struct work. */
bool work_next(void *context, unsigned connection, struct buf *request);
/* Makes the table and waits until it is ACTIVE; an older one goes. */
void work_create(const struct load_server *server, const char *table, bool index, bool stream);
/* Fills it; `writes` in all, 0 = each item once; gives up after `seconds`, 0 = never. */
void work_fill(const struct load_server *server, const char *table, uint64_t items, uint64_t writes,
    double seconds, struct load_result *out);

#endif
