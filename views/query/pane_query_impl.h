/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_PANE_QUERY_IMPL_H
#define VIEWS_QUERY_PANE_QUERY_IMPL_H

#include "tui/line_edit.h"
#include "views/query/pane_query.h"
#include "views/query/query_complete.h"
#include "views/query/query_request.h"
#include "views/query/query_statement.h"
#include "views/query/query_verdict.h"

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
    bool is_statement; /* PartiQL: the form stays empty */
    struct query_statement statement;
    struct arena statement_arena;
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

/* The text, or its plan, or what is loaded, has changed: what is said of it is found anew. */
void pane_query_judge(struct pane_query *p);
/* What is being edited was changed. */
void pane_query_edited(struct pane_query *p);
/* To a field, or PANE_QUERY_LINE. */
void pane_query_go_to(struct pane_query *p, int at);
/* The next (or the previous) of what may stand in the field; false where nothing is to choose. */
bool pane_query_choose(struct pane_query *p, int step);
/* Whether the field is stepped through and not typed into. */
bool pane_query_is_choice(const struct pane_query *p);
/* Rows of its commands. */
void pane_query_drop(struct app *app, struct view *view, struct str args);
void pane_query_negate(struct app *app, struct view *view, struct str args);
void pane_query_group(struct app *app, struct view *view, struct str args);

/*
 * Runs a line or a statement that is right (pane_query_run.c). What may cost much, or writes, asks
 * first. False with what is wrong: of the line, or that it cannot be.
 */
bool pane_query_start(
    struct app *app, const struct client_table *table, struct str line, struct err *err);
/* Where the AWS CLI would have to ask. */
struct query_target pane_query_target(const struct app *app);

void pane_query_arrange(struct view *view, int rows, int cols);
void pane_query_draw(const struct view *view, const struct canvas *c);
/* The row of a field in the form: a term's fields share one. */
int pane_query_row(const struct pane_query *p, int field);
/* The field at a place of the screen, or PANE_QUERY_LINE; where there is none, the one it is in. */
int pane_query_field_at(const struct pane_query *p, int row, int col);
/* Finds what may stand at the cursor, unless that is known: text, or field, or place are others. */
void pane_query_complete(struct pane_query *p, struct str text, size_t at);

/* Another text to go on from. */
void pane_query_set(struct pane_query *p, struct str text);
/* A row: queries that were asked or saved before. */
void pane_query_run_past(struct app *app, struct view *view, struct str args);

#endif
