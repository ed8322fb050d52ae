/* SPDX-License-Identifier: MIT */
/*
 * dynascope stream: the records of tables' streams, one JSON line each, in the shape in which
 * Lambda hands them to functions. What there is, or with --follow what comes. Streams are read in
 * turns; what they held before is merged by time (merge.h).
 */
#include "backend/follow.h"
#include "backend/triggers/pattern.h"
#include "base/mem.h"
#include "views/cli/source.h"
#include "views/stream/merge.h"
#include "views/stream/moment.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Lambda looks at a shard as often. What waits for older records of other tables is bounded. */
enum { ROUND_MS = 250, LIST_ROUNDS = 8, PATTERN_MAX = 64 * 1024, WAITING_MAX = 4000 };

/* One stream that is read. */
struct stream_of {
    struct streaming *all;
    size_t number;
    struct buf name, arn; /* the table's name, or the ARN that was given for it */
    struct follow *follow;
    uint64_t gaps;
    bool more, ended;
};

struct streaming {
    struct cli *cli;
    const struct json *patterns; /* an object, an array of them, or NULL = all records */
    int64_t left;                /* records that may still be printed; < 0 = no limit */
    enum follow_start start;
    int64_t time_ms;
    bool every, on_and_on; /* --all, --follow */
    struct stream_of **streams;
    size_t count;
    struct merge merge;
    struct buf line;
};

/* A line that waits for its turn. */
struct stream_line {
    struct merge_node order;
    size_t len;
    char at[];
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

static bool take_start(struct streaming *s, const struct cli *cli, struct err *err)
{
    struct str from = cli_value(cli, CLI_FROM);
    s->time_ms = clock_now_ms(NULL);
    s->start = s->on_and_on ? FOLLOW_LATEST : FOLLOW_TRIM_HORIZON;
    if (!cli_has(cli, CLI_FROM))
        return true;
    if (str_equal_nocase(from, STR("LATEST")))
        s->start = FOLLOW_LATEST;
    else if (str_equal_nocase(from, STR("TRIM_HORIZON")))
        s->start = FOLLOW_TRIM_HORIZON;
    else if (moment_parse(from, s->time_ms, &s->time_ms))
        s->start = FOLLOW_TIME;
    else
        return err_set(err, ERR_USAGE,
            "--from %s: write TRIM_HORIZON, LATEST, a time (2026-01-31T12:00:00Z), epoch seconds, "
            "or how long ago (90s, 15m, 2h)",
            cli->value[CLI_FROM]);
    return true;
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

static bool take_record(void *context, const struct follow_record *record)
{
    struct stream_of *of = context;
    struct streaming *s = of->all;
    if (s->cli->out.closed || atomic_load(cli_cancel()))
        return false;
    if (!is_wanted(s->patterns, record->event))
        return true;
    buf_clear(&s->line);
    json_put(&s->line, record->event);
    struct stream_line *line = mem_alloc(sizeof *line + s->line.len + record->sequence.len);
    line->len = s->line.len;
    memcpy(line->at, s->line.at, line->len);
    memcpy(line->at + line->len, record->sequence.at, record->sequence.len);
    line->order = (struct merge_node){
        .time_ms = record->time_ms, .sequence = {line->at + line->len, record->sequence.len}};
    merge_push(&s->merge, of->number, &line->order);
    return true;
}

static void print_lines(struct streaming *s)
{
    for (struct merge_node *node; s->left && (node = merge_next(&s->merge));) {
        const struct stream_line *line = (const struct stream_line *)node;
        cli_out_line(&s->cli->out, (struct str){line->at, line->len});
        s->left -= s->left > 0;
        free(node);
    }
}

static void tell_gap(struct stream_of *of, uint64_t gaps)
{
    if (gaps > of->gaps)
        fprintf(stderr,
            "dynascope: records of %s had left the stream before they were read "
            "(after 24 hours they do)\n",
            buf_cstr(&of->name));
    of->gaps = gaps;
}

/* ---- streams ---- */

static void add_stream(struct streaming *s, struct str name, struct str arn, bool fresh)
{
    struct stream_of *of = mem_new(struct stream_of);
    enum follow_start start = fresh && s->start == FOLLOW_LATEST ? FOLLOW_TRIM_HORIZON : s->start;
    of->all = s;
    of->number = s->count;
    of->more = true;
    buf_add(&of->name, name);
    buf_add(&of->arn, arn);
    of->follow = follow_new(&s->cli->client, buf_str(&of->arn), start, s->time_ms);
    s->streams = mem_grow(s->streams, (s->count + 1) * sizeof *s->streams);
    s->streams[s->count++] = of;
    merge_add(&s->merge);
    s->merge.queues[of->number].behind = !fresh && start != FOLLOW_LATEST;
}

static bool has_stream(const struct streaming *s, struct str arn)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_equal(buf_str(&s->streams[i]->arn), arn))
            return true;
    return false;
}

/* An ARN of a stream is taken as it is, also of a table that is gone. A table without a stream is
 * in nobody's way where there are others. */
