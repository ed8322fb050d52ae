/* SPDX-License-Identifier: MIT */
/*
 * dynascope stream: the records of a table's stream, one JSON line each, in the shape in which
 * Lambda hands them to functions. What there is, or with --follow what comes.
 */
#include "backend/follow.h"
#include "backend/triggers/pattern.h"
#include "views/cli/source.h"
#include "views/moment.h"

#include <poll.h>
#include <stdio.h>

/* Lambda looks at a shard as often. */
enum { ROUND_MS = 250, PATTERN_MAX = 64 * 1024 };

struct streaming {
    struct cli *cli;
    const struct json *patterns; /* an object, an array of them, or NULL = all records */
    int64_t left;                /* records that may still be printed; < 0 = no limit */
    uint64_t gaps;
    struct buf line;
};

/* ---- options ---- */

static bool check_patterns(const struct json *json, struct err *err)
{
    if (json->type != JSON_ARRAY)
        return pattern_check(json, err);
    if (!json->first)
        return err_set(err, ERR_USAGE, "[] matches nothing: leave it out for all records");
    for (const struct json *pattern = json->first; pattern; pattern = pattern->next)
        if (!pattern_check(pattern, err))
            return false;
    return true;
}

static bool take_patterns(struct cli *cli, const struct json **out, struct err *err)
{
    struct buf text = {0};
    *out = NULL;
    if (!cli_has(cli, CLI_PATTERN))
        return true;
    bool good = cli_source_read(cli->value[CLI_PATTERN], PATTERN_MAX, &text, err);
    struct str kept = arena_dup(&cli->arena, buf_str(&text));
    buf_fini(&text);
    if (!good)
        return false;
    cli_point_at(cli, "pattern", kept);
    *out = json_parse(&cli->arena, kept, err);
    if (*out && check_patterns(*out, err))
        return true;
    err->code = ERR_USAGE;
    return err_context(err, "--pattern");
}

static bool take_start(
    const struct cli *cli, enum follow_start *start, int64_t *time_ms, struct err *err)
{
    struct str from = cli_value(cli, CLI_FROM);
    *time_ms = clock_now_ms(NULL);
    *start = cli_has(cli, CLI_FOLLOW) ? FOLLOW_LATEST : FOLLOW_TRIM_HORIZON;
    if (!cli_has(cli, CLI_FROM))
        return true;
    if (str_equal_nocase(from, STR("LATEST")))
        *start = FOLLOW_LATEST;
    else if (str_equal_nocase(from, STR("TRIM_HORIZON")))
        *start = FOLLOW_TRIM_HORIZON;
    else if (moment_parse(from, *time_ms, time_ms))
        *start = FOLLOW_TIME;
    else
        return err_set(err, ERR_USAGE,
            "--from %s: write TRIM_HORIZON, LATEST, a time (2026-01-31T12:00:00Z), epoch seconds, "
            "or how long ago (90s, 15m, 2h)",
            cli->value[CLI_FROM]);
    return true;
}

/* An ARN of a stream is taken as it is, also of a table that is gone. */
static bool find_stream(struct cli *cli, struct str *arn, struct err *err)
{
    struct str named = str_from(cli->args[0]);
    *arn = named;
    return (str_starts(named, STR("arn:")) && str_find(named, STR("/stream/")) != SIZE_MAX) ||
           follow_arn(&cli->client, &cli->arena, named, arn, err);
}

/* ---- records ---- */

static bool is_wanted(const struct json *patterns, const struct json *event)
{
    if (!patterns || patterns->type != JSON_ARRAY)
        return !patterns || pattern_matches(patterns, event);
    for (const struct json *pattern = patterns->first; pattern; pattern = pattern->next)
        if (pattern_matches(pattern, event))
            return true;
    return false;
}

static bool print_record(void *context, const struct follow_record *record)
{
    struct streaming *s = context;
    if (!s->left || s->cli->out.closed || atomic_load(cli_cancel()))
        return false;
    if (!is_wanted(s->patterns, record->event))
        return true;
    buf_clear(&s->line);
    json_put(&s->line, record->event);
    cli_out_line(&s->cli->out, buf_str(&s->line));
    s->left -= s->left > 0;
    return true;
}

static void tell_gap(struct streaming *s, uint64_t gaps)
{
    if (gaps > s->gaps)
        fprintf(stderr, "dynascope: records had left the stream before they were read "
                        "(after 24 hours they do)\n");
    s->gaps = gaps;
}

/* A signal ends the pause at once, and so does a reader that goes: no write may come to tell. */
static void pause_for(struct cli_out *out, int ms)
{
    struct pollfd reader = {.fd = out->fd};
    if (!atomic_load(cli_cancel()) && poll(&reader, 1, ms) > 0 &&
        (reader.revents & (POLLERR | POLLHUP)))
        out->closed = true;
}

static bool run(struct streaming *s, struct follow *follow, bool on_and_on, struct err *err)
{
    struct follow_round round = {.more = true};
    while (s->left && !round.ended && !s->cli->out.closed && (round.more || on_and_on)) {
        if (cli_cancelled(err))
            return false;
        if (!follow_poll(follow, print_record, s, &round, err) || !cli_out_flush(&s->cli->out, err))
            return s->cli->out.closed;
        tell_gap(s, round.gaps);
        if (!round.more && on_and_on && !round.ended)
            pause_for(&s->cli->out, ROUND_MS);
    }
    return true;
}

bool cli_stream_run(struct cli *cli, struct err *err)
{
    struct streaming s = {.cli = cli};
    enum follow_start start;
    int64_t time_ms;
    struct str arn;
    if (!cli_number(cli, CLI_LIMIT, 0, -1, &s.left, err) ||
        !take_start(cli, &start, &time_ms, err) || !take_patterns(cli, &s.patterns, err) ||
        !cli_open(cli, CLI_READS, err) || !find_stream(cli, &arn, err))
        return false;
    struct follow *follow = follow_new(&cli->client, arn, start, time_ms);
    bool ok = run(&s, follow, cli_has(cli, CLI_FOLLOW), err);
    follow_free(follow);
    buf_fini(&s.line);
    return ok;
}
