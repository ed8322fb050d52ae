/* SPDX-License-Identifier: MIT */
/*
 * UpdateTable with a StreamSpecification, asked for with a yes. Must not know the pane that shows
 * the stream, but opens it.
 */
#include "views/stream_admin.h"

#include "base/mem.h"
#include "views/browse.h"
#include "views/confirm.h"
#include "views/pane_stream.h"

#include <stdlib.h>

struct stream_task {
    struct task task;
    struct str name, body;
    struct client_table table; /* as it is afterwards */
};

/* A question that waits for its answer. */
struct stream_asking {
    struct arena arena;
    struct str name, body;
};

const char *stream_admin_view_type(int nth)
{
    static const char *const all[] = {"NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"};
    return nth >= 0 && nth < (int)(sizeof all / sizeof *all) ? all[nth] : NULL;
}

bool stream_admin_complete(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    (void)view;
    buf_add(out, str_from(stream_admin_view_type(nth)));
    return stream_admin_view_type(nth) != NULL;
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct stream_task *t = (struct stream_task *)task;
    struct ddb_reply reply = {0};
    bool ok = client_call(client, STR("UpdateTable"), t->body, &reply, err) &&
              client_wait_active(client, t->name, err) &&
              client_describe(client, &task->arena, t->name, &t->table, err);
    ddb_reply_fini(&reply);
    return ok;
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
        pane_stream_open(app, &t->table);
}

static void submit(struct app *app, void *context)
{
    struct stream_asking *a = context;
    struct stream_task *t = task_new(sizeof *t, app, work, ended);
    t->name = arena_dup(&t->task.arena, a->name);
    t->body = arena_dup(&t->task.arena, a->body);
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

static void asking_free(void *context)
{
    struct stream_asking *a = context;
    arena_fini(&a->arena);
    free(a);
}

static void ask(struct app *app, struct str name, struct str title, struct str question,
    struct str specification)
{
    struct stream_asking *a = mem_new(struct stream_asking);
    a->name = arena_dup(&a->arena, name);
    a->body = arena_printf(&a->arena, "{\"TableName\":\"%.*s\",\"StreamSpecification\":{%.*s}}",
        STR_ARG(name), STR_ARG(specification));
    confirm_open(app,
        &(struct confirm_spec){
            .title = title, .text = question, .context = a, .yes = submit, .free = asking_free});
}

/* Names of tables need no escapes in JSON. */
void stream_admin_on(struct app *app, const struct client_table *table, struct str view_type)
{
    struct arena arena = {0};
    struct buf why = {0};
    if (!app_writable(app, &why))
        app_say(app, ROLE_STATUS_WARNING, "%.*s has no stream, and %s", STR_ARG(table->name),
            buf_cstr(&why));
    else
        ask(app, table->name, STR("Stream"),
            arena_printf(&arena, "%.*s has no stream.\nTurn one on, with %.*s?",
                STR_ARG(table->name), STR_ARG(view_type)),
            arena_printf(
                &arena, "\"StreamEnabled\":true,\"StreamViewType\":\"%.*s\"", STR_ARG(view_type)));
    buf_fini(&why);
    arena_fini(&arena);
}

void stream_admin_off(struct app *app, const struct client_table *table)
{
    struct arena arena = {0};
    ask(app, table->name, STR("Stream"),
        arena_printf(&arena,
            "Turn the stream of %.*s off?\nWhat reads it gets no more; another one can be turned "
            "on "
            "later.",
            STR_ARG(table->name)),
        STR("\"StreamEnabled\":false"));
    arena_fini(&arena);
}
