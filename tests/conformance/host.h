/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CONFORMANCE_HOST_H
#define TESTS_CONFORMANCE_HOST_H

#include "backend/backend.h"

/*
 * A server over a store of its own, on a free port: the program itself as a process, or the same
 * server in this process, where the clock can be the test's.
 */
struct host;

/* `binary serve folder`; ready when this returns. */
struct host *host_start(const char *binary, const char *folder, struct err *err);
/* Serves `backend`, which is borrowed, from a thread. */
struct host *host_serve(struct backend *backend, struct err *err);
/* "http://127.0.0.1:PORT" */
const char *host_url(const struct host *host);
/* Asks it to end and waits; false where it did not end well. */
bool host_stop(struct host *host, struct err *err);

#endif
