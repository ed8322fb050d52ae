/* SPDX-License-Identifier: MIT */
/*
 * A dialog that asks before something is lost. Keys that mean neither yes nor no do nothing.
 */
#include "views/confirm.h"

#include "base/mem.h"
#include "tui/text.h"
#include "views/app.h"
#include "views/contexts.h"
#include "views/hints.h"

#include <stdlib.h>

struct confirm {
    struct view view;
    struct confirm_spec spec;
    struct buf title, text, keys;
};

static void confirm_arrange(struct view *view, int rows, int cols)
{
    struct confirm *c = (struct confirm *)view;
    (void)rows;
    buf_clear(&c->keys);
    hints_add(view->app, view, cols, &c->keys);
}

static int confirm_width(const struct confirm *c, int max)
{
    struct str rest = buf_str(&c->text), line;
    int width = text_columns(buf_str(&c->keys), max, false);
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

void confirm_open(struct app *app, const struct confirm_spec *spec)
{
    struct confirm *c = mem_new(struct confirm);
    c->view = (struct view){.ops = &confirm_ops, .app = app};
    c->spec = *spec;
    buf_add(&c->title, spec->title);
    buf_add(&c->text, spec->text);
    app_overlay(app, &c->view);
}
