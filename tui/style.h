/* SPDX-License-Identifier: MIT */
#ifndef TUI_STYLE_H
#define TUI_STYLE_H

#include "base/str.h"

/*
 * What a cell means, never how it looks. Views and widgets name roles; a style table says how each
 * looks on this terminal. A role that a theme leaves out looks like its parent ("title.focus" like
 * "title"), a parent that is left out like "text".
 */
#define STYLE_ROLES(X)                                                                             \
    X(TEXT, "text")                                                                                \
    X(TEXT_ESCAPE, "text.escape")     /* a marked glyph in place of what must not be shown */      \
    X(TEXT_ELLIPSIS, "text.ellipsis") /* the sign that a text was cut */                           \
    X(DIM, "dim")                                                                                  \
    X(NOTE, "note") /* a comment beside a value: a date beside an epoch */                         \
    X(LABEL, "label")                                                                              \
    X(TITLE, "title")                                                                              \
    X(TITLE_FOCUS, "title.focus")                                                                  \
    X(TITLE_INFO, "title.info") /* the right half of a title line */                               \
    X(BORDER, "border")                                                                            \
    X(HEADER, "header")                                                                            \
    X(HEADER_KEY, "header.key")                                                                    \
    X(HEADER_CURSOR, "header.cursor") /* the column that the cursor is in */                       \
    X(KEY, "key")                     /* cells of key attributes */                                \
    X(KEY_PARTITION, "key.partition")                                                              \
    X(KEY_SORT, "key.sort")                                                                        \
    X(CURSOR, "cursor") /* the row that the cursor is in, in the focused pane */                   \
    X(CURSOR_UNFOCUSED, "cursor.unfocused")                                                        \
    X(CURSOR_GUTTER, "cursor.gutter") /* the mark in the gutter instead */                         \
    X(MARK, "mark")                   /* a row that the user has marked */                         \
    X(MATCH, "match")                 /* a search hit */                                           \
    X(TYPE, "type")                                                                                \
    X(TYPE_STRING, "type.string")                                                                  \
    X(TYPE_NUMBER, "type.number")                                                                  \
    X(TYPE_BOOL, "type.bool")                                                                      \
    X(TYPE_NULL, "type.null")                                                                      \
    X(TYPE_MAP, "type.map")                                                                        \
    X(TYPE_LIST, "type.list")                                                                      \
    X(TYPE_SET, "type.set")                                                                        \
    X(TYPE_BINARY, "type.binary")                                                                  \
    X(ADDED, "added")                                                                              \
    X(REMOVED, "removed")                                                                          \
    X(CHANGED, "changed")                                                                          \
    X(OK, "ok")                                                                                    \
    X(WARNING, "warning")                                                                          \
    X(ERROR, "error")                                                                              \
    X(STATUS, "status")                                                                            \
    X(STATUS_OK, "status.ok")                                                                      \
    X(STATUS_WARNING, "status.warning")                                                            \
    X(STATUS_ERROR, "status.error")                                                                \
    X(STATUS_CONNECTION, "status.connection")                                                      \
    X(STATUS_DANGER, "status.danger") /* the word of a connection that asks for care */            \
    X(STATUS_BUSY, "status.busy")                                                                  \
    X(HINT, "hint")                                                                                \
    X(HINT_KEY, "hint.key")                                                                        \
    X(PROMPT, "prompt")                                                                            \
    X(PROMPT_SIGN, "prompt.sign") /* the ":" or "/" in front */                                    \
    X(INPUT, "input")             /* text being edited */                                          \
    X(INPUT_SELECTED, "input.selected")                                                            \
    X(MENU, "menu")                                                                                \
    X(MENU_SELECTED, "menu.selected")                                                              \
    X(MENU_KEY, "menu.key") /* the right column: keys, kinds */                                    \
    X(MENU_DISABLED, "menu.disabled")                                                              \
    X(MENU_MATCH, "menu.match")                                                                    \
    X(DIALOG, "dialog")                                                                            \
    X(DIALOG_TITLE, "dialog.title")                                                                \
    X(DIALOG_BORDER, "dialog.border")                                                              \
    X(DIALOG_DANGER, "dialog.danger")                                                              \
    X(FORM, "form")                                                                                \
    X(FORM_LABEL, "form.label")                                                                    \
    X(FORM_FIELD, "form.field")                                                                    \
    X(FORM_FIELD_FOCUS, "form.field.focus")                                                        \
    X(FORM_ERROR, "form.error")                                                                    \
    X(FORM_NOTE, "form.note")                                                                      \
    X(TREE_FOLD, "tree.fold") /* the sign in front of a map or list */                             \
    X(PROGRESS, "progress")                                                                        \
    X(PROGRESS_DONE, "progress.done")                                                              \
    X(STREAM, "stream")                                                                            \
    X(STREAM_INSERT, "stream.insert")                                                              \
    X(STREAM_MODIFY, "stream.modify")                                                              \
    X(STREAM_REMOVE, "stream.remove")                                                              \
    X(STREAM_LIVE, "stream.live")                                                                  \
    X(STREAM_PAUSED, "stream.paused")                                                              \
    X(SPARK, "spark")

enum role {
#define STYLE_ENUM(id, name) ROLE_##id,
    STYLE_ROLES(STYLE_ENUM)
#undef STYLE_ENUM
        ROLE_COUNT
};

const char *style_role_name(enum role role);
/* False where no role bears the name. */
bool style_role_find(struct str name, enum role *role);
/* ROLE_TEXT is its own parent. */
enum role style_role_parent(enum role role);

/*
 * A colour: STYLE_DEFAULT is the terminal's own, 0..255 are palette entries (0-7 plain, 8-15
 * bright), STYLE_RGB + 0xRRGGBB is an exact colour, brought to the nearest that the terminal has.
 */
enum { STYLE_DEFAULT = -1, STYLE_RGB = 1 << 24 };
enum style_attr {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_ITALIC = 4,
    STYLE_UNDERLINE = 8,
    STYLE_REVERSE = 16,
};

struct style {
    int32_t fg, bg;
    uint16_t attrs; /* of enum style_attr */
    bool set;       /* false: look at the parent */
};

struct style_table {
    struct style of[ROLE_COUNT];
};

/* Attributes alone; always readable, also without colours. What a screen starts with. */
void style_table_mono(struct style_table *table);
/* Gives each unset role its nearest set ancestor's look, and what names no colour that of the text.
 */
void style_table_inherit(struct style_table *table);
/* Takes all colours away and keeps what tells roles apart: attributes (NO_COLOR). */
void style_table_strip(struct style_table *table);
/* The nearest colour on a terminal with `colours` colours (8, 16, 256, more = exact); STYLE_DEFAULT
 * stays. With fewer than 8 colours the answer is STYLE_DEFAULT. */
int32_t style_nearest(int32_t colour, int colours);
/* What a colour looks like, 0xRRGGBB; the first 16 as xterm has them. Not of STYLE_DEFAULT. */
uint32_t style_rgb(int32_t colour);

#endif
