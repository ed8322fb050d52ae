/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_EXPLORER_H
#define VIEWS_EXPLORER_H

#include "backend/backend.h"

/*
 * The explorer from start to end: opens the connection and the terminal, runs the panes until the
 * user quits, gives the terminal back as it was found. Zeroed options = the default store, nothing
 * special. All text is borrowed until explorer_run() returns.
 */
struct explorer_options {
    const char *connection;  /* a CONNECTION for backend_open(), NULL or "" = the default store */
    struct backend *backend; /* an open backend instead; owned by explorer_run() from the call on,
                                also where it fails */
    const struct backend_options *open; /* how to open the connection; NULL = in the usual way */
    const char *label;      /* the connection's words in the title bar; NULL = backend_label() */
    const char *table;      /* open this table at start; NULL = the first one of the list */
    const char *keymap;     /* a name: the user's own or a shipped one; NULL = "default" */
    const char *theme;      /* likewise */
    const char *watch_path; /* a file whose changes mean that the data changed (the store's
                               data file): shown quietly, a few times a second; NULL = none */
    bool read_only;         /* refuse every operation that writes */
    bool demo;              /* the sample store: the title says so */
    bool ascii;             /* no character above 7 bits on the screen */
    bool mouse;             /* capture the mouse */
    bool settings;          /* the user's settings file is read, and can be written */
    bool remember;          /* histories, places and looks outlive the run (memory.h) */
    bool gutter; /* mark the cursor's row in the gutter only: fewer bytes on slow lines */
    /* Triggers of the connection, see cli/host.h; NULL = found by the connection. */
    const char *triggers, *trusted; /* the registry's folder, and the file of what was agreed to */
    const struct clock *clock;      /* NULL = the system's */
    /* Files of recorded sessions, see record.h; NULL = none. Lines a second, 0 = at once. */
    const char *record, *replay;
    int64_t replay_rate;
    bool tour; /* begins with the tour */
};

/* The locale has been chosen (setlocale) by the caller. The process exit code, 0 after an ordinary
 * quit. Where the explorer could not start (no terminal, a connection that does not open): ERR set,
 * exit code from err_exit_code(), nothing left on screen. */
int explorer_run(const struct explorer_options *options, struct err *err);

#endif
