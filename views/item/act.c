/* SPDX-License-Identifier: MIT */
/*
 * Changing one item: read it, ask for what it is to be, hand both to the journal. Must not know
 * from where it was started.
 *
 *   act_…() ─▶ GetItem ─▶ act_loaded() ─▶ prompt, question or editor ─▶ journal_write()
 */
#include "views/item/act_impl.h"

#include "base/mem.h"
#include "views/cells.h"
#include "views/confirm.h"
#include "views/item/item_editor.h"
#include "views/item/literal.h"
#include "views/items/browse.h"
#include "views/prompt.h"

#include <stdlib.h>

enum { ACT_LINE_MAX = 2048 }; /* longer values are edited in the editor */

struct act_task {
    struct task task;
    struct act *act;
    struct value item;
};

void act_free(void *context)
{
    struct act *act = context;
    arena_fini(&act->arena);
    free(act);
}

struct act *act_new(struct app *app, const struct client_table *table, void (*go)(struct act *act))
{
    struct act *act = mem_new(struct act);
    act->app = app;
    act->go = go;
    browse_copy_table(&act->arena, table, &act->table);
    return act;
}

static void act_copy_path(struct act *act, const struct patch_path *path)
{
    act->path = *path;
    for (size_t i = 0; i < path->count; i++)
        if (path->steps[i].name.at)
            act->path.steps[i].name = arena_dup(&act->arena, path->steps[i].name);
}

/* ---- reading the item ---- */

static bool act_work(struct task *task, struct client *client, struct err *err)
{
    struct act_task *t = (struct act_task *)task;
    return client_get(client, &task->arena, t->act->table.name, t->act->key, &t->item, err);
}

/* Of what is staged it is the staged version that is edited further. */
static void act_go_on(struct act *act, const struct staged_item *staged)
{
    struct buf key = {0};
    if (!staged->writing && staged->after.type != VALUE_NONE) {
        act->item = value_of(arena_dup(&act->arena, staged->after.encoded));
        if (staged->before.type != VALUE_NONE)
            act->loaded = value_of(arena_dup(&act->arena, staged->before.encoded));
        act->go(act);
        return;
    }
    app_key_of(act->app, app_focused(act->app), "staged", &key);
    if (staged->writing)
        app_say(act->app, ROLE_STATUS_WARNING, "it is being written: try again then");
    else
        app_say(act->app, ROLE_STATUS_WARNING, "it is staged to be deleted: %.*s shows it",
            STR_ARG(buf_str(&key)));
    buf_fini(&key);
    act_free(act);
}

static void act_loaded(struct task *task)
{
    struct act_task *t = (struct act_task *)task;
    struct act *act = t->act;
    const struct staged_item *staged = staged_find(&act->app->staged, &act->table, act->key);
    if (!task->ok) {
        app_fail(act->app, &task->err);
        act_free(act);
    } else if (staged) {
        act_go_on(act, staged);
    } else if (t->item.type == VALUE_NONE) {
        app_say(act->app, ROLE_STATUS_WARNING,
            "this item is not there any more: someone has deleted it");
        act_free(act);
    } else {
        act->item = act->loaded = value_of(arena_dup(&act->arena, t->item.encoded));
        act->go(act);
    }
}

static void act_dropped(struct task *task)
{
    act_free(((struct act_task *)task)->act);
}

void act_start(struct act *act, struct value item)
{
    struct buf key = {0};
    bool ok = item.type == VALUE_M && client_key_of(&act->table, item, &key);
    act->key = value_of(arena_dup(&act->arena, buf_str(&key)));
    buf_fini(&key);
    if (!ok) {
        app_say(act->app, ROLE_STATUS_ERROR, "the item shown lacks a key attribute");
        act_free(act);
        return;
    }
    struct act_task *task = task_new(sizeof *task, act->app, act_work, act_loaded);
    task->act = act;
    task->task.dropped = act_dropped;
    task_join(&act->app->tasks, &task->task);
    task_submit(&task->task, act->app->worker);
}

/* ---- writing ---- */

static void act_what(const struct act *act, struct value item, struct buf *out)
{
    patch_path_add(out, &act->path);
    if (act->path.count)
        buf_add(out, STR(" of "));
    cells_add_key(out, item, act->table.keys, act->table.key_count);
}

/* False where there is no room for it: the text is kept then. */
static bool act_stage(struct act *act, const char *verb, struct value before, struct value after,
    struct str what, const struct edit_file *file)
{
    struct app *app = act->app;
    struct err err = ERR_INIT;
    struct buf commit = {0}, show = {0};
    if (!staged_put(&app->staged, &act->table, before, after, verb, &err)) {
        if (file)
            err_context(&err, "your text is kept in %s", file->path);
        app_fail(app, &err);
        return false;
    }
    app_key_of(app, app_focused(app), "commit", &commit);
    app_key_of(app, app_focused(app), "staged", &show);
    app_say(app, ROLE_STATUS_OK, "staged: %s %.*s · %zu staged: %.*s writes, %.*s shows", verb,
        STR_ARG(what), app->staged.count, STR_ARG(buf_str(&commit)), STR_ARG(buf_str(&show)));
    buf_fini(&commit);
    buf_fini(&show);
    return true;
}

