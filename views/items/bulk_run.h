/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_BULK_RUN_H
#define VIEWS_ITEMS_BULK_RUN_H

#include "views/app.h"
#include "views/items/bulk.h"

/*
 * A run over many items on the app's worker, a step a job: what else the worker is asked for comes
 * in between. Says how far it is, and in the end what was done and what was not.
 *
 *   job ─▶ bulk_step() ─▶ settled(): marks follow ─▶ progress ─▶ job … ─▶ ended(): words, journal
 */
struct bulk_run;
struct bulk_run_spec {
    struct bulk_spec bulk;     /* files and budget are the run's: left empty */
    struct bulk_update update; /* taken over */
    struct str what;           /* "3,000 items of Orders": for messages */
    int64_t total;             /* -1 = nobody knows */
    struct str file;           /* of an export, or of what is taken back */
    enum export_format format;
    bool replace;
    void *context;
    /* On the UI thread, after each step: what became of a mark. */
    void (*settled)(void *context, const struct mark *mark, enum bulk_outcome outcome);
    /* It is over; `whole`: it got to its end. Words for a report, empty where all went well. The
     * run is freed after it. */
    void (*ended)(void *context, bool whole, struct str report);
    /* Where the name of the undo file goes, where that takes it back, and what it takes back:
     * "3,000 items of Orders". */
    struct buf *undo, *undone;
};

/* Begins it; NULL where it could not, which is said. */
struct bulk_run *bulk_run_new(struct app *app, struct bulk_run_spec *spec);
/* The first time what is under way is waited for, the second time it is broken off. */
void bulk_run_stop(struct bulk_run *run);
/* What is to be known of it when the explorer is left: how far it is, and where what was before
 * is kept. */
void bulk_run_add_farewell(const struct bulk_run *run, struct buf *out);
/* Nobody looks any more: it stops by itself. */
void bulk_run_forget(struct bulk_run *run);

#endif
