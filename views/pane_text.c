/* SPDX-License-Identifier: MIT */
/*
 * A text to read: scrolled, wrapped or not, searched, copied. Must not know what it is.
 */
#include "views/pane_text.h"

#include "backend/json.h"
#include "base/mem.h"
#include "tui/pager.h"
#include "views/contexts.h"

#include <stdlib.h>

struct pane_text {
    struct view view;
    struct buf title, text, search;
    struct pager pager;
};

/* ---- JSON to be read ---- */

static void put_pretty(struct buf *out, const struct json *json, int depth)
{
    bool object = json->type == JSON_OBJECT;
    if ((!object && json->type != JSON_ARRAY) || !json->first) {
        json_put(out, json);
        return;
    }
    buf_add_byte(out, object ? '{' : '[');
    for (const struct json *m = json->first; m; m = m->next) {
        buf_printf(out, "%s\n%*s", m == json->first ? "" : ",", 2 * depth + 2, "");
        if (object) {
            json_put_string(out, m->name);
            buf_add(out, STR(": "));
        }
        put_pretty(out, m, depth + 1);
    }
    buf_printf(out, "\n%*s%c", 2 * depth, "", object ? '}' : ']');
}

void pane_text_pretty(struct buf *out, struct str json)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *parsed = json_parse(&arena, json, &ignored);
    if (parsed)
        put_pretty(out, parsed, 0);
    else
        buf_add(out, json);
    arena_fini(&arena);
}

/* ---- commands ---- */

static void text_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_text *p = (struct pane_text *)view;
    (void)args;
    app_copy(app, buf_str(&p->text), buf_str(&p->title));
}

static void find(struct app *app, struct view *view, int step)
{
    struct pane_text *p = (struct pane_text *)view;
    if (!p->search.len)
        app_run(app, STR("filter"));
    else if (!pager_find(&p->pager, buf_str(&p->search), step))
        app_say(app, ROLE_STATUS, "no more of that");
}

static void text_run_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    find(app, view, 1);
}

static void text_run_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    find(app, view, -1);
}

const struct command pane_text_commands[] = {
    {.name = "copy", .help = "copy the text", .hint = "copy", .priority = 5, .run = text_run_copy},
    {.name = "find-next",
        .help = "to the next line with what was searched",
        .hint = "find next",
        .priority = 4,
        .flags = COMMAND_REPEATS,
        .run = text_run_next},
    {.name = "find-previous",
        .help = "to the line before with what was searched",
        .flags = COMMAND_REPEATS,
        .run = text_run_previous},
    {0},
};

/* ---- the view ---- */

static void text_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_text *p = (struct pane_text *)view;
    buf_add(left, buf_str(&p->title));
    if (p->pager.line_count > p->pager.rows)
        buf_printf(right, "line %d of %d", p->pager.top + 1, p->pager.line_count);
}

static void text_arrange(struct view *view, int rows, int cols)
{
    struct pane_text *p = (struct pane_text *)view;
    p->pager.ascii = view->app->frame.ascii;
    p->pager.search = buf_str(&p->search);
    pager_arrange(&p->pager, rows, cols - 2);
}

static void text_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_text *p = (const struct pane_text *)view;
    struct canvas inside = canvas_sub(c, 0, 1, c->rows, c->cols - 2);
    pager_draw(&p->pager, &inside);
}

static bool text_action(struct view *view, enum action action)
{
    return pager_handle(&((struct pane_text *)view)->pager, action);
}

static void text_filter(struct view *view, struct str text)
{
    struct pane_text *p = (struct pane_text *)view;
    buf_clear(&p->search);
    buf_add(&p->search, text);
    if (text.len)
        pager_find(&p->pager, text, 1);
}

static bool text_back(struct view *view)
{
    struct pane_text *p = (struct pane_text *)view;
    bool searched = p->search.len > 0;
    buf_clear(&p->search);
    return searched;
}

static void text_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    (void)row;
    (void)col;
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        text_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
}

static void text_free(struct view *view)
{
    struct pane_text *p = (struct pane_text *)view;
    pager_fini(&p->pager);
    buf_fini(&p->title);
    buf_fini(&p->text);
    buf_fini(&p->search);
    free(p);
}

static const struct view_ops text_ops = {
    .context = "text",
    .commands = pane_text_commands,
    .title = text_title,
    .arrange = text_arrange,
    .draw = text_draw,
    .action = text_action,
    .mouse = text_mouse,
    .filter = text_filter,
    .back = text_back,
    .free = text_free,
};

void pane_text_open(struct app *app, struct str title, struct str text)
{
    struct pane_text *p = mem_new(struct pane_text);
    p->view = (struct view){.ops = &text_ops, .app = app};
    buf_add(&p->title, title);
    buf_add(&p->text, text);
    pager_init(&p->pager);
    p->pager.wrap = true;
    pager_set(&p->pager, buf_str(&p->text));
    app_show_over(app, &p->view);
}
