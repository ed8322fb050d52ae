/* SPDX-License-Identifier: MIT */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "tui/line_edit.h"

/*
 * Labelled fields, one under the other, each checked while one types. The fields are the caller's
 * array; form_field_init() each one and form_field_fini() at the end.
 */
enum form_kind { FORM_TEXT, FORM_CHOICE, FORM_YES_NO, FORM_HEADING };

struct form_field {
    enum form_kind kind;
    const char *label;
    const char *note;           /* grey text behind an empty field, may be NULL */
    struct line_edit edit;      /* FORM_TEXT */
    const char *const *choices; /* FORM_CHOICE, choice_count of them */
    int choice_count, choice;   /* FORM_YES_NO: choice 0 = no, 1 = yes */
    bool hidden;
    struct buf message; /* what is wrong, empty = nothing; written by check() */
};

struct form {
    struct form_field *fields;
    int count;
    int cursor, top;
    bool focused;
    int rows, cols;
    int label_width;
    /* Looks at all fields and writes their messages; called after every change. May be NULL. */
    void (*check)(void *data, struct form *form);
    void *data;
};

void form_field_init(struct form_field *field, enum form_kind kind, const char *label);
void form_field_fini(struct form_field *field);
void form_init(struct form *form, struct form_field *fields, int count);
bool form_handle(struct form *form, enum action action);
/* Types or pastes into the field under the cursor. */
bool form_insert(struct form *form, struct str text);
/* Runs the check; true where no field has a message. */
bool form_valid(struct form *form);
void form_arrange(struct form *form, int rows, int cols);
void form_draw(const struct form *form, const struct canvas *c);
struct str form_text(const struct form *form, int field);

#endif
