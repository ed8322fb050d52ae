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
#include "views/settings.h"

#include <stdlib.h>

static void app_problem(void *data, struct str message)
{
    settings_problem(data, message);
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
    keymap_add_all(&map, &app->own);
    keymap_fini(&app->keymap);
    app->keymap = map;
    hints_forget(app);
    app->pending.count = 0;
    buf_clear(&app->keymap_name);
    buf_add(&app->keymap_name, name);
    return true;
}

/* "auto": what the terminal says of its background. Terminals that say it do so in COLORFGBG,
 * "foreground;background" as numbers of the palette, and 7 and 9 to 15 are light. */
static struct str app_theme_file(struct str name)
{
    const char *said = getenv("COLORFGBG");
    uint64_t ground = 0;
    if (!str_equal(name, STR("auto")))
        return name;
    const char *last = said ? strrchr(said, ';') : NULL;
    bool light = last && str_to_u64(str_from(last + 1), &ground) &&
                 (ground == 7 || (ground >= 9 && ground <= 15));
    return light ? STR("light") : STR("default");
}

static bool app_put_theme(
    struct app *app, struct str name, const struct theme_report *report, struct err *err)
{
    struct style_table *table = mem_new(struct style_table);
    struct buf folder = {0};
    const char *no_color = getenv("NO_COLOR");
    int colours = no_color && no_color[0] ? 0 : app->screen->colours;
    bool ok = theme_load(
        table, colours, app_folder(app, "themes", &folder), app_theme_file(name), report, err);
    if (ok || !app->theme_name.len)
        screen_styles(app->screen, table);
    buf_fini(&folder);
    free(table);
    return ok;
}

bool app_load_theme(struct app *app, struct str name, struct err *err)
{
    struct theme_report report = {.data = app, .problem = app_problem};
    struct buf copy = {0}; /* the name may be the one that is replaced */
    buf_add(&copy, name);
    bool ok = app_put_theme(app, name, &report, err);
    if (ok) {
        buf_fini(&app->theme_name);
        app->theme_name = copy;
        app->previews = false;
    } else {
        buf_fini(&copy);
    }
    return ok;
}

bool app_show_theme(struct app *app, struct str name)
{
    struct err ignored = ERR_INIT;
    return app_put_theme(app, name, NULL, &ignored);
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
    struct str theme = o->theme ? str_from(o->theme) : STR("auto");
    if (!app_load_theme(app, theme, err) || !app_load_keymap(app, keymap, err))
        return false;
    if (o->settings)
        settings_load(app);
    return true;
}
