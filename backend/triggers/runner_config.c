/* SPDX-License-Identifier: MIT */
/*
 * What a runner is told to do: its mapping and the mapping's function, read again when anything in
 * the registry has changed. Takes effect while nothing is in flight, so that what is being invoked
 * ends under the rules it began with.
 */
#include "backend/triggers/runner_impl.h"

#include "backend/triggers/event.h"

struct delivery_rules delivery_rules_of(const struct mapping *mapping, size_t envelope)
{
    return (struct delivery_rules){.batch_size = mapping->batch_size ? mapping->batch_size : 1,
        .factor = mapping->factor,
        .retries = mapping->retries,
        .window_ms = (int64_t)mapping->window_s * 1000,
        .age_ms = mapping->age_s < 0 ? -1 : (int64_t)mapping->age_s * 1000,
        .tumbling_ms = (int64_t)mapping->tumbling_s * 1000,
        .bisect = mapping->bisect,
        .report = mapping->report,
        .envelope = envelope};
}

static void judge_function(struct runner *r)
{
    bool trusted = r->have_function && !r->function.untrusted;
    atomic_store(&r->untrusted, r->have_function && !trusted);
    if (!r->have_function)
        runner_note(r, RUNNER_NOTE_CONFIG,
            "the function %.*s is not there: add it again, or remove this trigger",
            STR_ARG(r->mapping.function));
    else if (!trusted)
        runner_note(r, RUNNER_NOTE_CONFIG,
            "the function %.*s was not put here by this user: look at it, then trust it",
            STR_ARG(r->mapping.function));
    else
        runner_note_clear(r, RUNNER_NOTE_CONFIG);
}

/* A mapping that was changed begins anew from what is kept; one that was disabled has its figures
 * told first. */
static void judge_mapping(struct runner *r)
{
    struct buf row = {0};
    mapping_write_row(&r->mapping, &row);
    if (r->follow && r->mapping.enabled && !str_equal(buf_str(&row), buf_str(&r->row)))
        runner_shard_end(r);
    buf_fini(&r->row);
    r->row = row;
}

bool runner_config_load(struct runner *r, struct err *err)
{
    struct registry *registry = r->options.registry;
    uint64_t version = registry_version(registry);
    arena_reset(&r->arena);
    r->have_function = false;
    r->status_due = true;
    if (!registry_mapping(
            registry, &r->arena, buf_str(&r->uuid), &r->mapping, &r->have_mapping, err))
        return false;
    if (!r->have_mapping)
        return true;
    if (!registry_function(
            registry, &r->arena, r->mapping.function, &r->function, &r->have_function, err))
        return false;
    buf_clear(&r->function_folder);
    if (r->have_function &&
        !registry_function_folder(registry, r->function.name, &r->function_folder, err))
        return false;
    judge_function(r);
    judge_mapping(r);
    r->version = version;
    r->stale = false;
    return true;
}
