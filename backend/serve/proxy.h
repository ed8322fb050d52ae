/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_PROXY_H
#define BACKEND_SERVE_PROXY_H

#include "backend/http/message.h"
#include "backend/json.h"

/*
 * An HTTP request as the event of a function, and what the function returns as an answer: payload
 * formats 1.0 (REST APIs, and HTTP APIs that ask for it) and 2.0 (HTTP APIs, function URLs).
 */
enum { PROXY_PARAMETERS_MAX = 16 };

struct proxy {
    unsigned format;                      /* 1 or 2 */
    bool rest;                            /* of a REST API: its events tell no version */
    bool url;                             /* of a function URL */
    struct str function;                  /* name or ARN */
    struct str api, stage, key, resource; /* key: "GET /users/{id}", "$default" */
    struct str path;                      /* behind the stage, as sent */
    struct str parameters;                /* of the path: the members of a JSON object, or empty */
    struct str claims;                    /* of the caller's token: a JSON object, or empty */
};

/* Adds the event. */
void proxy_put_event(const struct proxy *proxy, struct arena *arena, const struct request *request,
    int64_t now_ms, const char *id, struct buf *out);
/* Makes the answer from what the function returned. False with `why` (a literal) where it is none:
 * no status, a header that may not be sent …; `reply` is untouched then, but for its headers. */
bool proxy_answer(
    const struct proxy *proxy, struct str returned, struct reply *reply, const char **why);

#endif
