/* SPDX-License-Identifier: MIT */
/*
 * Where bindings live. A binding of "global" is looked for in every pane, so it may name what any
 * of them can do.
 */
#include "views/contexts.h"

#include "tui/action.h"
#include "views/app.h"

enum { PANES = 13 }; /* the first ones; "global" counts in these */

const struct context *contexts_nth(int nth)
{
    static const struct context all[] = {
        {"tables", pane_tables_commands, true},
        {"table", pane_table_commands, true},
        {"indexes", pane_indexes_commands, true},
        {"items", items_commands, true},
        {"item", pane_item_commands, true},
        {"stream", pane_stream_commands, true},
        {"triggers", pane_triggers_commands, true},
        {"log", pane_log_commands, true},
        {"invocations", pane_runs_commands, true},
        {"letters", pane_letters_commands, true},
        {"changes", pane_changes_commands, true},
        {"conflict", pane_conflict_commands, true},
        {"text", pane_text_commands, true},
        {"form", trigger_form_commands, true},
        {"query", pane_query_commands, true},
        {"prompt", prompt_commands, true},
        {"help", menu_commands, true},
        {"confirm", confirm_commands, false},
    };
    return nth >= 0 && nth < (int)(sizeof all / sizeof *all) ? &all[nth] : NULL;
}

static bool contexts_row(const struct command *row, struct str name)
{
    for (; row->name; row++)
        if (str_equal(str_from(row->name), name))
            return true;
    return false;
}

bool contexts_has(struct str name)
{
    for (int i = 0; contexts_nth(i); i++)
        if (str_equal(name, str_from(contexts_nth(i)->name)))
            return true;
    return str_equal(name, STR("global"));
}

bool contexts_know(struct str context, struct str command)
{
    enum action action;
    bool global = str_equal(context, STR("global"));
    bool open = global;
    for (int i = 0; contexts_nth(i); i++) {
        const struct context *c = contexts_nth(i);
        bool here = str_equal(context, str_from(c->name));
        if ((here || global) && contexts_row(c->commands, command))
            return true;
        if (here && c->actions && action_find(command, &action))
            return true;
        open = open || (here && i < PANES);
    }
    return open && (contexts_row(app_global_commands(), command) || action_find(command, &action));
}
