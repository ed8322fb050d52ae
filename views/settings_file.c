/* SPDX-License-Identifier: MIT */
/*
 * The settings file: read at the start, written by `:write-settings`. Must not know what settings
 * there are. What is wrong in it is told and left out.
 *
 *   file = { name "=" value } { "[map " context "]" { keys "=" command } }
 */
#include "views/settings.h"

#include "views/app.h"
#include "views/own_keys.h"
#include "views/places/state_file.h"

#include "base/conf.h"
#include "base/file.h"
#include <stdio.h>

struct settings_file {
    struct app *app;
    struct str context; /* of the section; empty before the first */
};

static void settings_path(const struct app *app, const char *suffix, struct buf *out)
{
    buf_printf(out, "%.*s/settings%s", STR_ARG(buf_str(&app->folder)), suffix);
}

static void settings_complain(
    struct settings_file *file, const struct conf_line *line, const char *what)
{
    struct buf message = {0};
    buf_printf(&message, "%s:%zu: %s", line->file, line->number, what);
    settings_problem(file->app, buf_str(&message));
    buf_fini(&message);
}

/* section = "[map " context "]" */
static bool settings_section(void *context, const struct conf_line *line, struct err *err)
{
    struct settings_file *file = context;
    (void)err;
    if (!conf_section_name(line->section, "map", &file->context)) {
        settings_complain(file, line, "a section is [map CONTEXT]");
        file->context = STR_NONE;
    }
    return true;
}

/* entry = name "=" value | keys "=" command */
static bool settings_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct settings_file *file = context;
    struct err wrong = ERR_INIT;
    (void)err;
    if (!line->section.len)
        settings_apply(file->app, line->key, line->value, &wrong);
    else if (file->context.len)
        own_keys_bind(file->app, file->context, line->key, line->value, &wrong);
    if (wrong.code != ERR_NONE)
        settings_complain(file, line, wrong.text);
    return true;
}

static bool settings_other(void *context, const struct conf_line *line, struct err *err)
{
    settings_complain(context, line, err->text);
    *err = (struct err)ERR_INIT;
    return true;
}

void settings_load(struct app *app)
{
    struct settings_file file = {.app = app};
    struct conf_handler handler = {.section = settings_section,
        .entry = settings_entry,
        .other = settings_other,
        .context = &file};
    struct err err = ERR_INIT;
    struct buf path = {0};
    settings_path(app, "", &path);
    if (!conf_load(buf_cstr(&path), &handler, &err) && err.code != ERR_NO_INPUT)
        settings_problem(app, str_from(err.text));
    buf_fini(&path);
}

/* What was there before stays beside it: comments in it are the user's. */
static void settings_set_aside(const struct app *app, const char *path)
{
    struct buf aside = {0};
    settings_path(app, "~", &aside);
    rename(path, buf_cstr(&aside));
    buf_fini(&aside);
}

void settings_run_write(struct app *app, struct view *view, struct str args)
{
    struct buf path = {0}, text = {0};
    struct err err = ERR_INIT;
    (void)view;
    (void)args;
    settings_path(app, "", &path);
    buf_add(&text, STR("# Settings of dynascope's explorer, by :write-settings.\n"));
    settings_list(app, &text);
    own_keys_list(app, &text);
    if (!app->options.settings) {
        app_say(app, ROLE_STATUS_WARNING, "there is no file for settings here");
    } else if (file_make_parents((char *)buf_cstr(&path), &err)) {
        settings_set_aside(app, buf_cstr(&path));
        if (state_file_replace(buf_cstr(&path), buf_str(&text), "the settings", &err))
            app_say(app, ROLE_STATUS_OK, "settings written to %s", buf_cstr(&path));
    }
    if (err.code != ERR_NONE)
        app_fail(app, &err);
    buf_fini(&path);
    buf_fini(&text);
}
