/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SERVE_DESK_H
#define TESTS_UNIT_SERVE_DESK_H

#include "backend/json_out.h"
#include "backend/serve/offer.h"
#include "base/mem.h"
#include "tests/unit/http/request_of.h"
#include "tests/unit/triggers/folder_test.h"
#include "tests/unit/triggers/zip_maker.h"

/*
 * What is offered besides DynamoDB, asked without a socket: a real store and registry, functions
 * that are played. What was answered last is in `said`, `status` and desk_header().
 */
struct desk {
    struct folder_test folder;
    struct backend *backend;
    struct offer offer;
    struct clock_fake clock;
    /* what functions do */
    enum invoked outcome;
    const char *payload, *tail;
    struct invocation *held; /* where `hold`: desk_let_go() ends it */
    bool hold;
    char *event; /* of the last one */
    char function[65];
    unsigned calls, dropped;
    /* the answer */
    struct reply reply;
    bool answered;
    int status;
    const char *said;
};

static inline void desk_let_go(struct desk *d, struct invocation *invocation)
{
    invocation->outcome = d->outcome;
    buf_add(&invocation->payload, str_from(d->payload));
    buf_add(&invocation->tail, str_from(d->tail));
    invocation->done(invocation);
}

static inline void desk_invoke(struct invoker *invoker, struct invocation *invocation)
{
    struct desk *d = (struct desk *)(void *)invoker;
    d->calls++;
    free(d->event);
    d->event = mem_dup(invocation->event.at, invocation->event.len);
    snprintf(d->function, sizeof d->function, "%.*s", STR_ARG(invocation->function->name));
    if (d->hold)
        d->held = invocation;
    else
        desk_let_go(d, invocation);
}

static inline void desk_drop(struct invoker *invoker, struct str function)
{
    (void)function;
    ((struct desk *)(void *)invoker)->dropped++;
}

static inline struct desk *desk_open(void)
{
    struct desk *d = mem_new(struct desk);
    struct err err = ERR_INIT;
    struct buf papers = {0};
    struct backend_options fast = {.no_sync = true};
    char trusted[64];
    folder_test_begin(&d->folder);
    snprintf(trusted, sizeof trusted, "%s/trusted", d->folder.path);
    clock_fake_init(&d->clock, 1795176000000);
    d->backend = backend_open("store", &fast, &err);
    d->offer = (struct offer){.backend = d->backend,
        .registry = registry_open("triggers", trusted, &d->clock.clock, &err),
        .invoker = (struct invoker *)(void *)d,
        .invoke = desk_invoke,
        .drop = desk_drop,
        .clock = &d->clock.clock,
        .url = "http://localhost",
        .later = later_new(),
        .retry_ms = {1, 1}};
    if (!d->backend || !d->offer.registry)
        fail_msg("%s", err.text);
    buf_printf(&papers, "%s/faces", registry_folder(d->offer.registry));
    buf_cstr(&papers);
    d->offer.papers = buf_take(&papers);
    pthread_mutex_init(&d->offer.changing, NULL);
    d->payload = "null";
    d->tail = "";
    return d;
}

static inline void desk_close(struct desk *d)
{
    struct registry *registry = d->offer.registry;
    offer_fini(&d->offer); /* its thread may be looking something up */
    registry_close(registry);
    backend_close(d->backend, NULL);
    folder_test_end(&d->folder);
    reply_fini(&d->reply);
    free(d->event);
    free(d);
}

static inline void desk_done(void *ticket)
{
    ((struct desk *)ticket)->answered = true;
}

/* "POST /path HTTP/1.1\nName: value\n" and a body; the status. 0 = not answered yet. The request is
 * borrowed until it is. */
static inline int desk_ask_as(
    struct desk *d, const char *service, const char *text, struct str body)
{
    static struct request request;
    request = request_of(text);
    request.body = body;
    request.region = STR("eu-west-1");
    reply_fini(&d->reply);
    d->reply.type = REPLY_JSON_11;
    d->answered = false;
    enum route_face face = route_find(&request).face;
    assert_int_not_equal(face, ROUTE_NOWHERE);
    offer_begin(&d->offer, face, str_from(service), &request, &d->reply);
    if (!offer_start(&d->offer, &request, &d->reply, desk_done, d)) {
        offer_run(&d->offer, &request, &d->reply);
        d->answered = true;
    }
    d->status = d->answered ? d->reply.status : 0;
    d->said = text_of(&d->reply);
    return d->status;
}

static inline int desk_ask(struct desk *d, const char *line, const char *body)
{
    static char text[8192];
    snprintf(text, sizeof text, "%s HTTP/1.1\nHost: localhost:8000\n", line);
    return desk_ask_as(d, "", text, str_from(body));
}

/* A header of the answer; "" where there is none. */
static inline const char *desk_header(const struct desk *d, const char *name)
{
    struct str rest = buf_str(&d->reply.headers), key, value;
    while (str_cut(&rest, '\0', &key) && str_cut(&rest, '\0', &value))
        if (str_equal_nocase(key, str_from(name)))
            return value.at;
    return "";
}

static inline bool desk_says(const struct desk *d, const char *text)
{
    if (strstr(d->said, text))
        return true;
    print_message("%d %s\n", d->status, d->said);
    return false;
}

/* CreateFunction's body. */
static inline char *desk_function(const char *name, const char *more)
{
    struct zip_maker zip = {0};
    struct buf out = {0};
    zip_add(&zip, (struct zip_entry){.name = "index.js", .text = "exports.handler=async()=>1"});
    buf_printf(&out,
        "{\"FunctionName\":\"%s\",\"Runtime\":\"nodejs20.x\",\"Handler\":\"index.handler\","
        "\"Role\":\"arn:aws:iam::000000000000:role/r\"%s,\"Code\":{\"ZipFile\":\"",
        name, more);
    json_out_base64(&out, zip_end(&zip));
    buf_add(&out, STR("\"}}"));
    zip_fini(&zip);
    buf_cstr(&out);
    return buf_take(&out);
}

static inline void desk_create(struct desk *d, const char *name)
{
    char *body = desk_function(name, "");
    if (desk_ask(d, "POST /2015-03-31/functions", body) != 201)
        fail_msg("%s", d->said);
    free(body);
}

#endif