/* `kept`: the file with the text, or an empty name. */
void act_write(struct act *act, const char *verb, struct value before, struct value after,
    const struct edit_file *file)
{
    struct buf what = {0};
    struct value any = before.type == VALUE_NONE ? after : before;
    act_what(act, any, &what);
    if (act->app->staged.on || act->app->staged.once ||
        staged_find(&act->app->staged, &act->table, any)) {
        if (act_stage(act, verb, act->loaded, after, buf_str(&what), file) && file)
            edit_remove_kept(str_from(file->path));
        buf_fini(&what);
        return;
    }
    struct journal_entry *entry =
        journal_entry_new(&act->table, act->loaded, after, verb, buf_str(&what));
    if (file)
        entry->kept = arena_dup(&entry->arena, str_from(file->path));
    entry->in_line = act->in_line;
    journal_write(&act->app->journal, entry);
    buf_fini(&what);
}

static bool act_key_step(const struct act *act, struct str *name)
{
    for (uint32_t i = 0; i < act->table.key_count; i++)
        if (act->path.count && str_equal(act->path.steps[0].name, act->table.keys[i].name)) {
            *name = act->table.keys[i].name;
            return true;
        }
    return false;
}

static bool act_refuses_key(struct act *act)
{
    struct str name;
    if (!act_key_step(act, &name))
        return false;
    app_say(act->app, ROLE_STATUS_WARNING,
        "%.*s is a key attribute: it cannot change (add a new item and delete this one)",
        STR_ARG(name));
    act_free(act);
    return true;
}

bool act_refuses_write(struct app *app)
{
    struct buf why = {0};
    bool refused = !app_writable(app, &why);
    if (refused)
        app_say(app, ROLE_STATUS_WARNING, "%.*s", STR_ARG(buf_str(&why)));
    buf_fini(&why);
    return refused;
}

/* ---- one attribute ---- */

static enum value_type act_old_type(const struct act *act)
{
    struct value old;
    return patch_find(act->item, &act->path, &old) ? old.type : VALUE_NONE;
}

/* "S", or "N → S" where the type changes, or what is wrong. */
static void act_value_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct act *act = context;
    struct buf value = {0};
    struct err err = ERR_INIT;
    enum value_type was = act_old_type(act);
    (void)app;
    if (literal_parse(&value, text, was, &err)) {
        enum value_type now = value_of(buf_str(&value)).type;
        if (was != VALUE_NONE && strcmp(value_type_name(was), value_type_name(now)))
            buf_printf(note, "%s → ", value_type_name(was));
        buf_printf(note, "%s", value_type_name(now));
    } else {
        buf_add(note, STR("not a value yet"));
    }
    buf_fini(&value);
}

/* Writes the item with the value at the path. False where the text is no value. */
static bool act_set(struct act *act, struct str text, const struct edit_file *file, struct err *err)
{
    struct buf value = {0}, after = {0};
    bool ok = literal_parse(&value, text, act_old_type(act), err) &&
              patch_set(&after, act->item, &act->path, value_of(buf_str(&value)), err);
    bool same = ok && value_equal(act->item, value_of(buf_str(&after)));
    if (same)
        app_say(act->app, ROLE_STATUS, "no change");
    act->in_line = file == NULL;
    if (ok && !same)
        act_write(act, act_old_type(act) ? "changed" : "added", act->item,
            value_of(buf_str(&after)), file);
    buf_fini(&value);
    buf_fini(&after);
    return ok;
}

static bool act_value_accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)app;
    return act_set(context, text, NULL, err);
}

static bool act_value_take(void *context, struct str text, struct err *err)
{
    struct act *act = context;
    struct buf value = {0};
    bool ok = literal_parse(&value, str_trim(text), act_old_type(act), err);
    buf_fini(&value);
    return ok;
}

static void act_value_in_editor(struct act *act, struct str text)
{
    struct err err = ERR_INIT;
    struct buf now = {0};
    struct item_editor editor = {.app = act->app,
        .name = "value.json",
        .text = text,
        .context = act,
        .take = act_value_take};
    enum item_editor_result result = item_editor_run(&editor, &err);
    if (result == ITEM_EDITOR_UNCHANGED)
        app_say(act->app, ROLE_STATUS, "no change");
    else if (result == ITEM_EDITOR_FAILED || !edit_read(&editor.file, &now, &err) ||
             !act_set(act, str_trim(buf_str(&now)), &editor.file, &err))
        app_fail(act->app, &err);
    edit_keep(&editor.file);
    buf_fini(&now);
    act_free(act);
}

