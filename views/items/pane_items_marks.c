/* SPDX-License-Identifier: MIT */
/*
 * The grid of items and its marks: the rows as the marking wants them, the commands that mark, the
 * words of the title. Must not know what becomes of the marked: items_bulk.c.
 */
#include "views/app.h"
#include "views/items/pane_items_impl.h"
#include "views/words.h"

/* ---- rows ---- */

static struct value marks_row(void *data, int64_t row)
{
    const struct pane_items *p = data;
    if (row < 0 || (size_t)row >= items_order_rows(&p->order, &p->feed))
        return (struct value){0};
    return pane_items_live_item(p, feed_item(&p->feed, items_order_at(&p->order, (size_t)row)));
}

static struct marking_rows marks_rows(struct pane_items *p)
{
    return (struct marking_rows){
        .data = p, .count = (int64_t)items_order_rows(&p->order, &p->feed), .item = marks_row};
}

unsigned pane_items_marks_flags(struct pane_items *p, int64_t row)
{
    bool marked = p->feed.browse && (marking_any(&p->marking) || p->marking.ranging) &&
                  marking_has(&p->marking, p->feed.browse, marks_row(p, row));
    return marked ? GRID_ROW_MARKED : 0;
}

/* ---- what moves ---- */

static void marks_say_full(struct app *app)
{
    struct buf most = {0};
    words_count(&most, MARKS_MAX);
    app_say(app, ROLE_STATUS_WARNING,
        "%s items, or %d MB of keys, can be marked one by one: mark-all marks all that match",
        buf_cstr(&most), MARKS_BYTES_MAX >> 20);
    buf_fini(&most);
}

void pane_items_marks_follow(struct pane_items *p)
{
    struct marking *m = &p->marking;
    if (!m->ranging || !p->feed.browse)
        return;
    struct marking_rows rows = marks_rows(p);
    if (!marking_reach(m, p->feed.browse, &rows, p->grid.cursor))
        marks_say_full(p->view.app);
}

void pane_items_marks_moved(struct pane_items *p, enum feed_event event, int64_t moved)
{
    struct marking_rows rows = marks_rows(p);
    if (!p->marking.ranging)
        return;
    if (event == FEED_MOVED && !items_order_on(&p->order))
        marking_moved(&p->marking, moved);
    else if (event == FEED_REFRESHED || event == FEED_MOVED)
        marking_renumbered(&p->marking, p->feed.browse, &rows);
    else if (event == FEED_OPENED || event == FEED_ENDED || event == FEED_FOUND)
        marking_end_range(&p->marking, true); /* rows in between were never read */
}

void pane_items_marks_keep_range(struct pane_items *p)
{
    if (p->marking.ranging && marking_end_range(&p->marking, true) < 0)
        marks_say_full(p->view.app);
}

bool pane_items_marks_stay(struct pane_items *p)
{
    if (!p->marking.ranging)
        return false;
    app_say(p->view.app, ROLE_STATUS_WARNING,
        "a range ends where the rows that are read end: go on row by row or page by page");
    return true;
}

void pane_items_marks_browse(struct pane_items *p, const struct browse *browse)
{
    struct buf text = {0};
    int64_t dropped = marking_browse(&p->marking, p->feed.browse, browse);
    words_plural(&text, dropped, "mark");
    if (dropped > 0)
        app_say(p->view.app, ROLE_STATUS_WARNING, "%s dropped: they were of %.*s", buf_cstr(&text),
            STR_ARG(p->feed.browse->table.name));
    else if (dropped < 0)
        app_say(p->view.app, ROLE_STATUS_WARNING,
            "nothing is marked any more: everything of another query was");
    buf_fini(&text);
}

