/* SPDX-License-Identifier: MIT */
/*
 * The picture as a whole. Must not know what any pane shows.
 *
 *    wide                                             narrow or zoomed: one pane
 *    dynascope  local · store      4 tables · rw      [PROD] Orders ▸ base table   400 read · rw
 *    Tables      │ Orders ▸ base table     figures    content
 *    ────────────┼────────────────────────────────    …
 *    content     │ content                            status (where there is room)
 *    status: a message, or facts about what is shown  hints, or a message
 *    hints
 */
#include "views/chrome.h"

#include "tui/text.h"
#include "views/hints.h"
#include "views/sessions/tour.h"
#include "views/tables/pane_tables.h"
#include "views/words.h"

enum { CHROME_TITLE = APP_PANES, CHROME_STATUS, CHROME_HINTS };
enum { CHROME_HEAD_ROWS = 2, CHROME_STATUS_FROM = 16, CHROME_MESSAGE_ROWS = 5 };

/* ---- placing ---- */

/* What its names need, but no more than a third. */
static int chrome_tables_cols(const struct app *app, int cols)
{
    int wanted = pane_tables_cols(app->tables), most = cols / 3 < 36 ? cols / 3 : 36;
    return wanted < 20 ? 20 : wanted > most ? most : wanted;
}

static void chrome_place(struct app *app, int rows, int cols)
{
    const struct layout_node panes[] = {
        {.kind = LAYOUT_PANE,
            .pane = APP_TABLES,
            .size = chrome_tables_cols(app, cols),
            .min_cols = 18,
            .min_rows = 6},
        {.kind = LAYOUT_PANE, .pane = APP_MAIN, .min_cols = 40, .min_rows = 6},
    };
    const struct layout_node parts[] = {
        {.kind = LAYOUT_PANE, .pane = CHROME_TITLE, .size = 1},
        {.kind = LAYOUT_BESIDE, .children = panes, .count = 2, .joined = true},
        {.kind = LAYOUT_PANE, .pane = CHROME_STATUS, .size = 1, .joined = true},
        {.kind = LAYOUT_PANE, .pane = CHROME_HINTS, .size = 1, .joined = true},
    };
    const struct layout_node root = {.kind = LAYOUT_STACK, .children = parts, .count = 4};
    layout_place(&app->layout, &root, rows, cols, (int)app->focus, app->zoom);
}

/* In the one pane that is shown alone: title, content, perhaps status, hints. */
static int chrome_foot_rows(int rows)
{
    return rows >= CHROME_STATUS_FROM ? 2 : 1;
}

int chrome_content_row(const struct app *app, int pane)
{
    return app->layout.panes[pane].row + (app->layout.single ? 1 : CHROME_HEAD_ROWS);
}

static struct canvas chrome_content(const struct app *app, const struct canvas *all, int pane)
{
    struct canvas c = layout_canvas(&app->layout, all, pane);
    if (app->layout.single)
        return canvas_sub(&c, 1, 0, c.rows - 1 - chrome_foot_rows(c.rows), c.cols);
    return canvas_sub(&c, CHROME_HEAD_ROWS, 0, c.rows - CHROME_HEAD_ROWS, c.cols);
}

/* ---- lines ---- */

/* Left and right text of a title line; the right one goes first where both do not fit. */
static void chrome_title_line(
    const struct canvas *c, struct str left, struct str right, enum role role)
{
    int right_cols = text_columns(right, c->cols, false);
    int left_cols = text_columns(left, c->cols, false);
    if (left_cols + right_cols + 4 > c->cols && right_cols > c->cols / 2)
        right_cols = c->cols / 2;
    if (right_cols > c->cols - 12)
        right_cols = 0;
    canvas_text(c, 0, 1, c->cols - right_cols - (right_cols ? 4 : 2), left, role, 0);
    if (right_cols)
        canvas_text(c, 0, c->cols - right_cols - 1, right_cols, right, ROLE_TITLE_INFO, 0);
}

