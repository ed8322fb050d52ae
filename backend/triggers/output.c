/* SPDX-License-Identifier: MIT */
/*
 * Pipes into logs. A pipe is always read to its end, kept or not, so that nobody who prints too
 * much stands still in front of a full pipe; memory does not grow with what is printed.
 *
 *   bytes ─▶ line (at most 256 KB, then cut) ─┬─▶ log
 *                 ╰─ over OUTPUT_MOST ─▶ count ╰─▶ tail
 */
#include "backend/triggers/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 64 << 10, PIECES = 16 };

void output_fini(struct output *o)
{
    log_writer_close(o->log);
    buf_fini(&o->line);
    buf_fini(&o->tail);
    *o = (struct output){0};
}

void output_begin(struct output *o)
{
    o->bytes = o->dropped = 0;
    buf_clear(&o->tail);
}

struct str output_tail(const struct output *o)
{
    struct str all = buf_str(&o->tail);
    return all.len > OUTPUT_TAIL ? str_skip(all, all.len - OUTPUT_TAIL) : all;
}

static void add(struct output *o, struct str message)
{
    if (o->log)
        log_add(o->log, message);
    struct str end =
        message.len > OUTPUT_TAIL ? str_skip(message, message.len - OUTPUT_TAIL) : message;
    buf_add(&o->tail, end);
    if (o->tail.len > 2 * OUTPUT_TAIL) {
        memmove(o->tail.at, o->tail.at + o->tail.len - OUTPUT_TAIL, OUTPUT_TAIL);
        o->tail.len = OUTPUT_TAIL;
    }
}

void output_say(struct output *o, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (len < 0)
        return;
    add(o, (struct str){text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1});
}

/* A carriage return before the line's end is that of a foreign line end. */
static void add_line(struct output *o)
{
    struct buf *line = &o->line;
    if (o->bytes + line->len > OUTPUT_MOST) {
        o->dropped += line->len;
    } else {
        o->bytes += line->len;
        for (size_t i = 0; i + 2 < line->len; i++)
            if (line->at[i] == '\r')
                line->at[i] = '\n';
        add(o, buf_str(line));
    }
    buf_clear(line);
}

void output_take(struct output *o, struct str bytes)
{
    while (bytes.len) {
        size_t end = str_find_byte(bytes, '\n');
        size_t room = OUTPUT_LINE_MOST - o->line.len;
        bool whole = end != SIZE_MAX && end < room;
        size_t len = whole ? end + 1 : bytes.len < room ? bytes.len : room;
        buf_add(&o->line, str_take(bytes, len));
        bytes = str_skip(bytes, len);
        if (whole || o->line.len == OUTPUT_LINE_MOST)
            add_line(o);
    }
}

bool output_drain(struct output *o, int fd)
{
    char piece[PIECE];
    for (int i = 0; i < PIECES; i++) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got > 0)
            output_take(o, (struct str){piece, (size_t)got});
        else if (got == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
    }
    return true;
}

void output_end(struct output *o)
{
    if (o->line.len) {
        buf_add_byte(&o->line, '\n');
        add_line(o);
    }
    if (o->dropped)
        output_say(o, "… output dropped: %" PRIu64 " bytes\n", o->dropped);
    o->dropped = 0;
}

void output_flush(struct output *o)
{
    if (o->log)
        log_flush(o->log);
}