bool pane_items_marks_back(struct pane_items *p, bool whole)
{
    struct buf text = {0};
    if (p->marking.ranging) {
        marking_end_range(&p->marking, false);
        app_say(p->view.app, ROLE_STATUS, "the range is dropped");
        return true;
    }
    if (!whole || !marking_any(&p->marking))
        return false;
    int64_t dropped = marking_drop(&p->marking);
    if (dropped >= 0)
        words_plural(&text, dropped, "mark");
    app_say(p->view.app, ROLE_STATUS, "%s dropped%s",
        dropped < 0 ? "the mark on everything" : buf_cstr(&text),
        dropped < 0 ? "" : ": :remark brings them back");
    buf_fini(&text);
    return true;
}

/* ---- words ---- */

/* How many items a reading has, where the rows tell it. */
static int64_t marks_known(const struct pane_items *p)
{
    bool whole = p->feed.page_count && p->feed.from_home && feed_at_end(&p->feed);
    return whole ? p->feed.before + (int64_t)p->feed.rows : -1;
}

void pane_items_marks_words(struct pane_items *p, struct buf *out)
{
    const struct marking *m = &p->marking;
    if (!m->all) {
        words_plural(out, (int64_t)m->set.count, "marked item");
        return;
    }
    int64_t known = marks_known(p);
    bool scan = !browse_narrowed(m->all);
    if (known >= 0) {
        words_plural(out, known - (int64_t)m->set.count, "item");
        buf_printf(out, ", all of this %s", m->all->query ? "Query" : "Scan");
    } else if (scan) {
        buf_add(out, STR("all items of this Scan, about "));
        words_count(out, browse_items(m->all));
    } else {
        buf_printf(
            out, "all items of this %s, nobody knows how many", m->all->query ? "Query" : "Scan");
    }
    if (m->set.count) {
        buf_add(out, STR(", but "));
        words_count(out, (int64_t)m->set.count);
    }
}

int64_t pane_items_marks_count(const struct pane_items *p)
{
    const struct marking *m = &p->marking;
    int64_t known = m->all ? marks_known(p) : (int64_t)m->set.count;
    return m->all && known >= 0 ? known - (int64_t)m->set.count : known;
}

void pane_items_marks_title(struct pane_items *p, bool brief, struct buf *out)
{
    struct marking *m = &p->marking;
    struct marking_rows rows = marks_rows(p);
    if (m->ranging) {
        words_count(out, (int64_t)m->range.count);
        buf_add(out, brief ? STR(".. ") : STR(" in the range · "));
    }
    if (!marking_any(m) || !p->feed.browse)
        return;
    if (m->all) {
        buf_add(out, brief ? STR("all* ") : STR("all marked"));
        if (!brief && m->set.count)
            buf_printf(out, " but %zu", m->set.count);
        buf_add(out, brief ? STR("") : STR(" · "));
        return;
    }
    words_count(out, (int64_t)m->set.count);
    buf_add(out, brief ? STR("* ") : STR(" marked"));
    size_t away = marking_not_shown(m, p->feed.browse, &rows, p->feed.version, p->order.version);
    if (!brief && away) {
        buf_add(out, STR(" ("));
        words_count(out, (int64_t)away);
        buf_add(out, STR(" not shown)"));
    }
    buf_add(out, brief ? STR("") : STR(" · "));
}

/* ---- commands ---- */

static struct pane_items *marks_pane(struct view *view)
{
    return (struct pane_items *)view;
}

void pane_items_run_mark(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marks_pane(view);
    struct value item = pane_items_current(view);
    (void)args;
    struct buf key = {0};
    bool keyed = marks_key_put(&p->feed.browse->table, item, &key);
    buf_fini(&key);
    pane_items_marks_keep_range(p);
    if (!keyed)
        app_say(app, ROLE_STATUS_WARNING, "this has no complete key: it cannot be marked");
    else if (!marking_set(&p->marking, p->feed.browse, item,
                 !marking_has(&p->marking, p->feed.browse, item)))
        marks_say_full(app);
    pane_items_step(view, 1);
}

