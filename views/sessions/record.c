/* SPDX-License-Identifier: MIT */
/*
 * Writes down what is done. Must not know what commands mean, but for the ":" prompt, whose lines
 * are held back until it is known what came of them:
 *
 *   prompt · type "tab" · complete · type "Orders" · accept      ─▶  table Orders
 *   prompt · type "tab" · dismiss                                ─▶  (nothing)
 */
#include "views/sessions/record.h"

#include "base/file.h"
#include "base/mem.h"
#include "views/app.h"
#include "views/files.h"
#include "views/sessions/record_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct record {
    int fd;
    struct buf path;
    struct buf typed;   /* characters that may go on */
    struct buf pending; /* whole lines that are not in the file yet */
    size_t lines, held; /* in the file; in `pending`, of which these are held: */
    bool prompting;     /* from here on they belong to a ":" prompt: */
    size_t prompt_at, prompt_held;
    size_t last_at, last_held; /* where the last command's line begins */
};

static const char head[] = "# a session of dynascope; dynascope --replay FILE does it again\n";

bool record_start(struct app *app, struct str path, struct err *err)
{
    struct record *r = mem_new(struct record);
    files_expand(path, &r->path);
    r->fd = open(buf_cstr(&r->path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->fd >= 0) {
        buf_add(&r->pending, str_from(head));
        app->record = r;
        record_settle(app);
        return true;
    }
    if (errno == EEXIST)
        err_set(err, ERR_FILE, "%.*s is there already: choose another name", STR_ARG(path));
    else
        err_errno(err, errno, "cannot write %.*s", STR_ARG(path));
    buf_fini(&r->path);
    free(r);
    return false;
}

struct str record_path(const struct record *record)
{
    return record ? buf_str(&record->path) : STR_NONE;
}

/* ---- lines ---- */

static void record_add(struct record *r, const struct record_line *line)
{
    r->last_at = r->pending.len;
    r->last_held = r->held;
    r->held += record_line_format(&r->pending, line);
}

void record_refused(struct app *app)
{
    struct record *r = app->record;
    if (!r || r->last_at >= r->pending.len)
        return;
    r->pending.len = r->last_at;
    r->held = r->last_held;
}

/* Characters become a line once something else comes. */
static void record_end_typed(struct record *r)
{
    struct str text = buf_str(&r->typed);
    if (text.len)
        record_add(r, &(struct record_line){.kind = RECORD_TYPE, .text = text});
    buf_clear(&r->typed);
}

/* What steers the recording itself is no part of it. */
static bool record_is_own(struct str line)
{
    struct str name = STR_NONE;
    str_cut(&line, ' ', &name);
    return str_equal(name, STR("record")) || str_equal(name, STR("play")) ||
           str_equal(name, STR("count"));
}

void record_command(struct app *app, struct str line, int times)
{
    struct record *r = app->record;
    struct buf text = {0};
    if (!r || record_is_own(line))
        return;
    record_end_typed(r);
    if (str_starts(line, STR("prompt")) && !r->prompting) {
        r->prompting = true;
        r->prompt_at = r->pending.len;
        r->prompt_held = r->held;
    }
    buf_add(&text, line);
    if (times > 1)
        buf_printf(&text, " %d", times);
    record_add(r, &(struct record_line){.kind = RECORD_COMMAND, .text = buf_str(&text)});
    buf_fini(&text);
}

void record_typed(struct app *app, struct str text)
{
    if (app->record)
        buf_add(&app->record->typed, text);
}

void record_pasted(struct app *app, struct str text)
{
    if (!app->record)
        return;
    record_end_typed(app->record);
    record_add(app->record, &(struct record_line){.kind = RECORD_PASTE, .text = text});
}

/* What led to the prompt's end, whichever that was. */
static void record_drop_prompt(struct record *r)
{
    if (!r->prompting)
        return;
    r->pending.len = r->prompt_at;
    r->held = r->prompt_held;
    r->prompting = false;
    buf_clear(&r->typed);
}

void record_prompted(struct app *app, struct str line)
{
    struct record *r = app->record;
    if (!r || !r->prompting)
        return;
    record_drop_prompt(r);
    bool secret = history_is_secret(line);
    line = str_trim(line);
    if (secret)
        buf_add(&r->pending, STR("# a line that may hold a secret is left out\n"));
    else if (line.len && !record_is_own(line))
        record_add(r, &(struct record_line){.kind = RECORD_COMMAND, .text = line});
}

/* ---- the file ---- */

static bool record_write(struct record *r)
{
    bool ok = file_write_all(r->fd, buf_str(&r->pending));
    buf_clear(&r->pending);
    r->last_at = 0;
    r->lines += r->held;
    r->held = 0;
    return ok;
}

void record_settle(struct app *app)
{
    struct record *r = app->record;
    if (!r)
        return;
    if (!app->overlay_count) /* closed without a line */
        record_drop_prompt(r);
    bool much = r->pending.len + r->typed.len > RECORD_FILE_MAX;
    if (r->prompting && !much)
        return;
    if (much || (r->pending.len && !record_write(r))) {
        struct err err = ERR_INIT;
        if (much)
            err_set(&err, ERR_FILE, "too much was typed at once");
        else
            err_errno(&err, errno, "cannot write %.*s", STR_ARG(buf_str(&r->path)));
        app->record = NULL;
        record_stop(r, &(struct err){0});
        app_say(app, ROLE_STATUS_ERROR, "the recording has ended: %s", err.text);
    }
}

bool record_stop(struct record *r, struct err *err)
{
    if (!r)
        return true;
    record_drop_prompt(r);
    record_end_typed(r);
    bool ok = record_write(r);
    ok = close(r->fd) == 0 && ok;
    if (!ok)
        err_errno(err, errno, "cannot write %.*s", STR_ARG(buf_str(&r->path)));
    buf_fini(&r->path);
    buf_fini(&r->typed);
    buf_fini(&r->pending);
    free(r);
    return ok;
}

/* ---- the command ---- */

static void record_run_stop(struct app *app)
{
    struct record *r = app->record;
    struct buf path = {0};
    struct err err = ERR_INIT;
    if (!r) {
        app_say(app, ROLE_STATUS_WARNING, "nothing is being recorded");
        return;
    }
    buf_add(&path, buf_str(&r->path));
    record_end_typed(r);
    size_t lines = r->lines + r->held;
    app->record = NULL;
    if (record_stop(r, &err))
        app_say(app, ROLE_STATUS_OK, "recorded %zu line%s in %.*s: :play %.*s does it again", lines,
            lines == 1 ? "" : "s", STR_ARG(buf_str(&path)), STR_ARG(buf_str(&path)));
    else
        app_fail(app, &err);
    buf_fini(&path);
}

void record_run(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    (void)view;
    if (str_equal(args, STR("stop")))
        record_run_stop(app);
    else if (app->record)
        app_say(app, args.len ? ROLE_STATUS_WARNING : ROLE_STATUS,
            "recording in %.*s: :record stop ends it", STR_ARG(record_path(app->record)));
    else if (!args.len)
        app_say(app, ROLE_STATUS,
            "record FILE writes down what is done from here on, what is typed included; record "
            "stop ends it");
    else if (!record_start(app, args, &err))
        app_fail(app, &err);
    else
        app_say(app, ROLE_STATUS_OK,
            "recording in %.*s, with all that is typed: :record stop ends it", STR_ARG(args));
}

bool record_complete(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    if (!app->record || nth > 0)
        return false;
    buf_add(out, STR("stop"));
    return true;
}
