/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_PATTERN_H
#define BACKEND_TRIGGERS_PATTERN_H

#include "backend/json.h"

/*
 * Lambda's event filter patterns: an object in the shape of the events, whose leaves are arrays of
 * alternatives.
 *
 *     {"eventName": ["INSERT", "MODIFY"],
 *      "dynamodb": {"NewImage": {"total": {"N": [{"anything-but": ["0"]}]}}}}
 *
 * All fields that are named must match, one alternative of each suffices. Strings compare byte by
 * byte and number literals as written (300 is not 300.0); `numeric` compares by value, and never
 * matches an attribute of type N, whose JSON is a string. An array in the event matches where one
 * of its elements does, which serves sets and lists.
 */

/* Whether this is a pattern: InvalidParameterValueException with the place of what is wrong. */
bool pattern_check(const struct json *pattern, struct err *err);
/* `pattern` has been checked. */
bool pattern_matches(const struct json *pattern, const struct json *event);

#endif
