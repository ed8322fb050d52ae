/* SPDX-License-Identifier: MIT */
/*
 * Keymaps: text to bindings, bindings to commands and back. Knows keys and names of commands, not
 * what commands do. Later bindings win over earlier ones in the same context, inner contexts over
 * outer:
 *
 *   keys pressed ── innermost context: exact? longer one? ── next outer ── … ── nothing
 */
#include "keymaps/keymaps.h"
#include "base/mem.h"
#include "base/shelf.h"
#include <stdlib.h>

void keymap_fini(struct keymap *map)
{
    arena_fini(&map->arena);
    free(map->bindings);
    *map = (struct keymap){0};
}

/* ---- the shipped ones ---- */

extern const struct shelf_file keymaps_baked[];

static const struct shelf shelf = {.files = keymaps_baked, .what = "keymap", .suffix = ".keys"};

const char *keymap_shipped_name(int index)
{
    return keymaps_baked[index].name;
}

struct str keymap_shipped(struct str name)
{
    return shelf_text(&shelf, name);
}

/* ---- reading ---- */

struct loading {
    struct shelf_reader reader;
    struct keymap *map;
    const struct keymap_report *report;
};

static struct keymap_binding *add_binding(struct keymap *map)
{
    if (map->count == map->room) {
        map->room = map->room ? 2 * map->room : 128;
        map->bindings = mem_grow(map->bindings, (size_t)map->room * sizeof *map->bindings);
    }
    return &map->bindings[map->count++];
}

static bool is_known(const struct loading *loading, struct str context, struct str command)
{
    if (!loading->report || !loading->report->known || str_equal(command, STR("none")))
        return true;
    return loading->report->known(loading->report->data, context, command);
}

/* entry = keys "=" command [ arguments ] */
static bool read_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct loading *loading = context;
    struct key_sequence keys;
    struct str rest = line->value, command = STR_NONE;
    (void)err;
    str_cut(&rest, ' ', &command);
    if (!line->section.len)
        shelf_problem(
            &loading->reader, line->number, "a binding needs a [context] above it", line->key);
    else if (!key_sequence_parse(line->key, &keys))
        shelf_problem(&loading->reader, line->number, "no such key", line->key);
    else if (!command.len)
        shelf_problem(&loading->reader, line->number, "no command for the key", line->key);
    else if (!is_known(loading, line->section, command))
        shelf_problem(&loading->reader, line->number, "no such command here", command);
    else {
        struct arena *arena = &loading->map->arena;
        *add_binding(loading->map) =
            (struct keymap_binding){.context = arena_dup(arena, line->section),
                .keys = keys,
                .command = arena_dup(arena, line->value),
                .file = arena_dup(arena, loading->reader.file),
                .line = (int)line->number};
    }
    return true;
}

static void loading_init(
    struct loading *loading, struct keymap *map, const struct keymap_report *report)
{
    *loading = (struct loading){.map = map, .report = report};
    loading->reader = (struct shelf_reader){
        .shelf = &shelf,
        .format = {.entry = read_entry, .context = loading},
        .problem = report ? report->problem : NULL,
        .data = report ? report->data : NULL,
    };
}

void keymap_add(
    struct keymap *map, struct str file, struct str text, const struct keymap_report *report)
{
    struct loading loading;
    loading_init(&loading, map, report);
    shelf_read(&loading.reader, file, text);
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

bool keymap_unbind(struct keymap *map, struct str context, struct str keys)
{
    struct key_sequence sequence;
    int kept = 0, before = map->count;
    if (!key_sequence_parse(keys, &sequence))
        return false;
    for (int i = 0; i < map->count; i++)
        if (!key_sequence_equal(&map->bindings[i].keys, &sequence) ||
            !str_equal(map->bindings[i].context, context))
            map->bindings[kept++] = map->bindings[i];
    map->count = kept;
    return kept < before;
}

void keymap_add_all(struct keymap *map, const struct keymap *from)
{
    for (int i = 0; i < from->count; i++) {
        const struct keymap_binding *b = &from->bindings[i];
        struct keymap_binding copy = *b;
        copy.context = arena_dup(&map->arena, b->context);
        copy.command = arena_dup(&map->arena, b->command);
        copy.file = arena_dup(&map->arena, b->file);
        *add_binding(map) = copy;
    }
}

bool keymap_load(struct keymap *map, struct str folder, struct str name,
    const struct keymap_report *report, struct err *err)
{
    struct loading loading;
    loading_init(&loading, map, report);
    return shelf_load(&loading.reader, folder, name, err);
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
