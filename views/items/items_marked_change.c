/* SPDX-License-Identifier: MIT */
/*
 * A change of all marked items: typed in one line, tried on the first of them while it is typed.
 * Must not do it (bulk_run.h).
 */
#include "views/changes/diff.h"
#include "views/items/items_marked.h"
#include "views/prompt.h"

enum { MARKED_DIFFS = 3, MARKED_DIFF_MOST = 24 };

static struct pane_items *marked_pane(struct view *view)
{
    return (struct pane_items *)view;
}

static struct value marked_first(struct pane_items *p)
{
    size_t rows = items_order_rows(&p->order, &p->feed);
    for (size_t i = 0; i < rows; i++) {
        struct value item =
            pane_items_live_item(p, feed_item(&p->feed, items_order_at(&p->order, i)));
        if (marking_has(&p->marking, p->feed.browse, item))
            return item;
    }
    return (struct value){0};
}

struct marked_preview {
    struct buf *out;
    int count;
};

static bool marked_see_diff(void *context, const struct diff *diff)
{
    struct marked_preview *preview = context;
    if (preview->count)
        buf_add(preview->out, STR("; "));
    if (preview->count++ == MARKED_DIFFS) {
        buf_add(preview->out, STR("…"));
        return false;
    }
    diff_add(preview->out, diff, MARKED_DIFF_MOST);
    return true;
}

/* While it is typed it is mostly half an expression: that needs no long words. */
static void marked_add_wrong(struct buf *note, const struct err *err)
{
    struct str text = str_from(err->text);
    size_t colon = str_find(text, STR("Invalid UpdateExpression: "));
    if (str_find(text, STR("yntax error")) != SIZE_MAX)
        buf_add(note, STR("SET a = 1, b = b + 1 REMOVE c"));
    else
        buf_add(note, colon == 0 ? str_skip(text, strlen("Invalid UpdateExpression: ")) : text);
}

/* What becomes of the first marked item that is loaded, or what is wrong. */
static void marked_update_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct marked_ask *ask = context;
    struct pane_items *p = ask->pane;
    struct bulk_update update = {0};
    struct err err = ERR_INIT;
    struct buf after = {0};
    struct value first = value_of(buf_str(&ask->first));
    struct marked_preview preview = {.out = note};
    (void)app;
    if (!bulk_update_parse(&update, &p->feed.browse->table, text, &err) ||
        (first.type == VALUE_M && !bulk_update_apply(&update, first, &after, &err)))
        marked_add_wrong(note, &err);
    else if (first.type != VALUE_M)
        buf_add(note, STR("no marked item is loaded to try it on"));
    else if (diff_walk(first, value_of(buf_str(&after)), marked_see_diff, &preview) &&
             !preview.count)
        buf_add(note, STR("nothing changes in the first one"));
    buf_fini(&after);
    bulk_update_fini(&update);
}

static bool marked_update(struct app *app, struct pane_items *p, struct str text, struct err *err)
{
    struct bulk_update update = {0};
    if (!bulk_update_parse(&update, &p->feed.browse->table, text, err)) {
        bulk_update_fini(&update);
        return false;
    }
    struct marked_ask *ask = marked_ask_new(p, BULK_UPDATE);
    ask->update = update;
    buf_add(&ask->text, str_trim(text));
    marked_confirm(app, ask);
    return true;
}

static bool marked_update_accept(struct app *app, void *context, struct str text, struct err *err)
{
    return marked_update(app, ((struct marked_ask *)context)->pane, text, err);
}

/* "SET amount = ", where the cursor's attribute is no key and is written as it is. */
static void marked_update_begin(struct pane_items *p, struct buf *out)
{
    struct str name = pane_items_column(&p->view, p->grid.column);
    bool plain = name.len > 0;
    for (size_t i = 0; i < name.len && plain; i++) {
        char c = name.at[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                (i && c >= '0' && c <= '9');
    }
    for (uint32_t i = 0; i < p->feed.browse->table.key_count; i++)
        plain &= !str_equal(p->feed.browse->table.keys[i].name, name);
    buf_add(out, STR("SET "));
    if (plain)
        buf_printf(out, "%.*s = ", STR_ARG(name));
}

void items_run_update_marked(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marked_pane(view);
    struct err err = ERR_INIT;
    if (marked_refuses(app, p, true))
        return;
    if (args.len) {
        if (!marked_update(app, p, args, &err))
            app_fail(app, &err);
        return;
    }
    struct marked_ask *ask = marked_ask_new(p, BULK_UPDATE);
    struct buf label = {0}, text = {0};
    app_say(app, ROLE_STATUS, "changes %.*s, each as it is then", STR_ARG(buf_str(&ask->what)));
    buf_add(&label, STR("change: "));
    buf_add(&ask->first, marked_first(p).encoded);
    marked_update_begin(p, &text);
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .text = buf_str(&text),
                         .data = true,
                         .context = ask,
                         .history = &app->value_history,
                         .changed = marked_update_note,
                         .accept = marked_update_accept,
                         .free = marked_ask_free});
    buf_fini(&label);
    buf_fini(&text);
}
