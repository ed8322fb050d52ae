/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_MESSAGE_H
#define BACKEND_HTTP_MESSAGE_H

#include "base/buf.h"
#include "base/str.h"

/*
 * A request and its answer as the files of this room hand them on: no socket, no library. All
 * slices are borrowed from the transport and live until the answer has been sent.
 */
enum {
    REQUEST_HEADERS_MAX = 64,
    REQUEST_HEAD_MAX = 16 << 10, /* bytes of request line and headers */
    REQUEST_BODY_MAX = 16 << 20,
    REPLY_HEADERS_MAX = 12 << 10 /* bytes of those that reply_header() adds */
};

struct request_header {
    struct str name, value;
};

struct request {
    struct str method, target; /* the target as sent: path and query */
    struct str version;        /* HTTP/1.1 */
    struct request_header headers[REQUEST_HEADERS_MAX];
    size_t header_count;
    struct str body;
    uint64_t body_came;  /* bytes of it; more than body.len where http_limits.body cut it */
    struct buf unpacked; /* room for a body that came packed; the transport's, as reply's body */
    struct str operation, region; /* what route and signature say, once they are read */
    int face;                     /* route's, likewise */
    int peer;                     /* what the handler found out of it; stays with the connection */
    int socket;                   /* for peer.h alone */
    uint64_t mark;                /* of the connection: http_take()'s; 0 = it came by http_run() */
};

/* The value of the first header of this name (case does not matter), or STR_NONE. */
struct str message_get(const struct request *request, struct str name);
/* How many headers have this name. */
size_t message_count(const struct request *request, struct str name);
/* The target up to the query. */
struct str message_path(const struct request *request);
/* The query behind '?', or STR_NONE. */
struct str message_query(const struct request *request);

enum { REQUEST_ID_LENGTH = 52 };

struct reply {
    int status;
    struct str type;    /* Content-Type; borrowed, static */
    struct buf body;    /* owned by the transport, which keeps it from answer to answer */
    struct buf headers; /* NAME NUL VALUE NUL …, by reply_header(); the transport's, too */
    bool bare;          /* no request id and no checksum: not an answer of the service */
    bool closing;       /* close the connection afterwards */
    char id[REQUEST_ID_LENGTH + 1];
};

/* Status, type and text, instead of what was there. */
void reply_set(struct reply *reply, int status, struct str type, struct str text);
/* A header of its own; Content-Type is in `type`. False, and nothing is added, where it is none
 * that may be sent: a name that is no token, a value with control characters, one that the
 * transport sets (lengths, codings, the connection, the date), or more than there is room for. */
bool reply_header(struct reply *reply, struct str name, struct str value);
/* {"__type":"com.amazon.coral.service#NAME","message":"…"}; without the text where it is empty. */
void reply_refuse(struct reply *reply, int status, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define REPLY_JSON STR("application/json")
#define REPLY_JSON_10 STR("application/x-amz-json-1.0")
#define REPLY_JSON_11 STR("application/x-amz-json-1.1")
#define REPLY_TEXT STR("text/plain; charset=utf-8")

#endif
