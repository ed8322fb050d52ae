/* SPDX-License-Identifier: MIT */
/*
 * What of an UpdateTable can be refused without looking at the table: which parts go together, one
 * action for each index, a stream with its view. Does not touch the store.
 */
#include "backend/embedded/update_check.h"

#include "backend/embedded/shape.h"
#include "backend/embedded/table_parse.h"
#include "backend/embedded/throughput.h"

#define INVALID "One or more parameter values were invalid: "

static bool asks(const struct call *call, struct str name)
{
    return shape_get(call->body, name) != NULL;
}

/* What an update can be about. The first of those that stand alone is the one that is named. */
static const struct part {
    const char *name;
    const char *alone; /* NULL: goes together with others */
    bool with_indexes; /* except changes of indexes */
    bool with_billing;
} parts[] = {
    {"ReplicaUpdates", "Replica modification must be the only operation in the request", false,
        false},
    {"SSESpecification",
        "Server-Side Encryption modification must be the only operation in the request", false,
        false},
    {"TableClass", "TableClass modification must be the only operation in the request", false,
        false},
    {"DeletionProtectionEnabled",
        "DeletionProtection modification must be the only operation in the request", false, false},
    {"WarmThroughput", "WarmThroughput must be the only operation in the request", true, false},
    {"OnDemandThroughput",
        "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request", true,
        true},
    {"ProvisionedThroughput", NULL, true, true},
    {"BillingMode", NULL, true, true},
    {"StreamSpecification", NULL, true, true},
    {"GlobalSecondaryIndexUpdates", NULL, true, true},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static bool goes_with(const struct part *part, const struct part *other)
{
    return part == other ||
           (part->with_indexes &&
               str_equal(str_from(other->name), STR("GlobalSecondaryIndexUpdates"))) ||
           (part->with_billing && str_equal(str_from(other->name), STR("BillingMode")));
}

static bool check_alone(struct call *call, const struct part *part, struct err *err)
{
    for (size_t i = 0; part->alone && i < PARTS; i++)
        if (asks(call, str_from(parts[i].name)) && !goes_with(part, &parts[i]))
            return err_invalid(err, INVALID "%s", part->alone);
    return true;
}

/* An empty list of updates is nothing, but wrong with something else. */
static bool is_empty(const struct json *part)
{
    return !part || (part->type == JSON_ARRAY && part->count == 0);
}

static bool check_parts(struct call *call, struct err *err)
{
    bool something = false;
    for (size_t i = 0; i < PARTS; i++) {
        const struct json *part = shape_get(call->body, str_from(parts[i].name));
        something = something || !is_empty(part);
    }
    for (size_t i = 0; something && i < PARTS; i++)
        if (asks(call, str_from(parts[i].name)) && !check_alone(call, &parts[i], err))
            return false;
    return something ||
           err_invalid(err,
               "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
               "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
}

static const struct json *action_of(const struct json *update, struct str name, unsigned *actions)
{
    const struct json *action = shape_get(update, name);
    *actions += action != NULL;
    return action;
}

static bool check_index_update(const struct json *update, unsigned *online, struct err *err)
{
    unsigned actions = 0;
    *online += action_of(update, STR("Create"), &actions) != NULL;
    *online += action_of(update, STR("Delete"), &actions) != NULL;
    action_of(update, STR("Update"), &actions);
    if (actions == 0)
        return err_invalid(err,
            INVALID "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                    "GlobalSecondaryIndexUpdate.Delete must not be null");
    if (actions > 1)
        return err_invalid(err, INVALID "Only one global secondary index action is allowed per "
                                        "GlobalSecondaryIndexUpdate object");
    return true;
}

static struct str index_name_of(const struct json *update)
{
    for (const struct json *action = update->first; action; action = action->next)
        if (action->type == JSON_OBJECT)
            return shape_text(action, STR("IndexName"));
    return STR_NONE;
}

static bool check_index_updates(struct call *call, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("GlobalSecondaryIndexUpdates"));
    unsigned online = 0;
    if (!list)
        return true;
    if (list->count == 0)
        return err_invalid(err, INVALID "List of GlobalSecondaryIndexUpdates is empty");
    for (const struct json *a = list->first; a; a = a->next) {
        if (!check_index_update(a, &online, err))
            return false;
        for (const struct json *b = list->first; b != a; b = b->next)
            if (str_equal(index_name_of(a), index_name_of(b)))
                return err_invalid(err,
                    INVALID "Only one global secondary index update per index is allowed "
                            "simultaneously. Index: %.*s",
                    STR_ARG(index_name_of(a)));
    }
    if (online && asks(call, STR("WarmThroughput")))
        return err_invalid(err, INVALID "Create global secondary index cannot be specified when "
                                        "updating WarmThroughput");
    if (online && asks(call, STR("ProvisionedThroughput")) && !asks(call, STR("BillingMode")))
        return err_invalid(
            err, INVALID "You cannot create or delete index while updating table IOPS");
    return online <= 1 || err_refuse(err, "LimitExceededException",
                              "Subscriber limit exceeded: Only 1 online index can be created or "
                              "deleted simultaneously per table");
}

static bool check_stream(struct call *call, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("StreamSpecification"));
    bool enabled = shape_truth(json, STR("StreamEnabled"), false);
    bool view = shape_get(json, STR("StreamViewType")) != NULL;
    if (json && enabled && !view)
        return err_invalid(
            err, INVALID "If stream is being enabled then UpdateViewType is required");
    if (json && !enabled && view)
        return err_invalid(err, INVALID "If stream is being disabled, then UpdateViewType must "
                                        "not be specified");
    if (json && asks(call, STR("GlobalSecondaryIndexUpdates")))
        return err_invalid(err, INVALID "You cannot create or delete index while changing stream "
                                        "status");
    bool provisions = asks(call, STR("ProvisionedThroughput")) ||
                      str_equal(shape_text(call->body, STR("BillingMode")), STR("PROVISIONED"));
    if (json && provisions)
        return err_invalid(
            err, INVALID "You cannot modify stream status while updating table IOPS");
    return true;
}

static bool check_billing(struct call *call, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("ProvisionedThroughput"));
    struct catalog_units units = table_parse_units(json);
    if (!json && str_equal(shape_text(call->body, STR("BillingMode")), STR("PROVISIONED")))
        return err_invalid(err, INVALID "ProvisionedThroughput must be specified when BillingMode "
                                        "is PROVISIONED");
    return throughput_check_bounds(&units, STR_NONE, err);
}

static bool check_replicas(struct call *call, struct err *err)
{
    return !asks(call, STR("ReplicaUpdates")) ||
           err_invalid(err, "ReplicaUpdates is not supported by this store: it is in one place");
}

bool update_check(struct call *call, struct err *err)
{
    return check_parts(call, err) && check_replicas(call, err) && check_billing(call, err) &&
           check_index_updates(call, err) && check_stream(call, err);
}
