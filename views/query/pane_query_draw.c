/* SPDX-License-Identifier: MIT */
/*
 * The query builder's picture. Must not change the query.
 *
 *   ┌─ Query Orders ──────────────────┐
 *   │ status = "x" if amount > 100▏   │  the line, what is wrong underlined
 *   │ QUERY on GSI1 · key: status · … │  verdict, or what is wrong
 *   │ reads at most 12 items, 0.5 RCU │
 *   ├─────────────────────────────────┤
 *   │ status   =   x              key │  the fields: terms and clauses
 *   │ amount   >   100    filter only │
 *   │ + condition                     │
 *   │ index    whichever serves       │
 *   ├─────────────────────────────────┤
 *   │ "PENDING" 12  "PAID" 3          │  what may stand at the cursor
 *   │ the table    no customerId = …  │  why not elsewhere
 *   │ aws dynamodb query …            │
 *   │ Enter run  Esc leave            │  gone where the screen is low
 *   └─────────────────────────────────┘
 */
#include "tui/text.h"
#include "views/app.h"
#include "views/hints.h"
#include "views/query/pane_query_impl.h"

enum { LABEL_COLS = 12, HEAD_ROWS = 4, HINTS_INSIDE = 12 };

/* Columns of a condition: on a narrow screen the marks go and the rest moves together. */
struct fields_layout {
    int join, name, op, mark;
};

static struct fields_layout layout_for(const struct pane_query *p, int cols)
{
    int join = p->form.joined ? 4 : 0;
    if (cols >= 60)
        return (struct fields_layout){join, 20, 14, 12};
    return (struct fields_layout){join, cols / 3, 8, 0};
}

static bool is_term_part(const struct query_field *field)
{
    return field->kind <= QUERY_FIELD_TERM;
}

/* On a wide screen two short clauses share a row. */
static bool shares_row(const struct pane_query *p, const struct query_field *field)
{
    return p->cols >= 60 &&
           (field->kind == QUERY_FIELD_LIMIT || field->kind == QUERY_FIELD_SEGMENTS);
}

int pane_query_row(const struct pane_query *p, int field)
{
    int row = 0;
    for (int i = 1; i <= field; i++) {
        const struct query_field *one = &p->form.fields[i], *before = one - 1;
        bool same = is_term_part(one) && is_term_part(before) && one->node == before->node;
        row += !same && !shares_row(p, one);
    }
    return row;
}

static int count_rows(const struct pane_query *p)
{
    return p->form.field_count ? pane_query_row(p, (int)p->form.field_count - 1) + 1 : 0;
}

/* ---- places ---- */

static int dialog_cols(int cols)
{
    return cols > 124 ? 120 : cols > 60 ? cols - 4 : cols;
}

static int dialog_rows(const struct pane_query *p, int rows)
{
    enum { FOOT_ROWS = 7, BORDERS = 2 };
    int wanted =
        HEAD_ROWS + count_rows(p) + (int)p->browse->table.index_count + 1 + FOOT_ROWS + BORDERS;
    int most = rows > 12 ? rows - 2 : rows;
    return wanted < most ? wanted : most;
}

/* The row of the hints, where there is room. */
static int hint_rows(int inside)
{
    return inside >= HINTS_INSIDE;
}

static int form_rows(const struct pane_query *p, int inside)
{
    int room = inside - HEAD_ROWS, all = count_rows(p);
    return all < room ? all : room;
}

void pane_query_arrange(struct view *view, int rows, int cols)
{
    struct pane_query *p = (struct pane_query *)view;
    p->rows = rows;
    p->cols = cols;
    int inside = dialog_rows(p, rows) - 2, width = dialog_cols(cols) - 4;
    int shown = form_rows(p, inside - hint_rows(inside)),
        row = p->at < 0 ? 0 : pane_query_row(p, p->at);
    if (row < p->top)
        p->top = row;
    if (shown > 0 && row >= p->top + shown)
        p->top = row - shown + 1;
    line_edit_arrange(&p->edit, p->at < 0 ? width : width / 2);
    if (p->edit.completion < 0)
        pane_query_complete(p, line_edit_text(&p->edit), p->edit.cursor);
    buf_clear(&p->keys);
    hints_add(view->app, view, width, &p->keys);
}

