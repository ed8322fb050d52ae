/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REMOTE_PROXY_H
#define TESTS_REMOTE_PROXY_H

#include "base/buf.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A line that goes wrong: stands between a client and a server, reads whole requests, and lets the
 * caller choose what happens to each. What it forwarded it counts, so that a test knows what was
 * carried out, whatever the client was told.
 */
enum proxy_fault {
    PROXY_PASS,
    PROXY_THROTTLE,     /* refused, not forwarded */
    PROXY_FAIL_BEFORE,  /* 500, not forwarded */
    PROXY_FAIL_AFTER,   /* 500, but forwarded */
    PROXY_GATEWAY,      /* 502 with a page, not forwarded */
    PROXY_RESET_BEFORE, /* read, not forwarded, reset */
    PROXY_RESET_AFTER,  /* forwarded, then reset */
    PROXY_CUT,          /* forwarded, half of the answer */
    PROXY_SHORT,        /* forwarded, a Content-Length that is too small */
    PROXY_CRC,          /* forwarded, a wrong checksum */
    PROXY_STALL_BEFORE, /* not forwarded, silence */
    PROXY_STALL_AFTER,  /* forwarded, silence */
    PROXY_DRIP,         /* forwarded, a byte now and then */
    PROXY_UNKNOWN_KEY,  /* UnrecognizedClientException, not forwarded */
    PROXY_EXPIRED,      /* ExpiredTokenException, not forwarded */
    PROXY_SKEW,         /* refused for its date unless it is near `server_ms` */
    PROXY_REDIRECT,     /* 302 to elsewhere, not forwarded */
    PROXY_PAGE,         /* 200 with a page, not forwarded */
    PROXY_UNPROCESSED,  /* BatchWriteItem: nothing forwarded, all handed back */
    PROXY_GARBAGE,      /* not HTTP */
    PROXY_FAULTS
};

struct proxy {
    int listener, upstream_port;
    unsigned port;
    pthread_t thread;
    atomic_int connections; /* threads that have one */
    atomic_int serving;     /* requests that are being dealt with */
    atomic_uint seen, forwarded;
    atomic_bool stop;
    pthread_mutex_t lock; /* of all below */
    enum proxy_fault (*choose)(void *context, struct str operation, struct str body);
    void *context;
    struct buf last_head;      /* of the last request */
    atomic_int retry_after_ms; /* the server's wish in its own refusals; 0 = none */
    long long server_ms;       /* for PROXY_SKEW: what the server takes for now */
};

struct proxy_connection {
    struct proxy *proxy;
    int fd;
};

/* ---- bytes ---- */

static inline bool proxy_wait(struct proxy *p, int fd, int ms)
{
    for (int waited = 0; waited < ms && !atomic_load(&p->stop); waited += 20) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        if (poll(&one, 1, 20) > 0)
            return true;
    }
    return false;
}

static inline bool proxy_send(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* A reset instead of an orderly end. */
static inline void proxy_reset(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline struct str proxy_header(struct str head, const char *name)
{
    struct str line;
    size_t len = strlen(name);
    while (str_cut(&head, '\n', &line))
        if (line.len > len && line.at[len] == ':' &&
            str_equal_nocase(str_take(line, len), str_from(name)))
            return str_trim(str_skip(line, len + 1));
    return STR_NONE;
}

/* One message: the head with its blank line, then the body. False at the end. */
static inline bool proxy_read(struct proxy *p, int fd, struct buf *message, size_t *head)
{
    uint64_t length = 0;
    buf_clear(message);
    *head = SIZE_MAX;
    for (;;) {
        if (*head == SIZE_MAX) {
            size_t end = str_find(buf_str(message), STR("\r\n\r\n"));
            if (end != SIZE_MAX) {
                *head = end + 4;
                str_to_u64(
                    proxy_header(str_take(buf_str(message), *head), "Content-Length"), &length);
            }
        }
        if (*head != SIZE_MAX && message->len >= *head + length)
            return true;
        if (!proxy_wait(p, fd, 1 << 30))
            return false;
        ssize_t got = recv(fd, buf_reserve(message, 65536), 65536, 0);
        if (got <= 0)
            return false;
        message->len += (size_t)got;
    }
}

/* Asks the server on a connection of its own. */
static inline bool proxy_forward(
    struct proxy *p, const struct buf *request, struct buf *answer, size_t *head)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)p->upstream_port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
              proxy_send(fd, request->at, request->len) && proxy_read(p, fd, answer, head);
    if (fd >= 0)
        close(fd);
    if (ok)
        atomic_fetch_add(&p->forwarded, 1);
    return ok;
}

