/* SPDX-License-Identifier: MIT */
/* Copying and writing texts. Must not know which view they come from. */
#include "views/items/copying.h"

#include "backend/json_out.h"
#include "base/mem.h"
#include "views/confirm.h"
#include "views/items/export_file.h"
#include "views/words.h"

#include <stdlib.h>
#include <unistd.h>

/* A text on its way to a file. */
struct leaving {
    struct app *app;
    struct buf name, text, what;
    bool replace;
};

static void leaving_free(void *context)
{
    struct leaving *l = context;
    if (!l)
        return;
    buf_fini(&l->name);
    buf_fini(&l->text);
    buf_fini(&l->what);
    free(l);
}

static struct leaving *leaving_new(struct app *app, struct str text, struct str what)
{
    struct leaving *l = mem_new(struct leaving);
    l->app = app;
    buf_add(&l->text, text);
    buf_add(&l->what, what);
    return l;
}

/* What a prompt or a question is about to free goes on in another. */
static struct leaving *leaving_move(struct leaving *from)
{
    struct leaving *to = mem_new(struct leaving);
    *to = *from;
    *from = (struct leaving){.app = to->app};
    return to;
}

/* ---- the file ---- */

struct write_task {
    struct task task;
    struct leaving *leaving;
};

static bool write_work(struct task *task, struct client *client, struct err *err)
{
    struct leaving *l = ((struct write_task *)task)->leaving;
    (void)client;
    if (l->text.len && l->text.at[l->text.len - 1] != '\n')
        buf_add_byte(&l->text, '\n');
    return export_text(buf_cstr(&l->name), buf_str(&l->text), l->replace, err);
}

static void write_ended(struct task *task)
{
    struct leaving *l = ((struct write_task *)task)->leaving;
    struct buf size = {0};
    words_bytes(&size, (int64_t)l->text.len);
    if (task->ok)
        app_say(l->app, ROLE_STATUS_OK, "wrote %.*s, %s, to %s", STR_ARG(buf_str(&l->what)),
            buf_cstr(&size), buf_cstr(&l->name));
    else
        app_fail(l->app, &task->err);
    buf_fini(&size);
    leaving_free(l);
}

static void write_dropped(struct task *task)
{
    leaving_free(((struct write_task *)task)->leaving);
}

static void leaving_begin(struct leaving *l)
{
    struct write_task *t = task_new(sizeof *t, l->app, write_work, write_ended);
    t->leaving = l;
    t->task.dropped = write_dropped;
    task_join(&l->app->tasks, &t->task);
    task_submit(&t->task, l->app->worker);
}

static void leaving_replace(struct app *app, void *context)
{
    struct leaving *l = leaving_move(context);
    (void)app;
    l->replace = true;
    leaving_begin(l);
}

static void leaving_to(struct leaving *l, struct str name)
{
    const char *home = getenv("HOME");
    bool at_home = home && str_starts(name, STR("~/"));
    buf_clear(&l->name);
    buf_printf(&l->name, "%s%.*s", at_home ? home : "", STR_ARG(str_skip(name, at_home)));
    if (access(buf_cstr(&l->name), F_OK) != 0) {
        leaving_begin(l);
        return;
    }
    struct buf text = {0};
    buf_printf(&text, "%s is there already.\n\nReplace it?", l->name.at);
    confirm_open(l->app, &(struct confirm_spec){.title = STR("Replace the file"),
                             .text = buf_str(&text),
                             .context = l,
                             .yes = leaving_replace,
                             .free = leaving_free});
    buf_fini(&text);
}

static bool leaving_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct str name = str_trim(text);
    (void)app;
    if (!name.len)
        return err_set(err, ERR_USAGE, "the file needs a name");
    leaving_to(leaving_move(context), name);
    return true;
}

static void leaving_ask(struct leaving *l, const char *why)
{
    struct buf label = {0};
    buf_printf(&label, "%swrite %.*s to the file: ", why, STR_ARG(buf_str(&l->what)));
    prompt_open(l->app, &(struct prompt_spec){.label = buf_str(&label),
                            .context = l,
                            .accept = leaving_accept,
                            .free = leaving_free});
    buf_fini(&label);
}

/* ---- what is asked for ---- */

void copying_write(struct app *app, struct str name, struct str text, struct str what)
{
    struct leaving *l = leaving_new(app, text, what);
    if (name.len)
        leaving_to(l, name);
    else
        leaving_ask(l, "");
}

void copying_text(struct app *app, struct str text, struct str what)
{
    struct err err = ERR_INIT;
    struct buf why = {0}, size = {0};
    const char *through = getenv("TMUX") ? ", tmux" : getenv("STY") ? ", screen" : "";
    words_bytes(&size, (int64_t)text.len);
    if (text.len > SCREEN_COPY_MAX) {
        buf_printf(&why, "%s is too much for a terminal's clipboard (%d KB): ", buf_cstr(&size),
            SCREEN_COPY_MAX / 1024);
        leaving_ask(leaving_new(app, text, what), buf_cstr(&why));
    } else if (!screen_copy(app->screen, text, &err)) {
        app_fail(app, &err);
    } else {
        app_say(app, ROLE_STATUS_OK, "copied %.*s, %s, through the terminal (OSC 52%s)",
            STR_ARG(what), buf_cstr(&size), through);
    }
    buf_fini(&why);
    buf_fini(&size);
}

void copying_key(
    struct app *app, const struct client_table *table, struct value item, struct str args)
{
    struct buf key = {0}, text = {0};
    if (client_key_of(table, item, &key)) {
        json_out_line(&text, value_of(buf_str(&key)), str_equal(args, STR("typed")));
        copying_text(app, str_trim(buf_str(&text)), STR("the key as JSON"));
    }
    buf_fini(&key);
    buf_fini(&text);
}

void copying_add_value(struct buf *out, struct value v)
{
    if (v.type == VALUE_S)
        buf_add(out, v.data);
    else
        json_out_plain(out, v);
}
