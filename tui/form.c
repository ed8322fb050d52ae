/* SPDX-License-Identifier: MIT */
/* Labelled fields over line editors and choices; the meaning of fields is the caller's. */
#include "tui/form.h"
#include "tui/text.h"

void form_field_init(struct form_field *field, enum form_kind kind, const char *label)
{
    static const char *const no_yes[] = {"no", "yes"};
    *field = (struct form_field){.kind = kind, .label = label};
    line_edit_init(&field->edit);
    if (kind == FORM_YES_NO) {
        field->choices = no_yes;
        field->choice_count = 2;
    }
}

void form_field_fini(struct form_field *field)
{
    line_edit_fini(&field->edit);
    buf_fini(&field->message);
}

void form_init(struct form *form, struct form_field *fields, int count)
{
    *form = (struct form){.fields = fields, .count = count, .focused = true, .rows = 1};
    if (count && (fields[0].hidden || fields[0].kind == FORM_HEADING))
        form_handle(form, ACTION_NEXT);
}

static bool can_hold_cursor(const struct form_field *field)
{
    return !field->hidden && field->kind != FORM_HEADING;
}

static void move(struct form *form, int step, bool around)
{
    int at = form->cursor;
    for (int i = 0; i < form->count; i++) {
        at += step;
        if (around)
            at = (at + form->count) % form->count;
        if (at < 0 || at >= form->count)
            return;
        if (can_hold_cursor(&form->fields[at])) {
            form->cursor = at;
            return;
        }
    }
}

static void run_check(struct form *form)
{
    if (form->check)
        form->check(form->data, form);
}

static void choose(struct form *form, struct form_field *field, int step)
{
    if (field->choice_count > 0)
        field->choice = (field->choice + step + field->choice_count) % field->choice_count;
    run_check(form);
}

static bool handle_field(struct form *form, struct form_field *field, enum action action)
{
    if (field->kind == FORM_TEXT) {
        bool used = line_edit_handle(&field->edit, action);
        if (used)
            run_check(form);
        return used;
    }
    if (action == ACTION_RIGHT || action == ACTION_CHOOSE_NEXT)
        return choose(form, field, 1), true;
    if (action == ACTION_LEFT || action == ACTION_CHOOSE_PREVIOUS)
        return choose(form, field, -1), true;
    return false;
}

bool form_handle(struct form *form, enum action action)
{
    switch (action) {
    case ACTION_NEXT:
        return move(form, 1, true), true;
    case ACTION_PREVIOUS:
        return move(form, -1, true), true;
    case ACTION_DOWN:
        return move(form, 1, false), true;
    case ACTION_UP:
        return move(form, -1, false), true;
    default:
        return form->cursor < form->count &&
               handle_field(form, &form->fields[form->cursor], action);
    }
}

/* A letter on a choice goes to the next choice that starts with it; a blank to the next one. */
static void choose_by_letter(struct form *form, struct form_field *field, struct str text)
{
    if (text.at[0] == ' ') {
        choose(form, field, 1);
        return;
    }
    for (int i = 1; i <= field->choice_count; i++) {
        int at = (field->choice + i) % field->choice_count;
        if (str_equal_nocase(str_take(str_from(field->choices[at]), 1), str_take(text, 1))) {
            field->choice = at;
            break;
        }
    }
    run_check(form);
}

bool form_insert(struct form *form, struct str text)
{
    if (form->cursor >= form->count || !text.len)
        return false;
    struct form_field *field = &form->fields[form->cursor];
    if (field->kind != FORM_TEXT)
        return choose_by_letter(form, field, text), true;
    bool fits = line_edit_insert(&field->edit, text);
    run_check(form);
    return fits;
}

bool form_valid(struct form *form)
{
    run_check(form);
    for (int i = 0; i < form->count; i++)
        if (!form->fields[i].hidden && form->fields[i].message.len)
            return false;
    return true;
}

struct str form_text(const struct form *form, int field)
{
    const struct form_field *f = &form->fields[field];
    if (f->kind == FORM_TEXT)
        return line_edit_text(&f->edit);
    return f->choice_count ? str_from(f->choices[f->choice]) : STR_NONE;
}

