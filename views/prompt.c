/* SPDX-License-Identifier: MIT */
/*
 * The line at the bottom. Must not know what is asked for: labels, checks, completions and the end
 * come from whoever opened it.
 *
 *   │   candidate   note      │
 *   │   candidate   note      │   at most PROMPT_CHOICES, gone where the screen is low
 *   :text▏                note
 */
#include "views/prompt.h"

#include "base/mem.h"
#include "tui/text.h"
#include "views/app.h"
#include "views/contexts.h"

#include <stdlib.h>

enum { PROMPT_CHOICES = 8 };

struct prompt {
    struct view view;
    struct prompt_spec spec;
    struct buf label, note, error;
    struct line_edit edit;
    struct buf choices[PROMPT_CHOICES], notes[PROMPT_CHOICES];
    int choice_count;
    int rows, cols, label_cols, note_cols;
};

/* ---- history ---- */

void prompt_history_add(struct prompt_history *history, struct str line)
{
    if (line.len == 0 ||
        (history->count && str_equal(buf_str(&history->lines[history->count - 1]), line)))
        return;
    if (history->count == PROMPT_HISTORY_MAX) {
        buf_fini(&history->lines[0]);
        memmove(history->lines, history->lines + 1, (history->count - 1) * sizeof *history->lines);
        history->count--;
    }
    history->lines = mem_grow(history->lines, (history->count + 1) * sizeof *history->lines);
    history->lines[history->count] = (struct buf){0};
    buf_add(&history->lines[history->count++], line);
}

void prompt_history_fini(struct prompt_history *history)
{
    for (size_t i = 0; i < history->count; i++)
        buf_fini(&history->lines[i]);
    free(history->lines);
    *history = (struct prompt_history){0};
}

static bool prompt_recall(void *data, int age, struct str prefix, struct buf *out)
{
    struct prompt *p = data;
    const struct prompt_history *history = p->spec.history;
    for (size_t i = history ? history->count : 0; i-- > 0;)
        if (str_starts(buf_str(&history->lines[i]), prefix) && --age == 0) {
            buf_add(out, buf_str(&history->lines[i]));
            return true;
        }
    return false;
}

/* ---- completion ---- */

static bool prompt_complete(
    void *data, struct str text, size_t at, int nth, size_t *from, struct buf *out)
{
    struct prompt *p = data;
    struct buf note = {0};
    bool found = p->spec.complete &&
                 p->spec.complete(p->view.app, p->spec.context, text, at, nth, from, out, &note);
    buf_fini(&note);
    return found;
}

static void prompt_find_choices(struct prompt *p)
{
    p->choice_count = 0;
    struct str text = line_edit_text(&p->edit);
    while (p->spec.complete && p->choice_count < PROMPT_CHOICES) {
        struct buf *out = &p->choices[p->choice_count], *note = &p->notes[p->choice_count];
        size_t from;
        buf_clear(out);
        buf_clear(note);
        if (!p->spec.complete(p->view.app, p->spec.context, text, p->edit.cursor, p->choice_count,
                &from, out, note))
            break;
        p->choice_count++;
    }
}

static void prompt_changed(struct prompt *p)
{
    buf_clear(&p->error);
    buf_clear(&p->note);
    if (p->spec.changed)
        p->spec.changed(p->view.app, p->spec.context, line_edit_text(&p->edit), &p->note);
    /* while a completion is being stepped through, the menu stays as it was */
    if (p->edit.completion < 0)
        prompt_find_choices(p);
}

/* ---- the view ---- */

static void prompt_arrange(struct view *view, int rows, int cols)
{
    struct prompt *p = (struct prompt *)view;
    bool ascii = view->app->frame.ascii;
    p->rows = rows;
    p->cols = cols;
    p->label_cols = text_columns(buf_str(&p->label), cols / 2, ascii);
    p->note_cols = text_columns(buf_str(&p->note), cols / 2, ascii);
    if (p->note_cols > cols / 2)
        p->note_cols = cols / 2;
    line_edit_arrange(&p->edit, cols - p->label_cols - p->note_cols - 2);
}

