/* SPDX-License-Identifier: MIT */
/*
 * One record in full: a line for each place that differs, in colours. Made when the cursor comes to
 * another record, not for each frame.
 */
#include "views/diff.h"
#include "views/pane_stream_impl.h"

static void add_line(struct pane_stream *p, enum role role, size_t from)
{
    if (p->line_count < STREAM_DETAIL_LINES_MAX)
        p->lines[p->line_count++] = (struct stream_line){role, from, p->detail.len - from};
}

static bool add_diff(void *context, const struct diff *diff)
{
    static const enum role roles[] = {[DIFF_ADDED] = ROLE_ADDED,
        [DIFF_REMOVED] = ROLE_REMOVED,
        [DIFF_CHANGED] = ROLE_CHANGED,
        [DIFF_MEMBER_IN] = ROLE_ADDED,
        [DIFF_MEMBER_OUT] = ROLE_REMOVED};
    struct pane_stream *p = context;
    size_t from = p->detail.len;
    if (p->detail_whole)
        diff_add_plain(&p->detail, diff);
    else
        diff_add(&p->detail, diff);
    add_line(p, roles[diff->kind], from);
    return p->line_count < STREAM_DETAIL_LINES_MAX - 1;
}

static void add_words(struct pane_stream *p, struct str words)
{
    size_t from = p->detail.len;
    buf_add(&p->detail, words);
    add_line(p, ROLE_DIM, from);
}

void pane_stream_detail_make(struct pane_stream *p, const struct tail_record *record)
{
    struct arena arena = {0};
    struct value old, new;
    int64_t number = record ? record->number : -1;
    if (number == p->detail_number)
        return;
    p->detail_number = number;
    p->line_count = 0;
    buf_clear(&p->detail);
    if (record && tail_images(record, &arena, &old, &new)) {
        p->detail_whole = old.type == VALUE_NONE || new.type == VALUE_NONE;
        bool none = old.type == VALUE_NONE && new.type == VALUE_NONE;
        bool one =
            record->event == TAIL_MODIFY && (old.type == VALUE_NONE) != (new.type == VALUE_NONE);
        if (none)
            add_words(p, STR("the stream keeps keys only"));
        else if (one)
            add_words(p, old.type == VALUE_NONE
                             ? STR("the stream keeps new versions only: all attributes")
                             : STR("the stream keeps old versions only: all attributes"));
        if (!none && !diff_walk(old, new, add_diff, p))
            add_words(p, STR("…"));
    }
    arena_fini(&arena);
}

void pane_stream_detail_draw(const struct pane_stream *p, const struct canvas *c)
{
    canvas_hline(c, 0, 0, c->cols, ROLE_BORDER);
    for (int i = 0; i < p->line_count && i + 1 < c->rows; i++) {
        const struct stream_line *line = &p->lines[i];
        struct str text = {p->detail.at + line->at, line->len};
        bool last = i + 2 == c->rows && p->line_count > i + 1;
        if (last)
            canvas_printf(c, i + 1, 1, ROLE_DIM, "… and %d more", p->line_count - i);
        else
            canvas_text(c, i + 1, 1, c->cols - 2, text, line->role, 0);
    }
}
