/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_TRUST_H
#define BACKEND_TRIGGERS_TRUST_H

#include "backend/triggers/function.h"

/*
 * What this user agreed to run on this machine. A store or a folder that came from elsewhere brings
 * functions along; none starts before its user has seen and accepted it. A line a function:
 *
 *     SHA-256 of (registry folder, configuration that runs, code where it lies in the folder) NAME
 *
 * Whoever changes what would run (handler, folder, environment, stored code) asks anew; a script of
 * the user's own, outside of the store, may be edited freely.
 */
bool trust_has(const char *trusted, const char *registry, const struct function *function,
    bool *out, struct err *err);
bool trust_add(
    const char *trusted, const char *registry, const struct function *function, struct err *err);
/* $XDG_STATE_HOME/dynascope/trusted */
bool trust_default_path(struct buf *path, struct err *err);

#endif