static void prompt_draw_choices(const struct prompt *p, const struct canvas *c)
{
    int count = p->choice_count, bottom = c->rows - (p->error.len ? 2 : 1);
    if (count > bottom - 2)
        count = bottom - 2;
    for (int i = 0; i < count; i++) {
        int row = bottom - count + i;
        bool chosen = p->edit.completion == i;
        enum role role = chosen ? ROLE_MENU_SELECTED : ROLE_MENU;
        canvas_fill(c, row, 0, 1, c->cols, role);
        canvas_text(c, row, 1, 24, buf_str(&p->choices[i]), role, 0);
        canvas_text(c, row, 26, c->cols - 27, buf_str(&p->notes[i]),
            chosen ? ROLE_MENU_SELECTED : ROLE_MENU_KEY, 0);
    }
}

static void prompt_draw(const struct view *view, const struct canvas *c)
{
    const struct prompt *p = (const struct prompt *)view;
    int row = c->rows - 1, left = p->label_cols;
    prompt_draw_choices(p, c);
    if (p->error.len && row > 0)
        canvas_text(c, row - 1, 0, c->cols, buf_str(&p->error), ROLE_STATUS_ERROR, CANVAS_FILL);
    canvas_fill(c, row, 0, 1, c->cols, ROLE_PROMPT);
    canvas_text(c, row, 0, left, buf_str(&p->label), ROLE_PROMPT_SIGN, CANVAS_CUT);
    line_edit_draw(&p->edit, c, row, left, c->cols - left - p->note_cols - 2, ROLE_INPUT, true);
    if (p->note_cols)
        canvas_text(
            c, row, c->cols - p->note_cols - 1, p->note_cols, buf_str(&p->note), ROLE_NOTE, 0);
}

static bool prompt_action(struct view *view, enum action action)
{
    struct prompt *p = (struct prompt *)view;
    if (!line_edit_handle(&p->edit, action))
        return false;
    prompt_changed(p);
    return true;
}

static void prompt_text(struct view *view, struct str text)
{
    struct prompt *p = (struct prompt *)view;
    if (!line_edit_insert(&p->edit, text))
        app_say(view->app, ROLE_STATUS_WARNING, "too long for one line: nothing was inserted");
    prompt_changed(p);
}

static void prompt_free(struct view *view)
{
    struct prompt *p = (struct prompt *)view;
    if (p->spec.free)
        p->spec.free(p->spec.context);
    for (int i = 0; i < PROMPT_CHOICES; i++) {
        buf_fini(&p->choices[i]);
        buf_fini(&p->notes[i]);
    }
    buf_fini(&p->label);
    buf_fini(&p->note);
    buf_fini(&p->error);
    line_edit_fini(&p->edit);
    free(p);
}

static void prompt_run_accept(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct prompt *p = (struct prompt *)view;
    struct err err = ERR_INIT;
    struct buf text = {0};
    buf_add(&text, line_edit_text(&p->edit));
    /* closed first, so that what it starts may open another */
    struct view *self = view;
    if (p->spec.history)
        prompt_history_add(p->spec.history, buf_str(&text));
    app_overlay_detach(app, self);
    if (p->spec.accept(app, p->spec.context, buf_str(&text), &err)) {
        prompt_free(self);
    } else {
        app_overlay(app, self);
        buf_clear(&p->error);
        buf_printf(&p->error, " %s", err.text);
    }
    buf_fini(&text);
}

static void prompt_run_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct prompt *p = (struct prompt *)view;
    if (p->spec.dismissed)
        p->spec.dismissed(app, p->spec.context);
    app_overlay_close(app, view);
}

const struct command prompt_commands[] = {
    {.name = "accept", .help = "take the line", .run = prompt_run_accept},
    {.name = "dismiss", .help = "close without effect", .run = prompt_run_dismiss},
    {0},
};

static const struct view_ops prompt_ops = {
    .context = "prompt",
    .closed = true,
    .commands = prompt_commands,
    .arrange = prompt_arrange,
    .draw = prompt_draw,
    .action = prompt_action,
    .text = prompt_text,
    .free = prompt_free,
};

void prompt_open(struct app *app, const struct prompt_spec *spec)
{
    struct prompt *p = mem_new(struct prompt);
    p->view = (struct view){.ops = &prompt_ops, .app = app};
    p->spec = *spec;
    buf_add(&p->label, spec->label);
    line_edit_init(&p->edit);
    p->edit.keep_controls = spec->data;
    p->edit.hooks =
        (struct line_edit_hooks){.data = p, .history = prompt_recall, .complete = prompt_complete};
    line_edit_set(&p->edit, spec->text);
    prompt_changed(p);
    app_overlay(app, &p->view);
}
