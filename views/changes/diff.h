/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_DIFF_H
#define VIEWS_CHANGES_DIFF_H

#include "views/item/patch.h"

/*
 * What differs between two versions of an item, place by place: attributes, members of maps and
 * lists, members of sets. An item that was not there (type VALUE_NONE) differs in all attributes.
 */
enum diff_kind {
    DIFF_ADDED,
    DIFF_REMOVED,
    DIFF_CHANGED,
    DIFF_MEMBER_IN, /* of the set at the path */
    DIFF_MEMBER_OUT
};

struct diff {
    enum diff_kind kind;
    const struct patch_path *path;
    struct value old, new; /* VALUE_NONE where there is none */
};

#define DIFF_ARROW " → " /* between both sides of a change */

/* False ends the walk. */
typedef bool diff_see(void *context, const struct diff *diff);
/* False where `see` ended it. */
bool diff_walk(struct value old, struct value new, diff_see *see, void *context);

/* "amount  199 → 189", "tags  + gift", "note  - "call first"": without line feeds. Of a change each
 * side has about `most` bytes, cut with an ellipsis. Returns where its " → " begins in `out`, or 0
 * where it is no change. */
size_t diff_add(struct buf *out, const struct diff *diff, size_t most);
/* The same without a sign, where the whole item came or went: "amount  199". */
void diff_add_plain(struct buf *out, const struct diff *diff);

#endif
