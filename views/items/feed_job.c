/* SPDX-License-Identifier: MIT */
/*
 * Reading pages on the worker's thread. Each kind of job ends with some adjoining pages in
 * job->pages, which the feed then hangs into its window. Must not touch the feed: what a job needs
 * it carries with it.
 *
 * Backwards there are three ways:
 *   Query   the service reads backwards itself; one item more is read and dropped, because its key
 * is what the page's own ExclusiveStartKey will be Scan    cannot, so it reads forward from the
 * nearest known page start until it meets the items of the page in front Scan in segments (after a
 * jump to the end): the segment before, whole
 */
#include "views/items/feed_job.h"

#include "base/mem.h"
#include "views/items/feed_round.h"

#include <stdlib.h>

struct feed_job *feed_job_new(enum feed_job_kind kind, struct browse *browse, int64_t limit)
{
    struct feed_job *job = mem_new(struct feed_job);
    job->kind = kind;
    job->browse = browse_ref(browse);
    job->limit = limit;
    job->err = ERR_INIT;
    job->job.run = feed_job_run;
    return job;
}

void feed_job_free(struct feed_job *job)
{
    if (!job)
        return;
    for (size_t i = 0; i < job->page_count; i++)
        free(job->pages[i]);
    browse_unref(job->browse);
    arena_fini(&job->arena);
    free(job);
}

struct feed_place feed_job_keep(struct feed_job *job, struct feed_place place)
{
    place.start = arena_dup(&job->arena, place.start);
    return place;
}

/* ---- one read ---- */

/* What one job's thread works with. */
struct reader {
    struct feed_job *job;
    struct client client;
    struct arena arena; /* of one answer, reset for each */
    struct str next;    /* where it says that the next page begins; empty = nowhere */
};

static size_t reader_item_bytes(const struct client_page *got, size_t from, size_t to)
{
    size_t bytes = 0;
    for (size_t i = from; i < to; i++)
        bytes += got->items[i].encoded.len;
    return bytes;
}

/* Copies items [from, to) of an answer into a page of their own, in reverse where asked. */
static struct feed_page *reader_page(const struct client_page *got, size_t from, size_t to,
    bool reverse, struct feed_place place, struct str last)
{
    size_t count = to - from;
    size_t bytes = reader_item_bytes(got, from, to) + place.start.len + last.len;
    struct feed_page *page = mem_alloc(sizeof *page + count * sizeof(struct value) + bytes);
    char *at = (char *)(page + 1) + count * sizeof(struct value);
    *page = (struct feed_page){.place = place,
        .count = count,
        .scanned = got->scanned,
        .bytes = sizeof *page + count * sizeof(struct value) + bytes,
        .items = (struct value *)(page + 1)};
    struct str *moved[] = {&page->place.start, &page->last};
    struct str texts[] = {place.start, last};
    for (size_t i = 0; i < 2; i++) {
        if (texts[i].len)
            memcpy(at, texts[i].at, texts[i].len);
        *moved[i] = (struct str){at, texts[i].len};
        at += texts[i].len;
    }
    for (size_t i = 0; i < count; i++) {
        struct value item = got->items[reverse ? to - 1 - i : from + i];
        memcpy(at, item.encoded.at, item.encoded.len);
        page->items[i] = value_of((struct str){at, item.encoded.len});
        at += item.encoded.len;
    }
    return page;
}

static bool reader_call(struct reader *r, const struct client_read *read, struct feed_place place,
    struct client_page *got)
{
    struct feed_job *job = r->job;
    const struct browse *browse = job->browse;
    if (browse->statement.len)
        return client_statement(&r->client, &r->arena, browse->statement, place.start, read->limit,
            got, &r->next, &job->err);
    if (browse->read.segments)
        return feed_round_read(&r->client, &r->arena, read, browse->read.segments, place.start, got,
            &r->next, &job->err);
    if (!client_read(&r->client, &r->arena, read, got, &job->err))
        return false;
    r->next = got->last.type == VALUE_NONE ? STR_NONE : got->last.encoded;
    return true;
}

/* One page; r->next is where the one after it begins, empty at the end. */
static bool reader_read(struct reader *r, struct feed_place place, bool backward, int64_t limit,
    struct client_page *got)
{
    struct feed_job *job = r->job;
    struct client_read read = job->browse->read;
    bool opaque = browse_opaque(job->browse);
    if (backward)
        read.backward = !read.backward;
    read.limit = limit;
    read.segment = opaque ? 0 : place.segment;
    read.segments = opaque ? 0 : place.segments;
    read.start = place.start.len && !opaque ? value_of(place.start) : (struct value){0};
    arena_reset(&r->arena);
    r->next = STR_NONE;
    *got = (struct client_page){0};
    bool good = reader_call(r, &read, place, got);
    atomic_fetch_add(&job->requests, job->browse->read.segments ? job->browse->read.segments : 1);
    atomic_fetch_add(&job->scanned, got->scanned);
    atomic_fetch_add(&job->matched, got->count);
    return good;
}

