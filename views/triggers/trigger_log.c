/* SPDX-License-Identifier: MIT */
/*
 * Reading a function's log streams as one. Must not know how lines are shown.
 */
#include "views/triggers/trigger_log.h"

#include "base/mem.h"

#include <stdlib.h>

enum { ROWS_MOST = 60, POLL_MOST = 2000, POLL_HELD = 100, KEEP_STEP = TRIGGER_LOG_LINES / 4 };

/* ---- what a line says ---- */

static bool is_word(struct str message, struct str word, struct str *id)
{
    if (!str_starts(message, word))
        return false;
    struct str rest = str_skip(message, word.len);
    *id = str_take(rest, TRIGGER_LOG_ID);
    return id->len == TRIGGER_LOG_ID;
}

enum trigger_log_kind trigger_log_kind_of(struct str message, struct str *id)
{
    *id = STR_NONE;
    if (is_word(message, STR("START RequestId: "), id))
        return TRIGGER_LOG_START;
    if (is_word(message, STR("END RequestId: "), id))
        return TRIGGER_LOG_END;
    if (is_word(message, STR("REPORT RequestId: "), id))
        return TRIGGER_LOG_REPORT;
    *id = STR_NONE;
    return TRIGGER_LOG_OWN;
}

static bool is_bad(struct str message)
{
    static const char *const words[] = {
        "\tERROR\t", "[ERROR]", "Task timed out after", "Traceback (most recent call last)"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(str_take(message, 256), str_from(words[i])) != SIZE_MAX)
            return true;
    return false;
}

/* ---- on the worker's thread ---- */

struct read_event {
    int64_t time_ms;
    size_t stream, order;
    struct str text;
};

struct read_task {
    struct task task;
    struct str folder;
    bool first;  /* only the last lines of what is there */
    size_t most; /* of a stream */
    struct trigger_log_stream streams[TRIGGER_LOG_STREAMS];
    size_t stream_count;
    struct read_event *events;
    size_t count, room, stream;
    bool more;
};

static void add_event(struct read_task *t, int64_t time_ms, struct str text)
{
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 256;
        t->events = mem_grow(t->events, t->room * sizeof *t->events);
    }
    t->events[t->count] = (struct read_event){.time_ms = time_ms,
        .stream = t->stream,
        .order = t->count,
        .text = arena_dup(&t->task.arena, str_take(text, TRIGGER_LOG_TEXT_MAX))};
    t->count++;
}

