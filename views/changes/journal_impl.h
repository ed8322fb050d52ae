/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_JOURNAL_IMPL_H
#define VIEWS_CHANGES_JOURNAL_IMPL_H

#include "views/changes/journal.h"

/* What the journal's files say to each other. */

/* Writes the parts of an entry on the worker's thread; each gets its outcome. False with the first
 * error where not all are written. */
bool journal_carry_out(
    struct client *client, struct arena *arena, struct journal_entry *entry, struct err *err);

/* journal_file.c: one line an entry, one for each later change of its state. */
void journal_file_add(struct buf *out, const struct journal_entry *entry);
/* A line of an entry. NULL where it is none, or not to be trusted. */
struct journal_entry *journal_file_parse(struct str line);
/* A part as a JSON object, and back: false where it is not to be trusted. */
void journal_file_add_part(
    struct buf *out, const struct client_table *table, struct value before, struct value after);
struct json;
bool journal_file_take_part(struct arena *arena, const struct json *json,
    struct client_table *table, struct value *before, struct value *after);

void journal_file_append(struct journal *j, const struct journal_entry *entry);
void journal_file_state(struct journal *j, const struct journal_entry *entry, const char *state);
/* Reads all and keeps no more than fits. */
void journal_file_load(struct journal *j);
/* Puts it on top. */
void journal_push(struct journal *j, struct journal_entry *entry);
void journal_remove(struct journal *j, struct journal_entry *entry);

#endif
