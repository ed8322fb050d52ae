/* SPDX-License-Identifier: MIT */
/*
 * Does the lines of a recorded session again, through the app's own input. Must not know what any
 * of them means; whether it could be done, the status line says.
 *
 *   quiet? ─no──▶ wait for what comes
 *     │ yes
 *   failed? ─yes─▶ FILE:LINE: what
 *     │ no
 *   a question that the next line does not answer? ─yes─▶ the user's turn
 *     │ no
 *   next line ─▶ app_run(), or text to the view on top
 */
#include "views/sessions/record_play.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "views/app.h"
#include "views/files.h"
#include "views/sessions/record_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 64 << 10 };

struct record_play {
    struct buf path, text;
    struct arena arena;
    struct record_line *lines;
    size_t *numbers; /* in the file, from 1 */
    size_t count, next;
    int64_t pause_ms;
    int timer;
    bool started;  /* the first line waits for the first table only */
    bool pressing; /* these keys are the replay's own */
};

/* ---- reading ---- */

static bool play_bad(const struct record_play *p, size_t number, struct err *err)
{
    return err_context(err, "%.*s:%zu", STR_ARG(buf_str(&p->path)), number);
}

static bool play_parse(struct record_play *p, struct err *err)
{
    struct str rest = buf_str(&p->text), line;
    size_t count = 1, number = 0;
    for (size_t i = 0; i < rest.len; i++)
        count += rest.at[i] == '\n';
    if (count > RECORD_LINES_MAX)
        return err_set(err, ERR_DATA, "%.*s has more than %d lines", STR_ARG(buf_str(&p->path)),
            RECORD_LINES_MAX);
    p->lines = arena_array(&p->arena, struct record_line, count);
    p->numbers = arena_array(&p->arena, size_t, count);
    while (str_cut(&rest, '\n', &line)) {
        number++;
        if (line.len > RECORD_LINE_MAX)
            return err_set(err, ERR_DATA, "this line is too long") || play_bad(p, number, err);
        if (!record_line_parse(&p->arena, line, &p->lines[p->count], err))
            return play_bad(p, number, err);
        p->numbers[p->count] = number;
        p->count += p->lines[p->count].kind != RECORD_NOTHING;
    }
    return true;
}

