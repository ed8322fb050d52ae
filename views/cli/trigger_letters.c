/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger dead-letters: the documents of what was given up, and their delivery once more.
 */
#include "views/triggers/trigger_letters.h"
#include "backend/triggers/dead_letter.h"
#include "views/cli/report.h"
#include "views/cli/sheet.h"
#include "views/cli/trigger_call.h"
#include "views/triggers/trigger_events.h"
#include "views/triggers/trigger_range.h"

#include <inttypes.h>

enum { FILE_MOST = 512 << 20 };

struct letters {
    struct cli *cli;
    struct trigger trigger;
    struct buf path;
    struct trigger_letters all;
};

/* ---- listing ---- */

static struct str number(struct letters *l, int64_t number)
{
    return number ? arena_printf(&l->cli->arena, "%" PRId64, number) : STR("-");
}

static void print_table(struct letters *l)
{
    static const struct sheet_head heads[] = {{"TIME", false}, {"CONDITION", false},
        {"CALLS", true}, {"RECORDS", true}, {"FIRST SEQUENCE NUMBER", false}, {0}};
    struct sheet sheet;
    sheet_init(&sheet, &l->cli->arena, heads);
    for (size_t i = 0; i < l->all.count; i++) {
        const struct trigger_letter *letter = &l->all.items[i];
        struct str cells[] = {letter->time, letter->condition, number(l, letter->calls),
            number(l, letter->records), letter->first};
        sheet_add(&sheet, cells);
    }
    sheet_print(&sheet, &l->cli->out);
    sheet_fini(&sheet);
}

static bool list(struct letters *l, struct err *err)
{
    if (l->cli->out.terminal && !l->all.count)
        cli_report_note("there are no dead letters");
    else if (l->cli->out.terminal)
        print_table(l);
    for (size_t i = 0; !l->cli->out.terminal && i < l->all.count; i++)
        cli_out_line(&l->cli->out, l->all.items[i].line);
    return cli_out_flush(&l->cli->out, err);
}

/* ---- delivering once more ---- */

/* Whether the function has dealt with all of it. */
static bool is_dealt_with(struct letters *l, const struct invocation *i)
{
    size_t count, good = trigger_events_good(
                      i->event, buf_str(&i->payload), l->trigger.mapping->report, &count);
    return i->outcome == INVOKED_OK && good >= count;
}

static void tell(struct letters *l, const struct trigger_letter *letter, const char *outcome,
    bool dealt_with, const char *request_id)
{
    struct buf line = {0};
    buf_printf(
        &line, "{\"Outcome\":\"%s\",\"DealtWith\":%s", outcome, dealt_with ? "true" : "false");
    if (request_id)
        buf_printf(&line, ",\"RequestId\":\"%s\"", request_id);
    json_put_name(&line, STR("FirstSequenceNumber"));
    json_put_string(&line, letter->first);
    buf_add_byte(&line, '}');
    cli_out_line(&l->cli->out, buf_str(&line));
    buf_fini(&line);
}

/* Documents without their records: those of the service. *there: the stream had them. */
static bool find_records(struct letters *l, const struct trigger_letter *letter, struct buf *event,
    bool *there, struct err *err)
{
    struct trigger_range range = {letter->shard, letter->first, letter->last, letter->records};
    *there = letter->payload.len > 0 ||
             trigger_range_read(&l->cli->client, l->trigger.mapping, &range, event, err);
    if (*there || err->code != ERR_NO_INPUT)
        return *there;
    cli_report_note("%s", err->text);
    tell(l, letter, "gone", false, NULL);
    *err = ERR_INIT;
    return cli_out_flush(&l->cli->out, err);
}

/* *done: it was dealt with. */
static bool redrive_event(struct letters *l, struct host *host, const struct trigger_letter *letter,
    struct str event, bool *done, struct err *err)
{
    struct invocation i;
    bool ok = trigger_call(host, l->trigger.function, event, &i, err);
    if (ok) {
        *done = is_dealt_with(l, &i);
        tell(l, letter, invoker_word(i.outcome), *done, i.request_id);
        ok = cli_out_flush(&l->cli->out, err) &&
             (!*done || trigger_letters_blank(buf_cstr(&l->path), letter->at, letter->line, err));
    }
    invocation_fini(&i);
    return ok;
}

static bool redrive_one(struct letters *l, struct host *host, const struct trigger_letter *letter,
    bool *done, struct err *err)
{
    struct buf event = {0};
    bool there;
    *done = false;
    bool ok = find_records(l, letter, &event, &there, err);
    if (ok && there)
        ok = redrive_event(
            l, host, letter, letter->payload.len ? letter->payload : buf_str(&event), done, err);
    buf_fini(&event);
    return ok;
}

static bool confirm(struct letters *l, size_t count, struct err *err)
{
    struct buf question = {0};
    buf_printf(&question, "Deliver %zu batch%s that had been given up to %.*s again?", count,
        count == 1 ? "" : "es", STR_ARG(l->trigger.function->name));
    bool yes = trigger_confirm(l->cli, buf_cstr(&question), err);
    buf_fini(&question);
    l->cli->exit_code = 1;
    return yes;
}

static bool redrive(struct letters *l, const struct trigger_place *place, struct err *err)
{
    size_t done = 0, total = l->all.count;
    bool ok = trigger_need_function(&l->trigger, err);
    if (ok && !total) {
        cli_report_note("there are no dead letters");
        return true;
    }
    struct host *host = ok && confirm(l, total, err) ? trigger_call_open(l->cli, place, err) : NULL;
    ok = host != NULL;
    for (size_t i = 0; ok && i < total; i++) {
        bool one;
        ok = !cli_cancelled(err) && redrive_one(l, host, &l->all.items[i], &one, err);
        done += ok && one;
    }
    if (host) {
        trigger_letters_tidy(buf_cstr(&l->path));
        cli_report_note("%zu of %zu batches were dealt with", done, total);
    }
    host_free(host);
    return ok && done == total;
}

/* ---- both ---- */

static bool open_letters(
    struct letters *l, struct trigger_place *place, size_t most, struct err *err)
{
    struct buf folder = {0};
    if (!trigger_place_open(l->cli, place, err) ||
        !trigger_find(place, str_from(l->cli->args[0]), &l->trigger, err) ||
        !trigger_need_mapping(&l->trigger, err))
        return false;
    bool ok = registry_mapping_folder(place->registry, l->trigger.mapping->uuid, &folder, err);
    if (ok)
        dead_letter_path(buf_cstr(&folder), l->trigger.mapping, &l->path);
    buf_fini(&folder);
    return ok && trigger_letters_read(&l->cli->arena, buf_cstr(&l->path), l->trigger.mapping,
                     &(struct trigger_letters_limits){most, FILE_MOST}, &l->all, err);
}

static bool run(struct letters *l, struct trigger_place *place, struct err *err)
{
    struct cli *cli = l->cli;
    bool again = cli->arg_count > 1;
    int64_t last;
    if (again && strcmp(cli->args[1], "redrive") != 0)
        return err_set(err, ERR_USAGE, "'%s': the only word here is redrive", cli->args[1]);
    if (!cli_number(cli, CLI_LAST, 1, INT64_MAX, &last, err) ||
        !open_letters(l, place, (size_t)last, err))
        return false;
    return again ? redrive(l, place, err) : list(l, err);
}

bool cli_trigger_dead_letters(struct cli *cli, struct err *err)
{
    struct letters l = {.cli = cli};
    struct trigger_place place = {0};
    bool ok = run(&l, &place, err);
    buf_fini(&l.path);
    trigger_place_close(&place);
    return ok;
}
