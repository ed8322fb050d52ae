/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SCREENS_SAMPLE_H
#define TESTS_SCREENS_SAMPLE_H

#include "backend/backend.h"

/* The tables that all screen tests look at, always the same, in an open store. */
bool sample_fill(struct backend *backend, struct err *err);

#endif
