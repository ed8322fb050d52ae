/* SPDX-License-Identifier: MIT */
/*
 * Answers requests, refusing in the order in which the service refuses:
 *
 *   head:  malformed, foreign host, web page ─▶ (other faces: who asks, too large)
 *          ─▶ too large ─▶ method ─▶ content type
 *   body:  (JSON, where one of the next two refuses) ─▶ target ─▶ signature ─▶ the backend's answer
 *
 * The body is parsed here only where target or signature are wrong: the service complains about
 * broken JSON before it looks at them, and the backend parses it anyway.
 */
#include "backend/serve/answer.h"

#include "backend/http/coding.h"
#include "backend/json.h"
#include "backend/serve/auth.h"
#include "backend/serve/iam.h"
#include "backend/serve/journal.h"
#include "backend/serve/route.h"
#include "backend/serve/sigv4.h"
#include "base/arena.h"
#include "base/mem.h"

#include <stdlib.h>

/* ---- by the head ---- */

static bool refuse_page(struct reply *reply)
{
    reply_set(reply, 404, REPLY_TEXT, STR("<UnknownOperationException/>\n"));
    return false;
}

/* The service's health text, to the byte. */
static bool say_healthy(const struct request *request, struct reply *reply)
{
    if (!str_equal(message_path(request), STR("/")))
        return refuse_page(reply);
    reply_set(reply, 200, REPLY_TEXT, STR("healthy: "));
    buf_add(&reply->body, message_get(request, STR("Host")));
    buf_add_byte(&reply->body, ' ');
    return false;
}

/* The answer is of the request's type. No web page can send one of these without asking first.
 *
 * media-type = type *( ";" parameter ) */
static bool read_type(const struct request *request, struct reply *reply)
{
    const struct str types[] = {REPLY_JSON_10, REPLY_JSON_11, REPLY_JSON};
    struct str rest = message_get(request, STR("Content-Type")), type;
    reply->type = REPLY_JSON;
    if (!str_cut(&rest, ';', &type))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_equal_nocase(str_trim(type), types[i])) {
            reply->type = types[i];
            return true;
        }
    }
    return false;
}

static bool refuse_large(struct reply *reply)
{
    reply_set(reply, 413, REPLY_TEXT, STR("a request has at most 16 MB\n"));
    reply->bare = true;
    return false;
}

static bool refuse_rest(struct reply *reply)
{
    reply->type = REPLY_JSON;
    reply_refuse(reply, 404, "UnknownOperationException", "%s", "");
    return false;
}

/* ---- bodies that travel compressed ---- */

static bool is_packed(const struct request *request)
{
    struct str coding = message_get(request, STR("Content-Encoding"));
    return coding.len && !str_equal_nocase(coding, coding_name(CODING_NONE));
}

static bool refuse_packed(struct reply *reply, const char *why)
{
    reply_refuse(reply, 400, "SerializationException", "%s", why); /* 500 would be tried again */
    return false;
}

/* Behind the signature, which is one of the packed bytes. */
static bool unpack(struct request *request, struct reply *reply)
{
    if (!is_packed(request))
        return true;
    if (!str_equal_nocase(message_get(request, STR("Content-Encoding")), STR("gzip")))
        return refuse_packed(reply, "a request's Content-Encoding is gzip or none");
    switch (coding_unpack(request->body, REQUEST_BODY_MAX, &request->unpacked)) {
    case CODING_DONE:
        request->body = buf_str(&request->unpacked);
        return true;
    case CODING_TOO_LARGE:
        return refuse_large(reply);
    case CODING_BROKEN:
        break;
    }
    return refuse_packed(reply, "the body is not the gzip that its Content-Encoding says");
}

static bool is_health_check(const struct request *request)
{
    return str_equal(request->method, STR("GET")) || str_equal(request->method, STR("HEAD"));
}

static bool admit(void *context, struct request *request, struct reply *reply)
{
    const struct answer *answer = context;
    if (!gate_check(&answer->gate, request, reply))
        return false;
    enum route_face face = route_find(request).face;
    if (answer->offer && face > ROUTE_DYNAMODB)
        return offer_admit(answer->offer, face, request, reply) &&
               (face != ROUTE_LOGS || read_type(request, reply) || refuse_page(reply));
    if (gate_length(request) > REQUEST_BODY_MAX)
        return refuse_large(reply);
    if (face == ROUTE_LAMBDA)
        return refuse_rest(reply);
    if (is_health_check(request))
        return say_healthy(request, reply);
    if (!str_equal(request->method, STR("POST")))
        return refuse_page(reply);
    return read_type(request, reply) || gate_length(request) == 0 || refuse_page(reply);
}

/* ---- by the body ---- */

static void refuse_serialization(struct reply *reply)
{
    reply_refuse(reply, 400, "SerializationException", "%s", "");
}

/* Broken JSON is complained about first. */
static void unless_broken(const struct request *request, struct reply *reply)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    if (request->body.len && !is_packed(request) && !json_parse(&arena, request->body, &ignored))
        refuse_serialization(reply);
    arena_fini(&arena);
}

