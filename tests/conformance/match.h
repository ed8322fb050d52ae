/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CONFORMANCE_MATCH_H
#define TESTS_CONFORMANCE_MATCH_H

#include "backend/json.h"

/* What "<=name>" in expected answers matched, for later requests. */
enum { NAMES_MAX = 64 };
struct captures {
    struct arena arena;
    size_t count;
    struct str names[NAMES_MAX], texts[NAMES_MAX];
};
void captures_set(struct captures *c, struct str name, struct str text);
bool captures_get(const struct captures *c, struct str name, struct str *text);

/* Whether an answer is what was expected; `why` says where not. */
bool match(const struct json *expected, const struct json *actual, struct captures *captures,
    struct buf *why);

#endif
