/* SPDX-License-Identifier: MIT */
/*
 * The window itself: which pages are loaded, when to read on or back, what to forget. The reading
 * is feed_job.c's. Must not know columns, filters or the screen: it is told which rows are looked
 * at and tells which rows it has.
 */
#include "views/items/feed.h"

#include "base/mem.h"
#include "views/items/feed_job.h"

#include <stdlib.h>

enum {
    FEED_PAGE_BYTES = 64 * 1024, /* what a page should be worth */
    FEED_PAGE_ROWS = 200,
};

void feed_init(struct feed *p, struct worker *worker, void *context,
    void (*changed)(void *context, enum feed_event event, int64_t moved))
{
    *p = (struct feed){.worker = worker, .context = context, .changed = changed, .err = ERR_INIT};
}

/* ---- the window ---- */

static void feed_drop_page(struct feed *p, size_t at)
{
    struct feed_page *page = p->pages[at];
    p->version++;
    p->rows -= page->count;
    p->bytes -= page->bytes;
    free(page);
    memmove(&p->pages[at], &p->pages[at + 1], (p->page_count - at - 1) * sizeof *p->pages);
    p->page_count--;
}

static void feed_clear_window(struct feed *p)
{
    while (p->page_count)
        feed_drop_page(p, p->page_count - 1);
}

static void feed_insert(struct feed *p, size_t at, struct feed_page *page)
{
    if (p->page_count == p->page_room) {
        p->page_room = p->page_room ? 2 * p->page_room : 2 * FEED_PAGES_MAX;
        p->pages = mem_grow(p->pages, p->page_room * sizeof *p->pages);
    }
    memmove(&p->pages[at + 1], &p->pages[at], (p->page_count - at) * sizeof *p->pages);
    p->pages[at] = page;
    p->version++;
    p->page_count++;
    p->rows += page->count;
    p->bytes += page->bytes;
}

static void feed_drop_front(struct feed *p)
{
    size_t count = p->pages[0]->count;
    feed_trail_push(&p->trail, p->pages[0]->place);
    p->before += (int64_t)count;
    p->look_top = p->look_top > count ? p->look_top - count : 0;
    p->home_known = false;
    feed_drop_page(p, 0);
}

static void feed_drop_back(struct feed *p)
{
    p->after += (int64_t)p->pages[p->page_count - 1]->count;
    feed_drop_page(p, p->page_count - 1);
}

/* What passes a filter may be a row a page: so many of them hold what a few others do. */
static size_t feed_pages_max(const struct feed *p)
{
    size_t rows = p->browse->read.filter.len ? 5 * p->look_rows : 0;
    return p->rows < rows && p->page_count < rows ? rows : FEED_PAGES_MAX;
}

/* Whether another page would be too much. */
static bool feed_full(const struct feed *p)
{
    return p->page_count >= feed_pages_max(p) || p->bytes + FEED_PAGE_BYTES > FEED_BYTES_MAX;
}

static bool feed_too_big(const struct feed *p)
{
    return p->page_count > feed_pages_max(p) || p->bytes > FEED_BYTES_MAX;
}

/* Whether the first or last page lies further than `margin` rows away from what is looked at. */
static bool feed_front_spare(const struct feed *p, size_t margin)
{
    return p->page_count > 1 && p->pages[0]->count + margin <= p->look_top;
}

static bool feed_back_spare(const struct feed *p, size_t margin)
{
    return p->page_count > 1 &&
           p->rows - p->pages[p->page_count - 1]->count >= p->look_top + p->look_rows + margin;
}

/* A screen's height around the screen stays, unless the items are so large that this alone would be
 * far too much. */
static size_t feed_margin(const struct feed *p)
{
    return p->bytes > 2 * FEED_BYTES_MAX ? 0 : p->look_rows;
}

struct value feed_item(const struct feed *p, size_t row)
{
    for (size_t i = 0; i < p->page_count; i++) {
        if (row < p->pages[i]->count)
            return p->pages[i]->items[row];
        row -= p->pages[i]->count;
    }
    return (struct value){0};
}

