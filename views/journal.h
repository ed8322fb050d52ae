/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_JOURNAL_H
#define VIEWS_JOURNAL_H

#include "views/change.h"
#include "views/task.h"

/*
 * The changes of this session: writes them, remembers what was before, takes the last one back.
 * Writes outlive the view that asked for them, so the journal owns them.
 */
struct journal_entry {
    struct journal_entry *below;
    struct arena arena; /* owns all below */
    struct client_table table;
    struct value before, after; /* VALUE_NONE = no item */
    const char *verb;           /* "changed", a literal */
    struct str what;            /* "amount of C101 · O5001": for messages */
    bool undo;                  /* it takes an earlier change back */
    struct str kept; /* a file with the edited text, to name where writing failed; or "" */
    bool in_line;    /* it was typed in a line: the history of values has it */
};

enum { JOURNAL_ENTRIES_MAX = 100, JOURNAL_BYTES_MAX = 1024 * 1024 };

struct journal {
    struct worker *worker;
    void *context;
    /* A write ended: err is NULL where it was written. The entry is borrowed. */
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err);
    struct journal_entry *top;
    size_t count, bytes;
    size_t writing;
    struct task_group tasks;
};

void journal_init(struct journal *j, struct worker *worker, void *context,
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err));
void journal_fini(struct journal *j);

/* An entry to fill in: everything is copied into it. */
struct journal_entry *journal_entry_new(const struct client_table *table, struct value before,
    struct value after, const char *verb, struct str what);
/* Writes it in the background. */
void journal_write(struct journal *j, struct journal_entry *entry);
/* Stops the writes under way; each ends as stopped, or as unknown where it had been sent already.
 * False where there is none. */
bool journal_cancel(struct journal *j);
/* Takes the last change back; false where there is none. */
bool journal_undo(struct journal *j);

#endif