/* As many rows as there are and it needs; lines end where `fit` says. */
static void draw_wrapped(const struct canvas *c, int row, struct str text, enum role role,
    size_t (*fit)(struct str, int, bool))
{
    bool ascii = c->frame->ascii;
    for (; row < c->rows && text.len; row++) {
        size_t fits = row + 1 < c->rows ? fit(text, c->cols, ascii) : text.len;
        struct str line = str_take(text, fits);
        canvas_text(c, row, 0, c->cols, fit == text_fit ? line : str_trim(line), role, 0);
        text = str_skip(text, fits);
    }
}

/* ---- the line ---- */

static void underline(const struct pane_query *p, const struct canvas *c, int left)
{
    struct str text = buf_str(&p->form.text);
    const struct err *err = &p->form.err;
    if (err->at == ERR_NOWHERE || err->at > text.len || err->at < (size_t)left)
        return;
    bool ascii = p->view.app->frame.ascii;
    int col = text_columns(
        str_take(str_skip(text, (size_t)left), err->at - (size_t)left), c->cols, ascii);
    int cols = text_columns(str_take(str_skip(text, err->at), err->len), c->cols, ascii);
    canvas_paint(c, 0, col, cols > 0 ? cols : 1, ROLE_ERROR);
}

static void draw_line(const struct pane_query *p, const struct canvas *c)
{
    bool here = p->at == PANE_QUERY_LINE;
    if (here)
        line_edit_draw(&p->edit, c, 0, 0, c->cols, ROLE_INPUT, true);
    else
        canvas_text(c, 0, 0, c->cols, buf_str(&p->form.text), ROLE_FORM_FIELD, CANVAS_FILL);
    if (!p->form.planned)
        underline(p, c, here ? (int)p->edit.left : 0);
}

static void draw_verdict(const struct pane_query *p, const struct canvas *c)
{
    struct canvas rows = canvas_sub(c, 1, 0, 2, c->cols);
    bool good = p->is_statement ? p->statement.good : p->form.planned;
    if (p->error.len || !good) {
        struct str wrong = p->error.len ? buf_str(&p->error) : str_from(p->form.err.text);
        draw_wrapped(&rows, 0, wrong, ROLE_ERROR, text_fit_words);
        return;
    }
    bool cheap = p->is_statement ? p->statement.reads : p->form.plan.query;
    enum role role = cheap ? ROLE_OK : ROLE_WARNING;
    canvas_text(&rows, 0, 0, c->cols, buf_str(&p->verdict), role, 0);
    canvas_text(&rows, 1, 0, c->cols, buf_str(&p->cost), ROLE_DIM, 0);
}

/* ---- the form ---- */

static const char *label_of(enum query_field_kind kind)
{
    switch (kind) {
    case QUERY_FIELD_ADD:
        return "+ condition";
    case QUERY_FIELD_INDEX:
        return "index";
    case QUERY_FIELD_SHOW:
        return "show";
    case QUERY_FIELD_ORDER:
        return "order";
    case QUERY_FIELD_LIMIT:
        return "limit";
    case QUERY_FIELD_CONSISTENT:
        return "consistent";
    case QUERY_FIELD_SEGMENTS:
        return "segments";
    default:
        return "";
    }
}

/* What stands where nothing was said. */
static const char *nothing_of(enum query_field_kind kind)
{
    switch (kind) {
    case QUERY_FIELD_INDEX:
        return "whichever serves";
    case QUERY_FIELD_SHOW:
        return "all attributes";
    case QUERY_FIELD_ORDER:
        return "ascending";
    case QUERY_FIELD_LIMIT:
        return "none";
    case QUERY_FIELD_CONSISTENT:
        return "no";
    case QUERY_FIELD_SEGMENTS:
        return "none";
    default:
        return "";
    }
}

/* Two columns a bracket, as far as a name still fits. */
static int indent_of(const struct query_field *field)
{
    return field->depth > 4 ? 8 : 2 * (int)field->depth;
}

