/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_FEED_H
#define VIEWS_ITEMS_FEED_H

#include "backend/worker.h"
#include "views/items/browse.h"
#include "views/items/feed_trail.h"

/*
 * A window that slides over a reading of any size: some pages around the cursor are loaded, the
 * rest is found again by key when it is wanted. Memory does not depend on the size of the table,
 * and no snapshot is held between two reads.
 *
 *        trail (sparse page starts)       window                 unread
 *   |· · · · · · · · · · · · · · · ·|page|page|page|page|- - - - - - - - - - - -|
 *    home                             row 0        rows-1                     end
 *
 * Everything here runs on the UI thread; reading is done by jobs of the worker.
 */
enum feed_event {
    FEED_OPENED,    /* new rows from the first item on: the cursor belongs on row 0 */
    FEED_ENDED,     /* the last rows: the cursor belongs on the last one */
    FEED_MOVED,     /* what was row r is row r + moved */
    FEED_REFRESHED, /* the same place read again: find the cursor's row by its identity */
    FEED_FOUND,     /* the row sought by feed_find() is row `moved` */
    FEED_NOT_FOUND, /* read to the end without finding it */
    FEED_FAILED,    /* see feed_error() */
};

struct feed_page;
struct feed_job;

enum {
    FEED_PAGES_MAX = 12,          /* of the window, but for what the screen shows at once */
    FEED_BYTES_MAX = 1024 * 1024, /* likewise */
};

struct feed {
    struct worker *worker;
    void *context;
    void (*changed)(void *context, enum feed_event event, int64_t moved);

    struct browse *browse;
    int64_t limit; /* items a page */
    int64_t
        first; /* items of the first page: what the screen shows, and not to need more at once */
    struct feed_page **pages;
    size_t page_count, page_room, rows, bytes;
    size_t look_top, look_rows; /* rows that were looked at last: these stay */
    uint64_t version;           /* changes with the window */
    struct feed_trail trail;    /* of pages that left the window at its front */
    bool from_home, from_end;   /* which of the next two are known */
    int64_t before, after;      /* rows outside the window */
    bool home_known;            /* the front page is the first */
    struct feed_job *job;       /* in flight, or NULL */
    bool stale;                 /* a refresh was asked for while it was */
    bool stopping;              /* it is to end where it is */
    int64_t spent;              /* by this action, in thousandths of capacity units */
    int64_t stride;             /* what filtered reads have grown to; 0 = not */
    struct feed_reads {
        int64_t scanned, matched, requests;
        int64_t units; /* thousandths of capacity units; 0 where nobody said */
        int64_t ns;    /* of all jobs */
    } reads;           /* since it was opened, by jobs that have ended; what is read again
                           is not scanned again */
    struct err err;    /* of the last read that failed */
};

void feed_init(struct feed *p, struct worker *worker, void *context,
    void (*changed)(void *context, enum feed_event event, int64_t moved));
void feed_fini(struct feed *p);

/* Forgets what is loaded and reads the first page; `view_rows` is the height of the screen's part.
 * A reference to `browse` is taken. */
void feed_open(struct feed *p, struct browse *browse, size_t view_rows);
/* The same from another place on (its bytes are copied): FEED_REFRESHED comes. */
void feed_open_at(struct feed *p, struct browse *browse, size_t view_rows, struct feed_place place);
/* Where the page begins that a row is on. */
struct feed_place feed_place_of(const struct feed *p, size_t row);
/* Forgets all, the browse too. */
void feed_close(struct feed *p);
void feed_home(struct feed *p);
/* The last rows: backwards on a Query; on a Scan by the last of so many segments that one holds
 * about a page. */
void feed_end(struct feed *p);
/* Reads the window's place again: now, or when the read that runs has ended. */
void feed_refresh(struct feed *p);
/* Says which rows are looked at, so that the pages next to them are read before they are needed. */
void feed_look(struct feed *p, size_t top, size_t view_rows);
/* Reads one page more at this end, because someone wants to go there: `top` is where they will be.
 */
void feed_reach(struct feed *p, size_t top, size_t view_rows, bool below);
/* Reads on at the window's end if that fits without forgetting its front: so that a filter has more
 * to show. */
void feed_fill(struct feed *p);
/* Reads on, from the window's end, to the next item for which `match` (on the worker's thread) is
 * true. `needle` is copied. */
void feed_find(
    struct feed *p, bool (*match)(struct value item, struct str needle), struct str needle);
/* Whether this action has consumed the connection's budget: nothing is read on by itself then, and
 * reaching on does nothing before feed_allow(). */
bool feed_spent(const struct feed *p);
/* Someone wants more: a new action begins. Opening, both ends, a refresh and finding are new ones
 * by themselves. */
void feed_allow(struct feed *p);
/* Stops the running read; returns whether there was one. A filtered one keeps how far it came: who
 * moves on later goes on from there. */
bool feed_cancel(struct feed *p);

/* What was read since it was opened, the read that runs included. */
struct feed_reads feed_reads(const struct feed *p);

struct value feed_item(const struct feed *p, size_t row);
/* The items of the nth page of the window, for those who look at all of them; NULL past the last.
 */
const struct value *feed_page_items(const struct feed *p, size_t nth, size_t *count);
bool feed_at_home(const struct feed *p);
bool feed_at_end(const struct feed *p);
/* Whether rows are on their way at this end of the window. */
bool feed_reading(const struct feed *p);
/* Whether a read is under way without which nothing sensible can be shown. */
bool feed_jumping(const struct feed *p);

#endif
