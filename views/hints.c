/* SPDX-License-Identifier: MIT */
/*
 * The hint line. Keys come from the keymap's reverse lookup, so a hint is true whatever is bound;
 * must not know a single key.
 *
 *   hints = { key TAB word LF }
 */
#include "views/hints.h"

#include "base/mem.h"
#include "tui/text.h"

#include <stdlib.h>

enum { HINTS_MAX = 48, HINTS_GAP = 2 };

/* The reverse lookup goes through the whole keymap: once for each row and context is enough. */
struct hints_key {
    const struct command *row;
    const char *context;
    struct buf keys; /* empty: not bound */
};

struct hints_cache {
    struct hints_key *list; /* one a row and context that was shown: as many as there are */
    int count, room;
};

struct hint {
    struct str key, word;
    int priority, cols;
    bool dropped;
};

struct hints {
    struct hint list[HINTS_MAX];
    int count;
};

void hints_forget(struct app *app)
{
    for (int i = 0; app->hints && i < app->hints->count; i++)
        buf_fini(&app->hints->list[i].keys);
    if (app->hints)
        free(app->hints->list);
    free(app->hints);
    app->hints = NULL;
}

static struct str hints_keys(struct app *app, struct view *view, const struct command *row)
{
    struct str contexts[2];
    const char *context = view->ops->context;
    if (!app->hints)
        app->hints = mem_new(struct hints_cache);
    struct hints_cache *cache = app->hints;
    for (int i = 0; i < cache->count; i++)
        if (cache->list[i].row == row && cache->list[i].context == context)
            return buf_str(&cache->list[i].keys);
    if (cache->count == cache->room) {
        cache->room = cache->room ? 2 * cache->room : HINTS_MAX;
        cache->list = mem_grow(cache->list, (size_t)cache->room * sizeof *cache->list);
    }
    struct hints_key *key = &cache->list[cache->count++];
    *key = (struct hints_key){.row = row, .context = context};
    keymap_keys(
        &app->keymap, contexts, app_contexts(view, contexts), str_from(row->name), &key->keys);
    return buf_str(&key->keys);
}

static void hints_collect_row(struct hints *h, struct app *app, struct view *view,
    struct view *owner, const struct command *row)
{
    struct buf why = {0};
    if (!row->hint || h->count == HINTS_MAX)
        return;
    struct str keys = hints_keys(app, view, row);
    if (keys.len && app_enabled(app, row, owner, &why)) {
        struct hint *hint = &h->list[h->count++];
        *hint = (struct hint){.key = keys, .word = str_from(row->hint), .priority = row->priority};
        hint->cols = text_columns(keys, 40, false) + 1 + (int)hint->word.len;
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
    struct hints h;
    h.count = 0;
    for (const struct command *row = view->ops->commands; row && row->name; row++)
        hints_collect_row(&h, app, view, view, row);
    for (const struct command *row = app_global_commands(); row->name && !view->ops->closed; row++)
        hints_collect_row(&h, app, view, NULL, row);
    while (hints_width(&h) > cols)
        hints_drop_one(&h);
    for (int i = 0; i < h.count; i++)
        if (!h.list[i].dropped) {
            buf_add(out, h.list[i].key);
            buf_add_byte(out, '\t');
            buf_add(out, h.list[i].word);
            buf_add_byte(out, '\n');
        }
}

void hints_draw(const struct canvas *c, int row, int col, int cols, struct str hints)
{
    struct str line, key = STR_NONE;
    int end = col + cols;
    while (str_cut(&hints, '\n', &line)) {
        str_cut(&line, '\t', &key);
        col += canvas_text(c, row, col, end - col, key, ROLE_HINT_KEY, CANVAS_CUT) + 1;
        col += canvas_text(c, row, col, end - col, line, ROLE_HINT, CANVAS_CUT) + HINTS_GAP;
    }
}
