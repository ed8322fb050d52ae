/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TRIGGERS_RUNTIME_H
#define TESTS_UNIT_TRIGGERS_RUNTIME_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * A client of the Runtime API without any help: what a test program does when it is run as a
 * function's bootstrap, with whatever manners the test wants.
 */
struct runtime_answer {
    int status;
    char head[4096]; /* as it came */
    char *body;      /* NUL-terminated; freed by the next call */
    size_t len;
    char id[64]; /* Lambda-Runtime-Aws-Request-Id */
};

static inline int runtime_connect(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    to.sin_port = htons((uint16_t)atoi(strchr(address, ':') + 1));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    return fd;
}

static inline void runtime_send(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        bytes += put;
        len -= (size_t)put;
    }
}

/* The value of a header into `out`; empty where there is none. */
static inline void runtime_header(
    const struct runtime_answer *a, const char *name, char *out, size_t size)
{
    const char *at = strstr(a->head, name);
    out[0] = '\0';
    if (at)
        snprintf(
            out, size, "%.*s", (int)strcspn(at + strlen(name) + 2, "\r"), at + strlen(name) + 2);
}

static inline bool runtime_receive(int fd, struct runtime_answer *a)
{
    size_t len = 0;
    char *end = NULL, number[32];
    memset(a->head, 0, sizeof a->head);
    while (!end && len < sizeof a->head - 1) {
        ssize_t got = recv(fd, a->head + len, 1, 0);
        if (got <= 0)
            return false;
        len += (size_t)got;
        end = strstr(a->head, "\r\n\r\n");
    }
    a->status = atoi(a->head + 9);
    runtime_header(a, "Content-Length", number, sizeof number);
    runtime_header(a, "Lambda-Runtime-Aws-Request-Id", a->id, sizeof a->id);
    a->len = strtoul(number, NULL, 10);
    free(a->body);
    a->body = calloc(1, a->len + 1);
    for (size_t done = 0; done < a->len;) {
        ssize_t got = recv(fd, a->body + done, a->len - done, 0);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static inline bool runtime_call(
    int fd, struct runtime_answer *a, const char *method, const char *target, const char *body)
{
    char head[512];
    int len = snprintf(head, sizeof head,
        "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: %zu\r\n\r\n",
        method, target, strlen(body));
    runtime_send(fd, head, (size_t)len);
    runtime_send(fd, body, strlen(body));
    return runtime_receive(fd, a);
}

static inline bool runtime_next(int fd, struct runtime_answer *a)
{
    return runtime_call(fd, a, "GET", "invocation/next", "");
}

static inline bool runtime_post(
    int fd, struct runtime_answer *a, const char *id, const char *what, const char *body)
{
    char target[128];
    snprintf(target, sizeof target, "invocation/%s/%s", id, what);
    return runtime_call(fd, a, "POST", target, body);
}

#endif
