/* SPDX-License-Identifier: MIT */
/*
 * dynascope trigger add, edit: a function and a mapping out of fields. Both are put through the
 * registry's own checks; where the second one is refused, the first one is taken back.
 */
#include "views/cli/trigger.h"

#include "backend/triggers/runner.h"
#include "views/cli/report.h"
#include "views/cli/trigger_fields.h"

struct adding {
    struct cli *cli;
    struct trigger_place place;
    struct trigger_fields fields;
    struct str arn;
    struct function function;
    bool made; /* the function is new */
    struct mapping mapping;
};

/* ---- the stream ---- */

static bool is_stream_arn(struct str text)
{
    return str_starts(text, STR("arn:")) && str_find(text, STR("/stream/")) != SIZE_MAX;
}

static bool turn_on(struct cli *cli, struct str table, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, table);
    buf_add(&body, STR(",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"));
    json_put_string(&body, cli_value(cli, CLI_STREAM_VIEW));
    buf_add(&body, STR("}}"));
    bool ok = client_call(&cli->client, STR("UpdateTable"), buf_str(&body), &reply, err) &&
              client_wait_active(&cli->client, table, err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

static bool refuse_streamless(const struct cli *cli, struct str table, struct err *err)
{
    return err_set(err, ERR_DATA,
        "the table %.*s has no stream, and a trigger follows one: --stream NEW_AND_OLD_IMAGES "
        "turns it on%s",
        STR_ARG(table),
        backend_read_only_remedy(cli->backend) ? " (where the connection may be written)" : "");
}

static bool find_stream(struct cli *cli, struct str table, struct str *arn, struct err *err)
{
    struct client_table facts;
    *arn = table;
    if (is_stream_arn(table))
        return true;
    for (int turned = 0; turned < 2; turned++) {
        if (!client_describe_keys(&cli->client, &cli->arena, table, &facts, err))
            return false;
        *arn = facts.stream_arn;
        if (arn->len)
            return true;
        if (turned || !cli_has(cli, CLI_STREAM_VIEW))
            break;
        if (!turn_on(cli, table, err))
            return err_context(err, "the stream of %.*s cannot be turned on", STR_ARG(table));
    }
    return refuse_streamless(cli, table, err);
}

/* ---- the function ---- */

static bool take_name(struct adding *a, struct err *err)
{
    struct str name;
    if (!a->fields.name.len)
        return true;
    if (!function_name_of(a->fields.name, &name, err))
        return false;
    a->fields.name = name;
    return true;
}

/* Script, handler and runtime become a function, the other fields go over it. */
static bool make_function(struct adding *a, struct err *err)
{
    struct arena *arena = &a->cli->arena;
    const struct trigger_fields *f = &a->fields;
    if (!function_of_script(
            arena, f->name, f->script.at, f->handler, f->runtime, &a->function, err) ||
        !function_read(arena, f->json, &a->function, err))
        return false;
    if (trigger_function(&a->place, a->function.name))
        return err_refuse(err, "ResourceConflictException",
            "there is a function '%.*s' already: --name gives this one another name; to put that "
            "one on this table, leave the script out",
            STR_ARG(a->function.name));
    a->made = true;
    return registry_put_function(a->place.registry, &a->cli->arena, &a->function, true, err);
}

static bool find_function(struct adding *a, struct err *err)
{
    if (!a->fields.name.len)
        return err_set(err, ERR_USAGE,
            "what is to run? dynascope trigger add TABLE SCRIPT, or --name of a function that is "
            "there");
    const struct function *function = trigger_function(&a->place, a->fields.name);
    if (!function)
        return err_refuse(err, "ResourceNotFoundException",
            "there is no function '%.*s': name a script behind the table", STR_ARG(a->fields.name));
    a->function = *function;
    return true;
}

/* ---- the mapping ---- */

static bool make_mapping(struct adding *a, struct err *err)
{
    struct arena *arena = &a->cli->arena;
    const struct json *json =
        trigger_fields_with(arena, a->fields.json, "EventSourceArn", a->arn, err);
    if (json && !json_get(json, STR("StartingPosition")))
        json = trigger_fields_with(arena, json, "StartingPosition", STR("LATEST"), err);
    if (!json)
        return false;
    mapping_init(&a->mapping);
    a->mapping.function = a->function.name;
    if (!mapping_read(arena, json, &a->mapping, err) ||
        !registry_put_mapping(a->place.registry, arena, &a->mapping, true, err))
        return false;
    bool found;
    struct err ignored = ERR_INIT;
    if (runner_fix_start(a->cli->backend, a->place.registry, &a->mapping, NULL, err))
        return true;
    registry_remove_mapping(a->place.registry, a->mapping.uuid, &found, &ignored);
    return false;
}

static void take_back(struct adding *a)
{
    bool found;
    struct err ignored = ERR_INIT;
    if (a->made)
        registry_remove_function(a->place.registry, a->function.name, &found, &ignored);
}

/* ---- what was done ---- */

static void tell(struct cli *cli, const char *done, const struct function *function,
    const struct mapping *mapping, struct err *err)
{
    struct buf line = {0};
    if (cli->out.terminal) {
        struct str table = mapping ? mapping_table(mapping) : STR_NONE;
        buf_printf(&line, "%s %.*s: %.*s %.*s", done, STR_ARG(function->name),
            STR_ARG(function->runtime_name), STR_ARG(function->handler));
        if (table.len)
            buf_printf(&line, ", on changes of %.*s", STR_ARG(table));
        cli_out_line(&cli->out, buf_str(&line));
    } else if (mapping) {
        mapping_write(mapping, trigger_region(cli),
            mapping->enabled ? STR("Enabled") : STR("Disabled"), STR("No records processed"),
            &line);
        cli_out_line(&cli->out, buf_str(&line));
    } else {
        function_write(function, trigger_region(cli), &line);
        cli_out_line(&cli->out, buf_str(&line));
    }
    buf_fini(&line);
    cli_out_flush(&cli->out, err);
}

static void tell_added(struct adding *a, struct err *err)
{
    tell(a->cli, "added", &a->function, &a->mapping, err);
    if (a->cli->out.terminal)
        cli_report_note("It begins with %s, and runs while 'dynascope serve', the explorer or "
                        "'dynascope trigger run' is there.",
            a->mapping.from_start ? "all that is in the stream" : "what is written from now on");
}

/* ---- add ---- */

static bool take_arguments(struct adding *a, struct err *err)
{
    struct cli *cli = a->cli;
    if (!trigger_fields_read(cli, &a->fields, err) || !take_name(a, err))
        return false;
    if (cli->arg_count > 0)
        a->fields.table = str_from(cli->args[0]);
    if (cli->arg_count > 1)
        a->fields.script = str_from(cli->args[1]);
    a->fields.script = a->fields.script.len ? arena_dup(&cli->arena, a->fields.script) : STR_NONE;
    return a->fields.table.len ||
           err_set(err, ERR_USAGE, "which table? dynascope trigger add TABLE SCRIPT");
}

static bool add(struct adding *a, struct err *err)
{
    struct cli *cli = a->cli;
    if (!take_arguments(a, err) || !trigger_place_open(cli, &a->place, err) ||
        !find_stream(cli, a->fields.table, &a->arn, err))
        return false;
    if (!(a->fields.script.len ? make_function(a, err) : find_function(a, err)))
        return false;
    if (!make_mapping(a, err)) {
        take_back(a);
        return false;
    }
    tell_added(a, err);
    return err->code == ERR_NONE;
}

bool cli_trigger_add(struct cli *cli, struct err *err)
{
    struct adding a = {.cli = cli};
    bool ok = trigger_may_change(cli, err) && add(&a, err);
    trigger_place_close(&a.place);
    return ok;
}

/* ---- edit ---- */

static bool edit_function(
    struct adding *a, const struct function *old, bool *changed, struct err *err)
{
    struct arena *arena = &a->cli->arena;
    struct trigger_fields *f = &a->fields;
    const struct json *json = f->json;
    a->function = *old;
    *changed = f->script.len || f->handler.len || f->runtime.len;
    if (f->script.len) {
        struct function script;
        if (!function_of_script(
                arena, old->name, f->script.at, f->handler, f->runtime, &script, err))
            return false;
        a->function.folder = script.folder;
        a->function.handler = script.handler;
        a->function.runtime_name = script.runtime_name;
        a->function.runtime = script.runtime;
        a->function.stored = false;
        a->function.code_size = script.code_size;
        a->function.code_sha256 = STR_NONE;
    } else {
        if (f->handler.len)
            json = trigger_fields_with(arena, json, "Handler", f->handler, err);
        if (json && f->runtime.len)
            json = trigger_fields_with(arena, json, "Runtime", f->runtime, err);
    }
    static const char *const members[] = {
        "Timeout", "MemorySize", "Environment", "PassCredentials", "Description", "Role"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        *changed = *changed || json_get(json, str_from(members[i]));
    return json && function_read(arena, json, &a->function, err);
}

static bool edit(struct adding *a, struct err *err)
{
    struct cli *cli = a->cli;
    struct trigger trigger;
    bool changed = false;
    if (!trigger_fields_read(cli, &a->fields, err))
        return false;
    if (cli->arg_count > 1)
        a->fields.script = arena_dup(&cli->arena, str_from(cli->args[1]));
    if (!trigger_place_open(cli, &a->place, err) ||
        !trigger_find(&a->place, str_from(cli->args[0]), &trigger, err))
        return false;
    if (trigger.mapping) {
        a->mapping = *trigger.mapping;
        if (!mapping_read(&cli->arena, a->fields.json, &a->mapping, err))
            return false;
    }
    if (trigger.function && !edit_function(a, trigger.function, &changed, err))
        return false;
    if ((changed &&
            !registry_put_function(a->place.registry, &a->cli->arena, &a->function, false, err)) ||
        (trigger.mapping &&
            !registry_put_mapping(a->place.registry, &a->cli->arena, &a->mapping, false, err)))
        return false;
    tell(cli, "changed", &a->function, trigger.mapping ? &a->mapping : NULL, err);
    return err->code == ERR_NONE;
}

bool cli_trigger_edit(struct cli *cli, struct err *err)
{
    struct adding a = {.cli = cli};
    bool ok = trigger_may_change(cli, err) && edit(&a, err);
    trigger_place_close(&a.place);
    return ok;
}
