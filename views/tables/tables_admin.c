/* SPDX-License-Identifier: MIT */
/*
 * Tables made and unmade. The request that creates one is DynamoDB's own, so that whatever the API
 * allows can be asked for.
 */
#include "views/tables/tables_admin.h"

#include "base/mem.h"
#include "views/item/edit.h"
#include "views/item/item_editor.h"
#include "views/items/pane_items.h"
#include "views/prompt.h"
#include "views/tables/table_requests.h"
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

/* What showed the index shows the table. */
static void admin_leave_index(struct app *app, struct str index)
{
    const struct browse *b = pane_items_browsed(app->items);
    if (!b || !b->index || !str_equal(b->index->name, index))
        return;
    struct browse *table = browse_scan(&b->table, STR_NONE);
    pane_items_browse(app->items, table);
    browse_unref(table);
}

static void admin_ended(struct task *task)
{
    struct admin_task *t = (struct admin_task *)task;
    struct app *app = task->owner;
    bool created = str_equal(t->operation, STR("CreateTable"));
    bool deleted = str_equal(t->operation, STR("DeleteTable"));
    if (task->ok) {
        if (deleted) {
            app_close_over(app); /* its page, its indexes */
            app_table_deleted(app, t->name);
        } else if (!created) {
            admin_leave_index(app, t->name);
        }
        app_say(app, ROLE_STATUS_OK, "%s %.*s",
            created   ? "created"
            : deleted ? "deleted"
                      : "being deleted:",
            STR_ARG(t->name));
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
    char *name, *table; /* table: of an index; NULL where the name is the table's */
};

static void admin_delete_free(void *context)
{
    struct admin_delete *d = context;
    free(d->name);
    free(d->table);
    free(d);
}

static bool admin_delete_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct admin_delete *d = context;
    struct arena arena = {0};
    struct table_requests requests;
    if (!str_equal(text, str_from(d->name)))
        return err_set(err, ERR_DATA, "that is not the %s's name: nothing was deleted",
            d->table ? "index" : "table");
    if (d->table)
        table_requests_remove_index(&arena, str_from(d->table), text, &requests);
    else
        table_requests_delete(&arena, text, &requests);
    admin_submit(app, requests.at[0].operation, requests.at[0].body, text, NULL);
    arena_fini(&arena);
    return true;
}

static void admin_delete_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct admin_delete *d = context;
    (void)app;
    buf_add(
        note, str_equal(text, str_from(d->name)) ? STR("Enter deletes it") : STR("Esc keeps it"));
}

static void admin_ask_delete(struct app *app, struct admin_delete *d, struct str label)
{
    prompt_open(app, &(struct prompt_spec){.label = label,
                         .context = d,
                         .changed = admin_delete_note,
                         .accept = admin_delete_accept,
                         .free = admin_delete_free});
}

void tables_admin_delete(struct app *app, const struct client_table *table)
{
    struct buf label = {0};
    if (table->deletion_protection) {
        app_say(app, ROLE_STATUS_WARNING,
            "%.*s is protected against deletion: change-table takes the protection away",
            STR_ARG(table->name));
        return;
    }
    struct admin_delete *d = mem_new(struct admin_delete);
    d->name = mem_dup(table->name.at, table->name.len);
    buf_printf(&label, "type %.*s to delete its ", STR_ARG(table->name));
    words_plural(&label, table->items, "item");
    buf_add(&label, STR(": "));
    admin_ask_delete(app, d, buf_str(&label));
    buf_fini(&label);
}

void tables_admin_delete_index(
    struct app *app, const struct client_table *table, const struct client_index *index)
{
    struct buf label = {0};
    struct admin_delete *d = mem_new(struct admin_delete);
    d->name = mem_dup(index->name.at, index->name.len);
    d->table = mem_dup(table->name.at, table->name.len);
    buf_printf(&label, "type %.*s to %s: ", STR_ARG(index->name),
        index->backfilling ? "stop its backfill and delete it" : "delete the index");
    admin_ask_delete(app, d, buf_str(&label));
    buf_fini(&label);
}
