/* SPDX-License-Identifier: MIT */
/*
 * Keymaps: text to bindings, bindings to commands and back. Knows keys and names of commands, not
 * what commands do. Later bindings win over earlier ones in the same context, inner contexts over
 * outer:
 *
 *   keys pressed ── innermost context: exact? longer one? ── next outer ── … ── nothing
 */
#include "keymaps/keymaps.h"
#include "base/conf.h"
#include "base/mem.h"
#include "tui/baked.h"
#include <stdio.h>
#include <stdlib.h>

void keymap_fini(struct keymap *map)
{
    arena_fini(&map->arena);
    free(map->bindings);
    *map = (struct keymap){0};
}

const char *keymap_shipped_name(int index)
{
    return keymaps_baked[index].name;
}

struct str keymap_shipped(struct str name)
{
    for (const struct baked *file = keymaps_baked; file->name; file++)
        if (str_equal(name, str_from(file->name)))
            return (struct str){file->text, file->len};
    return STR_NONE;
}

/* ---- reading ---- */

struct loading {
    struct keymap *map;
    const struct keymap_report *report;
    struct str file;
    int depth; /* of includes */
};

enum { INCLUDE_DEPTH_MAX = 8 };

static struct keymap_binding *add_binding(struct keymap *map)
{
    if (map->count == map->room) {
        map->room = map->room ? 2 * map->room : 128;
        map->bindings = mem_grow(map->bindings, (size_t)map->room * sizeof *map->bindings);
    }
    return &map->bindings[map->count++];
}

static void report(const struct loading *loading, size_t line, const char *what, struct str text)
{
    char message[ERR_TEXT_MAX];
    if (!loading->report || !loading->report->problem)
        return;
    int len = snprintf(message, sizeof message, "%.*s:%zu: %s%s%.*s", STR_ARG(loading->file), line,
        what, text.len ? ": " : "", (int)(text.len < 200 ? text.len : 200), text.at ? text.at : "");
    size_t size = len < 0 ? 0 : (size_t)len < sizeof message ? (size_t)len : sizeof message - 1;
    loading->report->problem(loading->report->data, (struct str){message, size});
}

static bool is_known(const struct loading *loading, struct str context, struct str command)
{
    if (!loading->report || !loading->report->known || str_equal(command, STR("none")))
        return true;
    return loading->report->known(loading->report->data, context, command);
}

static void read_text(struct loading *loading, struct str text);

static void include(struct loading *loading, const struct conf_line *line)
{
    struct loading inner = *loading;
    struct str text = keymap_shipped(line->value);
    inner.file = line->value;
    inner.depth++;
    if (!text.len)
        report(loading, line->number, "no such shipped keymap", line->value);
    else if (inner.depth > INCLUDE_DEPTH_MAX)
        report(loading, line->number, "keymaps include each other", STR_NONE);
    else
        read_text(&inner, text);
}

/* entry = keys "=" command [ arguments ] */
static bool read_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct loading *loading = context;
    struct key_sequence keys;
    struct str rest = line->value, command = STR_NONE;
    (void)err;
    str_cut(&rest, ' ', &command);
    if (!line->section.len && str_equal(line->key, STR("include")))
        return include(loading, line), true;
    if (!line->section.len)
        report(loading, line->number, "a binding needs a [context] above it", line->key);
    else if (!key_sequence_parse(line->key, &keys))
        report(loading, line->number, "no such key", line->key);
    else if (!command.len)
        report(loading, line->number, "no command for the key", line->key);
    else if (!is_known(loading, line->section, command))
        report(loading, line->number, "no such command here", command);
    else {
        struct arena *arena = &loading->map->arena;
        *add_binding(loading->map) =
            (struct keymap_binding){.context = arena_dup(arena, line->section),
                .keys = keys,
                .command = arena_dup(arena, line->value),
                .file = arena_dup(arena, loading->file),
                .line = (int)line->number};
    }
    return true;
}

static bool read_other(void *context, const struct conf_line *line, struct err *err)
{
    report(context, line->number, err->text, STR_NONE);
    *err = ERR_INIT;
    return true;
}

static struct conf_handler handler_of(struct loading *loading)
{
    return (struct conf_handler){.entry = read_entry, .other = read_other, .context = loading};
}

static void read_text(struct loading *loading, struct str text)
{
    struct conf_handler handler = handler_of(loading);
    struct err err = ERR_INIT;
    if (!conf_parse(text, "", &handler, &err))
        report(loading, 0, err.text, STR_NONE);
}

void keymap_add(
    struct keymap *map, struct str file, struct str text, const struct keymap_report *report_to)
{
    struct loading loading = {.map = map, .report = report_to, .file = file};
    read_text(&loading, text);
}

bool keymap_bind(
    struct keymap *map, struct str context, struct str keys, struct str command, struct err *err)
{
    struct keymap_binding binding = {.file = STR(":map")};
    if (!key_sequence_parse(keys, &binding.keys))
        return err_set(err, ERR_USAGE, "\"%.*s\" is no key; write for example x, Ctrl-D, F5, g g",
            STR_ARG(str_take(keys, 80)));
    binding.context = arena_dup(&map->arena, context);
    binding.command = arena_dup(&map->arena, command);
    *add_binding(map) = binding;
    return true;
}

