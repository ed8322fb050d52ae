/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_UNDO_FILE_H
#define VIEWS_ITEMS_UNDO_FILE_H

#include "backend/client.h"

/*
 * What a run over many items changes, written before it is changed, a line an item:
 *
 *   {"Table":"Orders","Before":{…},"After":{…}}       typed; null = no item
 *
 *   $XDG_STATE_HOME/dynascope/undo/TABLE-DATE-PID.jsonl     for this user alone
 *
 * A line whose item was not written after all is made blank: somebody else's change is not to be
 * taken back. Taking it back writes Before where the item still is After. Files that are older than
 * UNDO_FILE_DAYS go when another one is begun.
 */
enum { UNDO_FILE_DAYS = 30 };

struct undo_file {
    int fd;
    struct buf path, pending;
    int64_t lines;
    uint64_t bytes; /* what is in the file */
};
/* Where a line is in the file; len 0: nowhere. */
struct undo_line {
    uint64_t at;
    size_t len;
};

bool undo_file_open(struct undo_file *u, struct str table, int64_t now_ms, struct err *err);
struct undo_line undo_file_add(
    struct undo_file *u, const struct client_table *table, struct value before, struct value after);
/* After a flush: the item of this line was not written. */
bool undo_file_strike(struct undo_file *u, struct undo_line line, struct err *err);
/* What was added is on the disk. */
bool undo_file_flush(struct undo_file *u, struct err *err);
/* Closes it; one without a line is removed. */
void undo_file_close(struct undo_file *u);

enum { UNDO_FILE_LINE_MAX = 4 << 20 };

struct undo_reader {
    void *file; /* FILE */
    char *line;
    size_t room;
    uint64_t number;
};
bool undo_reader_open(struct undo_reader *r, const char *path, struct err *err);
void undo_reader_close(struct undo_reader *r);
/* The next line: its table, and both versions in the arena. False at the end, or with err, which
 * names the line. */
bool undo_reader_next(struct undo_reader *r, struct arena *arena, struct str *table,
    struct value *before, struct value *after, struct err *err);

#endif
