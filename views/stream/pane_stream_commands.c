/* SPDX-License-Identifier: MIT */
/*
 * What can be done with the live stream, one row a command. Must not draw.
 */
#include "base/mem.h"
#include "views/confirm.h"
#include "views/contexts.h"
#include "views/item/pane_item.h"
#include "views/items/browse.h"
#include "views/stream/moment.h"
#include "views/stream/pane_stream_impl.h"
#include "views/stream/stream_admin.h"
#include "views/triggers/pane_triggers.h"

#include <stdlib.h>

static struct pane_stream *stream_pane(struct view *view)
{
    return (struct pane_stream *)view;
}

/* ---- opening ---- */

/* args = [ view type ] | table { table } | "*": a type is how to turn one on where there is none */
void pane_stream_run(struct app *app, const struct client_table *table, struct str args)
{
    const char *type = stream_admin_find_type(args);
    if (args.len && !type) {
        pane_stream_open_tables(app, args);
        return;
    }
    const struct listing_entry *now = listing_find(&app->listing, table->name);
    if (now && now->described)
        table = &now->table; /* the stream may have been turned on or off since */
    if (table->stream_view.len)
        pane_stream_open(app, table);
    else
        stream_admin_on(app, table, str_from(type ? type : stream_admin_view_type(0)));
}

/* "*", tables, view types */
bool pane_stream_complete(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    if (nth > 0 && (size_t)nth <= app->listing.count)
        buf_add(out, app->listing.entries[nth - 1]->name);
    else if (nth > 0)
        buf_add(out, str_from(stream_admin_view_type(nth - 1 - (int)app->listing.count)));
    else
        buf_add(out, STR("*"));
    return nth <= (int)app->listing.count ||
           stream_admin_view_type(nth - 1 - (int)app->listing.count) != NULL;
}

/* ---- when a command makes sense ---- */

static bool stream_has_record(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (pane_stream_current(stream_pane(view)))
        return true;
    buf_add(why, STR("there is no record here"));
    return false;
}

static bool stream_is_held(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (!stream_pane(view)->live)
        return true;
    buf_add(why, STR("it is live already"));
    return false;
}

static bool stream_is_live(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (stream_pane(view)->live)
        return true;
    buf_add(why, STR("it is held already"));
    return false;
}

/* Both versions are needed, where there are two. */
static bool stream_can_revert(struct app *app, struct view *view, struct buf *why)
{
    struct arena arena = {0};
    struct value old, new;
    if (!stream_has_record(app, view, why))
        return false;
    const struct tail_record *record = pane_stream_current(stream_pane(view));
    bool can = tail_images(record, &arena, &old, &new) &&
               (record->event == TAIL_INSERT || old.type == VALUE_M) &&
               (record->event == TAIL_REMOVE || new.type == VALUE_M);
    if (!can)
        buf_add(
            why, STR("the stream does not keep the versions that this takes: NEW_AND_OLD_IMAGES "
                     "does"));
    arena_fini(&arena);
    return can;
}

/* ---- looking ---- */

/* What is known of the record's item: what it was where it was removed, else its key. */
static bool stream_item(const struct tail_record *record, struct arena *arena, struct value *out)
{
    struct value new;
    if (record->event == TAIL_REMOVE && tail_images(record, arena, out, &new) &&
        out->type == VALUE_M)
        return true;
    return tail_key(record, arena, out);
}

static void stream_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_stream *p = stream_pane(view);
    const struct tail_record *record = pane_stream_current(p);
    struct arena arena = {0};
    struct value item;
    (void)args;
    pane_stream_set_live(p, false);
    if (record && stream_item(record, &arena, &item))
        app_show_item(app, pane_item_new(app, pane_stream_table(p, record), item, STR_NONE));
    arena_fini(&arena);
}

static void stream_run_follow(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    pane_stream_set_live(stream_pane(view), true);
}

static void stream_run_hold(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    pane_stream_set_live(stream_pane(view), false);
}

static void stream_step_same(struct app *app, struct view *view, int step)
{
    struct pane_stream *p = stream_pane(view);
    const struct tail_record *record = pane_stream_current(p), *other;
    for (int64_t row = p->grid.cursor + step; record && (other = pane_stream_record(p, row));
         row += step) {
        if (other->table != record->table || !str_equal(other->key, record->key))
            continue;
        pane_stream_set_live(p, false);
        grid_go(&p->grid, row);
        return;
    }
    app_say(app, ROLE_STATUS,
        step > 0 ? "no later record of this item" : "no earlier record of this item");
}

static void stream_run_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    stream_step_same(app, view, 1);
}

static void stream_run_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    stream_step_same(app, view, -1);
}

