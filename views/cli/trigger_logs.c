/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger logs, runs: what a function wrote and how its invocations went. The streams of
 * a function (one a process) are merged by time; memory is bounded by a window of each.
 *
 *     stream a ──window──┐
 *     stream b ──window──┴─ the oldest event first ─▶ wanted? ─▶ out
 */
#include "views/cli/trigger.h"

#include "backend/triggers/logs.h"
#include "base/mem.h"
#include "views/stream/moment.h"

#include <poll.h>
#include <stdlib.h>

enum { WINDOW = 64, FOLLOW_MS = 200 };

/* ---- one stream ---- */

struct reel {
    struct str name;
    uint64_t at;        /* where to read on */
    struct arena arena; /* of the window */
    struct log_event *events;
    size_t count, next;
    bool inside; /* between START and REPORT of the invocation that is wanted */
};

struct logs {
    struct cli *cli;
    struct buf folder;
    struct reel **reels;
    size_t count;
    int64_t since_ms;
    struct str request_id;
    int64_t last; /* so many; < 0 = all */
    struct str *ring;
    uint64_t ringed;
};

static bool keep_event(void *context, const struct log_event *event)
{
    struct reel *reel = context;
    reel->events[reel->count] = *event;
    reel->events[reel->count++].message = arena_dup(&reel->arena, event->message);
    return reel->count < WINDOW;
}

/* False: nothing more now. */
static bool fill(struct logs *l, struct reel *reel, struct err *err)
{
    if (reel->next < reel->count)
        return true;
    arena_reset(&reel->arena);
    reel->events = arena_array(&reel->arena, struct log_event, WINDOW);
    reel->count = reel->next = 0;
    return log_read(buf_cstr(&l->folder), reel->name, &reel->at, WINDOW, keep_event, reel, err) &&
           reel->count > 0;
}

static struct reel *find_reel(const struct logs *l, struct str name)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_equal(l->reels[i]->name, name))
            return l->reels[i];
    return NULL;
}

/* Streams appear as processes start. */
static bool find_streams(struct logs *l, struct err *err)
{
    struct arena arena = {0};
    struct log_streams streams;
    bool ok = log_streams(buf_cstr(&l->folder), &arena, &streams, err);
    for (size_t i = 0; ok && i < streams.count; i++) {
        if (find_reel(l, streams.items[i].name))
            continue;
        struct reel *reel = mem_new(struct reel);
        reel->name = arena_dup(&l->cli->arena, streams.items[i].name);
        l->reels = mem_grow(l->reels, (l->count + 1) * sizeof(struct reel *));
        l->reels[l->count++] = reel;
        if (l->last >= 0 && !l->request_id.len)
            ok = log_tail(buf_cstr(&l->folder), reel->name, (size_t)l->last, &reel->at, err);
    }
    arena_fini(&arena);
    return ok;
}

/* ---- what is wanted ---- */

/* START … REPORT of one invocation: a process has one at a time. */
static bool is_of_request(const struct logs *l, struct reel *reel, struct str message)
{
    bool named = str_find(message, l->request_id) != SIZE_MAX;
    if (named && str_starts(message, STR("START ")))
        reel->inside = true;
    bool wanted = reel->inside || named;
    if (str_starts(message, STR("REPORT ")) || (str_starts(message, STR("START ")) && !named))
        reel->inside = false;
    return wanted;
}

static bool is_wanted(const struct logs *l, struct reel *reel, const struct log_event *event)
{
    if (l->request_id.len && !is_of_request(l, reel, event->message))
        return false;
    return event->time_ms >= l->since_ms;
}

/* ---- out ---- */

static struct str format(struct logs *l, const struct reel *reel, const struct log_event *event)
{
    struct buf line = {0};
    if (cli_has(l->cli, CLI_LONG)) {
        trigger_put_time(&line, event->time_ms);
        buf_printf(&line, " %.*s ", STR_ARG(reel->name));
    }
    struct str rest = event->message, piece;
    while (l->cli->out.terminal && str_cut(&rest, '\t', &piece)) {
        buf_add(&line, piece);
        buf_add(&line, rest.len ? STR("  ") : STR(""));
    }
    buf_add(&line, l->cli->out.terminal ? STR_NONE : event->message);
    while (line.len && line.at[line.len - 1] == '\n')
        line.len--;
    size_t len = line.len;
    return (struct str){buf_take(&line), len};
}

