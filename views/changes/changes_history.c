/* SPDX-License-Identifier: MIT */
/*
 * The versions of one item as a list: when, what changed, and back to one of them. Must not know
 * where they come from.
 */
#include "views/changes/pane_changes_impl.h"

#include "backend/json_out.h"
#include "base/mem.h"
#include "views/cells.h"
#include "views/changes/versions.h"
#include "views/confirm.h"
#include "views/items/browse.h"
#include "views/stream/stream_admin.h"
#include "views/words.h"

#include <stdlib.h>

struct past {
    struct arena arena; /* owns what follows */
    struct client_table table;
    struct value key;
    struct str what;
    struct arena read_arena; /* of `now` */
    struct value now;        /* type VALUE_NONE = no item */
    struct versions versions;
    bool read, recovery;
    struct task *task;
};

/* ---- reading the stream, on the worker's thread ---- */

struct history_task {
    struct task task;
    struct client_table table;
    struct value key, now;
    struct versions versions;
    bool stream, recovery;
};

static bool history_work(struct task *task, struct client *client, struct err *err)
{
    struct history_task *t = (struct history_task *)task;
    struct client_table now;
    if (!client_describe_keys(client, &task->arena, t->table.name, &now, err) ||
        !client_get(client, &task->arena, t->table.name, t->key, &t->now, err))
        return false;
    t->recovery = versions_recoverable(client, t->table.name);
    return versions_read(client, &now, t->key, &t->versions, &t->stream, err);
}

/* ---- what came ---- */

static void history_task_drop(struct task *task)
{
    struct history_task *t = (struct history_task *)task;
    versions_fini(&t->versions);
}

/* Nothing keeps versions: a stream would, from now on. */
static void history_offer(struct pane_changes *p, const struct history_task *t)
{
    struct app *app = p->view.app;
    struct past *h = p->data;
    struct arena arena = {0};
    struct client_table table;
    struct buf why = {0};
    bool recovery = t->recovery;
    browse_copy_table(&arena, &h->table, &table);
    if (app_main(app) == &p->view)
        app_back(app);
    if (app_writable(app, &why))
        stream_admin_on(app, &table, str_from(stream_admin_view_type(0)));
    app_say(app, ROLE_STATUS_WARNING, "%.*s keeps no versions of its items: it has no stream%s",
        STR_ARG(table.name),
        recovery ? "; by point-in-time recovery the whole table can be restored to a moment" : "");
    buf_fini(&why);
    arena_fini(&arena);
}

static void history_ended(struct task *task)
{
    struct history_task *t = (struct history_task *)task;
    struct pane_changes *p = task->owner;
    struct past *h = p->data;
    h->task = NULL;
    p->view.app->dirty = true;
    if (!task->ok) {
        app_fail(p->view.app, &task->err);
        history_task_drop(task);
        return;
    }
    if (!t->stream) {
        h->read = true;
        history_task_drop(task);
        history_offer(p, t);
        return;
    }
    arena_fini(&h->read_arena);
    versions_fini(&h->versions);
    h->read = true;
    h->recovery = t->recovery;
    h->versions = t->versions;
    h->now = t->now.type ? value_of(arena_dup(&h->read_arena, t->now.encoded)) : (struct value){0};
    grid_refit(&p->grid);
    grid_go(&p->grid, p->grid.cursor);
}

static void history_load(struct pane_changes *p)
{
    struct past *h = p->data;
    if (h->task)
        return;
    struct history_task *t = task_new(sizeof *t, p, history_work, history_ended);
    t->task.dropped = history_task_drop;
    browse_copy_table(&t->task.arena, &h->table, &t->table);
    t->key = value_of(arena_dup(&t->task.arena, h->key.encoded));
    h->task = &t->task;
    task_submit(&t->task, p->view.app->worker);
}

static bool history_cancel(struct pane_changes *p)
{
    struct past *h = p->data;
    bool running = h->task != NULL;
    task_cancel(h->task);
    return running;
}

static void history_free(struct pane_changes *p)
{
    struct past *h = p->data;
    task_forget(h->task);
    versions_fini(&h->versions);
    arena_fini(&h->read_arena);
    arena_fini(&h->arena);
    free(h);
}

/* ---- the list, the newest first ---- */

static const struct version *version_at(struct pane_changes *p, size_t row)
{
    struct past *h = p->data;
    size_t count = h->versions.count;
    return row < count ? &h->versions.list[count - 1 - row] : NULL;
}

