/* SPDX-License-Identifier: MIT */
/*
 * Settings by name. Each row knows its values and how to show and change itself; completion,
 * `:set` and the file go through the rows and know none of them.
 */
#include "views/settings.h"

#include "keymaps/keymaps.h"
#include "themes/themes.h"
#include "views/app.h"
#include "views/app_impl.h"
#include "views/guard.h"
#include "views/items/pane_items.h"
#include "views/menu.h"
#include "views/pane_text.h"

#include <dirent.h>

enum { SETTINGS_OWN_MAX = 64, SETTINGS_PROBLEMS_MAX = 16384 };

struct setting {
    const char *name;
    const char *values[4]; /* NULL-ended; none: names of files */
    bool kept;             /* :write-settings writes it */
    void (*show)(const struct app *app, struct buf *out);
    bool (*put)(struct app *app, struct str value, struct err *err);
    bool (*nth)(struct app *app, int nth, struct buf *out);
};

/* ---- themes and keymaps by name ---- */

/* The nth file of the user's that ends so and bears none of the shipped names. */
static bool settings_own(struct app *app, const char *folder, const char *suffix,
    struct str (*shipped)(struct str name), int nth, struct buf *out)
{
    struct buf path = {0};
    bool found = false;
    buf_printf(&path, "%.*s/%s", STR_ARG(buf_str(&app->folder)), folder);
    DIR *dir = app->options.settings ? opendir(buf_cstr(&path)) : NULL;
    for (int seen = 0; dir && !found && seen < SETTINGS_OWN_MAX; seen++) {
        struct dirent *entry = readdir(dir);
        if (!entry)
            break;
        struct str name = str_from(entry->d_name);
        size_t end = strlen(suffix);
        if (name.len <= end || !str_equal(str_skip(name, name.len - end), str_from(suffix)))
            continue;
        name = str_take(name, name.len - end);
        if (shipped(name).len || nth-- > 0)
            continue;
        buf_add(out, name);
        found = true;
    }
    if (dir)
        closedir(dir);
    buf_fini(&path);
    return found;
}

static int settings_shipped(const char *(*name)(int index))
{
    int count = 0;
    while (name(count))
        count++;
    return count;
}

static bool settings_nth_theme(struct app *app, int nth, struct buf *out)
{
    int shipped = settings_shipped(theme_shipped_name);
    if (nth < shipped)
        buf_add(out, str_from(theme_shipped_name(nth)));
    else if (nth == shipped)
        buf_add(out, STR("auto"));
    else
        return settings_own(app, "themes", ".theme", theme_shipped, nth - shipped - 1, out);
    return true;
}

static bool settings_nth_keymap(struct app *app, int nth, struct buf *out)
{
    int shipped = settings_shipped(keymap_shipped_name);
    if (nth >= shipped)
        return settings_own(app, "keymaps", ".keys", keymap_shipped, nth - shipped, out);
    buf_add(out, str_from(keymap_shipped_name(nth)));
    return true;
}

bool settings_complete_theme(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    return settings_nth_theme(app, nth, out);
}

bool settings_complete_keymap(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    return settings_nth_keymap(app, nth, out);
}

/* ---- the rows ---- */

static bool settings_word(struct str word, bool *yes)
{
    *yes = str_equal(word, STR("on")) || str_equal(word, STR("yes"));
    return *yes || str_equal(word, STR("off")) || str_equal(word, STR("no"));
}

static bool settings_wrong(const char *name, const char *wanted, struct err *err)
{
    return err_set(err, ERR_USAGE, "%s is %s", name, wanted);
}

static void settings_show_theme(const struct app *app, struct buf *out)
{
    buf_add(out, buf_str(&app->theme_name));
}

static bool settings_put_theme(struct app *app, struct str value, struct err *err)
{
    return app_load_theme(app, value, err);
}

static void settings_show_keymap(const struct app *app, struct buf *out)
{
    buf_add(out, buf_str(&app->keymap_name));
}

static bool settings_put_keymap(struct app *app, struct str value, struct err *err)
{
    return app_load_keymap(app, value, err);
}

static void settings_show_mouse(const struct app *app, struct buf *out)
{
    buf_add(out, app->mouse ? STR("on") : STR("off"));
}

static bool settings_put_mouse(struct app *app, struct str value, struct err *err)
{
    bool yes;
    if (!settings_word(value, &yes))
        return settings_wrong("mouse", "on or off", err);
    app->mouse = yes;
    screen_mouse(app->screen, yes);
    return true;
}

