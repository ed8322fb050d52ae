/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_CLIENT_JSON_H
#define BACKEND_CLIENT_JSON_H

#include "backend/client.h"
#include "backend/json.h"

/* Private to the clients of the waist in this room: request bodies out, answers in. */

/* "Name":"text", with the comma before it; nothing for an empty text. */
void client_put_text(struct buf *body, struct str name, struct str text);
void client_put_number(struct buf *body, struct str name, int64_t number);

/* One call whose answer is parsed: the tree lives in `scratch` and borrows from `reply`. NULL with
 * err on refusal too. */
const struct json *client_ask(struct client *c, struct str operation, struct str body,
    struct ddb_reply *reply, struct arena *scratch, struct err *err);

/* client_read() in its two halves: the request, and what its answer says. */
bool client_fetch(
    struct client *c, const struct client_read *read, struct ddb_reply *reply, struct err *err);
bool client_take(struct arena *arena, const struct client_read *read, const struct ddb_reply *reply,
    struct client_page *out, struct err *err);
bool client_take_lines(struct arena *arena, const struct client_read *read,
    const struct ddb_reply *reply, bool typed, struct buf *lines, struct client_page *out,
    struct err *err);

/* An endpoint that repeats itself must not hold us for ever: whether a page that began behind
 * `start` leads on. */
bool client_goes_on(struct value start, struct value last, struct str operation, struct err *err);

/* A member's text, copied into the arena; empty where there is none. */
struct str client_text(struct arena *arena, const struct json *object, struct str name);
int64_t client_number(const struct json *object, struct str name);
/* Says that an answer is not what the service would send. */
bool client_bad_answer(struct err *err, struct str operation);

#endif