/*
 * A filter that few items pass: the next read looks at twice as many, up to what the service reads
 * at once; back again where many pass.
 */
static int64_t reader_stride(const struct feed_job *job)
{
    return job->stride > job->limit ? job->stride : job->limit;
}

static void reader_grow(struct feed_job *job, const struct client_page *got)
{
    enum { GROWN_MAX = 1 << 16 };
    int64_t now = reader_stride(job);
    const struct browse *browse = job->browse;
    if (!browse->read.filter.len || browse->read.limit || browse_opaque(browse))
        return;
    if (got->count < job->limit / 4)
        job->stride = now * 2 < GROWN_MAX ? now * 2 : GROWN_MAX;
    else if (got->count > job->limit)
        job->stride = now / 2;
}

/* The place that a stopped reading has come to, as a page without items; NULL where there is none
 * to keep. */
static struct feed_page *reader_stopped(
    const struct feed_job *job, struct feed_place place, int64_t scanned)
{
    bool forward = job->kind == FEED_JOB_OPEN || job->kind == FEED_JOB_NEXT;
    if (!forward || job->err.code != ERR_CANCELLED || !place.start.len)
        return NULL;
    return reader_page(&(struct client_page){.scanned = scanned}, 0, 0, false, place, place.start);
}

/* The next page forward that has items, or the empty one at the very end. */
static struct feed_page *reader_forward(struct reader *r, struct feed_place place)
{
    struct buf start = {0};
    struct feed_page *page = NULL;
    int64_t scanned = 0;
    buf_add(&start, place.start);
    place.start = buf_str(&start);
    struct client_page got;
    while (reader_read(r, place, false, reader_stride(r->job), &got)) {
        bool more = r->next.len > 0;
        bool segments_left = place.segments && place.segment + 1 < place.segments;
        reader_grow(r->job, &got);
        scanned += got.scanned;
        got.scanned = scanned;
        if (got.count || (!more && !segments_left) || budget_is_spent(&r->job->budget)) {
            page = reader_page(&got, 0, got.count, false, place, r->next);
            break;
        }
        buf_clear(&start);
        if (more)
            buf_add(&start, r->next);
        else
            place.segment++;
        place.start = buf_str(&start);
    }
    if (!page)
        page = reader_stopped(r->job, place, scanned);
    buf_fini(&start);
    return page;
}

/* Where the page after this one begins; false at the end of all. */
static bool reader_after(const struct feed_page *page, struct feed_place *next)
{
    *next = page->place;
    next->start = page->last;
    if (page->last.len)
        return true;
    next->segment++;
    return next->segments && next->segment < next->segments;
}

/* ---- collecting ---- */

/* Appends to the job's pages; where there are more than fit (or than `most`), the first is dropped
 * and its start remembered. */
static void reader_collect(struct reader *r, struct feed_page *page, size_t most)
{
    struct feed_job *job = r->job;
    if (job->page_count == most) {
        if (!job->starts)
            job->starts = arena_array(&job->arena, struct feed_place, FEED_JOB_STARTS_MAX);
        if (job->start_count == FEED_JOB_STARTS_MAX) {
            for (size_t i = 0; i < FEED_JOB_STARTS_MAX / 2; i++)
                job->starts[i] = job->starts[2 * i];
            job->start_count /= 2;
        }
        job->starts[job->start_count++] = feed_job_keep(job, job->pages[0]->place);
        free(job->pages[0]);
        memmove(job->pages, job->pages + 1, (most - 1) * sizeof *job->pages);
        job->page_count--;
    }
    job->pages[job->page_count++] = page;
}

static void reader_drop_all(struct reader *r)
{
    for (size_t i = 0; i < r->job->page_count; i++)
        free(r->job->pages[i]);
    r->job->page_count = 0;
    r->job->start_count = 0;
}

static bool reader_next(struct reader *r)
{
    struct feed_page *page = reader_forward(r, r->job->from);
    if (page)
        reader_collect(r, page, 1);
    return page != NULL;
}

static bool reader_refresh(struct reader *r)
{
    struct feed_place place = r->job->from;
    size_t rows = 0;
    bool more = true;
    while (more && r->job->page_count < FEED_JOB_PAGES_MAX) {
        struct feed_page *page = reader_forward(r, place);
        if (!page)
            return false;
        reader_collect(r, page, FEED_JOB_PAGES_MAX);
        rows += page->count;
        more =
            reader_after(page, &place) && rows < r->job->rows && !budget_is_spent(&r->job->budget);
    }
    return true;
}

