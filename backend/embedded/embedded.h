/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_EMBEDDED_H
#define BACKEND_EMBEDDED_EMBEDDED_H

#include "backend/backend.h"

/* The backend on a store in the folder `path`. Named only by backend.c and tests. */
struct backend *embedded_open(
    const char *path, const struct backend_options *options, struct err *err);

/* Checks the whole store (structure, items against indexes, counts, stream): one line a finding,
 * *findings of them. Opens the store read-only by itself. False where it could not be checked. */
bool embedded_check(const char *path, void (*see)(void *context, const char *finding),
    void *context, uint64_t *findings, struct err *err);

#endif