/* With --last, lines go round in a ring until the end is known. */
static void emit(struct logs *l, const struct reel *reel, const struct log_event *event)
{
    struct str line = format(l, reel, event);
    if (l->last > 0) {
        struct str *slot = &l->ring[l->ringed++ % (uint64_t)l->last];
        free((char *)slot->at);
        *slot = line;
        return;
    }
    if (l->last < 0)
        cli_out_line(&l->cli->out, line);
    free((char *)line.at);
}

static void flush_ring(struct logs *l)
{
    uint64_t size = l->last > 0 ? (uint64_t)l->last : 0;
    uint64_t from = l->ringed > size ? l->ringed - size : 0;
    for (uint64_t i = from; i < l->ringed; i++) {
        cli_out_line(&l->cli->out, l->ring[i % size]);
        free((char *)l->ring[i % size].at);
    }
    free(l->ring);
    l->ring = NULL;
    l->last = -1;
}

/* All that is there now, the oldest first. */
static bool drain(struct logs *l, struct err *err)
{
    while (!cli_cancelled(err)) {
        struct reel *oldest = NULL;
        for (size_t i = 0; i < l->count; i++) {
            struct reel *reel = l->reels[i];
            if (fill(l, reel, err) && (!oldest || reel->events[reel->next].time_ms <
                                                      oldest->events[oldest->next].time_ms))
                oldest = reel;
            if (err->code != ERR_NONE)
                return false;
        }
        if (!oldest)
            return true;
        const struct log_event *event = &oldest->events[oldest->next++];
        if (is_wanted(l, oldest, event))
            emit(l, oldest, event);
        if (l->cli->out.pending.len > 65536 && !cli_out_flush(&l->cli->out, err))
            return false;
    }
    return false;
}

static void wait_for_more(struct cli_out *out)
{
    struct pollfd reader = {.fd = out->fd};
    if (poll(&reader, 1, FOLLOW_MS) > 0 && (reader.revents & (POLLERR | POLLHUP)))
        out->closed = true;
}

static bool print(struct logs *l, struct err *err)
{
    bool ok;
    do {
        ok = find_streams(l, err) && drain(l, err);
        if (ok && l->last >= 0)
            flush_ring(l);
        ok = ok && cli_out_flush(&l->cli->out, err);
        if (ok && cli_has(l->cli, CLI_FOLLOW))
            wait_for_more(&l->cli->out);
    } while (ok && cli_has(l->cli, CLI_FOLLOW) && !l->cli->out.closed);
    return ok || l->cli->out.closed;
}

static bool take_since(const struct cli *cli, int64_t *out, struct err *err)
{
    *out = 0;
    return !cli_has(cli, CLI_SINCE) ||
           moment_parse(cli_value(cli, CLI_SINCE), clock_now_ms(NULL), out) ||
           err_set(err, ERR_USAGE,
               "--since %s: write a time (2026-01-31T12:00:00Z), epoch seconds, or how long ago "
               "(90s, 15m, 2h)",
               cli->value[CLI_SINCE]);
}

static bool open_logs(struct logs *l, struct trigger_place *place, struct err *err)
{
    struct trigger t;
    struct cli *cli = l->cli;
    enum { LAST_MAX = 1000000 };
    if (!take_since(cli, &l->since_ms, err) || !cli_number(cli, CLI_LAST, 0, -1, &l->last, err) ||
        !trigger_place_open(cli, place, err) ||
        !trigger_find(place, str_from(cli->args[0]), &t, err))
        return false;
    if (l->last > LAST_MAX)
        l->last = LAST_MAX;
    if (l->last > 0)
        l->ring = mem_zero((size_t)l->last, sizeof(struct str));
    l->request_id = cli_value(cli, CLI_REQUEST_ID);
    return trigger_need_function(&t, err) &&
           registry_function_folder(place->registry, t.function->name, &l->folder, err);
}

static void close_logs(struct logs *l)
{
    for (size_t i = 0; i < l->count; i++) {
        arena_fini(&l->reels[i]->arena);
        free(l->reels[i]);
    }
    for (int64_t i = 0; l->ring && i < l->last; i++)
        free((char *)l->ring[i].at);
    free(l->ring);
    free(l->reels);
    buf_fini(&l->folder);
}

bool cli_trigger_logs(struct cli *cli, struct err *err)
{
    struct logs l = {.cli = cli, .last = -1};
    struct trigger_place place = {0};
    bool ok = open_logs(&l, &place, err) && print(&l, err);
    close_logs(&l);
    trigger_place_close(&place);
    return ok;
}
