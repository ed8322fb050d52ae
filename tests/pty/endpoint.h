/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PTY_ENDPOINT_H
#define TESTS_PTY_ENDPOINT_H

#include <sys/types.h>

/* `dynascope serve STORE` beside a test. */
struct endpoint {
    pid_t pid;
    int port;
    char url[64];
};

/* On this port, 0 = a free one; ready when this returns. */
void endpoint_start(struct endpoint *e, const char *program, const char *store, int port);
void endpoint_stop(struct endpoint *e);

#endif
