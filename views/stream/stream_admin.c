/* SPDX-License-Identifier: MIT */
/*
 * UpdateTable with a StreamSpecification, asked for with a yes. Must not know the pane that shows
 * the stream, but opens it.
 */
#include "views/stream/stream_admin.h"

#include "base/mem.h"
#include "views/confirm.h"
#include "views/items/browse.h"
#include "views/stream/pane_stream.h"

#include <stdlib.h>

struct stream_task {
    struct task task;
    struct str name, body;
    bool off_first;            /* it has one of another view type */
    struct client_table table; /* as it is afterwards */
};

/* A question that waits for its answer. */
struct stream_asking {
    struct arena arena;
    struct str name, body;
    bool off_first;
};

const char *stream_admin_view_type(int nth)
{
    static const char *const all[] = {"NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"};
    return nth >= 0 && nth < (int)(sizeof all / sizeof *all) ? all[nth] : NULL;
}

const char *stream_admin_find_type(struct str word)
{
    for (int i = 0; stream_admin_view_type(i); i++)
        if (str_equal_nocase(word, str_from(stream_admin_view_type(i))))
            return stream_admin_view_type(i);
    return NULL;
}

/* Names of tables need no escapes in JSON. */
static struct str body_of(struct arena *arena, struct str name, struct str specification)
{
    return arena_printf(arena, "{\"TableName\":\"%.*s\",\"StreamSpecification\":{%.*s}}",
        STR_ARG(name), STR_ARG(specification));
}

static bool update(struct client *client, struct str table, struct str body, struct err *err)
{
    struct ddb_reply reply = {0};
    bool ok = client_call(client, STR("UpdateTable"), body, &reply, err) &&
              client_wait_active(client, table, err);
    ddb_reply_fini(&reply);
    return ok;
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct stream_task *t = (struct stream_task *)task;
    struct str off = body_of(&task->arena, t->name, STR("\"StreamEnabled\":false"));
    return (!t->off_first || update(client, t->name, off, err)) &&
           update(client, t->name, t->body, err) &&
           client_describe(client, &task->arena, t->name, &t->table, err);
}

static void ended(struct task *task)
{
    struct stream_task *t = (struct stream_task *)task;
    struct app *app = task->owner;
    listing_refresh(&app->listing);
    if (!task->ok)
        return app_fail(app, &task->err);
    app_say(app, ROLE_STATUS_OK, "the stream of %.*s is %s", STR_ARG(t->name),
        t->table.stream_view.len ? "on" : "off: what is in it can be read for a day");
    if (t->table.stream_view.len)
        pane_stream_turned_on(app, &t->table);
}

static void submit(struct app *app, void *context)
{
    struct stream_asking *a = context;
    struct stream_task *t = task_new(sizeof *t, app, work, ended);
    t->name = arena_dup(&t->task.arena, a->name);
    t->body = arena_dup(&t->task.arena, a->body);
    t->off_first = a->off_first;
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

static void asking_free(void *context)
{
    struct stream_asking *a = context;
    arena_fini(&a->arena);
    free(a);
}

static void ask(
    struct app *app, struct str name, struct str question, struct str specification, bool off_first)
{
    struct stream_asking *a = mem_new(struct stream_asking);
    a->name = arena_dup(&a->arena, name);
    a->body = body_of(&a->arena, name, specification);
    a->off_first = off_first;
    confirm_open(app, &(struct confirm_spec){.title = STR("Stream"),
                          .text = question,
                          .context = a,
                          .yes = submit,
                          .free = asking_free});
}

/* A stream keeps its view type: another type is another stream. */
static struct str question_on(
    struct arena *arena, const struct client_table *table, struct str view_type)
{
    if (!table->stream_view.len)
        return arena_printf(arena, "%.*s has no stream.\nTurn one on, with %.*s?",
            STR_ARG(table->name), STR_ARG(view_type));
    return arena_printf(arena,
        "The stream of %.*s is of %.*s.\nTurn it off, and another one on, with %.*s?\n\nWhat reads "
        "the old one comes to its end.",
        STR_ARG(table->name), STR_ARG(table->stream_view), STR_ARG(view_type));
}

void stream_admin_on(struct app *app, const struct client_table *table, struct str view_type)
{
    struct arena arena = {0};
    struct buf why = {0};
    bool has = table->stream_view.len > 0;
    struct str specification = arena_printf(
        &arena, "\"StreamEnabled\":true,\"StreamViewType\":\"%.*s\"", STR_ARG(view_type));
    if (!app_writable(app, &why))
        app_say(app, ROLE_STATUS_WARNING, "%.*s has %s stream, and %s", STR_ARG(table->name),
            has ? "a" : "no", buf_cstr(&why));
    else if (str_equal(table->stream_view, view_type))
        app_say(app, ROLE_STATUS, "%.*s has such a stream already", STR_ARG(table->name));
    else
        ask(app, table->name, question_on(&arena, table, view_type), specification, has);
    buf_fini(&why);
    arena_fini(&arena);
}

void stream_admin_off(struct app *app, const struct client_table *table)
{
    struct arena arena = {0};
    ask(app, table->name,
        arena_printf(&arena,
            "Turn the stream of %.*s off?\nWhat reads it gets no more; another one can be turned "
            "on "
            "later.",
            STR_ARG(table->name)),
        STR("\"StreamEnabled\":false"), false);
    arena_fini(&arena);
}
