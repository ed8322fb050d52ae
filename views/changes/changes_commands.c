/* SPDX-License-Identifier: MIT */
/*
 * The commands about changes that work everywhere: undo and redo, staging, and what they list.
 */
#include "views/changes/pane_changes.h"

#include "views/confirm.h"
#include "views/items/pane_items.h"

/* What was staged is the newer change where nothing was written since. */
static bool changes_undo_is_staged(const struct app *app)
{
    const struct journal_entry *next = journal_next_undo(&app->journal);
    return app->staged.count && (!next || app->staged.edited_ms >= next->time_ms);
}

/* Many items were changed at once, and nothing since. */
static bool changes_undo_is_run(const struct app *app)
{
    const struct journal_entry *next = journal_next_undo(&app->journal);
    int64_t ms = pane_items_undo_ms(app->items);
    return ms && (!next || ms >= next->time_ms) &&
           (!app->staged.count || ms >= app->staged.edited_ms);
}

void changes_run_undo(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    if (changes_undo_is_run(app)) {
        pane_items_undo(app->items);
        return;
    }
    if (!changes_undo_is_staged(app)) {
        changes_turn(app, journal_next_undo(&app->journal));
        return;
    }
    struct staged_item *item = staged_last(&app->staged);
    struct buf what = {0};
    buf_add(&what, item->what);
    if (item->writing) {
        app_say(app, ROLE_STATUS_WARNING, "%.*s is being written", STR_ARG(buf_str(&what)));
    } else {
        staged_back(&app->staged, item);
        app_say(app, ROLE_STATUS_OK, "took back what was staged of %.*s", STR_ARG(buf_str(&what)));
    }
    buf_fini(&what);
}

/* Among other panes it would be taken for an undo of what is done there. */
static bool changes_seen(struct app *app, struct str what, const char *verb, struct buf *why)
{
    if (app->over_count)
        buf_printf(why, "among the items it %s the change of %.*s", verb, STR_ARG(what));
    return !app->over_count;
}

bool changes_can_undo(struct app *app, struct view *view, struct buf *why)
{
    const struct journal_entry *next = journal_next_undo(&app->journal);
    (void)view;
    if (changes_undo_is_run(app))
        return changes_seen(app, STR("many items"), "takes back", why);
    if (changes_undo_is_staged(app))
        return changes_seen(app, staged_last(&app->staged)->what, "takes back", why);
    if (!next)
        buf_add(why, STR("nothing was changed here, or all of it is taken back"));
    return next && changes_seen(app, next->what, "takes back", why);
}

void changes_run_redo(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    changes_turn(app, journal_next_redo(&app->journal));
}

bool changes_can_redo(struct app *app, struct view *view, struct buf *why)
{
    const struct journal_entry *next = journal_next_redo(&app->journal);
    (void)view;
    if (!next)
        buf_add(why, STR("nothing was taken back since the last change"));
    return next && changes_seen(app, next->what, "makes again", why);
}

void changes_run_undo_list(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    changes_journal_open(app);
}

static bool changes_is_open(struct app *app, struct buf *why)
{
    bool open = app->over_count && strcmp(app_main(app)->ops->context, "changes") == 0;
    if (open)
        buf_add(why, STR("a list of changes is open already: go back first"));
    return open;
}

bool changes_can_list(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    return !changes_is_open(app, why);
}

void changes_run_staged(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    changes_staged_open(app);
}

bool changes_has_staged(struct app *app, struct view *view, struct buf *why)
{
    struct buf key = {0};
    (void)view;
    if (changes_is_open(app, why))
        return false;
    if (app->staged.count)
        return true;
    app_key_of(app, app_focused(app), "stage", &key);
    if (app->staged.on)
        buf_add(why, STR("nothing is staged yet: edits wait here from now on"));
    else
        buf_printf(why, "nothing is staged: %.*s makes edits wait to be written together",
            STR_ARG(buf_str(&key)));
    buf_fini(&key);
    return false;
}

void changes_run_commit(struct app *app, struct view *view, struct str args)
{
    (void)view;
    changes_commit(app, str_equal(args, STR("together")));
}

/* args = [ "on" | "off" ] */
void changes_run_stage(struct app *app, struct view *view, struct str args)
{
    struct buf key = {0};
    (void)view;
    app->staged.on = args.len ? str_equal(args, STR("on")) : !app->staged.on;
    app_key_of(app, app_focused(app), "commit", &key);
    if (app->staged.on)
        app_say(app, ROLE_STATUS_OK, "edits are staged from now on: %.*s writes them",
            STR_ARG(buf_str(&key)));
    else
        app_say(app, ROLE_STATUS, "edits are written at once%s",
            app->staged.count ? "; what is staged stays so" : "");
    buf_fini(&key);
}

/* ---- leaving ---- */

static void changes_leave_yes(struct app *app, void *context)
{
    (void)context;
    app->quit = true;
}

void changes_quit(struct app *app)
{
    struct buf text = {0};
    if (!app->staged.count) {
        app->quit = true;
        return;
    }
    buf_printf(&text, "%zu %s staged and not written.\n\nLeave? %s", app->staged.count,
        app->staged.count == 1 ? "item is" : "items are",
        app->memory ? "They are kept for the next time." : "They are lost then.");
    confirm_open(app, &(struct confirm_spec){.title = STR("Quit"),
                          .text = buf_str(&text),
                          .danger = !app->memory,
                          .yes = changes_leave_yes});
    buf_fini(&text);
}