static bool add_named(struct streaming *s, const char *arg, struct err *err)
{
    struct str named = str_from(arg), arn = named;
    bool given = str_starts(named, STR("arn:")) && str_find(named, STR("/stream/")) != SIZE_MAX;
    if (given || follow_arn(&s->cli->client, &s->cli->arena, named, &arn, err)) {
        if (!has_stream(s, arn))
            add_stream(s, named, arn, false);
        return true;
    }
    if (s->cli->arg_count == 1 || (err->code != ERR_DATA && err->code != ERR_REFUSED))
        return false;
    fprintf(stderr, "dynascope: %s: %s\n", arg, err->text);
    *err = ERR_INIT;
    return true;
}

/* Tables that have come meanwhile, or have a stream now, or another one. */
static bool add_all(struct streaming *s, bool fresh, struct err *err)
{
    struct arena arena = {0};
    const struct str *names;
    struct client_table table;
    size_t count = 0;
    bool good = client_tables(&s->cli->client, &arena, &names, &count, err);
    for (size_t i = 0; good && i < count; i++) {
        if (!client_describe_keys(&s->cli->client, &arena, names[i], &table, err)) {
            good = err->code == ERR_REFUSED; /* it has gone since */
            *err = good ? ERR_INIT : *err;
        } else if (table.stream_view.len && !has_stream(s, table.stream_arn)) {
            add_stream(s, names[i], table.stream_arn, fresh);
        }
    }
    arena_fini(&arena);
    return good;
}

static bool find_streams(struct streaming *s, struct err *err)
{
    if (s->every)
        return add_all(s, false, err);
    for (int i = 0; i < s->cli->arg_count; i++)
        if (!add_named(s, s->cli->args[i], err))
            return false;
    return s->count || err_set(err, ERR_DATA, "none of these tables has a stream");
}

static void end_stream(struct stream_of *of, const char *why)
{
    of->ended = true;
    of->more = false;
    if (of->all->count > 1 || of->all->every)
        fprintf(stderr, "dynascope: %s: %s\n", buf_cstr(&of->name), why);
}

static bool poll_stream(struct stream_of *of, struct err *err)
{
    struct follow_round round = {0};
    if (of->ended || of->all->merge.queues[of->number].count > WAITING_MAX)
        return true;
    bool ok = follow_poll(of->follow, take_record, of, &round, err);
    tell_gap(of, round.gaps);
    of->more = ok && round.more;
    if (ok && round.ended) {
        end_stream(of, "its stream has ended");
    } else if (!ok && err->code == ERR_REFUSED && of->all->count > 1) {
        end_stream(of, err->text);
        *err = ERR_INIT;
        ok = true;
    }
    of->all->merge.queues[of->number].behind = of->more;
    return ok;
}

static bool poll_all(struct streaming *s, bool *more, bool *ended, struct err *err)
{
    *more = false;
    *ended = !s->every;
    for (size_t i = 0; i < s->count; i++) {
        if (!poll_stream(s->streams[i], err))
            return false;
        *more |= s->streams[i]->more;
        *ended &= s->streams[i]->ended;
        print_lines(s);
    }
    return cli_out_flush(&s->cli->out, err);
}

/* A signal ends the pause at once, and so does a reader that goes: no write may come to tell. */
static void pause_for(struct cli_out *out, int ms)
{
    struct pollfd reader = {.fd = out->fd};
    if (!atomic_load(cli_cancel()) && poll(&reader, 1, ms) > 0 &&
        (reader.revents & (POLLERR | POLLHUP)))
        out->closed = true;
}

static bool run(struct streaming *s, struct err *err)
{
    bool more = true, ended = false;
    for (unsigned rounds = 1; s->left && !ended && !s->cli->out.closed; rounds++) {
        if (cli_cancelled(err))
            return false;
        if (!poll_all(s, &more, &ended, err))
            return s->cli->out.closed;
        if (!more && !s->on_and_on)
            break;
        if (!more && !ended)
            pause_for(&s->cli->out, ROUND_MS);
        if (s->every && rounds % LIST_ROUNDS == 0 && s->on_and_on && !add_all(s, true, err))
            return false;
    }
    return true;
}

static void streaming_fini(struct streaming *s)
{
    for (size_t i = 0; i < s->count; i++) {
        for (struct merge_node *node; (node = merge_take(&s->merge, i));)
            free(node);
        follow_free(s->streams[i]->follow);
        buf_fini(&s->streams[i]->name);
        buf_fini(&s->streams[i]->arn);
        free(s->streams[i]);
    }
    free(s->streams);
    merge_fini(&s->merge);
    buf_fini(&s->line);
}

bool cli_stream_run(struct cli *cli, struct err *err)
{
    struct streaming s = {
        .cli = cli, .every = cli_has(cli, CLI_ALL), .on_and_on = cli_has(cli, CLI_FOLLOW)};
    if (s.every == (cli->arg_count > 0))
        return err_set(err, ERR_USAGE, "%s",
            s.every ? "stream: either names of tables or --all"
                    : "stream: which table? --all for all");
    bool ok = cli_number(cli, CLI_LIMIT, 0, -1, &s.left, err) && take_start(&s, cli, err) &&
              take_patterns(cli, &s.patterns, err) &&
              (cli->backend || cli_open(cli, CLI_READS, err)) && find_streams(&s, err) &&
              run(&s, err);
    streaming_fini(&s);
    return ok;
}
