/* SPDX-License-Identifier: MIT */
/*
 * safety: presses every key of every shipped keymap in its pane and counts what is stored before
 * and after: no single key, and no sequence of them, may take anything away without a question.
 * Then runs every command by its name, on a connection that may be written to and on one that may
 * not: what destroys asks, and nothing does nothing in silence.
 */
#include "backend/client.h"
#include "backend/embedded/embedded.h"
#include "tests/screens/sample.h"
#include "tests/screens/triggers.h"
#include "views/app.h"
#include "views/cli/host.h"
#include "views/contexts.h"

#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct safety {
    struct app *app;
    struct screen *screen;
    struct worker *worker;
    struct triggers_sample triggers;
    char folder[64], triggers_folder[96], trusted[96];
    struct host *host;
    int failures;
};

static void safety_rest(struct safety *s)
{
    struct input_event event;
    for (int i = 0; i < 200; i++) {
        while (screen_event(s->screen, &event))
            app_event(s->app, &event);
        app_collect(s->app);
        app_paint(s->app);
        while (worker_busy(s->worker))
            worker_wait(s->worker, 1000);
        if (!worker_collect(s->worker) && !s->app->dirty && !worker_busy(s->worker))
            return;
    }
}

static void safety_run(struct safety *s, const char *line)
{
    app_run(s->app, str_from(line));
    safety_rest(s);
    s->app->quit = false;
}

/* ---- what is stored ---- */

/* Tables, items and bytes of items: each may grow and none may shrink. */
struct stored {
    size_t tables, items, attributes, triggers;
};

static void stored_add_table(struct client *c, struct str name, struct stored *stored)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct ddb_reply reply = {0};
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"%.*s\"}", STR_ARG(name));
    if (client_call(c, STR("Scan"), buf_str(&body), &reply, &err)) {
        const struct json *items =
            json_get(json_parse(&arena, buf_str(&reply.body), &err), STR("Items"));
        stored->items += items ? items->count : 0;
        for (const struct json *i = items ? items->first : NULL; i; i = i->next)
            stored->attributes += i->count;
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    arena_fini(&arena);
}

static struct stored stored_now(struct safety *s)
{
    struct client c = {.backend = worker_backend(s->worker)};
    struct stored stored = {0};
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct str *names;
    if (client_tables(&c, &arena, &names, &stored.tables, &err))
        for (size_t i = 0; i < stored.tables; i++)
            stored_add_table(&c, names[i], &stored);
    arena_fini(&arena);
    return stored;
}

static bool stored_less(const struct stored *now, const struct stored *before)
{
    return now->tables < before->tables || now->items < before->items ||
           now->attributes < before->attributes;
}

/* ---- panes ---- */

