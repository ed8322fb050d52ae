/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_ITEM_EDITOR_H
#define VIEWS_ITEM_ITEM_EDITOR_H

#include "views/app.h"
#include "views/item/edit.h"

/*
 * JSON in the user's editor until it is right, or the user leaves it as it is. A text that cannot
 * be taken comes back with what is wrong in notes on top ("# …"); nothing that was written is lost.
 */
enum item_editor_result {
    ITEM_EDITOR_TAKEN,
    ITEM_EDITOR_UNCHANGED, /* nothing to do; the file is gone */
    ITEM_EDITOR_FAILED,    /* err says why, and where the text is kept */
};

struct item_editor {
    struct app *app;
    const char *name;  /* of the file */
    const char *notes; /* lines to begin with, each "# …\n"; may be NULL */
    struct str text;
    bool as_it_is; /* a text that was saved without a change is taken too */
    void *context;
    /* Looks at what was written; false with what is wrong (err->at in the text). */
    bool (*take)(void *context, struct str text, struct err *err);
    struct edit_file file; /* after ITEM_EDITOR_TAKEN: the caller removes or keeps it */
};

enum item_editor_result item_editor_run(struct item_editor *editor, struct err *err);

/* The item as text to edit: plain JSON where that loses nothing, else (or where asked) typed.
 * Returns whether it is typed. */
bool item_editor_text(struct value item, bool typed, struct buf *out);
/* The way back: appends the item. */
bool item_editor_parse(struct str text, bool typed, struct buf *out, struct err *err);

#endif
