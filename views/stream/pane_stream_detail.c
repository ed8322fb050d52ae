/* SPDX-License-Identifier: MIT */
/*
 * One record in full: a line for each place that differs, in colours. Made when the cursor comes to
 * another record, not for each frame.
 */
#include "tui/text.h"
#include "views/cells.h"
#include "views/changes/diff.h"
#include "views/stream/pane_stream_impl.h"

enum { DETAIL_SIDE_MAX = 2 * CELLS_BYTES_MAX };

/* `arrow`: where it stands in detail; 0 = there is none */
static void add_line(struct pane_stream *p, enum role role, size_t from, size_t arrow)
{
    if (p->line_count < STREAM_DETAIL_LINES_MAX)
        p->lines[p->line_count++] =
            (struct stream_line){role, from, p->detail.len - from, arrow ? arrow - from : 0};
}

static bool add_diff(void *context, const struct diff *diff)
{
    static const enum role roles[] = {[DIFF_ADDED] = ROLE_ADDED,
        [DIFF_REMOVED] = ROLE_REMOVED,
        [DIFF_CHANGED] = ROLE_CHANGED,
        [DIFF_MEMBER_IN] = ROLE_ADDED,
        [DIFF_MEMBER_OUT] = ROLE_REMOVED};
    struct pane_stream *p = context;
    size_t from = p->detail.len, arrow = 0;
    if (p->detail_whole)
        diff_add_plain(&p->detail, diff);
    else
        arrow = diff_add(&p->detail, diff, DETAIL_SIDE_MAX);
    add_line(p, roles[diff->kind], from, arrow);
    return p->line_count < STREAM_DETAIL_LINES_MAX - 1;
}

static void add_words(struct pane_stream *p, struct str words)
{
    size_t from = p->detail.len;
    buf_add(&p->detail, words);
    add_line(p, ROLE_DIM, from, 0);
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

/* Both sides of a change are seen: what does not fit is cut from each, not from the end. */
static void draw_change(
    const struct canvas *c, int row, struct str text, size_t arrow, enum role role)
{
    int room = c->cols - 2, half = (room - 3) / 2;
    struct str old = str_take(text, arrow);
    struct str new = str_skip(text, arrow + sizeof DIFF_ARROW - 1);
    int old_width = text_columns(old, room + 1, c->frame->ascii),
        new_width = text_columns(new, room + 1, c->frame->ascii);
    if (half < 1 || old_width + 3 + new_width <= room) {
        canvas_text(c, row, 1, room, text, role, 0);
        return;
    }
    int left = new_width < room - 3 - half ? room - 3 - new_width : half;
    int at = 1 + canvas_text(c, row, 1, left, old, role, 0);
    at += canvas_text(c, row, at, 3, STR(DIFF_ARROW), role, 0);
    canvas_text(c, row, at, c->cols - 1 - at, new, role, 0);
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
        else if (line->arrow)
            draw_change(c, i + 1, text, line->arrow, line->role);
        else
            canvas_text(c, i + 1, 1, c->cols - 2, text, line->role, 0);
    }
}
