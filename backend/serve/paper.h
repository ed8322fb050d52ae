/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_PAPER_H
#define BACKEND_SERVE_PAPER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Small JSON documents by name, for what the faces are told and nothing else needs to know: roles,
 * policies, function URLs, routes. A file each in one folder, 0700, that the first one makes; each
 * is replaced in one step. Names are any bytes, "kind/one" by custom; their files have no byte in
 * their names that could lead elsewhere.
 */
enum { PAPER_NAME_MAX = 240, PAPER_MAX = 1 << 20 };

bool paper_put(const char *folder, struct str name, struct str text, struct err *err);
/* text->at == NULL: there is none. */
bool paper_get(
    const char *folder, struct str name, struct arena *arena, struct str *text, struct err *err);
bool paper_remove(const char *folder, struct str name, bool *found, struct err *err);
/* The names that begin with `prefix`, in byte order. */
bool paper_list(const char *folder, struct str prefix, struct arena *arena, struct str **names,
    size_t *count, struct err *err);

#endif
