/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger replay: a function is called again with records of the past, batch after batch,
 * beside its mapping: neither its place in the stream nor its dead letters change.
 */
#include "views/cli/report.h"
#include "views/cli/trigger_call.h"
#include "views/cli/trigger_records.h"
#include "views/triggers/trigger_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { EVENT_MOST = 5 << 20, BATCH_MOST = 10000 };

struct replay {
    struct cli *cli;
    struct trigger trigger;
    struct host *host;
    bool ask;    /* before each record */
    size_t size; /* of a batch */
    struct buf event;
    struct buf first; /* sequence number of the batch */
    size_t count;
    uint64_t records, filtered, skipped, batches, failed;
};

/* ---- a batch ---- */

static void put_result(struct buf *line, struct str payload)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    json_put_name(line, STR("Result"));
    if (!payload.len)
        buf_add(line, STR("null"));
    else if (json_parse(&arena, payload, &ignored))
        json_put(line, json_parse(&arena, payload, &ignored));
    else
        json_put_string(line, payload);
    arena_fini(&arena);
}

static void tell_batch(struct replay *r, const struct invocation *i, size_t good)
{
    struct buf line = {0};
    buf_printf(&line,
        "{\"Records\":%zu,\"Outcome\":\"%s\",\"RequestId\":\"%s\",\"DurationMs\":%.3f", r->count,
        invoker_word(i->outcome), i->request_id, (double)i->duration_us / 1000);
    json_put_name(&line, STR("FirstSequenceNumber"));
    json_put_string(&line, buf_str(&r->first));
    if (i->outcome == INVOKED_OK && good < r->count)
        buf_printf(&line, ",\"Failed\":%zu", r->count - good);
    put_result(&line, buf_str(&i->payload));
    buf_add_byte(&line, '}');
    cli_out_line(&r->cli->out, buf_str(&line));
    buf_fini(&line);
}

static bool send_batch(struct replay *r, struct err *err)
{
    struct invocation i;
    if (!r->count)
        return true;
    buf_add(&r->event, STR("]}"));
    bool ok = trigger_call(r->host, r->trigger.function, buf_str(&r->event), &i, err);
    if (ok) {
        size_t count, good = trigger_events_good(buf_str(&r->event), buf_str(&i.payload),
                          r->trigger.mapping && r->trigger.mapping->report, &count);
        if (i.outcome != INVOKED_OK)
            good = 0;
        r->batches++;
        r->failed += good < r->count;
        tell_batch(r, &i, good);
        ok = cli_out_flush(&r->cli->out, err);
        if (cli_has(r->cli, CLI_LOG))
            trigger_call_print_log(&i);
    }
    invocation_fini(&i);
    r->count = 0;
    buf_clear(&r->event);
    buf_clear(&r->first);
    return ok;
}

static void add_record(struct replay *r, const struct trigger_record *record)
{
    if (!r->count)
        buf_add(&r->first, record->sequence);
    buf_add(&r->event, r->count++ ? STR(",") : STR("{\"Records\":["));
    buf_add(&r->event, record->text);
}

/* ---- a record ---- */

static void tell_record(struct replay *r, const struct trigger_record *record, bool passes)
{
    struct buf line = {0};
    buf_printf(&line, "{\"Passes\":%s", passes ? "true" : "false");
    trigger_record_put(record, &line);
    buf_add_byte(&line, '}');
    cli_out_line(&r->cli->out, buf_str(&line));
    buf_fini(&line);
}

/* 'y', 's' or 'q' */
static char ask_record(struct replay *r, const struct trigger_record *record, struct err *err)
{
    char answer[16] = "";
    cli_out_line(&r->cli->out, record->text);
    if (!cli_out_flush(&r->cli->out, err))
        return 'q';
    cli_report_ask("call %.*s with it? [Y]es, [s]kip, [q]uit ", STR_ARG(r->trigger.function->name));
    if (!fgets(answer, sizeof answer, stdin) || answer[0] == 'q' || answer[0] == 'Q')
        return 'q';
    return answer[0] == 's' || answer[0] == 'n' ? 's' : 'y';
}

static bool see_record(void *context, const struct trigger_record *record, struct err *err)
{
    struct replay *r = context;
    const struct mapping *mapping = r->trigger.mapping;
    bool passes = !mapping || mapping_wants(mapping, record->event);
    r->records++;
    r->filtered += !passes;
    if (cli_has(r->cli, CLI_DRY_RUN)) {
        tell_record(r, record, passes);
        return !cli_cancelled(err) && cli_out_flush(&r->cli->out, err);
    }
    if (!passes)
        return true;
    char answer = r->ask ? ask_record(r, record, err) : 'y';
    if (answer != 'y') {
        r->skipped += answer == 's';
        return answer == 's';
    }
    if (r->event.len + record->text.len > EVENT_MOST && !send_batch(r, err))
        return false;
    add_record(r, record);
    return r->count < r->size || send_batch(r, err);
}

/* ---- the whole ---- */

static bool take_size(struct replay *r, struct err *err)
{
    const struct mapping *mapping = r->trigger.mapping;
    int64_t size;
    if (!cli_number(r->cli, CLI_BATCH_SIZE, 1, mapping ? mapping->batch_size : 100, &size, err))
        return false;
    if (size > BATCH_MOST)
        return err_set(err, ERR_USAGE, "--batch-size %s: %d at most", r->cli->value[CLI_BATCH_SIZE],
            BATCH_MOST);
    r->size = cli_has(r->cli, CLI_STEP) ? 1 : (size_t)size;
    r->ask = cli_has(r->cli, CLI_STEP) && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
    return true;
}

static void tell_end(const struct replay *r)
{
    if (cli_has(r->cli, CLI_DRY_RUN))
        cli_report_note("%" PRIu64 " of %" PRIu64 " records would be delivered",
            r->records - r->filtered, r->records);
    else
        cli_report_note("records: %" PRIu64 ", filtered: %" PRIu64 ", skipped: %" PRIu64
                        "; batches: %" PRIu64 ", failed: %" PRIu64,
            r->records, r->filtered, r->skipped, r->batches, r->failed);
}

static bool replay(struct replay *r, struct trigger_place *place, struct err *err)
{
    struct cli *cli = r->cli;
    if (!trigger_records_chosen(cli))
        return err_set(err, ERR_USAGE,
            "which records? --last COUNT, --since START, --sequence FIRST..LAST or --from-file "
            "FILE");
    if (!trigger_place_open(cli, place, err) ||
        !trigger_find(place, str_from(cli->args[0]), &r->trigger, err) ||
        !trigger_need_function(&r->trigger, err) || !take_size(r, err))
        return false;
    if (!cli_has(cli, CLI_FROM_FILE) && !trigger_need_mapping(&r->trigger, err))
        return false;
    r->host = trigger_call_open(cli, place, err);
    struct str arn = r->trigger.mapping ? r->trigger.mapping->source : STR_NONE;
    if (!r->host || !trigger_records_each(cli, arn, -1, see_record, r, err) || !send_batch(r, err))
        return false;
    tell_end(r);
    cli->exit_code = 1;
    return r->failed == 0;
}

bool cli_trigger_replay(struct cli *cli, struct err *err)
{
    struct replay r = {.cli = cli};
    struct trigger_place place = {0};
    bool ok = replay(&r, &place, err);
    host_free(r.host);
    buf_fini(&r.event);
    buf_fini(&r.first);
    trigger_place_close(&place);
    return ok;
}