static inline bool proxy_answer(
    struct proxy *p, int fd, int status, const char *name, const char *text)
{
    struct buf body = {0}, all = {0};
    char date[64];
    time_t now = (time_t)(p->server_ms / 1000);
    struct tm tm;
    if (!now)
        now = time(NULL);
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    buf_printf(&body, "{\"__type\":\"com.amazonaws.dynamodb.v20120810#%s\",\"message\":\"%s\"}",
        name, text);
    buf_printf(&all, "HTTP/1.1 %d X\r\nDate: %s\r\n", status, date);
    int wish_ms = atomic_load(&p->retry_after_ms);
    if (wish_ms)
        buf_printf(&all, "x-amz-retry-after: %d\r\n", wish_ms);
    buf_printf(&all, "Content-Length: %zu\r\n\r\n%.*s", body.len, STR_ARG(buf_str(&body)));
    bool ok = proxy_send(fd, all.at, all.len);
    buf_fini(&body);
    buf_fini(&all);
    return ok;
}

/* ---- faults ---- */

static inline bool proxy_drip(struct proxy *p, int fd, const struct buf *answer)
{
    for (size_t i = 0; i < answer->len && !atomic_load(&p->stop); i++) {
        if (!proxy_send(fd, answer->at + i, 1))
            return false;
        struct pollfd gone = {.fd = fd, .events = POLLRDHUP};
        if (poll(&gone, 1, 10) > 0)
            return false;
    }
    return true;
}

/* The answer's head with another value for a number. */
static inline bool proxy_send_changed(
    int fd, const struct buf *answer, size_t head, const char *name, unsigned long long value)
{
    struct buf all = {0};
    struct str rest = str_take(buf_str(answer), head), line;
    while (str_cut(&rest, '\n', &line)) {
        bool this_one = line.len > strlen(name) && line.at[strlen(name)] == ':' &&
                        str_equal_nocase(str_take(line, strlen(name)), str_from(name));
        if (this_one)
            buf_printf(&all, "%s: %llu\r\n", name, value);
        else
            buf_printf(&all, "%.*s\n", STR_ARG(line));
    }
    buf_add(&all, str_skip(buf_str(answer), head));
    bool ok = proxy_send(fd, all.at, all.len);
    buf_fini(&all);
    return ok;
}

/* Whether the date in the request is within five minutes of the server's. */
static inline bool proxy_date_is_near(struct proxy *p, struct str head)
{
    struct str stamp = proxy_header(head, "X-Amz-Date");
    struct tm tm = {0};
    char text[32] = "";
    memcpy(text, stamp.at, stamp.len < 31 ? stamp.len : 31);
    if (!strptime(text, "%Y%m%dT%H%M%SZ", &tm))
        return false;
    long long off = (long long)timegm(&tm) * 1000 - p->server_ms;
    return off > -300000 && off < 300000;
}

/* Hands everything back; an answer of its own. */
static inline bool proxy_unprocessed(int fd, struct str body)
{
    struct buf all = {0};
    struct str items = str_skip(body, str_find(body, STR("{\"RequestItems\":")) + 16);
    items.len--; /* the closing brace of the request */
    buf_printf(&all, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n{\"UnprocessedItems\":%.*s}",
        items.len + 21, STR_ARG(items));
    bool ok = proxy_send(fd, all.at, all.len);
    buf_fini(&all);
    return ok;
}

/* Stays silent until the client gives up. */
static inline void proxy_stall(struct proxy *p, int fd)
{
    while (!atomic_load(&p->stop)) {
        struct pollfd gone = {.fd = fd, .events = POLLRDHUP};
        if (poll(&gone, 1, 20) > 0)
            break;
    }
}

/* What happens to an answer that was fetched. False: the connection ends. */
static inline bool proxy_spoil(
    struct proxy *p, int fd, enum proxy_fault fault, const struct buf *answer, size_t head)
{
    size_t body = answer->len - head;
    switch (fault) {
    case PROXY_FAIL_AFTER:
        return proxy_answer(p, fd, 500, "InternalServerError", "Internal error");
    case PROXY_RESET_AFTER:
        proxy_reset(fd);
        return false;
    case PROXY_CUT:
        proxy_send(fd, answer->at, head + body / 2);
        return false;
    case PROXY_SHORT:
        return proxy_send_changed(fd, answer, head, "Content-Length", body ? body - 1 : 0) && false;
    case PROXY_CRC:
        return proxy_send_changed(fd, answer, head, "x-amz-crc32", 12345);
    case PROXY_STALL_AFTER:
        proxy_stall(p, fd);
        return false;
    case PROXY_DRIP:
        return proxy_drip(p, fd, answer);
    default:
        return proxy_send(fd, answer->at, answer->len);
    }
}

/* One request. False: the connection ends. */
static inline bool proxy_serve(
    struct proxy *p, int fd, enum proxy_fault fault, const struct buf *request, size_t head)
{
    static const char page[] = "HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:1/\r\n"
                               "Content-Length: 13\r\n\r\n<html></html>";
    struct str whole = buf_str(request);
    char text[256];
    switch (fault) {
    case PROXY_THROTTLE:
        return proxy_answer(p, fd, 400, "ThrottlingException", "Rate exceeded");
    case PROXY_FAIL_BEFORE:
        return proxy_answer(p, fd, 500, "InternalServerError", "Internal error");
    case PROXY_EXPIRED:
        return proxy_answer(p, fd, 400, "ExpiredTokenException", "The token has expired");
    case PROXY_UNKNOWN_KEY:
        return proxy_answer(p, fd, 400, "UnrecognizedClientException",
            "The security token included in the request is invalid.");
    case PROXY_RESET_BEFORE:
        proxy_reset(fd);
        return false;
    case PROXY_STALL_BEFORE:
        proxy_stall(p, fd);
        return false;
    case PROXY_GATEWAY:
    case PROXY_REDIRECT:
    case PROXY_PAGE:
        snprintf(text, sizeof text, page,
            fault == PROXY_GATEWAY    ? 502
            : fault == PROXY_REDIRECT ? 302
                                      : 200);
        return proxy_send(fd, text, strlen(text));
    case PROXY_UNPROCESSED:
        return proxy_unprocessed(fd, str_skip(whole, head));
    case PROXY_GARBAGE:
        proxy_send(fd, "\x7f\x45LF garbage\r\n\r\n", 16);
        return false;
    case PROXY_SKEW:
        if (!proxy_date_is_near(p, str_take(whole, head)))
            return proxy_answer(p, fd, 400, "InvalidSignatureException", "Signature expired");
        break;
    default:
        break;
    }
    struct buf answer = {0};
    size_t answer_head;
    bool go_on = proxy_forward(p, request, &answer, &answer_head) &&
                 proxy_spoil(p, fd, fault, &answer, answer_head);
    buf_fini(&answer);
    return go_on;
}

/* ---- life ---- */

static inline enum proxy_fault proxy_choose(struct proxy *p, const struct buf *request, size_t head)
{
    struct str whole = buf_str(request),
               target = proxy_header(str_take(whole, head), "X-Amz-Target");
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->seen, 1);
    buf_clear(&p->last_head);
    buf_add(&p->last_head, str_take(whole, head));
    atomic_fetch_add(&p->serving, 1);
    enum proxy_fault fault =
        p->choose ? p->choose(p->context, str_skip(target, str_find_byte(target, '.') + 1),
                        str_skip(whole, head))
                  : PROXY_PASS;
    pthread_mutex_unlock(&p->lock);
    return fault;
}

