/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_HISTORY_H
#define BACKEND_EMBEDDED_HISTORY_H

#include "backend/embedded/engine.h"

/*
 * A table as it was. While a table has a history, each write keeps the entry that it replaces, with
 * its time; so the table at any moment since is the table of now, but for the items of which the
 * history has something newer than that moment.
 *
 *   STORE_STREAM   history id | item key without its id | time, ms (8, big-endian)
 *                    → the entry of STORE_ITEMS before the write; empty: there was none
 *   STORE_META     moment → the last time given to a write (8, big-endian)
 *                  history. | id (4) → table name 00 key        records after this are trimmed next
 *
 * Times never go back in a store, whatever the clock does. Of writes to an item in the same
 * millisecond the first is kept: no moment lies between them.
 *
 * A table has a history while point-in-time recovery is on, and while jobs hold it: those read it
 * as of a moment in many short transactions, and after an interruption.
 */

/* Keeps what stands under call->bufs[CALL_KEY]; call it before the write, only where
 * table->history is not 0. Changes CALL_RECORD and CALL_HISTORY. */
bool history_keep(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err);

/* The moment of this transaction: all that was committed before it belongs to it, and what later
 * transactions write is newer. */
bool history_moment(struct call *call, struct store_txn *txn, int64_t *moment, struct err *err);

/* Begins one where there is none; the caller writes the table's row. */
bool history_begin(struct store_txn *txn, struct catalog_table *table, struct err *err);
/* Ends it where neither recovery nor a job needs it; the caller writes the table's row. */
bool history_end(
    struct engine *engine, struct store_txn *txn, struct catalog_table *table, struct err *err);

/* All of a history is garbage from now on; 0 = none. */
bool history_discard(
    struct engine *engine, struct store_txn *txn, uint32_t history, struct err *err);

/* Items as they were at a moment, in key order, from the first one after `after` (a store key, or
 * empty) on. `stored` and `key` are good until the next step. Read transactions only. */
struct history_walk {
    struct store_txn *txn;
    const struct catalog_table *table;
    int64_t at;
    struct store_cursor *items, *past;
    bool item, record;
    struct buf mark, seek; /* the key that the past speaks of */
    struct buf key;        /* of the item, as in STORE_ITEMS */
    struct str stored;     /* its entry */
};
bool history_walk_open(struct history_walk *walk, struct store_txn *txn,
    const struct catalog_table *table, int64_t at, struct str after, struct err *err);
bool history_walk_next(struct history_walk *walk, bool *found, struct err *err);
void history_walk_close(struct history_walk *walk);

/* Items that were written in [from, to), in key order after `after`: what they were before and
 * after that time; both empty where they came and went in between. */
struct history_change {
    struct str key, old, new;
    int64_t written_ms; /* the last time in there */
};
struct history_changes {
    struct history_walk walk;
    int64_t from, to;
    struct history_change change;
};
bool history_changes_open(struct history_changes *changes, struct store_txn *txn,
    const struct catalog_table *table, int64_t from, int64_t to, struct str after, struct err *err);
bool history_changes_next(struct history_changes *changes, bool *found, struct err *err);
void history_changes_close(struct history_changes *changes);

/* A bounded step through the histories (history_trim.c): records that are older than what the table
 * can be restored to go. */
enum { HISTORY_TRIM_LOOK = 1000, HISTORY_TRIM_EVERY_MS = 60 * 60 * 1000 };
bool history_trim(struct call *call, struct store_txn *txn, struct err *err);
void history_marker_key(struct buf *out, uint32_t history);
#define HISTORY_MARKER STR("history.")

/* A history's key taken apart: the item's key without its table's id, and the time. */
bool history_key_read(struct str key, uint32_t *id, struct str *item, int64_t *time);
/* The last time given. */
bool history_last(struct store_txn *txn, int64_t *time, struct err *err);

#endif
