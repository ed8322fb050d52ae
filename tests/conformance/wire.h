/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CONFORMANCE_WIRE_H
#define TESTS_CONFORMANCE_WIRE_H

#include "backend/backend.h"

/*
 * A backend over HTTP for tests: one connection, one call after the other, none sent twice. What
 * clients rely on is checked in every answer: status, content type, length, request id, checksum;
 * an answer that breaks the protocol is no answer, and the err says what is wrong with it.
 * `url`: "http://127.0.0.1:8000".
 */
struct backend *wire_open(const char *url, struct err *err);

#endif