static bool may_be_region(struct str region)
{
    for (size_t i = 0; i < region.len; i++) {
        char c = region.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return region.len > 0 && region.len <= 32;
}

/* What the scope of a signature has to name. */
static struct str service_of(enum route_face face, const struct auth *auth)
{
    switch (face) {
    case ROUTE_LAMBDA:
        return STR("lambda");
    case ROUTE_LOGS:
        return STR("logs");
    case ROUTE_GATEWAY:
        return STR("apigateway");
    case ROUTE_FORM:
        return str_equal(auth->service, STR("sts")) ? STR("sts") : STR("iam");
    case ROUTE_FUNCTION:
        return str_equal(auth->service, STR("lambda")) ? STR("lambda") : STR("execute-api");
    case ROUTE_DYNAMODB:
    case ROUTE_NOWHERE:
        break;
    }
    return STR("dynamodb");
}

static bool check_signature(const struct answer *answer, enum route_face face,
    struct request *request, struct auth *auth, struct reply *reply)
{
    if (!auth_read(request, auth, reply))
        return false;
    if (may_be_region(auth->region))
        request->region = auth->region;
    return !answer->keys || sigv4_verify(answer->keys, request, auth, service_of(face, auth),
                                clock_now_ms(answer->clock), reply);
}

/* Signatures are refused in DynamoDB's words; other faces' clients want them otherwise. */
static void retell(enum route_face face, struct reply *reply)
{
    struct err err = ERR_INIT;
    const struct ddb_reply said = {.status = reply->status, .body = reply->body};
    if (face == ROUTE_FORM && ddb_reply_error(&said, &err))
        iam_refuse(reply, &err);
    if (face == ROUTE_LAMBDA || face == ROUTE_GATEWAY || face == ROUTE_FORM)
        reply->status = 403;
}

/* What functions are put behind is called by anything that speaks HTTP: without a signature, where
 * none is verified. */
static enum http_next begin_offered(
    const struct answer *answer, enum route_face face, struct request *request, struct reply *reply)
{
    struct auth auth = {0};
    bool may_lack = face == ROUTE_FUNCTION && !answer->keys;
    if (!may_lack && !check_signature(answer, face, request, &auth, reply)) {
        retell(face, reply);
        return HTTP_ANSWERED;
    }
    if (face != ROUTE_FUNCTION && !unpack(request, reply))
        return HTTP_ANSWERED;
    return offer_begin(answer->offer, face, auth.service, request, reply);
}

static enum http_next begin(void *context, struct request *request, struct reply *reply)
{
    const struct answer *answer = context;
    struct route route = route_find(request);
    struct auth auth;
    request->face = ROUTE_NOWHERE;
    if (answer->offer && route.face > ROUTE_DYNAMODB)
        return begin_offered(answer, route.face, request, reply);
    if (route.face != ROUTE_DYNAMODB) {
        reply_refuse(reply, 400, "UnknownOperationException", "%s", "");
        unless_broken(request, reply);
        return HTTP_ANSWERED;
    }
    if (!check_signature(answer, route.face, request, &auth, reply)) {
        unless_broken(request, reply);
        return HTTP_ANSWERED;
    }
    if (!unpack(request, reply))
        return HTTP_ANSWERED;
    if (request->body.len == 0) {
        refuse_serialization(reply);
        return HTTP_ANSWERED;
    }
    request->operation = route.op->name;
    bool waits = route.op->writes && (route.op->control || !answer->quick_writes);
    return waits ? HTTP_RUN_APART : HTTP_RUN;
}

static void refuse_failed(struct reply *reply, const struct err *err)
{
    reply_set(reply, 500, reply->type,
        STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\",\"message\":"));
    json_put_string(&reply->body, str_from(err->text));
    buf_add_byte(&reply->body, '}');
}

static struct ddb_call call_of(const struct request *request)
{
    return (struct ddb_call){.operation = request->operation,
        .body = request->body,
        .region = request->region,
        .endpoint = message_get(request, STR("Host"))};
}

static void take_answer(struct request *request, struct reply *reply, bool answered,
    const struct ddb_reply *result, const struct err *err)
{
    reply->body = result->body;
    reply->status = result->status;
    if (!answered) {
        refuse_failed(reply, err);
        journal_failure(request, err);
    }
}

static void run(void *context, struct request *request, struct reply *reply)
{
    const struct answer *answer = context;
    if (request->face != ROUTE_NOWHERE) {
        offer_run(answer->offer, request, reply);
        return;
    }
    struct err err = ERR_INIT;
    struct ddb_call call = call_of(request);
    struct ddb_reply result = {.body = reply->body};
    bool answered = backend_call(answer->backend, &call, &result, &err);
    take_answer(request, reply, answered, &result, &err);
}

/* ---- an answer that nobody waits for ---- */

struct started {
    struct ddb_task task; /* first */
    struct request *request;
    struct reply *reply;
    void (*done)(void *ticket);
    void *ticket;
};

static void end_started(struct ddb_task *task)
{
    struct started *s = (struct started *)task;
    void (*done)(void *ticket) = s->done;
    void *ticket = s->ticket;
    take_answer(s->request, s->reply, task->answered, &task->reply, &task->err);
    free(s);
    done(ticket);
}

static bool start(void *context, struct request *request, struct reply *reply,
    void (*done)(void *ticket), void *ticket)
{
    const struct answer *answer = context;
    if (request->face != ROUTE_NOWHERE)
        return offer_start(answer->offer, request, reply, done, ticket);
    struct started *started = mem_new(struct started);
    started->task.call = call_of(request);
    started->task.reply.body = reply->body;
    started->task.done = end_started;
    started->request = request;
    started->reply = reply;
    started->done = done;
    started->ticket = ticket;
    if (backend_submit(answer->backend, &started->task))
        return true;
    reply->body = started->task.reply.body;
    free(started);
    return false;
}

static void done(
    void *context, const struct request *request, const struct reply *reply, int64_t ns)
{
    const struct answer *answer = context;
    if (answer->trace)
        journal_request(request, reply, clock_now_ms(answer->clock), ns);
}

struct http_handler answer_handler(struct answer *answer)
{
    return (struct http_handler){.admit = admit,
        .begin = begin,
        .run = run,
        .start = start,
        .done = done,
        .context = answer};
}
