/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_LOGS_IMPL_H
#define BACKEND_TRIGGERS_LOGS_IMPL_H

#include "backend/triggers/folder.h"
#include "backend/triggers/logs.h"

/*
 * The bytes of a log stream, for its writer and its readers. Numbers are little-endian.
 *
 *     file   = "dslog 1\n", created (8 bytes, ms)  { event }
 *     event  = len (4)  checksum (4)  time (8, ms)  message (len bytes)  len (4)
 *
 * The checksum is that of time and message; len stands at both ends, so that a reader can go
 * backwards. What does not fit ends the stream: it is being written, or its writer died in it.
 */
enum { LOG_HEAD = 16, LOG_FRONT = 16, LOG_BACK = 4, LOG_AROUND = LOG_FRONT + LOG_BACK };

static inline void log_put(char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (char)(value >> 8 * i);
}

static inline uint64_t log_get(const char *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)at[i] << 8 * i;
    return value;
}

/* "2026/11/20/[$LATEST]HEX" ⇄ "2026-11-20-HEX.log"; false: that is no stream's. */
bool log_file_of(struct str stream, char out[LOG_NAME_MAX]);
bool log_stream_of(const char *file, char out[LOG_NAME_MAX]);

/* The folder of the streams; -1 = not there. */
bool log_open_folder(const char *function_folder, bool make, int *fd, struct err *err);
/* Removes the oldest streams until `room` bytes more fit the limit. Never `keep`. */
void log_prune(int folder, int64_t room, const char *keep);

#endif
