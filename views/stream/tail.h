/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_TAIL_H
#define VIEWS_STREAM_TAIL_H

#include "views/stream/tail_source.h"

/*
 * The records of the streams of one or more tables as they come, kept in memory up to a bound: the
 * oldest ones go, and are counted; or the newest, while somebody looks at the oldest. Reading, and
 * what is costly to say about a record, happens on the worker's thread, one short job at a time:
 * tables take turns.
 */
enum {
    TAIL_RECORDS_MAX = 20000,
    TAIL_BYTES_MAX = 32 * 1024 * 1024,
    TAIL_TABLES_MAX = 256,
    TAIL_SECONDS = 60 /* of rates */
};

struct tail_table {
    struct arena arena; /* owns `table` */
    struct client_table table;
    enum tail_state state;
    struct err err; /* where it fails */
    uint64_t seen;
    struct tail_source *source;
    bool due; /* to be looked at when its turn comes */
};

struct tail {
    struct worker *worker;
    const struct clock *clock;
    void *context;
    /* `dropped` records were forgotten in front, `added` ones came at the end. */
    void (*changed)(void *context, size_t dropped, size_t added);
    /* Instead of keeping them: gets each record once, with its image in place of its texts. May be
     * set between tail_init() and tail_add(). */
    void (*take)(void *context, const struct tail_record *record);
    enum follow_start start;
    int64_t time_ms, began_ms;
    size_t keep; /* records; TAIL_RECORDS_MAX */
    int64_t pin; /* this record and later ones stay: where all do, what comes is dropped instead */

    struct tail_table **tables;
    size_t table_count, turn;
    struct merge merge;
    struct task *task;            /* the one that looks */
    int64_t asked_ns;             /* when it was asked */
    int64_t took_ns;              /* the mean of such a look, more or less */
    struct tail_record **records; /* a ring */
    size_t first, count, room, bytes;
    uint64_t seen, dropped, gaps;
    uint32_t rate[TAIL_SECONDS];
    int64_t rate_second; /* which second rate[rate_second % TAIL_SECONDS] counts */
};

/* `clock` may be NULL, and is what `time_ms` was read from where that is now. */
void tail_init(struct tail *t, struct worker *worker, const struct clock *clock,
    enum follow_start start, int64_t time_ms, void *context,
    void (*changed)(void *context, size_t dropped, size_t added));
void tail_fini(struct tail *t);
/* Follows this table's stream too, if it has one or gets one; reads at once. Its number, or that
 * which it has already; SIZE_MAX where there are too many. `fresh`: it came into being while one
 * watched, so all of it is wanted. */
size_t tail_add(struct tail *t, const struct client_table *table, bool fresh);
/* Looks for more, unless it is looking. */
void tail_poll(struct tail *t);
/* Looks also at the tables that have no stream, or had none that could be read. */
void tail_check(struct tail *t);
/* Whether each table was looked at: what is written from now on is seen. */
bool tail_begun(const struct tail *t);
/* Whether there is nothing that could bring a record. */
bool tail_ended(const struct tail *t);

/* The nth that is kept, 0 = the oldest. */
const struct tail_record *tail_at(const struct tail *t, size_t nth);
/* The one of this number, or NULL where it is not kept. */
const struct tail_record *tail_find(const struct tail *t, int64_t number);
/* Records a second over the last ten seconds, and how many came in each of the last `count` whole
 * seconds (fewer than TAIL_SECONDS), oldest first. */
double tail_rate(struct tail *t);
void tail_rates(struct tail *t, uint32_t *out, size_t count);

#endif
