/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include "base/buf.h"

/*
 * The load: connections that are kept alive, one request in flight on each, answered as fast as the
 * server can. One thread and epoll; requests are prepared and patched in place, so that little of
 * what is measured is the client.
 */
struct load_server {
    char name[32];
    unsigned port;
    int pid; /* whose CPU time is counted; 0 = nobody's */
};

/* Writes the next request of a connection over the one before, which was prepared by the same
 * function. False = no more. */
typedef bool load_next(void *context, unsigned connection, struct buf *request);

struct load {
    load_next *next;
    void *context;
    unsigned connections; /* at most LOAD_CONNECTIONS */
    double seconds;       /* 0 = until there is no next */
    bool counts_items;    /* the answers say "Count": add it up */
};

enum { LOAD_CONNECTIONS = 64 };

struct load_result {
    double seconds, cpu; /* wall; the server's CPU time */
    uint64_t requests, items, errors;
    double p50_us, p99_us, worst_us;
    char error[200]; /* the first answer that was no 200 */
};

/* Ends the program where the server cannot be reached or does not speak HTTP. */
void load_run(const struct load_server *server, const struct load *load, struct load_result *out);
/* One request, its answer's status and body. */
int load_call(
    const struct load_server *server, const char *operation, struct str body, struct buf *answer);
/* A whole request: head and body. The same for all servers. */
void load_request(struct buf *out, const char *operation, struct str body);
/* False where nobody listens there. */
bool load_connect(unsigned port, int *fd);

double load_now(void);
double load_cpu_of(int pid);
/* Says why and ends the program. */
_Noreturn void load_give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