static void settings_show_row_mark(const struct app *app, struct buf *out)
{
    buf_add(out, app->gutter ? STR("gutter") : STR("bar"));
}

static bool settings_put_row_mark(struct app *app, struct str value, struct err *err)
{
    bool gutter = str_equal(value, STR("gutter"));
    if (!gutter && !str_equal(value, STR("bar")))
        return settings_wrong("row-mark", "bar or gutter", err);
    app->gutter = gutter;
    return true;
}

static void settings_show_speed(const struct app *app, struct buf *out)
{
    if (app->screen->speed > 0)
        buf_printf(out, "%d", app->screen->speed);
    else
        buf_add(out, STR("fast"));
}

/* What a pseudo-terminal says of a slow line behind it is of no use: so it can be said. */
static bool settings_put_speed(struct app *app, struct str value, struct err *err)
{
    uint64_t speed = 0;
    if (!str_equal(value, STR("fast")) &&
        (!str_to_u64(value, &speed) || speed < 50 || speed > 1 << 30))
        return settings_wrong("line-speed", "fast, or bits a second, such as 9600", err);
    app->screen->speed = (int)speed;
    app->screen->free_ns = 0;
    return true;
}

static void settings_show_live(const struct app *app, struct buf *out)
{
    buf_add(out, app->live == APP_LIVE_AUTO ? STR("auto") : app_live(app) ? STR("on") : STR("off"));
}

static bool settings_put_live(struct app *app, struct str value, struct err *err)
{
    bool yes, automatic = str_equal(value, STR("auto"));
    if (!automatic && !settings_word(value, &yes))
        return settings_wrong("live", "auto, on or off", err);
    app->live = automatic ? APP_LIVE_AUTO : yes ? APP_LIVE_ON : APP_LIVE_OFF;
    pane_items_live(app->items, !app->stream);
    return true;
}

static void settings_show_dates(const struct app *app, struct buf *out)
{
    buf_add(out, app->dates == EPOCH_UTC     ? STR("utc")
                 : app->dates == EPOCH_LOCAL ? STR("local")
                                             : STR("off"));
}

static bool settings_put_dates(struct app *app, struct str value, struct err *err)
{
    bool yes = false;
    if (str_equal(value, STR("utc")))
        app->dates = EPOCH_UTC;
    else if (str_equal(value, STR("local")))
        app->dates = EPOCH_LOCAL;
    else if (!settings_word(value, &yes))
        return settings_wrong("dates", "utc, local or off", err);
    else if (!yes)
        app->dates = EPOCH_OFF;
    else if (app->dates == EPOCH_OFF)
        app->dates = EPOCH_UTC;
    return true;
}

static void settings_show_read_only(const struct app *app, struct buf *out)
{
    struct buf why = {0};
    buf_add(out, app_writable((struct app *)(uintptr_t)app, &why) ? STR("off") : STR("on"));
    buf_fini(&why);
}

static bool settings_put_read_only(struct app *app, struct str value, struct err *err)
{
    bool yes;
    if (!settings_word(value, &yes))
        return settings_wrong("read-only", "on or off", err);
    return guard_read_only(app, yes, err);
}

static void settings_show_stage(const struct app *app, struct buf *out)
{
    buf_add(out, app->staged.on ? STR("on") : STR("off"));
}

static bool settings_put_stage(struct app *app, struct str value, struct err *err)
{
    if (!settings_word(value, &app->staged.on))
        return settings_wrong("stage", "on or off", err);
    return true;
}

static void settings_show_scan_ask(const struct app *app, struct buf *out)
{
    if (app->scan_ask)
        buf_printf(out, "%lld", (long long)app->scan_ask);
    else
        buf_add(out, STR("never"));
}

static bool settings_put_scan_ask(struct app *app, struct str value, struct err *err)
{
    int64_t items = 0;
    if (!str_equal(value, STR("never")) && (!str_to_i64(value, &items) || items < 1))
        return settings_wrong("scan-ask", "never, or a number of items, such as 10000", err);
    app->scan_ask = items;
    return true;
}

