/* SPDX-License-Identifier: MIT */
/*
 * Invoke:
 *
 *   RequestResponse ─▶ invoker ─…─▶ done() ─▶ 200, the payload, X-Amz-Function-Error, the log's
 * tail Event           ─▶ a copy of the payload ─▶ invoker          ╰─▶ 202 at once; done() frees
 * it DryRun          ─▶ 204
 *
 * What waits as an event waits in memory: it is bounded, and gone with the process.
 */
#include "backend/serve/lambda_invoke.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/serve/lambda.h"
#include "backend/triggers/member.h"
#include "backend/triggers/runs.h"
#include "base/mem.h"

#include <stdlib.h>

enum { RUN_TEXT = 16 << 10 };

/* ---- an invocation's life ---- */

struct lambda_invoked *lambda_invoked_new(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits)
{
    struct lambda_invoked *i = mem_new(struct lambda_invoked);
    i->offer = offer;
    i->request = request;
    i->reply = reply;
    i->waits = *waits;
    return i;
}

void lambda_invoked_free(struct lambda_invoked *i)
{
    if (!i)
        return;
    invocation_fini(&i->invocation);
    arena_fini(&i->arena);
    free(i);
}

static void finish(struct lambda_invoked *i)
{
    struct lambda_ticket waits = i->waits;
    lambda_invoked_free(i);
    waits.done(waits.ticket);
}

void lambda_invoked_refuse(struct lambda_invoked *i, const struct err *err)
{
    face_refuse(i->reply, err);
    finish(i);
}

/* For those who look back: beside the invocations of mappings, without one. */
static void write_run(struct lambda_invoked *i)
{
    const struct invocation *v = &i->invocation;
    struct err ignored = ERR_INIT;
    struct run run = {.request_id = str_from(v->request_id),
        .outcome = str_from(invoker_word(v->outcome)),
        .time_ms = v->started_ms,
        .duration_us = v->duration_us,
        .init_us = v->init_us,
        .memory_kb = v->memory_kb,
        .attempt = i->attempts ? i->attempts : 1,
        .event = v->event.len <= RUN_TEXT ? v->event : STR_NONE,
        .result = str_take(buf_str(&v->payload), RUN_TEXT),
        .log_stream = str_from(v->log_stream)};
    if (v->outcome != INVOKED_REFUSED)
        run_add(arena_printf(&i->arena, "%s/functions/%.*s", registry_folder(i->offer->registry),
                    STR_ARG(i->function.name))
                    .at,
            &run, &ignored);
}

static void on_done(struct invocation *invocation)
{
    struct lambda_invoked *i = invocation->context;
    write_run(i);
    i->answer(i);
    finish(i);
}

void lambda_invoked_start(struct lambda_invoked *i)
{
    i->invocation.function = &i->function;
    i->invocation.done = on_done;
    i->invocation.context = i;
    i->offer->invoke(i->offer->invoker, &i->invocation);
}

bool lambda_invoked_check(const struct lambda_invoked *i, struct err *err)
{
    struct str why = buf_str(&i->invocation.payload);
    if (i->invocation.outcome != INVOKED_REFUSED)
        return true;
    if (i->function.untrusted)
        return err_refuse(err, "AccessDeniedException",
            "The function %.*s came with the store and this user has not agreed to run it on this "
            "machine: look at it, then say: dynascope trigger trust %.*s",
            STR_ARG(i->function.name), STR_ARG(i->function.name));
    return err_refuse(err, "ServiceException", "The function %.*s was not run: %.*s",
        STR_ARG(i->function.name), STR_ARG(why.len ? str_take(why, 512) : STR("it was cancelled")));
}

/* ---- what is asked ---- */

static struct str header(const struct lambda_invoked *i, const char *name)
{
    return message_get(i->request, str_from(name));
}

