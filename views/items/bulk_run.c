/* SPDX-License-Identifier: MIT */
/*
 * What carries a run over many items through the worker, and tells of it. Must not know who marked
 * what, nor which keys there are.
 */
#include "views/items/bulk_run.h"

#include "base/mem.h"
#include "views/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUN_SAY_MS = 250, RUN_SAY_SLOW_MS = 1000 };

struct bulk_run {
    struct app *app;
    struct bulk_run_spec spec;
    struct bulk *bulk;
    struct arena arena; /* owns the texts */
    struct undo_file undo;
    struct undo_reader past;
    struct export_file *file;
    struct budget budget;
    struct task *task;
    int64_t began_ns, said_ns;
    bool more; /* as the last step said */
    bool ok;   /* the file is complete */
    struct err err;
};

struct run_task {
    struct task task;
    struct bulk_run *run;
};

static void run_free(struct bulk_run *run)
{
    bulk_free(run->bulk);
    bulk_update_fini(&run->spec.update);
    undo_file_close(&run->undo);
    undo_reader_close(&run->past);
    export_file_free(run->file);
    arena_fini(&run->arena);
    free(run);
}

/* ---- words ---- */

static const struct {
    const char *doing, *done, *nothing;
} run_words[] = {
    [BULK_DELETE] = {"deleting", "deleted", "nothing was deleted"},
    [BULK_UPDATE] = {"changing", "changed", "nothing was changed"},
    [BULK_EXPORT] = {"writing", "wrote", "nothing was written"},
    [BULK_RESTORE] = {"taking back", "took back", "nothing was taken back"},
};

static void run_add_count(struct buf *out, int64_t n, const char *words)
{
    if (!n)
        return;
    buf_add(out, STR(" · "));
    words_count(out, n);
    buf_printf(out, " %s", words);
}

static double run_seconds(const struct bulk_run *run)
{
    return (double)(clock_tick_ns() - run->began_ns) / 1e9;
}

/* "deleting: 1,200 of 3,000 · 850/s · 3 kept" */
static void run_say_progress(struct bulk_run *run)
{
    struct app *app = run->app;
    int64_t most = app->screen->slow ? RUN_SAY_SLOW_MS : RUN_SAY_MS, now = clock_tick_ns();
    if (now - run->said_ns < most * 1000000)
        return;
    run->said_ns = now;
    struct buf text = {0}, key = {0};
    int64_t begun = bulk_begun(run->bulk);
    buf_printf(&text, "%s: ", run_words[run->spec.bulk.kind].doing);
    words_count(&text, begun);
    if (run->spec.total >= 0) {
        buf_add(&text, STR(" of "));
        words_count(&text, run->spec.total);
    }
    double seconds = run_seconds(run);
    if (seconds > 0.5) {
        buf_add(&text, STR(" · "));
        words_count(&text, (int64_t)((double)begun / seconds));
        buf_add(&text, STR("/s"));
    }
    run_add_count(&text, bulk_count(run->bulk, BULK_CHANGED), "kept");
    run_add_count(&text, bulk_count(run->bulk, BULK_FAILED), "failed");
    app_key_of(app, app->items, "cancel", &key);
    app_say(app, ROLE_STATUS, "%s · %.*s stops", buf_cstr(&text), STR_ARG(buf_str(&key)));
    buf_fini(&text);
    buf_fini(&key);
}

static void run_add_problems(const struct bulk_run *run, struct buf *out)
{
    const struct bulk *b = run->bulk;
    run_add_count(out, bulk_count(b, BULK_SAME), "had nothing to change");
    run_add_count(out, bulk_count(b, BULK_CHANGED), "kept: somebody changed them since");
    run_add_count(out, bulk_count(b, BULK_GONE), "were gone already");
    run_add_count(out, bulk_count(b, BULK_FAILED), "failed");
    run_add_count(out, bulk_count(b, BULK_UNSURE), "unknown: no answer came");
    int64_t left = bulk_count(b, BULK_LEFT);
    if (run->spec.total < 0 && bulk_stopping(b))
        buf_add(out, STR(" · the rest was not looked at"));
    else
        run_add_count(out, left, "left as they are");
}

