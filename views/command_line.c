/* SPDX-License-Identifier: MIT */
/*
 * From what stands in the ":" line to what could complete it. Candidates are gathered once for each
 * text, since the prompt asks for them one by one. Must not know what any command does.
 *
 *   line = name [ blank argument ]
 *   candidates of a name: commands here, actions with a key here, commands of everywhere
 *   of an argument: what the command's row gives; files where its row says FILE
 */
#include "views/command_line.h"

#include "base/mem.h"
#include "tui/action.h"
#include "tui/list.h"
#include "views/contexts.h"
#include "views/files.h"
#include "views/prompt.h"
#include "views/sessions/record.h"
#include "views/settings.h"

#include <stdlib.h>

enum {
    LINE_RANK_PREFIX = 1 << 24, /* above what list_score() gives */
    LINE_GATHER_MAX = 50000,
};

struct line_choice {
    struct str text, note;
    int rank, order;
};

struct line_choices {
    struct arena arena;
    struct buf front; /* the text up to the cursor that these are for */
    size_t from;      /* where in it the candidates stand */
    struct line_choice *list;
    int count, room;
    bool gathered;
};

/* ---- how well it goes with what was typed ---- */

int command_line_rank(struct str candidate, struct str typed)
{
    if (!typed.len || str_starts(candidate, typed))
        return 2 * LINE_RANK_PREFIX;
    if (str_equal_nocase(str_take(candidate, typed.len), typed))
        return LINE_RANK_PREFIX;
    return typed.len > 1 ? list_score(candidate, typed) : -1; /* one letter is in every name */
}

static int compare(const void *a, const void *b)
{
    const struct line_choice *x = a, *y = b;
    return x->rank != y->rank ? (x->rank < y->rank) - (x->rank > y->rank)
                              : (x->order > y->order) - (x->order < y->order);
}

static void offer(struct line_choices *c, struct str typed, struct str text, struct str note)
{
    int rank = command_line_rank(text, typed);
    if (rank < 0)
        return;
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->list = mem_grow(c->list, (size_t)c->room * sizeof *c->list);
    }
    c->list[c->count] = (struct line_choice){.text = arena_dup(&c->arena, text),
        .note = arena_dup(&c->arena, note),
        .rank = rank,
        .order = c->count};
    c->count++;
}

/* ---- names ---- */

static bool is_offered(const struct line_choices *c, struct str text)
{
    for (int i = 0; i < c->count; i++)
        if (str_equal(c->list[i].text, text))
            return true;
    return false;
}

static void offer_rows(struct line_choices *c, const struct command *row, struct str typed)
{
    for (; row && row->name; row++)
        if (!is_offered(c, str_from(row->name)))
            offer(c, typed, str_from(row->name), str_from(row->help));
}

static void offer_actions(
    struct app *app, struct line_choices *c, const struct view *view, struct str typed)
{
    struct str contexts[2];
    struct buf keys = {0};
    int count = app_contexts(view, contexts);
    for (int i = 0; i < ACTION_COUNT; i++) {
        struct str name = str_from(action_name((enum action)i));
        buf_clear(&keys);
        if (command_line_rank(name, typed) >= 0 && !is_offered(c, name) &&
            keymap_keys(&app->keymap, contexts, count, name, &keys))
            offer(c, typed, name, str_from(action_help((enum action)i)));
    }
    buf_fini(&keys);
}

/* Letters in order are looked for only where nothing begins with what was typed. */
static void gather_names(struct app *app, struct line_choices *c, struct str typed)
{
    struct view *view = app_focused(app);
    int kept = 0;
    offer_rows(c, view->ops->commands, typed);
    offer_rows(c, app_global_commands(), typed);
    offer_actions(app, c, view, typed);
    for (int i = 0; i < c->count; i++)
        kept += c->list[i].rank >= LINE_RANK_PREFIX;
    if (c->count)
        qsort(c->list, (size_t)c->count, sizeof *c->list, compare);
    c->count = kept ? kept : c->count;
}

/* ---- arguments ---- */

/* The row that a name is for, under the prompt; which is not there yet while it opens. */
static const struct command *find_row(struct app *app, struct str name, struct view **view)
{
    int count = app->overlay_count;
    app->overlay_count = 0;
    const struct command *row = app_find_command(app, name, view);
    app->overlay_count = count;
    return row;
}

static void offer_file(void *context, struct str path)
{
    struct line_choices *c = context;
    struct str typed = str_skip(buf_str(&c->front), c->from);
    offer(c, typed, path, STR_NONE);
}

/* In the order in which they come. */
static void offer_as_is(void *to, struct str text, struct str note)
{
    offer(to, STR_NONE, text, note);
}

static void gather_language(
    struct app *app, struct line_choices *c, const struct command *row, struct view *view)
{
    struct str typed = str_skip(buf_str(&c->front), c->from);
    struct buf why = {0};
    size_t from = 0;
    if (app_enabled(app, row, view, &why))
        row->complete_at(app, view, typed, typed.len, &from, offer_as_is, c);
    c->from += from;
    buf_fini(&why);
}

