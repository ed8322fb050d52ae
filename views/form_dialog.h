/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_FORM_DIALOG_H
#define VIEWS_FORM_DIALOG_H

#include "tui/form.h"
#include "views/view.h"

/*
 * A form in a dialog over the panes: what every one of them looks like. A struct that begins with
 * it adds its fields, its commands ("accept", "dismiss") and what is done.
 *
 *   ┌─ title ───────────────────────────────────────────┐
 *   │  label             text                           │
 *   │> label             text▏                          │
 *   │                    what is wrong with it          │
 *   │ Enter save  Esc leave, or why it was not done     │
 *   └───────────────────────────────────────────────────┘
 */
struct form_dialog {
    struct view view;
    struct form form;
    struct buf title, keys;
    struct buf error; /* why it was not done; until the next key */
    bool busy;
};

/* The rows of its commands. */
#define FORM_DIALOG_COMMANDS(accept, dismiss)                                                      \
    {.name = "accept", .help = "do it", .hint = "save", .priority = 9, .run = (accept)},           \
    {                                                                                              \
        .name = "dismiss", .help = "close without changing anything", .hint = "leave",             \
        .priority = 8, .run = (dismiss)                                                            \
    }

void form_dialog_fini(struct form_dialog *d);
/* Whether it may be done: nothing is wrong, which is said else, and it is not under way. */
bool form_dialog_ready(struct form_dialog *d);
/* As slots of view_ops. */
void form_dialog_arrange(struct view *view, int rows, int cols);
void form_dialog_draw(const struct view *view, const struct canvas *c);
bool form_dialog_action(struct view *view, enum action action);
void form_dialog_text(struct view *view, struct str text);

#endif
