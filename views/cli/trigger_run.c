/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger run: the triggers of a connection without a screen. The runners say how they
 * fare in their status files; this prints what has changed, and for --until-idle finds out when all
 * that is in the streams is dealt with.
 *
 *     look ─▶ changed? a line ─▶ at rest? ─▶ nothing behind the kept places, twice, and no call
 *       ▲                           │ no        │ no          meanwhile? yes: --until-idle ends
 *       └───────────────────────────┴───────────┘
 */
#include "backend/triggers/status.h"
#include "base/mem.h"
#include "views/cli/host.h"
#include "views/cli/report.h"
#include "views/cli/trigger.h"
#include "views/cli/trigger_idle.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOK_MS = 50, HOPELESS_MS = 10 * 1000 };

/* What was seen of a mapping last. */
struct watched {
    char uuid[40];
    enum status_state state;
    struct buf note;
    uint64_t given_up_before;
    bool known;
};

struct running {
    struct cli *cli;
    struct trigger_place place;
    struct host *host;
    const char *only; /* a UUID or a function's name */
    struct watched **watched;
    size_t count;
    uint64_t version;
    int64_t blocked_ms; /* since when one is blocked; 0 = none is */
    bool failed;        /* records were given up, or something cannot run */
    struct arena arena;
};

/* ---- which ones ---- */

static bool is_asked_for(const struct running *r, const struct mapping *m)
{
    return !r->only || str_equal(m->uuid, str_from(r->only)) ||
           str_equal(m->function, str_from(r->only));
}

static struct watched *watched_of(struct running *r, struct str uuid)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_equal(str_from(r->watched[i]->uuid), uuid))
            return r->watched[i];
    struct watched *w = mem_new(struct watched);
    memcpy(w->uuid, uuid.at, uuid.len < sizeof w->uuid ? uuid.len : sizeof w->uuid - 1);
    r->watched = mem_grow(r->watched, (r->count + 1) * sizeof(struct watched *));
    r->watched[r->count++] = w;
    return w;
}

static bool read_again(struct running *r, struct err *err)
{
    uint64_t version = registry_version(r->place.registry);
    if (version == r->version)
        return true;
    r->version = version;
    return trigger_place_read(r->cli, &r->place, err);
}

/* ---- lines ---- */

static void tell(struct running *r, const struct trigger *t, const struct status *s)
{
    struct buf line = {0}, time = {0};
    if (cli_has(r->cli, CLI_QUIET))
        return;
    trigger_put_time(&time, clock_now_ms(NULL));
    struct str name = trigger_name(&r->place, t);
    if (r->cli->out.terminal) {
        buf_printf(
            &line, "%.*s  %.*s  %s", STR_ARG(buf_str(&time)), STR_ARG(name), status_word(s->state));
        if (s->note.len)
            buf_printf(&line, ": %.*s", STR_ARG(s->note));
    } else {
        buf_printf(&line, "{\"Time\":\"%.*s\",\"Name\":\"%.*s\",\"State\":\"%s\"",
            STR_ARG(buf_str(&time)), STR_ARG(name), status_word(s->state));
        buf_printf(&line, ",\"Succeeded\":%" PRIu64 ",\"Pending\":%" PRIu64, s->ledger.succeeded,
            s->ledger.pending);
        if (s->note.len) {
            json_put_name(&line, STR("Note"));
            json_put_string(&line, s->note);
        }
        buf_add_byte(&line, '}');
    }
    cli_out_line(&r->cli->out, buf_str(&line));
    buf_fini(&line);
    buf_fini(&time);
}

/* ---- one look ---- */

struct look {
    bool settled;  /* nothing is left to do, as far as the runners say */
    bool hopeless; /* one of them is blocked, and has been for long */
};

static bool is_at_rest(const struct status *s)
{
    return s->state == STATUS_IDLE || s->state == STATUS_ENDED || s->state == STATUS_DISABLED ||
           s->state == STATUS_UNTRUSTED;
}

/* Whether it is to be waited for. */
static bool counts(const struct trigger *t)
{
    return t->mapping->enabled && t->function && !t->function->untrusted;
}

static void weigh(const struct trigger *t, const struct status *s, bool found, struct look *look)
{
    if (!counts(t))
        return;
    look->settled = look->settled && found && is_at_rest(s) && !s->ledger.pending;
    look->hopeless = look->hopeless || (found && s->state == STATUS_BLOCKED);
}

static void see(struct running *r, const struct trigger *t, const struct status *s, bool found)
{
    struct watched *w = watched_of(r, t->mapping->uuid);
    uint64_t given_up = s->ledger.dropped + s->ledger.expired;
    bool changed = !w->known || s->state != w->state || !str_equal(s->note, buf_str(&w->note));
    if (!w->known)
        w->given_up_before = given_up;
    if (found && changed && (w->known || s->state != STATUS_STOPPED)) {
        tell(r, t, s);
        w->known = true;
        w->state = s->state;
        buf_clear(&w->note);
        buf_add(&w->note, s->note);
    }
    r->failed = r->failed || given_up > w->given_up_before || !t->function ||
                (t->mapping->enabled && t->function->untrusted) || s->state == STATUS_BLOCKED;
}

