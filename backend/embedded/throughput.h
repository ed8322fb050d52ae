/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_THROUGHPUT_H
#define BACKEND_EMBEDDED_THROUGHPUT_H

#include "backend/embedded/catalog.h"
#include "backend/json.h"
#include "base/err.h"

/*
 * What tables and indexes have beside provisioned units: WarmThroughput, which is kept ready and
 * never shrinks, and OnDemandThroughput, the most that an on-demand table takes. Nothing here is
 * throttled; the settings are checked, remembered and described as the service does.
 */
struct throughput_owner {
    struct str index; /* empty: the table itself */
    bool on_demand;   /* the table's billing mode */
    bool is_new;      /* created by this request */
};

/* Refuses more provisioned units than there can be. */
bool throughput_check_bounds(const struct catalog_units *units, struct str index, struct err *err);
/* WarmThroughput and OnDemandThroughput of a request (or of an index in it) into `units`, which
 * hold the provisioned ones already. */
bool throughput_parse(const struct throughput_owner *owner, const struct json *json,
    struct catalog_units *units, struct err *err);

/* What is warm: what was asked for, or what was ever granted. */
int64_t throughput_warm_read(const struct catalog_units *units, bool on_demand);
int64_t throughput_warm_write(const struct catalog_units *units, bool on_demand);
/* Remembers what is warm, before the units or the billing mode change. */
void throughput_keep(struct catalog_units *units, bool on_demand);

#endif
