/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_IN_H
#define BACKEND_JSON_IN_H

#include "backend/json.h"
#include "backend/value.h"

/*
 * JSON into values. "Typed" is DynamoDB JSON ({"N":"1"}); "plain" is what people write (1).
 */

/* One attribute value, appended to `out`. Errors are the service's own: ValidationException, and
 * SerializationException for a wrong JSON type; both with the place in the text. `out` keeps no
 * half value. At most VALUE_DEPTH_MAX - 1 levels, so that it fits into an item. */
bool json_in_typed(struct buf *out, const struct json *json, struct err *err);
/* An object of attribute values as an M. */
bool json_in_typed_item(struct buf *out, const struct json *object, struct err *err);

/* Plain JSON: string S, number N (exact), true/false BOOL, null NULL, array L, object M. At most
 * VALUE_DEPTH_MAX levels: it may be a whole item. */
bool json_in_plain(struct buf *out, const struct json *json, struct err *err);
/* An item in either form: typed where every attribute looks like an attribute value (an object of
 * one member that is named S, N, …), plain otherwise; json_out_is_plain() is the other side of this
 * rule. Where `unwrap` is set, {"Item":{"id":{"S":…}}} lines of DynamoDB's exports are taken as the
 * item they wrap. What json_out_line() wrote comes back the same with and without it. */
bool json_in_item(struct buf *out, const struct json *object, bool unwrap, struct err *err);

/* base64 (RFC 4648, padding required); false on anything else. */
bool json_in_base64(struct buf *out, struct str text);

#endif