static void place_part(
    const struct pane_query *p, const struct query_field *field, int cols, int *col, int *width)
{
    struct fields_layout l = layout_for(p, cols);
    int name = l.join + indent_of(field) + (field->negated || field->outer ? 4 : 0);
    int op = l.join + l.name, value = op + l.op, rest = cols - value - l.mark;
    switch (field->kind) {
    case QUERY_FIELD_JOIN:
        *col = indent_of(field);
        *width = 4;
        break;
    case QUERY_FIELD_NAME:
        *col = name;
        *width = op - name - 1;
        break;
    case QUERY_FIELD_OPERATOR:
        *col = op;
        *width = l.op - 1;
        break;
    case QUERY_FIELD_UPPER:
        *col = value + rest / 2 + 1;
        *width = rest / 2 - 1;
        break;
    case QUERY_FIELD_TERM:
        *col = name;
        *width = cols - l.mark - name;
        break;
    default:
        *col = value;
        *width = field->ranged ? rest / 2 : rest - 1;
        break;
    }
}

static void place_field(
    const struct pane_query *p, const struct query_field *field, int cols, int *col, int *width)
{
    if (is_term_part(field)) {
        place_part(p, field, cols, col, width);
    } else {
        bool left = field->kind == QUERY_FIELD_ORDER || field->kind == QUERY_FIELD_CONSISTENT;
        bool half = p->cols >= 60 && left, right = shares_row(p, field);
        *col = (right ? cols / 2 : 0) + LABEL_COLS;
        *width = (half ? cols / 2 - 1 : cols) - *col;
    }
}

static void draw_text(
    const struct pane_query *p, const struct canvas *c, int i, int row, int col, int width)
{
    const struct query_field *field = &p->form.fields[i];
    struct buf text = {0};
    query_form_get(&p->form, field, &text);
    if (p->at == i)
        line_edit_draw(&p->edit, c, row, col, width, ROLE_FORM_FIELD_FOCUS, true);
    else if (text.len)
        canvas_text(c, row, col, width, buf_str(&text),
            field->kind == QUERY_FIELD_JOIN ? ROLE_FORM_NOTE : ROLE_FORM_FIELD, 0);
    else
        canvas_text(c, row, col, width, str_from(nothing_of(field->kind)), ROLE_FORM_NOTE, 0);
    buf_fini(&text);
}

/* "not" before the name, "size of" before the operator's field. */
static void draw_prefix(
    const struct pane_query *p, const struct canvas *c, const struct query_field *field, int row)
{
    bool name = field->kind == QUERY_FIELD_NAME || field->kind == QUERY_FIELD_TERM;
    int col, width;
    place_field(p, field, c->cols, &col, &width);
    if (name && (field->negated || field->outer))
        canvas_text(c, row, col - 4, 4, field->outer ? STR("not(") : STR("not"), ROLE_FORM_NOTE, 0);
    if (field->kind == QUERY_FIELD_OPERATOR && field->sized)
        canvas_text(c, row, col - 5, 4, STR("size"), ROLE_FORM_NOTE, 0);
}

static void draw_field(const struct pane_query *p, const struct canvas *c, int i, int row)
{
    const struct query_field *field = &p->form.fields[i];
    int col, width;
    place_field(p, field, c->cols, &col, &width);
    if (!is_term_part(field))
        canvas_put(c, row, col - LABEL_COLS, ROLE_FORM_LABEL, label_of(field->kind));
    draw_text(p, c, i, row, col, width);
    if (is_term_part(field))
        draw_prefix(p, c, field, row);
}

static void draw_mark(const struct pane_query *p, const struct canvas *c, int i, int row)
{
    const struct query_field *field = &p->form.fields[i];
    int mark = layout_for(p, c->cols).mark;
    if (is_term_part(field) && mark)
        canvas_text(c, row, c->cols - mark, mark,
            str_from(query_verdict_node(&p->form, field->node)), ROLE_FORM_NOTE, CANVAS_RIGHT);
}

static void draw_form(const struct pane_query *p, const struct canvas *c)
{
    for (size_t i = 0; i < p->form.field_count; i++) {
        int row = pane_query_row(p, (int)i) - p->top;
        if (row < 0 || row >= c->rows)
            continue;
        draw_field(p, c, (int)i, row);
        draw_mark(p, c, (int)i, row);
    }
}

/* ---- why, and how else ---- */