static void run_add_report(const struct bulk_run *run, struct buf *out)
{
    struct str failures = bulk_failures(run->bulk);
    const struct err *err = bulk_err(run->bulk);
    if (!failures.len && err->code == ERR_NONE)
        return;
    buf_printf(out, "%s: ", run_words[run->spec.bulk.kind].done);
    words_count(out, bulk_count(run->bulk, BULK_DONE));
    buf_printf(out, " of %.*s", STR_ARG(run->spec.what));
    run_add_problems(run, out);
    buf_add(out, STR("\n"));
    if (err->code != ERR_NONE)
        buf_printf(
            out, "\nIt ended early: %s%s%s\n", err->name, err->name[0] ? ": " : "", err->text);
    if (!failures.len)
        return;
    buf_printf(out, "\nThe first ones (%d at most):\n\n%.*s", BULK_FAILURES_MAX, STR_ARG(failures));
}

/* ---- what was before ---- */

struct run_recording {
    struct journal_entry *entry;
    const struct client_table *table;
};

static void run_record_part(void *context, struct value before, struct value after)
{
    struct run_recording *r = context;
    journal_entry_add(r->entry, r->table, before, after);
}

static void run_add_done(const struct bulk_run *run, struct buf *out)
{
    words_plural(out, bulk_count(run->bulk, BULK_DONE), "item");
    buf_printf(out, " of %.*s", STR_ARG(run->spec.bulk.table->name));
}

/* Where the journal can hold it all, it takes it back, and the file has done its work. */
static bool run_record(struct bulk_run *run)
{
    enum bulk_kind kind = run->spec.bulk.kind;
    int64_t done = bulk_count(run->bulk, BULK_DONE);
    if (!done || kind == BULK_EXPORT || kind == BULK_RESTORE)
        return false;
    struct buf what = {0};
    run_add_done(run, &what);
    struct run_recording r = {.entry = journal_entry_begin(run_words[kind].done, buf_str(&what)),
        .table = bulk_spec(run->bulk)->table};
    buf_fini(&what);
    if (!bulk_past(run->bulk, run_record_part, &r)) {
        journal_entry_free(r.entry);
        return false;
    }
    return journal_record(&run->app->journal, r.entry);
}

static void run_add_undo(struct bulk_run *run, struct buf *out)
{
    if (!bulk_count(run->bulk, BULK_DONE) && !bulk_count(run->bulk, BULK_UNSURE))
        run->undo.lines = 0; /* nothing was changed: the file goes */
    bool recorded = run_record(run);
    bool kept = !recorded && run->undo.fd > 0 && run->undo.lines;
    if (recorded || kept) {
        buf_add(out, STR(" · "));
        app_key_of(run->app, run->app->items, "undo", out);
        buf_add(out, STR(" takes it back"));
    }
    if (recorded && run->undo.path.len)
        unlink(buf_cstr(&run->undo.path));
    if (!kept)
        return;
    buf_printf(out, ", also later: :undo-file %.*s", STR_ARG(buf_str(&run->undo.path)));
    buf_clear(run->spec.undo);
    buf_add(run->spec.undo, buf_str(&run->undo.path));
    buf_clear(run->spec.undone);
    buf_printf(run->spec.undone, "%s ", run_words[run->spec.bulk.kind].done);
    run_add_done(run, run->spec.undone);
}

/* ---- the end ---- */

static void run_say_end(struct bulk_run *run, bool report)
{
    struct buf text = {0};
    enum bulk_kind kind = run->spec.bulk.kind;
    int64_t done = bulk_count(run->bulk, BULK_DONE);
    bool lost = kind == BULK_EXPORT && !run->ok;
    bool early = bulk_stopping(run->bulk) || bulk_err(run->bulk)->code != ERR_NONE;
    if (early)
        buf_add(&text, STR("stopped: "));
    if (lost || !done)
        buf_add(&text, str_from(run_words[kind].nothing));
    else
        buf_printf(&text, "%s ", run_words[kind].done);
    if (!lost && done) {
        words_plural(&text, done, "item");
        if (kind == BULK_EXPORT) {
            buf_add(&text, STR(", "));
            words_bytes(&text, export_file_bytes(run->file));
            buf_printf(&text, ", to %.*s", STR_ARG(run->spec.file));
        }
    }
    run_add_problems(run, &text);
    if (bulk_err(run->bulk)->code != ERR_NONE)
        buf_printf(&text, " · %s", bulk_err(run->bulk)->text);
    if (run->err.code != ERR_NONE)
        buf_printf(&text, " · %s", run->err.text);
    run_add_undo(run, &text);
    if (report)
        buf_add(&text, STR(" · :marked-report tells more"));
    bool good = !early && !report && !lost;
    app_say(run->app, good ? ROLE_STATUS_OK : ROLE_STATUS_WARNING, "%s", buf_cstr(&text));
    buf_fini(&text);
}