const struct value *feed_page_items(const struct feed *p, size_t nth, size_t *count)
{
    if (nth >= p->page_count)
        return NULL;
    *count = p->pages[nth]->count;
    return p->pages[nth]->items;
}

bool feed_at_home(const struct feed *p)
{
    return p->page_count && p->home_known;
}

bool feed_at_end(const struct feed *p)
{
    if (!p->page_count)
        return false;
    const struct feed_page *last = p->pages[p->page_count - 1];
    return last->last.len == 0 && last->place.segment + 1 >= last->place.segments;
}

bool feed_reading(const struct feed *p)
{
    return p->job != NULL;
}

bool feed_spent(const struct feed *p)
{
    int64_t limit = p->browse ? backend_budget(worker_backend(p->worker)) : 0;
    return limit && p->spent >= limit;
}

void feed_allow(struct feed *p)
{
    p->spent = 0;
}

bool feed_jumping(const struct feed *p)
{
    return p->job && (p->job->kind == FEED_JOB_OPEN || p->job->kind == FEED_JOB_LAST ||
                         (p->job->kind == FEED_JOB_REFRESH && !p->page_count));
}

/* ---- jobs ---- */

static void feed_done(struct worker_job *base);

static void feed_submit(struct feed *p, struct feed_job *job)
{
    job->feed = p;
    job->job.done = feed_done;
    job->stride = p->stride;
    job->budget_from = p->spent;
    job->started_ns = clock_tick_ns();
    p->stopping = false;
    job->budget.limit = backend_budget(worker_backend(p->worker));
    atomic_store(&job->budget.spent, p->spent);
    p->job = job;
    worker_submit(p->worker, &job->job);
}

static struct feed_job *feed_new_job(struct feed *p, enum feed_job_kind kind)
{
    return feed_job_new(kind, p->browse, p->limit);
}

/* What is read again costs again, but is no more than it was. */
static struct feed_reads feed_sum(struct feed_reads sum, const struct feed_job *job)
{
    bool again = job->kind == FEED_JOB_REFRESH && sum.scanned;
    sum.scanned += again ? 0 : atomic_load(&job->scanned);
    sum.matched += again ? 0 : atomic_load(&job->matched);
    sum.requests += atomic_load(&job->requests);
    sum.units += atomic_load(&job->budget.spent) - job->budget_from;
    sum.ns += clock_tick_ns() - job->started_ns;
    return sum;
}

struct feed_reads feed_reads(const struct feed *p)
{
    return p->job ? feed_sum(p->reads, p->job) : p->reads;
}

/* Nobody waits for the running job any more. */
static void feed_orphan(struct feed *p)
{
    if (!p->job)
        return;
    p->reads = feed_reads(p);
    worker_cancel(p->worker, &p->job->job);
    p->job->feed = NULL;
    p->job = NULL;
    p->stale = false;
}

bool feed_cancel(struct feed *p)
{
    bool running = p->job != NULL;
    bool forward = running && (p->job->kind == FEED_JOB_OPEN || p->job->kind == FEED_JOB_NEXT);
    if (forward && browse_narrowed(p->browse)) {
        p->stopping = true;
        worker_cancel(p->worker, &p->job->job);
        return true;
    }
    feed_orphan(p);
    if (running)
        err_set(&p->err, ERR_CANCELLED, "stopped");
    return running;
}

void feed_close(struct feed *p)
{
    feed_orphan(p);
    feed_clear_window(p);
    feed_trail_clear(&p->trail);
    browse_unref(p->browse);
    p->browse = NULL;
    p->err.code = ERR_NONE;
}

void feed_fini(struct feed *p)
{
    feed_close(p);
    free(p->pages);
    p->pages = NULL;
    p->page_room = 0;
}

/* Worth some KB, but never less than what fills the screen (the service cuts pages at 1 MB). */
static int64_t feed_choose_limit(const struct browse *browse, size_t view_rows)
{
    int64_t limit = FEED_PAGE_BYTES / browse_item_bytes(browse);
    limit = limit > FEED_PAGE_ROWS ? FEED_PAGE_ROWS : limit;
    return limit > (int64_t)view_rows + 8 ? limit : (int64_t)view_rows + 8;
}

