/* SPDX-License-Identifier: MIT */
/*
 * Where the server listens. "localhost" means both loopback addresses, since some clients try ::1
 * first and would otherwise find another program there, or nothing. Knows no HTTP.
 */
#include "backend/http/listen.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 512, TRIES = 16 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse(const char *host, union address *out)
{
    *out = (union address){0};
    out->v4.sin_family = AF_INET;
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1)
        return true;
    *out = (union address){0};
    out->v6.sin6_family = AF_INET6;
    return inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1;
}

static bool is_loopback(const union address *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static socklen_t length(const union address *a)
{
    return a->any.sa_family == AF_INET ? sizeof a->v4 : sizeof a->v6;
}

/* The socket, or -1 with errno. */
static int open_one(union address *a, unsigned port)
{
    int on = 1, fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    a->v4.sin_port = htons((uint16_t)port); /* the same place in both kinds */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, &a->any, length(a)) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int number = errno;
    close(fd);
    errno = number;
    return -1;
}

static bool add(struct listen *l, const char *host, unsigned port)
{
    union address a;
    if (!parse(host, &a)) {
        errno = EINVAL;
        return false;
    }
    int fd = open_one(&a, port);
    if (fd < 0)
        return false;
    l->sockets[l->count++] = fd;
    l->loopback = is_loopback(&a);
    socklen_t len = sizeof a;
    if (getsockname(fd, &a.any, &len) == 0)
        l->port = ntohs(a.v4.sin_port);
    bool brackets = a.any.sa_family == AF_INET6;
    snprintf(l->name, sizeof l->name, "%s%s%s", brackets ? "[" : "", host, brackets ? "]" : "");
    return true;
}

void listen_close(struct listen *l)
{
    while (l->count)
        close(l->sockets[--l->count]);
}

static bool refuse(const char *host, unsigned port, struct err *err)
{
    if (errno == EADDRINUSE)
        return err_set(err, ERR_BUSY,
            "port %u of %s is taken by another program: choose another with --port (0 = any free "
            "one)",
            port, host);
    if (errno == EACCES)
        return err_set(err, ERR_FILE,
            "port %u is for the system's administrator: choose another "
            "with --port",
            port);
    return err_errno(err, errno, "cannot listen on port %u of %s", port, host);
}

/* Both loopback addresses. A machine without IPv6 has only the first. */
static bool open_both(struct listen *l, unsigned port, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        if (!add(l, "127.0.0.1", port))
            return refuse("127.0.0.1", port, err);
        struct listen first = *l;
        if (add(l, "::1", l->port) || errno != EADDRINUSE) {
            memcpy(l->name, first.name, sizeof l->name);
            return true;
        }
        errno = EADDRINUSE;
        unsigned taken = l->port;
        listen_close(l);
        if (port)
            return refuse("[::1]", taken, err);
    }
    return err_set(err, ERR_BUSY, "no port is free on both 127.0.0.1 and ::1");
}

bool listen_open(struct listen *l, const char *host, unsigned port, struct err *err)
{
    union address a;
    *l = (struct listen){0};
    if (!host || !host[0] || strcmp(host, "localhost") == 0)
        return open_both(l, port, err);
    if (!parse(host, &a))
        return err_set(err, ERR_USAGE,
            "%s: the address to listen on is localhost or a number such as 192.0.2.1 or ::", host);
    return add(l, host, port) || refuse(host, port, err);
}
