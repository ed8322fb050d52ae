/* SPDX-License-Identifier: MIT */
/*
 * Marked items leave the explorer: to a file, to the clipboard; and what an undo file holds comes
 * back. Must not write itself (bulk_run.h, copying.h).
 */
#include "base/mem.h"
#include "views/confirm.h"
#include "views/items/items_marked.h"
#include "views/prompt.h"
#include "views/words.h"

#include "backend/json_out.h"
#include <stdlib.h>
#include <unistd.h>

static struct pane_items *marked_pane(struct view *view)
{
    return (struct pane_items *)view;
}

/* ---- writing to a file ---- */

static void marked_replace_yes(struct app *app, void *context)
{
    struct marked_ask *ask = context;
    (void)app;
    ask->replace = true;
    marked_begin(ask);
}

/* "~/x" as a shell means it. */
static void marked_add_path(struct buf *out, struct str name)
{
    const char *home = getenv("HOME");
    if (home && str_starts(name, STR("~/"))) {
        buf_add(out, str_from(home));
        name = str_skip(name, 1);
    }
    buf_add(out, name);
    buf_cstr(out);
}

static void marked_export_to(struct app *app, struct marked_ask *ask)
{
    struct buf text = {0};
    if (access(buf_cstr(&ask->file), F_OK) != 0) {
        marked_begin(ask);
        marked_ask_free(ask);
        return;
    }
    buf_printf(&text, "%.*s is there already.\n\nReplace it?", STR_ARG(buf_str(&ask->file)));
    confirm_open(app, &(struct confirm_spec){.title = STR("Replace the file"),
                          .text = buf_str(&text),
                          .context = ask,
                          .yes = marked_replace_yes,
                          .free = marked_ask_free});
    buf_fini(&text);
}

static void marked_read_yes(struct app *app, void *context)
{
    struct marked_ask *asked = context, *ask = mem_new(struct marked_ask);
    *ask = *asked; /* the question frees what it has */
    *asked = (struct marked_ask){.pane = ask->pane};
    marked_export_to(app, ask);
}

/* Reading a large remote table costs: as much as a Scan that was asked for by hand. */
static void marked_export(struct app *app, struct marked_ask *ask)
{
    const struct browse *all = ask->pane->marking.all;
    int64_t items = all && !all->query ? browse_items(all) : 0;
    struct buf text = {0};
    if (!items || !app->scan_ask || items < app->scan_ask ||
        !backend_is_remote(worker_backend(app->worker))) {
        marked_export_to(app, ask);
        return;
    }
    buf_add(&text, STR("To write them, about "));
    words_count(&text, items);
    buf_add(&text, STR(" items are read, "));
    words_bytes(&text, items * browse_item_bytes(all));
    buf_printf(&text, ".\n\nRead all of %.*s?", STR_ARG(all->table.name));
    confirm_open(app, &(struct confirm_spec){.title = STR("Write marked items"),
                          .text = buf_str(&text),
                          .context = ask,
                          .yes = marked_read_yes,
                          .free = marked_ask_free});
    buf_fini(&text);
}

static struct marked_ask *marked_export_new(
    struct pane_items *p, enum export_format format, struct str name)
{
    struct marked_ask *ask = marked_ask_new(p, BULK_EXPORT);
    marked_add_path(&ask->file, name);
    ask->format = format == EXPORT_LINES ? export_format_of(name) : format;
    return ask;
}

static bool marked_export_accept(struct app *app, void *context, struct str text, struct err *err)
{
    const struct marked_ask *asked = context;
    struct str name = str_trim(text);
    if (!name.len)
        return err_set(err, ERR_USAGE, "the file needs a name");
    marked_export(app, marked_export_new(asked->pane, asked->format, name));
    return true;
}

/* args = [ "typed" | "csv" ] [ FILE ] */
void items_run_export_marked(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marked_pane(view);
    struct str rest = args, word;
    enum export_format format = EXPORT_LINES;
    if (marked_refuses(app, p, false))
        return;
    if (str_cut(&rest, ' ', &word) &&
        (str_equal(word, STR("typed")) || str_equal(word, STR("csv")))) {
        format = str_equal(word, STR("csv")) ? EXPORT_CSV : EXPORT_TYPED;
        args = str_trim(rest);
    }
    if (args.len) {
        marked_export(app, marked_export_new(p, format, args));
        return;
    }
    struct marked_ask *ask = marked_ask_new(p, BULK_EXPORT);
    struct buf label = {0};
    ask->format = format;
    app_say(app, ROLE_STATUS, "writes %.*s; a name that ends in .csv makes CSV",
        STR_ARG(buf_str(&ask->what)));
    buf_printf(&label, "write to the %sfile: ", format == EXPORT_CSV ? "CSV " : "");
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .context = ask,
                         .accept = marked_export_accept,
                         .free = marked_ask_free});
    buf_fini(&label);
}

