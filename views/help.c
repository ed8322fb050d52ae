/* SPDX-License-Identifier: MIT */
/*
 * The list of commands, made from their own rows and the keymap: what it shows can be done, and
 * there is no second list to keep true. What cannot be done now says why; what has no key says how
 * it is typed; what needs an argument is asked for it in the ":" line.
 */
#include "views/help.h"

#include "views/app.h"
#include "views/command_line.h"
#include "views/menu.h"

struct help {
    struct app *app;
    struct view *about; /* the pane that it is opened over */
    struct menu *menu;
    struct buf keys;
};

static struct str help_keys(struct help *h, const char *name)
{
    struct str contexts[2];
    int count = app_contexts(h->about, contexts);
    buf_clear(&h->keys);
    keymap_all_keys(&h->app->keymap, contexts, count, str_from(name), "  ", &h->keys);
    return buf_str(&h->keys);
}

static void help_add_command(struct help *h, const struct command *command, struct view *owner)
{
    struct buf why = {0};
    bool enabled = app_enabled(h->app, command, owner, &why);
    struct str text =
        enabled ? arena_printf(menu_arena(h->menu), "%-18s %s%s%s", command->name, command->help,
                      command->args ? "  " : "", command->args ? command->args : "")
                : arena_printf(menu_arena(h->menu), "%-18s — %.*s · %s", command->name,
                      STR_ARG(buf_str(&why)), command->help);
    struct str keys = help_keys(h, command->name);
    if (!keys.len)
        keys = arena_printf(menu_arena(h->menu), ":%s", command->name);
    menu_add(h->menu, &(struct menu_row){.text = text,
                          .name = strlen(command->name),
                          .right = keys,
                          .value = str_from(command->name),
                          .disabled = !enabled});
    buf_fini(&why);
}

static bool help_knows(const struct command *row, const char *name)
{
    for (; row && row->name; row++)
        if (strcmp(row->name, name) == 0)
            return true;
    return false;
}

/* A global row that the pane has one of its own for cannot be reached from here. */
static void help_add_commands(struct help *h, const struct command *row, struct view *owner)
{
    for (; row && row->name; row++)
        if (owner || !help_knows(h->about->ops->commands, row->name))
            help_add_command(h, row, owner);
}

static void help_add_actions(struct help *h)
{
    for (int i = 0; i < ACTION_COUNT; i++) {
        const char *name = action_name((enum action)i);
        struct str keys = help_keys(h, name);
        if (keys.len)
            menu_add(h->menu, &(struct menu_row){.text = arena_printf(menu_arena(h->menu),
                                                     "%-18s %s", name, action_help((enum action)i)),
                                  .name = strlen(name),
                                  .right = keys,
                                  .value = str_from(name)});
    }
}

static void help_add_heading(struct help *h, const char *text)
{
    menu_add(h->menu, &(struct menu_row){.text = str_from(text), .heading = true});
}

/* args = "[" optional "]" | needed */
static void help_accept(struct app *app, struct str value)
{
    struct buf line = {0}, why = {0};
    struct view *view;
    const struct command *row = app_find_command(app, value, &view);
    bool asks = row && row->args && row->args[0] != '[' && app_enabled(app, row, view, &why);
    buf_add(&line, value);
    if (asks) {
        buf_add_byte(&line, ' ');
        command_line_open(app, buf_str(&line));
    } else {
        app_run(app, value);
    }
    buf_fini(&line);
    buf_fini(&why);
}

void help_open(struct app *app)
{
    struct help h = {.app = app,
        .about = app_focused(app),
        .menu = menu_new(app, STR("Help: type to narrow it, Enter does it"))};
    help_add_heading(&h, "Here");
    help_add_commands(&h, h.about->ops->commands, h.about);
    help_add_heading(&h, "Moving");
    help_add_actions(&h);
    help_add_heading(&h, "Everywhere");
    help_add_commands(&h, app_global_commands(), NULL);
    buf_fini(&h.keys);
    menu_select(h.menu, 1);
    menu_open(h.menu, help_accept);
}
