/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_QUERY_IMPL_H
#define VIEWS_PANE_QUERY_IMPL_H

#include "tui/line_edit.h"
#include "views/pane_query.h"
#include "views/query_complete.h"
#include "views/query_verdict.h"

/*
 * The query builder from inside: pane_query.c (keys and fields), pane_query_draw.c (the picture).
 *
 *   at -1:  the line is edited           edit = the whole text
 *   at i:   field i is edited            edit = the field's text; `base` is the query as it was
 *                                        when the field was entered: text = base with the field
 */
struct pane_query {
    struct view view;
    struct browse *browse; /* the table as it is known */
    struct query_form form, base;
    struct line_edit edit;
    int at;
    int top; /* first row of fields shown */
    struct buf verdict, cost, command;
    struct buf error;
    struct buf keys;                    /* the hints of the last row */
    struct buf kept;                    /* the value of a condition whose operator takes none */
    int rows, cols;                     /* of the screen */
    struct query_rows seen;             /* the items that are loaded */
    struct query_candidates candidates; /* for this text and place: */
    struct buf candidates_text;
    size_t candidates_at;
    int candidates_field;
};

enum { PANE_QUERY_LINE = -1 };

void pane_query_arrange(struct view *view, int rows, int cols);
void pane_query_draw(const struct view *view, const struct canvas *c);
/* The row of a field in the form: a term's fields share one. */
int pane_query_row(const struct pane_query *p, int field);
/* The field at a place of the screen, or PANE_QUERY_LINE; where there is none, the one it is in. */
int pane_query_field_at(const struct pane_query *p, int row, int col);
/* Finds what may stand at the cursor, unless that is known: text, or field, or place are others. */
void pane_query_complete(struct pane_query *p, struct str text, size_t at);

#endif