/* "rw", "3 staged · rw"; over a view that says that itself: `alone`. */
static void chrome_mode(const struct app *app, bool alone, struct buf *out)
{
    bool refused = app->options.read_only || backend_read_only_remedy(worker_backend(app->worker));
    if (app->staged.count && !alone)
        buf_printf(out, "%zu staged · ", app->staged.count);
    else if (app->staged.on && !alone)
        buf_add(out, STR("staging · "));
    buf_add(out, refused ? STR("read-only") : STR("rw"));
}

/* As its name in the configuration file says; a remote one that can be written to is never quiet.
 */
static enum role chrome_label_role(const struct app *app)
{
    const struct backend *backend = worker_backend(app->worker);
    const char *colour = backend_colour(backend);
    if (strcmp(colour, "red") == 0)
        return ROLE_STATUS_DANGER;
    if (strcmp(colour, "yellow") == 0)
        return ROLE_STATUS_WARNING;
    if (strcmp(colour, "green") == 0)
        return ROLE_STATUS_OK;
    if (strcmp(colour, "blue") == 0)
        return ROLE_KEY;
    return backend_is_remote(backend) && !backend_read_only_remedy(backend)
               ? ROLE_STATUS_WARNING
               : ROLE_STATUS_CONNECTION;
}

static struct str chrome_label(const struct app *app)
{
    return str_from(
        app->options.label ? app->options.label : backend_label(worker_backend(app->worker)));
}

/* A pane alone has no head above it, so its title says where one is, where that is not this machine
 * or where it is to stand out. Returns how many columns that took. */
static int chrome_draw_place(const struct app *app, const struct canvas *c, int others)
{
    enum { LEAST = 8, MARGINS = 8 };
    const struct backend *backend = worker_backend(app->worker);
    int room = c->cols - others - MARGINS;
    if (!app->layout.single || !(backend_is_remote(backend) || backend_colour(backend)[0]))
        return 0;
    room = room < LEAST ? LEAST : room;
    return 2 + canvas_text(c, 0, 1, room, chrome_label(app), chrome_label_role(app), 0);
}

static void chrome_draw_pane_title(struct app *app, const struct canvas *c, struct view *view)
{
    struct buf left = {0}, right = {0};
    if (view->ops->title)
        view->ops->title(view, &left, &right);
    if (app->layout.single) {
        if (right.len)
            buf_add(&right, STR(" · "));
        bool grid = view == app->items || view == app->tables;
        chrome_mode(app, !grid, &right);
    }
    int at = chrome_draw_place(app, c,
        text_columns(buf_str(&left), c->cols, false) +
            text_columns(buf_str(&right), c->cols, false));
    struct canvas rest = canvas_sub(c, 0, at, 1, c->cols - at);
    chrome_title_line(
        &rest, buf_str(&left), buf_str(&right), view->focused ? ROLE_TITLE_FOCUS : ROLE_TITLE);
    buf_fini(&left);
    buf_fini(&right);
}

/* Which key signs, behind the label: "****WXYZ". */
static void chrome_key(const struct app *app, struct buf *out)
{
    char tail[BACKEND_KEY_TAIL + 1];
    if (backend_key_tail(worker_backend(app->worker), tail))
        buf_printf(out, " · ****%s", tail);
}

static void chrome_counts(const struct app *app, struct buf *out)
{
    int64_t items = 0;
    for (size_t i = 0; i < app->listing.count; i++)
        items += app->listing.entries[i]->table.items;
    if (app->listing.listed) {
        words_plural(out, (int64_t)app->listing.count, "table");
        buf_add(out, STR(" · "));
        words_count_short(out, items);
        buf_add(out, items == 1 ? STR(" item · ") : STR(" items · "));
    }
    chrome_mode(app, false, out);
}

