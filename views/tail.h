/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TAIL_H
#define VIEWS_TAIL_H

#include "backend/follow.h"
#include "views/task.h"

/*
 * The records of one table's stream as they come, kept in memory up to a bound: the oldest ones go,
 * and are counted. Reading, and what is costly to say about a record, happens on the worker's
 * thread.
 */
enum tail_event { TAIL_INSERT, TAIL_MODIFY, TAIL_REMOVE };

struct tail_record {
    int64_t number; /* 0, 1, 2, …: the first record that was seen is 0 */
    int64_t time_ms;
    enum tail_event event;
    bool by_service;   /* removed by time to live */
    struct str key;    /* "C101 · O5001" */
    struct str change; /* "status  PENDING → SHIPPED   amount  199 → 189": cut where it is long */
    struct str paths; /* of what differs, each ending with a line feed; cut likewise */
    struct str json;  /* the event, as Lambda would get it */
};

enum {
    TAIL_RECORDS_MAX = 20000,
    TAIL_BYTES_MAX = 32 * 1024 * 1024,
    TAIL_SIDE_MAX = 120, /* of a change, in bytes: so that both sides are seen on a row */
    TAIL_SECONDS = 60    /* of rates */
};

struct tail_source;
struct tail {
    struct worker *worker;
    const struct clock *clock;
    void *context;
    /* `dropped` records were forgotten in front, `added` ones came at the end. */
    void (*changed)(void *context, size_t dropped, size_t added);
    struct arena arena; /* owns the table */
    struct client_table table;
    struct tail_source *source;
    struct task *task;
    bool again; /* asked for while it ran */

    struct tail_record **records; /* a ring */
    size_t first, count, room, bytes;
    uint64_t seen, dropped, gaps;
    bool ended;
    struct err err; /* of the last poll */
    uint32_t rate[TAIL_SECONDS];
    int64_t rate_second; /* which second rate[rate_second % TAIL_SECONDS] counts */
};

/* The table must have a stream. `clock` may be NULL. Reads at once. */
void tail_init(struct tail *t, struct worker *worker, const struct clock *clock,
    const struct client_table *table, enum follow_start start, int64_t time_ms, void *context,
    void (*changed)(void *context, size_t dropped, size_t added));
void tail_fini(struct tail *t);
/* Looks for more, unless it is looking. */
void tail_poll(struct tail *t);
/* The nth that is kept, 0 = the oldest. */
const struct tail_record *tail_at(const struct tail *t, size_t nth);
/* Records a second over the last ten seconds, and how many came in each of the last `count` whole
 * seconds (fewer than TAIL_SECONDS), oldest first. */
double tail_rate(struct tail *t);
void tail_rates(struct tail *t, uint32_t *out, size_t count);

/* Old and new version of a record's item, VALUE_NONE where there is none; false where the record
 * makes no sense. */
bool tail_images(
    const struct tail_record *record, struct arena *arena, struct value *old, struct value *new);
/* The key attributes, an M. */
bool tail_key(const struct tail_record *record, struct arena *arena, struct value *key);

#endif
