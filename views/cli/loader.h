/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_LOADER_H
#define VIEWS_CLI_LOADER_H

#include "backend/client.h"
#include "views/cli/records.h"

/*
 * Writes items to a table as fast as the backend takes them: one thread hands them over, several
 * write batches of 25. Items with the same key go through the same thread, so that the last one of
 * the input is the last one written. A batch that is refused is written item by item, to tell the
 * bad items from the good ones.
 */
struct loader;

struct loader_options {
    struct backend *backend;
    const struct client_table *table; /* borrowed while the loader lives */
    const atomic_bool *cancel;
    struct budget *budget; /* borrowed, or NULL */
    unsigned threads;
    bool keep_text; /* hold the records' texts for `refused` */
    /* An item that the backend refuses. Called by one thread at a time. False stops the loading. */
    bool (*refused)(void *context, const struct record *record, const struct err *err);
    void *context;
};

struct loader *loader_new(const struct loader_options *options);
/* Hands over one item, an M; waits while the writers are behind, calling `tick` (may be NULL) a few
 * times a second. False with err where writing failed or was stopped. */
bool loader_put(struct loader *l, struct value item, const struct record *record,
    void (*tick)(void *context), void *context, struct err *err);
/* Writes what is pending and waits for its end. */
bool loader_finish(struct loader *l, void (*tick)(void *context), void *context, struct err *err);
/* Stops the threads; what is pending is dropped. */
void loader_free(struct loader *l);

struct loader_state {
    uint64_t written, refused; /* items */
    bool all;                  /* nothing is pending */
    struct records_place safe; /* where !all: of the first record that may not be written yet */
};
void loader_look(struct loader *l, struct loader_state *out);

#endif
