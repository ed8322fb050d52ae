/* SPDX-License-Identifier: MIT */
/*
 * A text to read: scrolled, wrapped or not, searched, copied; as it is, as JSON with a line a
 * member, or as a hex dump; and what is packed into it, layer by layer. Must not know where it is
 * from.
 *
 *   bytes ─ o ─▶ base64 ─ o ─▶ gzip ─ o ─▶ text     back: the layer before
 *     └─▶ the text itself │ JSON │ hex ─▶ pager
 */
#include "views/pane_text.h"

#include "backend/json_out.h"
#include "backend/number.h"
#include "base/mem.h"
#include "tui/pager.h"
#include "views/contexts.h"
#include "views/item/hexdump.h"
#include "views/item/unfold.h"
#include "views/words.h"

#include <stdlib.h>

enum { TEXT_LAYERS_MAX = 8 };

struct text_layer {
    struct buf bytes;
    const char *form, *lack; /* what it was unfolded from; NULL: the value itself */
};

enum text_look { TEXT_LOOK_PLAIN, TEXT_LOOK_JSON, TEXT_LOOK_HEX };

struct pane_text {
    struct view view;
    struct buf title, search;
    struct text_layer layers[TEXT_LAYERS_MAX];
    int top; /* the layer that is shown */
    enum text_look look;
    struct buf shown; /* JSON or hex; the layer's own bytes are shown in place */
    int hex_line;     /* bytes a line, as it was made */
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

/* ---- looks and layers ---- */

static struct str text_bytes(const struct pane_text *p)
{
    return buf_str(&p->layers[p->top].bytes);
}

static struct str text_shown(const struct pane_text *p)
{
    return p->look == TEXT_LOOK_PLAIN ? text_bytes(p) : buf_str(&p->shown);
}

static void text_make_hex(struct pane_text *p)
{
    p->hex_line = hexdump_fit(p->pager.cols);
    buf_clear(&p->shown);
    hexdump_add(&p->shown, text_bytes(p), p->hex_line);
}

static void text_show(struct pane_text *p, enum text_look look)
{
    p->look = look;
    if (look == TEXT_LOOK_HEX)
        text_make_hex(p);
    pager_set(&p->pager, text_shown(p));
}

/* Bytes that are no text are better read in hex. */
static void text_show_layer(struct pane_text *p)
{
    text_show(p, unfold_is_text(text_bytes(p)) ? TEXT_LOOK_PLAIN : TEXT_LOOK_HEX);
}

/* Puts what is in an encoded value on top. */
static void text_push(struct pane_text *p, struct value v, const struct unfold *unfold)
{
    struct text_layer *layer = &p->layers[p->top];
    char number[NUMBER_TEXT_MAX];
    layer->form = unfold->form;
    layer->lack = unfold->lack;
    buf_clear(&layer->bytes);
    if (v.type == VALUE_S || v.type == VALUE_B)
        buf_add(&layer->bytes, v.data);
    else if (v.type == VALUE_N)
        buf_add_bytes(&layer->bytes, number, number_format(v.data, number));
    else
        json_out_pretty_value(&layer->bytes, v, !json_out_is_plain(v));
    if (v.type == VALUE_B)
        text_show_layer(p);
    else
        text_show(p, TEXT_LOOK_PLAIN);
}

static void text_pop(struct pane_text *p)
{
    buf_clear(&p->layers[p->top--].bytes);
    text_show_layer(p);
}

/* ---- commands ---- */

static void text_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_text *p = (struct pane_text *)view;
    (void)args;
    app_copy(app, text_shown(p), buf_str(&p->title));
}

static void text_run_json(struct app *app, struct view *view, struct str args)
{
    struct pane_text *p = (struct pane_text *)view;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    (void)args;
    if (p->look == TEXT_LOOK_JSON) {
        text_show(p, TEXT_LOOK_PLAIN);
        return;
    }
    const struct json *json = json_parse(&arena, text_bytes(p), &err);
    if (json) {
        buf_clear(&p->shown);
        put_pretty(&p->shown, json, 0);
        text_show(p, TEXT_LOOK_JSON);
    } else {
        app_say(app, ROLE_STATUS_WARNING, "no JSON: %s", err.text);
    }
    arena_fini(&arena);
}

static void text_run_hex(struct app *app, struct view *view, struct str args)
{
    struct pane_text *p = (struct pane_text *)view;
    (void)app;
    (void)args;
    text_show(p, p->look == TEXT_LOOK_HEX ? TEXT_LOOK_PLAIN : TEXT_LOOK_HEX);
}

