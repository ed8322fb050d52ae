/* SPDX-License-Identifier: MIT */
/*
 * What a person reads who started the server with --trace, and what anybody reads when the store
 * fails. Names come from clients, so nothing but printable ASCII is let through. Items are never
 * shown.
 */
#include "backend/serve/journal.h"

#include "backend/json.h"
#include "base/arena.h"

#include <time.h>
#include <unistd.h>

enum { PARSED_MAX = 1 << 20, NAME_SHOWN_MAX = 255 };

static void put_plain(struct buf *out, struct str text)
{
    text = str_take(text, NAME_SHOWN_MAX);
    for (size_t i = 0; i < text.len; i++)
        buf_add_byte(out, text.at[i] > ' ' && text.at[i] < 0x7f ? text.at[i] : '?');
    if (!text.len)
        buf_add_byte(out, '-');
}

/* The table that a request names, or its stream. */
static void put_table(struct buf *out, struct str body)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    const struct json *json = body.len <= PARSED_MAX ? json_parse(&arena, body, &ignored) : NULL;
    const struct json *name = json_get(json, STR("TableName"));
    if (!name)
        name = json_get(json, STR("StreamArn"));
    put_plain(out, json_is(name, JSON_STRING) ? name->text : STR_NONE);
    arena_fini(&arena);
}

static void put_time(struct buf *out, int64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm;
    char text[16];
    localtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%H:%M:%S", &tm);
    buf_printf(out, "%s.%03d ", text, (int)(now_ms % 1000));
}

void journal_format(struct buf *out, const struct request *request, const struct reply *reply,
    int64_t now_ms, int64_t ns)
{
    put_time(out, now_ms);
    if (request->operation.len) {
        put_plain(out, request->operation);
        buf_add_byte(out, ' ');
        put_table(out, request->body);
    } else {
        put_plain(out, request->method);
        buf_add_byte(out, ' ');
        put_plain(out, request->target);
    }
    buf_printf(out, " %d %.2f ms %zu B in %zu B out\n", reply->status, (double)ns / 1e6,
        request->body.len, reply->body.len);
}

static void write_line(struct buf *line)
{
    /* a reader that is gone is no reason to stop serving */
    ssize_t ignored = write(STDERR_FILENO, line->at, line->len);
    (void)ignored;
    buf_fini(line);
}

void journal_request(
    const struct request *request, const struct reply *reply, int64_t now_ms, int64_t ns)
{
    struct buf line = {0};
    journal_format(&line, request, reply, now_ms, ns);
    write_line(&line);
}

void journal_note(const char *text)
{
    struct buf line = {0};
    buf_printf(&line, "dynascope serve: %s\n", text);
    write_line(&line);
}

void journal_failure(const struct request *request, const struct err *err)
{
    struct buf line = {0};
    buf_add(&line, STR("dynascope serve: "));
    put_plain(&line, request->operation);
    buf_add(&line, STR(": "));
    for (const char *c = err->text; *c; c++)
        buf_add_byte(&line, *c >= ' ' && *c < 0x7f ? *c : '?');
    buf_add_byte(&line, '\n');
    write_line(&line);
}