static bool read_payload(struct lambda_invoked *i, size_t most, struct err *err)
{
    struct err why = ERR_INIT;
    struct str body = i->request->body;
    if (body.len > most)
        return err_refuse(err, "RequestTooLargeException",
            "Request must be smaller than %zu bytes for the InvokeFunction operation", most);
    if (!str_trim(body).len)
        body = STR("{}");
    i->invocation.event = body;
    struct arena arena = {0};
    bool ok = json_parse(&arena, body, &why) != NULL;
    arena_fini(&arena);
    return ok || err_refuse(err, "InvalidRequestContentException",
                     "Could not parse request body into json: %s", why.text);
}

/* X-Amz-Client-Context: JSON in base64 */
static bool read_client(struct lambda_invoked *i, struct err *err)
{
    struct buf text = {0};
    struct err ignored = ERR_INIT;
    struct str given = header(i, "X-Amz-Client-Context");
    if (!given.len)
        return true;
    bool ok =
        json_in_base64(&text, given) &&
        json_is(json_parse(&i->arena, arena_dup(&i->arena, buf_str(&text)), &ignored), JSON_OBJECT);
    i->invocation.client_context = arena_dup(&i->arena, buf_str(&text));
    buf_fini(&text);
    return ok || err_refuse(err, "InvalidRequestContentException",
                     "Could not parse the client context: it is a JSON object in base64");
}

static bool read_function(struct lambda_invoked *i, struct str reference, struct err *err)
{
    struct face_call call = {.offer = i->offer,
        .request = i->request,
        .region = i->request->region.len ? i->request->region : STR("us-east-1"),
        .parts = {reference}};
    struct str name;
    bool ok = lambda_name(&call, &name, err) && lambda_find(&call, name, &i->function, err);
    /* what was found lives in the call's arena: it is the invocation's now */
    struct arena found = call.arena;
    if (ok)
        i->arena = found;
    else
        arena_fini(&found);
    return ok;
}

/* ---- RequestResponse ---- */

static void put_tail(struct lambda_invoked *i)
{
    struct buf text = {0};
    if (!str_equal(header(i, "X-Amz-Log-Type"), STR("Tail")))
        return;
    json_out_base64(&text, buf_str(&i->invocation.tail));
    reply_header(i->reply, STR("X-Amz-Log-Result"), buf_str(&text));
    buf_fini(&text);
}

static void answer_response(struct lambda_invoked *i)
{
    struct err err = ERR_INIT;
    if (!lambda_invoked_check(i, &err)) {
        face_refuse(i->reply, &err);
        return;
    }
    struct str payload = buf_str(&i->invocation.payload);
    reply_set(i->reply, 200, REPLY_JSON, payload.len ? payload : STR("null"));
    reply_header(i->reply, STR("X-Amz-Executed-Version"), STR("$LATEST"));
    if (i->invocation.outcome != INVOKED_OK)
        reply_header(i->reply, STR("X-Amz-Function-Error"), STR("Unhandled"));
    put_tail(i);
}

/* ---- Event ---- */

static bool take_place(struct offer *offer, size_t len)
{
    if (atomic_fetch_add(&offer->events, 1) >= OFFER_EVENTS ||
        atomic_load(&offer->held) + len > OFFER_EVENTS_BYTES) {
        atomic_fetch_sub(&offer->events, 1);
        return false;
    }
    atomic_fetch_add(&offer->held, len);
    return true;
}

static void end_event(struct lambda_invoked *i)
{
    atomic_fetch_sub(&i->offer->held, i->invocation.event.len);
    atomic_fetch_sub(&i->offer->events, 1);
    lambda_invoked_free(i);
}

static struct lambda_invoked *of_job(struct later_job *job)
{
    return (struct lambda_invoked *)((char *)job - offsetof(struct lambda_invoked, again));
}

static void on_event_done(struct invocation *invocation);

static void try_event(struct lambda_invoked *i)
{
    struct str event = i->invocation.event, client = i->invocation.client_context;
    invocation_fini(&i->invocation);
    i->invocation = (struct invocation){.function = &i->function,
        .event = event,
        .client_context = client,
        .done = on_event_done,
        .context = i};
    i->attempts++;
    i->offer->invoke(i->offer->invoker, &i->invocation);
}

