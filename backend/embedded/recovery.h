/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_RECOVERY_H
#define BACKEND_EMBEDDED_RECOVERY_H

#include "backend/embedded/engine.h"

/* Point-in-time recovery: since when a table can be restored, ms. */
enum { RECOVERY_DAYS_MAX = 35 };
int64_t recovery_earliest(const struct engine *engine, const struct catalog_table *table);

#endif