/* The command lines that lead to a context from the grid of items; NULL = not from there. */
static const char *const *safety_openers(struct str context)
{
    static const struct {
        const char *context, *lines[4];
    } all[] = {{"tables", {"focus 1"}}, {"table", {"describe"}}, {"indexes", {"index"}},
        {"items", {"focus 2"}}, {"item", {"open", "last"}}, {"stream", {"stream"}},
        {"triggers", {"triggers"}}, {"log", {"triggers", "log"}},
        {"invocations", {"triggers", "invocations"}}, {"letters", {"triggers", "dead-letters"}},
        {"changes", {"staged"}}, {"global", {"focus 2"}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_equal(context, str_from(all[i].context)))
            return all[i].lines;
    return NULL;
}

static void safety_home(struct safety *s)
{
    while (s->app->overlay_count)
        app_overlay_close(s->app, app_top(s->app));
    s->app->pending.count = 0;
    s->app->count = (struct count){0};
    app_close_over(s->app);
    safety_run(s, "table Orders");
}

static bool safety_open(struct safety *s, struct str context)
{
    const char *const *lines = safety_openers(context);
    safety_home(s);
    for (int i = 0; lines && i < 4 && lines[i]; i++)
        safety_run(s, lines[i]);
    return lines != NULL;
}

/* ---- keys ---- */

static void safety_try_key(struct safety *s, const char *map, const struct keymap_binding *b)
{
    struct buf keys = {0};
    if (!safety_open(s, b->context))
        return;
    struct stored before = stored_now(s);
    key_sequence_format(&keys, &b->keys);
    screen_memory_press(s->screen, buf_cstr(&keys));
    safety_rest(s);
    s->app->quit = false;
    struct stored now = stored_now(s);
    if (stored_less(&now, &before)) {
        printf("%s: %s in %.*s (%.*s) takes something away without a question\n", map,
            buf_cstr(&keys), STR_ARG(b->context), STR_ARG(b->command));
        s->failures++;
    }
    buf_fini(&keys);
}

static void safety_keys(struct safety *s)
{
    for (int i = 0; keymap_shipped_name(i); i++) {
        struct keymap map = {0};
        struct err err = ERR_INIT;
        const char *name = keymap_shipped_name(i);
        if (!keymap_load(&map, STR_NONE, str_from(name), NULL, &err) ||
            !app_load_keymap(s->app, str_from(name), &err)) {
            printf("%s\n", err.text);
            s->failures++;
            continue;
        }
        for (int k = 0; k < map.count; k++)
            safety_try_key(s, name, &map.bindings[k]);
        keymap_fini(&map);
    }
}

/* ---- commands ---- */

static void safety_look(struct safety *s, struct buf *out)
{
    buf_clear(out);
    s->app->dirty = true;
    safety_rest(s);
    screen_memory_text(s->screen, out);
    screen_memory_roles(s->screen, out);
    buf_add(out, screen_memory_copied(s->screen));
}

/* What may leave everything as it was, since it is so already, or is seen elsewhere. */
static bool safety_may_be_silent(const char *name)
{
    static const char *const names[] = {"back", "close", "quit", "focus", "focus-next",
        "focus-previous", "redraw", "refresh", "suspend", "cancel", "count", "table", "connect"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void safety_try_row(struct safety *s, const char *context, const struct command *row)
{
    struct buf before = {0}, after = {0};
    if (!safety_open(s, str_from(context)))
        return;
    safety_look(s, &before);
    struct stored was = stored_now(s);
    safety_run(s, row->name);
    struct stored is = stored_now(s);
    bool asks = s->app->overlay_count > 0, says = s->app->message.len > 0;
    safety_look(s, &after);
    bool silent =
        !asks && !says && !s->app->connect.len && str_equal(buf_str(&before), buf_str(&after));
    if (silent && !safety_may_be_silent(row->name)) {
        printf("%s in %s: nothing is done, and nothing said\n", row->name, context);
        s->failures++;
    }
    if ((row->flags & COMMAND_DESTROYS) && ((!asks && !says) || stored_less(&is, &was))) {
        printf("%s in %s: destroys, and does not ask\n", row->name, context);
        s->failures++;
    }
    buf_clear(&s->app->connect);
    buf_fini(&before);
    buf_fini(&after);
}

static void safety_commands(struct safety *s)
{
    for (int c = 0; contexts_nth(c); c++)
        for (const struct command *row = contexts_nth(c)->commands; row->name; row++)
            safety_try_row(s, contexts_nth(c)->name, row);
    for (const struct command *row = app_global_commands(); row->name; row++)
        safety_try_row(s, "items", row);
}

/* ---- life ---- */

static int safety_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static bool safety_begin(struct safety *s, struct err *err)
{
    struct backend_options open = {.no_sync = true};
    struct explorer_options options = {.label = "safety", .table = "Orders"};
    snprintf(s->folder, sizeof s->folder, "/tmp/dynascope-safety-XXXXXX");
    if (!mkdtemp(s->folder))
        return false;
    setenv("TMPDIR", s->folder, 1);
    snprintf(s->triggers_folder, sizeof s->triggers_folder, "%s/triggers", s->folder);
    snprintf(s->trusted, sizeof s->trusted, "%s/trusted", s->folder);
    struct backend *backend = embedded_open(s->folder, &open, err);
    if (!backend || !sample_fill(backend, err))
        return false;
    s->worker = worker_new(backend);
    s->screen = screen_memory_open(40, 120);
    s->app = app_new(&options, s->screen, s->worker, err);
    struct host_options host = {.folder = s->triggers_folder, .trusted = s->trusted};
    if (!s->app || !triggers_sample_fill(&s->triggers, s->triggers_folder, s->trusted, NULL, err))
        return false;
    s->host = s->app->host = host_new(backend, &host, err);
    safety_rest(s);
    return s->host != NULL;
}

static void safety_end(struct safety *s)
{
    app_free(s->app);
    host_free(s->host);
    triggers_sample_free(&s->triggers);
    worker_free(s->worker);
    screen_close(s->screen);
    nftw(s->folder, safety_remove, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    struct safety s = {0};
    struct err err = ERR_INIT;
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("VISUAL");
    setenv("EDITOR", "true", 1);
    if (!safety_begin(&s, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    safety_keys(&s);
    safety_commands(&s);
    s.app->options.read_only = true;
    printf("read-only:\n");
    safety_commands(&s);
    int failures = s.failures;
    safety_end(&s);
    return failures > 0;
}
