/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_IN_H
#define BACKEND_JSON_IN_H

#include "backend/json.h"
#include "backend/value.h"

/*
 * JSON into values. "Typed" is DynamoDB JSON ({"N":"1"}); "plain" is what people write (1).
 */

/* One attribute value, appended to `out`. Errors are the service's own (ValidationException texts of
 * semantics §1.1, SerializationException for a wrong JSON type). `out` keeps no half value. */
bool json_in_typed(struct buf *out, const struct json *json, struct err *err);
/* An object of attribute values as an M. */
bool json_in_typed_item(struct buf *out, const struct json *object, struct err *err);

/* Plain JSON: string S, number N (exact), true/false BOOL, null NULL, array L, object M. */
bool json_in_plain(struct buf *out, const struct json *json, struct err *err);
/* An item in either form: typed where every attribute looks like an attribute value ({"S":…}), plain
 * otherwise. json_out_plain_ambiguous() is the other side of this rule. {"Item":{…}} and
 * {"Item": …} lines of DynamoDB's export are taken as what they wrap where `unwrap` is set. */
bool json_in_item(struct buf *out, const struct json *object, bool unwrap, struct err *err);

/* base64 (RFC 4648, padding required); false on anything else. */
bool json_in_base64(struct buf *out, struct str text);

#endif