static bool look_at_all(struct running *r, struct look *look, struct err *err)
{
    *look = (struct look){.settled = true};
    arena_reset(&r->arena);
    if (!read_again(r, err))
        return false;
    for (size_t i = 0; i < r->place.mappings.count; i++) {
        struct trigger t = {.mapping = &r->place.mappings.items[i]};
        struct status status = {.state = STATUS_STOPPED};
        struct buf folder = {0};
        bool found = false;
        if (!is_asked_for(r, t.mapping))
            continue;
        t.function = trigger_function(&r->place, t.mapping->function);
        bool ok = registry_mapping_folder(r->place.registry, t.mapping->uuid, &folder, err) &&
                  status_read(buf_cstr(&folder), &r->arena, &status, &found, err);
        buf_fini(&folder);
        if (!ok)
            return false;
        see(r, &t, &status, found);
        weigh(&t, &status, found, look);
    }
    return cli_out_flush(&r->cli->out, err);
}

/* ---- until the end ---- */

static void pause_for(struct cli_out *out)
{
    struct pollfd reader = {.fd = out->fd};
    if (!atomic_load(cli_cancel()) && poll(&reader, 1, LOOK_MS) > 0 &&
        (reader.revents & (POLLERR | POLLHUP)))
        out->closed = true;
}

/* Whether no stream has anything behind the place that its mapping keeps. What cannot be read now
 * is not idle. */
static bool is_idle(struct running *r, uint64_t *calls)
{
    bool idle = true;
    *calls = 0;
    for (size_t i = 0; idle && i < r->place.mappings.count; i++) {
        struct trigger t = {.mapping = &r->place.mappings.items[i]};
        struct err ignored = ERR_INIT;
        t.function = trigger_function(&r->place, t.mapping->function);
        if (is_asked_for(r, t.mapping) && counts(&t))
            idle = trigger_idle_mapping(
                       &r->cli->client, r->place.registry, t.mapping, &idle, calls, &ignored) &&
                   idle;
    }
    return idle;
}

/* What a function writes may be for another one: so twice, with no call meanwhile. */
static bool is_done(struct running *r, const struct look *look)
{
    uint64_t before, after;
    return cli_has(r->cli, CLI_UNTIL_IDLE) && look->settled && is_idle(r, &before) &&
           is_idle(r, &after) && before == after;
}

/* A blocked trigger may come to itself again: the disk, the endpoint. */
static bool is_hopeless(struct running *r, const struct look *look)
{
    int64_t now_ms = clock_now_ms(NULL);
    if (!look->hopeless)
        r->blocked_ms = 0;
    else if (!r->blocked_ms)
        r->blocked_ms = now_ms;
    return cli_has(r->cli, CLI_UNTIL_IDLE) && r->blocked_ms && now_ms - r->blocked_ms > HOPELESS_MS;
}

static bool run(struct running *r, struct err *err)
{
    struct look look;
    do {
        if (atomic_load(cli_cancel()))
            return true;
        if (!look_at_all(r, &look, err))
            return r->cli->out.closed;
        if (is_done(r, &look) || is_hopeless(r, &look))
            return true;
        pause_for(&r->cli->out);
    } while (!r->cli->out.closed);
    return true;
}

static bool find_only(struct running *r, struct err *err)
{
    struct trigger t;
    if (!r->cli->arg_count)
        return true;
    if (!trigger_find(&r->place, str_from(r->cli->args[0]), &t, err) ||
        !trigger_need_mapping(&t, err))
        return false;
    r->only = arena_dup(&r->cli->arena, t.mapping->uuid).at;
    return true;
}

static void tell_start(const struct running *r)
{
    for (size_t i = 0; i < r->place.mappings.count; i++) {
        const struct mapping *m = &r->place.mappings.items[i];
        const struct function *f = trigger_function(&r->place, m->function);
        if (is_asked_for(r, m) && m->enabled && f && f->untrusted)
            cli_report_note("dynascope: '%.*s' came with the store and does not run before you "
                            "agree: dynascope trigger trust %.*s",
                STR_ARG(f->name), STR_ARG(f->name));
    }
    if (!r->place.mappings.count && !cli_has(r->cli, CLI_QUIET))
        cli_report_note("there are no triggers yet: 'dynascope trigger add' makes one");
}

static bool start(struct running *r, struct err *err)
{
    struct buf why = {0};
    if (!trigger_place_open(r->cli, &r->place, err) || !find_only(r, err))
        return false;
    struct host_options options = {.region = trigger_region(r->cli), .run = true, .only = r->only};
    r->version = registry_version(r->place.registry);
    r->host = host_new(r->cli->backend, &options, err);
    if (!r->host)
        return false;
    if (!host_runs(r->host, &why)) {
        err_set(err, ERR_USAGE, "triggers do not run: %s", buf_cstr(&why));
        buf_fini(&why);
        return false;
    }
    tell_start(r);
    return host_start(r->host, err) != NULL;
}

static void running_fini(struct running *r)
{
    host_free(r->host);
    trigger_place_close(&r->place);
    for (size_t i = 0; i < r->count; i++) {
        buf_fini(&r->watched[i]->note);
        free(r->watched[i]);
    }
    free(r->watched);
    arena_fini(&r->arena);
}

bool cli_trigger_run_all(struct cli *cli, struct err *err)
{
    struct running r = {.cli = cli};
    bool ok = start(&r, err) && run(&r, err);
    running_fini(&r);
    if (ok && atomic_load(cli_cancel()) && cli_has(cli, CLI_UNTIL_IDLE))
        return !cli_cancelled(err);
    cli->exit_code = 1;
    return ok && !r.failed;
}