/* ---- drawing: one row a field, and one more under it while it has a message ---- */

static int height_of(const struct form_field *field)
{
    return field->hidden ? 0 : 1 + (field->message.len > 0);
}

static int row_of(const struct form *form, int field)
{
    int row = 0;
    for (int i = 0; i < field; i++)
        row += height_of(&form->fields[i]);
    return row;
}

static int value_col(const struct form *form)
{
    return 1 + form->label_width + 2;
}

void form_arrange(struct form *form, int rows, int cols)
{
    form->rows = rows > 0 ? rows : 1;
    form->cols = cols;
    form->label_width = 0;
    for (int i = 0; i < form->count; i++) {
        if (form->fields[i].hidden || form->fields[i].kind == FORM_HEADING)
            continue;
        int width = text_columns(str_from(form->fields[i].label), cols / 2, false);
        form->label_width = width > form->label_width ? width : form->label_width;
    }
    form->label_width = form->label_width > cols / 2 ? cols / 2 : form->label_width;
    if (form->cursor >= form->count)
        return;
    int row = row_of(form, form->cursor), height = height_of(&form->fields[form->cursor]);
    if (form->top > row)
        form->top = row;
    if (form->top < row + height - form->rows)
        form->top = row + height - form->rows;
    for (int i = 0; i < form->count; i++)
        if (form->fields[i].kind == FORM_TEXT)
            line_edit_arrange(&form->fields[i].edit, cols - value_col(form));
}

static void draw_choice(
    const struct canvas *c, int y, int x, const struct form_field *field, enum role role)
{
    struct str text = field->choice_count ? str_from(field->choices[field->choice]) : STR_NONE;
    if (role != ROLE_FORM_FIELD_FOCUS) {
        canvas_text(c, y, x, c->cols - x, text, role, 0);
        return;
    }
    int used = canvas_text(c, y, x, c->cols - x, STR("< "), ROLE_FORM_NOTE, CANVAS_CUT);
    used += canvas_text(c, y, x + used, c->cols - x - used, text, role, 0);
    canvas_text(c, y, x + used, c->cols - x - used, STR(" >"), ROLE_FORM_NOTE, CANVAS_CUT);
}

static void draw_text(const struct canvas *c, int y, int x, const struct form_field *field,
    enum role role, bool focused)
{
    line_edit_draw(&field->edit, c, y, x, c->cols - x, role, focused);
    if (!field->edit.text.len && field->note)
        canvas_text(c, y, x, c->cols - x, str_from(field->note), ROLE_FORM_NOTE, 0);
}

static void draw_field(const struct form *form, const struct canvas *c, int y, int index)
{
    const struct form_field *field = &form->fields[index];
    bool focused = form->focused && index == form->cursor;
    enum role role = focused ? ROLE_FORM_FIELD_FOCUS : ROLE_FORM_FIELD;
    int x = value_col(form);
    if (field->kind == FORM_HEADING) {
        canvas_text(c, y, 1, c->cols - 1, str_from(field->label), ROLE_HEADER, 0);
        return;
    }
    canvas_text(c, y, 1, form->label_width, str_from(field->label), ROLE_FORM_LABEL, 0);
    if (focused)
        canvas_text(c, y, 0, 1, STR(">"), ROLE_CURSOR_GUTTER, CANVAS_CUT);
    if (field->kind == FORM_TEXT)
        draw_text(c, y, x, field, role, focused);
    else
        draw_choice(c, y, x, field, role);
    if (field->message.len)
        canvas_text(c, y + 1, x, c->cols - x, buf_str(&field->message), ROLE_FORM_ERROR, 0);
}

void form_draw(const struct form *form, const struct canvas *c)
{
    struct canvas area = canvas_sub(c, 0, 0, form->rows, form->cols);
    for (int i = 0; i < form->count; i++)
        if (!form->fields[i].hidden)
            draw_field(form, &area, row_of(form, i) - form->top, i);
}
