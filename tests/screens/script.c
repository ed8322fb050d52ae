/* SPDX-License-Identifier: MIT */
/*
 * Plays a case on a memory screen, over an embedded store of its own. After each line everything
 * that was started has ended, so that what is shown does not depend on time.
 */
#include "tests/screens/script.h"

#include "backend/client.h"
#include "backend/embedded/embedded.h"
#include "tests/screens/sample.h"
#include "tests/screens/triggers.h"
#include "views/app.h"
#include "views/cli/host.h"
#include "views/sessions/record_play.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct script {
    struct app *app;
    struct screen *screen;
    struct worker *worker;
    struct clock_fake clock;
    struct explorer_options options;
    char folder[64];
    bool with_triggers;
    struct triggers_sample triggers;
    char trigger_folder[96], trusted[96];
    struct host *host;
    struct buf words; /* keeps the options' texts */
    struct arena arena;
    struct buf *out;
    struct err *err;
};

/* ---- the store ---- */

static bool script_open_store(struct script *s, struct backend **backend)
{
    snprintf(s->folder, sizeof s->folder, "/tmp/dynascope-screens-XXXXXX");
    if (!mkdtemp(s->folder))
        return err_errno(s->err, errno, "%s", s->folder);
    setenv("TMPDIR", s->folder, 1); /* where texts are edited and kept */
    struct backend_options options = {.clock = &s->clock.clock, .no_sync = true};
    *backend = embedded_open(s->folder, &options, s->err);
    return *backend && sample_fill(*backend, s->err);
}

