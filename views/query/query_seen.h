/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_SEEN_H
#define VIEWS_QUERY_QUERY_SEEN_H

#include "views/query/query_lex.h"
#include "views/query/query_plan.h"

/*
 * What the items that are loaded tell about a table: which values and paths there are, and how much
 * a key condition may take. All of it is a guess from a sample, and who shows it says so.
 */
struct query_rows {
    const void *data;
    struct value (*item)(const void *data, size_t row);
    size_t count;
    bool all;  /* every item of the table is among them */
    bool fair; /* some of a Scan without a filter: what is in them says something of the rest */
};

enum { QUERY_SEEN_ROWS = 1000, QUERY_SEEN_MAX = 64 };

/* A path of a document, as a line writes it: a.b[0].c */
struct query_step {
    struct str name; /* empty: an element */
    uint32_t index;
};
enum { QUERY_STEPS_MAX = 32 };
/* Reads a path's words; false where they are none. */
bool query_seen_steps(const struct query_token *tokens, size_t count,
    struct query_step steps[QUERY_STEPS_MAX], size_t *step_count);
/* What an item has there; false = nothing. */
bool query_seen_find(
    struct value item, const struct query_step *steps, size_t count, struct value *out);

/* Distinct values of a path as literals, most frequent first; `members`: of sets and lists there.
 * At most QUERY_SEEN_MAX; texts live in the arena. */
struct query_seen_value {
    struct str text;
    enum value_type type;
    uint32_t rows;
};
size_t query_seen_values(struct arena *arena, const struct query_rows *rows,
    const struct query_step *steps, size_t step_count, bool members, struct query_seen_value *out);
/* The type that most of them have there; VALUE_NONE where none has it. */
enum value_type query_seen_type(
    const struct query_rows *rows, const struct query_step *steps, size_t step_count);
/* Paths deeper than an attribute, as a line writes them; at most `room`. */
size_t query_seen_paths(
    struct arena *arena, const struct query_rows *rows, struct str *out, size_t room);

/* About how many items a planned query would read, judged by them; -1 = they do not tell. */
int64_t query_seen_estimate(const struct query_rows *rows, const struct client_table *table,
    const struct query_line *line, const struct query_plan *plan);

#endif
