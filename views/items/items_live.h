/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_ITEMS_LIVE_H
#define VIEWS_ITEMS_ITEMS_LIVE_H

#include "base/buf.h"
#include "views/items/browse.h"
#include "views/stream/tail.h"

/*
 * What the stream of the table that is browsed tells about the rows on the screen, as it comes:
 * which of them changed and to what, which have gone, how many are new. No reading of the table is
 * needed for it, so it works at once, and for changes that anybody makes.
 *
 *   record of an item in the window    MODIFY, INSERT: its row shows the new version and flashes
 *                                      REMOVE: its row is dim until the window is read again
 *   any other INSERT                   counted; flashes when a reading brings it into the window
 *
 * Where the stream keeps no new versions, rows flash when they are read again.
 */
enum { ITEMS_LIVE_FLASH_MS = 1200, ITEMS_LIVE_MARKS_MAX = 2048 };

struct items_mark {
    uint64_t identity; /* 0 = a free place */
    unsigned flags;    /* of enum grid_row_flag; 0 = nothing to see any more */
    int64_t until_ms;  /* the flash ends; 0 = it has not begun, for what is not in the window */
    struct buf before, now; /* encoded items; empty = not known */
};

struct items_live {
    struct app *app;
    void *context;
    /* Rows look different, or are to be read again. */
    void (*changed)(void *context);
    /* The item of the window with this identity; false where there is none. */
    bool (*holds)(void *context, uint64_t identity, struct value *item);
    /* This version of an item will be shown: it may have attributes that none had. */
    void (*shows)(void *context, struct value item);
    struct tail tail;
    bool on;    /* the tail is there */
    bool whole; /* new versions may stand in place of what was read */
    bool query; /* what is new may belong elsewhere */
    struct items_mark *marks;
    size_t mark_count;
    uint64_t fresh;   /* items that are new and not in the window, since it was read */
    bool stale;       /* a reading would show something that is not shown */
    int64_t stale_ms; /* since when */
    int flash_timer, poll_timer;
};

/* The caller sets the three callbacks. */
void items_live_init(struct items_live *l, struct app *app, void *context);
void items_live_fini(struct items_live *l);
/* Follows the stream of what is browsed, if it has one and the user wants it; from now on. NULL
 * stops. */
void items_live_browse(struct items_live *l, const struct browse *browse);
/* The table was written: looks at once. */
void items_live_written(struct items_live *l);
/* Ends the flashes that are over; without a loop nobody else does. */
void items_live_settle(struct items_live *l);
/* Whether rows are kept up to date without being read again. */
bool items_live_knows(const struct items_live *l);
/* Whether it is time to read the window again: what has gone was seen to go, or it never ends. */
bool items_live_ripe(const struct items_live *l);
/* The window was read again: what was told before is in it. */
void items_live_read(struct items_live *l);
/* The row's mark, or NULL. */
const struct items_mark *items_live_mark(const struct items_live *l, uint64_t identity);
/* What it looks like now: enum grid_row_flag. */
unsigned items_live_flags(const struct items_live *l, const struct items_mark *mark);

#endif