/* The function may be another one by now, or gone. */
static void try_again(struct later_job *job)
{
    struct lambda_invoked *i = of_job(job);
    struct err ignored = ERR_INIT;
    bool found = false;
    if (registry_function(
            i->offer->registry, &i->arena, i->function.name, &i->function, &found, &ignored) &&
        found)
        try_event(i);
    else
        end_event(i);
}

static void drop_event(struct later_job *job)
{
    end_event(of_job(job));
}

static void on_event_done(struct invocation *invocation)
{
    struct lambda_invoked *i = invocation->context;
    bool failed = invocation->outcome != INVOKED_OK && invocation->outcome != INVOKED_REFUSED;
    write_run(i);
    i->again = (struct later_job){.run = try_again, .drop = drop_event};
    if (!failed || i->attempts > i->retries ||
        !later_add(i->offer->later, &i->again, i->offer->retry_ms[(i->attempts - 1) & 1]))
        end_event(i);
}

static void start_event(struct lambda_invoked *i)
{
    struct err err = ERR_INIT;
    struct lambda_ticket waits = i->waits;
    struct reply *reply = i->reply;
    if (!take_place(i->offer, i->invocation.event.len)) {
        err_refuse(&err, "TooManyRequestsException",
            "Rate Exceeded. %d events wait to be run already", OFFER_EVENTS);
        lambda_invoked_refuse(i, &err);
        return;
    }
    i->invocation.event = arena_dup(&i->arena, i->invocation.event);
    try_event(i);
    reply_set(reply, 202, REPLY_JSON, STR_NONE);
    waits.done(waits.ticket);
}

/* ---- Invoke ---- */

/* How often an event is tried again: what PutFunctionEventInvokeConfig said, or twice. */
static bool read_retries(struct lambda_invoked *i, struct err *err)
{
    struct face_call call = {.offer = i->offer, .request = i->request};
    const struct json *config;
    int64_t retries = 2;
    bool ok = lambda_about_read(&call, "event-invoke", i->function.name, JSON_OBJECT, &config, err);
    json_to_i64(json_get(config, STR("MaximumRetryAttempts")), &retries);
    i->retries = (unsigned)retries;
    arena_fini(&call.arena);
    return ok;
}

static bool prepare(struct lambda_invoked *i, struct str reference, bool event, struct err *err)
{
    return read_function(i, reference, err) &&
           read_payload(i, event ? OFFER_EVENT_MAX : OFFER_PAYLOAD_MAX, err) &&
           read_client(i, err) && (!event || read_retries(i, err));
}

static void invoke(struct lambda_invoked *i, struct str reference, struct str type)
{
    struct err err = ERR_INIT;
    bool event = str_equal(type, STR("Event")), dry = str_equal(type, STR("DryRun"));
    if (type.len && !event && !dry && !str_equal(type, STR("RequestResponse")))
        member_refuse(&err, type, "InvocationType",
            "Member must satisfy enum value set: [Event, RequestResponse, DryRun]");
    if (err.code || !prepare(i, reference, event, &err)) {
        lambda_invoked_refuse(i, &err);
    } else if (dry) {
        reply_set(i->reply, 204, REPLY_JSON, STR_NONE);
        finish(i);
    } else if (event) {
        start_event(i);
    } else {
        i->answer = answer_response;
        lambda_invoked_start(i);
    }
}

bool lambda_start(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits)
{
    struct arena arena = {0};
    struct str parts[FACE_PARTS], path = message_path(request);
    bool post = str_equal(request->method, STR("POST"));
    bool async = post && face_fits(&arena, "/2014-11-13/functions/{}/invoke-async", path, parts);
    bool fits =
        async || (post && face_fits(&arena, "/2015-03-31/functions/{}/invocations", path, parts));
    if (fits) {
        request->operation = async ? STR("InvokeAsync") : STR("Invoke");
        struct lambda_invoked *i = lambda_invoked_new(offer, request, reply, waits);
        invoke(
            i, parts[0], async ? STR("Event") : message_get(request, STR("X-Amz-Invocation-Type")));
    }
    arena_fini(&arena);
    return fits;
}