static void gather_arguments(
    struct app *app, struct line_choices *c, const struct command *row, struct view *view)
{
    struct str typed = str_skip(buf_str(&c->front), c->from);
    struct buf one = {0}, note = {0};
    for (int i = 0; row->complete && i < LINE_GATHER_MAX; i++) {
        buf_clear(&one);
        if (!row->complete(app, view, i, &one))
            break;
        buf_clear(&note);
        if (row->run == settings_run_set)
            settings_note(app, buf_str(&one), &note);
        offer(c, typed, buf_str(&one), buf_str(&note));
    }
    buf_fini(&note);
    if (row->args && strstr(row->args, "FILE"))
        files_complete(typed, offer_file, c);
    buf_fini(&one);
    if (c->count)
        qsort(c->list, (size_t)c->count, sizeof *c->list, compare);
}

static void gather(struct app *app, struct line_choices *c, struct str front)
{
    struct str rest = front, name = STR_NONE;
    struct view *view;
    if (c->gathered && str_equal(buf_str(&c->front), front))
        return;
    c->gathered = true;
    c->count = 0;
    c->from = 0;
    arena_reset(&c->arena);
    buf_clear(&c->front);
    buf_add(&c->front, front);
    if (str_find_byte(front, ' ') == SIZE_MAX) {
        if (front.len)
            gather_names(app, c, front);
        return;
    }
    str_cut(&rest, ' ', &name);
    c->from = name.len + 1;
    const struct command *row = find_row(app, name, &view);
    if (row && row->complete_at)
        gather_language(app, c, row, view);
    else if (row)
        gather_arguments(app, c, row, view);
}

static bool complete(struct app *app, void *context, struct str text, size_t at, int nth,
    size_t *from, struct buf *out, struct buf *note)
{
    struct line_choices *c = context;
    gather(app, c, str_take(text, at));
    *from = c->from;
    if (nth >= c->count)
        return false;
    buf_add(out, c->list[nth].text);
    if (note)
        buf_add(note, c->list[nth].note);
    return true;
}

/* ---- the prompt ---- */

/* A theme is seen while its name is typed. */
static void changed(struct app *app, void *context, struct str text, struct buf *note)
{
    (void)context;
    (void)note;
    settings_preview(app, text);
}

static void dismissed(struct app *app, void *context)
{
    (void)context;
    settings_preview(app, STR_NONE);
}

static bool accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    (void)err;
    settings_preview(app, STR_NONE);
    record_prompted(app, text);
    app_run(app, text);
    return true;
}

static void free_choices(void *context)
{
    struct line_choices *c = context;
    arena_fini(&c->arena);
    buf_fini(&c->front);
    free(c->list);
    free(c);
}

void command_line_open(struct app *app, struct str text)
{
    prompt_open(app, &(struct prompt_spec){.label = STR(":"),
                         .text = text,
                         .history = &app->command_history,
                         .context = mem_new(struct line_choices),
                         .complete = complete,
                         .changed = changed,
                         .dismissed = dismissed,
                         .accept = accept,
                         .free = free_choices});
}

/* ---- names that nothing bears ---- */

/* Each row of the usual table from the two before it: swapped letters look two rows back. */
int command_line_distance(struct str a, struct str b)
{
    enum { NAME_MAX_COLS = 64 };
    int rows[3][NAME_MAX_COLS + 1];
    a = str_take(a, NAME_MAX_COLS);
    b = str_take(b, NAME_MAX_COLS);
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int *now = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
        now[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.at[i - 1] == b.at[j - 1];
            int cost = above[j - 1] + !same;
            cost = above[j] + 1 < cost ? above[j] + 1 : cost;
            cost = now[j - 1] + 1 < cost ? now[j - 1] + 1 : cost;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                cost = two[j - 2] + 1 < cost ? two[j - 2] + 1 : cost;
            now[j] = cost;
        }
    }
    return rows[a.len % 3][b.len];
}

static void look_for_nearest(
    const struct command *row, struct str name, int *distance, const char **nearest)
{
    for (; row && row->name; row++) {
        int now = command_line_distance(str_from(row->name), name);
        if (now < *distance) {
            *distance = now;
            *nearest = row->name;
        }
    }
}

/* Where else the name means something. */
static const char *other_context(struct str name)
{
    enum { PANES = 9 }; /* what is reached by keys alone comes behind them */
    for (int i = 0; i < PANES && contexts_nth(i); i++)
        for (const struct command *row = contexts_nth(i)->commands; row->name; row++)
            if (str_equal(str_from(row->name), name))
                return contexts_nth(i)->name;
    return NULL;
}

void command_line_unknown(struct app *app, struct str name)
{
    const struct view *view = app_top(app);
    const char *nearest = NULL, *elsewhere = other_context(name);
    int distance = name.len < 4 ? 2 : name.len < 8 ? 3 : 4; /* what is further was not meant */
    struct buf help = {0};
    look_for_nearest(view->ops->commands, name, &distance, &nearest);
    look_for_nearest(app_global_commands(), name, &distance, &nearest);
    app_key_of(app, view, "help", &help);
    if (elsewhere)
        app_say(app, ROLE_STATUS_ERROR,
            "%.*s is a command of another pane (%s); %.*s shows those of this one", STR_ARG(name),
            elsewhere, STR_ARG(buf_str(&help)));
    else if (nearest)
        app_say(app, ROLE_STATUS_ERROR,
            "no command %.*s here: did you mean %s? %.*s shows what there is", STR_ARG(name),
            nearest, STR_ARG(buf_str(&help)));
    else
        app_say(app, ROLE_STATUS_ERROR, "no command %.*s here: %.*s shows what there is",
            STR_ARG(name), STR_ARG(buf_str(&help)));
    buf_fini(&help);
}