static void act_ask_value(struct act *act)
{
    struct buf label = {0}, text = {0};
    struct value old;
    if (patch_find(act->item, &act->path, &old))
        literal_add(&text, old);
    if (text.len > ACT_LINE_MAX) {
        buf_clear(&text);
        literal_add_lines(&text, old);
        act_value_in_editor(act, buf_str(&text));
    } else {
        patch_path_add(&label, &act->path);
        buf_add(&label, STR(" = "));
        prompt_open(act->app, &(struct prompt_spec){.label = buf_str(&label),
                                  .text = buf_str(&text),
                                  .data = true,
                                  .context = act,
                                  .history = &act->app->value_history,
                                  .changed = act_value_note,
                                  .accept = act_value_accept,
                                  .free = act_free});
    }
    buf_fini(&label);
    buf_fini(&text);
}

void act_edit_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path)
{
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, act_ask_value);
    act_copy_path(act, path);
    if (!act_refuses_key(act))
        act_start(act, key);
}

/* ---- adding, renaming, removing ---- */

static bool act_name_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct act *act = context, *next;
    struct value old;
    (void)app;
    if (text.len == 0)
        return err_set(err, ERR_DATA, "an attribute needs a name");
    struct patch_path path = act->path;
    path.steps[path.count++] = (struct patch_step){.name = text};
    if (patch_find(act->item, &path, &old))
        return err_set(err, ERR_DATA, "there is already an attribute %.*s", STR_ARG(text));
    next = act_new(act->app, &act->table, act_ask_value);
    act_copy_path(next, &path);
    next->item = value_of(arena_dup(&next->arena, act->item.encoded));
    if (act->loaded.type != VALUE_NONE)
        next->loaded = value_of(arena_dup(&next->arena, act->loaded.encoded));
    act_ask_value(next);
    return true;
}

static void act_ask_name(struct act *act)
{
    struct value parent;
    if (!patch_find(act->item, &act->path, &parent) || parent.type != VALUE_M)
        act->path.count = 0;
    prompt_open(act->app, &(struct prompt_spec){.label = STR("new attribute: "),
                              .context = act,
                              .accept = act_name_accept,
                              .free = act_free});
}

void act_add_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path)
{
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, act_ask_name);
    if (path->count < PATCH_STEPS_MAX)
        act_copy_path(act, path);
    act_start(act, key);
}

static bool act_rename_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct act *act = context;
    struct buf after = {0};
    (void)app;
    if (text.len == 0)
        return err_set(err, ERR_DATA, "an attribute needs a name");
    if (str_equal(text, act->path.steps[act->path.count - 1].name)) {
        app_say(act->app, ROLE_STATUS, "no change");
        return true;
    }
    bool ok = patch_rename(&after, act->item, &act->path, text, err);
    if (ok)
        act_write(act, "renamed", act->item, value_of(buf_str(&after)), NULL);
    buf_fini(&after);
    return ok;
}

static void act_ask_rename(struct act *act)
{
    struct patch_step *step = &act->path.steps[act->path.count - 1];
    prompt_open(act->app, &(struct prompt_spec){.label = STR("rename to: "),
                              .text = step->name,
                              .data = true,
                              .context = act,
                              .accept = act_rename_accept,
                              .free = act_free});
}

void act_rename_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path)
{
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, act_ask_rename);
    act_copy_path(act, path);
    if (act_refuses_key(act))
        return;
    if (!path->count || !path->steps[path->count - 1].name.at) {
        app_say(app, ROLE_STATUS_WARNING, "a member of a list has no name");
        act_free(act);
        return;
    }
    act_start(act, key);
}

static void act_remove_now(struct act *act)
{
    struct buf after = {0};
    struct err err = ERR_INIT;
    if (patch_remove(&after, act->item, &act->path, &err))
        act_write(act, "removed", act->item, value_of(buf_str(&after)), NULL);
    else
        app_fail(act->app, &err);
    buf_fini(&after);
}

static void act_remove_yes(struct app *app, void *context)
{
    (void)app;
    act_remove_now(context);
}

/* What is staged is not gone yet, and is not asked about. */
static void act_ask_remove(struct act *act)
{
    struct buf text = {0};
    if (act->app->staged.on || act->app->staged.once) {
        act_remove_now(act);
        act_free(act);
        return;
    }
    buf_add(&text, STR("Remove\n\n  "));
    act_what(act, act->item, &text);
    buf_add_byte(&text, '?');
    confirm_open(act->app, &(struct confirm_spec){.title = STR("Remove attribute"),
                               .text = buf_str(&text),
                               .danger = true,
                               .context = act,
                               .yes = act_remove_yes,
                               .free = act_free});
    buf_fini(&text);
}

void act_remove_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path)
{
    if (act_refuses_write(app))
        return;
    struct act *act = act_new(app, table, act_ask_remove);
    act_copy_path(act, path);
    if (!act_refuses_key(act))
        act_start(act, key);
}
