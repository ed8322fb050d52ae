/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_APP_H
#define VIEWS_APP_H

#include "keymaps/keymaps.h"
#include "tui/layout.h"
#include "tui/loop.h"
#include "tui/screen.h"
#include "views/changes/journal.h"
#include "views/changes/staged.h"
#include "views/count.h"
#include "views/epoch.h"
#include "views/explorer.h"
#include "views/places/memory.h"
#include "views/places/places.h"
#include "views/places/saved.h"
#include "views/prompt.h"
#include "views/tables/listing.h"
#include "views/view.h"

/*
 * The explorer without the world around it: panes and overlays over one worker and one screen. It
 * is fed events and asked to paint; explorer.c does that from a real terminal, tests from a memory
 * screen.
 *
 *   key ─▶ keymap ─▶ command line ─▶ app_run() ─▶ overlay, pane or global row ─▶ view
 *   worker ─▶ app_collect() ─▶ feeds, tasks ─▶ view         anything ─▶ dirty ─▶ app_paint()
 */
/* Whether the grid follows the stream of its table. */
enum app_live { APP_LIVE_AUTO, APP_LIVE_ON, APP_LIVE_OFF };
enum app_pane { APP_TABLES, APP_MAIN, APP_PANES };
enum { APP_OVERLAYS_MAX = 4, APP_OVER_MAX = 6, APP_HELD_MAX = 256, APP_SCAN_ASK = 10000 };

struct host;
struct record;
struct record_play;
struct tour;

struct app {
    struct explorer_options options;
    struct screen *screen;
    struct worker *worker;
    struct loop *loop; /* NULL in tests: no timers */
    struct host *host; /* of triggers, see cli/host.h; NULL where they cannot be hosted */
    struct listing listing;
    struct journal journal;
    struct staged staged;
    struct task_group tasks; /* reads for an edit, table operations */
    struct memory *memory;   /* of this connection; NULL = nothing is kept */
    struct memory *common;   /* of all connections; likewise */

    struct keymap keymap;
    struct keymap own;                          /* the user's own keys, over every keymap */
    struct buf problems;                        /* lines of the user's files that are wrong */
    bool previews;                              /* another theme is shown than is chosen */
    struct hints_cache *hints;                  /* keys of commands, looked up once a keymap */
    struct buf keymap_name, theme_name, folder; /* the user's folder with keymaps/ and themes/ */
    struct key_sequence pending;                /* the beginning of a longer binding */
    struct count count;                         /* what is typed before a movement */
    struct key held[APP_HELD_MAX]; /* typed ahead of a question that is still to come */
    int held_count;

    struct view *tables, *items;
    struct view *stream, *item;      /* NULL, or open over the grid: the item over the stream */
    struct view *over[APP_OVER_MAX]; /* over these: triggers, and what is opened from there */
    int over_count;
    struct view *overlays[APP_OVERLAYS_MAX];
    int overlay_count;
    enum app_pane focus;
    bool zoom;
    struct layout layout;

    struct frame frame;
    bool dirty;
    bool paint_asked;     /* a frame of what came by itself */
    int64_t paint_due_ns; /* when the next one would be due, were they evenly spread */
    int paint_timer;      /* of one that is put off */
    bool gutter, mouse;
    int64_t scan_ask; /* a Scan of a remote table asks first from so many items on; 0 = never */
    enum app_live live;
    enum epoch_dates dates; /* beside numbers that are moments */
    struct buf message;     /* of the status line; empty = facts about what is shown */
    enum role message_role;
    struct history command_history, filter_history, query_history, value_history;
    struct {
        struct buf text;
        const struct view *view; /* where; only compared */
        int64_t from;            /* the row where "/" was pressed */
    } sought;
    struct saved saved; /* bookmarks, as they were read last */
    struct places places;
    struct {
        bool on, asked; /* on the way; the place's query was run */
        size_t at;      /* among the places; SIZE_MAX = it is none of these */
        struct place to;
    } arriving;
    bool places_offered;               /* the place of the last run was told */
    struct buf opening, opening_index; /* a table to open as soon as it is described */
    bool started;                      /* the first table was chosen */
    bool items_stale;                  /* they changed while a live stream lay over them */
    int64_t wait_until_ns;             /* the end of this frame's patience; 0 = not begun */
    int64_t busy_since_ns;             /* 0 = idle */
    int busy_timer;
    bool busy_shown;
    struct record *record;    /* what is done is written down; or NULL */
    struct record_play *play; /* a session is done again; or NULL */
    struct tour *tour;        /* somebody is shown around; or NULL */
    struct buf connect;       /* a connection to change to, or empty */
    bool connect_writable;
    bool connecting; /* it is being asked whether it answers; false = stop that */
    bool quit;
    int status;
};

