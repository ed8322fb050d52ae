/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_EXPORT_FILE_H
#define VIEWS_ITEMS_EXPORT_FILE_H

#include "backend/client.h"

/*
 * Items into a file that appears under its name when it is complete: until then it is a temporary
 * one beside it.
 *
 *   lines   JSON, plain where that loses nothing            as `dynascope export` writes them
 *   typed   DynamoDB JSON
 *   csv     a header, key columns first; what is no text, number or boolean is JSON. CSV tells "42"
 *           from 42 no more: the other two lose nothing.
 */
enum export_format { EXPORT_LINES, EXPORT_TYPED, EXPORT_CSV };
enum { EXPORT_COLUMNS_MAX = 4096 };

struct export_file;
/* By the name's end: ".csv"; all others are lines. */
enum export_format export_format_of(struct str name);
/* Begins it; `replace` agrees to a file of that name being replaced. NULL with err. */
struct export_file *export_file_open(const char *name, enum export_format format, bool replace,
    const struct client_table *table, struct err *err);
bool export_file_add(struct export_file *f, struct value item, struct err *err);
/* Completes it: it is on the disk, under its name. False: it is not there, or as it was before. */
bool export_file_finish(struct export_file *f, struct err *err);
/* Frees it; what was not finished is removed. NULL is fine. */
void export_file_free(struct export_file *f);
int64_t export_file_bytes(const struct export_file *f);
/* A text into a file in the same way. */
bool export_text(const char *name, struct str text, bool replace, struct err *err);

#endif