static bool is_file_name(struct str name)
{
    return name.len && name.len < 100 && str_find_byte(name, '/') == SIZE_MAX &&
           str_find_byte(name, '\0') == SIZE_MAX && name.at[0] != '.';
}

/* The user's file; true where there is one, well read or not. */
static bool load_own(struct keymap *map, struct str folder, struct str name,
    const struct keymap_report *report_to, struct err *err)
{
    struct buf path = {0};
    buf_add(&path, folder);
    buf_printf(&path, "/%.*s.keys", STR_ARG(name));
    struct loading loading = {.map = map, .report = report_to, .file = buf_str(&path)};
    struct conf_handler handler = handler_of(&loading);
    bool found = conf_load(buf_cstr(&path), &handler, err);
    buf_fini(&path);
    return found;
}

bool keymap_load(struct keymap *map, struct str folder, struct str name,
    const struct keymap_report *report_to, struct err *err)
{
    struct err own = ERR_INIT;
    if (!is_file_name(name))
        return err_set(
            err, ERR_CONFIG, "a keymap's name cannot be \"%.*s\"", STR_ARG(str_take(name, 80)));
    if (folder.len && load_own(map, folder, name, report_to, &own))
        return true;
    if (folder.len && own.code != ERR_NO_INPUT) {
        *err = own;
        err->code = ERR_CONFIG;
        return false;
    }
    struct str text = keymap_shipped(name);
    if (!text.len)
        return err_set(err, ERR_CONFIG,
            "there is no keymap \"%.*s\" (there are default, vim, emacs)",
            STR_ARG(str_take(name, 80)));
    keymap_add(map, name, text, report_to);
    return true;
}

/* ---- looking up ---- */

static bool begins_with(const struct key_sequence *all, const struct key_sequence *start)
{
    if (all->count < start->count)
        return false;
    for (int i = 0; i < start->count; i++)
        if (!key_equal(all->keys[i], start->keys[i]))
            return false;
    return true;
}

static bool is_none(struct str command)
{
    return str_equal(command, STR("none"));
}

/* The last binding of exactly these keys counts. One to `none` makes room for longer sequences. */
static enum keymap_result lookup_in(const struct keymap *map, struct str context,
    const struct key_sequence *keys, struct str *command)
{
    bool prefix = false, none = false;
    for (int i = map->count - 1; i >= 0; i--) {
        const struct keymap_binding *binding = &map->bindings[i];
        if (!begins_with(&binding->keys, keys) || !str_equal(binding->context, context))
            continue;
        if (binding->keys.count > keys->count) {
            prefix = prefix || !is_none(binding->command);
        } else if (!none) {
            *command = binding->command;
            if (!is_none(binding->command))
                return KEYMAP_COMMAND;
            none = true;
        }
    }
    return prefix ? KEYMAP_PREFIX : none ? KEYMAP_COMMAND : KEYMAP_NONE;
}

enum keymap_result keymap_lookup(const struct keymap *map, const struct str *contexts, int count,
    const struct key_sequence *keys, struct str *command)
{
    for (int i = 0; i < count; i++) {
        enum keymap_result result = lookup_in(map, contexts[i], keys, command);
        if (result == KEYMAP_COMMAND && is_none(*command))
            return KEYMAP_NONE;
        if (result != KEYMAP_NONE)
            return result;
    }
    return KEYMAP_NONE;
}

static struct str first_word(struct str line)
{
    struct str word = STR_NONE;
    str_cut(&line, ' ', &word);
    return word;
}

/* Whether pressing a binding's keys in this chain really runs what it says. */
static bool is_reached(const struct keymap *map, const struct str *contexts, int count,
    const struct keymap_binding *binding)
{
    struct str command;
    return keymap_lookup(map, contexts, count, &binding->keys, &command) == KEYMAP_COMMAND &&
           command.at == binding->command.at;
}

static int add_keys(const struct keymap *map, const struct str *contexts, int count,
    struct str command, bool whole, int most, const char *separator, struct buf *out)
{
    int found = 0;
    for (int c = 0; c < count; c++) {
        for (int i = 0; i < map->count && found < most; i++) {
            const struct keymap_binding *binding = &map->bindings[i];
            struct str bound = whole ? binding->command : first_word(binding->command);
            if (!str_equal(bound, command) || !str_equal(binding->context, contexts[c]) ||
                !is_reached(map, contexts, count, binding))
                continue;
            if (found++)
                buf_add(out, str_from(separator));
            key_sequence_format(out, &binding->keys);
        }
    }
    return found;
}

int keymap_all_keys(const struct keymap *map, const struct str *contexts, int count,
    struct str command, const char *separator, struct buf *out)
{
    int found = add_keys(map, contexts, count, command, true, map->count, separator, out);
    return found ? found
                 : add_keys(map, contexts, count, command, false, map->count, separator, out);
}

bool keymap_keys(const struct keymap *map, const struct str *contexts, int count,
    struct str command, struct buf *out)
{
    return add_keys(map, contexts, count, command, true, 1, "", out) ||
           add_keys(map, contexts, count, command, false, 1, "", out);
}
