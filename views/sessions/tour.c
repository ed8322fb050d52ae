/* SPDX-License-Identifier: MIT */
/*
 * The tour: texts, when a step is done, and the rows below the picture. Must not do anything in the
 * user's place, nor know a key.
 *
 *   begin ─▶ step ──done, or "tour next"──▶ step … ─▶ last step ─▶ end
 *              ◀────── "tour back" ─────────
 */
#include "views/sessions/tour.h"

#include "base/mem.h"
#include "tui/text.h"
#include "views/app.h"
#include "views/items/pane_items.h"

#include <stdlib.h>

enum { TOUR_LINES = 3, TOUR_WIDTH_MAX = 100 };

struct tour {
    int step;
    bool ran;      /* the step's command was run */
    bool was;      /* the step was done when it was looked at last: it has to be done anew */
    size_t writes; /* that the journal had when the step began */
    struct buf text;
};

/* ---- the steps ---- */

static bool at_orders(struct app *app)
{
    const struct browse *browse = pane_items_browsed(app->items);
    return app->focus == APP_MAIN && browse && str_equal(browse->table.name, STR("Orders"));
}

static bool asked(struct app *app)
{
    const struct browse *browse = pane_items_browsed(app->items);
    return browse && browse->query && !app->over_count && !app->overlay_count;
}

static bool item_open(struct app *app)
{
    return app->item != NULL;
}

static bool item_closed(struct app *app)
{
    return app->item == NULL;
}

static bool changed(struct app *app)
{
    return app->journal.count > app->tour->writes && !app_writing(app);
}

static bool stream_open(struct app *app)
{
    return app->stream != NULL;
}

static bool triggers_open(struct app *app)
{
    return strcmp(app_main(app)->ops->context, "triggers") == 0;
}

/* Its command was run, and what it opened is closed. */
static bool ran(struct app *app)
{
    return app->tour->ran && !app->overlay_count;
}

static bool ran_at_all(struct app *app)
{
    return app->tour->ran;
}

static bool never(struct app *app)
{
    (void)app;
    return false;
}

/* {context:command} becomes the key that runs it there. */
struct tour_step {
    const char *text, *brief; /* `brief` where there is little room */
    const char *command;      /* that ran() waits for */
    bool (*done)(struct app *app);
};

static const struct tour_step steps[] = {
    {"Welcome! These are sample tables in a folder of their own, gone when you leave: nothing can "
     "break. Go down to Orders with {tables:down} and up with {tables:up}, then press "
     "{tables:open}.",
        "Sample tables: nothing can break. Go to Orders with {tables:down} and {tables:up}, then "
        "{tables:open}.",
        NULL, at_orders},
    {"The keys of the table come first, then what else its items have. {items:down} and {items:up} "
     "go through them, {items:last} to the end: press it. {items:first} comes back.",
        "Keys come first. {items:last} goes to the end, {items:first} back: press {items:last}.",
        "last", ran_at_all},
    {"{items:open} opens the item under the cursor.", "{items:open} opens an item.", NULL,
        item_open},
    {"Here is all of it, also what is inside of maps and lists. {global:back} goes back, here and "
     "everywhere.",
        "Here is all of it. {global:back} goes back.", NULL, item_closed},
    {"To see only what contains a text, press {global:filter}, type SHIPPED and press Enter. It "
     "looks at what is shown, asks for nothing and costs nothing.",
        "{global:filter} shows only what contains a text: type SHIPPED, then Enter.", "filter",
        ran},
    {"{global:back} shows all again. {items:ask} asks the table: the line begins with the customer "
     "you are at. Type behind it  and amount > 100  and see what it says of that; Enter runs it.",
        "{global:back} shows all again. {items:ask} asks: type  and amount > 100  behind what is "
        "there, then Enter.",
        NULL, asked},
    {"Now change something: go to the column amount with {items:right}, press "
     "{items:edit-attribute}, type another number and press Enter. It is written only if nobody "
     "else has changed the item meanwhile.",
        "Go to amount with {items:right}, press {items:edit-attribute}, type a number, Enter.",
        NULL, changed},
    {"Every change can be taken back, also tomorrow: press {global:undo}.",
        "{global:undo} takes it back.", "undo", ran},
    {"Tables change while you look. {items:stream} shows the stream of Orders: what changed, from "
     "what to what, as it comes.",
        "{items:stream} shows changes as they come.", NULL, stream_open},
    {"Scripts and Lambda functions can run on these changes. Press {global:triggers} to see those "
     "that do, with their state and their logs.",
        "{global:triggers} shows the functions that run on changes.", NULL, triggers_open},
    {"Whatever you forget: {global:help} lists all that can be done where you are; type to narrow "
     "it. {global:prompt} runs a command by its name. Press {global:help} now.",
        "{global:help} lists all that can be done here: press it.", "help", ran_at_all},
    {"{help:dismiss} closes it. That was the tour; :tour begins it again. For tables of your own: "
     "dynascope ./my-store, or "
     "dynascope aws. {global:tour end} ends it, {global:quit} leaves dynascope.",
        "{help:dismiss} closes it. That was all. Your own: dynascope ./my-store", NULL, never},
};

