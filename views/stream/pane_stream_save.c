/* SPDX-License-Identifier: MIT */
/*
 * Records leave the live stream as Lambda's events, one JSON object a line: for the clipboard, for
 * a file, for a trigger. Must not draw.
 */
#include "views/files.h"
#include "views/prompt.h"
#include "views/stream/pane_stream_impl.h"
#include "views/words.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

size_t pane_stream_events(const struct app *app, bool all, struct str table, struct buf *out)
{
    const struct pane_stream *p = (const struct pane_stream *)app->stream;
    size_t count = 0;
    for (size_t i = 0; p && i < p->shown_count; i++) {
        const struct tail_record *record = pane_stream_record(p, (int64_t)i);
        bool wanted = (all || (int64_t)i == p->grid.cursor) &&
                      (!table.len || str_equal(pane_stream_table(p, record)->name, table));
        if (!wanted)
            continue;
        buf_add(out, record->json);
        buf_add_byte(out, '\n');
        count++;
    }
    return count;
}

void pane_stream_run_copy_key(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_copy(app, pane_stream_current(((struct pane_stream *)view))->key, STR("the key"));
}

void pane_stream_run_copy_record(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_copy(
        app, pane_stream_current(((struct pane_stream *)view))->json, STR("the record as JSON"));
}

void pane_stream_run_copy_shown(struct app *app, struct view *view, struct str args)
{
    struct buf text = {0}, what = {0};
    (void)view;
    (void)args;
    size_t count = pane_stream_events(app, true, STR_NONE, &text);
    words_plural(&what, (int64_t)count, "record");
    app_copy(app, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

struct save_task {
    struct task task;
    struct str name, text;
    size_t records;
};

static bool save_work(struct task *task, struct client *client, struct err *err)
{
    struct save_task *t = (struct save_task *)task;
    (void)client;
    int fd = open(t->name.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return err_set(err, ERR_FILE, "%s is there already: choose another name", t->name.at);
    if (fd < 0)
        return err_errno(err, errno, "cannot write %s", t->name.at);
    bool ok = true;
    for (struct str rest = t->text; ok && rest.len;) {
        ssize_t n = write(fd, rest.at, rest.len);
        ok = n > 0;
        rest = ok ? str_skip(rest, (size_t)n) : rest;
    }
    ok = ok && fsync(fd) == 0;
    if (!ok)
        err_errno(err, errno, "cannot write %s", t->name.at);
    close(fd);
    return ok;
}

static void save_ended(struct task *task)
{
    struct save_task *t = (struct save_task *)task;
    struct app *app = task->owner;
    struct buf count = {0};
    words_plural(&count, (int64_t)t->records, "record");
    if (task->ok)
        app_say(app, ROLE_STATUS_OK, "%s written to %s", buf_cstr(&count), t->name.at);
    else
        app_fail(app, &task->err);
    buf_fini(&count);
}

static bool save_to(struct app *app, struct str name, bool all, struct err *err)
{
    struct buf text = {0}, path = {0};
    if (!name.len)
        return err_set(err, ERR_USAGE, "the file needs a name");
    files_expand(name, &path);
    struct save_task *t = task_new(sizeof *t, app, save_work, save_ended);
    t->records = pane_stream_events(app, all, STR_NONE, &text);
    t->name = arena_dup(&t->task.arena, buf_str(&path));
    t->text = arena_dup(&t->task.arena, buf_str(&text));
    buf_fini(&text);
    buf_fini(&path);
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
    return true;
}

static bool save_shown(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    return save_to(app, str_trim(text), true, err);
}

static bool save_one(struct app *app, void *context, struct str text, struct err *err)
{
    (void)context;
    return save_to(app, str_trim(text), false, err);
}

static void save_or_ask(struct app *app, struct str file, bool all, struct str label)
{
    struct err err = ERR_INIT;
    if (!file.len)
        prompt_open(
            app, &(struct prompt_spec){.label = label, .accept = all ? save_shown : save_one});
    else if (!save_to(app, file, all, &err))
        app_fail(app, &err);
}

void pane_stream_run_save(struct app *app, struct view *view, struct str args)
{
    struct buf label = {0};
    buf_add(&label, STR("write "));
    words_plural(&label, (int64_t)((struct pane_stream *)view)->shown_count, "shown record");
    buf_add(&label, STR(" to the file: "));
    save_or_ask(app, args, true, buf_str(&label));
    buf_fini(&label);
}

/* What is asked for is this record: the next one must not come under the cursor meanwhile. */
void pane_stream_run_save_record(struct app *app, struct view *view, struct str args)
{
    pane_stream_set_live(((struct pane_stream *)view), false);
    save_or_ask(app, args, false, STR("write this record to the file: "));
}
