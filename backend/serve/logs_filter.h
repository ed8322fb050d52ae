/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_LOGS_FILTER_H
#define BACKEND_SERVE_LOGS_FILTER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * CloudWatch's filter patterns of text: words that all have to be there (a b "c d"), of which one
 * has to be (?a ?b), that must not be (-a). Patterns of JSON, of columns and regular expressions
 * are refused. Letters count as they are.
 */
struct logs_filter {
    struct logs_term *terms;
    size_t count;
};

bool logs_filter_read(
    struct arena *arena, struct str pattern, struct logs_filter *out, struct err *err);
bool logs_filter_matches(const struct logs_filter *filter, struct str message);

#endif
