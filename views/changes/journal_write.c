/* SPDX-License-Identifier: MIT */
/*
 * An entry's parts as requests, on the worker's thread. Must not know where entries come from.
 *
 *   together   one TransactWriteItems; where no answer comes, the same token again: the service
 *              answers what it did, or does it; at last the items are read back
 *   else       each part by itself: a refused one does not stop the others. In a store a hundred at
 *              a time, for one wait for the disk, where none of them is refused
 */
#include "views/changes/journal_impl.h"

#include "backend/json.h"
#include "base/mem.h"

#include <stdlib.h>

enum { JOURNAL_TRIES = 4 };

static enum journal_outcome journal_outcome_of(const struct err *err)
{
    if (change_conflict(err))
        return JOURNAL_CONFLICT;
    return err->code == ERR_UNKNOWN ? JOURNAL_UNKNOWN : JOURNAL_NOT_WRITTEN;
}

/* ---- together ---- */

/* Parts of an entry that are written at once. */
struct journal_group {
    struct journal_part *parts;
    size_t count;
    struct str token;
};

static bool journal_body(
    struct arena *arena, const struct journal_group *group, struct buf *body, struct err *err)
{
    struct change change;
    buf_add(body, STR("{\"TransactItems\":["));
    for (size_t i = 0; i < group->count; i++) {
        const struct journal_part *part = &group->parts[i];
        if (!change_build(arena, part->table, part->before, part->after, &change, err))
            return false;
        struct str operation = change_operation(&change); /* "UpdateItem" */
        buf_printf(body, "%s{\"%.*s\":", i ? "," : "", (int)(operation.len - strlen("Item")),
            operation.at);
        change_body(body, part->table->name, &change);
        buf_add_byte(body, '}');
    }
    buf_printf(body, "],\"ClientRequestToken\":\"%.*s\"}", STR_ARG(str_take(group->token, 36)));
    return true;
}

/* Which parts it was that the transaction failed for. */
static void journal_take_reasons(
    const struct journal_group *group, struct arena *arena, const struct ddb_reply *reply)
{
    struct err ignored = ERR_INIT;
    const struct json *answer = json_parse(arena, buf_str(&reply->body), &ignored);
    const struct json *reasons = json_get(answer, STR("CancellationReasons"));
    const struct json *reason = json_is(reasons, JSON_ARRAY) ? reasons->first : NULL;
    for (size_t i = 0; reason && i < group->count; i++, reason = reason->next) {
        const struct json *code = json_get(reason, STR("Code"));
        if (json_is(code, JSON_STRING) && str_equal(code->text, STR("ConditionalCheckFailed")))
            group->parts[i].outcome = JOURNAL_CONFLICT;
    }
}

static void journal_set_outcomes(const struct journal_group *group, enum journal_outcome outcome)
{
    for (size_t i = 0; i < group->count; i++)
        group->parts[i].outcome = outcome;
}

/* No answer came: all parts are as they were to be, or all as they were, or nobody knows. */
static bool journal_read_back(
    struct client *client, struct arena *arena, const struct journal_group *group, struct err *err)
{
    size_t made = 0, unmade = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct journal_part *part = &group->parts[i];
        enum change_state state =
            change_look(client, arena, part->table, part->before, part->after, err);
        made += state == CHANGE_MADE;
        unmade += state == CHANGE_NOT_MADE;
    }
    if (made == group->count) {
        journal_set_outcomes(group, JOURNAL_WRITTEN);
        return true;
    }
    journal_set_outcomes(group, unmade == group->count ? JOURNAL_NOT_WRITTEN : JOURNAL_UNKNOWN);
    if (unmade == group->count)
        return err_set(err, ERR_UNREACHABLE,
            "the endpoint does not answer: the items were read back and are as they were");
    return err_set(err, ERR_UNKNOWN,
        "no answer came, and of %zu items %zu are as they were to be: look at them", group->count,
        made);
}

