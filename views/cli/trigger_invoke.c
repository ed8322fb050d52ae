/* SPDX-License-Identifier: MIT */
/* dynascope trigger invoke: one event in, one result out. */
#include "views/cli/report.h"
#include "views/cli/source.h"
#include "views/cli/trigger_call.h"

enum { EVENT_MAX = 6 << 20 };

/* The event's text as it is; it has to be JSON. */
static bool read_event(struct cli *cli, struct str *out, struct err *err)
{
    struct buf text = {0};
    *out = STR("{}");
    if (!cli_has(cli, CLI_EVENT))
        return true;
    bool ok = cli_source_read(cli->value[CLI_EVENT], EVENT_MAX, &text, err);
    *out = arena_dup(&cli->arena, str_trim(buf_str(&text)));
    buf_fini(&text);
    if (!ok)
        return false;
    if (json_parse(&cli->arena, *out, err))
        return true;
    cli_point_at(cli, "event", *out);
    return err_context(err, "--event");
}

static bool invoke(
    struct cli *cli, const struct trigger *t, struct host *host, struct str event, struct err *err)
{
    struct invocation i;
    bool ok = trigger_call(host, t->function, event, &i, err);
    if (ok) {
        cli_out_line(&cli->out, buf_str(&i.payload));
        cli_out_flush(&cli->out, err);
        if (cli_has(cli, CLI_LOG))
            trigger_call_print_log(&i);
        if (i.outcome != INVOKED_OK)
            cli_report_note("dynascope: the function failed (%s); 'dynascope trigger logs %.*s' "
                            "has its log",
                invoker_word(i.outcome), STR_ARG(t->function->name));
        ok = i.outcome == INVOKED_OK && err->code == ERR_NONE;
        cli->exit_code = 1;
    }
    invocation_fini(&i);
    return ok;
}

bool cli_trigger_invoke(struct cli *cli, struct err *err)
{
    struct trigger_place place = {0};
    struct trigger t;
    struct str event;
    bool ok = read_event(cli, &event, err) && trigger_place_open(cli, &place, err) &&
              trigger_find(&place, str_from(cli->args[0]), &t, err) &&
              trigger_need_function(&t, err);
    struct host *host = ok ? trigger_call_open(cli, &place, err) : NULL;
    ok = host && invoke(cli, &t, host, event, err);
    host_free(host);
    trigger_place_close(&place);
    return ok;
}
