/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger list, show: what the registry and the runners' status files say. A row is a
 * mapping with its function, or a function without one.
 */
#include "views/cli/trigger.h"

#include "backend/triggers/status.h"
#include "base/utf8.h"
#include "views/cli/report.h"
#include "views/cli/sheet.h"

#include <inttypes.h>

/* ---- the status of a mapping ---- */

static bool read_status(struct cli *cli, const struct trigger_place *place,
    const struct mapping *mapping, struct status *out, bool *found, struct err *err)
{
    struct buf folder = {0};
    *out = (struct status){.state = STATUS_STOPPED};
    *found = false;
    bool ok = !mapping || (registry_mapping_folder(place->registry, mapping->uuid, &folder, err) &&
                              status_read(buf_cstr(&folder), &cli->arena, out, found, err));
    buf_fini(&folder);
    return ok;
}

/* What counts is what is configured: a runner may not have noticed yet, or be gone. */
static const char *state_word(const struct trigger *t, const struct status *status)
{
    if (!t->mapping)
        return "no mapping";
    if (!t->function)
        return "no function";
    if (t->function->untrusted)
        return status_word(STATUS_UNTRUSTED);
    return status_word(t->mapping->enabled ? status->state : STATUS_DISABLED);
}

/* It would run, and no runner is there. */
static bool is_stopped(const struct trigger *t, const struct status *status)
{
    return strcmp(state_word(t, status), status_word(STATUS_STOPPED)) == 0;
}

static void put_text(struct buf *out, const char *name, struct str text)
{
    json_put_name(out, str_from(name));
    json_put_string(out, text);
}

static void put_number(struct buf *out, const char *name, int64_t number)
{
    json_put_name(out, str_from(name));
    buf_printf(out, "%" PRId64, number);
}

static void put_ledger(const struct delivery_ledger *l, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } sums[] = {{"Seen", l->seen}, {"Succeeded", l->succeeded}, {"Filtered", l->filtered},
        {"Dropped", l->dropped}, {"Expired", l->expired}, {"Pending", l->pending},
        {"Delivered", l->delivered}, {"Retried", l->retried}, {"Calls", l->calls},
        {"Errors", l->errors}};
    buf_add_byte(out, '{');
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        put_number(out, sums[i].name, (int64_t)sums[i].value);
    buf_add_byte(out, '}');
}

/* ---- list ---- */

static struct str size_of_time(struct arena *arena, int64_t ms)
{
    if (ms < 1000)
        return arena_printf(arena, "%" PRId64 " ms", ms);
    if (ms < 120000)
        return arena_printf(arena, "%.1f s", (double)ms / 1000);
    return arena_printf(arena, "%" PRId64 " min", ms / 60000);
}

