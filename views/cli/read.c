/* SPDX-License-Identifier: MIT */
/*
 * What scan, query and export share: options into a request, pages into lines. Holds one page at a
 * time, and of an endpoint the next one, which comes while this one is printed.
 */
#include "views/cli/read.h"
#include "backend/ahead.h"
#include "backend/json_out.h"
#include "backend/segments.h"
#include "views/cli/read_segments.h"
#include "views/cli/report.h"
#include "views/cli/source.h"

static bool take_select(struct cli *cli, struct client_read *read, struct err *err)
{
    read->count_only = cli_has(cli, CLI_COUNT);
    if (!cli_has(cli, CLI_SELECT))
        return true;
    read->count_only = str_equal_nocase(cli_value(cli, CLI_SELECT), STR("COUNT"));
    return read->count_only || err_set(err, ERR_USAGE,
                                   "--select %s: only COUNT is offered; --projection-expression "
                                   "picks attributes",
                                   cli->value[CLI_SELECT]);
}

static bool take_segments(struct cli *cli, struct client_read *read, struct err *err)
{
    return cli_number(cli, CLI_SEGMENT, 0, 0, &read->segment, err) &&
           cli_number(cli, CLI_SEGMENTS, 1, 0, &read->segments, err) &&
           (!cli_has(cli, CLI_SEGMENT) || cli_has(cli, CLI_SEGMENTS) ||
               err_set(err, ERR_USAGE, "--segment needs --total-segments: of how many is it?"));
}

/* All segments at the same time, unless one of them is named. */
static bool take_spread(
    const struct cli *cli, struct client_read *read, struct read_spread *spread, struct err *err)
{
    spread->segments = 1;
    if (!cli_number(cli, CLI_RATE, 1, 0, &spread->rate, err) ||
        !cli_number(cli, CLI_LIMIT, 1, -1, &spread->limit, err))
        return false;
    if (!cli_has(cli, CLI_SEGMENTS) || cli_has(cli, CLI_SEGMENT))
        return true;
    if (read->start.type != VALUE_NONE)
        return err_set(
            err, ERR_USAGE, "a key to begin behind belongs to one segment: name it with --segment");
    if (read->segments > SEGMENTS_MAX)
        return err_set(err, ERR_USAGE,
            "1 to %d segments are read at the same time, not %lld; --segment reads one of any "
            "number",
            SEGMENTS_MAX, (long long)read->segments);
    spread->segments = (unsigned)read->segments;
    read->segments = 0;
    return true;
}

bool cli_read_options(struct cli *cli, struct client_read *read, struct err *err)
{
    *read = (struct client_read){.table = str_from(cli->args[0]),
        .index = cli_value(cli, CLI_INDEX),
        .key_condition = cli_value(cli, CLI_KEY_CONDITION),
        .filter = cli_value(cli, CLI_FILTER),
        .projection = cli_value(cli, CLI_PROJECTION),
        .backward = cli_has(cli, CLI_BACKWARD) || cli_has(cli, CLI_NO_FORWARD),
        .consistent = cli_has(cli, CLI_CONSISTENT)};
    cli_point_at(cli, "KeyConditionExpression", read->key_condition);
    cli_point_at(cli, "FilterExpression", read->filter);
    cli_point_at(cli, "ProjectionExpression", read->projection);
    return cli_number(cli, CLI_PAGE_SIZE, 1, 0, &read->limit, err) && take_select(cli, read, err) &&
           take_segments(cli, read, err) && cli_source_names(cli, &read->names, err) &&
           cli_source_values(cli, &read->values, err) &&
           cli_source_item(cli, CLI_START_KEY, &read->start, err);
}

void cli_read_note(const struct cli *cli, const struct client_read *read)
{
    struct buf json = {0}, words = {0};
    if (!cli_command_takes(cli->command, CLI_START_KEY))
        return;
    if (read->segments)
        buf_printf(&words, " --total-segments %lld --segment %lld", (long long)read->segments,
            (long long)read->segment);
    if (read->start.type == VALUE_M) {
        json_out_line(&json, read->start, false);
        struct str text = str_trim(buf_str(&json));
        buf_add(&words, STR(" --exclusive-start-key '"));
        for (size_t i = 0; i < text.len; i++)
            buf_add(&words, text.at[i] == '\'' ? STR("'\\''") : (struct str){text.at + i, 1});
        buf_add_byte(&words, '\'');
    }
    waiting_wipe(cli->waiting);
    if (words.len)
        cli_report_note("dynascope: to go on:%.*s", STR_ARG(buf_str(&words)));
    buf_fini(&json);
    buf_fini(&words);
}

