/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_WAKE_H
#define BACKEND_TRIGGERS_WAKE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * What a thread of the triggers sleeps on: other threads' signals, a data file that is written to,
 * a folder in which something happens. Without any of them it does not wake.
 */
struct wake {
    int event, watch;     /* descriptors */
    int data, folder;     /* watches; -1 = none */
    const char *names[2]; /* in the folder, borrowed; all others are passed over */
};

enum wake_reason { WAKE_SIGNAL = 1, WAKE_DATA = 2, WAKE_FOLDER = 4 };

bool wake_open(struct wake *w, struct err *err);
void wake_close(struct wake *w);
/* From any thread; not lost where nobody waits yet. */
void wake_signal(struct wake *w);
/* False where it cannot be watched: ask now and then. */
bool wake_watch_data(struct wake *w, const char *path);
/* A file of one of these names (the second may be NULL) is put in place there, made, or closed by
 * who wrote to it. Instead of a folder that was watched before. */
bool wake_watch_folder(struct wake *w, const char *path, const char *name, const char *other);
/* The same for one file of a folder that may not be there yet: its coming wakes, too. `name` is
 * kept; `coming` is the caller's and lives as long as the watch. */
bool wake_watch_coming(struct wake *w, const char *folder, const char *name, struct buf *coming);
/* The reasons, several perhaps; 0 where only the time passed. timeout_ns < 0: no limit. */
unsigned wake_wait(struct wake *w, int64_t timeout_ns);

#endif