enum { STEPS = sizeof steps / sizeof *steps };

const char *tour_text(int nth, bool brief)
{
    if (nth < 0 || nth >= STEPS)
        return NULL;
    return brief ? steps[nth].brief : steps[nth].text;
}

/* ---- from step to step ---- */

static void tour_enter(struct app *app, int step)
{
    struct tour *t = app->tour;
    t->step = step;
    t->ran = false;
    t->writes = app->journal.count;
    t->was = steps[step].done(app);
    app->dirty = true;
}

void tour_begin(struct app *app)
{
    if (!app->tour)
        app->tour = mem_new(struct tour);
    tour_enter(app, 0);
}

void tour_end(struct app *app)
{
    if (!app->tour)
        return;
    buf_fini(&app->tour->text);
    free(app->tour);
    app->tour = NULL;
    app->dirty = true;
}

void tour_ran(struct app *app, struct str name)
{
    struct tour *t = app->tour;
    const char *command = t ? steps[t->step].command : NULL;
    if (command && str_equal(name, str_from(command)))
        t->ran = true;
}

/* What was so already when the step began is not done by that. */
void tour_settle(struct app *app)
{
    struct tour *t = app->tour;
    if (!t)
        return;
    bool now = steps[t->step].done(app), was = t->was;
    t->was = now;
    if (now && !was && t->step + 1 < STEPS)
        tour_enter(app, t->step + 1);
}

void tour_offer(struct app *app)
{
    static const char name[] = "tour";
    struct memory *memory = memory_open(STR_NONE);
    struct buf seen = {0};
    struct err ignored = ERR_INIT;
    memory_read(memory, name, &seen);
    if (!seen.len) {
        app_say(app, ROLE_STATUS_OK, "New here? :tour shows you around, in three minutes");
        memory_replace(memory, name, STR("\"offered\"\n"), &ignored);
    }
    buf_fini(&seen);
    memory_free(memory);
}

bool tour_takes(struct app *app, struct key key)
{
    struct str context = STR("global"), command, name = STR_NONE;
    struct key_sequence one = {.keys = {key}, .count = 1};
    if (!app->tour || keymap_lookup(&app->keymap, &context, 1, &one, &command) != KEYMAP_COMMAND)
        return false;
    str_cut(&command, ' ', &name);
    if (!str_equal(name, STR("tour")))
        return false;
    tour_run(app, NULL, command);
    return true;
}

/* ---- the text ---- */

/* "{items:open}" */
static void tour_add_key(struct app *app, struct str inside, struct buf *out)
{
    struct str command = inside, context = STR_NONE;
    str_cut(&command, ':', &context);
    struct str contexts[2] = {context, STR("global")};
    if (!keymap_keys(&app->keymap, contexts, 2, command, out))
        buf_printf(out, ":%.*s", STR_ARG(command));
}

static void tour_add_text(struct app *app, struct str text, struct buf *out)
{
    while (text.len) {
        size_t open = str_find_byte(text, '{');
        buf_add(out, str_take(text, open < text.len ? open : text.len));
        if (open >= text.len)
            return;
        text = str_skip(text, open + 1);
        size_t close = str_find_byte(text, '}');
        tour_add_key(app, str_take(text, close), out);
        text = str_skip(text, close + 1);
    }
}

/* The front of a text that fits a line, cut at a blank. */
static struct str tour_fit(struct str text, int cols)
{
    size_t fit = text_fit(text, cols, false);
    if (fit >= text.len)
        return text;
    for (size_t at = fit; at > 0; at--)
        if (text.at[at] == ' ')
            return str_take(text, at);
    return str_take(text, fit ? fit : 1);
}

static int tour_lines(struct str text, int cols)
{
    int lines = 0;
    for (; text.len; lines++)
        text = str_trim(str_skip(text, tour_fit(text, cols).len));
    return lines;
}