static struct value version_item(const struct buf *image)
{
    return image->len ? value_of(buf_str(image)) : (struct value){0};
}

static bool version_is_now(struct pane_changes *p, size_t row)
{
    struct past *h = p->data;
    const struct version *v = version_at(p, row);
    if (row != 0 || !v->has_new)
        return false;
    struct value item = version_item(&v->new);
    return item.type == h->now.type && (!item.type || value_equal(item, h->now));
}

static void history_title(struct pane_changes *p, struct buf *left, struct buf *right)
{
    struct past *h = p->data;
    buf_printf(left, "History of %.*s", STR_ARG(h->what));
    if (!h->read) {
        buf_add(right, STR("reading the stream …"));
        return;
    }
    words_plural(right, (int64_t)h->versions.count, "version");
    buf_add(right, STR(" among "));
    words_plural(right, (int64_t)h->versions.records, "record");
}

static void history_facts(struct pane_changes *p, struct buf *out)
{
    struct past *h = p->data;
    if (h->versions.left_out)
        buf_printf(out, "%zu older versions are left out · ", h->versions.left_out);
    const struct version *newest = version_at(p, 0);
    if (newest && newest->has_new && !version_is_now(p, 0))
        buf_add(out, STR("the item has changed since, without a record · "));
    buf_add(out, STR("a stream holds the changes of 24 hours"));
    if (h->recovery)
        buf_add(out, STR("; point-in-time recovery can restore the table to a moment before"));
}

static size_t history_count(struct pane_changes *p)
{
    return ((struct past *)p->data)->versions.count;
}

static void history_change(struct pane_changes *p, size_t row, struct buf *out)
{
    const struct version *v = version_at(p, row);
    const struct version *below = version_at(p, row + 1);
    const struct buf *old = v->has_old ? &v->old : below && below->has_new ? &below->new : NULL;
    if (v->before)
        buf_add(out, STR("as it was before the oldest change that the stream holds\n"));
    else if (old && v->has_new && (old->len || v->new.len))
        staged_add_diff(out, version_item(old), version_item(&v->new));
    else
        buf_add(out, STR("the stream does not keep what changed: NEW_AND_OLD_IMAGES does\n"));
}

static void history_cell(
    struct pane_changes *p, size_t row, enum changes_column column, struct buf *out)
{
    const struct version *v = version_at(p, row);
    if (!v)
        return;
    if (column == CHANGES_TIME && !v->before) {
        pane_changes_time(p, v->time_ms, out);
    } else if (column == CHANGES_TIME) {
        buf_add(out, STR("before"));
    } else if (column == CHANGES_STATE) {
        buf_add(out, v->before ? STR("") : buf_str(&v->event));
        if (v->by_service)
            buf_add(out, STR(" (ttl)"));
        if (version_is_now(p, row))
            buf_add(out, STR(" · now"));
    } else {
        struct buf text = {0};
        struct str rest, line;
        history_change(p, row, &text);
        rest = buf_str(&text);
        for (size_t start = out->len; out->len - start < 160 && str_cut(&rest, '\n', &line);) {
            buf_add(out, out->len > start ? STR("   ") : STR(""));
            buf_add(out, line);
        }
        buf_fini(&text);
    }
}

static enum role history_role(struct pane_changes *p, size_t row, enum changes_column column)
{
    const struct version *v = version_at(p, row);
    if (column != CHANGES_STATE || !v)
        return column == CHANGES_TIME ? ROLE_DIM : ROLE_TEXT;
    return str_equal(buf_str(&v->event), STR("INSERT"))   ? ROLE_STREAM_INSERT
           : str_equal(buf_str(&v->event), STR("REMOVE")) ? ROLE_STREAM_REMOVE
                                                          : ROLE_STREAM_MODIFY;
}

static void history_preview(struct pane_changes *p, size_t row, struct buf *out)
{
    const struct version *v = version_at(p, row);
    if (!v)
        return;
    history_change(p, row, out);
    buf_add_byte(out, '\n');
    if (!v->has_new)
        return;
    if (v->new.len)
        json_out_pretty(out, version_item(&v->new), !json_out_is_plain(version_item(&v->new)));
    else
        buf_add(out, STR("There is no item in this version.\n"));
}

/* ---- going back ---- */

