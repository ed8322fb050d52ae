/* SPDX-License-Identifier: MIT */
/*
 * Mappings in the registry: a folder each, named by its UUID, with mapping.json. What else is in
 * the folder is the runner's.
 */
#include "backend/triggers/member.h"
#include "backend/triggers/registry_impl.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- reading ---- */

static bool read_mapping(int kind, const char *uuid, struct arena *arena, struct mapping *out,
    bool *found, struct err *err)
{
    const struct json *json;
    *found = false;
    if (!member_is_uuid(str_from(uuid)))
        return err_set(err, ERR_DATA, "no mapping may have this name");
    if (!registry_read(kind, uuid, "mapping.json", arena, &json, err))
        return false;
    if (!json)
        return true;
    mapping_init(out);
    if (!mapping_read(arena, json, out, err))
        return false;
    if (!str_equal(out->uuid, str_from(uuid)))
        return err_set(err, ERR_DATA, "mapping.json is of another mapping");
    *found = true;
    return true;
}

bool registry_mapping(struct registry *r, struct arena *arena, struct str uuid, struct mapping *out,
    bool *found, struct err *err)
{
    char own[MEMBER_UUID + 1];
    int kind;
    *found = false;
    if (!member_is_uuid(uuid))
        return true;
    if (!registry_open_kind(r, "mappings", &kind, err))
        return false;
    snprintf(own, sizeof own, "%.*s", STR_ARG(uuid));
    bool ok = read_mapping(kind, own, arena, out, found, err);
    folder_close(kind);
    return ok;
}

static bool see_mapping(struct registry_list *list, const char *name, struct err *err)
{
    struct registry_mappings *out = list->out;
    struct mapping mapping;
    bool found;
    if (!read_mapping(list->fd, name, list->arena, &mapping, &found, err))
        return false;
    if (!found)
        return true;
    if ((out->count & (out->count - 1)) == 0) {
        struct mapping *more = arena_array(list->arena, struct mapping, out->count * 2 + 1);
        memcpy(more, out->items, out->count * sizeof *more);
        out->items = more;
    }
    out->items[out->count++] = mapping;
    return true;
}

static int compare_mappings(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return str_compare(x->uuid, y->uuid);
}

bool registry_mappings(struct registry *r, struct arena *arena, struct registry_mappings *out,
    struct buf *complaint, struct err *err)
{
    *out = (struct registry_mappings){.items = arena_array(arena, struct mapping, 1)};
    struct registry_list list = {.registry = r,
        .arena = arena,
        .complaint = complaint,
        .kind = "mappings",
        .see = see_mapping,
        .out = out};
    if (!registry_walk(&list, err))
        return false;
    qsort(out->items, out->count, sizeof *out->items, compare_mappings);
    return true;
}

/* ---- changing ---- */

/* Function and stream are a pair once. */
static bool check_pair(struct registry *r, const struct mapping *mapping, struct err *err)
{
    struct arena arena = {0};
    struct registry_mappings all;
    bool ok = registry_mappings(r, &arena, &all, NULL, err);
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct mapping *other = &all.items[i];
        if (str_equal(other->function, mapping->function) &&
            str_equal(other->source, mapping->source) && !str_equal(other->uuid, mapping->uuid))
            ok = err_refuse(err, "ResourceConflictException",
                "The event source arn (\" %.*s \") and function (\" %.*s \") provided mapping "
                "already exists. Please update or delete the existing mapping with UUID %.*s",
                STR_ARG(mapping->source), STR_ARG(mapping->function), STR_ARG(other->uuid));
    }
    arena_fini(&arena);
    return ok;
}

static bool check_there(struct registry *r, const struct mapping *mapping, struct err *err)
{
    struct arena arena = {0};
    struct mapping there;
    bool found;
    bool ok = registry_mapping(r, &arena, mapping->uuid, &there, &found, err);
    arena_fini(&arena);
    return ok && (found || err_refuse(err, "ResourceNotFoundException",
                               "The resource you requested does not exist."));
}

static void stamp(struct registry *r, struct arena *arena, struct mapping *mapping, bool fresh)
{
    char uuid[MEMBER_UUID + 1];
    mapping->modified_ms = clock_now_ms(r->clock);
    if (!fresh)
        return;
    member_uuid(uuid);
    mapping->uuid = arena_dup(arena, str_from(uuid));
    mapping->created_ms = mapping->modified_ms;
}

bool registry_put_mapping(
    struct registry *r, struct arena *arena, struct mapping *mapping, bool fresh, struct err *err)
{
    struct registry_change change;
    struct buf row = {0};
    if (!registry_begin(r, &change, err))
        return false;
    stamp(r, arena, mapping, fresh);
    mapping_write_row(mapping, &row);
    bool ok = (fresh || check_there(r, mapping, err)) && check_pair(r, mapping, err) &&
              registry_write(
                  change.folder, "mappings", mapping->uuid, "mapping.json", buf_str(&row), err);
    buf_fini(&row);
    registry_end(&change, ok);
    return ok;
}

bool registry_remove_mapping(struct registry *r, struct str uuid, bool *found, struct err *err)
{
    *found = false;
    return !member_is_uuid(uuid) || registry_remove(r, "mappings", uuid, found, err);
}
