/* SPDX-License-Identifier: MIT */
/*
 * Marks as the items pane uses them. Must not draw, nor know keys; rows come from the pane.
 */
#include "views/items/marking.h"

void marking_fini(struct marking *m)
{
    marks_fini(&m->set);
    marks_fini(&m->range);
    marks_fini(&m->last);
    browse_unref(m->all);
    buf_fini(&m->key);
    *m = (struct marking){0};
}

static bool marking_key(struct marking *m, const struct browse *browse, struct value item)
{
    buf_clear(&m->key);
    return marks_key_put(&browse->table, item, &m->key);
}

static struct mark marking_mark(struct marking *m, const struct browse *browse, struct value item)
{
    unsigned scope = marks_scope(browse);
    return (struct mark){
        .key = buf_str(&m->key), .print = marks_print(&browse->table, scope, item), .scope = scope};
}

bool marking_any(const struct marking *m)
{
    return m->all || m->set.count > 0;
}

bool marking_has(struct marking *m, const struct browse *browse, struct value item)
{
    if (!m->all && !m->set.count && !m->range.count)
        return false;
    if (item.type != VALUE_M || !marking_key(m, browse, item))
        return false;
    return marks_has(&m->range, buf_str(&m->key)) ||
           marks_has(&m->set, buf_str(&m->key)) == !m->all;
}

bool marking_set(struct marking *m, const struct browse *browse, struct value item, bool on)
{
    if (item.type != VALUE_M || !marking_key(m, browse, item))
        return true;
    struct mark mark = marking_mark(m, browse, item);
    if (on == !m->all)
        return marks_add(&m->set, &mark);
    marks_remove(&m->set, mark.key);
    return true;
}

int64_t marking_clear(struct marking *m)
{
    int64_t dropped = m->all ? -1 : (int64_t)m->set.count;
    marks_clear(&m->set);
    marks_clear(&m->range);
    marks_clear(&m->last);
    browse_unref(m->all);
    m->all = NULL;
    m->ranging = false;
    return dropped;
}

int64_t marking_drop(struct marking *m)
{
    struct marks last = {0};
    if (!m->all)
        marks_copy(&last, &m->set);
    int64_t dropped = marking_clear(m);
    m->last = last;
    return dropped;
}

int64_t marking_bring_back(struct marking *m)
{
    int64_t count = (int64_t)m->last.count;
    struct mark mark;
    for (size_t at = 0; marks_next(&m->last, &at, &mark);)
        if (m->all)
            marks_remove(&m->set, mark.key);
        else if (!marks_add(&m->set, &mark))
            count = -1;
    marks_clear(&m->last);
    return count;
}

void marking_set_all(struct marking *m, const struct browse *browse)
{
    marking_clear(m);
    m->all = browse_copy(browse);
}

int64_t marking_set_rows(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows)
{
    size_t before = m->set.count;
    for (int64_t i = 0; i < rows->count; i++)
        if (!marking_set(m, browse, rows->item(rows->data, i), true))
            return -1;
    return m->all ? (int64_t)(before - m->set.count) : (int64_t)(m->set.count - before);
}

/* ---- another reading ---- */

static bool marking_same(struct str a, struct str b, struct value v, struct value w)
{
    return str_equal(a, b) && v.type == w.type && (v.type == VALUE_NONE || value_equal(v, w));
}

/* Whether both read the same items, in whatever order. */
static bool marking_reads_same(const struct browse *a, const struct browse *b)
{
    const struct client_read *x = &a->read, *y = &b->read;
    return str_equal(a->table.name, b->table.name) && str_equal(x->index, y->index) &&
           str_equal(a->statement, b->statement) &&
           marking_same(x->key_condition, y->key_condition, x->names, y->names) &&
           marking_same(x->filter, y->filter, x->values, y->values);
}