/* An event of several lines, a stack for example, becomes as many rows. */
static bool see_event(void *context, const struct log_event *event)
{
    struct read_task *t = context;
    struct str text = event->message, line;
    while (text.len && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    for (int i = 0; i < ROWS_MOST && str_cut(&text, '\n', &line); i++)
        add_event(t, event->time_ms, i + 1 < ROWS_MOST || !text.len ? line : STR("…"));
    return true;
}

static struct trigger_log_stream *find_stream(struct read_task *t, struct str name)
{
    for (size_t i = 0; i < t->stream_count; i++)
        if (str_equal(str_from(t->streams[i].name), name))
            return &t->streams[i];
    return NULL;
}

/* The one that was written to longest ago makes room. */
static struct trigger_log_stream *add_stream(struct read_task *t, struct str name)
{
    if (t->stream_count == TRIGGER_LOG_STREAMS) {
        t->stream_count--;
        memmove(t->streams, t->streams + 1, t->stream_count * sizeof *t->streams);
    }
    struct trigger_log_stream *stream = &t->streams[t->stream_count++];
    *stream = (struct trigger_log_stream){0};
    memcpy(stream->name, name.at, name.len < LOG_NAME_MAX ? name.len : LOG_NAME_MAX - 1);
    return stream;
}

static bool find_streams(struct read_task *t, struct err *err)
{
    struct log_streams all;
    if (!log_streams(t->folder.at, &t->task.arena, &all, err))
        return false;
    size_t from = all.count > TRIGGER_LOG_STREAMS ? all.count - TRIGGER_LOG_STREAMS : 0;
    for (size_t i = from; i < all.count; i++) {
        if (find_stream(t, all.items[i].name))
            continue;
        struct trigger_log_stream *stream = add_stream(t, all.items[i].name);
        if (t->first &&
            !log_tail(t->folder.at, all.items[i].name, TRIGGER_LOG_FIRST, &stream->at, err))
            return false;
    }
    return true;
}

static int compare_events(const void *a, const void *b)
{
    const struct read_event *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static bool read_work(struct task *task, struct client *client, struct err *err)
{
    struct read_task *t = (struct read_task *)task;
    (void)client;
    if (!find_streams(t, err))
        return false;
    for (t->stream = 0; t->stream < t->stream_count; t->stream++) {
        struct trigger_log_stream *stream = &t->streams[t->stream];
        size_t before = t->count;
        if (!log_read(
                t->folder.at, str_from(stream->name), &stream->at, t->most, see_event, t, err))
            return false;
        t->more = t->more || t->count - before >= t->most;
    }
    if (t->count)
        qsort(t->events, t->count, sizeof *t->events, compare_events);
    return true;
}

/* ---- on the UI's ---- */

static void forget_lines(struct trigger_log *log, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((char *)log->lines[i].text.at);
    log->count -= count;
    if (log->count)
        memmove(log->lines, log->lines + count, log->count * sizeof *log->lines);
}

static void add_line(struct trigger_log *log, const struct read_event *event)
{
    struct trigger_log_stream *stream = &log->streams[event->stream];
    struct str id;
    if (log->count == log->room) {
        log->room = log->room ? 2 * log->room : 256;
        log->lines = mem_grow(log->lines, log->room * sizeof *log->lines);
    }
    struct trigger_log_line *line = &log->lines[log->count++];
    *line = (struct trigger_log_line){.time_ms = event->time_ms,
        .number = log->next_number++,
        .kind = trigger_log_kind_of(event->text, &id),
        .text = {mem_dup(event->text.at, event->text.len), event->text.len}};
    line->bad = line->kind == TRIGGER_LOG_OWN && is_bad(event->text);
    if (line->kind == TRIGGER_LOG_START)
        memcpy(stream->id, id.at, id.len);
    if (id.len)
        memcpy(line->id, id.at, id.len);
    else
        memcpy(line->id, stream->id, sizeof line->id);
    if (line->kind == TRIGGER_LOG_REPORT)
        stream->id[0] = '\0';
}

static void read_drop(struct task *task)
{
    free(((struct read_task *)task)->events);
}

/* A stream's open invocation is known here, its place there. */
static void take_streams(struct trigger_log *log, struct read_task *t)
{
    for (size_t i = 0; i < t->stream_count; i++)
        for (size_t k = 0; k < log->stream_count; k++)
            if (strcmp(t->streams[i].name, log->streams[k].name) == 0)
                memcpy(t->streams[i].id, log->streams[k].id, sizeof t->streams[i].id);
    memcpy(log->streams, t->streams, sizeof log->streams);
    log->stream_count = t->stream_count;
}

static void read_ended(struct task *task)
{
    struct read_task *t = (struct read_task *)task;
    struct trigger_log *log = task->owner;
    size_t dropped = 0, added = task->ok ? t->count : 0;
    bool first = !log->read;
    log->task = NULL;
    log->read = true;
    if (task->ok)
        take_streams(log, t);
    for (size_t i = 0; i < added; i++)
        add_line(log, &t->events[i]);
    if (!log->hold && log->count > TRIGGER_LOG_LINES + KEEP_STEP) {
        dropped = log->count - TRIGGER_LOG_LINES;
        forget_lines(log, dropped);
        added = added < log->count ? added : log->count;
    }
    bool more = t->more;
    read_drop(task);
    if (added || dropped || first)
        log->changed(log->context, dropped, added);
    if (more)
        trigger_log_poll(log);
}

void trigger_log_init(struct trigger_log *log, struct worker *worker, void *context,
    void (*changed)(void *context, size_t dropped, size_t added))
{
    *log = (struct trigger_log){.worker = worker, .context = context, .changed = changed};
}

static void empty(struct trigger_log *log)
{
    task_forget(log->task);
    log->task = NULL;
    forget_lines(log, log->count);
    log->stream_count = 0;
    log->read = log->behind = false;
}

void trigger_log_fini(struct trigger_log *log)
{
    empty(log);
    free(log->lines);
    buf_fini(&log->folder);
}

void trigger_log_of(struct trigger_log *log, struct str function_folder)
{
    if (str_equal(buf_str(&log->folder), function_folder))
        return;
    size_t dropped = log->count;
    empty(log);
    buf_clear(&log->folder);
    buf_add(&log->folder, function_folder);
    if (dropped)
        log->changed(log->context, dropped, 0);
    trigger_log_poll(log);
}

void trigger_log_poll(struct trigger_log *log)
{
    if (log->task || !log->folder.len)
        return;
    log->behind = log->hold && log->count > TRIGGER_LOG_LINES + KEEP_STEP;
    if (log->behind)
        return;
    struct read_task *t = task_new(sizeof *t, log, read_work, read_ended);
    t->task.dropped = read_drop;
    t->task.job.quiet = true;
    t->folder = arena_dup(&t->task.arena, buf_str(&log->folder));
    t->first = !log->read;
    t->most = log->hold ? POLL_HELD : POLL_MOST;
    memcpy(t->streams, log->streams, sizeof t->streams);
    t->stream_count = log->stream_count;
    log->task = &t->task;
    task_submit(&t->task, log->worker);
}

void trigger_log_hold(struct trigger_log *log, bool hold)
{
    bool behind = log->behind && !hold;
    size_t dropped = log->count;
    log->hold = hold;
    if (!behind)
        return;
    empty(log);
    log->changed(log->context, dropped, 0);
    trigger_log_poll(log);
}

const struct trigger_log_line *trigger_log_find(const struct trigger_log *log, int64_t number)
{
    int64_t first = log->count ? log->lines[0].number : 0;
    bool there = log->count && number >= first && number < first + (int64_t)log->count;
    return there ? &log->lines[number - first] : NULL;
}

/* ---- one invocation ---- */

struct picking {
    struct str id;
    struct buf *out;
    bool inside;
};

static bool pick(void *context, const struct log_event *event)
{
    struct picking *p = context;
    struct str id;
    enum trigger_log_kind kind = trigger_log_kind_of(event->message, &id);
    if (kind == TRIGGER_LOG_START)
        p->inside = str_equal(id, p->id);
    if (p->inside || (id.len && str_equal(id, p->id)))
        buf_add(p->out, event->message);
    return !(kind == TRIGGER_LOG_REPORT && str_equal(id, p->id));
}

bool trigger_log_invocation(
    const char *function_folder, struct str stream, struct str id, struct buf *out, struct err *err)
{
    struct picking p = {.id = id, .out = out};
    uint64_t at = 0;
    return log_read(function_folder, stream, &at, SIZE_MAX, pick, &p, err);
}
