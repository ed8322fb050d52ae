/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger enable, disable, retry, skip, remove, trust: one short thing done to each
 * trigger that is named.
 */
#include "views/cli/trigger.h"

#include "backend/triggers/status.h"
#include "views/cli/report.h"

typedef bool each_one(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err);

typedef bool ask_all(struct cli *cli, const struct trigger_place *place);

/* All names are looked up before anything is asked, or done to the first one. `ask` may be NULL. */
static bool for_each_asked(struct cli *cli, ask_all *ask, each_one *run, struct err *err)
{
    struct trigger_place place = {0};
    struct trigger t;
    bool ok = trigger_may_change(cli, err) && trigger_place_open(cli, &place, err);
    for (int i = 0; ok && i < cli->arg_count; i++)
        ok = trigger_find(&place, str_from(cli->args[i]), &t, err);
    ok = ok && (!ask || ask(cli, &place));
    for (int i = 0; ok && i < cli->arg_count; i++)
        ok = trigger_find(&place, str_from(cli->args[i]), &t, err) && run(cli, &place, &t, err);
    trigger_place_close(&place);
    return ok;
}

static bool for_each(struct cli *cli, each_one *run, struct err *err)
{
    return for_each_asked(cli, NULL, run, err);
}

/* ---- enable, disable ---- */

static bool set_enabled(struct cli *cli, struct trigger_place *place, const struct trigger *t,
    bool enabled, struct err *err)
{
    if (!trigger_need_mapping(t, err))
        return false;
    struct mapping mapping = *t->mapping;
    mapping.enabled = enabled;
    return registry_put_mapping(place->registry, &cli->arena, &mapping, false, err);
}

static bool enable(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    return set_enabled(cli, place, t, true, err);
}

static bool disable(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    return set_enabled(cli, place, t, false, err);
}

bool cli_trigger_enable(struct cli *cli, struct err *err)
{
    return for_each(cli, enable, err);
}

bool cli_trigger_disable(struct cli *cli, struct err *err)
{
    return for_each(cli, disable, err);
}

/* ---- retry, skip: asked of whoever runs it ---- */

static bool ask_runner(struct cli *cli, struct trigger_place *place, const struct trigger *t,
    enum status_wish wish, struct err *err)
{
    struct buf folder = {0};
    struct status status;
    bool found;
    if (!trigger_need_mapping(t, err))
        return false;
    bool ok = registry_mapping_folder(place->registry, t->mapping->uuid, &folder, err) &&
              status_read(buf_cstr(&folder), &cli->arena, &status, &found, err);
    if (ok && (!found || status.state == STATUS_STOPPED))
        ok = err_set(err, ERR_BUSY,
            "nobody runs '%.*s' now, so there is nothing to %s: start it with 'dynascope trigger "
            "run'",
            STR_ARG(trigger_name(place, t)), wish == STATUS_SKIP ? "skip" : "try again");
    if (ok && status.state != STATUS_RETRYING && status.state != STATUS_BLOCKED)
        ok = err_set(err, ERR_BUSY, "no batch of '%.*s' fails now: it is %s",
            STR_ARG(trigger_name(place, t)), status_word(status.state));
    ok = ok && status_ask(buf_cstr(&folder), wish, err);
    buf_fini(&folder);
    return ok;
}

static bool retry(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    return ask_runner(cli, place, t, STATUS_RETRY_NOW, err);
}

static bool skip(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    return ask_runner(cli, place, t, STATUS_SKIP, err);
}

bool cli_trigger_retry(struct cli *cli, struct err *err)
{
    return for_each(cli, retry, err);
}

bool cli_trigger_skip(struct cli *cli, struct err *err)
{
    return for_each(cli, skip, err);
}

/* ---- remove ---- */

/* A function goes with its last mapping. */
static bool function_goes(const struct trigger_place *place, const struct trigger *t)
{
    const struct mapping *any;
    return t->function && trigger_mappings(place, t->function->name, &any) <= 1;
}

