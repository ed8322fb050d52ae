/* SPDX-License-Identifier: MIT */
/*
 * Carrying a change out: what becomes of it where answers are lost, and where it is larger than one
 * request can guard. Must not know how a request is made.
 *
 *   before ─▶ 100 attributes changed ─▶ 200 … ─▶ after
 *      ◀──────────── taken back ────────┘ where a step is refused
 */
#include "views/changes/change.h"

#include "base/mem.h"

#include <stdlib.h>

/* ---- lost answers ---- */

enum { CHANGE_TRIES = 4, CHANGE_READ_MS = 10000 };

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
static bool change_see_agreed(void *context, struct str name, struct value one, struct value other)
{
    struct value *now = context;
    (void)other;
    return change_same(one, change_attribute(*now, name));
}

static bool change_agrees(struct value now, struct value one, struct value other)
{
    return change_each(one, other, change_see_agreed, &now);
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

enum change_state change_look(struct client *client, struct arena *arena,
    const struct client_table *table, struct value before, struct value after, struct err *err)
{
    struct client reader = *client;
    struct value now, key;
    struct err wrong = ERR_INIT;
    if (!reader.limits.deadline_ns)
        reader.limits.deadline_ns = clock_tick_ns() + CHANGE_READ_MS * INT64_C(1000000);
    struct buf bytes = {0};
    client_key_of(table, after.type == VALUE_NONE ? before : after, &bytes);
    key = value_of(buf_str(&bytes));
    bool read = client_get(&reader, arena, table->name, key, &now, &wrong);
    buf_fini(&bytes);
    if (read)
        return change_compare(now, before, after);
    err_set(err, ERR_UNKNOWN,
        "it may or may not have been applied: no answer came, and reading it back failed: %s",
        wrong.text);
    return CHANGE_UNREAD;
}

/* After an answer that leaves it open. True: it is settled, *ok says how; false: send again. */
static bool change_settle(struct client *client, struct arena *arena,
    const struct client_table *table, struct value before, struct value after, bool *ok,
    struct err *err)
{
    *ok = false;
    switch (change_look(client, arena, table, before, after, err)) {
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

static bool change_once(struct client *client, struct arena *arena,
    const struct client_table *table, struct value before, struct value after, struct err *err)
{
    struct change change;
    bool ok = false, doubt = false;
    if (!change_build(arena, table, before, after, &change, err))
        return false;
    for (int tries = 0; tries < CHANGE_TRIES; tries++) {
        *err = ERR_INIT;
        if (change_send(client, table->name, &change, err))
            return true;
        doubt = doubt || err->code == ERR_UNKNOWN;
        if (!doubt || change_settle(client, arena, table, before, after, &ok, err))
            return ok;
    }
    return err_set(err, ERR_UNREACHABLE,
        "the endpoint does not answer: the item was read back and is as it was");
}

/* Step by step; `at` is how far it came. */
static bool change_walk(struct client *client, const struct client_table *table, struct buf *at,
    struct value after, struct err *err)
{
    struct buf next = {0};
    struct arena arena = {0};
    bool ok = true;
    while (ok && change_next(table, value_of(buf_str(at)), after, &next)) {
        ok = change_once(
            client, &arena, table, value_of(buf_str(at)), value_of(buf_str(&next)), err);
        if (ok) {
            buf_clear(at);
            buf_add(at, buf_str(&next));
        }
        buf_clear(&next);
        arena_reset(&arena);
    }
    ok = ok && change_once(client, &arena, table, value_of(buf_str(at)), after, err);
    buf_fini(&next);
    arena_fini(&arena);
    return ok;
}

static bool change_in_steps(struct client *client, const struct client_table *table,
    struct value before, struct value after, struct err *err)
{
    struct buf at = {0};
    struct err *back = mem_new(struct err);
    buf_add(&at, before.encoded);
    bool ok = change_walk(client, table, &at, after, err);
    if (!ok && !value_equal(value_of(buf_str(&at)), before)) {
        *back = ERR_INIT;
        struct client again = *client;
        again.limits.cancel = NULL; /* half of an edit is nobody's wish */
        again.limits.deadline_ns = clock_tick_ns() + CHANGE_READ_MS * INT64_C(1000000);
        if (change_walk(&again, table, &at, before, back))
            err_context(err, "the attributes that were written before are taken back");
        else
            err_context(err,
                "a part of the attributes was written and could not be taken back (%.300s); then",
                back->text);
    }
    free(back);
    buf_fini(&at);
    return ok;
}

bool change_carry_out(struct client *client, struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct err *err)
{
    bool large = before.type != VALUE_NONE && change_count(before, after) > CHANGE_GUARDS;
    if (large && after.type != VALUE_NONE && !change_same_key(table, before, after))
        return err_set(err, ERR_DATA, "the key of an item cannot change");
    return large ? change_in_steps(client, table, before, after, err)
                 : change_once(client, arena, table, before, after, err);
}

bool change_conflict(const struct err *err)
{
    return err->code == ERR_REFUSED && strcmp(err->name, "ConditionalCheckFailedException") == 0;
}
