/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_LOGS_H
#define BACKEND_TRIGGERS_LOGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Log streams of functions, as CloudWatch Logs has them: group /aws/lambda/NAME, a stream a
 * process, "2026/11/20/[$LATEST]0123456789abcdef…". A file a stream in FOLDER/functions/NAME/logs,
 * its events one after the other; a writer goes on in a new stream when one has 8 MB, and the
 * oldest streams go when a function's logs pass their limit (64 MB, 1,000 streams).
 */
enum {
    LOG_MESSAGE_MAX = 256 << 10,
    LOG_STREAM_MAX = 8 << 20,
    LOG_TOTAL_MAX = 64 << 20,
    LOG_STREAMS_MAX = 1000,
    LOG_NAME_MAX = 64, /* of a stream, with its NUL */
};
struct log_event {
    int64_t time_ms, ingestion_ms;
    struct str message; /* ends with a newline where the function printed one */
    uint64_t at;        /* of the event in its stream; the token to go on behind it is at + 1 */
};

/* ---- writing: one process has a stream ---- */
struct log_writer;
struct log_writer *log_writer_open(
    const char *function_folder, const struct clock *clock, struct err *err);
void log_writer_close(struct log_writer *writer);
/* The name of the stream; log_flush() may go on in another. */
const char *log_writer_stream(const struct log_writer *writer);
/* One event; longer than 256 KB is cut, and says so. Written through to the file at log_flush(): a
 * line is there for readers as soon as possible, not synced. */
void log_add(struct log_writer *writer, struct str message);
void log_flush(struct log_writer *writer);

/* ---- reading ---- */
struct log_stream {
    struct str name;
    int64_t created_ms, first_ms, last_ms; /* of events; 0 = none */
    int64_t bytes;
};
struct log_streams {
    struct log_stream *items;
    size_t count;
};
/* All streams of a function, oldest first; none where there is no folder. */
bool log_streams(
    const char *function_folder, struct arena *arena, struct log_streams *out, struct err *err);
/* Events from `*at` on (0, a token, or what this said), at most `most`; *at becomes where to go on.
 * `see` false = stop behind this one. None where there is no such stream (any more). */
bool log_read(const char *function_folder, struct str stream, uint64_t *at, size_t most,
    bool (*see)(void *context, const struct log_event *event), void *context, struct err *err);
/* Where the last `count` events begin. */
bool log_tail(
    const char *function_folder, struct str stream, size_t count, uint64_t *at, struct err *err);

#endif
