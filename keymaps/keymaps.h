/* SPDX-License-Identifier: MIT */
#ifndef KEYMAPS_KEYMAPS_H
#define KEYMAPS_KEYMAPS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tui/key.h"

/*
 * Which key runs which command where. A keymap is a text file (keymaps/README.md): sections are
 * contexts, lines are `key = command`. Views give a chain of contexts from the innermost outward,
 * the first that knows the key wins.
 */
struct keymap_binding {
    struct str context;
    struct key_sequence keys;
    struct str command; /* a command line as the ":" prompt takes it: name and arguments */
    struct str file;    /* where it was written */
    int line;
};

struct keymap {
    struct arena arena;
    struct keymap_binding *bindings; /* later ones win */
    int count, room;
};

/* Is told what is wrong with a file, once a line: "default.keys:12: no such command: foo". */
struct keymap_report {
    void *data;
    void (*problem)(void *data, struct str message);
    /* Whether `command` (its first word) exists in `context`; NULL = all do. */
    bool (*known)(void *data, struct str context, struct str command);
};

void keymap_fini(struct keymap *map);

/* The shipped maps: "default", "vim", "emacs". Text of one, or STR_NONE. NULL ends the names. */
const char *keymap_shipped_name(int index);
struct str keymap_shipped(struct str name);

/* Adds the bindings of a text; a wrong line is reported and left out. A key bound to `none` does
 * nothing, also where an outer context knows it. "include = NAME" before the first section takes in
 * a shipped map first. */
void keymap_add(
    struct keymap *map, struct str file, struct str text, const struct keymap_report *report);
/* Adds one binding, as `:map CONTEXT KEYS COMMAND` does. */
bool keymap_bind(
    struct keymap *map, struct str context, struct str keys, struct str command, struct err *err);
/* Takes all bindings of exactly these keys away. False where there was none. */
bool keymap_unbind(struct keymap *map, struct str context, struct str keys);
/* Adds all bindings of another map, over what is there. */
void keymap_add_all(struct keymap *map, const struct keymap *from);
/*
 * Loads a map by name: the user's `folder`/NAME.keys if it is there, else the shipped one. `folder`
 * may be empty. False with ERR_CONFIG where there is no such map or the file cannot be read.
 */
bool keymap_load(struct keymap *map, struct str folder, struct str name,
    const struct keymap_report *report, struct err *err);

enum keymap_result { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_COMMAND };
/* What a sequence means in a chain of contexts (innermost first). KEYMAP_PREFIX: a longer sequence
 * starts with it; wait for the next key. The command is borrowed from the map. */
enum keymap_result keymap_lookup(const struct keymap *map, const struct str *contexts, int count,
    const struct key_sequence *keys, struct str *command);
/* The keys that run `command` in the chain (the whole command line, or its first word where nothing
 * binds the whole): the first one written, for hints. Appends e.g. "Ctrl-X Ctrl-S". False: unbound.
 */
bool keymap_keys(const struct keymap *map, const struct str *contexts, int count,
    struct str command, struct buf *out);
/* All keys of a command, joined by `separator`; for help and the manual. Returns how many. */
int keymap_all_keys(const struct keymap *map, const struct str *contexts, int count,
    struct str command, const char *separator, struct buf *out);

#endif
