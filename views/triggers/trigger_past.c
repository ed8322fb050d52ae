/* SPDX-License-Identifier: MIT */
/*
 * Finding records of the past and making batches of them. Must not know who wants them.
 */
#include "views/triggers/trigger_past.h"

#include "backend/follow.h"
#include "views/triggers/trigger_events.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20, KEPT_MOST = 64 << 20, EVENT_MOST = 5 << 20 };

/* ---- from texts ---- */

static void add_event(struct trigger_past *p, const struct json *event)
{
    if ((p->count & (p->count - 1)) == 0) {
        const struct json **more = arena_alloc(&p->arena, (2 * p->count + 1) * sizeof *more);
        if (p->count)
            memcpy(more, p->events, p->count * sizeof *more);
        p->events = more;
    }
    p->events[p->count++] = event;
}

static bool take_event(void *context, const struct json *event, struct err *err)
{
    struct trigger_past *p = context;
    if (p->count == TRIGGER_PAST_MOST)
        return err_set(err, ERR_DATA, "more than %d records: take fewer", TRIGGER_PAST_MOST);
    add_event(p, event);
    return true;
}

static bool take_text(struct trigger_past *p, struct str text, struct err *err)
{
    return trigger_events_each(&p->arena, text, take_event, p, err);
}

static bool take_file(struct trigger_past *p, struct err *err)
{
    struct stat s;
    int fd = open(p->file.at, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &s) != 0) {
        err_errno(err, errno, "%s cannot be read", p->file.at);
    } else if (!S_ISREG(s.st_mode) || s.st_size > FILE_MOST) {
        err_set(err, ERR_DATA, "%s is no plain file of at most %d MB", p->file.at, FILE_MOST >> 20);
    } else {
        char *text = arena_alloc(&p->arena, (size_t)s.st_size + 1);
        size_t len = 0;
        for (ssize_t n = 1; n > 0 && len<(size_t)s.st_size; len += n> 0 ? (size_t)n : 0)
            n = read(fd, text + len, (size_t)s.st_size - len);
        if (!take_text(p, (struct str){text, len}, err))
            err_context(err, "%s", p->file.at);
    }
    if (fd >= 0)
        close(fd);
    return err->code == ERR_NONE;
}

/* ---- from a stream ---- */

struct seeing {
    struct trigger_ring ring;
    struct buf text;
    bool full;
};

static bool see(void *context, const struct follow_record *record)
{
    struct seeing *s = context;
    buf_clear(&s->text);
    json_put(&s->text, record->event);
    s->full = s->full || !trigger_ring_put(&s->ring, buf_str(&s->text), KEPT_MOST);
    return !s->full;
}

static bool follow_all(struct seeing *s, struct str arn, struct client *client, struct err *err)
{
    struct follow *follow = follow_new(client, arn, FOLLOW_TRIM_HORIZON, clock_now_ms(NULL));
    struct follow_round round = {.more = true};
    bool ok = true;
    while (ok && round.more && !s->full)
        ok = !(client->limits.cancel && atomic_load(client->limits.cancel))
                 ? follow_poll(follow, see, s, &round, err)
                 : err_set(err, ERR_CANCELLED, "stopped");
    follow_free(follow);
    return ok &&
           (!s->full || err_set(err, ERR_DATA, "so many records are more than %d MB: take fewer",
                            KEPT_MOST >> 20));
}

static bool take_stream(struct trigger_past *p, struct client *client, struct err *err)
{
    struct seeing s = {.ring.room = p->last < TRIGGER_PAST_MOST ? p->last : TRIGGER_PAST_MOST};
    if (!s.ring.room)
        return true;
    bool ok = follow_all(&s, p->arn, client, err);
    for (size_t i = 0; ok && i < trigger_ring_count(&s.ring); i++)
        ok = take_text(p, arena_dup(&p->arena, trigger_ring_at(&s.ring, i)), err);
    trigger_ring_fini(&s.ring);
    buf_fini(&s.text);
    return ok;
}

bool trigger_past_read(struct trigger_past *p, struct client *client, struct err *err)
{
    if (p->file.len)
        return take_file(p, err);
    return p->lines.len ? take_text(p, p->lines, err) : take_stream(p, client, err);
}

void trigger_past_fini(struct trigger_past *p)
{
    arena_fini(&p->arena);
}

/* ---- batches ---- */

size_t trigger_past_batches(
    const struct trigger_past *p, const struct mapping *mapping, size_t size, struct buf *out)
{
    size_t taken = 0, in_batch = 0, began = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (mapping && !mapping_wants(mapping, p->events[i]))
            continue;
        if (in_batch == size || (in_batch && out->len - began > EVENT_MOST)) {
            buf_add(out, (struct str){"]}\0", 3});
            in_batch = 0;
        }
        if (!in_batch)
            began = out->len;
        buf_add(out, in_batch++ ? STR(",") : STR("{\"Records\":["));
        json_put(out, p->events[i]);
        taken++;
    }
    if (in_batch)
        buf_add(out, (struct str){"]}\0", 3});
    return taken;
}

void trigger_past_words(const struct json *event, struct buf *out)
{
    const struct json *name = json_get(event, STR("eventName"));
    const struct json *keys = json_get(json_get(event, STR("dynamodb")), STR("Keys"));
    buf_printf(out, "%-6.*s  ", STR_ARG(json_is(name, JSON_STRING) ? name->text : STR("?")));
    if (keys)
        json_put(out, keys);
}