/* A file and nothing that would make whoever reads it wait. */
static bool play_load(struct record_play *p, struct err *err)
{
    struct str path = buf_str(&p->path);
    struct stat s;
    ssize_t n = 1;
    int fd = open(buf_cstr(&p->path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &s) != 0) {
        err_errno(err, errno, "cannot read %.*s", STR_ARG(path));
        err->code = ERR_NO_INPUT;
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (!S_ISREG(s.st_mode))
        n = err_set(err, ERR_NO_INPUT, "%.*s is no ordinary file", STR_ARG(path));
    while (n > 0 && p->text.len <= RECORD_FILE_MAX) {
        n = read(fd, buf_reserve(&p->text, READ_SIZE), READ_SIZE);
        p->text.len += n > 0 ? (size_t)n : 0;
    }
    if (n < 0)
        err_errno(err, errno, "cannot read %.*s", STR_ARG(path));
    close(fd);
    return err->code == ERR_NONE;
}

static bool play_read(struct record_play *p, struct err *err)
{
    if (!play_load(p, err))
        return false;
    if (p->text.len > RECORD_FILE_MAX)
        return err_set(err, ERR_DATA, "%.*s is larger than %d MB", STR_ARG(buf_str(&p->path)),
            RECORD_FILE_MAX >> 20);
    return play_parse(p, err);
}

void record_play_free(struct record_play *p)
{
    if (!p)
        return;
    buf_fini(&p->path);
    buf_fini(&p->text);
    arena_fini(&p->arena);
    free(p);
}

bool record_play_start(struct app *app, struct str path, int64_t rate, struct err *err)
{
    struct record_play *p = mem_new(struct record_play);
    files_expand(path, &p->path);
    p->pause_ms = rate > 0 ? 1000 / rate : 0;
    if (!play_read(p, err)) {
        record_play_free(p);
        return false;
    }
    app->play = p;
    return true;
}

/* ---- the end ---- */

static void play_end(struct app *app)
{
    if (app->loop)
        loop_forget(app->loop, app->play->timer);
    record_play_free(app->play);
    app->play = NULL;
    app->dirty = true;
}

static void play_finish(struct app *app)
{
    const struct record_play *p = app->play;
    if (!app->message.len)
        app_say(app, ROLE_STATUS_OK, "done again: %.*s", STR_ARG(buf_str(&p->path)));
    play_end(app);
}

static bool play_failed(const struct app *app)
{
    return app->message.len &&
           (app->message_role == ROLE_STATUS_ERROR || app->message_role == ROLE_STATUS_WARNING ||
               app->message_role == ROLE_STATUS_DANGER);
}

/* ---- one line ---- */

static bool play_can(struct app *app, struct str name)
{
    struct view *top = app_top(app), *owner;
    enum action action;
    return app_find_command(app, name, &owner) || (action_find(name, &action) && top->ops->action);
}

/* What the status line says becomes part of what is said of the line. */
static void play_fail(struct app *app, size_t at)
{
    struct record_play *p = app->play;
    struct buf what = {0};
    buf_add(&what, app->message.len ? buf_str(&app->message) : STR("this does nothing here"));
    if (app_top(app)->ops->closed && play_can(app, STR("dismiss")))
        app_run(app, STR("dismiss")); /* it lies where the reason is to stand */
    app_say(app, ROLE_STATUS_ERROR, "%.*s:%zu: %.*s", STR_ARG(buf_str(&p->path)), p->numbers[at],
        STR_ARG(buf_str(&what)));
    buf_fini(&what);
    play_end(app);
}

/* Under a prompt or a menu nothing is said of what they do not know. */
static bool play_closed(struct app *app, struct str line, struct str name)
{
    struct view *top = app_top(app), *owner;
    enum action action;
    if (app_find_command(app, name, &owner)) {
        app_run(app, line);
        return true;
    }
    return action_find(name, &action) && top->ops->action && top->ops->action(top, action);
}

/* "down 3": a movement, or a row that may be repeated and takes nothing. */
static bool play_count(struct app *app, struct str name, struct str rest, int *times)
{
    struct view *owner;
    enum action action;
    uint64_t number;
    const struct command *row = app_find_command(app, name, &owner);
    bool repeats = row ? !row->args : action_find(name, &action);
    if (!repeats || !str_to_u64(rest, &number) || number < 1 || number > COUNT_MAX)
        return false;
    *times = (int)number;
    return true;
}

static bool play_command(struct app *app, struct str line)
{
    struct str rest = line, name = STR_NONE;
    int times = 1;
    str_cut(&rest, ' ', &name);
    if (app_top(app)->ops->closed)
        return play_closed(app, line, name);
    if (play_count(app, name, rest, &times)) {
        app->count = (struct count){.on = times > 1, .times = times};
        count_run(app, name);
    } else {
        app_run(app, line);
    }
    return true;
}

/* Characters one by one, as keys would bring them. */
static bool play_text(struct app *app, struct str text, bool whole)
{
    while (text.len) {
        struct view *top = app_top(app);
        struct str rest = text;
        uint32_t point;
        if (!top->ops->text)
            return false;
        if (!whole)
            utf8_next(&rest, &point);
        top->ops->text(top, whole ? text : str_take(text, text.len - rest.len));
        text = whole ? STR_NONE : rest;
    }
    return true;
}

static bool play_keys(struct app *app, struct str keys)
{
    struct record_play *p = app->play;
    struct str name;
    p->pressing = true;
    while (app->play == p && str_cut(&keys, ' ', &name)) {
        struct input_event event = {.kind = INPUT_KEY};
        if (name.len && key_parse(name, &event.key))
            app_event(app, &event);
    }
    if (app->play == p)
        p->pressing = false;
    return true;
}

static bool play_line(struct app *app, const struct record_line *line)
{
    switch (line->kind) {
    case RECORD_COMMAND:
        return play_command(app, line->text);
    case RECORD_TYPE:
        return play_text(app, line->text, false);
    case RECORD_PASTE:
        return play_text(app, line->text, true);
    case RECORD_PRESS:
        return play_keys(app, line->text);
    case RECORD_WAIT:
    case RECORD_NOTHING:
        break;
    }
    return true;
}

/* ---- when ---- */

static bool play_quiet(const struct app *app)
{
    return !app_waiting(app) && !app_acting(app) && !app_writing(app) && !app->listing.task &&
           !app->connecting && !app->connect.len;
}

/* The next line answers what is asked, or nothing is. */
static bool play_may_go_on(struct app *app)
{
    const struct record_play *p = app->play;
    const struct view *top = app_top(app);
    const struct record_line *next = &p->lines[p->next];
    if (strcmp(top->ops->context, "confirm") != 0)
        return true;
    struct str rest = next->text, name = STR_NONE;
    str_cut(&rest, ' ', &name);
    return next->kind == RECORD_PRESS || (next->kind == RECORD_COMMAND && play_can(app, name));
}

static void play_due(void *data)
{
    struct app *app = data;
    if (app->play)
        app->play->timer = 0; /* record_play_step() follows each round */
}

static void play_pause(struct app *app, int64_t ms)
{
    if (app->loop)
        app->play->timer = loop_after(app->loop, ms, play_due, app);
}

static void play_next(struct app *app)
{
    struct record_play *p = app->play;
    size_t at = p->next++;
    const struct record_line *line = &p->lines[at];
    if (line->kind != RECORD_WAIT) /* that is there to read what is said */
        buf_clear(&app->message);
    app->dirty = true;
    int64_t pause = line->kind == RECORD_WAIT ? line->ms : p->pause_ms;
    bool done = play_line(app, line);
    if (app->play == p && !done)
        play_fail(app, at);
    else if (app->play == p)
        play_pause(app, pause);
}

void record_play_step(struct app *app)
{
    struct record_play *p;
    while ((p = app->play) && !p->timer && !app->quit && play_quiet(app)) {
        if (!p->started)
            buf_clear(&app->message);
        p->started = true;
        if (p->next && play_failed(app))
            play_fail(app, p->next - 1);
        else if (p->next == p->count)
            play_finish(app);
        else if (play_may_go_on(app))
            play_next(app);
        else
            break;
    }
}

void record_play_forget(struct app *app)
{
    if (app->play)
        app->play->timer = 0;
}

/* ---- the user meanwhile ---- */

static bool play_stops(struct app *app, struct key key)
{
    struct str contexts[2], command;
    struct key_sequence one = {.keys = {key}, .count = 1};
    int count = app_contexts(app_top(app), contexts);
    return keymap_lookup(&app->keymap, contexts, count, &one, &command) == KEYMAP_COMMAND &&
           (str_equal(command, STR("cancel")) || str_equal(command, STR("back")) ||
               str_equal(command, STR("dismiss")));
}

static void play_stop(struct app *app)
{
    struct record_play *p = app->play;
    app_say(app, ROLE_STATUS, "the replay of %.*s was stopped before line %zu",
        STR_ARG(buf_str(&p->path)),
        p->next < p->count ? p->numbers[p->next] : p->numbers[p->count - 1] + 1);
    play_end(app);
}

bool record_play_takes(struct app *app, struct key key)
{
    struct record_play *p = app->play;
    if (!p || p->pressing || p->next == p->count || !play_may_go_on(app))
        return false;
    if (play_stops(app, key))
        play_stop(app);
    return true;
}

/* ---- the command ---- */

/* args = FILE [ rate ] | "stop" */
void record_play_run(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct str path = args;
    int64_t rate = 0;
    (void)view;
    if (app->play && str_equal(args, STR("stop"))) {
        play_stop(app);
        return;
    }
    for (size_t i = args.len; i-- > 1;)
        if (args.at[i] == ' ' && str_to_i64(str_skip(args, i + 1), &rate)) {
            path = str_trim(str_take(args, i));
            break;
        }
    if (!args.len)
        app_say(app, ROLE_STATUS,
            "play FILE [LINES-A-SECOND] does what :record wrote again; Ctrl-C stops it");
    else if (app->play)
        app_say(app, ROLE_STATUS_ERROR, "one replay at a time");
    else if (app->record)
        app_say(app, ROLE_STATUS_ERROR, "stop the recording first: :record stop");
    else if (rate < 0 || rate > 1000)
        app_say(app, ROLE_STATUS_ERROR, "1 to 1000 lines a second");
    else if (!record_play_start(app, path, rate, &err))
        app_fail(app, &err);
}