static void text_run_unfold(struct app *app, struct view *view, struct str args)
{
    struct pane_text *p = (struct pane_text *)view;
    struct buf out = {0};
    struct unfold unfold;
    struct err err = ERR_INIT;
    struct str bytes = text_bytes(p);
    struct value v = {.type = unfold_is_text(bytes) ? VALUE_S : VALUE_B, .data = bytes};
    (void)args;
    if (p->top + 1 == TEXT_LAYERS_MAX)
        app_say(app, ROLE_STATUS_WARNING, "that is deep enough");
    else if (!unfold_value(v, &out, &unfold, &err))
        app_say(app, ROLE_STATUS_WARNING, "nothing to unfold: %s", err.text);
    else {
        p->top++;
        text_push(p, value_of(buf_str(&out)), &unfold);
    }
    buf_fini(&out);
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
    {.name = "json",
        .help = "JSON with a line a member, or as it is written",
        .hint = "JSON",
        .priority = 3,
        .run = text_run_json},
    {.name = "hex",
        .help = "the bytes as a hex dump, or as text",
        .hint = "hex",
        .priority = 2,
        .run = text_run_hex},
    {.name = "unfold-value",
        .help = "what is packed into it: base64, gzip, zlib, zstd, JSON in a string",
        .hint = "unfold",
        .priority = 2,
        .run = text_run_unfold},
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

/* "String · 12 KB · base64 ▸ gzip, cut off · wrapped at words" */
static void text_facts(struct view *view, struct buf *out)
{
    struct pane_text *p = (struct pane_text *)view;
    words_bytes(out, (int64_t)text_bytes(p).len);
    for (int i = 1; i <= p->top; i++) {
        const struct text_layer *layer = &p->layers[i];
        buf_printf(out, "%s%s%s%s", i == 1 ? " · from " : " ▸ ", layer->form,
            *layer->lack ? ", " : "", layer->lack);
    }
    buf_add(out, p->look == TEXT_LOOK_HEX    ? STR(" · hex")
                 : p->look == TEXT_LOOK_JSON ? STR(" · JSON")
                                             : STR(""));
    if (p->look != TEXT_LOOK_HEX)
        buf_add(out, !p->pager.wrap   ? STR(" · lines cut")
                     : p->pager.words ? STR(" · wrapped behind words")
                                      : STR(" · wrapped"));
}

static void text_arrange(struct view *view, int rows, int cols)
{
    struct pane_text *p = (struct pane_text *)view;
    p->pager.ascii = view->app->frame.ascii;
    p->pager.search = buf_str(&p->search);
    pager_arrange(&p->pager, rows, cols - 2);
    if (p->look == TEXT_LOOK_HEX && p->hex_line != hexdump_fit(p->pager.cols)) {
        text_show(p, TEXT_LOOK_HEX);
        pager_arrange(&p->pager, rows, cols - 2);
    }
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
    buf_clear(&view->app->message);
    if (text.len && !pager_find(&p->pager, text, 0))
        app_say(view->app, ROLE_STATUS_WARNING, "not found in this text");
}

static bool text_back(struct view *view)
{
    struct pane_text *p = (struct pane_text *)view;
    if (p->search.len)
        buf_clear(&p->search);
    else if (p->top)
        text_pop(p);
    else
        return false;
    return true;
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
    for (int i = 0; i < TEXT_LAYERS_MAX; i++)
        buf_fini(&p->layers[i].bytes);
    buf_fini(&p->title);
    buf_fini(&p->shown);
    buf_fini(&p->search);
    free(p);
}

static const struct view_ops text_ops = {
    .context = "text",
    .commands = pane_text_commands,
    .title = text_title,
    .facts = text_facts,
    .arrange = text_arrange,
    .draw = text_draw,
    .action = text_action,
    .mouse = text_mouse,
    .filter = text_filter,
    .back = text_back,
    .free = text_free,
};

static struct pane_text *text_new(struct app *app, struct str title)
{
    struct pane_text *p = mem_new(struct pane_text);
    p->view = (struct view){.ops = &text_ops, .app = app};
    buf_add(&p->title, title);
    pager_init(&p->pager);
    p->pager.cols = app->frame.cols - 2;
    p->pager.wrap = true;
    return p;
}

void pane_text_open(struct app *app, struct str title, struct str text)
{
    struct pane_text *p = text_new(app, title);
    buf_add(&p->layers[0].bytes, text);
    text_show(p, TEXT_LOOK_PLAIN);
    app_show_over(app, &p->view);
}

void pane_text_open_value(struct app *app, struct str title, struct value v)
{
    struct pane_text *p = text_new(app, title);
    p->pager.words = true;
    text_push(p, v, &(struct unfold){0});
    app_show_over(app, &p->view);
}
