/* SPDX-License-Identifier: MIT */
/*
 * From two versions of an item to the request that turns the one into the other, guarded by
 * conditions on what was loaded. Must not know who edits, nor how.
 *
 * An expression holds at most 4 KB and 300 operators, so a request changes and guards at most
 * CHANGE_GUARDS attributes: change_next() says how far one goes.
 */
#include "views/changes/change.h"

#include "backend/json_out.h"
#include "base/mem.h"
#include "views/item/attributes.h"

#include <stdio.h>
#include <stdlib.h>

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
    for (uint32_t i = 0; value_next(&walk, &name, &v); i++) {
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
    change_name(d, number, name);
    change_guard(d, number, old);
    if (new.type == VALUE_NONE) {
        buf_printf(&d->remove, "%s#%u", d->remove.len ? ", " : " REMOVE ", number);
    } else {
        buf_printf(&d->set, "%s#%u = :n%u", d->set.len ? ", " : "SET ", number, number);
        change_value(d, 'n', number, new);
    }
}

bool change_each(struct value before, struct value after, change_see *see, void *context)
{
    struct value other, none = {0};
    struct attributes old = attributes_of(before), new = attributes_of(after);
    for (; old.there; attributes_next(&old)) {
        bool has = attributes_seek(&new, old.name, &other);
        if (!(has && value_equal(old.value, other)) && !see(context, old.name, old.value, other))
            return false;
    }
    old = attributes_of(before);
    for (new = attributes_of(after); new.there; attributes_next(&new))
        if (!attributes_seek(&old, new.name, &other) && !see(context, new.name, none, new.value))
            return false;
    return true;
}

static bool change_see_difference(
    void *context, struct str name, struct value old, struct value new)
{
    change_add_difference(context, name, old, new);
    return true;
}

/* Attributes that are only added say nothing of the item, and an update of none makes a new one. */
static void change_guard_item(struct change_draft *d, const struct client_table *table)
{
    if (d->olds || !d->count)
        return;
    change_name(d, d->count, table->keys[0].name);
    buf_printf(&d->condition, " AND attribute_exists(#%u)", d->count);
}

