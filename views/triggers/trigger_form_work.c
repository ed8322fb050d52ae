/* SPDX-License-Identifier: MIT */
/*
 * Making and changing a trigger, on the worker's thread. What is half made when something refuses
 * is taken back.
 */
#include "backend/triggers/runner.h"
#include "views/triggers/trigger_form_impl.h"

static const struct json *parse(struct task *task, struct str text, struct err *err)
{
    return json_parse(&task->arena, text, err);
}

/* ---- a fresh one ---- */

static bool turn_on(struct trigger_form_task *t, struct client *client, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    buf_add(&body, STR("{\"TableName\":"));
    json_put_string(&body, t->table);
    buf_add(&body, STR(",\"StreamSpecification\":{\"StreamEnabled\":true,"
                       "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    bool ok = client_call(client, STR("UpdateTable"), buf_str(&body), &reply, err) &&
              client_wait_active(client, t->table, err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

static bool find_stream(
    struct trigger_form_task *t, struct client *client, struct str *arn, struct err *err)
{
    struct client_table table;
    if (!client_describe(client, &t->task.arena, t->table, &table, err))
        return false;
    if (!table.stream_arn.len && t->turn_on &&
        (!turn_on(t, client, err) ||
            !client_describe(client, &t->task.arena, t->table, &table, err)))
        return false;
    *arn = table.stream_arn;
    t->streamless = !arn->len;
    return arn->len || err_set(err, ERR_DATA,
                           "%.*s has no stream, and a trigger follows one: save once more to turn "
                           "it on, with NEW_AND_OLD_IMAGES",
                           STR_ARG(t->table));
}

static bool make_function(
    struct trigger_form_task *t, struct function *out, bool *made, struct err *err)
{
    struct arena *arena = &t->task.arena;
    bool found;
    *made = false;
    if (!t->script.len) {
        if (!registry_function(t->registry, arena, t->name, out, &found, err))
            return false;
        return found || err_set(err, ERR_NO_INPUT, "there is no function '%.*s': name a script",
                            STR_ARG(t->name));
    }
    const struct json *json = parse(&t->task, t->function_json, err);
    *made = json &&
            function_of_script(arena, t->name, t->script.at, t->handler, t->runtime, out, err) &&
            function_read(arena, json, out, err) &&
            registry_put_function(t->registry, arena, out, true, err);
    return *made;
}

static bool make_mapping(struct trigger_form_task *t, struct client *client, struct str arn,
    const struct function *function, struct err *err)
{
    struct arena *arena = &t->task.arena;
    struct mapping mapping;
    struct err ignored = ERR_INIT;
    bool found;
    mapping_init(&mapping);
    mapping.function = function->name;
    struct str text = arena_printf(arena, "{\"EventSourceArn\":\"%.*s\",%.*s", STR_ARG(arn),
        STR_ARG(str_skip(t->mapping_json, 1)));
    const struct json *json = parse(&t->task, text, err);
    if (!json || !mapping_read(arena, json, &mapping, err) ||
        !registry_put_mapping(t->registry, arena, &mapping, true, err))
        return false;
    if (runner_fix_start(client->backend, t->registry, &mapping, NULL, err))
        return true;
    registry_remove_mapping(t->registry, mapping.uuid, &found, &ignored);
    return false;
}

static bool add(struct trigger_form_task *t, struct client *client, struct err *err)
{
    struct function function;
    struct str arn;
    struct err ignored = ERR_INIT;
    bool made, found;
    if (!find_stream(t, client, &arn, err) || !make_function(t, &function, &made, err))
        return false;
    t->made = function.name;
    if (make_mapping(t, client, arn, &function, err))
        return true;
    if (made)
        registry_remove_function(t->registry, function.name, &found, &ignored);
    return false;
}

/* ---- one that is there ---- */

/* Another script, or another runtime for what is there. */
static bool change_code(struct trigger_form_task *t, struct function *function, struct err *err)
{
    struct arena *arena = &t->task.arena;
    struct function script;
    if (!t->script.len && !t->runtime.len)
        return true;
    if (!t->script.len) {
        struct str text = arena_printf(arena, "{\"Runtime\":\"%.*s\"}", STR_ARG(t->runtime));
        const struct json *json = parse(&t->task, text, err);
        return json && function_read(arena, json, function, err);
    }
    if (!function_of_script(
            arena, function->name, t->script.at, t->handler, t->runtime, &script, err))
        return false;
    function->folder = script.folder;
    function->handler = script.handler;
    function->runtime_name = script.runtime_name;
    function->runtime = script.runtime;
    function->stored = false;
    function->code_size = script.code_size;
    function->code_sha256 = STR_NONE;
    return true;
}

static bool change_function(struct trigger_form_task *t, struct err *err)
{
    struct arena *arena = &t->task.arena;
    struct function function;
    struct buf before = {0}, after = {0};
    bool found;
    if (!registry_function(t->registry, arena, t->name, &function, &found, err))
        return false;
    if (!found)
        return true; /* the mapping alone can be changed */
    const struct json *json = parse(&t->task, t->function_json, err);
    function_write_row(&function, &before);
    bool ok = json && change_code(t, &function, err) && function_read(arena, json, &function, err);
    function_write_row(&function, &after);
    bool same = str_equal(buf_str(&before), buf_str(&after));
    buf_fini(&before);
    buf_fini(&after);
    if (!ok || same)
        return ok;
    if (function.untrusted) /* what is put is trusted, and this was not looked at */
        return err_set(err, ERR_AUTH,
            "%.*s came with the store: look at what it would run, and trust it, before you change "
            "it",
            STR_ARG(t->name));
    return registry_put_function(t->registry, arena, &function, false, err);
}

static bool change_mapping(struct trigger_form_task *t, struct err *err)
{
    struct arena *arena = &t->task.arena;
    struct mapping mapping;
    bool found;
    if (!t->uuid.len)
        return true;
    if (!registry_mapping(t->registry, arena, t->uuid, &mapping, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_NO_INPUT, "%.*s is not there any more", STR_ARG(t->made));
    const struct json *json = parse(&t->task, t->mapping_json, err);
    return json && mapping_read(arena, json, &mapping, err) &&
           registry_put_mapping(t->registry, arena, &mapping, false, err);
}

bool trigger_form_work(struct task *task, struct client *client, struct err *err)
{
    struct trigger_form_task *t = (struct trigger_form_task *)task;
    if (t->fresh)
        return add(t, client, err);
    return change_function(t, err) && change_mapping(t, err);
}
