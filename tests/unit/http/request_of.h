/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_HTTP_REQUEST_OF_H
#define TESTS_UNIT_HTTP_REQUEST_OF_H

#include "backend/http/message.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

/* A request from its text, "POST / HTTP/1.1\nName: value\n…": slices into the text. */
static inline struct request request_of(const char *text)
{
    struct request request = {0};
    struct str rest = str_from(text), line, word;
    str_cut(&rest, '\n', &line);
    str_cut(&line, ' ', &request.method);
    str_cut(&line, ' ', &request.target);
    request.version = line;
    while (str_cut(&rest, '\n', &line)) {
        if (!line.len || !str_cut(&line, ':', &word))
            continue;
        request.headers[request.header_count++] = (struct request_header){word, str_trim(line)};
    }
    return request;
}

/* The reply's body, NUL-terminated. */
static inline const char *text_of(struct reply *reply)
{
    return buf_cstr(&reply->body);
}

static inline void reply_fini(struct reply *reply)
{
    buf_fini(&reply->body);
    buf_fini(&reply->headers);
    *reply = (struct reply){0};
}

#endif
