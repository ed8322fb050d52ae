/* SPDX-License-Identifier: MIT */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include "base/str.h"

/*
 * What widgets can be told to do, by name: a keymap binds keys to these names, views offer them as
 * commands, widgets know no keys. A widget's …_handle() returns false for actions it has no use
 * for.
 */
#define ACTIONS(X)                                                                                 \
    X(UP, "up", "one row up")                                                                      \
    X(DOWN, "down", "one row down")                                                                \
    X(LEFT, "left", "one column or character to the left")                                         \
    X(RIGHT, "right", "one column or character to the right")                                      \
    X(PAGE_UP, "page-up", "one page up")                                                           \
    X(PAGE_DOWN, "page-down", "one page down")                                                     \
    X(HALF_UP, "half-page-up", "half a page up")                                                   \
    X(HALF_DOWN, "half-page-down", "half a page down")                                             \
    X(SCROLL_UP, "scroll-up", "scroll one row up, the cursor stays")                               \
    X(SCROLL_DOWN, "scroll-down", "scroll one row down, the cursor stays")                         \
    X(TOP, "first", "to the first row")                                                            \
    X(BOTTOM, "last", "to the last row")                                                           \
    X(LINE_START, "line-start", "to the first column or the start of the line")                    \
    X(LINE_END, "line-end", "to the last column or the end of the line")                           \
    X(CENTER, "center", "scroll so that the cursor's row is in the middle")                        \
    X(CURSOR_TOP, "cursor-to-top", "scroll so that the cursor's row is the first shown")           \
    X(CURSOR_BOTTOM, "cursor-to-bottom", "scroll so that the cursor's row is the last shown")      \
    X(WIDEN, "column-widen", "make the column wider")                                              \
    X(NARROW, "column-narrow", "make the column narrower")                                         \
    X(WIDTH_AUTO, "column-fit", "fit the column's width to what is shown")                         \
    X(HIDE, "column-hide", "hide the column")                                                      \
    X(SHOW_ALL, "columns-show", "show hidden columns again")                                       \
    X(FREEZE, "column-pin", "pin the column to the left, or unpin it")                             \
    X(FOLD, "fold", "fold the map or list, or go to its parent")                                   \
    X(UNFOLD, "unfold", "unfold the map or list")                                                  \
    X(FOLD_TOGGLE, "fold-toggle", "fold or unfold")                                                \
    X(FOLD_ALL, "fold-all", "fold all")                                                            \
    X(UNFOLD_ALL, "unfold-all", "unfold all")                                                      \
    X(PARENT, "parent", "to the enclosing map or list")                                            \
    X(NEXT, "field-next", "to the next field")                                                     \
    X(PREVIOUS, "field-previous", "to the previous field")                                         \
    X(CHOOSE_NEXT, "choice-next", "the next of the field's choices")                               \
    X(CHOOSE_PREVIOUS, "choice-previous", "the previous of the field's choices")                   \
    X(WORD_LEFT, "word-left", "to the start of the word")                                          \
    X(WORD_RIGHT, "word-right", "to the end of the word")                                          \
    X(DELETE_LEFT, "delete-left", "delete the character before the cursor")                        \
    X(DELETE_RIGHT, "delete-right", "delete the character under the cursor")                       \
    X(KILL_WORD_LEFT, "kill-word-left", "cut the word before the cursor")                          \
    X(KILL_WORD_RIGHT, "kill-word-right", "cut the word after the cursor")                         \
    X(KILL_START, "kill-to-start", "cut to the start of the line")                                 \
    X(KILL_END, "kill-to-end", "cut to the end of the line")                                       \
    X(YANK, "yank", "insert what was cut")                                                         \
    X(TRANSPOSE, "transpose", "swap the two characters around the cursor")                         \
    X(EDIT_UNDO, "edit-undo", "undo the last change of the line")                                  \
    X(EDIT_REDO, "edit-redo", "redo it")                                                           \
    X(HISTORY_PREVIOUS, "history-previous", "the previous line of the history")                    \
    X(HISTORY_NEXT, "history-next", "the next line of the history")                                \
    X(COMPLETE, "complete", "complete the word")                                                   \
    X(COMPLETE_BACK, "complete-back", "complete the word, backwards through the choices")          \
    X(CLEAR, "clear-line", "empty the line")                                                       \
    X(WRAP, "wrap", "wrap long lines, or cut them")

enum action {
#define ACTION_ENUM(id, name, help) ACTION_##id,
    ACTIONS(ACTION_ENUM)
#undef ACTION_ENUM
        ACTION_COUNT
};

const char *action_name(enum action action);
const char *action_help(enum action action);
bool action_find(struct str name, enum action *action);
/* Whether it is a step, which a count before it can repeat. */
bool action_repeats(enum action action);

#endif