/* All that stood at a lost place is gone: begin again at the nearest place that is known. */
static void feed_restart(struct feed *p, struct feed_place from)
{
    struct feed_job *job = feed_new_job(p, FEED_JOB_REFRESH);
    job->from = feed_job_keep(job, from);
    job->rows = (size_t)p->limit;
    feed_submit(p, job);
    p->from_home = p->from_end = false;
}

void feed_home(struct feed *p)
{
    feed_orphan(p);
    feed_allow(p);
    struct feed_job *job = feed_new_job(p, FEED_JOB_OPEN);
    job->limit = p->first < p->limit ? p->first : p->limit;
    feed_submit(p, job);
}

static void feed_begin(struct feed *p, struct browse *browse, size_t view_rows)
{
    feed_orphan(p);
    feed_clear_window(p);
    feed_trail_clear(&p->trail);
    p->home_known = p->from_home = p->from_end = false;
    p->stride = 0;
    p->reads = (struct feed_reads){0};
    browse_ref(browse);
    browse_unref(p->browse);
    p->browse = browse;
    p->limit = feed_choose_limit(browse, view_rows);
    p->first = 2 * (int64_t)view_rows + 4;
    if (browse->read.limit)
        p->limit = p->first = browse->read.limit;
    else if (browse_items(browse) <=
             p->limit) /* a small table at once, and one more to see its end */
        p->limit = p->first = p->limit + 1;
    if (browse_opaque(browse)) /* the way back reads the same pages again, which may not differ */
        p->first = p->limit *= browse->read.filter.len && !browse->read.limit ? 16 : 1;
}

void feed_open(struct feed *p, struct browse *browse, size_t view_rows)
{
    feed_begin(p, browse, view_rows);
    feed_home(p);
}

void feed_open_at(struct feed *p, struct browse *browse, size_t view_rows, struct feed_place place)
{
    feed_begin(p, browse, view_rows);
    feed_allow(p);
    feed_restart(p, place);
}

struct feed_place feed_place_of(const struct feed *p, size_t row)
{
    for (size_t i = 0; i < p->page_count; i++) {
        if (row < p->pages[i]->count)
            return p->pages[i]->place;
        row -= p->pages[i]->count;
    }
    return (struct feed_place){0};
}

void feed_end(struct feed *p)
{
    if (feed_at_end(p) && p->job == NULL) {
        p->changed(p->context, FEED_ENDED, 0);
        return;
    }
    feed_orphan(p);
    feed_allow(p);
    feed_submit(p, feed_new_job(p, FEED_JOB_LAST));
}

void feed_refresh(struct feed *p)
{
    p->stale = p->job != NULL;
    if (p->job || !p->browse)
        return;
    feed_allow(p);
    struct feed_job *job = feed_new_job(p, FEED_JOB_REFRESH);
    if (p->page_count)
        job->from = feed_job_keep(job, p->pages[0]->place);
    job->rows = p->rows > (size_t)p->first ? p->rows : (size_t)p->first;
    feed_submit(p, job);
}

/* The place after the window. */
static struct feed_place feed_place_after(const struct feed *p)
{
    const struct feed_page *last = p->pages[p->page_count - 1];
    struct feed_place place = last->place;
    place.start = last->last;
    if (place.start.len == 0)
        place.segment++;
    return place;
}

static void feed_read_next(struct feed *p)
{
    struct feed_job *job = feed_new_job(p, FEED_JOB_NEXT);
    job->from = feed_job_keep(job, feed_place_after(p));
    feed_submit(p, job);
}

