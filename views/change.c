/* SPDX-License-Identifier: MIT */
/*
 * From two versions of an item to the request that turns the one into the other, guarded by
 * conditions on what was loaded. Must not know who edits, nor how.
 *
 * An expression holds at most 4 KB and 300 operators, so at most CHANGE_GUARDS attributes are
 * guarded or updated one by one; an edit of more attributes than that is written as a whole item,
 * guarded by as many of them.
 */
#include "views/change.h"

#include <stdio.h>

enum { CHANGE_GUARDS = 100 };

/* The parts of a request as they grow. */
struct change_draft {
    struct buf set, remove, condition, names, values;
    struct value_open names_map, values_map;
    uint32_t count, olds; /* differences, and guards that need the item there */
};

static void change_draft_init(struct change_draft *d)
{
    *d = (struct change_draft){0};
    d->names_map = value_open(&d->names, VALUE_M);
    d->values_map = value_open(&d->values, VALUE_M);
}

static void change_draft_fini(struct change_draft *d)
{
    buf_fini(&d->set);
    buf_fini(&d->remove);
    buf_fini(&d->condition);
    buf_fini(&d->names);
    buf_fini(&d->values);
}

static void change_name(struct change_draft *d, uint32_t number, struct str name)
{
    char placeholder[16];
    snprintf(placeholder, sizeof placeholder, "#%u", number);
    value_member(&d->names_map, &d->names, str_from(placeholder));
    value_put_string(&d->names, name);
}

static void change_value(struct change_draft *d, char kind, uint32_t number, struct value v)
{
    char placeholder[16];
    snprintf(placeholder, sizeof placeholder, ":%c%u", kind, number);
    value_member(&d->values_map, &d->values, str_from(placeholder));
    value_put(&d->values, v);
}

/* That the attribute is as it was: type VALUE_NONE = it was not there. */
static void change_guard(struct change_draft *d, uint32_t number, struct value old)
{
    if (d->condition.len)
        buf_add(&d->condition, STR(" AND "));
    if (old.type == VALUE_NONE) {
        buf_printf(&d->condition, "attribute_not_exists(#%u)", number);
    } else {
        buf_printf(&d->condition, "#%u = :o%u", number, number);
        change_value(d, 'o', number, old);
        d->olds++;
    }
}

static struct value change_finish_map(
    struct arena *arena, struct value_open *map, struct buf *bytes, struct err *err)
{
    if (map->count == 0 || !value_close(map, bytes, err))
        return (struct value){0};
    return value_of(arena_dup(arena, buf_str(bytes)));
}

static void change_finish(struct arena *arena, struct change_draft *d, struct change *out)
{
    struct err err = ERR_INIT;
    out->condition.expression = arena_dup(arena, buf_str(&d->condition));
    out->condition.names = change_finish_map(arena, &d->names_map, &d->names, &err);
    out->condition.values = change_finish_map(arena, &d->values_map, &d->values, &err);
}

bool change_same_key(const struct client_table *table, struct value a, struct value b)
{
    for (uint32_t i = 0; i < table->key_count; i++) {
        struct value x, y;
        if (!value_find(a, table->keys[i].name, &x) || !value_find(b, table->keys[i].name, &y) ||
            !value_equal(x, y))
            return false;
    }
    return true;
}

static bool change_key(struct arena *arena, const struct client_table *table, struct value item,
    struct value *key, struct err *err)
{
    for (uint32_t i = 0; i < table->key_count; i++) {
        struct value v;
        const struct client_key *k = &table->keys[i];
        if (!value_find(item, k->name, &v))
            return err_set(err, ERR_DATA, "the key attribute %.*s is missing", STR_ARG(k->name));
        if (v.type != k->type)
            return err_set(err, ERR_DATA, "the key attribute %.*s must be of type %s, not %s",
                STR_ARG(k->name), value_type_name(k->type), value_type_name(v.type));
    }
    struct buf bytes = {0};
    bool ok = client_key_of(table, item, &bytes);
    *key = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return ok || err_set(err, ERR_DATA, "the item has no complete key");
}

/* ---- the three requests ---- */