/* "15m" is read as how long ago. */
static void stream_from(struct pane_stream *p, int64_t time_ms, struct str moment)
{
    struct buf words = {0};
    char last = moment.at[moment.len - 1];
    buf_add(&words, moment);
    if (last == 's' || last == 'm' || last == 'h' || last == 'd')
        buf_add(&words, STR(" ago"));
    pane_stream_restart(p, FOLLOW_TIME, time_ms, buf_str(&words));
    buf_fini(&words);
}

/* args = "beginning" | "now" | moment */
static void stream_run_from(struct app *app, struct view *view, struct str args)
{
    int64_t now = clock_now_ms(app->options.clock), ms;
    if (!args.len || str_equal(args, STR("beginning")) || str_equal(args, STR("TRIM_HORIZON")))
        pane_stream_restart(stream_pane(view), FOLLOW_TRIM_HORIZON, now, STR("the beginning"));
    else if (str_equal(args, STR("now")) || str_equal(args, STR("LATEST")))
        pane_stream_restart(stream_pane(view), FOLLOW_LATEST, now, STR("now on"));
    else if (moment_parse(args, now, &ms))
        stream_from(stream_pane(view), ms, args);
    else
        app_say(app, ROLE_STATUS_ERROR,
            "from beginning, now, a time (2026-01-31T12:00) or how long ago (15m, 2h)");
}

static bool stream_complete_from(struct app *app, struct view *view, int nth, struct buf *out)
{
    static const char *const words[] = {"beginning", "now", "5m", "1h"};
    (void)app;
    (void)view;
    if (nth >= (int)(sizeof words / sizeof *words))
        return false;
    buf_add(out, str_from(words[nth]));
    return true;
}

/* ---- reverting ---- */

struct reverting {
    struct arena arena;
    struct client_table table;
    struct value before, after;
    struct str what;
};

static void revert_yes(struct app *app, void *context)
{
    const struct reverting *r = context;
    journal_write(&app->journal,
        journal_entry_new(&r->table, r->before, r->after, "reverted the change of", r->what));
}

static void revert_free(void *context)
{
    struct reverting *r = context;
    arena_fini(&r->arena);
    free(r);
}

/* The question comes before the key, which may be long and of many lines. */
struct str pane_stream_question(struct arena *arena, const struct tail_record *record)
{
    static const char *const words[] = {[TAIL_INSERT] = "Delete what this change put in?",
        [TAIL_MODIFY] = "Put back what this change changed?",
        [TAIL_REMOVE] = "Put back what this change removed?"};
    const char *expired = record->event == TAIL_REMOVE && record->by_service
                              ? " It has expired: time to live will remove it again."
                              : "";
    return arena_printf(arena, "%s%s\n\n  %.*s\n\nOnly if it is still as this change left it.",
        words[record->event], expired, STR_ARG(record->key));
}

/* Back to the old version, if the item is still as the record left it. */
static void stream_run_revert(struct app *app, struct view *view, struct str args)
{
    struct pane_stream *p = stream_pane(view);
    const struct tail_record *record = pane_stream_current(p);
    struct reverting *r = mem_new(struct reverting);
    (void)args;
    if (!tail_images(record, &r->arena, &r->after, &r->before)) {
        revert_free(r);
        return;
    }
    browse_copy_table(&r->arena, pane_stream_table(p, record), &r->table);
    r->what = arena_dup(&r->arena, record->key);
    confirm_open(app, &(struct confirm_spec){.title = STR("Revert this change"),
                          .text = pane_stream_question(&r->arena, record),
                          .context = r,
                          .yes = revert_yes,
                          .free = revert_free});
}

/* The pane of triggers, from where what is shown here can be replayed on one of them. */
static void stream_run_replay(struct app *app, struct view *view, struct str args)
{
    struct buf key = {0};
    (void)args;
    pane_stream_set_live(stream_pane(view), false); /* what is meant is what is under the cursor */
    pane_triggers_open(app);
    view = app_main(app);
    if (view != app->stream) {
        app_key_of(app, view, "replay", &key);
        app_say(app, ROLE_STATUS, "choose a trigger: %.*s replays on it what the stream pane shows",
            STR_ARG(buf_str(&key)));
    }
    buf_fini(&key);
}

/* ---- which streams ---- */

static void stream_run_stream(struct app *app, struct view *view, struct str args)
{
    const struct tail_table *t = pane_stream_this(stream_pane(view));
    struct arena arena = {0};
    struct client_table table = {0};
    if (t)
        browse_copy_table(&arena, &t->table, &table); /* the pane is replaced */
    if (args.len && (t || !stream_admin_find_type(args)))
        pane_stream_run(app, &table, args);
    else
        app_run(app, STR("prompt stream"));
    arena_fini(&arena);
}