static void chrome_draw_head(const struct app *app, const struct canvas *c)
{
    struct buf right = {0}, key = {0};
    chrome_counts(app, &right);
    int cols = text_columns(buf_str(&right), c->cols, false);
    int at = 1 + canvas_text(c, 0, 1, c->cols - 2, STR("dynascope"), ROLE_TITLE, CANVAS_CUT) + 2;
    if (app->options.demo && !str_equal(chrome_label(app), STR("demo")))
        at += canvas_text(c, 0, at, c->cols - at, STR("demo"), ROLE_STATUS_CONNECTION, CANVAS_CUT) +
              2;
    if (cols + at + 8 > c->cols)
        cols = 0;
    int room = c->cols - at - cols - 3;
    at += canvas_text(c, 0, at, room, chrome_label(app), chrome_label_role(app), 0);
    chrome_key(app, &key);
    if (text_columns(buf_str(&key), c->cols, false) + at + cols + 3 <= c->cols)
        canvas_text(c, 0, at, room, buf_str(&key), ROLE_TITLE_INFO, 0);
    buf_fini(&key);
    if (cols)
        canvas_text(c, 0, c->cols - cols - 1, cols, buf_str(&right), ROLE_TITLE_INFO, 0);
    buf_fini(&right);
}

/* The right end of the status line: keys of an unfinished sequence, what a request waits for, or
 * how long a job takes. */
static void chrome_progress(const struct app *app, struct buf *out)
{
    struct backend_wait wait;
    if (app->count.on) {
        buf_printf(out, "%d%s", app->count.times, app->pending.count ? " " : " …");
    }
    if (app->pending.count) {
        key_sequence_format(out, &app->pending);
        buf_add(out, STR(" …"));
    } else if (out->len) {
        return;
    } else if (app->busy_shown && backend_waiting(worker_backend(app->worker), &wait)) {
        words_wait(out, &wait);
    } else if (app->busy_shown && app->busy_since_ns) {
        buf_printf(out, "working, %lld s",
            (long long)((clock_tick_ns() - app->busy_since_ns) / 1000000000));
    }
}

/* The front of a text that fits a line, cut at a blank where there is one. */
static struct str chrome_fit(struct str text, int cols)
{
    size_t fit = text_fit(text, cols, false);
    if (fit >= text.len || cols < 8)
        return str_take(text, fit);
    for (size_t at = fit; at > fit / 2; at--)
        if (text.at[at] == ' ')
            return str_take(text, at);
    return str_take(text, fit);
}

static int chrome_message_lines(const struct app *app, int cols)
{
    int lines = 0;
    for (struct str rest = buf_str(&app->message); rest.len && lines < CHROME_MESSAGE_ROWS; lines++)
        rest = str_trim(str_skip(rest, chrome_fit(rest, cols).len));
    return lines;
}

/* A message that is longer than a line grows upwards over the pane: nothing of it is lost. */
static void chrome_draw_message(const struct app *app, const struct canvas *all, int row, int cols)
{
    int lines = chrome_message_lines(app, cols);
    struct str rest = buf_str(&app->message);
    for (int i = 0; i < lines; i++) {
        struct str line = i + 1 < lines ? chrome_fit(rest, cols) : rest;
        int at = row - lines + 1 + i;
        canvas_fill(all, at, 0, 1, all->cols, app->message_role);
        canvas_text(all, at, 1, cols, line, app->message_role, 0);
        rest = str_trim(str_skip(rest, line.len));
    }
}

static void chrome_draw_status(struct app *app, const struct canvas *all, int row, bool facts)
{
    struct buf text = {0}, right = {0};
    struct view *view = app_focused(app);
    chrome_progress(app, &right);
    int cols = right.len ? text_columns(buf_str(&right), all->cols, false) + 2 : 0;
    if (app->message.len) {
        chrome_draw_message(app, all, row, all->cols - 2 - cols);
    } else if (facts && view->ops->facts) {
        view->ops->facts(view, &text);
        canvas_text(all, row, 1, all->cols - 2 - cols, buf_str(&text), ROLE_STATUS, 0);
    }
    if (cols)
        canvas_text(all, row, all->cols - cols, cols, buf_str(&right), ROLE_STATUS_BUSY, 0);
    buf_fini(&text);
    buf_fini(&right);
}