static void feed_read_previous(struct feed *p)
{
    struct feed_job *job = feed_new_job(p, FEED_JOB_PREVIOUS);
    const struct feed_page *front = p->pages[0];
    job->front = feed_job_keep(job, front->place);
    if (p->browse->query) {
        struct buf place = {0};
        if (browse_place_of(p->browse, front->items[0], &place))
            job->first = value_of(arena_dup(&job->arena, buf_str(&place)));
        buf_fini(&place);
    } else if (browse_opaque(p->browse)) {
        job->back = p->trail.next;
        job->from = feed_trail_pop(&p->trail, job->front, &job->arena);
        job->back -= p->trail.next;
    } else if (front->place.start.len) {
        job->from = feed_trail_pop(&p->trail, job->front, &job->arena);
        job->known = arena_array(&job->arena, uint64_t, front->count);
        for (size_t i = 0; i < front->count; i++)
            job->known[job->known_count++] = browse_identity(p->browse, front->items[i]);
    }
    feed_submit(p, job);
}

/*
 * Reading ahead never pushes out what lies within a screen of what is looked at: else the two ends
 * would push each other out for ever.
 */
void feed_look(struct feed *p, size_t top, size_t view_rows)
{
    p->look_top = top;
    p->look_rows = view_rows;
    if (p->job || !p->page_count || !p->rows || p->err.code != ERR_NONE || feed_spent(p))
        return;
    bool room = !feed_full(p);
    /* what a filter leaves may cost a thousand times as much to read: no more than the screen shows
     */
    bool careful = p->browse->read.filter.len && backend_is_remote(worker_backend(p->worker));
    bool ahead =
        !careful && top + 2 * view_rows + 1 >= p->rows && (room || feed_front_spare(p, view_rows));
    bool behind = top <= view_rows && (room || feed_back_spare(p, view_rows));
    if (!feed_at_end(p) && (ahead || top + view_rows > p->rows))
        feed_read_next(p);
    else if (!feed_at_home(p) && p->pages[0]->count && (behind || p->rows < view_rows))
        feed_read_previous(p);
}

void feed_reach(struct feed *p, size_t top, size_t view_rows, bool below)
{
    p->look_top = top;
    p->look_rows = view_rows;
    if (p->job || !p->page_count || p->err.code != ERR_NONE || feed_spent(p))
        return;
    if (below && !feed_at_end(p))
        feed_read_next(p);
    else if (!below && p->pages[0]->count && !feed_at_home(p))
        feed_read_previous(p);
}

void feed_fill(struct feed *p)
{
    if (p->job || !p->page_count || feed_at_end(p) || p->err.code != ERR_NONE || feed_spent(p))
        return;
    if (!feed_full(p))
        feed_read_next(p);
}

void feed_find(
    struct feed *p, bool (*match)(struct value item, struct str needle), struct str needle)
{
    feed_orphan(p);
    if (!p->page_count || feed_at_end(p)) {
        p->changed(p->context, FEED_NOT_FOUND, 0);
        return;
    }
    feed_allow(p);
    struct feed_job *job = feed_new_job(p, FEED_JOB_FIND);
    job->from = feed_job_keep(job, feed_place_after(p));
    job->match = match;
    job->needle = arena_dup(&job->arena, needle);
    feed_submit(p, job);
}

/* ---- ends ---- */

static void feed_push_starts(struct feed *p, const struct feed_job *job)
{
    for (size_t i = 0; i < job->start_count; i++)
        feed_trail_push(&p->trail, job->starts[i]);
}

/* Hangs all pages of a job into the window at `at`; returns how many rows that were. */
static size_t feed_take(struct feed *p, struct feed_job *job, size_t at)
{
    size_t rows = 0;
    for (size_t i = 0; i < job->page_count; i++) {
        rows += job->pages[i]->count;
        feed_insert(p, at + i, job->pages[i]);
    }
    job->page_count = 0;
    return rows;
}

static void feed_done_open(struct feed *p, struct feed_job *job)
{
    feed_clear_window(p);
    feed_trail_clear(&p->trail);
    feed_take(p, job, 0);
    p->from_home = p->home_known = true;
    p->before = 0;
    p->from_end = feed_at_end(p);
    p->after = 0;
    p->changed(p->context, FEED_OPENED, 0);
}

