/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_FORM_H
#define VIEWS_QUERY_FORM_H

#include "views/query_plan.h"

/*
 * A query as a form. Its only state is the line's text: a field is a place in it, changing a field
 * replaces that place, so that form and line never disagree.
 *
 *   status = "PENDING" and amount > 100 show orderId
 *   ╰name╯ ╵ ╰─value─╯     ╰name╯ ╵ ╰─╯      ╰show─╯
 */
enum query_field_kind {
    QUERY_FIELD_NAME,
    QUERY_FIELD_OPERATOR,
    QUERY_FIELD_VALUE,
    QUERY_FIELD_UPPER, /* BETWEEN's other value */
    QUERY_FIELD_TERM,  /* a whole term that has no such form */
    QUERY_FIELD_ADD,   /* an empty place for one more term */
    QUERY_FIELD_INDEX,
    QUERY_FIELD_SHOW,
    QUERY_FIELD_ORDER,
    QUERY_FIELD_CONSISTENT,
    QUERY_FIELD_LIMIT,
};

struct query_field {
    enum query_field_kind kind;
    uint32_t term;
    struct query_span span; /* of its text; len 0 = nothing there yet */
};

enum { QUERY_FIELDS_MAX = QUERY_TERMS_MAX * 4 + 8 };

struct query_form {
    const struct client_table *table; /* borrowed */
    struct buf text;
    struct arena arena; /* of what follows */
    bool good, planned; /* it could be read; it could be planned */
    struct query_line line;
    struct query_plan plan;
    struct err err; /* where one of the two is false, with its place in the text */
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
/* A name as a line takes it: in backquotes where it needs them. */
void query_form_name(struct buf *out, struct str name);
/* The text without a term and the "and" beside it. */
void query_form_without(const struct query_form *form, uint32_t term, struct buf *out);

#endif
