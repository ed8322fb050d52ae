/* SPDX-License-Identifier: MIT */
/*
 * Choosing records. All that a stream still has is read from its beginning (or from the time that
 * was asked for), since its end is not known before; --last keeps as many in a ring.
 *
 *     stream or file ─▶ since? between? ─▶ ring of --last, or at once ─▶ see()
 */
#include "views/cli/trigger_records.h"

#include "backend/follow.h"
#include "backend/triggers/sequence.h"
#include "views/cli/source.h"
#include "views/stream/moment.h"
#include "views/triggers/trigger_events.h"

enum { LAST_MAX = 100000, FILE_MOST = 256 << 20, RING_MOST = 256 << 20 };

struct choosing {
    struct cli *cli;
    trigger_record_see *see;
    void *context;
    int64_t since_ms;         /* 0 = all */
    struct str first, last;   /* sequence numbers; empty = all */
    struct trigger_ring ring; /* no room: not in use */
    bool stopped;
    struct arena arena; /* of one record */
    struct err err;     /* of `see`, within a follower's round */
};

/* ---- options ---- */

bool trigger_records_chosen(const struct cli *cli)
{
    return cli_has(cli, CLI_LAST) || cli_has(cli, CLI_SINCE) || cli_has(cli, CLI_SEQUENCE) ||
           cli_has(cli, CLI_FROM_FILE);
}

/* sequence = FIRST ".." LAST; either may be left out; a number alone is that record */
static bool take_sequence(struct choosing *c, struct err *err)
{
    struct str text = cli_value(c->cli, CLI_SEQUENCE);
    size_t dots = str_find(text, STR(".."));
    if (!cli_has(c->cli, CLI_SEQUENCE))
        return true;
    c->first = dots == SIZE_MAX ? text : str_take(text, dots);
    c->last = dots == SIZE_MAX ? text : str_skip(text, dots + 2);
    bool good = text.len && text.len > (dots == 0 ? 2u : 0u);
    for (size_t i = 0; i < c->first.len + c->last.len; i++) {
        char byte = i < c->first.len ? c->first.at[i] : c->last.at[i - c->first.len];
        good = good && byte >= '0' && byte <= '9';
    }
    return good || err_set(err, ERR_USAGE, "--sequence %s: FIRST..LAST is needed, in digits",
                       c->cli->value[CLI_SEQUENCE]);
}

static bool take_options(struct choosing *c, int64_t last, struct err *err)
{
    struct cli *cli = c->cli;
    int64_t most;
    if (!take_sequence(c, err) || !cli_number(cli, CLI_LAST, 1, last, &most, err))
        return false;
    if (most > LAST_MAX)
        return err_set(err, ERR_USAGE, "--last %s: %d at most", cli->value[CLI_LAST], LAST_MAX);
    c->ring.room = most > 0 ? (size_t)most : 0;
    return !cli_has(cli, CLI_SINCE) ||
           moment_parse(cli_value(cli, CLI_SINCE), clock_now_ms(NULL), &c->since_ms) ||
           err_set(err, ERR_USAGE,
               "--since %s: write a time (2026-01-31T12:00:00Z), epoch seconds, or how long ago "
               "(90s, 15m, 2h)",
               cli->value[CLI_SINCE]);
}

/* ---- one record ---- */

static bool see_text(struct choosing *c, struct str text, struct err *err)
{
    arena_reset(&c->arena);
    const struct json *event = json_parse(&c->arena, text, err);
    if (!event)
        return false;
    struct trigger_record record = {.text = text,
        .event = event,
        .sequence = trigger_event_sequence(event),
        .time_ms = trigger_event_time_ms(event)};
    if (c->see(c->context, &record, err))
        return true;
    c->stopped = err->code == ERR_NONE;
    return false;
}

static bool ring_put(struct choosing *c, struct str text, struct err *err)
{
    return trigger_ring_put(&c->ring, text, RING_MOST) ||
           err_set(err, ERR_DATA, "so many records are more than %d MB: ask for fewer of them",
               RING_MOST >> 20);
}