static void feed_done_last(struct feed *p, struct feed_job *job)
{
    feed_clear_window(p);
    feed_trail_clear(&p->trail);
    feed_push_starts(p, job);
    feed_take(p, job, 0);
    p->home_known = p->from_home = job->at_home;
    p->before = 0;
    p->from_end = true;
    p->after = 0;
    p->changed(p->context, FEED_ENDED, 0);
}

static void feed_done_next(struct feed *p, struct feed_job *job)
{
    size_t had = p->rows;
    feed_take(p, job, p->page_count);
    p->after -= (int64_t)(p->rows - had);
    if (feed_at_end(p)) {
        p->from_end = true;
        p->after = 0;
    }
    int64_t moved = 0;
    while (feed_too_big(p) && feed_front_spare(p, feed_margin(p))) {
        moved -= (int64_t)p->pages[0]->count;
        feed_drop_front(p);
    }
    p->changed(p->context, FEED_MOVED, moved);
}

static void feed_done_previous(struct feed *p, struct feed_job *job)
{
    if (job->lost) {
        feed_restart(p, job->from);
        return;
    }
    bool home = job->page_count == 0 || job->at_home ||
                (job->start_count == 0 && job->pages[0]->place.start.len == 0 &&
                    job->pages[0]->place.segment == 0);
    feed_push_starts(p, job);
    size_t rows = feed_take(p, job, 0);
    p->before -= (int64_t)rows;
    if (home) {
        p->home_known = p->from_home = true;
        p->before = 0;
    }
    p->look_top += rows;
    while (feed_too_big(p) && feed_back_spare(p, feed_margin(p)))
        feed_drop_back(p);
    p->changed(p->context, FEED_MOVED, (int64_t)rows);
}

static void feed_done_refresh(struct feed *p, struct feed_job *job)
{
    feed_clear_window(p);
    feed_take(p, job, 0);
    if (p->page_count && p->pages[0]->place.start.len == 0 && p->pages[0]->place.segment == 0) {
        p->home_known = p->from_home = true;
        p->before = 0;
    }
    p->from_end = feed_at_end(p);
    p->after = 0;
    p->changed(p->context, FEED_REFRESHED, 0);
}

static void feed_done_find(struct feed *p, struct feed_job *job)
{
    if (job->lost) {
        p->changed(p->context, FEED_NOT_FOUND, 0);
        return;
    }
    while (p->page_count)
        feed_drop_front(p);
    feed_push_starts(p, job);
    p->from_home = p->from_end = false; /* rows in between were read, but not counted */
    feed_take(p, job, 0);
    p->changed(p->context, FEED_FOUND, (int64_t)job->found);
}

static void feed_done(struct worker_job *base)
{
    static void (*const kinds[])(struct feed *, struct feed_job *) = {
        [FEED_JOB_OPEN] = feed_done_open,
        [FEED_JOB_NEXT] = feed_done_next,
        [FEED_JOB_PREVIOUS] = feed_done_previous,
        [FEED_JOB_LAST] = feed_done_last,
        [FEED_JOB_REFRESH] = feed_done_refresh,
        [FEED_JOB_FIND] = feed_done_find,
    };
    struct feed_job *job = (struct feed_job *)base;
    struct feed *p = job->feed;
    if (p) {
        p->reads = feed_reads(p);
        p->job = NULL;
        p->spent = atomic_load(&job->budget.spent);
        p->stride = job->stride;
        p->err.code = ERR_NONE;
        if (p->stopping && (job->ok || job->err.code == ERR_CANCELLED))
            err_set(&p->err, ERR_CANCELLED, "stopped");
        if (job->ok) {
            kinds[job->kind](p, job);
        } else if (p->stopping && job->err.code == ERR_CANCELLED) {
            p->changed(p->context, FEED_MOVED, 0);
        } else {
            p->err = job->err;
            p->changed(p->context, FEED_FAILED, 0);
        }
        if (p->stale && !p->job)
            feed_refresh(p);
    }
    feed_job_free(job);
}
