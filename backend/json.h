/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_H
#define BACKEND_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Reads JSON (RFC 8259) into a light tree in an arena. Numbers keep their text, because DynamoDB's
 * 38 digits fit no C type: the reason why this is not jansson, together with its cost of 20 times
 * the time (jansson stays the reference in the tests). Strings without escapes borrow from the
 * text, so the text must outlive the tree.
 *
 * Strict: UTF-8 checked, no lone surrogates, no repeated names in an object, at most JSON_DEPTH_MAX
 * levels, nothing after the value but blanks. \u0000 is allowed in strings.
 */
enum {
    JSON_DEPTH_MAX = 256
}; /* 32 levels of attribute values take two JSON levels each, and the envelope */

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    enum json_type type;
    uint32_t count;           /* members of an array or object */
    struct str name;          /* unescaped; for members of an object */
    struct str text;          /* JSON_STRING: unescaped; JSON_NUMBER: as written */
    size_t at, len;           /* where the value stands in the text, in bytes */
    const struct json *first; /* members, in order of the text */
    const struct json *next;  /* the next member of the same parent */
};

/* The tree, or NULL with ERR_DATA and the place in the text ("line 3, column 7: …"). */
const struct json *json_parse(struct arena *arena, struct str text, struct err *err);
/* The first JSON value of `*text`, which is moved past it: for JSON lines and streams. NULL with
 * err->code == ERR_NONE where only blanks are left. */
const struct json *json_parse_next(struct arena *arena, struct str *text, struct err *err);

/* A member by name, or NULL (also for NULL and for what is no object). */
const struct json *json_get(const struct json *object, struct str name);
bool json_is(const struct json *json, enum json_type type); /* false for NULL */
/* The integer, or false where it is none. */
bool json_to_i64(const struct json *json, int64_t *out);

/* ---- writing ---- */

/* "text" with quotes and escapes. Invalid UTF-8 becomes U+FFFD, so that output is always JSON. */
void json_put_string(struct buf *out, struct str text);
/* "text": with the comma before it where one is needed (after '{' or '[' none is). */
void json_put_name(struct buf *out, struct str name);
/* The comma alone, where one is needed. */
void json_put_comma(struct buf *out);
/* Writes a tree back, compact. */
void json_put(struct buf *out, const struct json *json);

#endif
