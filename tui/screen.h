/* SPDX-License-Identifier: MIT */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "base/buf.h"
#include "base/err.h"
#include "tui/canvas.h"
#include "tui/input.h"
#include "tui/style.h"

/*
 * A terminal. Two peers: curses (the real one) and memory (tests, `screen_memory_…`). A screen
 * remembers the last frame and sends only what differs, in one write.
 */
struct screen;
struct screen_ops {
    const char *name;
    void (*size)(struct screen *, int *rows, int *cols);
    bool (*present)(struct screen *, const struct frame *);
    bool (*read)(struct screen *, struct input_unit *);
    void (*styles)(struct screen *, const struct style_table *);
    void (*mouse)(struct screen *, bool on);
    void (*bell)(struct screen *);
    bool (*copy)(struct screen *, struct str text, struct err *);
    void (*suspend)(struct screen *);
    void (*resume)(struct screen *);
    void (*redraw)(struct screen *);
    void (*close)(struct screen *);
};

struct screen {
    const struct screen_ops *ops;
    struct input input;
    int fd;      /* to poll for input, -1 where there is none */
    int colours; /* what the terminal can show: 0, 8, 16, 256 or 1 << 24 */
    bool ascii;  /* only ASCII may be shown: copy to frame.ascii */
    bool slow;   /* the line is slower than 38,400 bit/s (what a pseudo-terminal says) */
    int speed;   /* of a slow line, in bit/s; 0 = not known to be slow. May be set at any time */
    int64_t free_ns; /* when it has carried all that was sent, by its speed; see clock_tick_ns() */
    bool gone;       /* the terminal has vanished: leave */
};

struct screen_options {
    bool ascii; /* --ascii; also taken where the locale's codeset is not UTF-8 */
    bool mouse;
};

/*
 * Takes over the terminal on stdin and stdout. Fails with ERR_USAGE and a remedy where there is no
 * terminal, TERM is unknown or dumb, or the cursor cannot be moved; nothing is changed then.
 * setlocale(LC_CTYPE, "") must have been called.
 */
struct screen *screen_curses_open(const struct screen_options *options, struct err *err);

/* A screen of the given size in memory. */
struct screen *screen_memory_open(int rows, int cols);

/* Restores the terminal and frees. NULL is fine. */
void screen_close(struct screen *screen);

void screen_size(struct screen *screen, int *rows, int *cols);
/* Shows the frame. False when the terminal is gone (also in screen->gone). */
bool screen_present(struct screen *screen, const struct frame *frame);
/* The next pending event; false when there is none. Read all before painting. */
bool screen_event(struct screen *screen, struct input_event *event);
/* How roles look from the next frame on; copied. */
void screen_styles(struct screen *screen, const struct style_table *table);
void screen_mouse(struct screen *screen, bool on);
void screen_bell(struct screen *screen);
/* Hands text to the clipboard by OSC 52 (clipboard.h). At most SCREEN_COPY_MAX bytes: longer is an
 * ERR_DATA that says so. Terminals do not tell whether they took it. */
enum { SCREEN_COPY_MAX = 74 * 1024 };
bool screen_copy(struct screen *screen, struct str text, struct err *err);
/* Gives the terminal back (for a shell or an editor) and takes it again with a full repaint. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);
/* Forgets what is shown: the next frame is sent whole (Ctrl-L, SIGCONT, a new size). */
void screen_redraw(struct screen *screen);
/* Suspends, stops the process group as Ctrl-Z does, and resumes when it is continued. */
void screen_stop(struct screen *screen);

/* Memory screen: what is shown. Rows joined by '\n', trailing blanks cut. */
void screen_memory_text(const struct screen *screen, struct buf *out);
/* One line for each row that is not all ROLE_TEXT: "3: 0-11 title.focus, 14-20 border". */
void screen_memory_roles(const struct screen *screen, struct buf *out);
const struct frame *screen_memory_frame(const struct screen *screen);
void screen_memory_resize(struct screen *screen, int rows, int cols);
/* Queues key presses by name ("g g Ctrl-D Enter"), or a typed text, or a paste. False: not a key.
 */
bool screen_memory_press(struct screen *screen, const char *names);
void screen_memory_type(struct screen *screen, const char *text);
void screen_memory_paste(struct screen *screen, const char *text);
/* What was last copied, frames shown, bells rung. */
struct str screen_memory_copied(const struct screen *screen);
int screen_memory_frames(const struct screen *screen);

#endif
