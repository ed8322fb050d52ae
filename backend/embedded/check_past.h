/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_CHECK_PAST_H
#define BACKEND_EMBEDDED_CHECK_PAST_H

#include "backend/embedded/store.h"

/* The part of the store's check that is about the past: histories, jobs, files of backups. */
struct check_past {
    void (*see)(void *context, const char *finding);
    void *context;
};

/* Histories, rows of jobs and holds, in one snapshot: a store_fn whose context is a check_past. */
bool check_past_rows(struct store_txn *txn, void *check_past, struct err *err);
/* Reads the files of finished backups. Not inside of a transaction. */
bool check_past_files(struct store *store, const struct check_past *past, struct err *err);

#endif
