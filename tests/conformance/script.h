/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CONFORMANCE_SCRIPT_H
#define TESTS_CONFORMANCE_SCRIPT_H

#include "match.h"

/* A transcript, cut into its entries. */
struct entry {
    char kind; /* > < ! @ */
    struct str text;
    unsigned line;
};

struct script {
    struct buf bytes;
    struct entry *entries;
    size_t count;
};

/* False where the file cannot be read. */
bool script_read(struct script *script, const char *path);
void script_fini(struct script *script);

/* Puts what ${…} stands for; false where a name is not known. */
bool script_expand(struct buf *out, struct str text, const struct captures *captures);

#endif
