/* SPDX-License-Identifier: MIT */
/*
 * Warm and on-demand throughput: two numbers each, for reads and for writes, of a table or an
 * index. Knows requests and units, neither the catalog's rows nor the store.
 */
#include "backend/embedded/throughput.h"

#include "backend/embedded/shape.h"

#include <inttypes.h>

#define INVALID "One or more parameter values were invalid: "

enum {
    ON_DEMAND_READ = 12000, /* what the service grants a table on demand at once */
    ON_DEMAND_WRITE = 4000,
    NO_LIMIT = -1, /* takes a limit away */
};

static const int64_t units_max = INT64_C(1000000000000);

static bool check_bound(const char *unit, int64_t value, struct str index, struct err *err)
{
    return value <= units_max ||
           err_invalid(err, "Given value %" PRId64 " for %s is out of bounds%s%.*s", value, unit,
               index.len ? " for index " : "", STR_ARG(index));
}

bool throughput_check_bounds(const struct catalog_units *units, struct str index, struct err *err)
{
    return check_bound("ReadCapacityUnits", units->read, index, err) &&
           check_bound("WriteCapacityUnits", units->write, index, err);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t throughput_warm_read(const struct catalog_units *units, bool on_demand)
{
    return larger(units->warm_read, on_demand ? ON_DEMAND_READ : units->read);
}

int64_t throughput_warm_write(const struct catalog_units *units, bool on_demand)
{
    return larger(units->warm_write, on_demand ? ON_DEMAND_WRITE : units->write);
}

void throughput_keep(struct catalog_units *units, bool on_demand)
{
    units->warm_read = throughput_warm_read(units, on_demand);
    units->warm_write = throughput_warm_write(units, on_demand);
}

/* ---- WarmThroughput ---- */

static bool refuse_warm(
    const struct throughput_owner *owner, const char *unit, const char *own, struct err *err)
{
    const char *than = !owner->is_new ? "current WarmThroughput, decreasing WarmThroughput is not "
                                        "supported"
                       : owner->on_demand
                           ? "initial throughput for OnDemand. See: "
                             "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
                             "on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
                           : NULL;
    return err_invalid(err, INVALID "Requested %s for WarmThroughput for %s%.*s is lower than %s%s",
        unit, owner->index.len ? "index " : "table", STR_ARG(owner->index), than ? than : own,
        than ? "" : " of ProvisionedThroughput");
}

static bool parse_warm(const struct throughput_owner *owner, const struct json *json,
    struct catalog_units *units, struct err *err)
{
    int64_t read = throughput_warm_read(units, owner->on_demand),
            write = throughput_warm_write(units, owner->on_demand);
    int64_t asked_read = shape_number(json, STR("ReadUnitsPerSecond"), read),
            asked_write = shape_number(json, STR("WriteUnitsPerSecond"), write);
    if (asked_read < read)
        return refuse_warm(owner, "ReadUnitsPerSecond", "ReadCapacityUnits", err);
    if (asked_write < write)
        return refuse_warm(owner, "WriteUnitsPerSecond", "WriteCapacityUnits", err);
    units->warm_read = asked_read;
    units->warm_write = asked_write;
    return true;
}

/* ---- OnDemandThroughput ---- */

static bool refuse_on_demand(const struct throughput_owner *owner, struct str unit, struct err *err)
{
    const char *of = owner->index.len ? " for index: " : "";
    return err_invalid(err,
        INVALID "%.*s for OnDemandThroughput%s%.*s cannot be specified when %s BillingMode is "
                "PROVISIONED%s",
        STR_ARG(unit), of, STR_ARG(owner->index), owner->is_new ? "table" : "the table",
        owner->is_new ? "." : "");
}

static bool parse_limit(const struct throughput_owner *owner, const struct json *json,
    struct str unit, int64_t *limit, struct err *err)
{
    int64_t asked = shape_number(json, unit, 0);
    if (!shape_get(json, unit))
        return true;
    if (!owner->on_demand)
        return refuse_on_demand(owner, unit, err);
    bool clears = asked == NO_LIMIT && !owner->is_new;
    if (asked < 1 && !clears)
        return err_invalid(err,
            INVALID "Requested %.*s for OnDemandThroughput for %s%.*s is outside of valid range",
            STR_ARG(unit), owner->index.len ? "index : " : "table", STR_ARG(owner->index));
    *limit = clears ? 0 : asked;
    return true;
}

bool throughput_parse(const struct throughput_owner *owner, const struct json *json,
    struct catalog_units *units, struct err *err)
{
    const struct json *most = shape_get(json, STR("OnDemandThroughput"));
    const struct json *warm = shape_get(json, STR("WarmThroughput"));
    return (!most ||
               (parse_limit(owner, most, STR("MaxReadRequestUnits"), &units->most_read, err) &&
                   parse_limit(
                       owner, most, STR("MaxWriteRequestUnits"), &units->most_write, err))) &&
           (!warm || parse_warm(owner, warm, units, err));
}