struct reverting {
    struct arena arena;
    struct client_table table;
    struct value before, after;
    struct str what;
};

static void reverting_free(void *context)
{
    struct reverting *r = context;
    arena_fini(&r->arena);
    free(r);
}

static void reverting_yes(struct app *app, void *context)
{
    const struct reverting *r = context;
    journal_write(
        &app->journal, journal_entry_new(&r->table, r->before, r->after, "reverted", r->what));
}

static struct value copy_item(struct arena *arena, struct value item)
{
    return item.type ? value_of(arena_dup(arena, item.encoded)) : (struct value){0};
}

static void history_revert(struct pane_changes *p, size_t row)
{
    struct app *app = p->view.app;
    struct past *h = p->data;
    const struct version *v = version_at(p, row);
    struct value to = v->has_new ? version_item(&v->new) : (struct value){0};
    if (!v->has_new) {
        app_say(app, ROLE_STATUS_WARNING,
            "the stream does not keep this version: NEW_AND_OLD_IMAGES or NEW_IMAGE does");
        return;
    }
    if (to.type == h->now.type && (!to.type || value_equal(to, h->now))) {
        app_say(app, ROLE_STATUS, "it is so now");
        return;
    }
    struct reverting *r = mem_new(struct reverting);
    struct buf text = {0};
    browse_copy_table(&r->arena, &h->table, &r->table);
    r->before = copy_item(&r->arena, h->now);
    r->after = copy_item(&r->arena, to);
    r->what = arena_dup(&r->arena, h->what);
    buf_printf(&text, "Put back this version of\n\n  %.*s\n\n", STR_ARG(h->what));
    staged_add_diff(&text, r->before, r->after);
    buf_add(&text, STR("\nOnly where what it changes is still as shown here."));
    confirm_open(app, &(struct confirm_spec){.title = STR("Revert"),
                          .text = buf_str(&text),
                          .danger = to.type == VALUE_NONE,
                          .context = r,
                          .yes = reverting_yes,
                          .free = reverting_free});
    buf_fini(&text);
}

/* ---- opening ---- */

static void history_show(struct app *app, struct past *h)
{
    static const struct changes_source source = {
        .empty = "the stream holds no change of this item",
        .title = history_title,
        .facts = history_facts,
        .count = history_count,
        .cell = history_cell,
        .role = history_role,
        .preview = history_preview,
        .revert = history_revert,
        .refresh = history_load,
        .cancel = history_cancel,
        .free = history_free,
    };
    struct pane_changes *p = pane_changes_new(app, &source, h);
    if (app_show_over(app, &p->view))
        history_load(p);
}

/* A stream is read whole: where each request is paid for, that is asked first. */
struct history_asked {
    struct past *history;
};

static void asked_yes(struct app *app, void *context)
{
    struct history_asked *asked = context;
    struct past *h = asked->history;
    asked->history = NULL;
    history_show(app, h);
}

static void asked_free(void *context)
{
    struct history_asked *asked = context;
    if (asked->history) {
        arena_fini(&asked->history->arena);
        free(asked->history);
    }
    free(asked);
}

void changes_history_open(struct app *app, const struct client_table *table, struct value key)
{
    struct past *h = mem_new(struct past);
    struct buf bytes = {0}, text = {0};
    const char *name = app->options.connection;
    bool paid = backend_is_remote(worker_backend(app->worker)) &&
                !(name && strncmp(name, "http", strlen("http")) == 0);
    browse_copy_table(&h->arena, table, &h->table);
    client_key_of(table, key, &bytes);
    h->key = value_of(arena_dup(&h->arena, buf_str(&bytes)));
    cells_add_key(&text, key, table->keys, table->key_count);
    h->what = arena_dup(&h->arena, buf_str(&text));
    buf_fini(&bytes);
    buf_fini(&text);
    if (!paid) {
        history_show(app, h);
        return;
    }
    struct history_asked *asked = mem_new(struct history_asked);
    asked->history = h;
    buf_printf(&text,
        "The history of an item is found by reading all that the stream of\n%.*s holds: many "
        "requests, where it is busy.\n\nRead it?",
        STR_ARG(table->name));
    confirm_open(app, &(struct confirm_spec){.title = STR("History"),
                          .text = buf_str(&text),
                          .context = asked,
                          .yes = asked_yes,
                          .free = asked_free});
    buf_fini(&text);
}
