/* SPDX-License-Identifier: MIT */
/*
 * The hint line. Keys come from the keymap's reverse lookup, so a hint is true whatever is bound; must
 * not know a single key.
 *
 *   hints = { key TAB word LF }
 */
#include "views/hints.h"

#include "tui/text.h"

enum { HINTS_MAX = 48, HINTS_GAP = 2 };

struct hint {
    struct str key, word; /* slices of the scratch buffer, by offset until it is complete */
    size_t key_at, word_at;
    int priority, cols;
    bool dropped;
};

struct hints {
    struct buf text;
    struct hint list[HINTS_MAX];
    int count;
};

static void hints_collect_row(struct hints *h, struct app *app, struct view *view,
    struct view *owner, const struct command *command)
{
    struct str contexts[2];
    struct buf why = {0};
    int count = app_contexts(view, contexts);
    if (!command->hint || h->count == HINTS_MAX)
        return;
    struct hint *hint = &h->list[h->count];
    *hint = (struct hint){.priority = command->priority, .key_at = h->text.len};
    if (app_enabled(app, command, owner, &why) &&
        keymap_keys(&app->keymap, contexts, count, str_from(command->name), &h->text)) {
        hint->key.len = h->text.len - hint->key_at;
        hint->word = str_from(command->hint);
        h->count++;
    }
    buf_fini(&why);
}

static int hints_width(const struct hints *h)
{
    int width = 0;
    for (int i = 0; i < h->count; i++)
        if (!h->list[i].dropped)
            width += h->list[i].cols + (width ? HINTS_GAP : 0);
    return width;
}

static void hints_drop_one(struct hints *h)
{
    struct hint *lowest = NULL;
    for (int i = 0; i < h->count; i++) {
        struct hint *hint = &h->list[i];
        if (!hint->dropped && (!lowest || hint->priority <= lowest->priority))
            lowest = hint;
    }
    if (lowest)
        lowest->dropped = true;
}

void hints_add(struct app *app, struct view *view, int cols, struct buf *out)
{
    struct hints h = {.count = 0};
    for (const struct command *row = view->ops->commands; row && row->name; row++)
        hints_collect_row(&h, app, view, view, row);
    for (const struct command *row = app_global_commands(); row->name && !view->ops->closed; row++)
        hints_collect_row(&h, app, view, NULL, row);
    for (int i = 0; i < h.count; i++) {
        struct hint *hint = &h.list[i];
        hint->key.at = h.text.at + hint->key_at;
        hint->cols = text_columns(hint->key, cols, false) + 1 + text_columns(hint->word, cols, false);
    }
    while (hints_width(&h) > cols)
        hints_drop_one(&h);
    for (int i = 0; i < h.count; i++)
        if (!h.list[i].dropped)
            buf_printf(out, "%.*s\t%.*s\n", STR_ARG(h.list[i].key), STR_ARG(h.list[i].word));
    buf_fini(&h.text);
}

void hints_draw(const struct canvas *c, int row, int col, int cols, struct str hints)
{
    struct str line, key;
    int end = col + cols;
    while (str_cut(&hints, '\n', &line)) {
        str_cut(&line, '\t', &key);
        col += canvas_text(c, row, col, end - col, key, ROLE_HINT_KEY, CANVAS_CUT) + 1;
        col += canvas_text(c, row, col, end - col, line, ROLE_HINT, CANVAS_CUT) + HINTS_GAP;
    }
}
