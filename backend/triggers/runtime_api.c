/* SPDX-License-Identifier: MIT */
/*
 * The Runtime API as a handler of the transport: a path becomes a call in a queue, whose answer
 * comes whenever the thread that took it has one.
 *
 *   socket ─▶ http (one thread): head ─▶ ours? ─▶ body ─▶ queue ─▶ receive() … answer ─▶ http
 *                                  ╰─ 403, 404, 405
 *
 * The clients are unmodified and say nothing about themselves, so each process has a port of its
 * own, and the kernel is asked whose the other end is. A browser on this machine could ask too:
 * what names an origin or another host is refused. Knows no processes and no order of calls.
 */
#include "backend/triggers/runtime_api.h"

#include "backend/http/http.h"
#include "backend/http/peer.h"
#include "backend/json.h"
#include "base/mem.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 2048 };

struct waiting {
    struct runtime_call call; /* first: the face of it */
    struct waiting *next;
    struct reply *reply;
    void (*done)(void *ticket);
    void *ticket;
};

struct runtime_api {
    struct http *http;
    void (*wake)(void *context);
    void *context;
    pthread_mutex_t lock;
    struct waiting *first, **end;
    bool stopped;
};

/* ---- answers ---- */

static void answer(struct runtime_call *call, int status, struct str text)
{
    struct waiting *w = (struct waiting *)call;
    w->reply->bare = true;
    reply_set(w->reply, status, REPLY_JSON, text);
    w->done(w->ticket);
    free(w);
}

/* JSON over several lines is as good on one: between tokens a line end is a blank, and within a
 * string there is none. */
static void put_context(struct reply *reply, struct str json)
{
    struct buf line = {0};
    buf_add(&line, json);
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.at[i] < ' ')
            line.at[i] = ' ';
    reply_header(reply, STR("Lambda-Runtime-Client-Context"), buf_str(&line));
    buf_fini(&line);
}

void runtime_call_next(struct runtime_call *call, const struct runtime_event *event)
{
    struct reply *reply = ((struct waiting *)call)->reply;
    char deadline[24];
    snprintf(deadline, sizeof deadline, "%" PRId64, event->deadline_ms);
    reply_header(reply, STR("Lambda-Runtime-Aws-Request-Id"), str_from(event->id));
    reply_header(reply, STR("Lambda-Runtime-Deadline-Ms"), str_from(deadline));
    reply_header(reply, STR("Lambda-Runtime-Invoked-Function-Arn"), str_from(event->arn));
    reply_header(reply, STR("Lambda-Runtime-Trace-Id"), str_from(event->trace));
    if (event->client_context.len)
        put_context(reply, event->client_context);
    answer(call, 200, event->event);
}

void runtime_call_accept(struct runtime_call *call)
{
    answer(call, 202, STR("{\"status\":\"OK\"}\n"));
}

static const struct refusal {
    int status;
    const char *type, *message;
} refusals[] = {
    [RUNTIME_WRONG_ID] = {400, "InvalidRequestID", "Invalid request ID"},
    [RUNTIME_WRONG_ORDER] = {403, "InvalidStateTransition",
        "This call is not allowed in the state that the runtime is in"},
    [RUNTIME_GONE] = {410, "InvalidRequestID", "The invocation is over"},
    [RUNTIME_TOO_LARGE] = {413, "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (6291556 bytes)."},
};

void runtime_call_refuse(struct runtime_call *call, enum runtime_refusal why)
{
    const struct refusal *refusal = &refusals[why];
    char text[256];
    snprintf(text, sizeof text, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}\n",
        refusal->message, refusal->type);
    answer(call, refusal->status, str_from(text));
}

/* ---- requests ---- */

static bool refuse(struct reply *reply, int status, const char *text)
{
    reply->bare = true;
    reply_set(reply, status, REPLY_TEXT, str_from(text));
    return false;
}

/* "127.0.0.1:PORT" or "localhost:PORT" */
static bool is_here(struct str host)
{
    return str_starts(host, STR("127.0.0.1:")) || str_starts(host, STR("localhost:"));
}

static bool admit(void *context, struct request *request, struct reply *reply)
{
    (void)context;
    if (!is_here(message_get(request, STR("Host"))) || message_count(request, STR("Origin")) ||
        message_count(request, STR("Sec-Fetch-Site")))
        return refuse(reply, 403, "this is for the function's own process\n");
    return true;
}

