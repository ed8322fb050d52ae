/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_TAIL_SOURCE_H
#define VIEWS_STREAM_TAIL_SOURCE_H

#include "views/stream/tail_record.h"
#include "views/task.h"

/*
 * One table's stream, read by jobs. Outlives its tail while a job runs, so it is counted (on the
 * UI's thread); what is in it belongs to the running job.
 *
 *            stream found                  turned off, table deleted
 *   STARTING ───────────▶ FOLLOWING ─────────────────────────────▶ OFF, GONE
 *      │                   │     ▲                                    │
 *      ▼            fails  ▼     │ answers                            │ another stream
 *   NO_STREAM            FAILING─┘             FOLLOWING ◀────────────┘
 */
enum tail_state {
    TAIL_STARTING,
    TAIL_FOLLOWING,
    TAIL_FAILING,   /* cannot be read now; nothing is lost so far */
    TAIL_NO_STREAM, /* there is none to follow */
    TAIL_OFF,       /* there was one: it is read to its end */
    TAIL_GONE       /* no such table, or not any more: likewise */
};

struct tail_source;
/* `images`: see struct tail_record. */
struct tail_source *tail_source_new(
    const struct client_table *table, enum follow_start start, int64_t time_ms, bool images);
void tail_source_unref(struct tail_source *source);

/* What one look at it brings. */
struct tail_look {
    struct task task;
    size_t table; /* which of the tail's */
    struct tail_source *source;
    struct merge_node *first, **end; /* records */
    size_t count;
    enum tail_state state;
    bool more, found;        /* found: `now` is the table as it is */
    uint64_t gaps;           /* since the look before */
    struct client_table now; /* in the task's arena */
};
/* `ended` gets the look; records that it leaves in it are freed after it. */
struct task *tail_source_look(struct tail_source *source, struct worker *worker, size_t table,
    void *owner, void (*ended)(struct task *task));
/* Frees what a look carries: the last thing that `ended` does. */
void tail_look_fini(struct tail_look *look);

#endif