static bool is_chosen(const struct choosing *c, struct str sequence, int64_t time_ms)
{
    return time_ms >= c->since_ms && (!c->first.len || sequence_compare(sequence, c->first) >= 0) &&
           (!c->last.len || sequence_compare(sequence, c->last) <= 0);
}

static bool take_record(
    struct choosing *c, struct str text, struct str sequence, int64_t time_ms, struct err *err)
{
    if (!is_chosen(c, sequence, time_ms))
        return true;
    return c->ring.room ? ring_put(c, text, err) : see_text(c, text, err);
}

/* What the ring holds, the oldest first. */
static bool see_ring(struct choosing *c, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < trigger_ring_count(&c->ring); i++)
        ok = see_text(c, trigger_ring_at(&c->ring, i), err);
    return ok;
}

/* ---- from a stream ---- */

static bool see_followed(void *context, const struct follow_record *record)
{
    struct choosing *c = context;
    struct buf text = {0};
    if (c->err.code != ERR_NONE || c->stopped || atomic_load(cli_cancel()))
        return false;
    json_put(&text, record->event);
    bool ok = take_record(c, buf_str(&text), record->sequence, record->time_ms, &c->err);
    buf_fini(&text);
    return ok;
}

static bool read_stream(struct choosing *c, struct str arn, struct err *err)
{
    struct follow *follow =
        follow_new(&c->cli->client, arn, c->since_ms ? FOLLOW_TIME : FOLLOW_TRIM_HORIZON,
            c->since_ms ? c->since_ms : clock_now_ms(NULL));
    struct follow_round round = {.more = true};
    bool ok = true;
    while (ok && round.more && !c->stopped) {
        ok = !cli_cancelled(err) && follow_poll(follow, see_followed, c, &round, err);
        if (ok && c->err.code != ERR_NONE) {
            *err = c->err;
            ok = false;
        }
    }
    follow_free(follow);
    return ok;
}

/* ---- from a file ---- */

static bool take_event(void *context, const struct json *event, struct err *err)
{
    struct buf text = {0};
    json_put(&text, event);
    bool ok = take_record(
        context, buf_str(&text), trigger_event_sequence(event), trigger_event_time_ms(event), err);
    buf_fini(&text);
    return ok;
}

static bool read_file(struct choosing *c, struct err *err)
{
    struct buf text = {0}, name = {0};
    const char *file = c->cli->value[CLI_FROM_FILE];
    buf_printf(&name, "%s%s", strcmp(file, "-") == 0 ? "" : "@", file);
    bool ok = cli_source_read(buf_cstr(&name), FILE_MOST, &text, err);
    buf_add_byte(&text, '\n'); /* so that a number at the end ends */
    ok = ok && trigger_events_each(NULL, buf_str(&text), take_event, c, err);
    if (err->code == ERR_DATA)
        err_context(err, "%s", file);
    buf_fini(&text);
    buf_fini(&name);
    return ok && err->code == ERR_NONE;
}

/* ---- both ---- */

static void choosing_fini(struct choosing *c)
{
    trigger_ring_fini(&c->ring);
    arena_fini(&c->arena);
}

bool trigger_records_each(struct cli *cli, struct str arn, int64_t last, trigger_record_see *see,
    void *context, struct err *err)
{
    struct choosing c = {.cli = cli, .see = see, .context = context, .err = ERR_INIT};
    bool ok = take_options(&c, last, err) &&
              (cli_has(cli, CLI_FROM_FILE) ? read_file(&c, err) : read_stream(&c, arn, err)) &&
              see_ring(&c, err);
    ok = ok || c.stopped;
    choosing_fini(&c);
    return ok;
}

void trigger_record_put(const struct trigger_record *record, struct buf *out)
{
    const struct json *name = json_get(record->event, STR("eventName"));
    const struct json *keys = json_get(json_get(record->event, STR("dynamodb")), STR("Keys"));
    if (json_is(name, JSON_STRING)) {
        json_put_name(out, STR("eventName"));
        json_put_string(out, name->text);
    }
    if (keys) {
        json_put_name(out, STR("Keys"));
        json_put(out, keys);
    }
    json_put_name(out, STR("SequenceNumber"));
    json_put_string(out, record->sequence);
}
