/* SPDX-License-Identifier: MIT */
/*
 * Writing a log stream: events are gathered and go out in one write, so that a line costs no call.
 * What the disk does not take is dropped and counted, and the next event that fits says so: a full
 * disk must not stop a function.
 */
#include "backend/triggers/logs.h"

#include "backend/triggers/logs_impl.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { GATHER_MAX = 256 << 10, PRUNE_EVERY = 1 << 20 };

struct log_writer {
    const struct clock *clock;
    int folder, fd;
    char file[LOG_NAME_MAX], stream[LOG_NAME_MAX];
    struct buf waiting;
    uint64_t waiting_events, lost;
    int lost_errno;
    int64_t size, pruned_at;
};

/* ---- streams ---- */

/* The first twelve digits are the time: names sort by it. */
static void name_stream(struct log_writer *w, int64_t now_ms)
{
    uint64_t random[2] = {0};
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm = {0};
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        random[0] = (uint64_t)clock_tick_ns();
    gmtime_r(&seconds, &tm);
    snprintf(w->file, sizeof w->file, "%04d-%02d-%02d-%012" PRIx64 "%016" PRIx64 "%04x.log",
        (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100, tm.tm_mday % 100,
        (uint64_t)now_ms & 0xffffffffffff, random[0], (unsigned)(random[1] & 0xffff));
    log_stream_of(w->file, w->stream);
}

static bool start_stream(struct log_writer *w)
{
    int64_t now_ms = clock_now_ms(w->clock);
    char head[LOG_HEAD] = "dslog 1\n";
    log_put(head + 8, (uint64_t)now_ms, 8);
    name_stream(w, now_ms);
    log_prune(w->folder, LOG_STREAM_MAX, w->file);
    w->fd = openat(
        w->folder, w->file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->fd >= 0 && fchmod(w->fd, 0600) == 0 && write(w->fd, head, LOG_HEAD) == LOG_HEAD) {
        w->size = w->pruned_at = LOG_HEAD;
        return true;
    }
    int number = errno;
    folder_close(w->fd);
    w->fd = -1;
    unlinkat(w->folder, w->file, 0);
    errno = number;
    return false;
}

static void end_stream(struct log_writer *w)
{
    folder_close(w->fd);
    w->fd = -1;
}

struct log_writer *log_writer_open(
    const char *function_folder, const struct clock *clock, struct err *err)
{
    struct log_writer *w = mem_new(struct log_writer);
    *w = (struct log_writer){.clock = clock, .folder = -1, .fd = -1};
    if (log_open_folder(function_folder, true, &w->folder, err)) {
        if (start_stream(w))
            return w;
        err_errno(err, errno, "no log can be written in %s", function_folder);
    }
    folder_close(w->folder);
    free(w);
    return NULL;
}

void log_writer_close(struct log_writer *w)
{
    if (!w)
        return;
    log_flush(w);
    end_stream(w);
    folder_close(w->folder);
    buf_fini(&w->waiting);
    free(w);
}

const char *log_writer_stream(const struct log_writer *w)
{
    return w->stream;
}

/* ---- events ---- */

static void gather(struct log_writer *w, struct str message, struct str more)
{
    size_t len = message.len + more.len;
    char *at = buf_reserve(&w->waiting, LOG_AROUND + len);
    log_put(at, len, 4);
    log_put(at + 8, (uint64_t)clock_now_ms(w->clock), 8);
    if (message.len)
        memcpy(at + LOG_FRONT, message.at, message.len);
    if (more.len)
        memcpy(at + LOG_FRONT + message.len, more.at, more.len);
    log_put(at + 4, crc32(0, (const unsigned char *)at + 8, (uInt)(8 + len)), 4);
    log_put(at + LOG_FRONT + len, len, 4);
    w->waiting.len += LOG_AROUND + len;
    w->waiting_events++;
}

static void gather_cut(struct log_writer *w, struct str message)
{
    char note[64];
    int n = snprintf(note, sizeof note, "… [cut: %zu bytes]\n", message.len);
    size_t len = LOG_MESSAGE_MAX - (size_t)n;
    while (len > LOG_MESSAGE_MAX / 2 && ((unsigned char)message.at[len] & 0xc0) == 0x80)
        len--;
    gather(w, str_take(message, len), (struct str){note, (size_t)n});
}

/* Whole events only: what was written of them comes off again. */
static bool write_events(struct log_writer *w)
{
    struct str rest = buf_str(&w->waiting);
    while (rest.len) {
        ssize_t n = write(w->fd, rest.at, rest.len);
        if (n < 0 && errno != EINTR) {
            w->lost_errno = errno;
            if (ftruncate(w->fd, (off_t)w->size) != 0)
                end_stream(w); /* nothing may follow a torn event */
            return false;
        }
        rest = str_skip(rest, n > 0 ? (size_t)n : 0);
    }
    w->size += (int64_t)w->waiting.len;
    return true;
}

/* Another process may have removed the stream as the oldest one, and a full one is left alone. */
static bool has_stream(struct log_writer *w)
{
    struct stat s;
    if (w->fd >= 0 && (w->size >= LOG_STREAM_MAX || fstat(w->fd, &s) != 0 || s.st_nlink == 0))
        end_stream(w);
    if (w->fd >= 0 || start_stream(w))
        return true;
    w->lost_errno = errno;
    return false;
}

static void drop(struct log_writer *w)
{
    w->lost += w->waiting_events;
    w->waiting_events = 0;
    buf_clear(&w->waiting);
}

static void confess(struct log_writer *w)
{
    char note[160];
    snprintf(note, sizeof note, "[%" PRIu64 " lines could not be written here: %s]\n", w->lost,
        strerror(w->lost_errno));
    w->lost = 0;
    gather(w, str_from(note), STR_NONE);
}

void log_flush(struct log_writer *w)
{
    if (!w->waiting.len)
        return;
    if (!has_stream(w) || !write_events(w)) {
        drop(w);
        return;
    }
    w->waiting_events = 0;
    buf_clear(&w->waiting);
    if (w->size - w->pruned_at > PRUNE_EVERY) {
        log_prune(w->folder, 0, w->file);
        w->pruned_at = w->size;
    }
}

void log_add(struct log_writer *w, struct str message)
{
    if (w->lost && !w->waiting.len)
        confess(w);
    if (message.len > LOG_MESSAGE_MAX)
        gather_cut(w, message);
    else
        gather(w, message, STR_NONE);
    if (w->waiting.len >= GATHER_MAX)
        log_flush(w);
}
