/* SPDX-License-Identifier: MIT */
/*
 * What became of a write, in words. What was not written because somebody else was first is staged,
 * so that nothing of it is lost, and shown beside theirs.
 */
#include "views/changes/writing.h"

#include "views/app.h"
#include "views/changes/pane_conflict.h"
#include "views/item/edit.h"
#include "views/items/pane_items.h"

/* Where the text of a write that failed is to be had again. */
static void writing_add_kept(
    struct app *app, const struct journal_entry *entry, bool staged, struct buf *out)
{
    if (staged) {
        buf_add(out, !entry->staged      ? STR("; it is staged: ")
                     : entry->count == 1 ? STR("; it stays staged: ")
                                         : STR("; what is left stays staged: "));
        app_key_of(app, app->items, "staged", out);
        buf_add(out, STR(" shows it"));
    } else if (entry->kept.len) {
        buf_printf(out, "; your text is kept in %.*s", STR_ARG(entry->kept));
    } else if (entry->in_line) {
        buf_add(out, STR("; what you typed comes back with "));
        app_key_of(app, app->items, "edit-attribute", out);
        buf_add(out, STR(" and Up"));
    }
}

static const char *writing_verb(const struct journal_entry *entry)
{
    static const char *const words[] = {
        [JOURNAL_UNDO] = "took back the change of", [JOURNAL_REDO] = "changed again:"};
    return entry->kind == JOURNAL_CHANGE ? entry->verb : words[entry->kind];
}

static const char *writing_not(const struct journal_entry *entry)
{
    static const char *const words[] = {[JOURNAL_CHANGE] = "not written",
        [JOURNAL_UNDO] = "not taken back",
        [JOURNAL_REDO] = "not made again"};
    return words[entry->kind];
}

static void writing_say_conflict(
    struct app *app, const struct journal_entry *entry, struct str kept)
{
    app_say(app, ROLE_STATUS_WARNING,
        "%s: someone else changed %.*s since it was %s. Look at it and try again%.*s",
        writing_not(entry), STR_ARG(entry->what),
        entry->kind == JOURNAL_CHANGE ? "loaded" : "written here", STR_ARG(kept));
}

/* Of several items some were written, or none. */
static void writing_say_parts(
    struct app *app, const struct journal_entry *entry, const struct err *err, struct str kept)
{
    size_t written = journal_entry_count(entry, JOURNAL_WRITTEN);
    size_t conflicts = journal_entry_count(entry, JOURNAL_CONFLICT);
    struct buf text = {0};
    if (entry->together && !written)
        buf_printf(&text, "%s, none of the %zu items", writing_not(entry), entry->count);
    else if (entry->staged)
        buf_printf(&text, "wrote %zu of %.*s", written, STR_ARG(entry->what));
    else
        buf_printf(&text, "%s %.*s: %zu of %zu items", writing_verb(entry), STR_ARG(entry->what),
            written, entry->count);
    if (conflicts)
        buf_printf(&text, "; %zu had been changed by someone else", conflicts);
    if (err->code == ERR_CANCELLED)
        buf_add(&text, STR("; then it was stopped"));
    else if (conflicts + written < entry->count && !(entry->together && conflicts))
        buf_printf(&text, "; %s%s%s", err->name, err->name[0] ? ": " : "", err->text);
    buf_add(&text, kept);
    app_say(app, ROLE_STATUS_WARNING, "%s", buf_cstr(&text));
    buf_fini(&text);
}

static void writing_say_failed(
    struct app *app, const struct journal_entry *entry, const struct err *err, bool staged)
{
    struct buf kept = {0};
    struct str what = entry->what;
    writing_add_kept(app, entry, staged, &kept);
    struct str rest = buf_str(&kept);
    if (entry->count > 1)
        writing_say_parts(app, entry, err, rest);
    else if (change_conflict(err))
        writing_say_conflict(app, entry, rest);
    else if (err->code == ERR_UNKNOWN)
        app_say(app, ROLE_STATUS_WARNING, "it is not known whether %.*s was written: %s%.*s",
            STR_ARG(what), err->text, STR_ARG(rest));
    else if (err->code == ERR_CANCELLED)
        app_say(
            app, ROLE_STATUS, "stopped: %.*s was not written%.*s", STR_ARG(what), STR_ARG(rest));
    else
        app_say(app, ROLE_STATUS_ERROR, "%s: %s%s%s%.*s", writing_not(entry), err->name,
            err->name[0] ? ": " : "", err->text, STR_ARG(rest));
    buf_fini(&kept);
}

/* Puts what was refused among what is staged, where it is the work of one edit. */
static bool writing_stage(struct app *app, const struct journal_entry *entry)
{
    struct err ignored = ERR_INIT;
    const struct journal_part *part = &entry->parts[0];
    return entry->kind == JOURNAL_CHANGE && entry->count == 1 && !entry->batch &&
           staged_put(&app->staged, part->table, part->before, part->after, entry->verb, &ignored);
}

static bool writing_show_conflict(struct app *app, const struct journal_entry *entry)
{
    for (size_t i = 0; i < entry->count; i++) {
        const struct journal_part *part = &entry->parts[i];
        struct value any = part->before.type == VALUE_NONE ? part->after : part->before;
        if (part->outcome == JOURNAL_CONFLICT)
            return pane_conflict_open(app, staged_find(&app->staged, part->table, any));
    }
    return false;
}

static void writing_say_done(struct app *app, const struct journal_entry *entry)
{
    struct buf what = {0};
    int64_t now = clock_now_ms(app->options.clock);
    const struct journal_entry *of = journal_find(&app->journal, entry->of);
    if (of)
        journal_add_words(&what, of, now);
    else
        buf_add(&what, entry->what);
    app_say(app, ROLE_STATUS_OK, "%s %.*s", writing_verb(entry), STR_ARG(buf_str(&what)));
    buf_fini(&what);
}

static bool writing_deleted(const struct journal_entry *entry)
{
    return entry->count == 1 && entry->parts[0].after.type == VALUE_NONE;
}

/* What is marked was seen as it is now by who changed it. */
static void writing_tell_marks(struct app *app, const struct journal_entry *entry)
{
    for (size_t i = 0; i < entry->count && entry->kind == JOURNAL_CHANGE; i++) {
        const struct journal_part *part = &entry->parts[i];
        if (part->outcome == JOURNAL_WRITTEN)
            pane_items_wrote(app->items, part->table, part->before, part->after);
    }
}

void writing_ended(void *context, const struct journal_entry *entry, const struct err *err)
{
    struct app *app = context;
    if (entry->staged)
        staged_settle(&app->staged, entry);
    writing_tell_marks(app, entry);
    if (err) {
        bool conflict = journal_entry_count(entry, JOURNAL_CONFLICT) > 0;
        bool staged = entry->staged || (conflict && writing_stage(app, entry));
        bool shown = staged && writing_show_conflict(app, entry);
        if (!shown || entry->count > 1)
            writing_say_failed(app, entry, err, staged);
        if (staged && entry->kept.len)
            edit_remove_kept(entry->kept);
    } else {
        writing_say_done(app, entry);
        if (entry->staged)
            pane_conflict_open(app, staged_conflict(&app->staged));
        if (entry->kept.len)
            edit_remove_kept(entry->kept);
        if (writing_deleted(entry) && app->item)
            app_show_item(app, NULL);
    }
    struct view *main = app_main(app);
    if (strcmp(main->ops->context, "changes") == 0)
        main->ops->refresh(main); /* a history has one version more */
    app_data_changed(app);
    if (!app->stream)
        app->items->ops->refresh(app->items); /* the stream may say it later, or not at all */
}
