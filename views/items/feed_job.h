/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_FEED_JOB_H
#define VIEWS_ITEMS_FEED_JOB_H

#include "views/items/feed.h"

/* The feed's other half: what reads pages on the worker's thread. Private to feed.c. */

/* One page, one block of memory: the struct, its values, their bytes. */
struct feed_page {
    struct feed_place place; /* where it begins */
    struct str last;         /* LastEvaluatedKey; empty: the segment ends with this page */
    size_t count, bytes;
    int64_t scanned;
    struct value *items;
};

enum feed_job_kind {
    FEED_JOB_OPEN,     /* forward from the beginning */
    FEED_JOB_NEXT,     /* forward from `from` */
    FEED_JOB_PREVIOUS, /* what stands before the page that begins at `front` */
    FEED_JOB_LAST,
    FEED_JOB_REFRESH, /* forward from `from`, `rows` of them */
    FEED_JOB_FIND,    /* forward from `from` to the first page with a match */
};

enum {
    FEED_JOB_PAGES_MAX = 64,
    FEED_JOB_BACK_MAX = 3, /* pages that a way back brings at once */
    FEED_JOB_STARTS_MAX = 2 * FEED_TRAIL_MAX,
};

struct feed_job {
    struct worker_job job;
    struct feed *feed; /* NULL: nobody waits for it any more */
    struct browse *browse;
    enum feed_job_kind kind;
    struct arena arena; /* owns the places and the needle */
    int64_t limit;
    int64_t stride;       /* what a filtered read has grown to; 0 = as `limit` says */
    struct budget budget; /* what the action may consume, and has so far; limit 0 = no budget */
    int64_t budget_from;  /* what it had before */
    int64_t started_ns;
    _Atomic int64_t scanned, matched, requests; /* so far: looked at while it runs */
    uint64_t back; /* PREVIOUS where places are opaque: pages from `from` to the front */
    struct feed_place from, front;
    struct value first; /* PREVIOUS on a Query: the place of the front page's first item */
    size_t known_count; /* PREVIOUS on a Scan: identities of the front page's items */
    uint64_t *known;
    size_t rows; /* REFRESH */
    bool (*match)(struct value item, struct str needle);
    struct str needle;

    /* results */
    bool ok, at_home, lost;
    size_t found; /* FIND: the row in the page */
    struct feed_page *pages[FEED_JOB_PAGES_MAX];
    size_t page_count;
    struct feed_place *starts; /* of pages that were read and dropped, in order */
    size_t start_count;
    struct err err;
};

struct feed_job *feed_job_new(enum feed_job_kind kind, struct browse *browse, int64_t limit);
void feed_job_free(struct feed_job *job);
struct feed_place feed_job_keep(struct feed_job *job, struct feed_place place);
/* The worker's entry. */
void feed_job_run(struct worker_job *job, struct backend *backend);

#endif
