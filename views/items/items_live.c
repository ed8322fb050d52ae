/* SPDX-License-Identifier: MIT */
/*
 * Marks of rows that the table's stream has told of. Must not know how rows are drawn; what is read
 * again, and when, is the pane's business.
 *
 *   record ─▶ mark (flags, until, before, now) ─▶ row_flags(), cell()
 *                 ╰── flash over ─▶ unmarked      window read again ─▶ before, now forgotten
 */
#include "views/items/items_live.h"

#include "base/mem.h"
#include "tui/grid.h"
#include "views/app.h"

#include <stdlib.h>

enum { LIVE_SLOTS = 2 * ITEMS_LIVE_MARKS_MAX, LIVE_ASK_MS = 500, LIVE_FLASHES_MOST = 2 };

static int64_t now_ms(const struct items_live *l)
{
    return clock_now_ms(l->app->options.clock);
}

/* ---- marks: open addressing ---- */

static struct items_mark *slot_of(const struct items_live *l, uint64_t identity)
{
    size_t at = (size_t)(identity * 0x9e3779b97f4a7c15u >> 40) % LIVE_SLOTS;
    while (l->marks[at].identity && l->marks[at].identity != identity)
        at = (at + 1) % LIVE_SLOTS;
    return &l->marks[at];
}

const struct items_mark *items_live_mark(const struct items_live *l, uint64_t identity)
{
    const struct items_mark *mark = l->mark_count && identity ? slot_of(l, identity) : NULL;
    return mark && mark->identity ? mark : NULL;
}

/* NULL where there are too many: those rows are seen when they are read again. */
static struct items_mark *make_mark(struct items_live *l, uint64_t identity)
{
    if (!l->marks)
        l->marks = mem_zero(LIVE_SLOTS, sizeof *l->marks);
    struct items_mark *mark = slot_of(l, identity);
    if (mark->identity)
        return mark;
    if (l->mark_count == ITEMS_LIVE_MARKS_MAX || !identity)
        return NULL;
    mark->identity = identity;
    l->mark_count++;
    return mark;
}

static void free_mark(struct items_mark *mark)
{
    buf_fini(&mark->before);
    buf_fini(&mark->now);
    *mark = (struct items_mark){0};
}

/* Keeps those that are still of use: all are put in again. */
static void sift_marks(struct items_live *l)
{
    struct items_mark *old = l->marks;
    if (!l->mark_count)
        return;
    l->marks = mem_zero(LIVE_SLOTS, sizeof *l->marks);
    l->mark_count = 0;
    for (size_t i = 0; i < LIVE_SLOTS; i++) {
        if (old[i].identity && (old[i].flags || old[i].now.len)) {
            *slot_of(l, old[i].identity) = old[i];
            l->mark_count++;
        } else {
            free_mark(&old[i]);
        }
    }
    free(old);
}

static void forget_marks(struct items_live *l)
{
    for (size_t i = 0; l->marks && i < LIVE_SLOTS; i++)
        free_mark(&l->marks[i]);
    free(l->marks);
    l->marks = NULL;
    l->mark_count = 0;
}

unsigned items_live_flags(const struct items_live *l, const struct items_mark *mark)
{
    if (!mark || (mark->flags & GRID_ROW_REMOVED))
        return mark ? mark->flags : 0;
    return mark->until_ms > now_ms(l) ? mark->flags : 0;
}

/* ---- flashes ---- */

static void flash_due(void *data);

static void arm_flash(struct items_live *l, int64_t until_ms)
{
    int64_t wait = until_ms - now_ms(l);
    if (l->app->loop && !l->flash_timer)
        l->flash_timer = loop_after(l->app->loop, wait > 0 ? wait + 1 : 1, flash_due, l);
}

/* Ends those that are over; of those that are not, the next one's end. */
static int64_t end_flashes(struct items_live *l)
{
    int64_t now = now_ms(l), next = 0;
    for (size_t i = 0; l->mark_count && i < LIVE_SLOTS; i++) {
        struct items_mark *mark = &l->marks[i];
        if (!mark->identity || !mark->until_ms)
            continue;
        if (mark->until_ms <= now) {
            mark->flags &= GRID_ROW_REMOVED;
            mark->until_ms = 0;
            buf_clear(&mark->before);
        } else if (!next || mark->until_ms < next) {
            next = mark->until_ms;
        }
    }
    return next;
}

void items_live_settle(struct items_live *l)
{
    int64_t next = end_flashes(l);
    sift_marks(l);
    if (next)
        arm_flash(l, next);
    app_paint_soon(l->app);
    l->changed(l->context);
}

static void flash_due(void *data)
{
    struct items_live *l = data;
    l->flash_timer = 0;
    items_live_settle(l);
}

static void begin_flash(struct items_live *l, struct items_mark *mark, unsigned flags)
{
    mark->flags = flags;
    mark->until_ms = now_ms(l) + ITEMS_LIVE_FLASH_MS;
    arm_flash(l, mark->until_ms);
    app_paint_soon(l->app);
}

/* ---- records ---- */

static void set_bytes(struct buf *to, struct str bytes)
{
    buf_clear(to);
    buf_add(to, bytes);
}

static void set_stale(struct items_live *l)
{
    if (!l->stale)
        l->stale_ms = now_ms(l);
    l->stale = true;
}