/* call = "/2018-06-01/runtime/" ( "invocation/next" | "invocation/" id "/" ( "response" | "error" )
 *        | "init/error" ) */
static bool parse(struct str path, struct runtime_call *call)
{
    struct str id;
    const struct str root = STR("/2018-06-01/runtime/");
    if (!str_starts(path, root))
        return false;
    path = str_skip(path, root.len);
    if (str_equal(path, STR("invocation/next")) || str_equal(path, STR("init/error"))) {
        call->kind = path.at[1] == 'n' && path.len == 15 ? RUNTIME_NEXT : RUNTIME_INIT_ERROR;
        return true;
    }
    if (!str_starts(path, STR("invocation/")))
        return false;
    path = str_skip(path, 11);
    if (!str_cut(&path, '/', &id))
        return false;
    call->id = id;
    call->kind = str_equal(path, STR("response")) ? RUNTIME_RESPONSE : RUNTIME_ERROR;
    return call->kind == RUNTIME_RESPONSE || str_equal(path, STR("error"));
}

static enum http_next begin(void *context, struct request *request, struct reply *reply)
{
    (void)context;
    struct runtime_call call;
    if (!parse(message_path(request), &call)) {
        refuse(reply, 404, "404 page not found\n");
        return HTTP_ANSWERED;
    }
    const struct str method = call.kind == RUNTIME_NEXT ? STR("GET") : STR("POST");
    if (!str_equal(request->method, method)) {
        refuse(reply, 405, "405 method not allowed\n");
        return HTTP_ANSWERED;
    }
    return HTTP_START;
}

static void run(void *context, struct request *request, struct reply *reply)
{
    (void)context;
    (void)request;
    refuse(reply, 503, "the function is being ended\n");
}

static bool start(void *context, struct request *request, struct reply *reply,
    void (*done)(void *ticket), void *ticket)
{
    struct runtime_api *api = context;
    struct waiting *w = mem_new(struct waiting);
    *w = (struct waiting){.reply = reply, .done = done, .ticket = ticket};
    parse(message_path(request), &w->call);
    w->call.mark = request->mark;
    w->call.body = request->body;
    w->call.body_came = request->body_came;
    w->call.error_type = message_get(request, STR("Lambda-Runtime-Function-Error-Type"));
    pthread_mutex_lock(&api->lock);
    bool taken = !api->stopped;
    if (taken) {
        *api->end = w;
        api->end = &w->next;
    }
    pthread_mutex_unlock(&api->lock);
    if (taken)
        api->wake(api->context);
    else
        free(w);
    return taken;
}

/* ---- the queue ---- */

struct runtime_call *runtime_api_receive(struct runtime_api *api)
{
    pthread_mutex_lock(&api->lock);
    struct waiting *w = api->first;
    if (w && !(api->first = w->next))
        api->end = &api->first;
    pthread_mutex_unlock(&api->lock);
    return w ? &w->call : NULL;
}

void runtime_api_stop(struct runtime_api *api)
{
    pthread_mutex_lock(&api->lock);
    api->stopped = true;
    pthread_mutex_unlock(&api->lock);
}

/* ---- opening and closing ---- */

struct runtime_api *runtime_api_open(void (*wake)(void *context), void *context, struct err *err)
{
    struct runtime_api *api = mem_new(struct runtime_api);
    struct http_handler handler = {
        .admit = admit, .begin = begin, .run = run, .start = start, .context = api};
    struct http_limits limits = {
        .threads = 1, .writers = 1, .idle_ms = -1, .body = RUNTIME_BODY_MOST};
    pthread_mutex_init(&api->lock, NULL);
    api->wake = wake;
    api->context = context;
    api->end = &api->first;
    api->http = http_open(&handler, &limits, err);
    if (api->http)
        return api;
    runtime_api_close(api);
    return NULL;
}

void runtime_api_close(struct runtime_api *api)
{
    if (!api)
        return;
    http_close(api->http);
    pthread_mutex_destroy(&api->lock);
    free(api);
}

void runtime_api_take(struct runtime_api *api, int fd, uint64_t mark)
{
    if (http_connections(api->http) < CONNECTIONS_MOST && peer_is_own(fd))
        http_take(api->http, fd, mark);
    else
        close(fd);
}