/* The table that a word names, or the one that the pane is about; as it is now. */
static const struct client_table *stream_named(struct app *app, struct view *view, struct str name)
{
    const struct tail_table *t = pane_stream_this(stream_pane(view));
    const struct listing_entry *e =
        listing_find(&app->listing, name.len || !t ? name : t->table.name);
    if (e && e->described)
        return &e->table;
    return !name.len && t ? &t->table : NULL;
}

/* args = [ table ] [ view type ] */
static void stream_run_on(struct app *app, struct view *view, struct str args)
{
    struct str rest = args, first = STR_NONE;
    str_cut(&rest, ' ', &first);
    const char *type = stream_admin_find_type(first);
    if (type)
        first = STR_NONE;
    else
        type = stream_admin_find_type(str_trim(rest));
    const struct client_table *table = stream_named(app, view, first);
    if (table && (type || !str_trim(rest).len))
        stream_admin_on(app, table, str_from(type ? type : stream_admin_view_type(0)));
    else
        app_say(app, ROLE_STATUS_ERROR,
            "stream-on [TABLE] [NEW_AND_OLD_IMAGES|NEW_IMAGE|OLD_IMAGE|KEYS_ONLY]%s",
            table || !first.len ? "" : ": there is no such table");
}

static void stream_run_off(struct app *app, struct view *view, struct str args)
{
    const struct client_table *table = stream_named(app, view, args);
    if (table)
        stream_admin_off(app, table);
    else
        app_say(app, ROLE_STATUS_ERROR, "stream-off [TABLE]: which one?");
}

const struct command pane_stream_commands[] = {
    {.name = "open",
        .help = "look at the item as it is now",
        .hint = "item",
        .priority = 9,
        .run = stream_run_open,
        .enabled = stream_has_record},
    {.name = "follow",
        .help = "keep the newest record in sight",
        .hint = "follow",
        .priority = 8,
        .run = stream_run_follow,
        .enabled = stream_is_held},
    {.name = "hold",
        .help = "stand still; what comes is counted and kept",
        .hint = "hold",
        .priority = 8,
        .run = stream_run_hold,
        .enabled = stream_is_live},
    {.name = "next-same",
        .help = "the next record of the same item",
        .hint = "same item",
        .priority = 6,
        .flags = COMMAND_REPEATS,
        .run = stream_run_next,
        .enabled = stream_has_record},
    {.name = "previous-same",
        .help = "the record of the same item before this one",
        .flags = COMMAND_REPEATS,
        .run = stream_run_previous,
        .enabled = stream_has_record},
    {.name = "from",
        .args = "[beginning|now|TIME]",
        .help = "begin again: at all that the stream still holds, at now, at a time or 15m ago",
        .hint = "from the beginning",
        .priority = 4,
        .run = stream_run_from,
        .complete = stream_complete_from},
    {.name = "revert",
        .help = "take this change back, if the item is still as it left it",
        .hint = "revert",
        .priority = 5,
        .flags = COMMAND_WRITES,
        .run = stream_run_revert,
        .enabled = stream_can_revert},
    {.name = "copy",
        .help = "copy the item's key",
        .run = pane_stream_run_copy_key,
        .enabled = stream_has_record},
    {.name = "copy-item",
        .help = "copy the record as JSON",
        .hint = "copy",
        .priority = 2,
        .run = pane_stream_run_copy_record,
        .enabled = stream_has_record},
    {.name = "save",
        .args = "[FILE]",
        .help = "write the shown records to a file, one JSON line each",
        .hint = "save",
        .priority = 3,
        .run = pane_stream_run_save,
        .enabled = stream_has_record},
    {.name = "copy-shown",
        .help = "copy the shown records, one JSON line each",
        .run = pane_stream_run_copy_shown,
        .enabled = stream_has_record},
    {.name = "save-record",
        .args = "[FILE]",
        .help = "write this record to a file, as one JSON line",
        .run = pane_stream_run_save_record,
        .enabled = stream_has_record},
    {.name = "replay",
        .help = "run this record, or all that are shown, on a trigger",
        .hint = "replay on…",
        .priority = 3,
        .run = stream_run_replay,
        .enabled = stream_has_record},
    {.name = "stream",
        .args = "[TABLE…|*]",
        .help = "watch other tables, or all that have a stream",
        .hint = "tables",
        .priority = 1,
        .run = stream_run_stream,
        .complete = pane_stream_complete},
    {.name = "stream-on",
        .args = "[TABLE] [VIEW-TYPE]",
        .help = "turn a table's stream on, or one of another view type, after asking",
        .flags = COMMAND_WRITES,
        .run = stream_run_on,
        .complete = pane_stream_complete},
    {.name = "stream-off",
        .args = "[TABLE]",
        .help = "turn the table's stream off, after asking",
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = stream_run_off},
    {0},
};
