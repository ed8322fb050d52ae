/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SERVE_SERVER_H
#define TESTS_UNIT_SERVE_SERVER_H

#include "backend/serve/serve.h"
#include "base/mem.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/*
 * A server on a free port and raw sockets to it. Waiting for bytes ends after half a minute, which
 * fails the test instead of hanging it.
 */
struct server {
    char folder[64];
    struct backend *backend;
    struct serve *serve;
    pthread_t thread;
    bool ran;
};

static inline void *server_thread(void *context)
{
    struct server *s = context;
    struct err err = ERR_INIT;
    s->ran = serve_run(s->serve, NULL, &err);
    return NULL;
}

/* `backend` is the server's from now on; NULL = a store in a folder of its own. */
static inline struct server *server_start(
    struct backend *backend, const struct serve_options *options)
{
    struct server *s = mem_new(struct server);
    struct err err = ERR_INIT;
    struct backend_options fast = {.no_sync = true};
    strcpy(s->folder, "/tmp/dynascope-serve-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    s->backend = backend ? backend : backend_open(s->folder, &fast, &err);
    assert_non_null(s->backend);
    s->serve = serve_open(s->backend, options, &err);
    if (!s->serve)
        fail_msg("%s", err.text);
    assert_int_equal(pthread_create(&s->thread, NULL, server_thread, s), 0);
    return s;
}

static inline void server_join(struct server *s)
{
    serve_stop(s->serve);
    pthread_join(s->thread, NULL);
    assert_true(s->ran);
}

static inline void server_remove(const char *folder)
{
    char path[128];
    static const char *const files[] = {"data.mdb", "lock.mdb", "unsynced"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    rmdir(folder);
}

static inline void server_stop(struct server *s)
{
    server_join(s);
    serve_close(s->serve);
    backend_close(s->backend, NULL);
    server_remove(s->folder);
    free(s);
}

/* ---- raw sockets ---- */

static inline int connect_to(unsigned port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 30};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static inline int server_connect(const struct server *s)
{
    return connect_to(serve_port(s->serve));
}

/* A peer that has hung up is no failure: what it said first is what counts. */
static inline void send_bytes(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes = str_skip(bytes, (size_t)sent);
    }
}

static inline void send_text(int fd, const char *text)
{
    send_bytes(fd, str_from(text));
}

/* An answer taken off a connection; `in` holds what has come and was not taken yet. */
struct answered {
    int status; /* 0 = the connection ended without one */
    char head[4096];
    char *body;
    size_t len;
};

struct wire {
    int fd;
    struct buf in;
};

static inline bool wire_more(struct wire *w)
{
    char *to = buf_reserve(&w->in, 65536);
    ssize_t got;
    do
        got = recv(w->fd, to, 65536, 0);
    while (got < 0 && errno == EINTR); /* functions that end are signals */
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        fail_msg("the server says nothing");
    if (got <= 0)
        return false;
    w->in.len += (size_t)got;
    return true;
}

static inline void answered_fini(struct answered *a)
{
    free(a->body);
    *a = (struct answered){0};
}

static inline struct answered wire_take(struct wire *w)
{
    struct answered a = {0};
    size_t end;
    while ((end = str_find(buf_str(&w->in), STR("\r\n\r\n"))) == SIZE_MAX)
        if (!wire_more(w))
            return a;
    assert_true(end < sizeof a.head - 4);
    memcpy(a.head, w->in.at, end + 2);
    a.status = atoi(a.head + 9);
    const char *length = strcasestr(a.head, "\r\nContent-Length:");
    a.len = length ? (size_t)strtoul(length + 17, NULL, 10) : 0;
    while (w->in.len < end + 4 + a.len)
        if (!wire_more(w))
            return (struct answered){0};
    a.body = mem_dup(w->in.at + end + 4, a.len);
    size_t taken = end + 4 + a.len;
    memmove(w->in.at, w->in.at + taken, w->in.len - taken);
    w->in.len -= taken;
    return a;
}

/* Whether nothing more comes. */
static inline bool wire_ends(struct wire *w)
{
    return w->in.len == 0 && !wire_more(w);
}

static inline struct wire wire_open(const struct server *s)
{
    return (struct wire){.fd = server_connect(s)};
}

static inline void wire_close(struct wire *w)
{
    close(w->fd);
    buf_fini(&w->in);
}

/* ---- requests ---- */

#define SIGNED                                                                                     \
    "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 "                             \
    "Credential=local/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, "              \
    "Signature=00\r\n"
#define JSON_TYPE "Content-Type: application/x-amz-json-1.0\r\n"
#define HOST "Host: localhost\r\n"

static inline void put_call(struct buf *out, const char *operation, struct str body)
{
    const char *service =
        strstr("ListStreams DescribeStream GetShardIterator GetRecords", operation)
            ? "DynamoDBStreams"
            : "DynamoDB";
    buf_printf(out,
        "POST / HTTP/1.1\r\n" HOST JSON_TYPE SIGNED
        "X-Amz-Target: %s_20120810.%s\r\nContent-Length: %zu\r\n\r\n",
        service, operation, body.len);
    buf_add(out, body);
}

static inline struct answered wire_call(struct wire *w, const char *operation, const char *body)
{
    struct buf out = {0};
    put_call(&out, operation, str_from(body));
    send_bytes(w->fd, buf_str(&out));
    buf_fini(&out);
    return wire_take(w);
}

/* The same, when only success matters. */
static inline void wire_must(struct wire *w, const char *operation, const char *body)
{
    struct answered a = wire_call(w, operation, body);
    if (a.status != 200)
        fail_msg("%s: %d %s", operation, a.status, a.body ? a.body : "");
    answered_fini(&a);
}

#define CREATE_COUNTERS                                                                            \
    "{\"TableName\":\"Counters\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]," \
    "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"               \
    "\"BillingMode\":\"PAY_PER_REQUEST\"}"

#endif