/* A table of that name with other keys is another one. */
static bool marking_same_table(const struct browse *a, const struct browse *b)
{
    if (!str_equal(a->table.name, b->table.name) || a->table.key_count != b->table.key_count)
        return false;
    for (uint32_t i = 0; i < a->table.key_count; i++)
        if (a->table.keys[i].type != b->table.keys[i].type ||
            !str_equal(a->table.keys[i].name, b->table.keys[i].name))
            return false;
    return true;
}

int64_t marking_browse(struct marking *m, const struct browse *before, const struct browse *now)
{
    if (!marking_any(m) && !m->ranging && !m->last.count)
        return 0;
    marking_end_range(m, false);
    if (m->all ? now && marking_reads_same(m->all, now)
               : now && before && marking_same_table(before, now))
        return 0;
    return marking_clear(m);
}

/* ---- a range ---- */

/* One whose item cannot be marked is left out. */
static bool marking_range_row(struct marking *m, const struct browse *browse,
    const struct marking_rows *rows, int64_t row, bool on)
{
    struct value item =
        row < 0 || row >= rows->count ? (struct value){0} : rows->item(rows->data, row);
    if (item.type != VALUE_M || !marking_key(m, browse, item))
        return true;
    struct mark mark = marking_mark(m, browse, item);
    if (on)
        return marks_add(&m->range, &mark);
    marks_remove(&m->range, mark.key);
    return true;
}

void marking_begin_range(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows, int64_t row)
{
    marks_clear(&m->range);
    m->ranging = true;
    m->anchor = m->reached = row;
    m->anchor_identity = browse_identity(browse, rows->item(rows->data, row));
    marking_range_row(m, browse, rows, row, true);
}

static bool marking_between(int64_t row, int64_t a, int64_t b)
{
    return a <= b ? a <= row && row <= b : b <= row && row <= a;
}

/* Rows between where the cursor was and where it is come in or go out. */
bool marking_reach(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows, int64_t row)
{
    int64_t from = m->reached < row ? m->reached : row, to = m->reached < row ? row : m->reached;
    bool ok = true;
    from = from < 0 ? 0 : from;
    to = to < rows->count ? to : rows->count - 1;
    for (int64_t i = from; m->ranging && i <= to; i++)
        ok &= marking_range_row(m, browse, rows, i, marking_between(i, m->anchor, row));
    m->reached = row;
    return ok;
}

void marking_moved(struct marking *m, int64_t moved)
{
    m->anchor += moved;
    m->reached += moved;
}

void marking_renumbered(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows)
{
    if (!m->ranging || m->anchor < 0 || m->anchor >= rows->count)
        return;
    for (int64_t i = 0; i < rows->count; i++)
        if (browse_identity(browse, rows->item(rows->data, i)) == m->anchor_identity) {
            m->reached += i - m->anchor;
            m->anchor = i;
            return;
        }
}

int64_t marking_end_range(struct marking *m, bool keep)
{
    int64_t count = (int64_t)m->range.count;
    struct mark mark;
    for (size_t at = 0; keep && marks_next(&m->range, &at, &mark);)
        if (m->all)
            marks_remove(&m->set, mark.key);
        else if (!marks_add(&m->set, &mark))
            count = -1;
    marks_clear(&m->range);
    m->ranging = false;
    return count;
}

/* ---- figures ---- */

size_t marking_not_shown(struct marking *m, const struct browse *browse,
    const struct marking_rows *rows, uint64_t feed_version, uint64_t order_version)
{
    bool same = m->set_version == m->set.version && m->feed_version == feed_version &&
                m->order_version == order_version;
    if (!same) {
        m->shown = 0;
        for (int64_t i = 0; i < rows->count && m->set.count; i++)
            m->shown += marking_key(m, browse, rows->item(rows->data, i)) &&
                        marks_has(&m->set, buf_str(&m->key));
        m->set_version = m->set.version;
        m->feed_version = feed_version;
        m->order_version = order_version;
    }
    return m->set.count - m->shown;
}