/* Options are copied, their texts borrowed. Takes over neither screen nor worker. Begins to read.
 */
struct app *app_new(const struct explorer_options *options, struct screen *screen,
    struct worker *worker, struct err *err);
void app_free(struct app *app);

void app_event(struct app *app, const struct input_event *event);
/* Whether an edit waits for its item: what is typed now is meant for what comes then. */
bool app_acting(const struct app *app);
/* Runs the ends of what the worker has finished. */
void app_collect(struct app *app);
/* Draws and sends a frame if anything changed. False where the terminal is gone. */
bool app_paint(struct app *app);
/* The data changed elsewhere: read what is shown again, keeping place and cursor. */
void app_data_changed(struct app *app);
/* Something was written somewhere, this moment: for live views; the rest can wait for
 * app_data_changed(). */
void app_written(struct app *app);
/* Whether the grid follows its table's stream: as the user says, else in stores and at endpoints
 * that are given by their URL, where reading a stream is nobody's cost. */
bool app_live(const struct app *app);
/* Something came by itself: it is drawn soon, but at most 30 times a second. */
void app_paint_soon(struct app *app);
/* Whether what the user asked for last is still being read, so that a frame now would be half one.
 */
bool app_waiting(const struct app *app);
/* Writes that were asked for and have not ended. */
bool app_writing(const struct app *app);

/* Runs a command line: a row of the focused view, a widget's action, or a global row. */
void app_run(struct app *app, struct str line);
/* The row for a command here, or NULL; *view is whose it is (NULL: global). */
const struct command *app_find_command(struct app *app, struct str name, struct view **view);
bool app_enabled(
    struct app *app, const struct command *command, struct view *view, struct buf *why);
/* The view that keys go to: the topmost overlay or the focused pane. */
struct view *app_top(const struct app *app);
/* The view in the focused pane, whatever lies over it. */
struct view *app_focused(const struct app *app);
struct view *app_main(const struct app *app);
/* Binding contexts of a view, innermost first; returns how many (at most 2). */
int app_contexts(const struct view *view, struct str out[2]);
/* The keys that run a command in a view, for texts; ":name" where none do. */
void app_key_of(struct app *app, const struct view *view, const char *command, struct buf *out);
/* Closes the item, leaves a query, goes to the tables; false where there is nothing above. */
bool app_back(struct app *app);

/* What the user should know: replaces the status line until the next command. */
void app_say(struct app *app, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void app_fail(struct app *app, const struct err *err);
/* To the clipboard, or where that cannot hold it to a file, and says so: `what` names it. */
void app_copy(struct app *app, struct str text, struct str what);

void app_focus(struct app *app, enum app_pane pane);
/* Opens a table, or one of its indexes, in the items pane. */
void app_open_table(struct app *app, struct str table, struct str index);
/* It was deleted by us: what shows it closes without further words. */
void app_table_deleted(struct app *app, struct str table);
/* An item over the grid; the app owns the view. NULL closes it. */
void app_show_item(struct app *app, struct view *item);
/* A live stream over the grid; the app owns the view. NULL closes it. */
void app_show_stream(struct app *app, struct view *stream);
/* A view over all of these, until one goes back from it; the app owns it. False where too many are
 * open (view freed). */
bool app_show_over(struct app *app, struct view *view);
/* Closes them all. */
void app_close_over(struct app *app);
/* Puts a view on top; it is freed when it is closed. False where too many are open (view freed). */
bool app_overlay(struct app *app, struct view *view);
void app_overlay_close(struct app *app, struct view *view);
/* Takes it off the stack without freeing it. */
void app_overlay_detach(struct app *app, struct view *view);
/* The rows that work everywhere. */
const struct command *app_global_commands(void);
/* Jobs may be waited for, for some milliseconds a frame: so that what is quick needs no second
 * frame. */
bool app_may_wait(const struct app *app);
void app_wait(struct app *app);
/* Whether writes are refused, and why. */
bool app_writable(struct app *app, struct buf *why);
bool app_load_keymap(struct app *app, struct str name, struct err *err);
bool app_load_theme(struct app *app, struct str name, struct err *err);
/* Shows a theme without choosing it; false where there is none of this name. */
bool app_show_theme(struct app *app, struct str name);

#endif