static void change_build_put(
    struct arena *arena, const struct client_table *table, struct value after, struct change *out)
{
    struct change_draft d;
    change_draft_init(&d);
    out->kind = CHANGE_PUT;
    out->item = after;
    change_name(&d, 0, table->keys[0].name);
    change_guard(&d, 0, (struct value){0});
    change_finish(arena, &d, out);
    change_draft_fini(&d);
}

static void change_build_delete(struct arena *arena, struct value before, struct change *out)
{
    struct change_draft d;
    change_draft_init(&d);
    out->kind = CHANGE_DELETE;
    struct value_walk walk = value_walk(before);
    struct str name;
    struct value v;
    for (uint32_t i = 0; i < CHANGE_GUARDS && value_next(&walk, &name, &v); i++) {
        change_name(&d, i, name);
        change_guard(&d, i, v);
    }
    change_finish(arena, &d, out);
    change_draft_fini(&d);
}

static void change_add_difference(
    struct change_draft *d, struct str name, struct value old, struct value new)
{
    uint32_t number = d->count++;
    if (number >= CHANGE_GUARDS)
        return;
    change_name(d, number, name);
    change_guard(d, number, old);
    if (new.type == VALUE_NONE) {
        buf_printf(&d->remove, "%s#%u", d->remove.len ? ", " : " REMOVE ", number);
    } else {
        buf_printf(&d->set, "%s#%u = :n%u", d->set.len ? ", " : "SET ", number, number);
        change_value(d, 'n', number, new);
    }
}

static void change_differences(struct change_draft *d, struct value before, struct value after)
{
    struct str name;
    struct value old, new;
    struct value_walk walk = value_walk(before);
    while (value_next(&walk, &name, &old)) {
        if (!value_find(after, name, &new))
            change_add_difference(d, name, old, (struct value){0});
        else if (!value_equal(old, new))
            change_add_difference(d, name, old, new);
    }
    walk = value_walk(after);
    while (value_next(&walk, &name, &new))
        if (!value_find(before, name, &old))
            change_add_difference(d, name, (struct value){0}, new);
}

/* Attributes that are only added say nothing of the item, and an update of none makes a new one. */
static void change_guard_item(struct change_draft *d, const struct client_table *table)
{
    if (d->olds || !d->count)
        return;
    change_name(d, CHANGE_GUARDS, table->keys[0].name);
    buf_printf(&d->condition, " AND attribute_exists(#%d)", CHANGE_GUARDS);
}

/* A whole item in place of many updates: the guards of the differences, without the new values. */
static void change_build_replace(
    struct arena *arena, struct value before, struct value after, struct change *out)
{
    change_build_delete(arena, before, out);
    out->kind = CHANGE_PUT;
    out->item = after;
}

static void change_build_update(struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct change *out)
{
    struct change_draft d;
    change_draft_init(&d);
    change_differences(&d, before, after);
    if (d.count > CHANGE_GUARDS) {
        change_build_replace(arena, before, after, out);
    } else if (d.count) {
        out->kind = CHANGE_UPDATE;
        change_guard_item(&d, table);
        buf_add(&d.set, buf_str(&d.remove));
        out->update = str_trim(arena_dup(arena, buf_str(&d.set)));
        change_finish(arena, &d, out);
    }
    change_draft_fini(&d);
}

bool change_build(struct arena *arena, const struct client_table *table, struct value before,
    struct value after, struct change *out, struct err *err)
{
    *out = (struct change){0};
    bool had = before.type != VALUE_NONE, has = after.type != VALUE_NONE;
    if (!had && !has)
        return true;
    if (!change_key(arena, table, has ? after : before, &out->key, err))
        return false;
    if (had && has && !change_same_key(table, before, after))
        return err_set(err, ERR_DATA, "the key of an item cannot change");
    if (!had)
        change_build_put(arena, table, after, out);
    else if (!has)
        change_build_delete(arena, before, out);
    else
        change_build_update(arena, table, before, after, out);
    return true;
}

bool change_send(struct client *client, struct arena *arena, struct str table,
    const struct change *change, struct err *err)
{
    struct value written;
    switch (change->kind) {
    case CHANGE_PUT:
        return client_put(client, table, change->item, &change->condition, err);
    case CHANGE_DELETE:
        return client_delete(client, table, change->key, &change->condition, err);
    case CHANGE_UPDATE:
        return client_update(
            client, arena, table, change->key, change->update, &change->condition, &written, err);
    case CHANGE_NOTHING:
        break;
    }
    return true;
}