static bool reader_find(struct reader *r)
{
    struct feed_job *job = r->job;
    struct feed_place place = job->from;
    for (;;) {
        struct feed_page *page = reader_forward(r, place);
        if (!page)
            return false;
        reader_collect(r, page, 1);
        for (job->found = 0; job->found < page->count; job->found++)
            if (job->match(page->items[job->found], job->needle))
                return true;
        if (!reader_after(page, &place)) {
            job->lost = true;
            return true;
        }
        if (budget_is_spent(&job->budget)) {
            job->found = 0; /* this is how far it came */
            return true;
        }
    }
}

/* ---- backwards on a Query ---- */

/*
 * Reads backwards until there are items or nothing is left, and finds where the page of them would
 * begin, were it read forward: behind the item that was looked at last. That is one of the items,
 * which is left out, where no filter took it away.
 */
static bool reader_query_read_back(
    struct reader *r, struct feed_place place, struct client_page *got, struct buf *start)
{
    struct buf last = {0};
    int64_t limit = r->job->limit + 1;
    bool good;
    while ((good = reader_read(r, place, true, limit, got)) && r->next.len) {
        buf_clear(&last);
        bool itself = got->count &&
                      browse_place_of(r->job->browse, got->items[got->count - 1], &last) &&
                      str_equal(buf_str(&last), r->next);
        if (got->count > itself) {
            got->count -= itself;
            buf_add(start, r->next);
            break;
        }
        if (itself) /* it alone: read it again, with what stands before it */
            limit *= 2;
        else
            place.start = arena_dup(&r->job->arena, r->next);
        limit = limit < reader_stride(r->job) ? reader_stride(r->job) : limit;
        reader_grow(r->job, got);
    }
    buf_fini(&last);
    return good;
}

/* The page that ends before `place`, or at the very end where `place` is empty. */
static bool reader_query_back(struct reader *r, struct feed_place place)
{
    struct feed_job *job = r->job;
    struct client_page got;
    struct buf start = {0}, last = {0};
    bool good = reader_query_read_back(r, place, &got, &start);
    if (good && got.count && place.start.len)
        browse_place_of(job->browse, got.items[0], &last);
    job->at_home = good && start.len == 0;
    struct feed_place begin = {.start = buf_str(&start)};
    if (good && (got.count || !place.start.len))
        reader_collect(r, reader_page(&got, 0, got.count, true, begin, buf_str(&last)), 1);
    buf_fini(&start);
    buf_fini(&last);
    return good;
}

/* ---- backwards on a Scan ---- */

enum { FEED_SEGMENTS_MAX = 1 << 19 }; /* the service takes up to 1,000,000 */

/* Reads one segment, keeping its last `most` pages; gives up after `pages_max`. */
static bool reader_segment(
    struct reader *r, struct feed_place place, size_t most, size_t pages_max, size_t *pages)
{
    for (*pages = 0;;) {
        struct client_page got;
        if (!reader_read(r, place, false, reader_stride(r->job), &got))
            return false;
        struct str last = r->next;
        reader_grow(r->job, &got);
        if (got.count) {
            reader_collect(r, reader_page(&got, 0, got.count, false, place, last), most);
            ++*pages;
        }
        if (last.len == 0 || *pages > pages_max)
            return true;
        place.start = arena_dup(&r->job->arena, last);
    }
}

static size_t reader_rows(const struct feed_job *job)
{
    size_t rows = 0;
    for (size_t i = 0; i < job->page_count; i++)
        rows += job->pages[i]->count;
    return rows;
}

/* Puts the segment before in front of what was collected so far. */
static bool reader_segment_before(struct reader *r, struct feed_place place)
{
    struct feed_job *job = r->job;
    struct feed_page *later[FEED_JOB_PAGES_MAX];
    size_t count = job->page_count, pages;
    memcpy(later, job->pages, count * sizeof *later);
    job->page_count = 0;
    bool ok = reader_segment(r, place, FEED_JOB_BACK_MAX, SIZE_MAX, &pages);
    memcpy(job->pages + job->page_count, later, count * sizeof *later);
    job->page_count += count;
    return ok;
}

/* Segments before `segment` (exclusive), until a page's worth of items is there. */
static bool reader_segments_back(struct reader *r, int64_t segment, int64_t segments)
{
    struct feed_job *job = r->job;
    while (segment > 0 && job->start_count == 0 && reader_rows(job) < (size_t)job->limit &&
           job->page_count <= FEED_PAGES_MAX / 2)
        if (!reader_segment_before(r, (struct feed_place){--segment, segments, STR_NONE}))
            return false;
    job->at_home = segment == 0 && job->start_count == 0;
    return true;
}

/* A power of two near the number of pages that the table should have. */
static int64_t reader_guess_segments(const struct feed_job *job)
{
    int64_t pages = browse_items(job->browse) / job->limit, segments = 1;
    while (segments * 2 <= pages && segments < FEED_SEGMENTS_MAX)
        segments *= 2;
    return segments;
}

