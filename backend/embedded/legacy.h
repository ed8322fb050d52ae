/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_LEGACY_H
#define BACKEND_EMBEDDED_LEGACY_H

#include "backend/embedded/request.h"

/*
 * The parameters from the time before expressions, made into the trees that expressions become:
 *
 *   Expected, QueryFilter, ScanFilter   → condition      (ConditionalOperator joins their parts)
 *   AttributeUpdates                    → update
 *   KeyConditions                       → keys
 *   AttributesToGet                     → projection
 *
 * Each fills its member of `out` where the parameter is there and not empty; trees live in the
 * call's arena. Errors are the service's.
 */

/* ConditionalOperator needs two conditions to join. */
bool legacy_check_operator(const struct json *object, struct err *err);

bool legacy_updates(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err);
bool legacy_expected(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err);
/* QueryFilter or ScanFilter. */
bool legacy_filter(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err);
bool legacy_keys(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err);
bool legacy_attributes(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err);

#endif