/* ---- lost answers ---- */

enum { CHANGE_TRIES = 4, CHANGE_READ_MS = 10000 };

enum change_state { CHANGE_MADE, CHANGE_NOT_MADE, CHANGE_NEITHER, CHANGE_UNREAD };

static struct value change_attribute(struct value item, struct str name)
{
    struct value v = {0};
    return item.type != VALUE_NONE && value_find(item, name, &v) ? v : (struct value){0};
}

static bool change_same(struct value a, struct value b)
{
    return a.type == VALUE_NONE || b.type == VALUE_NONE ? a.type == b.type : value_equal(a, b);
}

/* Whether those attributes of `now` that `one` and `other` differ in are as in `one`. */
static bool change_agrees(struct value now, struct value one, struct value other)
{
    struct value sides[] = {one, other};
    for (int i = 0; i < 2; i++) {
        struct value_walk walk = value_walk(sides[i]);
        struct str name;
        struct value v;
        while (value_next(&walk, &name, &v)) {
            struct value wanted = change_attribute(one, name);
            if (!change_same(wanted, change_attribute(other, name)) &&
                !change_same(wanted, change_attribute(now, name)))
                return false;
        }
    }
    return true;
}

/* An item that comes or goes is compared as a whole, one that changes by what changes. */
static enum change_state change_compare(struct value now, struct value before, struct value after)
{
    bool both = before.type != VALUE_NONE && after.type != VALUE_NONE;
    bool there = now.type != VALUE_NONE;
    if (both ? there && change_agrees(now, after, before) : change_same(now, after))
        return CHANGE_MADE;
    if (both ? there && change_agrees(now, before, after) : change_same(now, before))
        return CHANGE_NOT_MADE;
    return CHANGE_NEITHER;
}

/* Err stays where the item could be read. */
static enum change_state change_read_back(struct client *client, struct arena *arena,
    const struct client_table *table, const struct change *change, struct value before,
    struct value after, struct err *err)
{
    struct client reader = *client;
    struct value now;
    struct err wrong = ERR_INIT;
    if (!reader.limits.deadline_ns)
        reader.limits.deadline_ns = clock_tick_ns() + CHANGE_READ_MS * INT64_C(1000000);
    if (client_get(&reader, arena, table->name, change->key, &now, &wrong))
        return change_compare(now, before, after);
    err_set(err, ERR_UNKNOWN,
        "it may or may not have been applied: no answer came, and reading it back failed: %s",
        wrong.text);
    return CHANGE_UNREAD;
}

/* After an answer that leaves it open. True: it is settled, *ok says how; false: send again. */
static bool change_settle(struct client *client, struct arena *arena,
    const struct client_table *table, const struct change *change, struct value before,
    struct value after, bool *ok, struct err *err)
{
    *ok = false;
    switch (change_read_back(client, arena, table, change, before, after, err)) {
    case CHANGE_MADE:
        *ok = true;
        return true;
    case CHANGE_NOT_MADE:
        return err->code != ERR_UNKNOWN && err->code != ERR_UNREACHABLE && err->code != ERR_BUSY;
    case CHANGE_NEITHER:
        err_set(err, ERR_UNKNOWN,
            "no answer came, and the item has been changed by somebody else since: look at it");
        return true;
    case CHANGE_UNREAD:
        break;
    }
    return true;
}

bool change_carry_out(struct client *client, struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct err *err)
{
    struct change change;
    bool ok = false, doubt = false;
    if (!change_build(arena, table, before, after, &change, err))
        return false;
    for (int tries = 0; tries < CHANGE_TRIES; tries++) {
        *err = ERR_INIT;
        if (change_send(client, arena, table->name, &change, err))
            return true;
        doubt = doubt || err->code == ERR_UNKNOWN;
        if (!doubt || change_settle(client, arena, table, &change, before, after, &ok, err))
            return ok;
    }
    return err_set(err, ERR_UNREACHABLE,
        "the endpoint does not answer: the item was read back and is as it was");
}

bool change_conflict(const struct err *err)
{
    return err->code == ERR_REFUSED && strcmp(err->name, "ConditionalCheckFailedException") == 0;
}