static const struct setting settings[] = {
    {"theme", {NULL}, true, settings_show_theme, settings_put_theme, settings_nth_theme},
    {"keymap", {NULL}, true, settings_show_keymap, settings_put_keymap, settings_nth_keymap},
    {"mouse", {"on", "off"}, true, settings_show_mouse, settings_put_mouse, NULL},
    {"row-mark", {"bar", "gutter"}, true, settings_show_row_mark, settings_put_row_mark, NULL},
    {"line-speed", {"fast", "9600", "19200"}, true, settings_show_speed, settings_put_speed, NULL},
    {"live", {"auto", "on", "off"}, true, settings_show_live, settings_put_live, NULL},
    {"dates", {"utc", "local", "off"}, true, settings_show_dates, settings_put_dates, NULL},
    {"stage", {"on", "off"}, true, settings_show_stage, settings_put_stage, NULL},
    {"scan-ask", {"never", "1000", "10000"}, true, settings_show_scan_ask, settings_put_scan_ask,
        NULL},
    {"read-only", {"on", "off"}, false, settings_show_read_only, settings_put_read_only, NULL},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static const struct setting *settings_find(struct str name)
{
    for (int i = 0; i < SETTINGS; i++)
        if (str_equal(name, str_from(settings[i].name)))
            return &settings[i];
    return NULL;
}

/* ---- :set, :theme, :keymap ---- */

static void settings_show_all(struct app *app)
{
    struct buf out = {0};
    for (int i = 0; i < SETTINGS; i++) {
        buf_printf(&out, "%s%s ", i ? " · " : "", settings[i].name);
        settings[i].show(app, &out);
    }
    app_say(app, ROLE_STATUS, "%.*s   (:set NAME VALUE; Tab completes)", STR_ARG(buf_str(&out)));
    buf_fini(&out);
}

static void settings_show_one(struct app *app, const struct setting *setting)
{
    struct buf out = {0};
    setting->show(app, &out);
    app_say(app, ROLE_STATUS, "%s %.*s", setting->name, STR_ARG(buf_str(&out)));
    buf_fini(&out);
}

/* As hands are used to from elsewhere: "gutter" for "row-mark gutter", "nomouse" for "mouse off".
 */
static bool settings_short(struct str word, struct str *name, struct str *value)
{
    bool no = str_starts(word, STR("no"));
    struct str rest = no ? str_skip(word, 2) : word;
    if (str_equal(rest, STR("gutter"))) {
        *name = STR("row-mark");
        *value = no ? STR("bar") : STR("gutter");
        return true;
    }
    if (!no || !settings_find(rest))
        return false;
    *name = rest;
    *value = STR("off");
    return true;
}

/* args = [ name [ value ] ] | "no" name | "gutter" */
void settings_run_set(struct app *app, struct view *view, struct str args)
{
    struct err err = ERR_INIT;
    struct str name = STR_NONE, value = args;
    (void)view;
    str_cut(&value, ' ', &name);
    value = str_trim(value);
    if (!value.len && settings_short(name, &name, &value))
        app->dirty = true;
    const struct setting *setting = settings_find(name);
    if (!name.len)
        settings_show_all(app);
    else if (!setting)
        app_say(app, ROLE_STATUS_ERROR, "no setting %.*s: :set shows what there is",
            STR_ARG(str_take(name, 60)));
    else if (!value.len)
        settings_show_one(app, setting);
    else if (!setting->put(app, value, &err))
        app_fail(app, &err);
}

static bool settings_nth_value(
    struct app *app, const struct setting *setting, int nth, struct buf *out)
{
    if (setting->nth)
        return setting->nth(app, nth, out);
    for (int i = 0; i < 4 && setting->values[i]; i++)
        if (i == nth) {
            buf_add(out, str_from(setting->values[i]));
            return true;
        }
    return false;
}

bool settings_complete_set(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    for (int i = 0; i < SETTINGS; i++)
        for (int v = 0;; v++) {
            size_t start = out->len;
            buf_printf(out, "%s ", settings[i].name);
            if (!settings_nth_value(app, &settings[i], v, out)) {
                out->len = start;
                break;
            }
            if (nth-- == 0)
                return true;
            out->len = start;
        }
    return false;
}

void settings_note(struct app *app, struct str candidate, struct buf *note)
{
    struct buf now = {0};
    struct str name = STR_NONE;
    str_cut(&candidate, ' ', &name);
    const struct setting *setting = settings_find(name);
    if (setting)
        setting->show(app, &now);
    if (setting && str_equal(candidate, buf_str(&now)))
        buf_add(note, STR("as it is now"));
    else if (setting)
        buf_printf(note, "now %.*s", STR_ARG(buf_str(&now)));
    buf_fini(&now);
}

static void settings_choose(struct app *app, struct str value)
{
    app_run(app, value);
}

static void settings_menu_moved(struct app *app, struct str value)
{
    settings_preview(app, value);
}

/* All there are, with the look of the one under the cursor. */
static void settings_menu(struct app *app, const struct setting *setting, const char *title)
{
    struct menu *menu = menu_new(app, str_from(title));
    struct buf now = {0}, name = {0};
    int chosen = 0;
    setting->show(app, &now);
    for (int i = 0; settings_nth_value(app, setting, i, (buf_clear(&name), &name)); i++) {
        bool here = str_equal(buf_str(&name), buf_str(&now));
        chosen = here ? i : chosen;
        menu_add(menu, &(struct menu_row){.text = buf_str(&name),
                           .right = here ? STR("now") : STR_NONE,
                           .value = arena_printf(menu_arena(menu), "%s %.*s", setting->name,
                               STR_ARG(buf_str(&name)))});
    }
    menu_select(menu, chosen);
    menu_on_move(menu, settings_menu_moved);
    menu_open(menu, settings_choose);
    buf_fini(&now);
    buf_fini(&name);
}

static void settings_run_named(
    struct app *app, const char *name, const char *title, struct str args)
{
    struct err err = ERR_INIT;
    const struct setting *setting = settings_find(str_from(name));
    if (!args.len)
        settings_menu(app, setting, title);
    else if (!setting->put(app, args, &err))
        app_fail(app, &err);
}

void settings_run_theme(struct app *app, struct view *view, struct str args)
{
    (void)view;
    settings_run_named(app, "theme", "Themes", args);
}

void settings_run_keymap(struct app *app, struct view *view, struct str args)
{
    (void)view;
    settings_run_named(app, "keymap", "Keymaps", args);
}

/* ---- preview ---- */

/* line = [ "set" ] "theme" name | [ "set" ] "row-mark" ( "bar" | "gutter" ) */
void settings_preview(struct app *app, struct str line)
{
    struct str name = STR_NONE, rest = str_trim(line);
    str_cut(&rest, ' ', &name);
    if (str_equal(name, STR("set"))) {
        rest = str_trim(rest);
        str_cut(&rest, ' ', &name);
    }
    rest = str_trim(rest);
    if (str_equal(name, STR("theme")) && rest.len && app_show_theme(app, rest)) {
        app->previews = true;
    } else if (app->previews) {
        app_show_theme(app, buf_str(&app->theme_name));
        app->previews = false;
    }
}

/* ---- what is wrong with the user's files ---- */

void settings_problem(struct app *app, struct str message)
{
    if (app->problems.len + message.len < SETTINGS_PROBLEMS_MAX) {
        buf_add(&app->problems, message);
        buf_add_byte(&app->problems, '\n');
    }
    struct str first, rest = buf_str(&app->problems), line;
    int more = -1;
    str_cut(&rest, '\n', &first);
    for (rest = buf_str(&app->problems); str_cut(&rest, '\n', &line);)
        more++;
    if (more > 0)
        app_say(app, ROLE_STATUS_WARNING, "%.*s   (and %d more: :problems)", STR_ARG(first), more);
    else
        app_say(app, ROLE_STATUS_WARNING, "%.*s", STR_ARG(first));
}

void settings_run_problems(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    pane_text_open(app, STR("Wrong lines in files of yours"), buf_str(&app->problems));
}

bool settings_has_problems(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    if (!app->problems.len)
        buf_add(why, STR("no file of yours has a wrong line"));
    return app->problems.len > 0;
}

/* ---- the file ---- */

void settings_apply(struct app *app, struct str name, struct str value, struct err *err)
{
    const struct setting *setting = settings_find(name);
    bool said = (str_equal(name, STR("theme")) && app->options.theme) ||
                (str_equal(name, STR("keymap")) && app->options.keymap);
    if (!setting || !setting->kept)
        err_set(err, ERR_CONFIG, "no such setting: %.*s", STR_ARG(str_take(name, 60)));
    else if (!said)
        setting->put(app, value, err);
}

void settings_list(struct app *app, struct buf *out)
{
    for (int i = 0; i < SETTINGS; i++)
        if (settings[i].kept) {
            buf_printf(out, "%s = ", settings[i].name);
            settings[i].show(app, out);
            buf_add_byte(out, '\n');
        }
}
