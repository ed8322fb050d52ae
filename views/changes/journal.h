/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_JOURNAL_H
#define VIEWS_CHANGES_JOURNAL_H

#include "views/changes/change.h"
#include "views/places/memory.h"
#include "views/task.h"

/*
 * The changes that were made here: writes them, remembers what was before, takes them back and
 * makes them again, also after a restart. Each way is a guarded write: it refuses where somebody
 * else has changed the item since. Writes outlive the view that asked for them, so the journal owns
 * them.
 *
 *   journal_write() ─▶ worker ─▶ ended() ─▶ DONE ──undo──▶ UNDONE      kept: in memory, and a line
 *   journal_record() ──────────────────────▶  ▲ ◀──redo─────┘          of the file "journal" each
 */
enum journal_outcome {
    JOURNAL_NOT_WRITTEN,
    JOURNAL_WRITTEN,
    JOURNAL_CONFLICT, /* not written: the item is not as it was */
    JOURNAL_UNKNOWN,
};

/* One item. */
struct journal_part {
    const struct client_table *table; /* in the entry's arena */
    struct value before, after; /* VALUE_NONE = no item; once kept: the keys and what differs */
    enum journal_outcome outcome;
};

enum journal_kind { JOURNAL_CHANGE, JOURNAL_UNDO, JOURNAL_REDO };

/* What one command did: to one item, or to all of a batch. */
struct journal_entry {
    struct journal_entry *below;
    struct arena arena; /* owns all below but `parts` */
    struct str id;
    int64_t time_ms; /* when it was written */
    struct journal_part *parts;
    size_t count, room;
    const char *verb; /* "changed" */
    struct str what;  /* "amount of C101 · O5001": for messages */
    bool together;    /* all parts in one transaction, or none */
    bool undone, busy;
    bool earlier; /* of another session */
    bool refused; /* it could not be taken back: somebody has changed the item since */
    uint64_t undone_order;
    /* for who asked for the write: */
    enum journal_kind kind;
    struct str of;   /* the id of the entry that is taken back or made again */
    bool staged;     /* its parts were staged */
    bool batch;      /* of marked items: what is refused is told by number */
    struct str kept; /* a file with the edited text, to name where writing failed; or "" */
    bool in_line;    /* it was typed in a line: the history of values has it */
};

enum {
    JOURNAL_ENTRIES_MAX = 100,
    JOURNAL_BYTES_MAX = 4 * 1024 * 1024, /* in memory; the last entry is kept whatever it holds */
    JOURNAL_TOGETHER_MAX = 100,          /* of a transaction */
};

struct journal {
    struct worker *worker;
    void *context;
    /* A write ended: err is NULL where all of it was written. The entry is borrowed. */
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err);
    struct memory *memory; /* NULL: nothing is kept between runs */
    const struct clock *clock;
    struct journal_entry *top;
    size_t count, bytes;
    size_t writing;
    struct task_group tasks;
    uint64_t order, floor; /* what was undone before `floor` is not made again by the key */
    uint32_t seed;         /* of ids: two journals have none in common */
    unsigned made;         /* entries of this session, likewise */
    size_t file_bytes;
};

void journal_init(struct journal *j, struct worker *worker, void *context,
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err));
/* Reads what was kept, and keeps what comes. */
void journal_remember(struct journal *j, struct memory *memory, const struct clock *clock);
void journal_fini(struct journal *j);

/* An entry to fill in: everything is copied into it. */
struct journal_entry *journal_entry_new(const struct client_table *table, struct value before,
    struct value after, const char *verb, struct str what);
/* One without parts, and one more part. */
struct journal_entry *journal_entry_begin(const char *verb, struct str what);
void journal_entry_add(struct journal_entry *entry, const struct client_table *table,
    struct value before, struct value after);
void journal_entry_free(struct journal_entry *entry);
/* How many parts ended so. */
size_t journal_entry_count(const struct journal_entry *entry, enum journal_outcome outcome);

/* Writes it in the background: all parts in one transaction (`together`), or each by itself. */
void journal_write(struct journal *j, struct journal_entry *entry);
/* Remembers what somebody else has written already, every part of it. False, and the entry freed,
 * where it holds more than can be remembered. */
bool journal_record(struct journal *j, struct journal_entry *entry);
/* Stops the writes under way; each ends as stopped, or as unknown where it had been sent already.
 * False where there is none. */
bool journal_cancel(struct journal *j);

/* What the next undo would take back, the next redo make again; or NULL. */
struct journal_entry *journal_next_undo(const struct journal *j);
struct journal_entry *journal_next_redo(const struct journal *j);
/* Takes an entry back where it is done, or makes it again where it was taken back. */
void journal_turn(struct journal *j, struct journal_entry *entry);
struct journal_entry *journal_find(const struct journal *j, struct str id);
/* "amount of C101 · O5001, 3h ago" */
void journal_add_words(struct buf *out, const struct journal_entry *entry, int64_t now_ms);

#endif
