/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_SESSIONS_RECORD_H
#define VIEWS_SESSIONS_RECORD_H

#include "views/command.h"

/*
 * A session on its way into a file of lines (record_line.h): what was done, not which keys did it.
 * What a ":" prompt took is one command line, whatever was typed, completed and mended on the way.
 * Text that is typed elsewhere stands in the file as it is, values of items among it; the program
 * never asks for credentials, and a ":" line that looks as if it held some is left out. The mouse
 * and what is done in an editor leave no line.
 *
 * Beside the app where something is recorded; `record` may be NULL everywhere.
 */
struct record;

/* A new file for this user alone; one that is there is not touched. */
bool record_start(struct app *app, struct str path, struct err *err);
/* Writes what is left. False where that fails. NULL is fine. */
bool record_stop(struct record *record, struct err *err);

/* A key ran a command, `times` times. */
void record_command(struct app *app, struct str line, int times);
/* It was refused, and did nothing: its line goes. */
void record_refused(struct app *app);
/* Text went to a view. */
void record_typed(struct app *app, struct str text);
void record_pasted(struct app *app, struct str text);
/* The ":" prompt took this line: it stands for all that led to it. */
void record_prompted(struct app *app, struct str line);
/* After each event: what is complete goes into the file. */
void record_settle(struct app *app);

/* The row of `record`: args = FILE | "stop" | nothing. */
void record_run(struct app *app, struct view *view, struct str args);
/* Offers "stop" where something is recorded. */
bool record_complete(struct app *app, struct view *view, int nth, struct buf *out);
/* The file that is written, and how many lines it has; empty where there is none. */
struct str record_path(const struct record *record);

#endif