static int draw_reasons(const struct pane_query *p, const struct canvas *c)
{
    struct buf place = {0}, why = {0};
    int row = 0, name = layout_for(p, c->cols).name;
    while (row < c->rows && query_verdict_reason(&p->form, (uint32_t)row, &place, &why)) {
        canvas_text(c, row, 0, name - 1, buf_str(&place), ROLE_LABEL, 0);
        canvas_text(c, row, name, c->cols - name, buf_str(&why), ROLE_DIM, 0);
        buf_clear(&place);
        buf_clear(&why);
        row++;
    }
    buf_fini(&place);
    buf_fini(&why);
    return row;
}

/* What may stand where the cursor is, as much as one row takes. */
static int draw_candidates(const struct pane_query *p, const struct canvas *c)
{
    const struct query_candidates *list = &p->candidates;
    int col = 0;
    for (size_t i = 0; i < list->count && col < c->cols; i++) {
        col += canvas_text(
            c, 0, col, c->cols - col, list->list[i].text, i ? ROLE_LABEL : ROLE_FORM_FIELD, 0);
        if (list->list[i].rows)
            col += canvas_printf(c, 0, col, ROLE_DIM, " %u", list->list[i].rows);
        col += 2;
    }
    return list->count > 0;
}

static void draw_foot(const struct pane_query *p, const struct canvas *c)
{
    int line = p->form.field_count > 0; /* below a form */
    if (c->rows < 2)
        return;
    if (line)
        canvas_hline(c, 0, 0, c->cols, ROLE_DIALOG_BORDER);
    struct canvas rest = canvas_sub(c, line, 0, c->rows - line, c->cols);
    int used = draw_candidates(p, &rest);
    rest = canvas_sub(&rest, used, 0, rest.rows - used, c->cols);
    if (rest.rows < 1)
        return;
    used = p->form.planned ? draw_reasons(p, &rest) : 0;
    draw_wrapped(&rest, used, buf_str(&p->command), ROLE_NOTE, text_fit);
}

int pane_query_field_at(const struct pane_query *p, int row, int col)
{
    int rows = dialog_rows(p, p->rows), cols = dialog_cols(p->cols);
    int inside = rows - 2, shown = form_rows(p, inside - hint_rows(inside));
    int x = col - (p->cols - cols) / 2 - 2, y = row - (p->rows - rows) / 2 - 1;
    if (y >= 0 && y < HEAD_ROWS)
        return PANE_QUERY_LINE;
    for (size_t i = 0; y >= HEAD_ROWS && y < HEAD_ROWS + shown && i < p->form.field_count; i++) {
        int from, width;
        place_field(p, &p->form.fields[i], cols - 4, &from, &width);
        bool last = i + 1 == p->form.field_count ||
                    pane_query_row(p, (int)i + 1) != pane_query_row(p, (int)i);
        if (pane_query_row(p, (int)i) - p->top == y - HEAD_ROWS && (x < from + width + 1 || last))
            return (int)i;
    }
    return p->at;
}

void pane_query_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_query *p = (const struct pane_query *)view;
    struct buf title = {0};
    buf_printf(&title, "Query %.*s", STR_ARG(p->browse->table.name));
    struct canvas dialog = canvas_dialog(
        c, dialog_rows(p, c->rows), dialog_cols(c->cols), buf_str(&title), ROLE_DIALOG_TITLE);
    buf_fini(&title);
    draw_line(p, &dialog);
    draw_verdict(p, &dialog);
    canvas_hline(&dialog, HEAD_ROWS - 1, 0, dialog.cols, ROLE_DIALOG_BORDER);
    int hints = hint_rows(dialog.rows), rows = form_rows(p, dialog.rows - hints);
    struct canvas form = canvas_sub(&dialog, HEAD_ROWS, 0, rows, dialog.cols);
    draw_form(p, &form);
    int left = dialog.rows - HEAD_ROWS - rows - hints;
    struct canvas foot = canvas_sub(&dialog, HEAD_ROWS + rows, 0, left, dialog.cols);
    draw_foot(p, &foot);
    if (hints)
        hints_draw(&dialog, dialog.rows - 1, 0, dialog.cols, buf_str(&p->keys));
}