static bool journal_final(const struct err *err)
{
    return err->code == ERR_REFUSED && strcmp(err->name, "TransactionInProgressException") != 0;
}

static bool journal_transact(
    struct client *client, struct arena *arena, const struct journal_group *group, struct err *err)
{
    struct buf body = {0};
    bool ok = false, doubt = false;
    if (group->count > JOURNAL_TOGETHER_MAX)
        return err_set(err, ERR_DATA, "a transaction takes %d items at most, these are %zu",
            JOURNAL_TOGETHER_MAX, group->count);
    ok = journal_body(arena, group, &body, err);
    for (int tries = 0; ok && tries < JOURNAL_TRIES; tries++) {
        struct ddb_reply reply = {0};
        *err = ERR_INIT;
        ok = client_call(client, STR("TransactWriteItems"), buf_str(&body), &reply, err);
        if (!ok && err->code == ERR_REFUSED)
            journal_take_reasons(group, arena, &reply);
        ddb_reply_fini(&reply);
        doubt = doubt || err->code == ERR_UNKNOWN;
        if (ok || !doubt || journal_final(err))
            break;
        ok = tries + 1 < JOURNAL_TRIES;
    }
    if (ok)
        journal_set_outcomes(group, JOURNAL_WRITTEN);
    else if (doubt && !journal_final(err))
        ok = journal_read_back(client, arena, group, err);
    buf_fini(&body);
    return ok;
}

/* ---- one by one ---- */

/* Whether the next part would end in the same way. */
static bool journal_stops(const struct err *err)
{
    return err->code != ERR_NONE && err->code != ERR_REFUSED && err->code != ERR_DATA;
}

static bool journal_each(
    struct client *client, struct arena *arena, const struct journal_group *group, struct err *err)
{
    bool all = true;
    struct err *wrong = mem_new(struct err);
    for (size_t i = 0; i < group->count; i++) {
        struct journal_part *part = &group->parts[i];
        *wrong = ERR_INIT;
        if (change_carry_out(client, arena, part->table, part->before, part->after, wrong)) {
            part->outcome = JOURNAL_WRITTEN;
        } else {
            part->outcome = journal_outcome_of(wrong);
            if (all)
                *err = *wrong;
            all = false;
            if (journal_stops(wrong))
                break;
        }
        arena_reset(arena);
    }
    free(wrong);
    return all;
}

/* The first error counts. */
static bool journal_one_by_one(
    struct client *client, struct arena *arena, struct journal_entry *entry, struct err *err)
{
    bool local = !backend_is_remote(client->backend), all = true;
    struct err *wrong = mem_new(struct err);
    for (size_t at = 0; at < entry->count; at += JOURNAL_TOGETHER_MAX) {
        struct journal_group group = {.parts = entry->parts + at,
            .count =
                entry->count - at < JOURNAL_TOGETHER_MAX ? entry->count - at : JOURNAL_TOGETHER_MAX,
            .token = arena_printf(arena, "%.*s-%zu", STR_ARG(str_take(entry->id, 24)), at)};
        *wrong = ERR_INIT;
        bool ok = local && group.count > 1 && journal_transact(client, arena, &group, wrong);
        if (!ok && !journal_stops(wrong)) {
            *wrong = ERR_INIT;
            journal_set_outcomes(&group, JOURNAL_NOT_WRITTEN);
            ok = journal_each(client, arena, &group, wrong);
        }
        arena_reset(arena);
        if (!ok && all)
            *err = *wrong;
        all = all && ok;
        if (!ok && journal_stops(wrong))
            break;
    }
    free(wrong);
    return all;
}

bool journal_carry_out(
    struct client *client, struct arena *arena, struct journal_entry *entry, struct err *err)
{
    struct journal_group all = {.parts = entry->parts, .count = entry->count, .token = entry->id};
    return entry->together ? journal_transact(client, arena, &all, err)
                           : journal_one_by_one(client, arena, entry, err);
}
