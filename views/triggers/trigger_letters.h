/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_LETTERS_H
#define VIEWS_TRIGGERS_TRIGGER_LETTERS_H

#include "backend/json.h"
#include "backend/triggers/mapping.h"

/*
 * What a mapping has given up, as its dead-letter file says: a line of JSON a batch. Lines of other
 * mappings, which may share the file, and such as are no document are passed over. For a worker's
 * thread.
 */

struct trigger_letter {
    uint64_t at; /* in the file */
    struct str line;
    struct str time, condition, request_id, shard, first, last, payload;
    int64_t calls, records;
};

struct trigger_letters {
    struct trigger_letter *items; /* oldest first */
    size_t count;
    bool more; /* older ones are not among them */
};

/* The newest ones, of those in the file's last bytes; none where there is no file. */
struct trigger_letters_limits {
    size_t count, bytes;
};
bool trigger_letters_read(struct arena *arena, const char *path, const struct mapping *mapping,
    const struct trigger_letters_limits *limits, struct trigger_letters *out, struct err *err);
/* It was dealt with: overwritten with blanks where it still stands as it was read. */
bool trigger_letters_blank(const char *path, uint64_t at, struct str line, struct err *err);
/* A file of nothing but blanks is emptied. */
void trigger_letters_tidy(const char *path);

#endif
