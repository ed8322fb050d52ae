/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_PANE_CHANGES_IMPL_H
#define VIEWS_CHANGES_PANE_CHANGES_IMPL_H

#include "tui/grid.h"
#include "tui/pager.h"
#include "views/changes/pane_changes.h"

/* What a list of changes is about: for pane_changes.c, which draws and runs commands. */
enum changes_column { CHANGES_TIME, CHANGES_STATE, CHANGES_WHAT, CHANGES_COLUMNS };

struct pane_changes;
struct changes_source {
    const char *empty; /* where there are no rows */
    bool timeless;     /* no column of times */
    void (*title)(struct pane_changes *p, struct buf *left, struct buf *right);
    void (*facts)(struct pane_changes *p, struct buf *out); /* may be NULL */
    size_t (*count)(struct pane_changes *p);
    void (*cell)(struct pane_changes *p, size_t row, enum changes_column column, struct buf *out);
    enum role (*role)(struct pane_changes *p, size_t row, enum changes_column column);
    void (*preview)(struct pane_changes *p, size_t row, struct buf *out);
    /* Each may be NULL: it makes no sense here. */
    void (*back)(struct pane_changes *p, size_t row);
    void (*again)(struct pane_changes *p, size_t row);
    void (*commit)(struct pane_changes *p, bool together);
    void (*revert)(struct pane_changes *p, size_t row);
    void (*refresh)(struct pane_changes *p);
    bool (*cancel)(struct pane_changes *p);
    void (*free)(struct pane_changes *p);
};

struct pane_changes {
    struct view view;
    const struct changes_source *source;
    void *data; /* of the source */
    struct grid grid;
    struct grid_column columns[CHANGES_COLUMNS];
    struct pager pager;
    struct buf cell, text, shown; /* shown: what the pager has */
    int list_rows;
};

struct pane_changes *pane_changes_new(
    struct app *app, const struct changes_source *source, void *data);
/* "12:01:33", or with the day where that is not today's. */
void pane_changes_time(struct pane_changes *p, int64_t time_ms, struct buf *out);

#endif