static void chrome_draw_hints(struct app *app, const struct canvas *c)
{
    struct buf hints = {0};
    hints_add(app, app_focused(app), c->cols - 2, &hints);
    hints_draw(c, 0, 1, c->cols - 2, buf_str(&hints));
    buf_fini(&hints);
}

/* ---- the frame ---- */

static void chrome_paint_pane(struct app *app, const struct canvas *all, int pane)
{
    struct view *view = pane == APP_TABLES ? app->tables : app_main(app);
    if (!layout_shows(&app->layout, pane))
        return;
    view->focused = pane == (int)app->focus;
    struct canvas content = chrome_content(app, all, pane);
    struct canvas whole = layout_canvas(&app->layout, all, pane);
    view->ops->arrange(view, content.rows, content.cols);
    view->ops->draw(view, &content);
    chrome_draw_pane_title(app, &whole, view);
}

static void chrome_paint_foot(struct app *app, const struct canvas *all)
{
    if (!app->layout.single) {
        struct canvas head = layout_canvas(&app->layout, all, CHROME_TITLE);
        struct canvas hints = layout_canvas(&app->layout, all, CHROME_HINTS);
        chrome_draw_head(app, &head);
        chrome_draw_status(app, all, app->layout.panes[CHROME_STATUS].row, true);
        chrome_draw_hints(app, &hints);
        return;
    }
    int foot = chrome_foot_rows(all->rows);
    struct canvas last = canvas_sub(all, all->rows - 1, 0, 1, all->cols);
    struct buf progress = {0};
    chrome_progress(app, &progress);
    if (foot == 2 || (!app->message.len && !progress.len))
        chrome_draw_hints(app, &last);
    if (foot == 2 || app->message.len || progress.len)
        chrome_draw_status(app, all, all->rows - foot, foot == 2);
    buf_fini(&progress);
}

/* A menu may lie over the status line: what is said of what was typed into it is seen all the same.
 */
static void chrome_message_over(const struct app *app, const struct canvas *all)
{
    const struct view *top = app->overlay_count ? app->overlays[app->overlay_count - 1] : NULL;
    if (top && app->message.len && !app->layout.tiny && strcmp(top->ops->context, "help") == 0)
        chrome_draw_message(app, all, all->rows - 1, all->cols - 2);
}

void chrome_paint(struct app *app)
{
    int rows, cols;
    screen_size(app->screen, &rows, &cols);
    if (app->frame.rows != rows || app->frame.cols != cols)
        frame_resize(&app->frame, rows, cols);
    else
        frame_clear(&app->frame);
    struct canvas whole = frame_canvas(&app->frame);
    int low = tour_rows(app, rows, cols);
    struct canvas all = canvas_sub(&whole, 0, 0, rows - low, cols);
    struct canvas below = canvas_sub(&whole, rows - low, 0, low, cols);
    chrome_place(app, rows - low, cols);
    if (!app->layout.tiny) {
        chrome_paint_pane(app, &all, APP_TABLES);
        chrome_paint_pane(app, &all, APP_MAIN);
    }
    layout_draw(&app->layout, &all);
    if (!app->layout.single && !app->layout.tiny) /* over the whole width, so that it joins */
        canvas_hline(&all, chrome_content_row(app, APP_MAIN) - 1, 0, cols, ROLE_BORDER);
    if (!app->layout.tiny)
        chrome_paint_foot(app, &all);
    for (int i = 0; i < app->overlay_count && !app->layout.tiny; i++) {
        struct view *view = app->overlays[i];
        view->focused = i + 1 == app->overlay_count;
        view->ops->arrange(view, all.rows, all.cols);
        view->ops->draw(view, &all);
    }
    chrome_message_over(app, &all);
    if (low)
        tour_draw(app, &below);
}
