/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_AUTH_H
#define BACKEND_SERVE_AUTH_H

#include "backend/http/message.h"

/*
 * What a request says about who signed it (Signature Version 4), taken apart; whether it is true is
 * sigv4.h's matter. All slices point into the request.
 */
struct auth {
    struct str algorithm;
    struct str credential;                                /* key/date/region/service/aws4_request */
    struct str key_id, date, region, service, terminator; /* its parts, or all empty */
    struct str signed_headers;                            /* a;b;c */
    struct str signature;                                 /* hexadecimal */
    struct str stamp;                                     /* X-Amz-Date, or Date */
    bool in_query;
};

/* False with the service's refusal where the parts that a signed request needs are not there. */
bool auth_read(const struct request *request, struct auth *auth, struct reply *reply);

#endif
