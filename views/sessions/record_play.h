/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_SESSIONS_RECORD_PLAY_H
#define VIEWS_SESSIONS_RECORD_PLAY_H

#include "tui/key.h"
#include "views/command.h"

/*
 * A file of lines (record_line.h) that is done again, one line after the other, each when the
 * explorer is quiet: what the one before asked for has come. Stops at the first line that cannot be
 * done, with file and line. A question that the next line does not answer is left to the user.
 */
struct record_play;

/* Reads and checks the whole file. `rate`: lines a second at most; 0 = as fast as they can be done.
 */
bool record_play_start(struct app *app, struct str path, int64_t rate, struct err *err);
void record_play_free(struct record_play *play);
/* Does what can be done now; called whenever something has happened. */
void record_play_step(struct app *app);
/* The loop goes, its timers with it: the replay goes on in another app. */
void record_play_forget(struct app *app);
/* Whether a key of the user's is for the replay: the keys that stop things stop it, others are
 * dropped while it runs. */
bool record_play_takes(struct app *app, struct key key);
/* The row of `play`: args = FILE [RATE] | "stop". */
void record_play_run(struct app *app, struct view *view, struct str args);

#endif
