/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PROMPT_H
#define VIEWS_PROMPT_H

#include "tui/line_edit.h"
#include "views/places/history.h"
#include "views/view.h"

/*
 * One line of input over the bottom line, with what would complete it above: ":" commands, "/"
 * filters, an attribute's value, a name to type before something is deleted.
 */

struct prompt_spec {
    struct str label;        /* ":", "amount": shown in front; copied */
    struct str text;         /* what to begin with; copied */
    bool data;               /* the text is data: pasted control characters stay */
    void *context;           /* handed to the functions; freed by `free` when the prompt closes */
    struct history *history; /* NULL = none */
    struct str of;           /* what lines of the history are about, see history.h; copied */
    /* After each change: a note for the right end of the line. May be NULL. */
    void (*changed)(struct app *app, void *context, struct str text, struct buf *note);
    /* Enter. False keeps the prompt open and shows the error. */
    bool (*accept)(struct app *app, void *context, struct str text, struct err *err);
    void (*dismissed)(struct app *app, void *context);
    /* The nth candidate at byte `at`: what replaces text[*from .. at), and a note. May be NULL. */
    bool (*complete)(struct app *app, void *context, struct str text, size_t at, int nth,
        size_t *from, struct buf *out, struct buf *note);
    void (*free)(void *context);
};

/* Opens it on top. */
void prompt_open(struct app *app, const struct prompt_spec *spec);

#endif
