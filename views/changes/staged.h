/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_STAGED_H
#define VIEWS_CHANGES_STAGED_H

#include "views/changes/journal.h"

/*
 * Edits that wait to be written together: of each item what was loaded, which the write will be
 * guarded by, and what it is to be. Kept in the file "staged", so that they survive a crash: who
 * begins next takes over what is there, but for what explorers that still run have staged.
 */
struct staged_item {
    struct staged_item *next;
    struct arena arena; /* owns all below */
    struct client_table table;
    uint64_t identity;
    struct value before, after; /* VALUE_NONE = no item */
    const char *verb;
    struct str what;     /* "C101 · O5001 of Orders" */
    struct value *steps; /* what `after` was before each edit but the first, oldest first */
    size_t step_count;
    uint64_t order; /* of the last edit */
    bool writing;
    bool conflict; /* it was refused, and nobody has looked at that yet */
};

enum { STAGED_MAX = 100 /* a transaction takes no more */, STAGED_STEPS_MAX = 50 };

struct staged {
    struct staged_item *first; /* the oldest */
    size_t count;
    bool on;   /* edits are staged instead of written */
    bool once; /* likewise, the one that is being taken now */
    struct memory *memory;
    char by[40]; /* whose lines of the file are ours */
    uint64_t order;
    uint64_t version;  /* changes with everything that is staged or leaves */
    int64_t edited_ms; /* when something was staged last */
    const struct clock *clock;
};

/* Reads what another session left; `memory` may be NULL. */
void staged_init(struct staged *s, struct memory *memory, const struct clock *clock);
void staged_fini(struct staged *s);

/* `key` holds at least the key attributes. NULL where nothing of the item is staged. */
struct staged_item *staged_find(
    const struct staged *s, const struct client_table *table, struct value key);
struct staged_item *staged_nth(const struct staged *s, size_t nth);
/* The one that was edited last, or NULL. */
struct staged_item *staged_last(const struct staged *s);
/* Stages an item, or more of one: then `before` is what it was loaded as at first. What comes back
 * to that leaves. False where there are too many. */
bool staged_put(struct staged *s, const struct client_table *table, struct value before,
    struct value after, const char *verb, struct err *err);
/* Guarded by another version from now on. */
void staged_rebase(
    struct staged *s, struct staged_item *item, struct value before, struct value after);
/* Takes its last edit back, or all of it. */
void staged_back(struct staged *s, struct staged_item *item);
void staged_remove(struct staged *s, struct staged_item *item);

/* The write of one item, or of all (NULL), for journal_write(). NULL where there is nothing to
 * write. */
struct journal_entry *staged_entry(struct staged *s, struct staged_item *only, bool together);
/* It ended: what was written is staged no longer. */
void staged_settle(struct staged *s, const struct journal_entry *entry);
/* The oldest with a conflict, or NULL. */
struct staged_item *staged_conflict(const struct staged *s);

/* The difference and the exact request, to be read. */
void staged_add_request(struct buf *out, const struct staged_item *item);
/* The lines of a difference: "amount  199 → 189". */
void staged_add_diff(struct buf *out, struct value before, struct value after);

#endif