/* The counts may be hours old: a last segment that turns out far too long is cut finer, one with
 * next to nothing in it coarser. */
static bool reader_scan_last(struct reader *r)
{
    enum { PAGES_ENOUGH = 16, TRIES = 8 };
    struct feed_job *job = r->job;
    int64_t segments = reader_guess_segments(job);
    for (int tries = 0;; tries++) {
        size_t pages,
            most = tries < TRIES && segments < FEED_SEGMENTS_MAX ? PAGES_ENOUGH : SIZE_MAX;
        struct feed_place place = {segments - 1, segments, STR_NONE};
        if (!reader_segment(r, place, FEED_JOB_BACK_MAX, most, &pages))
            return false;
        if (pages > most)
            segments *= 16;
        else if (segments > 1 && reader_rows(job) < (size_t)job->limit / 4 && tries < TRIES)
            segments = segments > 8 ? segments / 8 : 1;
        else
            break;
        reader_drop_all(r);
    }
    if (job->start_count)
        return true;
    return reader_segments_back(r, segments - 1, segments);
}

static bool reader_known(const struct feed_job *job, struct value item)
{
    uint64_t identity = browse_identity(job->browse, item);
    for (size_t i = 0; i < job->known_count; i++)
        if (job->known[i] == identity)
            return true;
    return false;
}

/* Ends the last page collected before its item `count`. */
static void reader_cut(struct feed_job *job, size_t count)
{
    struct feed_page *old = job->pages[--job->page_count];
    struct buf last = {0};
    if (count) {
        struct client_page kept = {.items = old->items, .scanned = old->scanned};
        browse_place_of(job->browse, old->items[count - 1], &last);
        job->pages[job->page_count++] =
            reader_page(&kept, 0, count, false, old->place, buf_str(&last));
    }
    buf_fini(&last);
    free(old);
}

static bool reader_scan_back(struct reader *r)
{
    struct feed_job *job = r->job;
    struct feed_place place = job->from;
    for (;;) {
        struct feed_page *page = reader_forward(r, place);
        if (!page)
            return false;
        size_t stop = 0;
        while (stop < page->count && !reader_known(job, page->items[stop]))
            stop++;
        reader_collect(r, page, FEED_JOB_BACK_MAX);
        if (stop < page->count) {
            reader_cut(job, stop);
            return true;
        }
        if (str_equal(page->last, job->front.start))
            return true;
        if (!reader_after(page, &place)) {
            job->lost = true;
            return true;
        }
    }
}

/* As many pages as lie between a place that is known and the front. */
static bool reader_opaque_back(struct reader *r)
{
    struct feed_job *job = r->job;
    struct feed_place place = job->from;
    for (uint64_t i = 0; i < job->back; i++) {
        struct feed_page *page = reader_forward(r, place);
        if (!page)
            return false;
        reader_collect(r, page, FEED_JOB_BACK_MAX);
        if (!reader_after(page, &place))
            break;
    }
    return true;
}

static bool reader_previous(struct reader *r)
{
    struct feed_job *job = r->job;
    if (browse_opaque(job->browse))
        return reader_opaque_back(r);
    if (job->browse->query)
        return reader_query_back(r, (struct feed_place){.start = job->first.encoded});
    if (job->front.start.len == 0)
        return reader_segments_back(r, job->front.segment, job->front.segments);
    return reader_scan_back(r);
}

static bool reader_last(struct reader *r)
{
    size_t pages;
    if (browse_opaque(r->job->browse)) {
        bool good = reader_segment(r, (struct feed_place){0}, FEED_JOB_BACK_MAX, SIZE_MAX, &pages);
        r->job->at_home = r->job->start_count == 0;
        return good;
    }
    if (r->job->browse->query)
        return reader_query_back(r, (struct feed_place){0});
    return reader_scan_last(r);
}

void feed_job_run(struct worker_job *base, struct backend *backend)
{
    static bool (*const kinds[])(struct reader *) = {
        [FEED_JOB_OPEN] = reader_next,
        [FEED_JOB_NEXT] = reader_next,
        [FEED_JOB_PREVIOUS] = reader_previous,
        [FEED_JOB_LAST] = reader_last,
        [FEED_JOB_REFRESH] = reader_refresh,
        [FEED_JOB_FIND] = reader_find,
    };
    struct feed_job *job = (struct feed_job *)base;
    struct reader r = {
        .job = job, .client = {.backend = backend, .limits = {.cancel = &base->cancel}}};
    if (job->budget.limit || browse_narrowed(job->browse)) /* asks what it consumes */
        r.client.limits.budget = &job->budget;
    job->ok = kinds[job->kind](&r);
    arena_fini(&r.arena);
}
