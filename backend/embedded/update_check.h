/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_UPDATE_CHECK_H
#define BACKEND_EMBEDDED_UPDATE_CHECK_H

#include "backend/embedded/engine.h"

/* Whether an UpdateTable asks for something, and for things that go together. */
bool update_check(struct call *call, struct err *err);

#endif
