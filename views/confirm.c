/* SPDX-License-Identifier: MIT */
/*
 * A dialog that asks before something is lost. Keys that mean neither yes nor no do nothing. Where
 * the connection has a word, what is dangerous is not answered by a key but by typing the word:
 *
 *   ┌ Delete item ─────────┐      ┌ Delete item ─────────┐
 *   │ Delete from Orders … │      │ Delete from Orders … │
 *   │                      │      │                      │
 *   │ y yes  n no          │      │ type PROD: PR▏       │
 *   └──────────────────────┘      └──────────────────────┘
 */
#include "views/confirm.h"

#include "base/mem.h"
#include "tui/line_edit.h"
#include "tui/text.h"
#include "views/app.h"
#include "views/contexts.h"
#include "views/guard.h"
#include "views/hints.h"

#include <stdlib.h>

struct confirm {
    struct view view;
    struct confirm_spec spec;
    struct buf title, text, keys;
    struct buf word; /* to be typed; empty = a key answers */
    struct line_edit edit;
};

static void confirm_arrange(struct view *view, int rows, int cols)
{
    struct confirm *c = (struct confirm *)view;
    (void)rows;
    buf_clear(&c->keys);
    if (c->word.len)
        buf_printf(&c->keys, "type %.*s to do it: ", STR_ARG(buf_str(&c->word)));
    else
        hints_add(view->app, view, cols, &c->keys);
    line_edit_arrange(&c->edit, BACKEND_WORD_MAX);
}

static int confirm_width(const struct confirm *c, int max)
{
    struct str rest = buf_str(&c->text), line;
    int width = text_columns(buf_str(&c->keys), max, false) + (c->word.len ? BACKEND_WORD_MAX : 0);
    while (str_cut(&rest, '\n', &line)) {
        int columns = text_columns(line, max, false);
        width = columns > width ? columns : width;
    }
    return width + 4 > max ? max : width + 4;
}

static int confirm_lines(const struct confirm *c)
{
    struct str rest = buf_str(&c->text), line;
    int lines = 0;
    while (str_cut(&rest, '\n', &line))
        lines++;
    return lines;
}

static void confirm_draw_word(const struct confirm *c, const struct canvas *inside)
{
    int row = inside->rows - 1, cols = inside->cols - 2;
    int at = 1 + canvas_text(inside, row, 1, cols, buf_str(&c->keys), ROLE_DIALOG, CANVAS_CUT);
    line_edit_draw(&c->edit, inside, row, at, inside->cols - 1 - at, ROLE_INPUT, true);
}

static void confirm_draw(const struct view *view, const struct canvas *canvas)
{
    const struct confirm *c = (const struct confirm *)view;
    struct canvas inside =
        canvas_dialog(canvas, confirm_lines(c) + 4, confirm_width(c, canvas->cols - 2) + 2,
            buf_str(&c->title), c->spec.danger ? ROLE_DIALOG_DANGER : ROLE_DIALOG_TITLE);
    struct str rest = buf_str(&c->text), line;
    int row = 0;
    for (; row < inside.rows - 1 && str_cut(&rest, '\n', &line); row++)
        canvas_text(&inside, row, 1, inside.cols - 2, line, ROLE_DIALOG, 0);
    if (c->word.len)
        confirm_draw_word(c, &inside);
    else
        hints_draw(&inside, inside.rows - 1, 1, inside.cols - 2, buf_str(&c->keys));
}

static void confirm_free(struct view *view)
{
    struct confirm *c = (struct confirm *)view;
    if (c->spec.free)
        c->spec.free(c->spec.context);
    buf_fini(&c->title);
    buf_fini(&c->text);
    buf_fini(&c->keys);
    buf_fini(&c->word);
    line_edit_fini(&c->edit);
    free(c);
}

static void confirm_run_yes(struct app *app, struct view *view, struct str args)
{
    (void)args;
    struct confirm *c = (struct confirm *)view;
    app_overlay_detach(app, view);
    c->spec.yes(app, c->spec.context);
    confirm_free(view);
}

static void confirm_run_no(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_overlay_close(app, view);
    app_say(app, ROLE_STATUS, "nothing was changed");
}

const struct command confirm_commands[] = {
    {.name = "yes", .help = "do it", .hint = "yes", .priority = 2, .run = confirm_run_yes},
    {.name = "no",
        .help = "leave everything as it is",
        .hint = "no",
        .priority = 3,
        .run = confirm_run_no},
    {0},
};

static const struct view_ops confirm_ops = {
    .context = "confirm",
    .closed = true,
    .commands = confirm_commands,
    .arrange = confirm_arrange,
    .draw = confirm_draw,
    .free = confirm_free,
};

/* ---- by typing ---- */

static void confirm_run_accept(struct app *app, struct view *view, struct str args)
{
    struct confirm *c = (struct confirm *)view;
    if (str_equal(str_trim(line_edit_text(&c->edit)), buf_str(&c->word)))
        confirm_run_yes(app, view, args);
    else
        app_say(app, ROLE_STATUS_ERROR, "that is not %.*s: nothing was changed so far",
            STR_ARG(buf_str(&c->word)));
}

static bool confirm_action(struct view *view, enum action action)
{
    return line_edit_handle(&((struct confirm *)view)->edit, action);
}

static void confirm_text(struct view *view, struct str text)
{
    struct confirm *c = (struct confirm *)view;
    if (text.len > BACKEND_WORD_MAX || !line_edit_insert(&c->edit, text))
        app_say(view->app, ROLE_STATUS_WARNING, "that is not %.*s, but %zu bytes of something else",
            STR_ARG(buf_str(&c->word)), text.len);
}

static const struct command confirm_word_commands[] = {
    {.name = "accept", .help = "do it, where the word is right", .run = confirm_run_accept},
    {.name = "dismiss", .help = "leave everything as it is", .run = confirm_run_no},
    {0},
};

/* Keys as in a prompt: the word is text. */
static const struct view_ops confirm_word_ops = {
    .context = "prompt",
    .closed = true,
    .commands = confirm_word_commands,
    .arrange = confirm_arrange,
    .draw = confirm_draw,
    .action = confirm_action,
    .text = confirm_text,
    .free = confirm_free,
};

void confirm_open(struct app *app, const struct confirm_spec *spec)
{
    struct confirm *c = mem_new(struct confirm);
    struct str word = spec->danger ? guard_word(app) : STR_NONE;
    c->view = (struct view){.ops = word.len ? &confirm_word_ops : &confirm_ops, .app = app};
    buf_add(&c->word, word);
    line_edit_init(&c->edit);
    c->spec = *spec;
    buf_add(&c->title, spec->title);
    buf_add(&c->text, spec->text);
    app_overlay(app, &c->view);
}
