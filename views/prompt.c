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
#include "views/prompt_impl.h"

#include <stdlib.h>

/* ---- history ---- */

static bool prompt_recall(void *data, int age, struct str prefix, struct buf *out)
{
    struct prompt *p = data;
    return p->spec.history && history_recall(p->spec.history, buf_str(&p->of), age, prefix, out);
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

static bool prompt_find_choice(struct prompt *p, int nth)
{
    struct buf *out = &p->choices[nth], *note = &p->notes[nth];
    size_t from;
    buf_clear(out);
    buf_clear(note);
    return p->spec.complete(p->view.app, p->spec.context, buf_str(&p->typed), p->typed_at,
        p->first_choice + nth, &from, out, note);
}

/* Those of the line as it was typed: what is being stepped through stays as it was. */
static void prompt_find_choices(struct prompt *p, int first)
{
    p->first_choice = first;
    p->choice_count = 0;
    while (p->spec.complete && !p->search.on && p->choice_count < PROMPT_CHOICES &&
           prompt_find_choice(p, p->choice_count))
        p->choice_count++;
}

void prompt_changed(struct prompt *p)
{
    buf_clear(&p->error);
    buf_clear(&p->note);
    if (p->spec.changed)
        p->spec.changed(p->view.app, p->spec.context, line_edit_text(&p->edit), &p->note);
    int chosen = p->edit.completion;
    if (chosen >= 0 && chosen / PROMPT_CHOICES * PROMPT_CHOICES != p->first_choice) {
        prompt_find_choices(p, chosen / PROMPT_CHOICES * PROMPT_CHOICES);
    } else if (chosen < 0) {
        buf_clear(&p->typed);
        buf_add(&p->typed, line_edit_text(&p->edit));
        p->typed_at = p->edit.cursor;
        prompt_find_choices(p, 0);
    }
}

/* ---- the view ---- */

static struct str prompt_label(const struct prompt *p)
{
    return buf_str(p->search.on ? &p->search.label : &p->label);
}

static void prompt_arrange(struct view *view, int rows, int cols)
{
    struct prompt *p = (struct prompt *)view;
    bool ascii = view->app->frame.ascii;
    p->rows = rows;
    p->cols = cols;
    p->label_cols = text_columns(prompt_label(p), cols / 2, ascii);
    p->note_cols = text_columns(buf_str(&p->note), cols / 2, ascii);
    if (p->note_cols > cols / 2)
        p->note_cols = cols / 2;
    line_edit_arrange(&p->edit, cols - p->label_cols - p->note_cols - 2);
}

/* As wide as the widest candidate, but where there are notes they keep half of the line. */
static int prompt_choice_cols(const struct prompt *p, const struct canvas *c)
{
    int most = c->cols - 2, cols = 16;
    for (int i = 0; i < p->choice_count; i++)
        if (p->notes[i].len)
            most = c->cols / 2;
    for (int i = 0; i < p->choice_count; i++) {
        int wanted = text_columns(buf_str(&p->choices[i]), most, c->frame->ascii);
        cols = wanted > cols ? wanted : cols;
    }
    return cols < most ? cols : most;
}

static void prompt_draw_choices(const struct prompt *p, const struct canvas *c)
{
    int count = p->choice_count, bottom = c->rows - (p->error.len ? 2 : 1);
    int chosen = p->edit.completion - p->first_choice, top = 0;
    int cols = prompt_choice_cols(p, c);
    if (count > bottom - 2)
        count = bottom > 2 ? bottom - 2 : 0;
    if (p->edit.completion >= 0 && chosen >= count)
        top = chosen - count + 1;
    for (int i = top; i < top + count; i++) {
        int row = bottom - count + i - top;
        bool at = p->edit.completion >= 0 && chosen == i;
        enum role role = at ? ROLE_MENU_SELECTED : ROLE_MENU;
        canvas_fill(c, row, 0, 1, c->cols, role);
        canvas_text(c, row, 1, cols, buf_str(&p->choices[i]), role, 0);
        canvas_text(c, row, cols + 3, c->cols - cols - 4, buf_str(&p->notes[i]),
            at ? ROLE_MENU_SELECTED : ROLE_MENU_KEY, 0);
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
    canvas_text(c, row, 0, left, prompt_label(p), ROLE_PROMPT_SIGN, CANVAS_CUT);
    line_edit_draw(&p->edit, c, row, left, c->cols - left - p->note_cols - 2, ROLE_INPUT, true);
    if (p->note_cols)
        canvas_text(
            c, row, c->cols - p->note_cols - 1, p->note_cols, buf_str(&p->note), ROLE_NOTE, 0);
}

static bool prompt_action(struct view *view, enum action action)
{
    struct prompt *p = (struct prompt *)view;
    if (p->search.on && prompt_search_action(p, action))
        return true;
    if (!line_edit_handle(&p->edit, action))
        return false;
    prompt_changed(p);
    return true;
}

static void prompt_text(struct view *view, struct str text)
{
    struct prompt *p = (struct prompt *)view;
    if (p->search.on) {
        prompt_search_text(p, text);
        return;
    }
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
    buf_fini(&p->of);
    buf_fini(&p->typed);
    prompt_search_fini(p);
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
    p->search.on = false;
    /* the value of an attribute that is named as a secret is one */
    if (p->spec.history && history_is_secret(buf_str(&p->label)))
        history_hold(p->spec.history, buf_str(&p->of), buf_str(&text));
    else if (p->spec.history)
        history_add(p->spec.history, buf_str(&p->of), buf_str(&text));
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

/* An edit that this line is about waits, whatever the setting says. */
static void prompt_run_stage(struct app *app, struct view *view, struct str args)
{
    app->staged.once = true;
    prompt_run_accept(app, view, args);
    app->staged.once = false;
}

static void prompt_run_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct prompt *p = (struct prompt *)view;
    if (prompt_search_leave(p))
        return;
    if (p->spec.dismissed)
        p->spec.dismissed(app, p->spec.context);
    app_overlay_close(app, view);
}

const struct command prompt_commands[] = {
    {.name = "accept", .help = "take the line", .run = prompt_run_accept},
    {.name = "stage", .help = "take the line; an edit waits, staged", .run = prompt_run_stage},
    {.name = "dismiss", .help = "close without effect", .run = prompt_run_dismiss},
    {.name = "history-search",
        .help = "look for a line that was typed before; again: an older one",
        .run = prompt_search_run,
        .enabled = prompt_search_enabled},
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
    buf_add(&p->of, spec->of);
    line_edit_init(&p->edit);
    p->edit.keep_controls = spec->data;
    p->edit.hooks =
        (struct line_edit_hooks){.data = p, .history = prompt_recall, .complete = prompt_complete};
    line_edit_set(&p->edit, spec->text);
    prompt_changed(p);
    app_overlay(app, &p->view);
}