static int tour_width(int cols)
{
    return cols - 2 < TOUR_WIDTH_MAX ? cols - 2 : TOUR_WIDTH_MAX;
}

int tour_rows(struct app *app, int rows, int cols)
{
    struct tour *t = app->tour;
    int lines = rows / 3 < TOUR_LINES ? rows / 3 : TOUR_LINES; /* always so many: nothing jumps */
    if (!t || lines < 1 || cols < 20)
        return 0;
    buf_clear(&t->text);
    tour_add_text(app, str_from(steps[t->step].text), &t->text);
    if (tour_lines(buf_str(&t->text), tour_width(cols)) > lines) {
        buf_clear(&t->text);
        tour_add_text(app, str_from(steps[t->step].brief), &t->text);
    }
    return 1 + lines;
}

/* ---- drawing ---- */

static void tour_add_hint(struct app *app, const char *command, const char *word, struct buf *out)
{
    buf_add_byte(out, ' ');
    tour_add_key(app, str_from(command), out);
    buf_printf(out, " %s ", word);
}

/* The keys that steer it, as far as there is room. */
static void tour_add_hints(struct app *app, int room, struct buf *out)
{
    const struct {
        const char *command, *word;
        bool shown;
    } hints[] = {{"global:tour next", "skip", app->tour->step + 1 < STEPS},
        {"global:tour back", "back", app->tour->step > 0}, {"global:tour end", "end", true}};
    for (int fewer = 0; fewer < 3; fewer++) {
        buf_clear(out);
        for (int i = 0; i < 3; i++)
            if (hints[i].shown && !(fewer > 0 && i == 1) && !(fewer > 1 && i == 0))
                tour_add_hint(app, hints[i].command, hints[i].word, out);
        if (text_columns(buf_str(out), room + 1, false) <= room)
            return;
    }
    buf_clear(out);
}

static void tour_draw_head(struct app *app, const struct canvas *c)
{
    struct buf left = {0}, right = {0};
    buf_printf(&left, " Tour %d of %d ", app->tour->step + 1, (int)STEPS);
    int cols = text_columns(buf_str(&left), c->cols, false);
    tour_add_hints(app, c->cols - cols - 3, &right);
    canvas_hline(c, 0, 0, c->cols, ROLE_BORDER);
    canvas_text(c, 0, 1, c->cols - 1, buf_str(&left), ROLE_TITLE_FOCUS, CANVAS_CUT);
    int keys = text_columns(buf_str(&right), c->cols, false);
    canvas_text(c, 0, c->cols - keys, keys, buf_str(&right), ROLE_HINT, CANVAS_CUT);
    buf_fini(&left);
    buf_fini(&right);
}

void tour_draw(struct app *app, const struct canvas *c)
{
    struct str rest = buf_str(&app->tour->text);
    int width = tour_width(c->cols);
    tour_draw_head(app, c);
    for (int row = 1; row < c->rows && rest.len; row++) {
        struct str line = row + 1 < c->rows ? tour_fit(rest, width) : rest;
        canvas_text(c, row, 1, width, line, ROLE_TEXT, 0);
        rest = str_trim(str_skip(rest, line.len));
    }
}

/* ---- the command ---- */

bool tour_enabled(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    if (!app->options.demo)
        buf_add(why, STR("it goes through the sample store: dynascope --demo --tour"));
    return app->options.demo;
}

bool tour_complete(struct app *app, struct view *view, int nth, struct buf *out)
{
    static const char *const words[] = {"next", "back", "end"};
    (void)view;
    if (!app->tour || nth >= 3)
        return false;
    buf_add(out, str_from(words[nth]));
    return true;
}

/* args = [ "next" | "back" | "end" ] */
void tour_run(struct app *app, struct view *view, struct str args)
{
    struct tour *t = app->tour;
    (void)view;
    if (!args.len)
        tour_begin(app);
    else if (!t)
        app_say(app, ROLE_STATUS, "no tour is on: :tour begins it");
    else if (str_equal(args, STR("end")) || (str_equal(args, STR("next")) && t->step + 1 == STEPS))
        tour_end(app);
    else if (str_equal(args, STR("next")))
        tour_enter(app, t->step + 1);
    else if (str_equal(args, STR("back")))
        tour_enter(app, t->step ? t->step - 1 : 0);
    else
        app_say(app, ROLE_STATUS_ERROR, "tour next, tour back or tour end");
}