struct printing {
    struct cli *cli;
    struct cli_out *out;
    int64_t left; /* items that may still be printed; < 0 = no limit */
    int64_t count;
    struct buf lines;
    bool typed;
};

struct str cli_read_first(struct str lines, int64_t count)
{
    size_t len = 0;
    for (; count > 0 && len < lines.len; count--)
        len += str_find_byte(str_skip(lines, len), '\n') + 1;
    return str_take(lines, len);
}

/* What a page has, in lines or as a number; no more than is still wanted. */
static void take_page(struct printing *p, const struct client_page *page)
{
    int64_t items = page->count;
    struct str lines = buf_str(&p->lines);
    if (p->left >= 0 && items > p->left) {
        items = p->left;
        lines = cli_read_first(lines, items);
    }
    p->count += items;
    p->left -= p->left < 0 ? 0 : items;
    cli_out_block(p->out, lines);
    buf_clear(&p->lines);
}

/* The service looks at no more items than are still wanted, where each of them will be printed. */
static int64_t page_limit(const struct printing *p, const struct client_read *read, int64_t asked)
{
    if (p->left < 0 || read->filter.len || (asked && asked < p->left))
        return asked;
    return p->left;
}

static bool read_page(struct printing *p, struct client_read *read, struct arena *arena,
    struct buf *start, struct err *err)
{
    struct client_page page;
    if (!client_read_lines(&p->cli->client, arena, read, p->typed, &p->lines, &page, err))
        return false;
    take_page(p, &page);
    /* the page's memory is about to go: the key stays */
    buf_clear(start);
    buf_add(start, page.last.encoded);
    read->start = value_of(buf_str(start));
    return read->count_only || cli_out_flush(p->out, err);
}

/* To the end, pages fetched while others are printed. */
static bool print_ahead(struct printing *p, struct client_read *read, struct err *err)
{
    struct arena arena = {0};
    struct client_page page;
    struct buf last = {0};
    struct ahead *ahead = ahead_open(&p->cli->client, read);
    bool ok = true;
    while (ok && ahead_next_lines(ahead, &arena, p->typed, &p->lines, &page, err)) {
        take_page(p, &page);
        buf_clear(&last);
        buf_add(&last, page.last.encoded);
        arena_reset(&arena);
        ok = !cli_cancelled(err) && (read->count_only || cli_out_flush(p->out, err));
    }
    ahead_close(ahead);
    if (err->code == ERR_BUDGET && last.len) {
        read->start = value_of(buf_str(&last));
        cli_read_note(p->cli, read);
    }
    buf_fini(&last);
    arena_fini(&arena);
    return ok && err->code == ERR_NONE;
}

/* Page by page. */
static bool print_all(struct printing *p, struct client_read *read, struct err *err)
{
    struct arena arena = {0};
    struct buf start = {0};
    int64_t asked = read->limit;
    bool ok = true;
    while (ok) {
        arena_reset(&arena);
        read->limit = page_limit(p, read, asked);
        ok = !cli_cancelled(err) && read_page(p, read, &arena, &start, err);
        if (!ok && err->code == ERR_BUDGET && read->start.type == VALUE_M)
            cli_read_note(p->cli, read);
        if (!ok || read->start.type == VALUE_NONE || p->left == 0)
            break;
    }
    buf_fini(&start);
    arena_fini(&arena);
    return ok;
}

bool cli_read_print(struct cli *cli, struct client_read *read, struct cli_out *out, struct err *err)
{
    struct printing p = {.cli = cli, .out = out, .typed = cli_has(cli, CLI_TYPED)};
    struct read_spread spread;
    bool ok = take_spread(cli, read, &spread, err);
    p.left = spread.limit;
    /* who wants so many only is not to pay for a page more */
    if (ok && (spread.segments > 1 || spread.rate))
        ok = read_segments_print(cli, read, &spread, out, &p.count, err);
    else if (ok && p.left < 0 && backend_is_remote(cli->backend))
        ok = print_ahead(&p, read, err);
    else if (ok)
        ok = print_all(&p, read, err);
    if (ok && read->count_only) {
        buf_printf(&p.lines, "%lld", (long long)p.count);
        cli_out_line(out, buf_str(&p.lines));
    }
    buf_fini(&p.lines);
    return ok;
}