void pane_items_run_range(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marks_pane(view);
    struct marking_rows rows = marks_rows(p);
    (void)args;
    if (p->marking.ranging) {
        pane_items_marks_keep_range(p);
        return;
    }
    marking_begin_range(&p->marking, p->feed.browse, &rows, p->grid.cursor);
    struct buf keep = {0}, drop = {0};
    app_key_of(app, view, "mark-range", &keep);
    app_key_of(app, view, "back", &drop);
    app_say(app, ROLE_STATUS, "move to the other end: %.*s keeps the range, %.*s drops it",
        STR_ARG(buf_str(&keep)), STR_ARG(buf_str(&drop)));
    buf_fini(&keep);
    buf_fini(&drop);
}

void pane_items_run_mark_shown(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marks_pane(view);
    (void)args;
    pane_items_marks_keep_range(p);
    struct marking_rows rows = marks_rows(p);
    int64_t came = marking_set_rows(&p->marking, p->feed.browse, &rows);
    if (came < 0) {
        marks_say_full(app);
        return;
    }
    struct buf text = {0}, all = {0};
    words_plural(&text, rows.count, "loaded item");
    app_key_of(app, view, "mark-all", &all);
    bool more = !p->marking.all && !(p->feed.from_home && feed_at_end(&p->feed));
    if (more)
        app_say(app, ROLE_STATUS_OK, "%s marked; %.*s marks all that match, loaded or not",
            buf_cstr(&text), STR_ARG(buf_str(&all)));
    else
        app_say(app, ROLE_STATUS_OK, "%s marked", buf_cstr(&text));
    buf_fini(&text);
    buf_fini(&all);
}

void pane_items_run_mark_all(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marks_pane(view);
    struct buf text = {0};
    (void)args;
    marking_set_all(&p->marking, p->feed.browse);
    pane_items_marks_words(p, &text);
    app_say(app, ROLE_STATUS_OK, "marked: %s", buf_cstr(&text));
    buf_fini(&text);
}

/* What the text of "/" finds is among what is loaded: nobody could say what "all" would be. */
bool pane_items_may_mark_all(struct app *app, struct view *view, struct buf *why)
{
    const struct pane_items *p = marks_pane(view);
    if (!p->feed.browse) {
        buf_add(why, STR("no table is open"));
        return false;
    }
    if (p->feed.browse->statement.len) {
        buf_add(why, STR("what a statement reads is marked as far as it is loaded: "));
        app_key_of(app, view, "mark-shown", why);
        return false;
    }
    if (p->order.filter.len) {
        buf_add(why, STR("the text of / is looked for in loaded items only: "));
        app_key_of(app, view, "mark-shown", why);
        buf_add(why, STR(" marks these"));
        return false;
    }
    return true;
}

void pane_items_run_unmark(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    marking_end_range(&marks_pane(view)->marking, false);
    pane_items_marks_back(marks_pane(view), true);
}

void pane_items_run_remark(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0};
    (void)args;
    int64_t came = marking_bring_back(&marks_pane(view)->marking);
    words_plural(&text, came, "mark");
    if (came < 0)
        marks_say_full(app);
    else
        app_say(app, ROLE_STATUS_OK, "%s brought back", buf_cstr(&text));
    buf_fini(&text);
}

bool pane_items_has_dropped(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (marks_pane(view)->marking.last.count)
        return true;
    buf_add(why, STR("no marks of this table were dropped"));
    return false;
}

bool pane_items_has_marks(struct app *app, struct view *view, struct buf *why)
{
    if (marking_any(&marks_pane(view)->marking) || marks_pane(view)->marking.ranging)
        return true;
    buf_add(why, STR("nothing is marked: "));
    app_key_of(app, view, "mark", why);
    buf_add(why, STR(" marks the row, "));
    app_key_of(app, view, "mark-shown", why);
    buf_add(why, STR(" all that are shown"));
    return false;
}