static void add_json_row(struct cli *cli, const struct trigger_place *place,
    const struct trigger *t, const struct status *s)
{
    struct buf line = {0};
    buf_add_byte(&line, '{');
    put_text(&line, "Name", trigger_name(place, t));
    if (t->mapping) {
        put_text(&line, "Table", mapping_table(t->mapping));
        put_text(&line, "UUID", t->mapping->uuid);
    }
    put_text(&line, "State", str_from(state_word(t, s)));
    put_number(&line, "LagMs", s->lag_ms);
    put_number(&line, "Calls", (int64_t)s->ledger.calls);
    put_number(&line, "Errors", (int64_t)s->ledger.errors);
    put_number(&line, "Pending", (int64_t)s->ledger.pending);
    put_number(&line, "GivenUp", (int64_t)(s->ledger.dropped + s->ledger.expired));
    put_text(&line, "LastResult", s->last_result);
    if (t->function) {
        put_text(&line, "FunctionName", t->function->name);
        put_text(&line, "Runtime", t->function->runtime_name);
        put_text(&line, "Handler", t->function->handler);
    }
    if (s->note.len)
        put_text(&line, "Note", s->note);
    buf_add_byte(&line, '}');
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

static void add_table_row(struct cli *cli, struct sheet *sheet, const struct trigger_place *place,
    const struct trigger *t, const struct status *s)
{
    struct arena *arena = &cli->arena;
    struct str cells[] = {trigger_name(place, t), t->mapping ? mapping_table(t->mapping) : STR("-"),
        str_from(state_word(t, s)), s->lag_ms ? size_of_time(arena, s->lag_ms) : STR("-"),
        arena_printf(arena, "%" PRIu64, s->ledger.calls),
        arena_printf(arena, "%" PRIu64, s->ledger.errors),
        t->function ? t->function->runtime_name : STR("-"), s->last_result};
    sheet_add(sheet, cells);
}

/* Each mapping, then each function that has none. */
static bool next_row(const struct trigger_place *place, size_t *at, struct trigger *out)
{
    const struct mapping *any;
    if (*at < place->mappings.count) {
        out->mapping = &place->mappings.items[(*at)++];
        out->function = trigger_function(place, out->mapping->function);
        return true;
    }
    for (; *at < place->mappings.count + place->functions.count; (*at)++) {
        out->function = &place->functions.items[*at - place->mappings.count];
        out->mapping = NULL;
        if (!trigger_mappings(place, out->function->name, &any)) {
            (*at)++;
            return true;
        }
    }
    return false;
}

static bool list(struct cli *cli, const struct trigger_place *place, struct err *err)
{
    static const struct sheet_head heads[] = {{"NAME", false}, {"TABLE", false}, {"STATE", false},
        {"LAG", true}, {"CALLS", true}, {"ERRORS", true}, {"RUNTIME", false},
        {"LAST RESULT", false}, {0}};
    struct sheet sheet;
    struct trigger t;
    struct status status;
    bool found, ok = true, stopped = false;
    sheet_init(&sheet, &cli->arena, heads);
    for (size_t at = 0; ok && next_row(place, &at, &t);) {
        ok = read_status(cli, place, t.mapping, &status, &found, err);
        stopped = stopped || (ok && is_stopped(&t, &status));
        if (ok && cli->out.terminal)
            add_table_row(cli, &sheet, place, &t, &status);
        else if (ok)
            add_json_row(cli, place, &t, &status);
    }
    if (ok && cli->out.terminal && !sheet.count)
        cli_report_note("there are no triggers: 'dynascope trigger add' makes one");
    if (ok && sheet.count)
        sheet_print(&sheet, &cli->out);
    sheet_fini(&sheet);
    ok = ok && cli_out_flush(&cli->out, err);
    if (ok && stopped)
        cli_report_note(
            "nobody runs what is stopped: 'dynascope serve', the explorer or 'dynascope "
            "trigger run' does");
    return ok;
}

bool cli_trigger_list(struct cli *cli, struct err *err)
{
    struct trigger_place place;
    bool ok = trigger_place_open(cli, &place, err) && list(cli, &place, err);
    trigger_place_close(&place);
    return ok;
}

/* ---- show ---- */

static void put_slots(struct buf *out, const char *name, const uint32_t *slots)
{
    json_put_name(out, str_from(name));
    buf_add_byte(out, '[');
    for (int i = 0; i < STATUS_SLOTS; i++)
        buf_printf(out, "%s%" PRIu32, i ? "," : "", slots[i]);
    buf_add_byte(out, ']');
}

static void put_moment(struct buf *out, const char *name, int64_t ms)
{
    struct buf text = {0};
    trigger_put_time(&text, ms);
    if (ms)
        put_text(out, name, buf_str(&text));
    buf_fini(&text);
}

static void put_status(const struct trigger *t, const struct status *s, struct buf *out)
{
    buf_add_byte(out, '{');
    put_text(out, "State", str_from(state_word(t, s)));
    put_number(out, "Pid", s->pid);
    put_moment(out, "Time", s->time_ms);
    put_text(out, "Note", s->note);
    put_text(out, "LastResult", s->last_result);
    put_number(out, "LagMs", s->lag_ms);
    if (s->state == STATUS_RETRYING || s->state == STATUS_BLOCKED) {
        put_number(out, "Attempt", s->attempt);
        put_moment(out, "Again", s->again_ms);
        put_text(out, "BlockedAt", s->blocked_at);
    }
    put_number(out, "Gaps", (int64_t)s->gaps);
    put_moment(out, "LastInvocation", s->last_ms);
    put_number(out, "LastDurationUs", s->last_duration_us);
    put_number(out, "MedianDurationUs", s->median_us);
    buf_printf(out, ",\"FeedsItself\":%s", s->loops ? "true" : "false");
    put_number(out, "SlotMs", STATUS_SLOT_MS);
    put_slots(out, "CallsBySlot", s->calls);
    put_slots(out, "ErrorsBySlot", s->errors);
    put_slots(out, "LongestUsBySlot", s->longest_us);
    buf_add_byte(out, '}');
}

static void put_function(struct cli *cli, const struct function *f, struct buf *out)
{
    json_put_name(out, STR("Function"));
    function_write(f, trigger_region(cli), out);
    out->len--; /* the brace: what is ours goes on */
    put_text(out, "Folder", f->folder);
    buf_printf(out, ",\"Stored\":%s,\"PassCredentials\":%s,\"Trusted\":%s}",
        f->stored ? "true" : "false", f->pass_credentials ? "true" : "false",
        f->untrusted ? "false" : "true");
}

static void put_mapping(
    struct cli *cli, const struct trigger *t, const struct status *s, struct buf *out)
{
    json_put_name(out, STR("Mapping"));
    mapping_write(t->mapping, trigger_region(cli),
        t->mapping->enabled ? STR("Enabled") : STR("Disabled"),
        s->last_result.len ? s->last_result : STR("No records processed"), out);
    json_put_name(out, STR("Status"));
    put_status(t, s, out);
    json_put_name(out, STR("Ledger"));
    put_ledger(&s->ledger, out);
}

static bool show(struct cli *cli, const struct trigger_place *place, struct err *err)
{
    struct trigger t;
    struct status status;
    struct buf line = {0};
    bool found;
    if (!trigger_find(place, str_from(cli->args[0]), &t, err) ||
        !read_status(cli, place, t.mapping, &status, &found, err))
        return false;
    buf_add_byte(&line, '{');
    put_text(&line, "Name", trigger_name(place, &t));
    if (t.mapping)
        put_text(&line, "Table", mapping_table(t.mapping));
    put_text(&line, "State", str_from(state_word(&t, &status)));
    if (t.function)
        put_function(cli, t.function, &line);
    if (t.mapping)
        put_mapping(cli, &t, &status, &line);
    buf_add_byte(&line, '}');
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
    return cli_out_flush(&cli->out, err);
}

bool cli_trigger_show(struct cli *cli, struct err *err)
{
    struct trigger_place place;
    bool ok = trigger_place_open(cli, &place, err) && show(cli, &place, err);
    trigger_place_close(&place);
    return ok;
}