/* ---- copying ---- */

struct copy_task {
    struct task task;
    struct client_table table;
    struct marks marks;
    bool typed;
    struct buf text, what;
};

static bool copy_work(struct task *task, struct client *client, struct err *err)
{
    struct copy_task *t = (struct copy_task *)task;
    struct mark mark;
    bool ok = true;
    for (size_t at = 0; ok && marks_next(&t->marks, &at, &mark);) {
        struct arena arena = {0};
        struct buf key = {0};
        struct value item = {0};
        marks_key_item(&t->table, mark.key, &key);
        ok = client_get(client, &arena, t->table.name, value_of(buf_str(&key)), &item, err);
        if (item.type == VALUE_M)
            json_out_line(&t->text, item, t->typed);
        buf_fini(&key);
        arena_fini(&arena);
        if (ok && t->text.len > SCREEN_COPY_MAX)
            ok = err_set(err, ERR_DATA,
                "the marked items have more than the %d bytes that a terminal's clipboard takes: "
                ":export-marked writes them to a file",
                SCREEN_COPY_MAX);
    }
    return ok;
}

static void copy_fini(struct task *task)
{
    struct copy_task *t = (struct copy_task *)task;
    marks_fini(&t->marks);
    buf_fini(&t->text);
    buf_fini(&t->what);
}

static void copy_ended(struct task *task)
{
    struct copy_task *t = (struct copy_task *)task;
    if (task->ok)
        app_copy(task->owner, buf_str(&t->text), buf_str(&t->what));
    else
        app_fail(task->owner, &task->err);
    copy_fini(task);
}

void items_run_copy_marked(struct app *app, struct view *view, struct str args)
{
    struct pane_items *p = marked_pane(view);
    pane_items_marks_keep_range(p);
    if (p->marking.all) {
        app_say(app, ROLE_STATUS_WARNING,
            "everything of a query is too much for the clipboard: :export-marked writes it to a "
            "file");
        return;
    }
    struct copy_task *t = task_new(sizeof *t, app, copy_work, copy_ended);
    t->task.dropped = copy_fini;
    t->typed = str_equal(args, STR("typed"));
    browse_copy_table(&t->task.arena, &p->feed.browse->table, &t->table);
    marks_copy(&t->marks, &p->marking.set);
    words_plural(&t->what, (int64_t)t->marks.count, "marked item");
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

/* ---- taking back ---- */

static bool undo_from(struct app *app, struct pane_items *p, struct str name, struct err *err)
{
    if (!name.len)
        return err_set(err, ERR_USAGE, "the undo file needs a name");
    struct marked_ask *ask = mem_new(struct marked_ask);
    *ask = (struct marked_ask){.pane = p, .kind = BULK_RESTORE};
    (void)app;
    marked_add_path(&ask->file, name);
    buf_printf(&ask->what, "what %.*s holds", STR_ARG(name));
    marked_begin(ask);
    marked_ask_free(ask);
    return true;
}

int64_t pane_items_undo_ms(const struct view *view)
{
    const struct pane_items *p = (const struct pane_items *)view;
    return p->undo_file.len ? p->undo_ms : 0;
}

static void undo_yes(struct app *app, void *context)
{
    struct pane_items *p = context;
    struct err err = ERR_INIT;
    if (!undo_from(app, p, buf_str(&p->undo_file), &err))
        app_fail(app, &err);
}

void pane_items_undo(struct view *view)
{
    struct pane_items *p = marked_pane(view);
    struct app *app = view->app;
    struct str table = buf_str(&p->undo_table);
    struct buf text = {0};
    if (marked_refuses(app, p, true))
        return;
    if (!p->feed.browse || !str_equal(p->feed.browse->table.name, table)) {
        app_say(app, ROLE_STATUS_WARNING,
            "the last change was that it %s: open %.*s to take it back", buf_cstr(&p->undone),
            STR_ARG(table));
        return;
    }
    buf_printf(&text, "Take back: %.*s?\n\nWhat somebody changed since stays as it is.",
        STR_ARG(buf_str(&p->undone)));
    confirm_open(
        app, &(struct confirm_spec){
                 .title = STR("Undo"), .text = buf_str(&text), .context = p, .yes = undo_yes});
    buf_fini(&text);
}

static bool undo_accept(struct app *app, void *context, struct str text, struct err *err)
{
    return undo_from(app, context, str_trim(text), err);
}

void items_run_undo_file(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct pane_items *p = marked_pane(view);
    if (marked_refuses(app, p, true))
        return;
    if (!args.len)
        prompt_open(app, &(struct prompt_spec){.label = STR("take back from the undo file: "),
                             .text = buf_str(&p->undo_file),
                             .context = p,
                             .accept = undo_accept});
    else if (!undo_from(app, p, args, &err))
        app_fail(app, &err);
}