static void take_known(struct items_live *l, struct items_mark *mark,
    const struct tail_record *record, struct value item)
{
    bool gone = record->event == TAIL_REMOVE;
    if (!mark->until_ms) /* as it was when the flash began */
        set_bytes(&mark->before, item.encoded);
    begin_flash(l, mark, gone ? GRID_ROW_REMOVED : GRID_ROW_CHANGED);
    if (!gone && record->image.len && l->whole) {
        set_bytes(&mark->now, record->image);
        l->shows(l->context, value_of(buf_str(&mark->now)));
    }
    if (gone || !record->image.len || !l->whole)
        set_stale(l);
}

/* Of an item that is not in the window: one that was new may have gone again; and what is filtered
 * or in an index may belong there now. */
static void take_elsewhere(struct items_live *l, const struct tail_record *record)
{
    const struct items_mark *mark = items_live_mark(l, record->identity);
    if (!l->whole)
        set_stale(l);
    if (record->event != TAIL_REMOVE || !mark || mark->flags != GRID_ROW_ADDED)
        return;
    slot_of(l, record->identity)->flags = 0;
    l->fresh -= l->fresh > 0;
}

static void take_record(void *context, const struct tail_record *record)
{
    struct items_live *l = context;
    struct value item;
    bool known = l->holds(l->context, record->identity, &item);
    if (!known && record->event != TAIL_INSERT) {
        take_elsewhere(l, record);
        return;
    }
    struct items_mark *mark = make_mark(l, record->identity);
    if (mark && known) {
        take_known(l, mark, record, item);
    } else {
        set_stale(l);
        l->fresh += !known && !l->query;
        if (mark)
            mark->flags = GRID_ROW_ADDED; /* flashes once it is in the window */
    }
}

static void arm_poll(struct items_live *l);

static void tail_changed(void *context, size_t dropped, size_t added)
{
    struct items_live *l = context;
    (void)dropped;
    (void)added;
    arm_poll(l);
    l->changed(l->context);
}

/* ---- a remote stream has to be asked ---- */

static void poll_due(void *data)
{
    struct items_live *l = data;
    l->poll_timer = 0;
    if (app_main(l->app) == l->app->items) /* nobody sees it otherwise */
        tail_poll(&l->tail);
    arm_poll(l);
}

static void arm_poll(struct items_live *l)
{
    if (l->app->loop && !l->poll_timer && l->on && !tail_ended(&l->tail) &&
        backend_is_remote(worker_backend(l->app->worker)))
        l->poll_timer = loop_after(l->app->loop, LIVE_ASK_MS, poll_due, l);
}

void items_live_written(struct items_live *l)
{
    if (l->on)
        tail_poll(&l->tail);
}

/* ---- what the pane asks ---- */

bool items_live_knows(const struct items_live *l)
{
    return l->on && l->whole && l->tail.tables[0]->state == TAIL_FOLLOWING;
}

bool items_live_ripe(const struct items_live *l)
{
    bool going = false;
    int64_t now = now_ms(l);
    for (size_t i = 0; l->mark_count && l->stale && i < LIVE_SLOTS && !going; i++)
        going = l->marks[i].until_ms > now && (l->marks[i].flags & GRID_ROW_REMOVED);
    return l->stale && (!going || now - l->stale_ms > LIVE_FLASHES_MOST * ITEMS_LIVE_FLASH_MS);
}

void items_live_read(struct items_live *l)
{
    struct value item;
    l->fresh = 0;
    l->stale = false;
    for (size_t i = 0; l->mark_count && i < LIVE_SLOTS; i++) {
        struct items_mark *mark = &l->marks[i];
        if (!mark->identity)
            continue;
        buf_clear(&mark->now);
        if ((mark->flags & GRID_ROW_ADDED) && l->holds(l->context, mark->identity, &item))
            begin_flash(l, mark, GRID_ROW_ADDED);
        else if (mark->flags & (GRID_ROW_ADDED | GRID_ROW_REMOVED))
            mark->flags = 0;
    }
    sift_marks(l);
}

/* ---- life ---- */

void items_live_init(struct items_live *l, struct app *app, void *context)
{
    *l = (struct items_live){.app = app, .context = context};
}

static void stop(struct items_live *l)
{
    if (l->on)
        tail_fini(&l->tail);
    if (l->flash_timer)
        loop_forget(l->app->loop, l->flash_timer);
    if (l->poll_timer)
        loop_forget(l->app->loop, l->poll_timer);
    forget_marks(l);
    l->on = l->stale = false;
    l->fresh = 0;
    l->flash_timer = l->poll_timer = 0;
}

/* What a filter, a projection or an index leaves of an item cannot be told from its new version. */
static bool is_whole(const struct browse *b)
{
    bool images = str_equal(b->table.stream_view, STR("NEW_AND_OLD_IMAGES")) ||
                  str_equal(b->table.stream_view, STR("NEW_IMAGE"));
    return images && !b->index && !b->read.filter.len && !b->read.projection.len;
}

void items_live_browse(struct items_live *l, const struct browse *browse)
{
    stop(l);
    if (!browse || !browse->table.stream_view.len || !app_live(l->app))
        return;
    tail_init(
        &l->tail, l->app->worker, l->app->options.clock, FOLLOW_LATEST, now_ms(l), l, tail_changed);
    l->tail.take = take_record;
    l->whole = is_whole(browse);
    l->query = browse->query;
    l->on = true;
    tail_add(&l->tail, &browse->table, false);
}

void items_live_fini(struct items_live *l)
{
    stop(l);
}
