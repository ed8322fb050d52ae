/* SPDX-License-Identifier: MIT */
/*
 * What changes triggers: on and off, removed, trusted; and what is asked of whoever runs one. All
 * of it reads the registry anew on the worker's thread: another process may have changed it since
 * it was shown.
 */
#include "base/mem.h"
#include "views/confirm.h"
#include "views/prompt.h"
#include "views/triggers/pane_triggers_impl.h"

#include <stdlib.h>

enum trigger_change {
    CHANGE_ENABLE,
    CHANGE_DISABLE,
    CHANGE_REMOVE,
    CHANGE_TRUST,
    CHANGE_RETRY,
    CHANGE_SKIP
};

struct change_task {
    struct task task;
    struct registry *registry;
    enum trigger_change change;
    struct str name, uuid, function, folder; /* folder: the mapping's */
    struct str shown;                        /* the function's row that was agreed to */
    bool with_function;                      /* that it goes, too, was agreed to */
};

/* ---- on the worker's thread ---- */

static bool gone(struct str what, struct err *err)
{
    return err_set(err, ERR_NO_INPUT, "%.*s is not there any more", STR_ARG(what));
}

static bool set_enabled(struct change_task *t, bool enabled, struct err *err)
{
    struct mapping mapping;
    bool found;
    if (!registry_mapping(t->registry, &t->task.arena, t->uuid, &mapping, &found, err))
        return false;
    if (!found)
        return gone(t->name, err);
    mapping.enabled = enabled;
    return registry_put_mapping(t->registry, &t->task.arena, &mapping, false, err);
}

/* The function goes with its last mapping, where that was said: what is left of it would only
 * puzzle. One that got another mapping meanwhile stays. */
static bool remove_both(struct change_task *t, struct err *err)
{
    struct registry_mappings all;
    bool found, used = false;
    if (t->uuid.len && !registry_remove_mapping(t->registry, t->uuid, &found, err))
        return false;
    if (!t->with_function)
        return true;
    if (!registry_mappings(t->registry, &t->task.arena, &all, NULL, err))
        return false;
    for (size_t i = 0; i < all.count; i++)
        used = used || str_equal(all.items[i].function, t->function);
    return used || registry_remove_function(t->registry, t->function, &found, err);
}

static bool trust(struct change_task *t, struct err *err)
{
    struct function function;
    struct buf row = {0};
    bool found;
    if (!registry_function(t->registry, &t->task.arena, t->function, &function, &found, err))
        return false;
    if (!found)
        return gone(t->function, err);
    function_write_row(&function, &row);
    bool same = str_equal(buf_str(&row), t->shown);
    buf_fini(&row);
    return same ? registry_trust(t->registry, &function, err)
                : err_set(err, ERR_BUSY,
                      "%.*s was changed while you looked: look again before you trust it",
                      STR_ARG(t->function));
}

static bool change_work(struct task *task, struct client *client, struct err *err)
{
    struct change_task *t = (struct change_task *)task;
    (void)client;
    switch (t->change) {
    case CHANGE_ENABLE:
    case CHANGE_DISABLE:
        return set_enabled(t, t->change == CHANGE_ENABLE, err);
    case CHANGE_REMOVE:
        return remove_both(t, err);
    case CHANGE_TRUST:
        return trust(t, err);
    default:
        return status_ask(
            t->folder.at, t->change == CHANGE_RETRY ? STATUS_RETRY_NOW : STATUS_SKIP, err);
    }
}

/* ---- on the UI's ---- */

static void change_ended(struct task *task)
{
    static const char *const done[] = {[CHANGE_ENABLE] = "enabled",
        [CHANGE_DISABLE] = "disabled",
        [CHANGE_REMOVE] = "removed",
        [CHANGE_TRUST] = "trusted",
        [CHANGE_RETRY] = "its runner was asked to try again now:",
        [CHANGE_SKIP] = "its runner was asked to give the batch up:"};
    struct change_task *t = (struct change_task *)task;
    struct app *app = task->owner;
    struct pane_triggers *p = pane_triggers_of(app);
    if (task->ok)
        app_say(app, ROLE_STATUS_OK, "%s %.*s", done[t->change], STR_ARG(t->name));
    else
        app_fail(app, &task->err);
    if (p)
        pane_triggers_wake(p);
}

static struct change_task *change_of(
    struct app *app, const struct triggers_row *row, enum trigger_change change)
{
    struct change_task *t = task_new(sizeof *t, app, change_work, change_ended);
    struct arena *arena = &t->task.arena;
    t->registry = host_registry(app->host);
    t->change = change;
    t->name = arena_dup(arena, row->name);
    t->uuid = row->mapping ? arena_dup(arena, row->mapping->uuid) : STR_NONE;
    t->function = arena_dup(arena, row->mapping ? row->mapping->function : row->function->name);
    t->folder = arena_dup(arena, row->mapping_folder);
    return t;
}

