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
#include "base/mem.h"
#include "views/cli/source.h"
#include "views/moment.h"

#include <stdio.h>
#include <stdlib.h>

enum { LAST_MAX = 100000, FILE_MOST = 256 << 20, RING_MOST = 256 << 20 };

struct kept {
    char *text;
    size_t len;
};

struct choosing {
    struct cli *cli;
    trigger_record_see *see;
    void *context;
    int64_t since_ms;       /* 0 = all */
    struct str first, last; /* sequence numbers; empty = all */
    struct kept *ring;
    int64_t most; /* of the ring; < 0 = no ring */
    uint64_t seen;
    size_t bytes;
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
    if (!take_sequence(c, err) || !cli_number(cli, CLI_LAST, 1, last, &c->most, err))
        return false;
    if (c->most > LAST_MAX)
        return err_set(err, ERR_USAGE, "--last %s: %d at most", cli->value[CLI_LAST], LAST_MAX);
    if (c->most > 0)
        c->ring = mem_zero((size_t)c->most, sizeof *c->ring);
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
    const struct json *body = json_get(event, STR("dynamodb"));
    const struct json *sequence = json_get(body, STR("SequenceNumber"));
    const struct json *time = json_get(body, STR("ApproximateCreationDateTime"));
    struct trigger_record record = {.text = text,
        .event = event,
        .sequence = json_is(sequence, JSON_STRING) ? sequence->text : STR_NONE};
    if (json_is(time, JSON_NUMBER))
        record.time_ms = (int64_t)(strtod(arena_dup(&c->arena, time->text).at, NULL) * 1000);
    if (c->see(c->context, &record, err))
        return true;
    c->stopped = err->code == ERR_NONE;
    return false;
}

static bool ring_put(struct choosing *c, struct str text, struct err *err)
{
    struct kept *slot = &c->ring[c->seen++ % (uint64_t)c->most];
    c->bytes += text.len;
    c->bytes -= slot->len;
    free(slot->text);
    *slot = (struct kept){mem_dup(text.at, text.len), text.len};
    return c->bytes <= RING_MOST ||
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
    return c->most > 0 ? ring_put(c, text, err) : see_text(c, text, err);
}

/* What the ring holds, the oldest first. */
static bool see_ring(struct choosing *c, struct err *err)
{
    uint64_t size = c->most > 0 ? (uint64_t)c->most : 0;
    uint64_t from = c->seen > size ? c->seen - size : 0;
    bool ok = true;
    for (uint64_t i = from; ok && size && i < c->seen; i++) {
        const struct kept *slot = &c->ring[i % size];
        ok = see_text(c, (struct str){slot->text, slot->len}, err);
    }
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

/* file = { record | "{" "Records" ":" "[" record … "]" "}" | "[" record … "]" } */
static bool take_json(struct choosing *c, const struct json *json, struct err *err)
{
    const struct json *records = json_get(json, STR("Records"));
    const struct json *list = json_is(records, JSON_ARRAY) ? records : json;
    bool ok = true;
    if (list->type == JSON_ARRAY) {
        for (const struct json *one = list->first; ok && one; one = one->next)
            ok = take_json(c, one, err);
        return ok;
    }
    const struct json *body = json_get(json, STR("dynamodb"));
    const struct json *sequence = json_get(body, STR("SequenceNumber"));
    const struct json *time = json_get(body, STR("ApproximateCreationDateTime"));
    if (!json_is(body, JSON_OBJECT))
        return err_set(err, ERR_DATA,
            "there is something that is no stream record: it has no "
            "'dynamodb'");
    struct buf text = {0};
    json_put(&text, json);
    double seconds = json_is(time, JSON_NUMBER) ? strtod(time->text.at, NULL) : 0;
    ok = take_record(c, buf_str(&text), json_is(sequence, JSON_STRING) ? sequence->text : STR_NONE,
        (int64_t)(seconds * 1000), err);
    buf_fini(&text);
    return ok;
}

static bool read_file(struct choosing *c, struct err *err)
{
    struct buf text = {0}, name = {0};
    struct arena arena = {0};
    const char *file = c->cli->value[CLI_FROM_FILE];
    buf_printf(&name, "%s%s", strcmp(file, "-") == 0 ? "" : "@", file);
    bool ok = cli_source_read(buf_cstr(&name), FILE_MOST, &text, err);
    buf_add_byte(&text, '\n'); /* so that a number at the end ends */
    struct str rest = buf_str(&text);
    while (ok) {
        arena_reset(&arena);
        const struct json *json = json_parse_next(&arena, &rest, err);
        if (!json)
            break;
        ok = take_json(c, json, err);
    }
    if (err->code == ERR_DATA)
        err_context(err, "%s", file);
    arena_fini(&arena);
    buf_fini(&text);
    buf_fini(&name);
    return ok && err->code == ERR_NONE;
}

/* ---- both ---- */

static void choosing_fini(struct choosing *c)
{
    for (int64_t i = 0; c->ring && i < c->most; i++)
        free(c->ring[i].text);
    free(c->ring);
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