static int script_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void script_remove_store(struct script *s)
{
    if (s->folder[0])
        nftw(s->folder, script_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- running ---- */

static void script_settle(struct script *s)
{
    struct input_event event;
    do {
        while (screen_event(s->screen, &event))
            app_event(s->app, &event);
        record_play_step(s->app);
        s->app->dirty = true;
        app_paint(s->app);
        while (worker_busy(s->worker))
            worker_wait(s->worker, 1000);
    } while (worker_collect(s->worker) || worker_busy(s->worker));
    s->app->dirty = true;
    app_paint(s->app);
}

/* A host that runs nothing. */
static bool script_host(struct script *s)
{
    snprintf(s->trigger_folder, sizeof s->trigger_folder, "%s/triggers", s->folder);
    snprintf(s->trusted, sizeof s->trusted, "%s/trusted", s->folder);
    if (!s->with_triggers)
        return true;
    if (!triggers_sample_fill(&s->triggers, s->trigger_folder, s->trusted, &s->clock.clock, s->err))
        return false;
    struct host_options options = {.folder = s->trigger_folder, .trusted = s->trusted};
    s->host = host_new(worker_backend(s->worker), &options, s->err);
    return s->host != NULL;
}

static bool script_start(struct script *s)
{
    if (s->app)
        return true;
    s->app = app_new(&s->options, s->screen, s->worker, s->err);
    if (!s->app || !script_host(s))
        return false;
    s->app->host = s->host;
    script_settle(s);
    return true;
}

static bool script_option(struct script *s, struct str rest)
{
    struct str name;
    str_cut(&rest, ' ', &name);
    const char *value = arena_dup(&s->arena, rest).at;
    if (str_equal(name, STR("table")))
        s->options.table = value;
    else if (str_equal(name, STR("keymap")))
        s->options.keymap = value;
    else if (str_equal(name, STR("theme")))
        s->options.theme = value;
    else if (str_equal(name, STR("ascii")))
        s->screen->ascii = true;
    else if (str_equal(name, STR("read-only")))
        s->options.read_only = true;
    else if (str_equal(name, STR("gutter")))
        s->options.gutter = true;
    else if (str_equal(name, STR("demo")))
        s->options.demo = true;
    else if (str_equal(name, STR("triggers")))
        s->with_triggers = true;
    else
        return err_set(s->err, ERR_DATA, "no option %.*s", STR_ARG(name));
    return true;
}

static bool script_parse_size(struct str text, int *rows, int *cols)
{
    struct str left;
    int64_t r, c;
    str_cut(&text, 'x', &left);
    if (!str_to_i64(left, &c) || !str_to_i64(text, &r))
        return false;
    *rows = (int)r;
    *cols = (int)c;
    return true;
}

/* Another client of the same store, as another process would be. */
static bool script_elsewhere(struct script *s, struct str rest)
{
    struct str operation;
    struct ddb_reply reply = {0};
    str_cut(&rest, ' ', &operation);
    struct ddb_call call = {.operation = operation, .body = rest};
    bool ok = backend_call(worker_backend(s->worker), &call, &reply, s->err) &&
              !ddb_reply_error(&reply, s->err);
    ddb_reply_fini(&reply);
    app_data_changed(s->app);
    return ok;
}

/* Names of temporary folders differ from run to run. */
static void script_mask(struct buf *out, size_t from)
{
    static const char *const marks[] = {"dynascope-screens-", "/dynascope-"};
    for (size_t i = 0; i < 2; i++) {
        size_t len = strlen(marks[i]);
        for (size_t at = from; at + len + 6 <= out->len; at++)
            if (memcmp(out->at + at, marks[i], len) == 0 &&
                memcmp(out->at + at + len, "screen", 6) != 0)
                for (size_t k = at + len; k < at + len + 6; k++)
                    if (out->at[k] != '\n')
                        out->at[k] = 'X';
    }
}

static void script_shot(struct script *s, struct str name)
{
    buf_printf(s->out, "== %.*s\n", STR_ARG(name));
    size_t from = s->out->len;
    screen_memory_text(s->screen, s->out);
    script_mask(s->out, from);
    buf_add_byte(s->out, '\n');
}

static bool script_line(struct script *s, struct str line)
{
    struct str word, rest = line;
    int rows, cols;
    int64_t ms;
    str_cut(&rest, ' ', &word);
    if (str_equal(word, STR("option")))
        return script_option(s, rest);
    if (str_equal(word, STR("sizes")))
        return true;
    const char *text = arena_dup(&s->arena, rest).at;
    if (!script_start(s))
        return false;
    if (str_equal(word, STR("press"))) {
        if (!screen_memory_press(s->screen, text))
            return err_set(s->err, ERR_DATA, "no such key: %s", text);
    } else if (str_equal(word, STR("type"))) {
        screen_memory_type(s->screen, text);
    } else if (str_equal(word, STR("paste"))) {
        screen_memory_paste(s->screen, text);
    } else if (str_equal(word, STR("editor"))) {
        setenv("EDITOR", text, 1);
    } else if (str_equal(word, STR("resize")) && script_parse_size(rest, &rows, &cols)) {
        screen_memory_resize(s->screen, rows, cols);
    } else if (str_equal(word, STR("elsewhere"))) {
        if (!script_elsewhere(s, rest))
            return false;
    } else if (str_equal(word, STR("later")) && str_to_i64(rest, &ms)) {
        s->clock.ms += ms;
        app_data_changed(s->app);
    } else if (str_equal(word, STR("shot"))) {
        script_shot(s, rest);
    } else if (str_equal(word, STR("roles"))) {
        script_shot(s, rest);
        screen_memory_roles(s->screen, s->out);
    } else {
        return err_set(s->err, ERR_DATA, "not a line of a case: %.*s", STR_ARG(line));
    }
    s->app->dirty = true;
    script_settle(s);
    return true;
}

bool script_play(struct str text, int rows, int cols, struct buf *out, struct err *err)
{
    struct script s = {.out = out, .err = err};
    struct backend *backend = NULL;
    struct str line;
    clock_fake_init(&s.clock, INT64_C(1732100000000)); /* 2024-11-20 10:53 UTC */
    s.options = (struct explorer_options){.label = "local · sample", .clock = &s.clock.clock};
    s.screen = screen_memory_open(rows, cols);
    bool ok = script_open_store(&s, &backend);
    if (backend)
        s.worker = worker_new(backend);
    for (int number = 1; ok && str_cut(&text, '\n', &line); number++) {
        line = str_trim(line);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        ok = script_line(&s, line) || err_context(err, "line %d", number);
    }
    app_free(s.app);
    host_free(s.host);
    if (s.with_triggers)
        triggers_sample_free(&s.triggers);
    worker_free(s.worker);
    screen_close(s.screen);
    script_remove_store(&s);
    arena_fini(&s.arena);
    buf_fini(&s.words);
    return ok;
}

bool script_size(struct str text, int nth, int *rows, int *cols)
{
    struct str sizes = STR("80x24 40x12 200x50"), line, size;
    while (str_cut(&text, '\n', &line))
        if (str_starts(line, STR("sizes ")))
            sizes = str_skip(line, 6);
    while (str_cut(&sizes, ' ', &size))
        if (size.len && nth-- == 0)
            return script_parse_size(size, rows, cols);
    return false;
}