static void submit(struct app *app, struct change_task *t)
{
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

static void change_row(struct app *app, struct view *view, enum trigger_change change)
{
    const struct triggers_row *row = pane_triggers_current((struct pane_triggers *)view);
    submit(app, change_of(app, row, change));
}

void pane_triggers_run_enable(struct app *app, struct view *view, struct str args)
{
    (void)args;
    change_row(app, view, CHANGE_ENABLE);
}

void pane_triggers_run_disable(struct app *app, struct view *view, struct str args)
{
    (void)args;
    change_row(app, view, CHANGE_DISABLE);
}

void pane_triggers_run_retry(struct app *app, struct view *view, struct str args)
{
    (void)args;
    change_row(app, view, CHANGE_RETRY);
}

/* ---- with a question ---- */

static void ask_yes(struct app *app, void *context)
{
    struct change_task **asked = context;
    submit(app, *asked);
    *asked = NULL;
}

static void ask_free(void *context)
{
    struct change_task **asked = context;
    if (*asked) {
        arena_fini(&(*asked)->task.arena);
        free(*asked);
    }
    free(asked);
}

static struct change_task **hold(struct change_task *t)
{
    struct change_task **asked = mem_new(struct change_task *);
    *asked = t;
    return asked;
}

void pane_triggers_run_skip(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current((struct pane_triggers *)view);
    struct arena arena = {0};
    (void)args;
    struct str text = arena_printf(&arena,
        "Give up the batch of %.*s that fails?\n\nIts records, from %.*s on, go to the dead "
        "letters,\nand the function sees what comes behind them.",
        STR_ARG(row->name), STR_ARG(row->status.blocked_at));
    confirm_open(app, &(struct confirm_spec){.title = STR("Skip batch"),
                          .text = text,
                          .danger = true,
                          .context = hold(change_of(app, row, CHANGE_SKIP)),
                          .yes = ask_yes,
                          .free = ask_free});
    arena_fini(&arena);
}

static bool remove_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct change_task **asked = context;
    if (!str_equal(text, (*asked)->name))
        return err_set(err, ERR_DATA, "that is not the trigger's name: nothing was removed");
    ask_yes(app, asked);
    return true;
}

static void remove_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct change_task **asked = context;
    (void)app;
    bool same = *asked && str_equal(text, (*asked)->name);
    bool alone = *asked && !(*asked)->with_function;
    buf_add(note, same ? STR("Enter removes it") : STR("Esc keeps it"));
    buf_add(note, alone ? STR(", its function stays") : STR_NONE);
}

static bool is_last(const struct triggers_look *look, const struct triggers_row *row)
{
    size_t others = 0;
    for (size_t i = 0; i < look->count && row->mapping; i++)
        others += look->rows[i].mapping && look->rows[i].mapping != row->mapping &&
                  str_equal(look->rows[i].mapping->function, row->mapping->function);
    return others == 0;
}

void pane_triggers_run_remove(struct app *app, struct view *view, struct str args)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    const struct triggers_row *row = pane_triggers_current(p);
    struct buf label = {0};
    (void)args;
    struct change_task *t = change_of(app, row, CHANGE_REMOVE);
    t->with_function = is_last(&p->look, row);
    buf_printf(&label, "type %.*s to remove %s: ", STR_ARG(row->name),
        t->with_function ? "function and logs" : "it");
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .context = hold(t),
                         .changed = remove_note,
                         .accept = remove_accept,
                         .free = ask_free});
    buf_fini(&label);
}

/* A text of somebody else's in a question: on lines of its own, where it cannot look like ours, and
 * all of it as far as that is possible. */
static void put_foreign(struct buf *out, const char *label, struct str text)
{
    enum { WIDTH = 56, LINES = 6 };
    buf_printf(out, "%-13s", label);
    for (int line = 0; text.len; line++) {
        struct str piece = str_take(text, WIDTH);
        while (piece.len < text.len && piece.len && (text.at[piece.len] & 0xc0) == 0x80)
            piece.len--;
        if (line == LINES || !piece.len) {
            buf_printf(out, "… and %zu bytes more: Enter shows all of it", text.len);
            break;
        }
        for (size_t i = 0; i < piece.len; i++)
            buf_add_byte(out, (unsigned char)piece.at[i] < ' ' ? '?' : piece.at[i]);
        text = str_skip(text, piece.len);
        buf_add(out, text.len ? STR("\n             ") : STR_NONE);
    }
    buf_add_byte(out, '\n');
}

/* What would run, in full: nothing of it is said in fewer words. */
static struct str question(struct arena *arena, const struct function *f)
{
    struct buf names = {0};
    for (const struct json *v = f->environment ? f->environment->first : NULL; v; v = v->next)
        buf_printf(&names, "%s%.*s", names.len ? " " : "", STR_ARG(v->name));
    struct buf text = {0};
    buf_add(&text, STR("It did not come from you. On this machine, as you, it would run:\n\n"));
    put_foreign(&text, "runtime", f->runtime_name);
    put_foreign(&text, "handler", f->handler);
    put_foreign(&text, "folder", f->folder);
    if (f->stored)
        buf_add(&text, STR("             (its code lies in the store)\n"));
    put_foreign(&text, "environment", names.len ? buf_str(&names) : STR("nothing of its own"));
    buf_printf(&text, "credentials  %s\n\nRun it whenever its table changes?",
        f->pass_credentials ? "YOURS are passed to it" : "none: a key for these tables alone");
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    buf_fini(&names);
    return kept;
}

void pane_triggers_run_trust(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current((struct pane_triggers *)view);
    struct change_task *t = change_of(app, row, CHANGE_TRUST);
    struct arena arena = {0};
    struct buf shown = {0}, title = {0};
    (void)args;
    function_write_row(row->function, &shown);
    t->shown = arena_dup(&t->task.arena, buf_str(&shown));
    buf_printf(&title, "Trust %.*s", STR_ARG(row->function->name));
    confirm_open(app, &(struct confirm_spec){.title = buf_str(&title),
                          .text = question(&arena, row->function),
                          .danger = true,
                          .context = hold(t),
                          .yes = ask_yes,
                          .free = ask_free});
    arena_fini(&arena);
    buf_fini(&shown);
    buf_fini(&title);
}
