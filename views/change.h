/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGE_H
#define VIEWS_CHANGE_H

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
 * who change the same one are told.
 */
enum change_kind { CHANGE_NOTHING, CHANGE_PUT, CHANGE_UPDATE, CHANGE_DELETE };

struct change {
    enum change_kind kind;
    struct value key, item; /* item: for CHANGE_PUT */
    struct str update;
    struct client_condition condition;
};

/* Everything that is made lives in the arena; `before` and `after` are borrowed (type VALUE_NONE =
 * no item). False with ERR_DATA where a key attribute is missing or differs. */
bool change_build(struct arena *arena, const struct client_table *table, struct value before,
    struct value after, struct change *out, struct err *err);
bool change_send(struct client *client, struct arena *arena, struct str table,
    const struct change *change, struct err *err);
/*
 * Builds and sends. Where the answer is lost, the item is read back: it is as it was to be (true),
 * or as it was (the same guarded request is sent again), or neither. False with ERR_UNKNOWN where
 * it cannot be told whether the change was made.
 */
bool change_carry_out(struct client *client, struct arena *arena, const struct client_table *table,
    struct value before, struct value after, struct err *err);
/* Whether the error says that the item is not as it was loaded. */
bool change_conflict(const struct err *err);
/* Whether the items' keys are equal. */
bool change_same_key(const struct client_table *table, struct value a, struct value b);

#endif
