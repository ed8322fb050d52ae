/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_MEMBER_H
#define BACKEND_TRIGGERS_MEMBER_H

#include "backend/json.h"

/*
 * Members of Lambda's requests, by name and type: what does not fit is refused in the service's
 * words. A member that is absent or null leaves `out` as it is; unknown ones are never looked at.
 */
bool member_text(
    const struct json *object, const char *name, size_t most, struct str *out, struct err *err);
bool member_number(const struct json *object, const char *name, int64_t low, int64_t high,
    int64_t *out, struct err *err);
bool member_flag(const struct json *object, const char *name, bool *out, struct err *err);
/* NULL in *out: absent or null. */
bool member_of_type(const struct json *object, const char *name, enum json_type type,
    const struct json **out, struct err *err);

/* ValidationException "1 validation error detected: Value 'VALUE' at 'name' failed to satisfy
 * constraint: CONSTRAINT"; a value without bytes is null. `name` as in requests: FunctionName. */
bool member_refuse(struct err *err, struct str value, const char *name, const char *constraint);
/* InvalidParameterValueException */
bool member_invalid(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A random UUID, version 4. */
enum { MEMBER_UUID = 36 };
void member_uuid(char out[MEMBER_UUID + 1]);
bool member_is_uuid(struct str text);
/* 2026-01-01T00:00:00.000+0000 */
void member_put_time(struct buf *out, int64_t ms);
/* Seconds with their thousandths: 1767225600.000 */
void member_put_seconds(struct buf *out, int64_t ms);
bool member_seconds(const struct json *object, const char *name, int64_t *ms);

#endif
