/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_GATEWAY_H
#define BACKEND_SERVE_GATEWAY_H

#include "backend/serve/face.h"
#include "backend/serve/proxy.h"

/*
 * API Gateway, as far as it puts functions behind paths: HTTP APIs (apigatewayv2: gateway_http) and
 * REST APIs (apigateway: gateway_rest) with proxy integrations; which route a request takes is in
 * gateway_route.
 */
void gateway_run(struct offer *offer, struct request *request, struct reply *reply);

/* Where a request to an API goes; NotFoundException, UnauthorizedException. */
bool gateway_route(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct proxy *out, struct err *err);

/* ---- for the files of it ---- */

/* The paper kind/a/b/c as an object; NULL where there is none. */
bool gateway_read(struct offer *offer, struct arena *arena, struct str paper,
    const struct json **out, struct err *err);
struct str gateway_text(const struct json *object, const char *name);
/* Reads a paper that has to be there: NotFoundException. */
bool gateway_find(
    struct face_call *call, struct str paper, const struct json **out, struct err *err);
/* The members of `from` that are named in `names` (NULL ends them), but for those in `except`. */
void gateway_copy(
    struct buf *out, const struct json *from, const char *const *names, const struct json *except);
/* Writes the paper and answers with it. */
bool gateway_keep(
    struct face_call *call, struct str paper, struct buf *text, int status, struct err *err);
/* {"LIST":[ all papers that begin with prefix ]} */
bool gateway_list(struct face_call *call, const char *list, struct str prefix, struct err *err);
/* Removes the paper, and those that begin with it and a slash where `below`. */
bool gateway_remove(struct face_call *call, struct str paper, struct err *err);
bool gateway_remove_below(struct face_call *call, struct str prefix, struct err *err);
/* "http://HOST/execute-api/API" */
struct str gateway_endpoint(struct face_call *call, struct str api);
bool gateway_bad(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

extern const struct face_row gateway_http_rows[], gateway_rest_rows[];
extern const size_t gateway_http_count, gateway_rest_count;

#endif
