/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_FORM_H
#define VIEWS_QUERY_QUERY_FORM_H

#include "views/query/query_plan.h"

/*
 * A query as a form. Its only state is the line's text: a field is a place in it, changing a field
 * replaces that place, so that form and line never disagree.
 *
 *   status = "PENDING" and amount > 100 show orderId
 *   ╰name╯ ╵ ╰─value─╯     ╰name╯ ╵ ╰─╯      ╰show─╯
 */
enum query_field_kind {
    QUERY_FIELD_JOIN, /* "and", "or" before a condition or a group */
    QUERY_FIELD_NAME,
    QUERY_FIELD_OPERATOR,
    QUERY_FIELD_VALUE,
    QUERY_FIELD_UPPER, /* BETWEEN's other value */
    QUERY_FIELD_LIST,  /* IN's values */
    QUERY_FIELD_TERM,  /* a whole condition that has no such form */
    QUERY_FIELD_ADD,   /* an empty place for one more condition */
    QUERY_FIELD_INDEX,
    QUERY_FIELD_SHOW,
    QUERY_FIELD_ORDER,
    QUERY_FIELD_LIMIT,
    QUERY_FIELD_CONSISTENT,
    QUERY_FIELD_SEGMENTS,
};

struct query_field {
    enum query_field_kind kind;
    uint32_t node;          /* of the line */
    struct query_span span; /* of its text; len 0 = nothing there yet */
    uint32_t depth;         /* brackets around its condition */
    bool negated, sized, ranged;
    bool outer; /* it begins a group with a "not" before it */
};

enum { QUERY_FIELDS_MAX = QUERY_NODES_MAX * 5 + 8 };

struct query_form {
    const struct client_table *table; /* borrowed */
    struct buf text;
    struct arena arena; /* of what follows */
    bool good, planned; /* it could be read; it could be planned */
    struct query_line line;
    struct query_plan plan;
    struct err err; /* where one of the two is false, with its place in the text */
    bool joined;    /* there are "and", "or" or "not" among the fields */
    size_t field_count;
    struct query_field fields[QUERY_FIELDS_MAX]; /* of the last good text */
};

void query_form_init(struct query_form *form, const struct client_table *table);
void query_form_fini(struct query_form *form);
/* Another text; everything is read and planned anew. */
void query_form_set(struct query_form *form, struct str text);

/* A field's text; of a value without its quotes where it is a plain string. */
void query_form_get(
    const struct query_form *form, const struct query_field *field, struct buf *out);
/*
 * The whole text, were `field` to hold `text`: a value that is no literal is quoted, and so is one
 * that reads as another type where the attribute is a key of type S. An empty name or value leaves
 * an unfinished term, an emptied clause goes.
 */
void query_form_with(const struct query_form *form, const struct query_field *field,
    struct str text, struct buf *out);
/* A value as its field shows it: a plain string without its quotes. */
struct str query_form_shown(struct str value);
/* A name as a line takes it: in backquotes where it needs them. */
void query_form_name(struct buf *out, struct str name);
/* The text without a condition and the "and" or "or" beside it; a group that it leaves empty goes
 * as well. */
void query_form_without(const struct query_form *form, uint32_t node, struct buf *out);
/* The text with "not" before a condition, or without it where it has one. */
void query_form_negated(const struct query_form *form, uint32_t node, struct buf *out);
/* The text with brackets around a condition and what stands before it; false where nothing does. */
bool query_form_grouped(const struct query_form *form, uint32_t node, struct buf *out);
/* The text without the brackets around a condition; false where there are none. */
bool query_form_ungrouped(const struct query_form *form, uint32_t node, struct buf *out);
/* A part of the text. */
struct str query_form_part(const struct query_form *form, struct query_span span);
/* The type of a key of the table or of an index; VALUE_NONE where the attribute is no key. */
enum value_type query_form_key_type(const struct query_form *form, struct str name);

#endif
