/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PROMPT_IMPL_H
#define VIEWS_PROMPT_IMPL_H

#include "views/prompt.h"

/* The prompt from inside: for prompt.c and prompt_search.c. */
enum { PROMPT_CHOICES = 8 };

struct prompt {
    struct view view;
    struct prompt_spec spec;
    struct buf label, note, error, of;
    struct line_edit edit;
    /* candidates first_choice … of the line as it was typed, with the cursor at typed_at */
    struct buf choices[PROMPT_CHOICES], notes[PROMPT_CHOICES], typed;
    size_t typed_at;
    int first_choice, choice_count;
    int rows, cols, label_cols, note_cols;
    struct prompt_search {
        bool on;
        int age;                   /* of the line that is shown; 0 = none yet */
        struct buf sought, before; /* what it shall contain; the line before the search */
        struct buf label;
    } search;
};

/* The line was changed: its note and its candidates. */
void prompt_changed(struct prompt *p);

/* A row of the prompt: begins, or looks for an older line. */
void prompt_search_run(struct app *app, struct view *view, struct str args);
bool prompt_search_enabled(struct app *app, struct view *view, struct buf *why);
/* While it is on; false: the search has ended, and the action is to be done. */
bool prompt_search_action(struct prompt *p, enum action action);
void prompt_search_text(struct prompt *p, struct str text);
/* Back to the line before the search; false where none is on. */
bool prompt_search_leave(struct prompt *p);
void prompt_search_fini(struct prompt *p);

#endif
