/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_LOG_H
#define VIEWS_TRIGGERS_TRIGGER_LOG_H

#include "backend/triggers/logs.h"
#include "views/task.h"

/*
 * The last lines of a function's log: those of its newest streams, in the order of their times,
 * bounded. Each line knows to which invocation it belongs: what stands between START and END in one
 * stream is of one.
 */
enum trigger_log_kind { TRIGGER_LOG_OWN, TRIGGER_LOG_START, TRIGGER_LOG_END, TRIGGER_LOG_REPORT };
enum {
    TRIGGER_LOG_LINES = 4000,    /* kept */
    TRIGGER_LOG_FIRST = 500,     /* of what was there before */
    TRIGGER_LOG_TEXT_MAX = 4096, /* of a line */
    TRIGGER_LOG_STREAMS = 16,
    TRIGGER_LOG_ID = 36
};

struct trigger_log_line {
    int64_t time_ms;
    int64_t number; /* counts up; of no other line */
    enum trigger_log_kind kind;
    bool bad;                    /* an error, a timeout */
    char id[TRIGGER_LOG_ID + 1]; /* of the invocation, or empty */
    struct str text;             /* without its line feed; a message of several has a row each */
};

struct trigger_log_stream {
    char name[LOG_NAME_MAX];
    uint64_t at;
    char id[TRIGGER_LOG_ID + 1]; /* of the invocation whose END is still to come */
};

struct trigger_log {
    struct worker *worker;
    void *context;
    void (*changed)(void *context, size_t dropped, size_t added);
    struct buf folder; /* the function's; empty = none */
    struct trigger_log_stream streams[TRIGGER_LOG_STREAMS];
    size_t stream_count;
    struct trigger_log_line *lines; /* oldest first */
    size_t count, room;
    int64_t next_number;
    bool read;   /* once at least */
    bool hold;   /* what is there is looked at: it stays, and no more is read than fits */
    bool behind; /* more was written than was read, because it is held */
    struct task *task;
};

void trigger_log_init(struct trigger_log *log, struct worker *worker, void *context,
    void (*changed)(void *context, size_t dropped, size_t added));
void trigger_log_fini(struct trigger_log *log);
/* Another function's; empty = none. Nothing where it is the same. */
void trigger_log_of(struct trigger_log *log, struct str function_folder);
/* Reads what came, unless it does already. */
void trigger_log_poll(struct trigger_log *log);
/* While it is held nothing that was read goes; afterwards it goes on with the newest lines. */
void trigger_log_hold(struct trigger_log *log, bool hold);
/* The number of the line, or NULL where it is kept no more. */
const struct trigger_log_line *trigger_log_find(const struct trigger_log *log, int64_t number);
/* What kind of line a message is, and the id that it names (slices of it; may be empty). */
enum trigger_log_kind trigger_log_kind_of(struct str message, struct str *id);
/* All lines of one invocation in a stream, appended to `out` as they stand. For a worker's thread.
 */
bool trigger_log_invocation(const char *function_folder, struct str stream, struct str id,
    struct buf *out, struct err *err);

#endif
