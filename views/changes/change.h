/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_CHANGE_H
#define VIEWS_CHANGES_CHANGE_H

#include "backend/client.h"

/*
 * One change of one item, from what was loaded to what it is to be, as one guarded request:
 *
 *   before  after
 *   none    item    PutItem, if there is no such item
 *   item    none    DeleteItem, if it is still as it was loaded
 *   item    item    UpdateItem of the attributes that differ, if those are as they were loaded
 *
 * So two people who change different attributes of one item do not lose each other's work, and two
 * who change the same one are told. Every attribute that is changed or deleted is guarded. Where
 * more than CHANGE_GUARDS are, which is more than one request can guard, it goes in steps.
 */
enum { CHANGE_GUARDS = 100 };
enum change_kind { CHANGE_NOTHING, CHANGE_PUT, CHANGE_UPDATE, CHANGE_DELETE };

struct change {
    enum change_kind kind;
    struct value key, item; /* item: for CHANGE_PUT */
    struct str update;
    struct client_condition condition;
};

/* Everything that is made lives in the arena; `before` and `after` are borrowed (type VALUE_NONE =
 * no item). False with ERR_DATA where a key attribute is missing or differs, or where it is too
 * large for one request. */
bool change_build(struct arena *arena, const struct client_table *table, struct value before,
    struct value after, struct change *out, struct err *err);
/* "UpdateItem", and its body as it is sent. */
struct str change_operation(const struct change *change);
void change_body(struct buf *out, struct str table, const struct change *change);
bool change_send(
    struct client *client, struct str table, const struct change *change, struct err *err);
/* The attributes that differ, those of `before` first. False where `see` ended it. */
typedef bool change_see(void *context, struct str name, struct value old, struct value new);
bool change_each(struct value before, struct value after, change_see *see, void *context);
/* How many attributes differ (type VALUE_NONE = no item). */
uint32_t change_count(struct value before, struct value after);
/* What to write next on the way from `at` to `after`, appended: false where one request does it. */
bool change_next(
    const struct client_table *table, struct value at, struct value after, struct buf *next);
/* Appends both versions with nothing but their keys and what differs: all that a request is made
 * of. */
void change_reduce(const struct client_table *table, struct value before, struct value after,
    struct buf *less_before, struct buf *less_after);
/*
 * Builds and sends. Where the answer is lost, the item is read back: it is as it was to be (true),
 * or as it was (the same guarded request is sent again), or neither. False with ERR_UNKNOWN where
 * it cannot be told whether the change was made. In steps: where one is refused, those before it
 * are taken back.
 */
bool change_carry_out(struct client *client, struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct err *err);
/* Reads the item and says how it is; err stays where it could be read. */
enum change_state { CHANGE_MADE, CHANGE_NOT_MADE, CHANGE_NEITHER, CHANGE_UNREAD };
enum change_state change_look(struct client *client, struct arena *arena,
    const struct client_table *table, struct value before, struct value after, struct err *err);
/* Whether the error says that the item is not as it was loaded. */
bool change_conflict(const struct err *err);
/* Whether the items' keys are equal. */
bool change_same_key(const struct client_table *table, struct value a, struct value b);

#endif