static void run_end(struct bulk_run *run)
{
    struct app *app = run->app;
    struct buf report = {0};
    run_add_report(run, &report);
    run_say_end(run, report.len > 0);
    enum bulk_kind kind = run->spec.bulk.kind;
    bool whole = !bulk_stopping(run->bulk) && bulk_err(run->bulk)->code == ERR_NONE;
    run->spec.ended(run->spec.context, whole, buf_str(&report));
    buf_fini(&report);
    run_free(run);
    if (kind == BULK_EXPORT)
        return;
    app_data_changed(app);
    if (!app->stream)
        app->items->ops->refresh(app->items);
}

/* ---- steps ---- */

static bool run_work(struct task *task, struct client *client, struct err *err)
{
    struct bulk_run *run = ((struct run_task *)task)->run;
    (void)err;
    run->more = bulk_step(run->bulk, client);
    bool whole = !bulk_stopping(run->bulk) && bulk_err(run->bulk)->code == ERR_NONE;
    if (run->file && !run->more && whole)
        run->ok = export_file_finish(run->file, &run->err);
    return true;
}

static void run_submit(struct bulk_run *run);

static void run_stepped(struct task *task)
{
    struct bulk_run *run = ((struct run_task *)task)->run;
    run->task = NULL;
    bulk_settled(run->bulk, run->spec.settled, run->spec.context);
    if (run->app->quit || run->app->connect.len)
        bulk_stop(run->bulk);
    if (run->more && !bulk_stopping(run->bulk)) {
        run_say_progress(run);
        run_submit(run);
    } else {
        run_end(run);
    }
}

static void run_dropped(struct task *task)
{
    run_free(((struct run_task *)task)->run);
}

static void run_submit(struct bulk_run *run)
{
    struct run_task *t = task_new(sizeof *t, run, run_work, run_stepped);
    t->run = run;
    t->task.dropped = run_dropped;
    run->task = &t->task;
    task_submit(&t->task, run->app->worker);
}

/* ---- beginning ---- */

static bool run_open_files(struct bulk_run *run, struct err *err)
{
    const struct bulk_run_spec *spec = &run->spec;
    struct app *app = run->app;
    if (spec->bulk.kind == BULK_EXPORT)
        return (run->file = export_file_open(
                    spec->file.at, spec->format, spec->replace, spec->bulk.table, err)) != NULL;
    if (spec->bulk.kind == BULK_RESTORE)
        return undo_reader_open(&run->past, spec->file.at, err);
    run->undo.fd = -1;
    return !app->options.remember || undo_file_open(&run->undo, spec->bulk.table->name,
                                         clock_now_ms(app->options.clock), err);
}

struct bulk_run *bulk_run_new(struct app *app, struct bulk_run_spec *spec)
{
    struct bulk_run *run = mem_new(struct bulk_run);
    struct err err = ERR_INIT;
    *run = (struct bulk_run){.app = app, .spec = *spec, .err = ERR_INIT};
    run->undo.fd = -1;
    spec->update = (struct bulk_update){0};
    run->spec.what = arena_dup(&run->arena, spec->what);
    run->spec.file = arena_dup(&run->arena, spec->file);
    if (!run_open_files(run, &err)) {
        app_fail(app, &err);
        run_free(run);
        return NULL;
    }
    struct bulk_spec *bulk = &run->spec.bulk;
    run->budget.limit = backend_budget(worker_backend(app->worker));
    bulk->update = &run->spec.update;
    bulk->undo = run->undo.fd >= 0 ? &run->undo : NULL;
    bulk->past = run->past.file ? &run->past : NULL;
    bulk->file = run->file;
    bulk->budget = run->budget.limit ? &run->budget : NULL;
    run->bulk = bulk_new(bulk);
    bulk->table = bulk_spec(run->bulk)->table;
    bulk->marks = NULL;
    bulk->all = NULL;
    run->began_ns = run->said_ns = clock_tick_ns();
    run_submit(run);
    return run;
}

void bulk_run_stop(struct bulk_run *run)
{
    if (bulk_stopping(run->bulk))
        task_cancel(run->task);
    bulk_stop(run->bulk);
}

/* A step may be under way: what it counts is not looked at. */
void bulk_run_add_farewell(const struct bulk_run *run, struct buf *out)
{
    buf_printf(out, "%s %.*s was broken off", run_words[run->spec.bulk.kind].doing,
        STR_ARG(run->spec.what));
    if (run->undo.path.len)
        buf_printf(out, "; 'dynascope undo %.*s' takes back what was done",
            STR_ARG(buf_str(&run->undo.path)));
}

void bulk_run_forget(struct bulk_run *run)
{
    if (!run)
        return;
    bulk_stop(run->bulk);
    task_forget(run->task);
}
