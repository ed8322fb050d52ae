/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_SAVED_H
#define VIEWS_PLACES_SAVED_H

#include "views/places/places.h"

/*
 * Queries, items and other places that bear a name, of one connection, kept between runs. A name
 * stands for one thing of a table. Zeroed memory is an empty list that is kept nowhere.
 */
struct saved_one {
    struct buf name;
    struct place place;
};
enum { SAVED_MAX = 1000, SAVED_NAME_MAX = 64 /* bytes */ };
struct saved {
    struct saved_one *list; /* in the order in which they came */
    size_t count;
    const struct memory *memory;
};

/* Reads what others have saved meanwhile, too. */
void saved_read(struct saved *saved, const struct memory *memory);
void saved_fini(struct saved *saved);
/* Whether it can be a name; the error says what cannot. */
bool saved_name_check(struct str name, struct err *err);
const struct saved_one *saved_find(const struct saved *saved, struct str table, struct str name);
/* In place of what bore the name before; the place is copied. Each of these is on disk when it
 * returns true, and loses nothing that another explorer saved. */
bool saved_put(struct saved *saved, struct str name, const struct place *place, struct err *err);
bool saved_remove(struct saved *saved, struct str table, struct str name, struct err *err);
/* An error where the new name is taken. */
bool saved_rename(
    struct saved *saved, struct str table, struct str name, struct str new_name, struct err *err);

#endif
