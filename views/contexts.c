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
        {"tables", pane_tables_commands, true, "the list of tables"},
        {"table", pane_table_commands, true, "all that is known of one table"},
        {"indexes", pane_indexes_commands, true, "a table and its indexes"},
        {"items", items_commands, true, "the grid of items"},
        {"item", pane_item_commands, true, "one item"},
        {"stream", pane_stream_commands, true, "the live stream of changes"},
        {"triggers", pane_triggers_commands, true, "what runs on changes"},
        {"log", pane_log_commands, true, "what a function printed"},
        {"invocations", pane_runs_commands, true, "the invocations of a function"},
        {"letters", pane_letters_commands, true, "what was given up"},
        {"changes", pane_changes_commands, true, "changes that were made, staged or kept"},
        {"conflict", pane_conflict_commands, true, "what somebody else has changed, too"},
        {"text", pane_text_commands, true, "a text to read"},
        {"form", trigger_form_commands, true, "fields to fill in"},
        {"query", pane_query_commands, true, "the query builder"},
        {"prompt", prompt_commands, true, "one line of text: \":\", \"/\", a value"},
        {"help", menu_commands, true, "menus and the help"},
        {"confirm", confirm_commands, false, "a question"},
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
