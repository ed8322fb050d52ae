/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_COMMAND_H
#define VIEWS_COMMAND_H

#include "base/buf.h"
#include "base/err.h"

/*
 * One row a command. The rows feed key bindings, the ":" prompt and its completion, the help
 * overlay and the manual; nothing else knows what can be done. Beside these, every action of
 * tui/action.h is a command in the contexts whose widget handles it.
 *
 * Contexts, as keymaps name them (a binding is looked for in the innermost first, then in
 * "global"):
 *
 *   tables    the list of tables        prompt    the ":" and "/" lines and one-line inputs
 *   items     the items grid            help      the help overlay and other menus that filter
 *   item      one item                  confirm   a question to answer
 *   stream    the live stream           global    everywhere; not under a prompt
 *   triggers  what runs on changes      log       what a function printed
 *   invocations  those of a function    letters   what was given up
 *   changes   changes that were made     conflict  what somebody else changed, too
 *   text      a text to read            form      fields to fill in
 *   query     the query builder            table     all that is known of one table
 *   indexes   a table and its indexes
 */
struct app;
struct view;

enum command_flag {
    COMMAND_WRITES = 1,   /* changes data or tables */
    COMMAND_REPEATS = 2,  /* a movement: a count before it does it so many times */
    COMMAND_DESTROYS = 4, /* takes something away: it asks before anything is done */
    COMMAND_NAMED = 8,    /* reached by its name alone: needs an argument, or is rare */
};

struct command {
    const char *name;
    const char *args; /* "[NAME]", for help; NULL = takes none */
    const char *help; /* one line, no period */
    const char *hint; /* a word or two for the hint line, or NULL: not hinted */
    int priority;     /* of the hint: higher stays longer on a narrow screen */
    unsigned flags;
    /* `view` is the view whose row this is; NULL for global commands. */
    void (*run)(struct app *app, struct view *view, struct str args);
    /* NULL = always; else false with the reason in `why` where it makes no sense now. */
    bool (*enabled)(struct app *app, struct view *view, struct buf *why);
    /* Completions of the argument: the nth candidate, or false. May be NULL. */
    bool (*complete)(struct app *app, struct view *view, int nth, struct buf *out);
    /* Instead, for an argument that is a language: offers what may stand in place of
     * args[*from .. at), best first, with a note. May be NULL. */
    void (*complete_at)(struct app *app, struct view *view, struct str args, size_t at,
        size_t *from, void (*offer)(void *to, struct str text, struct str note), void *to);
};

#endif