static inline void *proxy_connection_main(void *context)
{
    struct proxy_connection *c = context;
    struct buf request = {0};
    size_t head;
    bool go_on = true;
    while (go_on && proxy_read(c->proxy, c->fd, &request, &head)) {
        enum proxy_fault fault = proxy_choose(c->proxy, &request, head);
        go_on = proxy_serve(c->proxy, c->fd, fault, &request, head);
        atomic_fetch_sub(&c->proxy->serving, 1);
    }
    close(c->fd);
    buf_fini(&request);
    atomic_fetch_sub(&c->proxy->connections, 1);
    free(c);
    return NULL;
}

static inline void *proxy_main(void *context)
{
    struct proxy *p = context;
    while (proxy_wait(p, p->listener, 1 << 30)) {
        int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        struct proxy_connection *c = mem_new(struct proxy_connection);
        *c = (struct proxy_connection){p, fd};
        pthread_t thread;
        atomic_fetch_add(&p->connections, 1);
        if (pthread_create(&thread, NULL, proxy_connection_main, c) != 0)
            abort();
        pthread_detach(thread);
    }
    return NULL;
}

static inline struct proxy *proxy_start(int upstream_port)
{
    struct proxy *p = mem_new(struct proxy);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    p->upstream_port = upstream_port;
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(p->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(p->listener, 64) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&at, &len) != 0)
        abort();
    p->port = ntohs(at.sin_port);
    pthread_mutex_init(&p->lock, NULL);
    pthread_create(&p->thread, NULL, proxy_main, p);
    return p;
}

/* Who chooses, once it runs. */
static inline void proxy_let_choose(struct proxy *p,
    enum proxy_fault (*choose)(void *context, struct str operation, struct str body), void *context)
{
    pthread_mutex_lock(&p->lock);
    p->choose = choose;
    p->context = context;
    pthread_mutex_unlock(&p->lock);
}

/* The last request's head; lives until the next request. */
static inline const char *proxy_head(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    const char *head = buf_cstr(&p->last_head);
    pthread_mutex_unlock(&p->lock);
    return head;
}

/* Waits until nothing is under way any more that a client has given up: it keeps one connection. */
static inline void proxy_settle(struct proxy *p)
{
    while (atomic_load(&p->serving) || atomic_load(&p->connections) > 1)
        poll(NULL, 0, 1);
}

static inline void proxy_stop(struct proxy *p)
{
    atomic_store(&p->stop, true);
    pthread_join(p->thread, NULL);
    while (atomic_load(&p->connections))
        poll(NULL, 0, 1);
    close(p->listener);
    buf_fini(&p->last_head);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

#endif
