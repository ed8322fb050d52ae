/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_FACE_H
#define BACKEND_SERVE_FACE_H

#include "backend/http/message.h"
#include "backend/json.h"
#include "backend/serve/offer.h"

/*
 * What the faces besides DynamoDB share: a request taken apart, tables of operations by method and
 * path, answers.
 */
enum { FACE_PARTS = 4 };

struct face_call {
    struct offer *offer;
    const struct request *request;
    struct reply *reply;
    struct str region;
    struct arena arena;           /* lives until the answer is made */
    const struct json *body;      /* an object, or NULL where there is none */
    struct str parts[FACE_PARTS]; /* what stood at {} in the path, decoded */
};

/* An operation: false with `err` = its refusal. What it answers is in call->reply (200 and JSON
 * unless it says otherwise). */
struct face_row {
    const char *name, *method,
        *path; /* "/2015-03-31/functions/{}/code"; a last "{+}" is the rest */
    bool (*run)(struct face_call *call, struct err *err);
};

/* Takes the path apart; false with ValidationException where it is no good (a broken escape, a zero
 * byte, no UTF-8). A slash at its end does not count. */
bool face_match(struct face_call *call, const struct face_row *rows, size_t count,
    const struct face_row **row, struct err *err);
/* Whether `path` is of that form; its parts, decoded into the arena. */
bool face_fits(
    struct arena *arena, const char *form, struct str path, struct str parts[FACE_PARTS]);
/* "%41" → "A"; with `form` "+" → " " too. False where an escape is broken. */
bool face_decode(struct arena *arena, struct str text, bool form, struct str *out);
/* A parameter of the query, or of a form: decoded; STR_NONE (at == NULL) where there is none. */
struct str face_parameter(struct arena *arena, struct str query, struct str name);
struct str face_query(struct face_call *call, const char *name);
/* MaxItems, Limit …: `fallback` where there is none, at most `most`. */
bool face_limit(struct face_call *call, const char *name, int64_t fallback, int64_t most,
    int64_t *out, struct err *err);
/* Parses the body as an object where there is one. */
bool face_read_body(struct face_call *call, struct err *err);

/* ---- answers ---- */

/* {"NAME":"text", */
void face_put_text(struct buf *out, const char *name, struct str text);
void face_put_number(struct buf *out, const char *name, int64_t value);
void face_put_flag(struct buf *out, const char *name, bool value);
/* 2026-01-01T00:00:00.000Z */
void face_put_time(struct buf *out, int64_t ms);
/* Ten letters and digits, as API Gateway names things. */
void face_new_id(char out[11]);
/* Tells whoever looks that what was accepted is kept and enforced by nobody: a header of the
 * answer, and once a line of the journal. */
void face_note(struct face_call *call);
/* The error of services that speak REST with JSON: its status by its name, X-Amzn-ErrorType, and
 * {"Type":"User","message":"…"}. */
void face_refuse(struct reply *reply, const struct err *err);

#endif
