/* SPDX-License-Identifier: MIT */
/*
 * Forms in dialogs, at any size of the terminal. Must not know what their fields mean.
 */
#include "views/form_dialog.h"

#include "tui/text.h"
#include "views/app.h"
#include "views/hints.h"

enum { FORM_DIALOG_COLS = 76, FORM_DIALOG_FRAMED = 14 };

void form_dialog_fini(struct form_dialog *d)
{
    buf_fini(&d->title);
    buf_fini(&d->keys);
    buf_fini(&d->error);
}

static int wanted_rows(const struct form_dialog *d)
{
    int count = 0;
    for (int i = 0; i < d->form.count; i++)
        count += !d->form.fields[i].hidden;
    return count + 5;
}

static void form_dialog_place(
    const struct form_dialog *d, int rows, int cols, int *height, int *width)
{
    int wanted = wanted_rows(d), most = rows > FORM_DIALOG_FRAMED ? rows - 2 : rows;
    *height = wanted < most ? wanted : most;
    *width = cols - 2 < FORM_DIALOG_COLS ? cols - 2 : FORM_DIALOG_COLS;
}

void form_dialog_arrange(struct view *view, int rows, int cols)
{
    struct form_dialog *d = (struct form_dialog *)view;
    int height, width;
    form_dialog_place(d, rows, cols, &height, &width);
    d->form.focused = true;
    form_arrange(&d->form, height - 3, width - 4);
    buf_clear(&d->keys);
    hints_add(view->app, view, width - 4, &d->keys);
}

/* Over the last lines: all of it, as far as there is room. */
static void draw_error(const struct form_dialog *d, const struct canvas *c)
{
    enum { LINES = 6 };
    struct str rest = buf_str(&d->error), lines[LINES];
    int count = 0, most = c->rows - 1 < LINES ? c->rows - 1 : LINES;
    for (; rest.len && count < most; count++) {
        lines[count] = str_take(rest, text_fit_words(rest, c->cols - 2, c->frame->ascii));
        if (!lines[count].len)
            break;
        rest = str_skip(rest, lines[count].len);
    }
    for (int i = 0; i < count; i++) {
        canvas_fill(c, c->rows - count + i, 0, 1, c->cols, ROLE_DIALOG);
        canvas_text(c, c->rows - count + i, 1, c->cols - 2, str_trim(lines[i]), ROLE_FORM_ERROR, 0);
    }
}

void form_dialog_draw(const struct view *view, const struct canvas *c)
{
    const struct form_dialog *d = (const struct form_dialog *)view;
    int height, width;
    form_dialog_place(d, c->rows, c->cols, &height, &width);
    struct canvas inside = canvas_dialog(c, height, width, buf_str(&d->title), ROLE_DIALOG_TITLE);
    struct canvas fields = canvas_sub(&inside, 0, 0, inside.rows - 1, inside.cols);
    form_draw(&d->form, &fields);
    if (d->error.len)
        draw_error(d, &inside);
    else if (d->busy)
        canvas_text(&inside, inside.rows - 1, 1, inside.cols - 2, STR("…"), ROLE_STATUS_BUSY, 0);
    else
        hints_draw(&inside, inside.rows - 1, 1, inside.cols - 2, buf_str(&d->keys));
}

bool form_dialog_ready(struct form_dialog *d)
{
    buf_clear(&d->error);
    if (!d->busy && !form_valid(&d->form))
        buf_add(&d->error, STR("something is wrong still"));
    return !d->busy && !d->error.len;
}

bool form_dialog_action(struct view *view, enum action action)
{
    struct form_dialog *d = (struct form_dialog *)view;
    buf_clear(&d->error);
    return form_handle(&d->form, action);
}

void form_dialog_text(struct view *view, struct str text)
{
    struct form_dialog *d = (struct form_dialog *)view;
    buf_clear(&d->error);
    if (!form_insert(&d->form, text) && text.len > 1)
        buf_add(&d->error, STR("too long for a field: nothing was inserted"));
}
