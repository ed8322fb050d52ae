/* SPDX-License-Identifier: MIT */
/*
 * What is staged, as a list with the exact requests, and its way into the store.
 */
#include "views/changes/pane_changes_impl.h"

#include "views/words.h"

static void staged_title(struct pane_changes *p, struct buf *left, struct buf *right)
{
    const struct staged *s = &p->view.app->staged;
    buf_add(left, STR("Staged changes"));
    buf_printf(right, "%zu of at most %d items · %s", s->count, STAGED_MAX,
        s->on ? "edits are staged" : "edits are written at once");
}

static void staged_facts(struct pane_changes *p, struct buf *out)
{
    struct app *app = p->view.app;
    app_key_of(app, &p->view, "commit", out);
    buf_add(out, STR(" writes each by itself · "));
    app_key_of(app, &p->view, "commit together", out);
    buf_add(out, STR(" writes all in one transaction, or none"));
}

static size_t staged_count(struct pane_changes *p)
{
    return p->view.app->staged.count;
}

static void staged_cell(
    struct pane_changes *p, size_t row, enum changes_column column, struct buf *out)
{
    const struct staged_item *item = staged_nth(&p->view.app->staged, row);
    if (!item)
        return;
    if (column == CHANGES_STATE)
        buf_add(out, item->writing ? STR("writing") : STR("staged"));
    if (column != CHANGES_WHAT)
        return;
    buf_printf(out, "%s %.*s · ", item->verb, STR_ARG(item->what));
    words_plural(out, change_count(item->before, item->after), "attribute");
}

static enum role staged_role(struct pane_changes *p, size_t row, enum changes_column column)
{
    const struct staged_item *item = staged_nth(&p->view.app->staged, row);
    if (column != CHANGES_WHAT || !item)
        return ROLE_DIM;
    return item->before.type == VALUE_NONE  ? ROLE_ADDED
           : item->after.type == VALUE_NONE ? ROLE_REMOVED
                                            : ROLE_CHANGED;
}

static void staged_preview(struct pane_changes *p, size_t row, struct buf *out)
{
    const struct staged_item *item = staged_nth(&p->view.app->staged, row);
    if (item)
        staged_add_request(out, item);
}

static void staged_take_back(struct pane_changes *p, size_t row)
{
    struct app *app = p->view.app;
    struct staged_item *item = staged_nth(&app->staged, row);
    if (item && item->writing)
        app_say(app, ROLE_STATUS_WARNING, "it is being written");
    else if (item)
        staged_back(&app->staged, item);
    grid_go(&p->grid, p->grid.cursor);
}

static void staged_commit(struct pane_changes *p, bool together)
{
    changes_commit(p->view.app, together);
}

void changes_staged_open(struct app *app)
{
    static const struct changes_source source = {
        .empty = "nothing is staged",
        .timeless = true,
        .title = staged_title,
        .facts = staged_facts,
        .count = staged_count,
        .cell = staged_cell,
        .role = staged_role,
        .preview = staged_preview,
        .back = staged_take_back,
        .commit = staged_commit,
    };
    app_show_over(app, &pane_changes_new(app, &source, NULL)->view);
}

void changes_commit(struct app *app, bool together)
{
    struct journal_entry *entry = staged_entry(&app->staged, NULL, together);
    if (!entry) {
        app_say(app, ROLE_STATUS, "nothing is staged that is not being written already");
        return;
    }
    if (entry->count == 1)
        entry->together = false; /* a transaction of one costs twice and says no more */
    journal_write(&app->journal, entry);
}
