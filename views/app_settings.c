/* SPDX-License-Identifier: MIT */
/*
 * Keymaps and themes by name, the user's own before the shipped ones; both may change while
 * running.
 */
#include "views/app.h"

#include "base/mem.h"
#include "themes/themes.h"
#include "views/app_impl.h"
#include "views/contexts.h"
#include "views/hints.h"

#include <stdlib.h>

static void app_problem(void *data, struct str message)
{
    app_say(data, ROLE_STATUS_WARNING, "%.*s", STR_ARG(message));
}

static bool app_known(void *data, struct str context, struct str command)
{
    (void)data;
    return contexts_know(context, command);
}

static struct str app_folder(struct app *app, const char *name, struct buf *out)
{
    buf_printf(out, "%.*s/%s", STR_ARG(buf_str(&app->folder)), name);
    return buf_str(out);
}

bool app_load_keymap(struct app *app, struct str name, struct err *err)
{
    struct keymap map = {0};
    struct buf folder = {0};
    struct keymap_report report = {.data = app, .problem = app_problem, .known = app_known};
    bool ok = keymap_load(&map, app_folder(app, "keymaps", &folder), name, &report, err);
    buf_fini(&folder);
    if (!ok) {
        keymap_fini(&map);
        return false;
    }
    keymap_fini(&app->keymap);
    app->keymap = map;
    hints_forget(app);
    app->pending.count = 0;
    buf_clear(&app->keymap_name);
    buf_add(&app->keymap_name, name);
    return true;
}

bool app_load_theme(struct app *app, struct str name, struct err *err)
{
    struct style_table *table = mem_new(struct style_table);
    struct buf folder = {0};
    struct theme_report report = {.data = app, .problem = app_problem};
    const char *no_color = getenv("NO_COLOR");
    int colours = no_color && no_color[0] ? 0 : app->screen->colours;
    bool ok = theme_load(table, colours, app_folder(app, "themes", &folder), name, &report, err);
    if (ok || !app->theme_name.len)
        screen_styles(app->screen, table);
    if (ok) {
        buf_clear(&app->theme_name);
        buf_add(&app->theme_name, name);
    }
    buf_fini(&folder);
    free(table);
    return ok;
}

static void app_find_folder(struct app *app)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        buf_printf(&app->folder, "%s/dynascope", base);
    else
        buf_printf(&app->folder, "%s/.config/dynascope", home ? home : "");
}

bool app_load_settings(struct app *app, struct err *err)
{
    const struct explorer_options *o = &app->options;
    app_find_folder(app);
    struct str keymap = o->keymap ? str_from(o->keymap) : STR("default");
    struct str theme = o->theme ? str_from(o->theme) : STR("default");
    return app_load_theme(app, theme, err) && app_load_keymap(app, keymap, err);
}
