/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CONTEXTS_H
#define VIEWS_CONTEXTS_H

#include "views/command.h"

/* All contexts of key bindings with their rows: for checking keymaps and for manuals. */
struct context {
    const char *name;
    const struct command *commands; /* ends with a row without a name */
    bool actions;                   /* takes widgets' actions, too */
    const char *about;              /* what it is, for the manual */
};

/* The nth, or NULL past the last. */
const struct context *contexts_nth(int nth);
/* Whether keys can be bound in a context of this name; "global" is one. */
bool contexts_has(struct str name);
/* Whether a binding to this command (its first word) can ever do something in the context. */
bool contexts_know(struct str context, struct str command);

/* The rows, each in its view's file. */
extern const struct command pane_tables_commands[];
extern const struct command pane_table_commands[];
extern const struct command pane_indexes_commands[];
extern const struct command items_commands[];
extern const struct command pane_item_commands[];
extern const struct command pane_stream_commands[];
extern const struct command pane_triggers_commands[];
extern const struct command pane_log_commands[];
extern const struct command pane_runs_commands[];
extern const struct command pane_letters_commands[];
extern const struct command pane_changes_commands[];
extern const struct command pane_conflict_commands[];
extern const struct command pane_text_commands[];
extern const struct command trigger_form_commands[];
extern const struct command pane_query_commands[];
extern const struct command prompt_commands[];
extern const struct command menu_commands[];
extern const struct command confirm_commands[];

#endif
