/* SPDX-License-Identifier: MIT */
/* dynascope trigger runs: how a function's invocations went, the newest last. */
#include "views/cli/trigger.h"

#include "backend/triggers/runs.h"
#include "views/cli/sheet.h"

#include <inttypes.h>

enum { RUNS_DEFAULT = 100, RUNS_MAX = 100000 };

static void put_text(struct buf *out, const char *name, struct str text)
{
    if (!text.len)
        return;
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_milliseconds(struct buf *out, const char *name, int64_t us)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "%" PRId64 ".%03d", us / 1000, (int)(us % 1000));
}

static void put_number(struct buf *out, const char *name, int64_t number)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "%" PRId64, number);
}

static void put_run(const struct run *run, struct buf *out)
{
    struct buf time = {0};
    trigger_put_time(&time, run->time_ms);
    buf_add_byte(out, '{');
    put_text(out, "Time", buf_str(&time));
    put_text(out, "RequestId", run->request_id);
    put_text(out, "Outcome", run->outcome);
    put_milliseconds(out, "DurationMs", run->duration_us);
    if (run->init_us)
        put_milliseconds(out, "InitMs", run->init_us);
    put_number(out, "MemoryKb", run->memory_kb);
    put_number(out, "Attempt", run->attempt);
    put_number(out, "Records", run->records);
    put_text(out, "UUID", run->mapping);
    put_text(out, "ShardId", run->shard);
    put_text(out, "FirstSequenceNumber", run->first);
    put_text(out, "LastSequenceNumber", run->last);
    put_text(out, "LogStream", run->log_stream);
    put_text(out, "Event", run->event);
    put_text(out, "Result", run->result);
    buf_add_byte(out, '}');
    buf_fini(&time);
}

static void print_lines(struct cli *cli, const struct run *runs, size_t count)
{
    struct buf line = {0};
    for (size_t i = count; i-- > 0;) {
        buf_clear(&line);
        put_run(&runs[i], &line);
        cli_out_line(&cli->out, buf_str(&line));
    }
    buf_fini(&line);
}

static void print_table(struct cli *cli, const struct run *runs, size_t count)
{
    static const struct sheet_head heads[] = {{"TIME", false}, {"OUTCOME", false},
        {"ATTEMPT", true}, {"RECORDS", true}, {"DURATION", true}, {"REQUEST", false}, {0}};
    struct sheet sheet;
    struct arena *arena = &cli->arena;
    sheet_init(&sheet, arena, heads);
    for (size_t i = count; i-- > 0;) {
        struct buf time = {0};
        trigger_put_time(&time, runs[i].time_ms);
        struct str cells[] = {arena_dup(arena, buf_str(&time)), runs[i].outcome,
            arena_printf(arena, "%u", runs[i].attempt), arena_printf(arena, "%u", runs[i].records),
            arena_printf(arena, "%.2f ms", (double)runs[i].duration_us / 1000), runs[i].request_id};
        sheet_add(&sheet, cells);
        buf_fini(&time);
    }
    if (count)
        sheet_print(&sheet, &cli->out);
    sheet_fini(&sheet);
}

static bool print(struct cli *cli, const struct trigger_place *place, int64_t most, struct err *err)
{
    struct trigger t;
    struct buf folder = {0};
    struct run *runs = NULL;
    size_t count = 0;
    if (!trigger_find(place, str_from(cli->args[0]), &t, err))
        return false;
    bool ok = trigger_need_function(&t, err) &&
              registry_function_folder(place->registry, t.function->name, &folder, err) &&
              runs_read(buf_cstr(&folder), &cli->arena, (size_t)most, &runs, &count, err);
    if (ok && cli->out.terminal)
        print_table(cli, runs, count);
    else if (ok)
        print_lines(cli, runs, count);
    buf_fini(&folder);
    return ok && cli_out_flush(&cli->out, err);
}

bool cli_trigger_runs(struct cli *cli, struct err *err)
{
    struct trigger_place place = {0};
    int64_t most;
    if (!cli_number(cli, CLI_LAST, 1, RUNS_DEFAULT, &most, err))
        return false;
    most = most > RUNS_MAX ? RUNS_MAX : most;
    bool ok = trigger_place_open(cli, &place, err) && print(cli, &place, most, err);
    trigger_place_close(&place);
    return ok;
}
