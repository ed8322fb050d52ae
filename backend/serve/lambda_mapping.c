/* SPDX-License-Identifier: MIT */
/*
 * Event source mappings, as Lambda's callers make, read, change and remove them. They are at work
 * as soon as they are put, so a state of passage (Creating, Updating, Deleting) is what the answer
 * to the change says and nothing else: the next answer says Enabled or Disabled. Who runs them is
 * triggers.h's matter.
 */
#include "backend/serve/lambda.h"
#include "backend/triggers/member.h"
#include "backend/triggers/runner.h"
#include "backend/triggers/status.h"

enum { PAGE = 100 };

/* ---- answers ---- */

/* What its runner said last, if one ever ran it. */
static struct str last_result(struct face_call *call, const struct mapping *mapping)
{
    struct status status;
    struct err ignored = ERR_INIT;
    bool found = false;
    struct str folder = arena_printf(&call->arena, "%s/mappings/%.*s",
        registry_folder(call->offer->registry), STR_ARG(mapping->uuid));
    if (!status_read(folder.at, &call->arena, &status, &found, &ignored) || !found ||
        !status.last_result.len)
        return STR("No records processed");
    return status.last_result;
}

static bool answer_mapping(struct face_call *call, const struct mapping *mapping, struct str state)
{
    mapping_write(mapping, call->region, state, last_result(call, mapping), &call->reply->body);
    return true;
}

static struct str state_of(const struct mapping *mapping)
{
    return mapping->enabled ? STR("Enabled") : STR("Disabled");
}

/* ---- finding ---- */

static bool find(struct face_call *call, struct mapping *out, struct err *err)
{
    bool found;
    struct str uuid = call->parts[0];
    if (!registry_mapping(call->offer->registry, &call->arena, uuid, out, &found, err))
        return false;
    return found || err_refuse(err, "ResourceNotFoundException",
                        "The resource you requested does not exist. (event source mapping %.*s)",
                        STR_ARG(str_take(uuid, 64)));
}

/* The stream has to be there; whatever its state, as in the service. */
static bool check_stream(struct face_call *call, struct str arn, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    buf_add_byte(&body, '{');
    face_put_text(&body, "StreamArn", arn);
    face_put_number(&body, "Limit", 1);
    buf_add_byte(&body, '}');
    struct ddb_call describe = {
        .operation = STR("DescribeStream"), .body = buf_str(&body), .region = call->region};
    bool ok = backend_call(call->offer->backend, &describe, &reply, err);
    if (ok && reply.status != 200)
        ok = err_refuse(err, "InvalidParameterValueException", "Stream not found: %.*s",
            STR_ARG(str_take(arn, 1024)));
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

/* ---- changing ---- */

/* LATEST is now, before the answer: what the caller writes next is delivered. */
static bool create(struct face_call *call, struct mapping *mapping, struct err *err)
{
    struct function function;
    struct registry *registry = call->offer->registry;
    return lambda_find(call, mapping->function, &function, err) &&
           registry_put_mapping(registry, &call->arena, mapping, true, err) &&
           runner_fix_start(call->offer->backend, registry, mapping, call->offer->clock, err);
}

bool lambda_create_mapping(struct face_call *call, struct err *err)
{
    struct mapping mapping;
    mapping_init(&mapping);
    if (!mapping_read(&call->arena, call->body, &mapping, err))
        return false;
    mapping.uuid = STR_NONE; /* ours to give */
    mapping.created_ms = mapping.modified_ms = 0;
    if (!check_stream(call, mapping.source, err))
        return false;
    offer_lock(call->offer);
    bool ok = create(call, &mapping, err);
    offer_unlock_changed(call->offer);
    call->reply->status = 202;
    return ok && answer_mapping(call, &mapping, STR("Creating"));
}

static struct str passage(bool before, bool after)
{
    return before == after ? STR("Updating") : after ? STR("Enabling") : STR("Disabling");
}

static bool update(
    struct face_call *call, struct mapping *mapping, bool *enabled_before, struct err *err)
{
    struct function function;
    if (!find(call, mapping, err))
        return false;
    *enabled_before = mapping->enabled;
    return (!call->body || mapping_read(&call->arena, call->body, mapping, err)) &&
           lambda_find(call, mapping->function, &function, err) &&
           registry_put_mapping(call->offer->registry, &call->arena, mapping, false, err);
}

bool lambda_update_mapping(struct face_call *call, struct err *err)
{
    struct mapping mapping;
    bool before = false;
    offer_lock(call->offer);
    bool ok = update(call, &mapping, &before, err);
    offer_unlock_changed(call->offer);
    call->reply->status = 202;
    return ok && answer_mapping(call, &mapping, passage(before, mapping.enabled));
}

bool lambda_delete_mapping(struct face_call *call, struct err *err)
{
    struct mapping mapping;
    bool found;
    offer_lock(call->offer);
    bool ok = find(call, &mapping, err);
    if (ok) {
        answer_mapping(call, &mapping, STR("Deleting"));
        ok = registry_remove_mapping(call->offer->registry, mapping.uuid, &found, err);
    }
    offer_unlock_changed(call->offer);
    call->reply->status = 202;
    return ok;
}

/* ---- reading ---- */

bool lambda_get_mapping(struct face_call *call, struct err *err)
{
    struct mapping mapping;
    return find(call, &mapping, err) && answer_mapping(call, &mapping, state_of(&mapping));
}

struct wanted {
    struct str function, source; /* empty = any */
    struct str behind;           /* a UUID: the page begins behind it */
    int64_t most;
};

static bool read_wanted(struct face_call *call, struct wanted *w, struct err *err)
{
    struct str function = face_query(call, "FunctionName");
    *w = (struct wanted){
        .source = face_query(call, "EventSourceArn"), .behind = face_query(call, "Marker")};
    return (!function.len || function_name_of(function, &w->function, err)) &&
           face_limit(call, "MaxItems", PAGE, PAGE, &w->most, err);
}

static bool is_wanted(const struct wanted *w, const struct mapping *mapping)
{
    return (!w->function.len || str_equal(w->function, mapping->function)) &&
           (!w->source.len || str_equal(w->source, mapping->source));
}

/* The place behind the marker; one that is gone ends the list. */
static size_t first_of(const struct registry_mappings *all, struct str behind)
{
    size_t i = 0;
    if (!behind.len)
        return 0;
    while (i < all->count && !str_equal(all->items[i].uuid, behind))
        i++;
    return i < all->count ? i + 1 : i;
}

bool lambda_list_mappings(struct face_call *call, struct err *err)
{
    struct registry_mappings all;
    struct wanted w;
    struct buf *out = &call->reply->body;
    struct str last = STR_NONE;
    int64_t count = 0;
    if (!read_wanted(call, &w, err) ||
        !registry_mappings(call->offer->registry, &call->arena, &all, NULL, err))
        return false;
    buf_add(out, STR("{\"EventSourceMappings\":["));
    size_t i = first_of(&all, w.behind);
    for (; i < all.count; i++) {
        if (!is_wanted(&w, &all.items[i]))
            continue;
        if (count++ == w.most)
            break;
        json_put_comma(out);
        answer_mapping(call, &all.items[i], state_of(&all.items[i]));
        last = all.items[i].uuid;
    }
    buf_add_byte(out, ']');
    if (i < all.count)
        face_put_text(out, "NextMarker", last);
    buf_add_byte(out, '}');
    return true;
}
