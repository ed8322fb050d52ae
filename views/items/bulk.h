/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_BULK_H
#define VIEWS_ITEMS_BULK_H

#include "views/items/bulk_update.h"
#include "views/items/export_file.h"
#include "views/items/marks.h"
#include "views/items/undo_file.h"

/*
 * One thing done to many items: they are deleted, changed, written to a file, or made again what
 * they were before another run. A run goes on by steps of some dozens of items each, so that
 * whoever takes them decides what happens in between; the items of a step are worked on by several
 * threads.
 *
 *   keys, or pages of a Scan or Query ─▶ items as they are now ─▶ undo file ─▶ guarded writes
 *                                                            └──▶ the exported file
 *
 * No guard is lost: an item that was seen before must still be what was seen, and each write is
 * conditioned on what was read just now.
 */
enum bulk_kind { BULK_DELETE, BULK_UPDATE, BULK_EXPORT, BULK_RESTORE };

enum bulk_outcome {
    BULK_LEFT,    /* the run ended before it */
    BULK_DONE,    /* deleted, changed, written */
    BULK_SAME,    /* the update changes nothing of it */
    BULK_CHANGED, /* kept: it is not what was seen any more */
    BULK_GONE,    /* it was not there any more */
    BULK_FAILED,  /* kept, with a reason */
    BULK_UNSURE,  /* it was sent, and nobody knows whether it was applied */
    BULK_OUTCOMES
};

enum { BULK_THREADS_MAX = 16, BULK_FAILURES_MAX = 50, BULK_STEP_MAX = 1000, BULK_FUTILE = 25 };
enum { BULK_PAST_MAX = 1 << 20, BULK_PAST_ITEMS = 100 }; /* bytes; items */

/* Everything is copied but the update and the files, which are borrowed. */
struct bulk_spec {
    enum bulk_kind kind;
    const struct client_table *table;
    const struct browse *all;  /* everything that this reads … */
    const struct marks *marks; /* … but these; without `all`, these. May be NULL with `all`. */
    const struct bulk_update *update;
    struct undo_file *undo; /* what was before, written before it is changed; or NULL */
    struct export_file *file;
    struct undo_reader *past; /* of BULK_RESTORE, which has neither `all` nor marks */
    struct budget *budget;    /* or NULL */
    unsigned threads;         /* 1 … BULK_THREADS_MAX */
    bool dry;                 /* nothing is written: DONE is what would be */
};

struct bulk;
struct bulk *bulk_new(const struct bulk_spec *spec);
void bulk_free(struct bulk *bulk);

/* Works on the next items; false when it is over, with bulk_err() saying why where that is before
 * the end. Between two steps, and only then, the rest may be looked at. */
bool bulk_step(struct bulk *bulk, struct client *client);
/* From any thread: what is under way is ended, nothing more is begun. */
void bulk_stop(struct bulk *bulk);
bool bulk_stopping(const struct bulk *bulk);

const struct err *bulk_err(const struct bulk *bulk);
const struct bulk_spec *bulk_spec(const struct bulk *bulk);
/* Items that came to this end. Of the keys that were given, BULK_LEFT are those not reached. */
int64_t bulk_count(const struct bulk *bulk, enum bulk_outcome outcome);
/* Items that were begun. */
int64_t bulk_begun(const struct bulk *bulk);
/* How many there are; -1 = nobody knows before they are read. */
int64_t bulk_total(const struct bulk *bulk);
/* The first failures, a line each: key and reason. */
struct str bulk_failures(const struct bulk *bulk);
/* What became of the keys since the last call; takes them. */
void bulk_settled(struct bulk *bulk,
    void (*see)(void *context, const struct mark *mark, enum bulk_outcome outcome), void *context);

/* Walks what was written, in order: both versions of each item. False where that is more than is
 * kept here (BULK_PAST_…): the undo file has it all. */
bool bulk_past(const struct bulk *bulk,
    void (*see)(void *context, struct value before, struct value after), void *context);

/* ---- private to bulk*.c ---- */

struct bulk_item {
    struct value key;
    struct value before, after; /* as they go to change_carry_out() */
    uint64_t print;             /* of what was seen */
    unsigned scope;
    bool known;   /* `before` was read just now */
    bool changes; /* there is something to send */
    bool retried; /* `before` and `after` are not what the undo file has */
    struct undo_line line;
    enum bulk_outcome outcome;
    struct str why;
};
/* Calls `work` with each item, in several threads, until the run is to stop. */
struct bulk_crew {
    const struct bulk_spec *spec;
    const atomic_bool *stop;
    void (*work)(const struct bulk_spec *spec, struct client *client, struct arena *arena,
        struct bulk_item *item);
    struct bulk_item *items;
    size_t count;
    struct arena arenas[BULK_THREADS_MAX]; /* own what the items get */
};
void bulk_crew_run(struct bulk_crew *crew, const struct client *client);
/* Reads it where it is not known, and finds out what is to be done. */
void bulk_work_read(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item);
void bulk_work_write(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item);

#endif