static bool remove_one(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    bool found;
    (void)cli;
    if (t->mapping && !registry_remove_mapping(place->registry, t->mapping->uuid, &found, err))
        return false;
    return !function_goes(place, t) ||
           registry_remove_function(place->registry, t->function->name, &found, err);
}

/* On a terminal only: a script that names a trigger has made up its mind. */
static bool may_remove(struct cli *cli, const struct trigger_place *place)
{
    struct trigger t;
    struct buf question = {0};
    struct err err = ERR_INIT;
    buf_add(&question, STR("Remove"));
    for (int i = 0; i < cli->arg_count; i++) {
        bool goes =
            trigger_find(place, str_from(cli->args[i]), &t, &err) && function_goes(place, &t);
        buf_printf(&question, "%s %s (%s)", i ? "," : "", cli->args[i],
            goes         ? t.function->stored ? "with its function, code and logs"
                                              : "with its function and logs; the script stays"
            : t.function ? "its function has other mappings, and stays"
                         : "its function is gone already");
    }
    buf_add(&question, STR("? What it has not seen yet of the stream is not delivered."));
    bool yes = trigger_confirm(cli, buf_cstr(&question), &err) || err.code == ERR_USAGE;
    buf_fini(&question);
    return yes;
}

bool cli_trigger_remove(struct cli *cli, struct err *err)
{
    cli->exit_code = 1; /* what a "no" ends with */
    return for_each_asked(cli, may_remove, remove_one, err);
}

/* ---- trust ---- */

static void show_variables(struct cli *cli, const struct json *environment)
{
    struct buf line = {0};
    const struct json *variable = environment ? environment->first : NULL;
    for (; variable; variable = variable->next) {
        buf_clear(&line);
        buf_printf(&line, "  %.*s=%.*s", STR_ARG(variable->name), STR_ARG(variable->text));
        cli_out_line(&cli->out, buf_str(&line));
    }
    buf_fini(&line);
}

static void show_pair(struct cli *cli, const char *name, struct str text)
{
    struct buf line = {0};
    buf_printf(&line, "%-12s ", name);
    buf_add(&line, text);
    cli_out_line(&cli->out, buf_str(&line));
    buf_fini(&line);
}

/* Exactly what would run. */
static void show_function(
    struct cli *cli, const struct trigger_place *place, const struct trigger *t)
{
    const struct function *f = t->function;
    show_pair(cli, "function", f->name);
    show_pair(cli, "runtime", f->runtime_name);
    show_pair(cli, "handler", f->handler);
    show_pair(cli, "folder", f->folder);
    show_pair(cli, "code",
        f->stored ? STR("came as a zip, lies in the store") : STR("the files in that folder"));
    if (f->code_sha256.len)
        show_pair(cli, "SHA-256", f->code_sha256);
    if (f->pass_credentials)
        show_pair(cli, "credentials", STR("yours, for remote connections"));
    if (f->environment)
        show_pair(cli, "environment", STR(""));
    show_variables(cli, f->environment);
    if (t->mapping)
        show_pair(cli, "on changes of", mapping_table(t->mapping));
    show_pair(cli, "registry", str_from(registry_folder(place->registry)));
}

static bool trust_one(
    struct cli *cli, struct trigger_place *place, const struct trigger *t, struct err *err)
{
    struct buf question = {0};
    if (!trigger_need_function(t, err))
        return false;
    show_function(cli, place, t);
    buf_printf(&question, "Let %.*s run on this machine, as you?", STR_ARG(t->function->name));
    bool yes = trigger_confirm(cli, buf_cstr(&question), err);
    buf_fini(&question);
    cli->exit_code = yes ? 0 : 1;
    return yes && registry_trust(place->registry, t->function, err);
}

bool cli_trigger_trust(struct cli *cli, struct err *err)
{
    return for_each(cli, trust_one, err);
}
