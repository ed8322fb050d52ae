/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_RECORDS_H
#define VIEWS_CLI_RECORDS_H

#include "backend/client.h"
#include "views/cli/input.h"

/*
 * An input as a sequence of records, each of which becomes an item: lines of JSON, members of a
 * JSON array, lines of CSV. A record that is malformed is told from an input that cannot be read
 * on.
 */
enum records_format { RECORDS_AUTO, RECORDS_JSONL, RECORDS_JSON, RECORDS_CSV, RECORDS_TSV };

/* What an empty CSV cell becomes. */
enum records_empty { RECORDS_ABSENT, RECORDS_STRING, RECORDS_NULL };

struct records_options {
    enum records_format format;
    struct str path;  /* names with dots between: where the array is inside a document */
    struct str types; /* "column=TYPE,…" */
    bool no_header;
    enum records_empty empty;
    bool members; /* JSON: the members of an object are the records, see struct record's name */
};

/* Where a record starts; what an interrupted import needs to go on. */
struct records_place {
    uint64_t offset, line;
    uint64_t index; /* records before it */
    bool inside;    /* JSON: inside the array or object whose members are the records */
};

struct records_column {
    struct str name;
    enum value_type
        type;   /* S, N, B, TRUE (= BOOL), M (= JSON), or NONE = S or N, see records_csv.c */
    bool fixed; /* by --types or the schema: a cell that does not fit is an error */
};

struct records {
    struct input *in;
    struct records_options options;
    enum records_format format; /* never RECORDS_AUTO */
    struct arena arena;         /* names of columns */
    struct arena scratch;       /* of one record */
    struct records_place place; /* of the next record */
    bool inside;                /* JSON: see struct records_place */
    bool over;
    size_t column_count;
    struct records_column *columns;
};

/* Looks at the head of the input: format, the way to the array, the header. `schema` gives key
 * columns their types (NULL = no table yet). */
bool records_open(struct records *r, struct input *in, const struct records_options *options,
    const struct client_table *schema, struct err *err);
void records_close(struct records *r);
/* Goes on where an earlier run ended. */
bool records_resume(struct records *r, const struct records_place *place, struct err *err);

struct record {
    struct records_place place;
    struct str text; /* as it stands in the input; borrowed until the next call */
    struct str name; /* of the object's member that it is; empty for all others */
};
enum records_outcome { RECORDS_ITEM, RECORDS_BAD, RECORDS_END, RECORDS_FAILED };
/* The next record, encoded as an M into `item` (cleared before). BAD: this one is malformed (err
 * says why), the next one may be good. FAILED: the input cannot be read on. */
enum records_outcome records_next(
    struct records *r, struct record *record, struct buf *item, struct err *err);

/* ---- private to records*.c ---- */
bool records_json_open(struct records *r, struct err *err);
enum records_outcome records_json_next(
    struct records *r, struct record *record, struct buf *item, struct err *err);
bool records_csv_open(struct records *r, const struct client_table *schema, struct err *err);
enum records_outcome records_csv_next(
    struct records *r, struct record *record, struct buf *item, struct err *err);
/* Takes `len` bytes of the window as the record. */
void records_take(struct records *r, struct record *record, size_t len);

#endif
