/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_THREE_WAY_H
#define VIEWS_CHANGES_THREE_WAY_H

#include "backend/client.h"

/*
 * An item as it was loaded, as somebody else has made it since, and as it was to be: attribute by
 * attribute. What is nested is not merged inside: an attribute is theirs or yours as a whole.
 *
 *   changed by   nobody   them     you     both, to the same   both, differently
 *   proposal     no row   theirs   yours   theirs              none: to be chosen
 *
 * Where one of you deleted the item, it is theirs or yours as a whole.
 */
enum three_way_choice { THREE_WAY_OPEN, THREE_WAY_THEIRS, THREE_WAY_YOURS, THREE_WAY_OWN };

struct three_way_row {
    struct str name;
    struct value loaded, theirs, yours, own; /* VALUE_NONE: not there; own: chosen by hand */
    bool same;                               /* both changed it to the same */
    enum three_way_choice choice;
};

struct three_way {
    struct arena arena; /* owns all below */
    struct value loaded, theirs, yours;
    bool whole; /* one of them is no item: all rows have the same choice */
    struct three_way_row *rows;
    size_t count;
};

/* Copies the three; type VALUE_NONE = no item. */
void three_way_init(
    struct three_way *t, struct value loaded, struct value theirs, struct value yours);
void three_way_fini(struct three_way *t);

void three_way_choose(struct three_way *t, size_t row, enum three_way_choice choice);
void three_way_choose_all(struct three_way *t, enum three_way_choice choice);
/* Theirs, yours, theirs, …; a value chosen by hand is kept, and comes after yours. */
void three_way_toggle(struct three_way *t, size_t row);
/* A value that is neither; copied. */
void three_way_set(struct three_way *t, size_t row, struct value own);
/* How many rows are still to be chosen. */
size_t three_way_open(const struct three_way *t);
/* What is to be written, appended; *there is false where that is no item. Open rows are theirs. */
void three_way_merge(const struct three_way *t, struct buf *out, bool *there);

#endif
