/* SPDX-License-Identifier: MIT */
/*
 * A decorator that reports each call with its answer and its time, after the answer: what the
 * requests pane and debugging output see. It changes nothing.
 */
#include "backend/backend_impl.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

struct traced {
    struct backend backend;
    struct backend *inner;
    void (*see)(void *context, const struct backend_trace *trace);
    void *context;
};

static const struct backend_ops traced_ops;

static struct traced *traced_of(struct backend *backend)
{
    assert(backend->ops == &traced_ops);
    return (struct traced *)backend;
}

static bool traced_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct traced *t = traced_of(backend);
    struct backend_trace trace = {
        .operation = call->operation, .request = call->body, .started_ms = clock_now_ms(NULL)};
    int64_t start = clock_tick_ns();
    bool answered = backend_call(t->inner, call, reply, err);
    trace.duration_ns = clock_tick_ns() - start;
    trace.status = answered ? reply->status : 0;
    trace.reply = answered ? buf_str(&reply->body) : STR_NONE;
    trace.err = answered ? NULL : err;
    trace.attempts = reply->attempts;
    trace.request_id = reply->request_id;
    t->see(t->context, &trace);
    return answered;
}

static bool traced_close(struct backend *backend, struct err *err)
{
    struct traced *t = traced_of(backend);
    bool ok = backend_close(t->inner, err);
    free(t);
    return ok;
}

static const struct backend_ops traced_ops = {
    .name = "trace", .call = traced_call, .close = traced_close};

struct backend *backend_traced(struct backend *inner,
    void (*see)(void *context, const struct backend_trace *trace), void *context)
{
    struct traced *t = mem_new(struct traced);
    *t = (struct traced){.backend = backend_wrap(&traced_ops, inner),
        .inner = inner,
        .see = see,
        .context = context};
    return &t->backend;
}
