/* SPDX-License-Identifier: MIT */
/*
 * The lists of the manual pages, from the rows: cmake/manual.cmake puts them into dynascope.1.in
 * and dynascope-keys.7.in.
 */
#include "keymaps/keymaps.h"
#include "tui/action.h"
#include "views/app.h"
#include "views/cli/cli.h"
#include "views/contexts.h"

static void add_escapes(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\\')
            buf_add(out, STR("\\e"));
        else if (text.at[i] == '"')
            buf_add(out, STR("\\(dq"));
        else
            buf_add_byte(out, text.at[i]);
    }
}

/* mdoc takes a leading dot or apostrophe for a request, and backslashes for escapes. */
static void add_mdoc(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_add(out, STR("\\&"));
    add_escapes(out, str_from(text));
    buf_add_byte(out, '\n');
}

static void mdoc_option(struct buf *out, const struct cli_option *option)
{
    buf_add(out, STR(".It"));
    if (option->letter)
        buf_printf(out, " Fl %c ,", option->letter);
    buf_printf(out, " Fl \\-%s", option->name);
    if (option->alias)
        buf_printf(out, " , Fl \\-%s", option->alias);
    if (option->argument)
        buf_printf(out, " Ar %s", option->argument);
    buf_add_byte(out, '\n');
    add_mdoc(out, option->help);
}

static void mdoc_command(struct buf *out, const struct cli_command *command)
{
    buf_printf(
        out, ".Ss dynascope %s%s%s\n", command->name, command->name[0] ? " " : "", command->args);
    buf_printf(out, "%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->help)
        add_mdoc(out, command->help);
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (int id = 0; id < CLI_OPTION_COUNT; id++)
        if (cli_command_takes(command, (enum cli_option_id)id))
            mdoc_option(out, cli_option((enum cli_option_id)id));
    buf_add(out, STR(".El\n"));
}

void cli_manual_add(struct buf *out)
{
    size_t count;
    const struct cli_command *all = cli_commands_all(&count);
    for (size_t i = 0; i < count; i++)
        mdoc_command(out, &all[i]);
}

/* ---- keys and commands ---- */

enum { MAPS_MAX = 8 };

struct maps {
    int count;
    const char *name[MAPS_MAX];
    struct keymap map[MAPS_MAX];
};

static void quiet(void *data, struct str message)
{
    (void)data;
    (void)message;
}

static bool load_maps(struct maps *maps, struct err *err)
{
    struct keymap_report report = {.problem = quiet};
    const char *name;
    while (maps->count < MAPS_MAX && (name = keymap_shipped_name(maps->count))) {
        struct keymap *map = &maps->map[maps->count];
        maps->name[maps->count++] = name;
        if (!keymap_load(map, STR_NONE, str_from(name), &report, err))
            return false;
    }
    return true;
}

static void keys_of(
    const struct keymap *map, struct str context, const char *command, struct buf *out)
{
    buf_clear(out);
    keymap_all_keys(map, &context, 1, str_from(command), ", ", out);
}

/* "Keys: j, Down; in vim: 3 j." Nothing where none of the maps has one; a map that has the same
 * ones as the first is not named. */
static void mdoc_keys(
    struct buf *out, const struct maps *maps, struct str context, const char *command)
{
    struct buf line = {0}, first = {0}, keys = {0};
    for (int i = 0; i < maps->count; i++) {
        keys_of(&maps->map[i], context, command, i ? &keys : &first);
        if (i == 0 && first.len)
            buf_printf(&line, "Keys: %.*s", STR_ARG(buf_str(&first)));
        else if (i && keys.len && !str_equal(buf_str(&keys), buf_str(&first)))
            buf_printf(&line, "%s%s: %.*s", line.len ? "; " : "Keys: ", maps->name[i],
                STR_ARG(buf_str(&keys)));
    }
    if (line.len) {
        buf_add(out, STR(".br\n"));
        add_mdoc(out, buf_cstr(&line));
    }
    buf_fini(&line);
    buf_fini(&first);
    buf_fini(&keys);
}

/* What follows a macro is text, whatever it looks like. */
static void mdoc_words(struct buf *out, const char *words)
{
    struct str rest = str_from(words), word;
    while (str_cut(&rest, ' ', &word)) {
        buf_add(out, STR(" \\&"));
        add_escapes(out, word);
    }
}

static void mdoc_row(struct buf *out, const struct maps *maps, struct str context, const char *name,
    const char *args, const char *help)
{
    buf_add(out, STR(".It Ic"));
    mdoc_words(out, name);
    if (args) {
        buf_add(out, STR(" Ar"));
        mdoc_words(out, args);
    }
    buf_add_byte(out, '\n');
    add_mdoc(out, help);
    mdoc_keys(out, maps, context, name);
}

/* Those that a key of the context runs. */
static void mdoc_actions(struct buf *out, const struct maps *maps, struct str context)
{
    struct buf keys = {0};
    for (int i = 0; i < ACTION_COUNT; i++) {
        const char *name = action_name((enum action)i);
        bool bound = false;
        for (int m = 0; m < maps->count && !bound; m++) {
            keys_of(&maps->map[m], context, name, &keys);
            bound = keys.len > 0;
        }
        if (bound)
            mdoc_row(out, maps, context, name, NULL, action_help((enum action)i));
    }
    buf_fini(&keys);
}

static void mdoc_context(struct buf *out, const struct maps *maps, const char *name,
    const char *about, const struct command *rows, bool actions)
{
    buf_printf(out, ".Ss %s: ", name);
    add_mdoc(out, about);
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (const struct command *row = rows; row->name; row++)
        mdoc_row(out, maps, str_from(name), row->name, row->args, row->help);
    if (actions)
        mdoc_actions(out, maps, str_from(name));
    buf_add(out, STR(".El\n"));
}

bool cli_manual_add_keys(struct buf *out, struct err *err)
{
    struct maps maps = {0};
    bool ok = load_maps(&maps, err);
    if (ok)
        mdoc_context(out, &maps, "global", "everywhere", app_global_commands(), true);
    for (int i = 0; ok && contexts_nth(i); i++) {
        const struct context *c = contexts_nth(i);
        mdoc_context(out, &maps, c->name, c->about, c->commands, c->actions);
    }
    for (int i = 0; i < maps.count; i++)
        keymap_fini(&maps.map[i]);
    return ok;
}
