/* SPDX-License-Identifier: MIT */
/*
 * Tables made and unmade. The request that creates one is DynamoDB's own, so that whatever the API
 * allows can be asked for.
 */
#include "views/tables_admin.h"

#include "base/mem.h"
#include "views/edit.h"
#include "views/item_editor.h"
#include "views/prompt.h"
#include "views/words.h"

#include "backend/json.h"
#include <stdlib.h>

struct admin_task {
    struct task task;
    struct str operation, body, name;
    struct str kept; /* the file with the request, or empty */
};

static bool admin_work(struct task *task, struct client *client, struct err *err)
{
    struct admin_task *t = (struct admin_task *)task;
    struct ddb_reply reply = {0};
    bool ok =
        client_call(client, t->operation, t->body, &reply, err) && !ddb_reply_error(&reply, err);
    ddb_reply_fini(&reply);
    return ok;
}

static void admin_ended(struct task *task)
{
    struct admin_task *t = (struct admin_task *)task;
    struct app *app = task->owner;
    bool created = str_equal(t->operation, STR("CreateTable"));
    if (task->ok) {
        if (!created)
            app_table_deleted(app, t->name);
        app_say(app, ROLE_STATUS_OK, "%s %.*s", created ? "created" : "deleted", STR_ARG(t->name));
        if (t->kept.len)
            edit_remove_kept(t->kept);
    } else {
        app_say(app, ROLE_STATUS_ERROR, "%s%s%s%s%.*s", task->err.name,
            task->err.name[0] ? ": " : "", task->err.text,
            t->kept.len ? "; your text is kept in " : "", STR_ARG(t->kept));
    }
    listing_refresh(&app->listing);
}

static void admin_submit(struct app *app, struct str operation, struct str body, struct str name,
    const struct edit_file *file)
{
    struct admin_task *t = task_new(sizeof *t, app, admin_work, admin_ended);
    t->operation = arena_dup(&t->task.arena, operation);
    t->body = arena_dup(&t->task.arena, body);
    t->name = arena_dup(&t->task.arena, name);
    if (file)
        t->kept = arena_dup(&t->task.arena, str_from(file->path));
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

static bool admin_take(void *context, struct str text, struct err *err)
{
    struct arena arena = {0};
    (void)context;
    const struct json *json = json_parse(&arena, text, err);
    bool ok = json != NULL;
    if (ok && !json_is(json_get(json, STR("TableName")), JSON_STRING))
        ok = err_set(err, ERR_DATA, "the request needs a \"TableName\"");
    arena_fini(&arena);
    return ok;
}

static void admin_template(struct buf *out, struct str name)
{
    buf_add(out, STR("{\n  \"TableName\": "));
    json_put_string(out, name);
    buf_add(out, STR(",\n"
                     "  \"AttributeDefinitions\": [\n"
                     "    { \"AttributeName\": \"pk\", \"AttributeType\": \"S\" },\n"
                     "    { \"AttributeName\": \"sk\", \"AttributeType\": \"S\" }\n"
                     "  ],\n"
                     "  \"KeySchema\": [\n"
                     "    { \"AttributeName\": \"pk\", \"KeyType\": \"HASH\" },\n"
                     "    { \"AttributeName\": \"sk\", \"KeyType\": \"RANGE\" }\n"
                     "  ],\n"
                     "  \"BillingMode\": \"PAY_PER_REQUEST\"\n"
                     "}\n"));
}

void tables_admin_create(struct app *app, struct str name)
{
    struct buf text = {0}, now = {0};
    struct err err = ERR_INIT;
    struct arena arena = {0};
    admin_template(&text, name.len ? name : STR("NewTable"));
    struct item_editor editor = {.app = app,
        .name = "CreateTable.json",
        .notes = "# The body of a CreateTable request. Leave without saving to give up.\n",
        .text = buf_str(&text),
        .take = admin_take};
    enum item_editor_result result = item_editor_run(&editor, &err);
    const struct json *json = NULL;
    if (result == ITEM_EDITOR_TAKEN && edit_read(&editor.file, &now, &err))
        json = json_parse(&arena, buf_str(&now), &err);
    if (json)
        admin_submit(app, STR("CreateTable"), buf_str(&now), json_get(json, STR("TableName"))->text,
            &editor.file);
    else if (result == ITEM_EDITOR_UNCHANGED)
        app_say(app, ROLE_STATUS, "left as it was: no table was created");
    else
        app_fail(app, &err);
    edit_keep(&editor.file);
    arena_fini(&arena);
    buf_fini(&text);
    buf_fini(&now);
}

/* ---- deleting ---- */

struct admin_delete {
    char *name;
};

static void admin_delete_free(void *context)
{
    struct admin_delete *d = context;
    free(d->name);
    free(d);
}

static bool admin_delete_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct admin_delete *d = context;
    struct buf body = {0};
    if (!str_equal(text, str_from(d->name)))
        return err_set(err, ERR_DATA, "that is not the table's name: nothing was deleted");
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, text);
    buf_add_byte(&body, '}');
    admin_submit(app, STR("DeleteTable"), buf_str(&body), text, NULL);
    buf_fini(&body);
    return true;
}

static void admin_delete_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct admin_delete *d = context;
    (void)app;
    buf_add(
        note, str_equal(text, str_from(d->name)) ? STR("Enter deletes it") : STR("Esc keeps it"));
}

void tables_admin_delete(struct app *app, const struct client_table *table)
{
    struct admin_delete *d = mem_new(struct admin_delete);
    struct buf label = {0};
    d->name = mem_dup(table->name.at, table->name.len);
    buf_printf(&label, "type %.*s to delete its ", STR_ARG(table->name));
    words_plural(&label, table->items, "item");
    buf_add(&label, STR(": "));
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .context = d,
                         .changed = admin_delete_note,
                         .accept = admin_delete_accept,
                         .free = admin_delete_free});
    buf_fini(&label);
}