static void change_build_update(struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct change *out)
{
    struct change_draft d;
    change_draft_init(&d);
    change_each(before, after, change_see_difference, &d);
    if (d.count) {
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
    uint32_t count = had ? change_count(before, after) : 0;
    if (count > CHANGE_GUARDS)
        return err_set(err, ERR_DATA, "%u attributes are more than one request can guard: %d",
            count, CHANGE_GUARDS);
    if (!had)
        change_build_put(arena, table, after, out);
    else if (!has)
        change_build_delete(arena, before, out);
    else
        change_build_update(arena, table, before, after, out);
    return true;
}

/* ---- requests ---- */

static void change_add_text(struct buf *out, struct str name, struct str text)
{
    if (!text.len)
        return;
    json_put_name(out, name);
    json_put_string(out, text);
}

static void change_add_item(struct buf *out, struct str name, struct value item)
{
    if (item.type == VALUE_NONE)
        return;
    json_put_name(out, name);
    json_out_typed_item(out, item);
}

/* {"#0":"amount"}: names are plain texts, not attribute values. */
static void change_add_names(struct buf *out, struct value names)
{
    struct value_walk walk = value_walk(names);
    struct str name;
    struct value v;
    if (names.type == VALUE_NONE)
        return;
    json_put_name(out, STR("ExpressionAttributeNames"));
    buf_add_byte(out, '{');
    while (value_next(&walk, &name, &v))
        change_add_text(out, name, v.data);
    buf_add_byte(out, '}');
}

struct str change_operation(const struct change *change)
{
    static const char *const names[] = {[CHANGE_NOTHING] = "",
        [CHANGE_PUT] = "PutItem",
        [CHANGE_UPDATE] = "UpdateItem",
        [CHANGE_DELETE] = "DeleteItem"};
    return str_from(names[change->kind]);
}

void change_body(struct buf *out, struct str table, const struct change *change)
{
    bool put = change->kind == CHANGE_PUT;
    buf_add_byte(out, '{');
    change_add_text(out, STR("TableName"), table);
    change_add_item(out, put ? STR("Item") : STR("Key"), put ? change->item : change->key);
    change_add_text(out, STR("UpdateExpression"), change->update);
    change_add_text(out, STR("ConditionExpression"), change->condition.expression);
    change_add_names(out, change->condition.names);
    change_add_item(out, STR("ExpressionAttributeValues"), change->condition.values);
    buf_add_byte(out, '}');
}

bool change_send(
    struct client *client, struct str table, const struct change *change, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    if (change->kind == CHANGE_NOTHING)
        return true;
    change_body(&body, table, change);
    bool ok = client_call(client, change_operation(change), buf_str(&body), &reply, err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

/* ---- steps ---- */

static bool change_see_count(void *context, struct str name, struct value old, struct value new)
{
    (void)name;
    (void)old;
    (void)new;
    return ++*(uint32_t *)context > 0;
}

uint32_t change_count(struct value before, struct value after)
{
    uint32_t count = 0;
    change_each(before, after, change_see_count, &count);
    return count;
}

struct change_part {
    struct value_open map;
    struct buf *out;
    uint32_t left; /* differences that are still to be taken over */
};

static void change_part_add(struct change_part *p, struct str name, struct value v)
{
    value_member(&p->map, p->out, name);
    value_put(p->out, v);
}

/* `before` with the first differences to `after` in it. */
static void change_half(struct buf *out, struct value before, struct value after)
{
    struct err err = ERR_INIT;
    struct change_part p = {.map = value_open(out, VALUE_M), .out = out, .left = CHANGE_GUARDS};
    struct attributes old = attributes_of(before), new = attributes_of(after);
    struct value other;
    for (; old.there; attributes_next(&old)) {
        bool has = attributes_seek(&new, old.name, &other);
        bool differs = !has || !value_equal(old.value, other);
        if (!differs || !p.left)
            change_part_add(&p, old.name, old.value);
        else if (has)
            change_part_add(&p, old.name, other);
        p.left -= differs && p.left;
    }
    old = attributes_of(before);
    for (new = attributes_of(after); p.left &&new.there; attributes_next(&new))
        if (!attributes_seek(&old, new.name, &other)) {
            change_part_add(&p, new.name, new.value);
            p.left--;
        }
    value_close(&p.map, out, &err);
}

bool change_next(
    const struct client_table *table, struct value at, struct value after, struct buf *next)
{
    if (at.type == VALUE_NONE || change_count(at, after) <= CHANGE_GUARDS)
        return false;
    struct buf key = {0};
    if (after.type == VALUE_NONE && !client_key_of(table, at, &key))
        return false;
    change_half(next, at, after.type == VALUE_NONE ? value_of(buf_str(&key)) : after);
    buf_fini(&key);
    return true;
}

static bool change_see_partial(void *context, struct str name, struct value old, struct value new)
{
    struct change_part *parts = context;
    if (old.type != VALUE_NONE)
        change_part_add(&parts[0], name, old);
    if (new.type != VALUE_NONE)
        change_part_add(&parts[1], name, new);
    return true;
}

void change_reduce(const struct client_table *table, struct value before, struct value after,
    struct buf *less_before, struct buf *less_after)
{
    struct err err = ERR_INIT;
    struct change_part parts[] = {{.map = value_open(less_before, VALUE_M), .out = less_before},
        {.map = value_open(less_after, VALUE_M), .out = less_after}};
    struct value v;
    for (uint32_t i = 0; i < 2 * table->key_count; i++)
        if (value_find(before, table->keys[i / 2].name, &v))
            change_part_add(&parts[i % 2], table->keys[i / 2].name, v);
    change_each(before, after, change_see_partial, parts);
    value_close(&parts[0].map, less_before, &err);
    value_close(&parts[1].map, less_after, &err);
}
